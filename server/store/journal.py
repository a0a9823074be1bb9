"""The typed log that the hub uses: records and states instead of bytes.

Between the hub and an adapter stand, in this order: the codec (values to plain bytes), the
sealing (people out of them), and the payload (format and digest).
"""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

from protocol.ids import RoomId
from server.store.codec import Codec
from server.store.interface import START, Checkpoint, Position, Put, Store
from server.store.payload import Content, Kind, Place, pack, unpack
from server.store.sealing import Keys, Sealer, seal, unseal
from server.store.upcasts import UPCASTS, Upcasts

RecordT = TypeVar("RecordT")
StateT = TypeVar("StateT")
ValueT = TypeVar("ValueT")
ResultT = TypeVar("ResultT")

KEEP_RECORDS = 1_000
"""Records kept behind the checkpoint: a replica that lags by less reads on, others start anew."""
INLINE_BYTES = 64 * 1024
"""What is decoded on the event loop, in about 10 ms; more goes to a thread."""


@dataclass(frozen=True, slots=True)
class RecordPage(Generic[RecordT]):
    """A stretch of a log, decoded.

    Args:
        position: of the last record here (of what was asked for when there is none).
        records: in order; their versions are dense and end with that of `position`.
        head: where the log ends.
    """

    position: Position
    records: tuple[RecordT, ...]
    head: Position


@dataclass(frozen=True, slots=True)
class Loaded(Generic[StateT]):
    """A checkpoint, decoded; no state and `START` when there is none."""

    state: StateT | None
    position: Position


class Journal(Generic[RecordT, StateT]):
    """Read and write the logs of rooms. See `Store` for what is promised.

    Every method may raise `Unavailable`. Those that read raise `Corrupt` for what is damaged
    and `NewerData` for what a newer server wrote; the room is then to be left as it is.
    Heads, hints, leases and small values have no types; those methods are the store's own.

    Args:
        store: an adapter.
        sealer: over the same store.
        record: the type of records.
        state: the type of states.
        keep_records: how many records stay behind a checkpoint.
        upcasts: how older shapes become newer ones.
    """

    def __init__(
        self,
        store: Store,
        sealer: Sealer,
        record: type[RecordT],
        state: type[StateT],
        *,
        keep_records: int = KEEP_RECORDS,
        upcasts: Upcasts = UPCASTS,
    ) -> None:
        """Put the codecs together.

        Raises:
            TypeError: a type cannot be stored.
        """
        self._store = store
        self._sealer = sealer
        self._records = Codec(record, upcasts)
        self._states = Codec(state, upcasts)
        self._keep_records = keep_records
        # What needs no types is the store's own.
        self.head = store.head
        self.follow = store.follow
        self.saved = store.saved
        self.due = store.due
        self.put = store.put
        self.get = store.get
        self.get_many = store.get_many
        self.scan = store.scan
        self.sweep = store.sweep
        self.renew_lease = store.renew_lease
        self.leases = store.leases
        self.drop_lease = store.drop_lease
        self.trim = store.trim

    async def append(
        self,
        room: RoomId,
        expected: Position,
        records: Sequence[RecordT],
        *,
        puts: Sequence[Put] = (),
        wake_at: int | None = None,
    ) -> Position:
        """Append records as the next versions, all or none, durable on return.

        Keys of people who are new are durable before that; should the append then fail, they
        stay, and are used the next time.

        Returns:
            The position of the last record.

        Raises:
            Conflict: the head is not `expected`; no record and no put was written.
        """
        encoded = [self._records.encode(record) for record in records]
        keys = await self._sealer.keys_to_seal(person for each in encoded for person in each.people)
        payloads = [
            pack(
                Place(Kind.RECORD, room, version),
                Content([seal(person, keys) for person in each.people], each.body),
            )
            for version, each in enumerate(encoded, expected.version + 1)
        ]
        return await self._store.append(room, expected, payloads, puts=puts, wake_at=wake_at)

    async def read(self, room: RoomId, after: Position, limit: int = 1000) -> RecordPage[RecordT]:
        """Read on from a position (`START`: from the first record still there).

        Raises:
            PositionLost: `after` is of another epoch, beyond the head, or was trimmed.
        """
        page = await self._store.read(room, after, limit)
        size = sum(len(payload) for payload in page.payloads)
        first = page.position.version - len(page.payloads) + 1
        contents = await _computed(
            size,
            lambda: [
                unpack(Place(Kind.RECORD, room, version), payload)
                for version, payload in enumerate(page.payloads, first)
            ],
        )

        async def decoded(keys: Keys) -> tuple[RecordT, ...]:
            return await _computed(
                size, lambda: tuple(_decoded(self._records, content, keys) for content in contents)
            )

        sealed = [one for content in contents for one in content.sealed]
        records = await self._sealer.opened(sealed, decoded)
        return RecordPage(page.position, records, page.head)

    async def load(self, room: RoomId) -> Loaded[StateT]:
        """Get the newest checkpoint; read on from its position.

        Cost: about three seconds of a thread for a room of 100,000.
        """
        checkpoint = await self._store.load_checkpoint(room)
        if checkpoint is None:
            return Loaded(None, START)
        place = Place(Kind.CHECKPOINT, room, checkpoint.position.version)
        size = len(checkpoint.payload)
        content = await _computed(size, lambda: unpack(place, checkpoint.payload))

        async def decoded(keys: Keys) -> StateT:
            return await _computed(size, lambda: _decoded(self._states, content, keys))

        state = await self._sealer.opened(content.sealed, decoded)
        return Loaded(state, checkpoint.position)

    async def save(
        self, room: RoomId, position: Position, state: StateT, *, keeps_records: bool = True
    ) -> None:
        """Keep a checkpoint, and forget the records that nobody needs any more.

        The last `keep_records` before the checkpoint stay, for replicas that lag.

        Args:
            position: up to which the log is folded into `state`.
            state: immutable, so that it can be written while the room goes on.
            keeps_records: False forgets all records before the checkpoint, because somebody
                was erased since; replicas that lag start anew.

        Raises:
            PositionLost: the position is not in this log.

        Cost: about three seconds of a thread for a room of 100,000.
        """
        encoded = await asyncio.to_thread(self._states.encode, state)
        keys = await self._sealer.keys_to_seal(encoded.people)

        def sealed() -> bytes:
            people = [seal(person, keys) for person in encoded.people]
            place = Place(Kind.CHECKPOINT, room, position.version)
            return pack(place, Content(people, encoded.body))

        payload = await asyncio.to_thread(sealed)
        await self._store.save_checkpoint(room, Checkpoint(position, payload))
        keep = self._keep_records if keeps_records else 0
        if position.version > keep:
            await self._store.trim(room, Position(position.epoch, position.version - keep))


def _decoded(codec: Codec[ValueT], content: Content, keys: Keys) -> ValueT:
    return codec.decode(content.body, [unseal(sealed, keys) for sealed in content.sealed])


async def _computed(size: int, work: Callable[[], ResultT]) -> ResultT:
    """Do a piece of work where it does no harm: a large one in a thread."""
    return work() if size < INLINE_BYTES else await asyncio.to_thread(work)
