"""Where webhooks are kept: subscriptions, messages that are due, how far each was told.

Messages are put down in the very append that makes them true, so nothing acknowledged goes
untold, and people in them are sealed like everywhere. Each is kept for seven days.
"""

from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from operator import attrgetter

import msgpack

from protocol.ids import NodeId, RoomId
from protocol.webhooks import DeliveryView, Topic
from server.core.announcements import Announcement
from server.integrations.turns import Turns
from server.store.archive import Archive
from server.store.interface import Corrupt, Put, Store
from server.store.packed import unexpected, unpacked
from server.store.sealing import Sealer

SUBSCRIPTIONS = "webhook"
MESSAGES = "webhook_message"
ROOMS = "webhook_room"
CURSORS = "webhook_cursor"
TURNS = "webhook_turn"
TRIES = "webhook_try"

KEPT_MS = 7 * 24 * 3_600_000
TURN_MS = 45_000
"""For how long one node tells a room's messages without saying so again."""
LOG_SIZE = 100
"""Tries that each node remembers of each subscription."""
PAGE = 100
MAX_SUBSCRIPTIONS = 50


@dataclass(frozen=True, slots=True, kw_only=True)
class Subscription:
    """Where to tell what.

    Args:
        topics: none: all.
        entry_id: of this entry alone; empty: of every entry.
        is_gone: the address has answered 410.
    """

    id: str
    url: str
    topics: tuple[str, ...] = ()
    entry_id: str = ""
    created_at: int = 0
    is_paused: bool = False
    is_gone: bool = False

    @property
    def is_on(self) -> bool:
        """It is told now."""
        return not self.is_paused and not self.is_gone

    def wants_room(self, room: RoomId) -> bool:
        """Say whether anything of a room may be for it."""
        return not self.entry_id or self.entry_id == room

    def wants(self, message: Announcement) -> bool:
        """Say whether a message is for it; what was before it is not."""
        is_topic = not self.topics or message.topic in self.topics
        return is_topic and self.wants_room(message.entry_id) and message.at >= self.created_at


