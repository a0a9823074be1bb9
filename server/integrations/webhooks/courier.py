"""Tells subscriptions what happened: each room in order, at least once, until it is taken.

A stream is one subscription and one room; nothing overtakes anything in it. A message that is
not taken is tried again, later and later, and those behind it wait; it is given up when it is
seven days old. Where many nodes serve, one at a time tells a stream; should it die, another goes
on when its turn has run out, and may tell one message a second time.
"""

import asyncio
import logging
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace

from protocol.ids import RoomId
from protocol.webhooks import DeliveryView, WebhookState
from server.core.announcements import Announcement
from server.core.record import Record
from server.core.state import RoomState
from server.integrations.outgoing import Outgoing, OutgoingError
from server.integrations.rounds import Rounds
from server.integrations.webhooks.keep import TURN_MS, Subscription, WebhookKeep
from server.integrations.webhooks.messages import (
    NO_ENTRY,
    body_of,
    headers_of,
    message_id,
    secret_of,
    trial,
)
from server.store.interface import StoreError

log = logging.getLogger(__name__)

AT_ONCE = 32
"""Streams that are told at the same time, and of one subscription at most a quarter of them."""
REFRESH_S = 3.0
"""How soon a node hears of subscriptions that were made at another."""
SWEEP_S = 20.0
"""How often it is looked whether something was left behind, by a crash or by another node."""
TURN_WAIT_S = 1.0
SAFE_TURN_S = TURN_MS / 1000 / 3
"""When one's own turn is prolonged; a node that slept beyond its end leaves the rest to others."""
BACKOFF_S = (5.0, 30.0, 120.0, 300.0, 900.0, 1_800.0, 3_600.0)
OK = range(200, 300)
GONE = 410
OURS_TO_BLAME = (*range(400, 408), *range(409, 429), *range(430, 500))
"""Answers to one message, that say nothing about the others. 408 and 429 are about all."""


@dataclass(frozen=True, slots=True)
class Stream:
    """One subscription and one room."""

    webhook_id: str
    room: RoomId


@dataclass(slots=True)
class _Rest:
    """How often something failed in a row, and until when it is left alone."""

    failures: int = 0
    until: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class CourierWorld:
    """What the courier is handed.

    Args:
        clock: ms UTC.
        monotonic: seconds.
        chance: from 0 to 1, so that what failed together is not tried together.
    """

    clock: Callable[[], int]
    monotonic: Callable[[], float]
    chance: Callable[[], float]


