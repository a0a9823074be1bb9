"""The postman: takes letters, sends them in the background, and says what became of each.

What is promised: `enqueue` never waits, and a letter that was taken has at most one outcome
reported. It has none if the process ends first, if a newer letter takes its place, or if its
recipient is forgotten. Letters live in memory only: who keeps account of them (the ledger)
offers those without an outcome again after a start. So each is sent at least once, and rarely
twice.
"""

import asyncio
import itertools
import logging
from collections.abc import Awaitable, Callable, Hashable
from contextlib import suppress
from dataclasses import dataclass, replace
from email.message import EmailMessage
from enum import StrEnum

from protocol.ids import InvitationId, RoomId
from server.core.names import NotAnAddress, email_key
from server.core.person import Person
from server.integrations.mail.addresses import Sender, UnusableAddress
from server.integrations.mail.letters import (
    CodeLetter,
    InvitationLetter,
    Letter,
    LetterIds,
    UnusableLink,
    compose,
)
from server.integrations.mail.limits import SharedLimits, SlidingLimit
from server.integrations.mail.outcome import Bounced, Failed, Mailer, Outcome

FAULT = "the mail could not be handed over"
TOO_MANY = "too many mails in the last hour"

_log = logging.getLogger(__name__)


class LetterKind(StrEnum):
    """What a letter is about. One of each may be on its way for an invitation."""

    INVITATION = "invitation"
    CODE = "code"


@dataclass(frozen=True, slots=True)
class LetterRef:
    """Which letter: the name under which its outcome is reported."""

    room: RoomId
    invitation: InvitationId
    kind: LetterKind = LetterKind.INVITATION


OnOutcome = Callable[[LetterRef, Outcome], Awaitable[None]]


@dataclass(frozen=True, slots=True, kw_only=True)
class PostmanSettings:
    """How many letters, how often, how long.

    Args:
        capacity: letters on their way at once, those that wait for another try included.
        workers: mails handed over at the same time.
        most_per_address: mails to one mailbox in an hour, whoever asks and for which entry.
        most_per_entry: mails for one entry in an hour; more than the largest list to invite.
        first_retry_ms: about how long after the first failure the second try is.
        longest_retry_ms: beyond which the pause no longer doubles.
        patience_ms: how long a letter is tried; codes and links that die earlier, until then.
    """

    capacity: int = 5_000
    workers: int = 4
    most_per_address: int = 10
    most_per_entry: int = 5_000
    window_ms: int = 3_600_000
    first_retry_ms: int = 5_000
    longest_retry_ms: int = 1_800_000
    patience_ms: int = 6 * 3_600_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Surroundings:
    """What the postman takes from the world.

    Args:
        now: ms UTC, for what is written in a mail.
        steady: ms of a clock that is never set, for limits and pauses.
        sleep: waits for so many seconds.
        random: a number from 0 up to 1.
        new_id: unique for ever, of letters and digits.
    """

    now: Callable[[], int]
    steady: Callable[[], int]
    sleep: Callable[[float], Awaitable[None]]
    random: Callable[[], float]
    new_id: Callable[[], str]


@dataclass(slots=True, kw_only=True, eq=False)
class _Parcel:
    ref: LetterRef
    letter: Letter
    ids: LetterIds
    written_at: int
    give_up_at: int
    tries: int = 0
    has_place: bool = False
    """Counted by all nodes together."""