class WebhookKeep:
    """The tables of webhooks.

    Args:
        store: of the whole server.
        sealer: over the same store.
        clock: ms UTC.
        node: this process, for turns and logs.
    """

    def __init__(
        self, store: Store, sealer: Sealer, clock: Callable[[], int], node: NodeId
    ) -> None:
        """Know of no subscription yet; `refresh` reads them."""
        self._store = store
        self._archive = Archive(sealer, Announcement)
        self._clock = clock
        self._node = node
        self._turns = Turns(table=TURNS, store=store, node=node, clock=clock, lasts_ms=TURN_MS)
        self._known: dict[str, Subscription] = {}
        self._tries: dict[str, int] = {}

    # --- subscriptions ---------------------------------------------------------------------

    @property
    def subscriptions(self) -> list[Subscription]:
        """Those that this node knows of, the oldest first."""
        return sorted(self._known.values(), key=attrgetter("created_at", "id"))

    async def refresh(self) -> None:
        """Read what other nodes may have changed.

        Raises:
            StoreError: not now; what was known stays.
        """
        found = await self._store.scan(SUBSCRIPTIONS, self._clock())
        self._known = {key: _subscription(key, stored) for key, stored in found}

    async def save(self, subscription: Subscription) -> None:
        """Keep a subscription, in place of the one with its id."""
        fields = asdict(subscription)
        del fields["id"]
        value: bytes = msgpack.packb(fields)
        await self._store.put([Put(table=SUBSCRIPTIONS, key=subscription.id, value=value)])
        self._known[subscription.id] = subscription

    async def delete(self, subscription: Subscription) -> None:
        """Forget a subscription."""
        await self._store.put([Put(table=SUBSCRIPTIONS, key=subscription.id, value=None)])
        self._known.pop(subscription.id, None)

    # --- messages --------------------------------------------------------------------------

    async def puts(self, made: Sequence[Announcement]) -> list[Put]:
        """List what has to be put down with an append; nothing while nobody subscribes."""
        if not made or not any(one.wants_room(made[0].entry_id) for one in self._known.values()):
            return []
        until = self._clock() + KEPT_MS
        room, last = made[-1].entry_id, made[-1].number
        puts = [Put(table=ROOMS, key=room, value=str(last).encode(), expires_at=until)]
        for one, value in zip(made, await self._archive.pack_small(made), strict=True):
            key = _message_key(room, one.number)
            puts.append(Put(table=MESSAGES, key=key, value=value, expires_at=until))
        return puts

    async def messages(self, room: RoomId, after: int, limit: int = PAGE) -> list[Announcement]:
        """List the next messages of a room behind a number."""
        start = _message_key(room, after)
        found = await self._store.scan(MESSAGES, self._clock(), after=start, limit=limit)
        ours = [value for key, value in found if key.startswith(f"{room} ")]
        return [await self._archive.unpack(value) for value in ours]

    async def rooms(self, after: str) -> list[tuple[RoomId, int]]:
        """List rooms with messages, each with the number of its last; behind `after`."""
        found = await self._store.scan(ROOMS, self._clock(), after=after)
        return [(RoomId(key), int(value)) for key, value in found]

    # --- how far each was told -------------------------------------------------------------

    async def cursor(self, subscription: Subscription, room: RoomId) -> int:
        """Say up to which number a subscription was told of a room; 0: nothing."""
        key = _stream_key(subscription, room)
        stored = await self._store.get(CURSORS, key, self._clock())
        return int(stored) if stored else 0

    async def move(self, subscription: Subscription, room: RoomId, number: int) -> None:
        """Note up to which number a subscription was told of a room."""
        await self._store.put([self._cursor_put(subscription, room, number)])

    async def told(
        self, subscription: Subscription, room: RoomId, attempt: DeliveryView, *, is_done: bool
    ) -> None:
        """Note one try; `is_done` moves on behind the message."""
        slot = self._tries[subscription.id] = self._tries.get(subscription.id, -1) + 1
        key = f"{subscription.id} {self._node} {slot % LOG_SIZE:04d}"
        value = attempt.model_dump_json().encode()
        puts = [Put(table=TRIES, key=key, value=value, expires_at=self._clock() + KEPT_MS)]
        if is_done and attempt.topic is not Topic.TEST:
            puts.append(self._cursor_put(subscription, room, attempt.number))
        await self._store.put(puts)

    def _cursor_put(self, subscription: Subscription, room: RoomId, number: int) -> Put:
        return Put(
            table=CURSORS,
            key=_stream_key(subscription, room),
            value=str(number).encode(),
            expires_at=self._clock() + 2 * KEPT_MS,
        )

    async def tries(self, subscription: Subscription, limit: int) -> list[DeliveryView]:
        """List the newest tries, the newest first."""
        found: list[DeliveryView] = []
        after = prefix = f"{subscription.id} "
        while page := await self._store.scan(TRIES, self._clock(), after=after):
            ours = [value for key, value in page if key.startswith(prefix)]
            found += [DeliveryView.model_validate_json(value) for value in ours]
            if len(ours) < len(page):
                break
            after = page[-1][0]
        found.sort(key=attrgetter("at", "number", "attempt"), reverse=True)
        return found[:limit]

    # --- turns -----------------------------------------------------------------------------

    async def take_turn(self, subscription: Subscription, room: RoomId) -> bool:
        """Be the one node that tells a subscription of a room; False while another is."""
        return await self._turns.take(_stream_key(subscription, room))

    async def keep_turn(self, subscription: Subscription, room: RoomId) -> None:
        """Prolong one's own turn, which has not run out."""
        await self._turns.keep(_stream_key(subscription, room))

    async def end_turn(self, subscription: Subscription, room: RoomId) -> None:
        """Leave the turn to others."""
        await self._turns.end(_stream_key(subscription, room))


def _message_key(room: RoomId, number: int) -> str:
    return f"{room} {number:016d}"


def _stream_key(subscription: Subscription, room: RoomId) -> str:
    return f"{subscription.id} {room}"


def _subscription(key: str, stored: bytes) -> Subscription:
    fields = unpacked(stored, "a webhook")
    try:
        if not isinstance(fields, dict):
            raise unexpected("a webhook")
        return Subscription(id=key, **{**fields, "topics": tuple(fields["topics"])})
    except (KeyError, TypeError) as fault:
        raise Corrupt(f"What is stored of {key} is not a webhook.") from fault
