"""The post office: reads from the rooms which mails are due, and writes back what became of them.

A mail that is due stands in the room's state until its outcome is recorded. So a crash between
the invitation and its mail loses nothing: the room that is opened next names it again.
"""

import asyncio
import contextlib
import logging
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from email.message import EmailMessage

from protocol.http import MailPreview
from protocol.ids import InvitationId, RoomId
from server.core import events as e
from server.core import orders as o
from server.core.actors import SERVER
from server.core.person import Person
from server.core.record import Record
from server.core.rules.invitations import CODE_VALID_MS
from server.core.state import Invitation, RoomState
from server.core.tokens import LinkClaim, make_token
from server.core.validity import expires_at
from server.integrations.mail.addresses import UnusableAddress
from server.integrations.mail.letters import CodeLetter, InvitationLetter
from server.integrations.mail.outcome import Bounced, Outcome, Sent
from server.integrations.mail.postman import LetterKind, LetterRef, Postman
from server.integrations.mail_claims import Claims
from server.store.interface import StoreError

log = logging.getLogger(__name__)

RecordOutcome = Callable[[RoomId, o.RecordMail], Awaitable[object]]
"""Has a mail's outcome recorded in its room."""

NEWS_WAITING = 20_000
"""Mails that could not be taken, waiting to be recorded as such; and as many of other nodes."""
CLAIM_S = 10.0
TAKE_OVER_S = 10.0
"""How often it is looked whether a node that was to send a mail is gone."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Links:
    """How the URL of an invite link is made.

    Args:
        url: of this server, without a slash at the end.
        keys: of link tokens; the first signs.
    """

    url: str
    keys: tuple[bytes, ...]

    def invite_link(self, room: RoomId, invitation: Invitation) -> str:
        """Make the URL of an invitation; its token stands in the fragment."""
        claim = LinkClaim(
            kind="invitation",
            room_id=room,
            link_id=invitation.id,
            generation=invitation.generation,
        )
        return f"{self.url}/join#i.{make_token(claim, self.keys[0])}"

    @property
    def placeholder(self) -> str:
        """Stands where an invite link will stand, and leads nowhere."""
        return f"{self.url}/join#i.preview"


@dataclass(frozen=True, slots=True)
class _Due:
    ref: LetterRef
    number: int
    letter: InvitationLetter


class PostOffice:
    """Between the rooms and the postman. `running` owns the postman's work."""

    def __init__(self, links: Links) -> None:
        """Take the way links are made; the postman and the rooms follow in `running`."""
        self._links = links
        self._claims: Claims | None = None
        self._unclaimed: asyncio.Queue[_Due] = asyncio.Queue(NEWS_WAITING)
        self._elsewhere: dict[RoomId, dict[InvitationId, _Due]] = {}
        self._postman: Postman | None = None
        self._record: RecordOutcome | None = None
        self._numbers: dict[LetterRef, int] = {}
        self._refused: asyncio.Queue[tuple[LetterRef, int]] = asyncio.Queue(NEWS_WAITING)

    @asynccontextmanager
    async def running(
        self, postman: Postman, record: RecordOutcome, claims: Claims | None = None
    ) -> AsyncIterator[None]:
        """Send until the block is left; then what can still be sent is sent.

        Args:
            claims: settles which node sends what; None where there is only this one.
        """
        self._postman, self._record, self._claims = postman, record, claims
        async with asyncio.TaskGroup() as tasks:
            jobs = [
                tasks.create_task(postman.run(), name="post office: postman"),
                tasks.create_task(self._tell_refused(), name="post office: refused"),
                tasks.create_task(self._claim(), name="post office: claims"),
                tasks.create_task(self._take_over(), name="post office: taking over"),
            ]
            try:
                yield
            finally:
                await postman.aclose(deadline_s=3.0)
                for job in jobs:
                    job.cancel()
        self._postman = None

    def on_commit(self, room: RoomId, state: RoomState, records: tuple[Record, ...]) -> None:
        """Take the mails that a commit made due; without records, all that are due."""
        self._forget_told(room, state)
        if not state.mails_due:
            return
        named = {
            event.invitation_id
            for record in records
            for event in record.events
            if isinstance(event, e.InvitationMailDue)
        }
        for invitation_id in named if records else state.mails_due:
            invitation = state.invitations.get(invitation_id)
            if invitation is not None and invitation_id in state.mails_due:
                self._take(room, state, invitation)

    def _take(self, room: RoomId, state: RoomState, invitation: Invitation) -> None:
        letter = _letter(state, invitation, self._links.invite_link(room, invitation))
        if letter is None or self._postman is None:
            return
        due = _Due(LetterRef(room, invitation.id), invitation.mails, letter)
        if self._claims is None:
            self._send(due)
            return
        with contextlib.suppress(asyncio.QueueFull):
            self._unclaimed.put_nowait(due)

    def _send(self, due: "_Due") -> None:
        self._numbers[due.ref] = due.number
        if self._postman is None or not self._postman.enqueue(due.ref, due.letter):
            with contextlib.suppress(asyncio.QueueFull):
                self._refused.put_nowait((due.ref, due.number))

    async def _claim(self) -> None:
        """Send what is this node's to send, and remember what others have."""
        while True:
            due = await self._unclaimed.get()
            if await self._is_ours(due):
                self._send(due)
            elif len(self._elsewhere) < NEWS_WAITING:
                self._elsewhere.setdefault(due.ref.room, {})[due.ref.invitation] = due

    async def _is_ours(self, due: "_Due") -> bool:
        if self._claims is None:
            return True
        try:
            async with asyncio.timeout(CLAIM_S):
                mail = f"{due.ref.invitation} {due.number}"
                return await self._claims.is_ours(due.ref.room, mail)
        except (StoreError, TimeoutError) as problem:
            log.warning("it is not known who sends a mail: %r", problem)
            return False

    async def _take_over(self) -> None:
        """Look now and then whether the node is gone that was to send a mail."""
        while True:
            await asyncio.sleep(TAKE_OVER_S)
            waiting, self._elsewhere = self._elsewhere, {}
            for due in (each for room in waiting.values() for each in room.values()):
                with contextlib.suppress(asyncio.QueueFull):
                    self._unclaimed.put_nowait(due)

    def forget(self, person: Person) -> int:
        """Drop every letter to somebody who was erased; say how many."""
        for room, waiting in list(self._elsewhere.items()):
            for one in [key for key, due in waiting.items() if due.letter.to.id == person.id]:
                del waiting[one]
            if not waiting:
                del self._elsewhere[room]
        return self._postman.forget(person) if self._postman is not None else 0

    def _forget_told(self, room: RoomId, state: RoomState) -> None:
        """Forget mails of other nodes whose outcome is known."""
        waiting = self._elsewhere.get(room)
        if waiting is None:
            return
        for invitation_id in [one for one in waiting if one not in state.mails_due]:
            del waiting[invitation_id]
        if not waiting:
            del self._elsewhere[room]

    def invitation_mail(self, state: RoomState, invitation: Invitation) -> MailPreview | None:
        """Write the mail of an invitation that is not made yet; None while there is no postman."""
        letter = _letter(state, invitation, self._links.placeholder)
        if letter is None or self._postman is None:
            return None
        try:
            message = self._postman.written(letter)
        except UnusableAddress:
            return None
        return MailPreview(
            sender=str(message["From"]),
            to=str(message["To"]),
            subject=str(message["Subject"]),
            text=_words(message, "plain"),
            html=_words(message, "html"),
            language=str(message["Content-Language"]),
            has_calendar=any(one.get_content_type() == "text/calendar" for one in message.walk()),
        )

    async def _tell_refused(self) -> None:
        """Record mails that were not taken as failed, so that the ledger does not wait."""
        while True:
            ref, number = await self._refused.get()
            await self._tell(ref, number, "failed")

    async def outcome(self, ref: LetterRef, outcome: Outcome) -> None:
        """Record what became of a mail; codes have no place in the ledger."""
        number = self._numbers.pop(ref, None)
        if ref.kind is LetterKind.CODE or number is None:
            return
        match outcome:
            case Sent():
                word = "sent"
            case Bounced():
                word = "bounced"
            case _:
                word = "failed"
        await self._tell(ref, number, word)

    async def _tell(self, ref: LetterRef, number: int, word: str) -> None:
        if self._record is None:
            return
        order = o.RecordMail(invitation_id=ref.invitation, mail=number, outcome=word)
        await self._record(ref.room, order)

    async def send_code(
        self, room: RoomId, entry_name: str, invitation: Invitation, code: str
    ) -> bool:
        """Mail a one-time code; False when it cannot be taken now."""
        if self._postman is None:
            return False
        letter = CodeLetter(
            to=invitation.person,
            entry_name=entry_name,
            code=code,
            valid_minutes=CODE_VALID_MS // 60_000,
            language=invitation.language,
        )
        ref = LetterRef(room, invitation.id, LetterKind.CODE)
        return self._postman.enqueue(ref, letter)


def _letter(state: RoomState, invitation: Invitation, link_url: str) -> InvitationLetter | None:
    entry = state.entry
    if entry is None:
        return None
    return InvitationLetter(
        to=invitation.person,
        entry_name=entry.name,
        kind=entry.kind,
        invitation_type=invitation.invitation_type,
        invited_by=invitation.invited_by.name,
        link_url=link_url,
        starts_at=entry.starts_at,
        ends_at=entry.ends_at,
        message=invitation.message,
        language=invitation.language,
        expires_at=expires_at(state, invitation),
    )


def _words(message: EmailMessage, kind: str) -> str:
    part = message.get_body((kind,))
    return str(part.get_content()) if isinstance(part, EmailMessage) else ""


def record_in(ask: Callable[..., Awaitable[object]]) -> RecordOutcome:
    """Record outcomes through a hub's `ask`."""

    async def record(room: RoomId, order: o.RecordMail) -> object:
        return await ask(room, order, SERVER)

    return record
