"""The real store, with faults that a test switches on. Nothing in it is made up."""

import asyncio
from collections import deque
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager

from protocol.ids import NodeId, RoomId
from server.store.interface import Checkpoint, Page, Position, Put, Unavailable
from server.store.sqlite import SqliteStore
from server.store.sqlite_readers import Readers
from server.store.sqlite_writer import Writer

Append = Callable[[], Awaitable[Position]]
"""The real append, ready to happen."""
Fault = Callable[[Append], Awaitable[Position]]
Hints = Callable[[AsyncIterator[int]], AsyncIterator[int]]


class Held:
    """An append that is under way until the test lets it happen."""

    def __init__(self) -> None:
        self._has_come = asyncio.Event()
        self._may_go = asyncio.Event()

    async def __call__(self, append: Append) -> Position:
        self._has_come.set()
        await self._may_go.wait()
        return await append()

    async def has_come(self) -> None:
        async with asyncio.timeout(10):
            await self._has_come.wait()

    def release(self) -> None:
        self._may_go.set()


async def refused(_append: Append) -> Position:
    """Nothing is written."""
    raise Unavailable("The disk is full.")


async def reply_lost(append: Append) -> Position:
    """All is written, and nobody hears of it."""
    await append()
    raise Unavailable("The connection was lost.")


async def hung(_append: Append) -> Position:
    """Nothing is written, and nobody hears of that."""
    await asyncio.Event().wait()
    raise AssertionError


class FaultyStore(SqliteStore):
    """Counts what it is asked, and fails as it is told."""

    def __init__(self, writer: Writer, readers: Readers) -> None:
        super().__init__(writer, readers)
        self.next_appends: deque[Fault] = deque()
        """What happens to the appends that come next; later ones are in order."""
        self.appends: list[int] = []
        """How many records each append has brought."""
        self.reads = 0
        self.heads = 0
        self.cannot_write = False
        self.cannot_read = False
        self.answers_reads = asyncio.Event()
        self.answers_reads.set()
        self.before_read: Callable[[], Awaitable[object]] | None = None
        """Happens once, between a read and its answer."""
        self.hints: Hints = lambda hints: hints

    def hold_next(self) -> Held:
        held = Held()
        self.next_appends.append(held)
        return held

    def kill(self) -> None:
        """Write nothing any more, as a process that is killed."""
        self.cannot_write = True

    async def append(
        self,
        room: RoomId,
        expected: Position,
        payloads: Sequence[bytes],
        *,
        puts: Sequence[Put] = (),
        wake_at: int | None = None,
    ) -> Position:
        self._check_writing()
        self.appends.append(len(payloads))

        async def append() -> Position:
            return await super(FaultyStore, self).append(
                room, expected, payloads, puts=puts, wake_at=wake_at
            )

        if self.next_appends:
            return await self.next_appends.popleft()(append)
        return await append()

    async def save_checkpoint(self, room: RoomId, checkpoint: Checkpoint) -> None:
        self._check_writing()
        await super().save_checkpoint(room, checkpoint)

    async def renew_lease(self, node: NodeId, now: int, until: int) -> bool:
        self._check_writing()
        return await super().renew_lease(node, now, until)

    async def drop_lease(self, node: NodeId) -> None:
        self._check_writing()
        await super().drop_lease(node)

    async def read(self, room: RoomId, after: Position, limit: int = 1000) -> Page:
        self.reads += 1
        await self._check_reading()
        page = await super().read(room, after, limit)
        if self.before_read is not None:
            interruption, self.before_read = self.before_read, None
            await interruption()
        return page

    async def head(self, room: RoomId) -> Position:
        self.heads += 1
        await self._check_reading()
        return await super().head(room)

    async def get(self, table: str, key: str, now: int) -> bytes | None:
        await self._check_reading()
        return await super().get(table, key, now)

    async def load_checkpoint(self, room: RoomId) -> Checkpoint | None:
        await self._check_reading()
        return await super().load_checkpoint(room)

    @asynccontextmanager
    async def follow(self, room: RoomId) -> AsyncIterator[AsyncIterator[int]]:
        async with super().follow(room) as hints:
            yield self.hints(hints)

    def _check_writing(self) -> None:
        if self.cannot_write:
            raise Unavailable("The store takes nothing.")

    async def _check_reading(self) -> None:
        await self.answers_reads.wait()
        if self.cannot_read:
            raise Unavailable("The store gives nothing.")