class Courier:
    """Tells what is due. `running` owns its tasks."""

    def __init__(
        self,
        keep: WebhookKeep,
        outgoing: Outgoing,
        keys: tuple[bytes, ...],
        world: CourierWorld,
        backoff_s: tuple[float, ...] = BACKOFF_S,
    ) -> None:
        """Tell nothing yet.

        Args:
            keys: of the key ring; the secret that is shown comes of the first, and all sign.
            backoff_s: how long to wait after each failure in a row; the last one goes on.
        """
        self.keep = keep
        self._outgoing = outgoing
        self._keys = keys
        self._world = world
        self._backoff_s = backoff_s
        self._rounds = Rounds(
            self._tell,
            world.monotonic,
            at_once=AT_ONCE,
            group_of=lambda stream: stream.webhook_id,
            rest_until=self._rest_until,
        )
        self._rests: dict[Stream | str, _Rest] = {}

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Tell until the block is left. What is not told then is told by the next start."""
        async with asyncio.TaskGroup() as tasks:
            jobs = [
                tasks.create_task(self._refresh(), name="webhooks: refresh"),
                tasks.create_task(self._sweep(), name="webhooks: sweep"),
                tasks.create_task(self._rounds.run(), name="webhooks: rounds"),
            ]
            try:
                yield
            finally:
                for job in jobs:
                    job.cancel()
        await self._outgoing.aclose()

    def on_commit(self, room: RoomId, _state: RoomState, records: tuple[Record, ...]) -> None:
        """Note that a room has news."""
        if any(record.announcements for record in records):
            self.note(room)

    def note(self, room: RoomId) -> None:
        """Look soon whether something of a room is to be told."""
        for subscription in self.keep.subscriptions:
            if subscription.is_on and subscription.wants_room(room):
                self._rounds.note(Stream(subscription.id, room))

    def secret(self, webhook_id: str) -> str:
        """Show the secret that signs for a subscription."""
        return secret_of(webhook_id, self._keys[0])

    def state(self, subscription: Subscription) -> WebhookState:
        """Say how a subscription fares, as far as this node knows."""
        if subscription.is_gone:
            return WebhookState.GONE
        if subscription.is_paused:
            return WebhookState.PAUSED
        resting = subscription.id in self._rests or any(
            isinstance(one, Stream) and one.webhook_id == subscription.id for one in self._rests
        )
        return WebhookState.RESTING if resting else WebhookState.ACTIVE

    def forget(self, subscription: Subscription) -> None:
        """Forget how a subscription fared, which is no more."""
        for one in [one for one in self._rests if _is_of(one, subscription)]:
            del self._rests[one]

    async def start_anew(self, subscription: Subscription) -> None:
        """Forget that a subscription failed, and look at all of its rooms now."""
        self.forget(subscription)
        await self._look(subscription)

    async def test(self, subscription: Subscription) -> DeliveryView:
        """Send the message of the test button once, and say how that went."""
        message = trial(self._world.clock())
        tried = await self._try(subscription, message, attempt=1)
        await self.keep.told(subscription, NO_ENTRY, tried, is_done=True)
        return tried

    # --- what there is to do ---------------------------------------------------------------

    async def _refresh(self) -> None:
        while True:
            try:
                await self.keep.refresh()
            except StoreError as problem:
                log.warning("webhooks are not at hand: %r", problem)
            await asyncio.sleep(REFRESH_S)

    async def _sweep(self) -> None:
        """Find what was left behind: by a crash, by another node, by one that was paused."""
        while True:
            try:
                # Of one's own: a start that swept before it knew anybody would leave them waiting.
                await self.keep.refresh()
                for subscription in self.keep.subscriptions:
                    if subscription.is_on:
                        await self._look(subscription)
            except StoreError as problem:
                log.warning("webhooks that are due are not known: %r", problem)
            await asyncio.sleep(SWEEP_S)

    async def _look(self, subscription: Subscription) -> None:
        after = ""
        while page := await self.keep.rooms(after):
            for room, last in page:
                stream = Stream(subscription.id, room)
                if not subscription.wants_room(room) or stream in self._rounds:
                    continue
                if await self.keep.cursor(subscription, room) < last:
                    self._rounds.note(stream)
            after = page[-1][0]

    def _rest_until(self, stream: Stream) -> float:
        rests = (self._rests.get(stream), self._rests.get(stream.webhook_id))
        return max((one.until for one in rests if one is not None), default=0.0)

    # --- telling ---------------------------------------------------------------------------

    async def _tell(self, stream: Stream) -> float | None:
        """Tell a stream as far as it goes; say in how many seconds to go on."""
        try:
            return await self._told(stream)
        except StoreError as problem:
            log.warning("webhook %s waits for the store: %r", stream.webhook_id, problem)
            return self._backoff_s[0]

    async def _told(self, stream: Stream) -> float | None:
        """Tell what there is.

        Returns:
            In how many seconds to go on; None when all was told.
        """
        subscription = self._subscription(stream)
        if subscription is None:
            return None
        if not await self.keep.take_turn(subscription, stream.room):
            return TURN_WAIT_S
        turn = _Turn(self.keep, stream.room, self._world.monotonic)
        try:
            return await self._in_turn(stream, turn)
        finally:
            if turn.is_ours:
                await self.keep.end_turn(subscription, stream.room)

    async def _in_turn(self, stream: Stream, turn: "_Turn") -> float | None:
        after: int | None = None
        while (subscription := self._subscription(stream)) is not None:
            if after is None:
                after = await self.keep.cursor(subscription, stream.room)
            # One by one: whoever is erased meanwhile is in no message that was read before.
            found = await self.keep.messages(stream.room, after, limit=1)
            if not found:
                return None
            [message] = found
            if not await turn.goes_on(subscription):
                return TURN_WAIT_S
            if not subscription.wants(message):
                await self.keep.move(subscription, stream.room, message.number)
            elif not await self._deliver(stream, subscription, message):
                return 0.0
            after = message.number
        return None

    def _subscription(self, stream: Stream) -> Subscription | None:
        for one in self.keep.subscriptions:
            if one.id == stream.webhook_id and one.is_on:
                return one
        return None

    async def _deliver(
        self, stream: Stream, subscription: Subscription, message: Announcement
    ) -> bool:
        """Try a message once, and note how it went; True when it was taken."""
        rest = self._rests.get(stream)
        tried = await self._try(subscription, message, attempt=rest.failures + 1 if rest else 1)
        is_done = tried.problem is None
        await self.keep.told(subscription, stream.room, tried, is_done=is_done)
        if is_done:
            self._rests.pop(stream, None)
            self._rests.pop(stream.webhook_id, None)
            return True
        if tried.status == GONE:
            await self.keep.save(replace(subscription, is_gone=True))
            return False
        self._put_to_rest(stream)
        if tried.status not in OURS_TO_BLAME:
            self._put_to_rest(stream.webhook_id)
        return False

    def _put_to_rest(self, what: Stream | str) -> None:
        rest = self._rests.setdefault(what, _Rest())
        wait_s = self._backoff_s[min(rest.failures, len(self._backoff_s) - 1)]
        rest.failures += 1
        rest.until = self._world.monotonic() + wait_s * (0.75 + self._world.chance() / 2)

    async def _try(
        self, subscription: Subscription, message: Announcement, attempt: int
    ) -> DeliveryView:
        begun, now = self._world.monotonic(), self._world.clock()
        body = body_of(message)
        secrets = [secret_of(subscription.id, key) for key in self._keys]
        status: int | None = None
        problem: str | None = None
        try:
            headers = headers_of(message, body, secrets, now)
            answer = await self._outgoing.post(subscription.url, headers, body)
            status = answer.status
            problem = None if status in OK else "answered_otherwise"
        except OutgoingError as fault:
            problem = str(fault)
        if problem:
            log.info("webhook %s: %s (status %s)", subscription.id, problem, status)
        return DeliveryView(
            at=now,
            message_id=message_id(message),
            topic=message.topic,
            number=message.number,
            entry_id=message.entry_id,
            attempt=attempt,
            status=status,
            problem=problem,
            took_ms=round(1000 * (self._world.monotonic() - begun)),
        )


def _is_of(what: Stream | str, subscription: Subscription) -> bool:
    return subscription.id == (what.webhook_id if isinstance(what, Stream) else what)


class _Turn:
    """One's own turn, prolonged in time; lost when this node slept through its end."""

    def __init__(self, keep: WebhookKeep, room: RoomId, monotonic: Callable[[], float]) -> None:
        self._keep = keep
        self._room = room
        self._monotonic = monotonic
        self._since = monotonic()
        self.is_ours = True

    async def goes_on(self, subscription: Subscription) -> bool:
        age_s = self._monotonic() - self._since
        if age_s > 2 * SAFE_TURN_S:
            self.is_ours = False
        elif age_s > SAFE_TURN_S:
            await self._keep.keep_turn(subscription, self._room)
            self._since = self._monotonic()
        return self.is_ours