class Postman:
    """Sends letters in the background. `run` is a task of whoever owns the postman."""

    def __init__(
        self,
        mailer: Mailer,
        sender: Sender,
        on_outcome: OnOutcome,
        surroundings: Surroundings,
        settings: PostmanSettings | None = None,
        shared: SharedLimits | None = None,
    ) -> None:
        """Take a way to send, and whom to tell about it.

        Args:
            shared: counts for all nodes; None where there is only this one.
            on_outcome: called once with the last outcome of a letter: sent, bounced, or
                failed and given up. What it raises is logged and ends nothing.
        """
        self._mailer = mailer
        self._sender = sender
        self._on_outcome = on_outcome
        self._world = surroundings
        self._settings = settings or PostmanSettings()
        self._shared = shared
        window_ms = self._settings.window_ms
        self._by_address = SlidingLimit(self._settings.most_per_address, window_ms)
        self._by_entry = SlidingLimit(self._settings.most_per_entry, window_ms)
        self._parcels: dict[LetterRef, _Parcel] = {}
        self._ready: asyncio.PriorityQueue[tuple[int, int, _Parcel]] = asyncio.PriorityQueue()
        self._numbers = itertools.count()
        self._tasks: asyncio.TaskGroup | None = None
        self._owned: set[asyncio.Task[None]] = set()
        self._is_closed = False
        self._stopping = asyncio.Event()
        self._stopped = asyncio.Event()

    @property
    def waiting(self) -> int:
        """How many letters are on their way."""
        return len(self._parcels)

    def enqueue(self, ref: LetterRef, letter: Letter) -> bool:
        """Take a letter to send, at once.

        The same letter under a ref that is still on its way is sent once. Another letter
        under that ref takes the place of the earlier one: only the newest counts.

        Returns:
            False, and nothing will be sent: too many letters are on their way, too many were
            written to this mailbox or for this entry in the last hour, or we are closing.
        """
        earlier = self._parcels.get(ref)
        if earlier is not None and earlier.letter == letter:
            return True
        if (
            self._is_closed
            or (earlier is None and self._is_full())
            or self._is_too_much(ref, letter)
        ):
            return False
        self._parcels[ref] = parcel = self._parcel(ref, letter)
        self._put(parcel)
        return True

    def written(self, letter: InvitationLetter) -> EmailMessage:
        """Write the mail of a letter as it would be sent now, and send nothing.

        Raises:
            UnusableAddress, UnusableLink: as `compose`.
        """
        ids = LetterIds(message_id=self._world.new_id(), calendar_uid=self._world.new_id())
        return compose(letter, self._sender, self._world.now(), ids)

    def forget(self, person: Person) -> int:
        """Drop the letters to somebody who is being erased, and their name as an inviter.

        Returns:
            How many letters were dropped. No outcome is reported for them. A letter that is
            being handed over in this moment still goes out.
        """
        dropped = [ref for ref, parcel in self._parcels.items() if parcel.letter.to.id == person.id]
        for ref in dropped:
            del self._parcels[ref]
        for parcel in self._parcels.values():
            letter = parcel.letter
            if isinstance(letter, InvitationLetter) and letter.invited_by == person.name:
                parcel.letter = replace(letter, invited_by="")
        return len(dropped)

    async def run(self) -> None:
        """Send letters until `aclose`, or until cancelled."""
        try:
            async with asyncio.TaskGroup() as tasks:
                self._tasks = tasks
                for number in range(self._settings.workers):
                    self._own(tasks.create_task(self._work(), name=f"postman: worker {number}"))
                await self._stopping.wait()
                for task in self._owned:
                    task.cancel()
        finally:
            self._stopped.set()

    async def aclose(self, deadline_s: float = 10.0) -> int:
        """Take no more letters, send what can be sent until the deadline, and end `run`.

        Letters that wait for another try are not tried again.

        Returns:
            How many letters are left. No outcome is reported for them, so that they stay due.
        """
        self._is_closed = True
        if not self._stopped.is_set():
            with suppress(TimeoutError):
                async with asyncio.timeout(deadline_s):
                    await self._ready.join()
        self._stopping.set()
        if self._tasks is not None:
            await self._stopped.wait()
        if self._parcels:
            _log.warning("closed with %d letters not sent", len(self._parcels))
        return len(self._parcels)

    # --- taking ----------------------------------------------------------------------------

    def _is_full(self) -> bool:
        # The queue can be longer than the letters by those that newer ones replaced.
        return max(len(self._parcels), self._ready.qsize()) >= self._settings.capacity

    def _is_too_much(self, ref: LetterRef, letter: Letter) -> bool:
        now = self._world.steady()
        address = _mailbox_key(letter.to)
        is_free = self._by_address.has_room(address, now)
        if not is_free or not self._by_entry.has_room(ref.room, now):
            _log.warning("%s of %s not mailed: too many mails", ref.kind, ref.room)
            return True
        self._by_address.take(address, now)
        self._by_entry.take(ref.room, now)
        return False

    def _parcel(self, ref: LetterRef, letter: Letter) -> _Parcel:
        now = self._world.now()
        lives_ms = min(self._settings.patience_ms, _lifetime_ms(letter, now))
        return _Parcel(
            ref=ref,
            letter=letter,
            ids=LetterIds(
                message_id=self._world.new_id(),
                calendar_uid=f"{ref.room}.{ref.invitation}",
            ),
            written_at=now,
            give_up_at=self._world.steady() + lives_ms,
        )

    def _put(self, parcel: _Parcel) -> None:
        # Somebody looks at a screen and waits for a code; invitations may wait.
        urgency = 0 if isinstance(parcel.letter, CodeLetter) else 1
        self._ready.put_nowait((urgency, next(self._numbers), parcel))

    # --- sending ---------------------------------------------------------------------------

    async def _work(self) -> None:
        while True:
            _, _, parcel = await self._ready.get()
            try:
                await self._deliver(parcel)
            finally:
                self._ready.task_done()

    async def _deliver(self, parcel: _Parcel) -> None:
        if not self._is_current(parcel):
            return
        if not await self._has_place(parcel):
            await self._finish(parcel, Failed(TOO_MANY))
            return
        outcome = await self._attempt(parcel)
        if not self._is_current(parcel):
            return
        parcel.tries += 1
        pause_ms = self._pause_ms(parcel.tries)
        if isinstance(outcome, Failed) and self._world.steady() + pause_ms < parcel.give_up_at:
            self._try_again(parcel, pause_ms)
        else:
            await self._finish(parcel, outcome)

    async def _has_place(self, parcel: _Parcel) -> bool:
        """Count a letter, once, among those of all nodes; False: there were too many."""
        if self._shared is None or parcel.has_place:
            return True
        parcel.has_place = True
        settings, ref = self._settings, parcel.ref
        mailbox, window_ms = _mailbox(parcel.letter.to), settings.window_ms
        if await self._shared.take("mailbox", mailbox, settings.most_per_address, window_ms) and (
            await self._shared.take("entry", ref.room, settings.most_per_entry, window_ms)
        ):
            return True
        _log.warning("%s of %s not mailed: too many mails", ref.kind, ref.room)
        return False

    async def _attempt(self, parcel: _Parcel) -> Outcome:
        try:
            message = compose(parcel.letter, self._sender, parcel.written_at, parcel.ids)
            return await self._mailer.send(message)
        except (UnusableAddress, UnusableLink) as error:
            return Bounced(str(error))
        except Exception as error:  # noqa: BLE001 - one letter must not end the post for all
            # The kind alone, since the text may hold an address.
            _log.error("%s of %s: %s", parcel.ref.kind, parcel.ref.room, type(error).__name__)
            return Failed(FAULT)

    def _try_again(self, parcel: _Parcel, pause_ms: float) -> None:
        if self._tasks is not None and not self._is_closed:
            later = self._put_later(parcel, pause_ms / 1000)
            self._own(self._tasks.create_task(later, name="postman: pause"))

    def _pause_ms(self, tries: int) -> float:
        """Double the pause each time; vary it, so that a whole list does not come at once."""
        doubled = self._settings.first_retry_ms * 2.0 ** min(tries - 1, 30)
        return min(doubled, self._settings.longest_retry_ms) * (0.5 + self._world.random() / 2)

    async def _put_later(self, parcel: _Parcel, pause_s: float) -> None:
        await self._world.sleep(pause_s)
        self._put(parcel)

    async def _finish(self, parcel: _Parcel, outcome: Outcome) -> None:
        self._parcels.pop(parcel.ref, None)
        ref, word = parcel.ref, type(outcome).__name__.lower()
        _log.info("%s of %s %s after %d tries", ref.kind, ref.room, word, parcel.tries)
        try:
            await self._on_outcome(ref, outcome)
        except Exception as error:  # noqa: BLE001 - see above
            _log.error("outcome of a mail not recorded: %s", type(error).__name__)

    def _is_current(self, parcel: _Parcel) -> bool:
        return self._parcels.get(parcel.ref) is parcel

    def _own(self, task: asyncio.Task[None]) -> None:
        self._owned.add(task)
        task.add_done_callback(self._owned.discard)


def _lifetime_ms(letter: Letter, now: int) -> int:
    """How long a letter is of use to the person who gets it."""
    if isinstance(letter, CodeLetter):
        return letter.valid_minutes * 60_000
    return max(0, letter.expires_at - now) if letter.expires_at is not None else 1 << 53


def _mailbox(person: Person) -> str:
    """Tell mailboxes apart: what follows a plus mostly leads to the same one."""
    try:
        local, _, domain = email_key(person.email).partition("@")
    except NotAnAddress:
        return person.id
    return f"{local.partition('+')[0]}@{domain}"


def _mailbox_key(person: Person) -> Hashable:
    """Name a mailbox without remembering its address: `hash` is keyed anew by each process."""
    return hash(_mailbox(person))
