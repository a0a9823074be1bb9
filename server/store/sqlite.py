"""The embedded store: one SQLite file, no server to install.

One process at a time serves from a file. Its writes go through one thread with group commit
(`sqlite_writer`), its reads through a few connections of their own (`sqlite_readers`), and its
hints never leave the process. The command line may open the same file beside a running server,
with `exclusive=False`, for one small value.
"""

import asyncio
import secrets
import sqlite3
from collections.abc import AsyncIterator, Coroutine, Iterable, Sequence
from contextlib import ExitStack, asynccontextmanager
from functools import partial
from pathlib import Path
from typing import Any, Self, TypeVar

from protocol.ids import NodeId, RoomId
from server.store import sqlite_file, sqlite_log, sqlite_values
from server.store.hints import Hints
from server.store.interface import Checkpoint, Page, Position, Put
from server.store.sqlite_readers import Readers
from server.store.sqlite_writer import Writer

T = TypeVar("T")

READERS = 2
"""Connections for reading. A read is short; a second one keeps heads going beside a checkpoint."""
MAX_WAITING = 10_000
"""Writes, and as many reads, that may wait. Each room has one append in flight."""


class SqliteStore:
    """`Store` on one file. Get one with `open`; its promises stand in the interface.

    A cancelled call is finished all the same; only its answer is dropped.
    """

    is_shared = False

    def __init__(self, writer: Writer, readers: Readers) -> None:
        """Put the parts together; see `open`."""
        self._writer = writer
        self._readers = readers
        self._hints = Hints()
        self._held: dict[RoomId, int] = {}

    @classmethod
    @asynccontextmanager
    async def open(
        cls,
        path: Path,
        *,
        exclusive: bool = True,
        readers: int = READERS,
        max_waiting: int = MAX_WAITING,
    ) -> AsyncIterator[Self]:
        """Open a file, and make it where there is none; close it cleanly in the end.

        Args:
            path: of the file. Beside it appear `-wal`, `-shm` and `.lock`.
            exclusive: False for the command line: the file must exist and be up to date, and
                a server may be running on it.
            readers: connections for reading.
            max_waiting: writes that may wait before further ones are refused; reads likewise.

        Raises:
            Unusable: it is damaged, of another application, newer than this server, held by
                another server, or cannot be made. The sentence says which.
            Unavailable: it cannot be read or written now.
        """
        with ExitStack() as stack:
            opening = asyncio.to_thread(_connected, path, stack, readers, exclusive=exclusive)
            writer, *others = await _finished(opening)
            store = cls(Writer(writer, path, max_waiting), Readers(others, max_waiting))
            try:
                yield store
            finally:
                await _finished(store.close())

    async def append(
        self,
        room: RoomId,
        expected: Position,
        payloads: Sequence[bytes],
        *,
        puts: Sequence[Put] = (),
        wake_at: int | None = None,
    ) -> Position:
        """See `Store.append`."""
        if any(each.if_absent for each in puts):
            raise ValueError("An append takes no put that is `if_absent`.")
        if not payloads and not expected.version:
            raise ValueError("A log begins with a payload.")
        epoch = secrets.token_hex(8)

        def work(connection: sqlite3.Connection) -> Position:
            position = sqlite_log.append(
                connection, room, expected, payloads, wake_at=wake_at, epoch=epoch
            )
            sqlite_values.put(connection, puts, 0)
            return position

        def tell(position: Position) -> None:
            if payloads:
                self._hints.tell(room, position.version)

        return await self._writer.run(work, tell)

    @asynccontextmanager
    async def turn(self, room: RoomId) -> AsyncIterator[int | None]:  # noqa: ARG002 - see below
        """See `Store.turn`. One process has the file, and a room has one writer in it."""
        yield None

    async def read(self, room: RoomId, after: Position, limit: int = 1000) -> Page:
        """See `Store.read`."""
        return await self._readers.run(lambda c: sqlite_log.read(c, room, after, limit))

    async def head(self, room: RoomId) -> Position:
        """See `Store.head`."""
        return await self._readers.run(lambda c: sqlite_log.head_of(c, room))

    @asynccontextmanager
    async def follow(self, room: RoomId) -> AsyncIterator[AsyncIterator[int]]:
        """See `Store.follow`. Ends when the store closes."""
        with self._hints.follow(room) as follower:
            yield follower

    async def save_checkpoint(self, room: RoomId, checkpoint: Checkpoint) -> None:
        """See `Store.save_checkpoint`. Written in parts, so that other rooms are not held up.

        Parts of one that was given up go with the next checkpoint, or the next start.
        """
        position, payload = checkpoint.position, checkpoint.payload
        size = sqlite_log.PART_BYTES
        parts = [payload[start : start + size] for start in range(0, len(payload), size)] or [b""]

        def begin(connection: sqlite3.Connection) -> int | None:
            number = sqlite_log.begin_checkpoint(connection, room, position)
            if number is not None:
                sqlite_log.add_part(connection, number, 0, parts[0])
                if len(parts) == 1:
                    sqlite_log.finish_checkpoint(connection, number)
            return number

        number = await self._writer.run(begin)
        if number is None or len(parts) == 1:
            return
        for part, piece in enumerate(parts[1:], 1):
            if not await self._writer.run(partial(_add, number=number, part=part, piece=piece)):
                return
        await self._writer.run(lambda c: sqlite_log.finish_checkpoint(c, number))

    async def load_checkpoint(self, room: RoomId) -> Checkpoint | None:
        """See `Store.load_checkpoint`."""
        return await self._readers.run(lambda c: sqlite_log.load_checkpoint(c, room))

    async def saved(self, room: RoomId) -> Position | None:
        """See `Store.saved`."""
        return await self._readers.run(lambda c: sqlite_log.saved(c, room))

    async def trim(self, room: RoomId, up_to: Position) -> None:
        """See `Store.trim`. In steps, so that others are not held up."""
        while await self._writer.run(lambda c: sqlite_log.trim(c, room, up_to)):
            pass

    async def due(self, now: int, limit: int = 100) -> list[RoomId]:
        """See `Store.due`."""
        held = {room for room, until in self._held.items() if until > now}
        found = await self._readers.run(lambda c: sqlite_log.due(c, now, limit + len(held)))
        return [room for room in found if room not in held][:limit]

    async def hold(self, rooms: Iterable[RoomId], until: int) -> None:
        """See `Store.hold`. Only this process has the file, so it is remembered here."""
        for room in rooms:
            self._held[room] = max(until, self._held.get(room, 0))

    async def put(self, puts: Sequence[Put], now: int = 0) -> bool:
        """See `Store.put`."""
        try:
            await self._writer.run(lambda c: sqlite_values.put(c, puts, now))
        except sqlite_values.Taken:
            return False
        return True

    async def get(self, table: str, key: str, now: int) -> bytes | None:
        """See `Store.get`."""
        return (await self.get_many(table, [key], now)).get(key)

    async def get_many(self, table: str, keys: Sequence[str], now: int) -> dict[str, bytes]:
        """See `Store.get_many`."""
        return await self._readers.run(lambda c: sqlite_values.get_many(c, table, keys, now))

    async def scan(
        self, table: str, now: int, *, after: str = "", limit: int = 1000
    ) -> list[tuple[str, bytes]]:
        """See `Store.scan`."""
        return await self._readers.run(lambda c: sqlite_values.scan(c, table, now, after, limit))

    async def sweep(self, now: int) -> int:
        """See `Store.sweep`. Also empties the WAL, which keeps what was overwritten till then."""
        self._held = {room: until for room, until in self._held.items() if until > now}
        total = 0
        while count := await self._writer.run(lambda c: sqlite_values.sweep(c, now)):
            total += count
        self._writer.empty_wal_soon()
        await self._writer.run(lambda c: sqlite_values.forget_dropped(c, now))
        return total

    async def renew_lease(self, node: NodeId, now: int, until: int) -> bool:  # noqa: ARG002 - for adapters whose leases expire by themselves
        """See `Store.renew_lease`."""
        return await self._writer.run(lambda c: sqlite_values.renew_lease(c, node, until))

    async def leases(self) -> dict[NodeId, int]:
        """See `Store.leases`."""
        return await self._readers.run(sqlite_values.leases)

    async def drop_lease(self, node: NodeId) -> None:
        """See `Store.drop_lease`."""
        await self._writer.run(lambda c: sqlite_values.drop_lease(c, node))

    async def renew_epochs(self) -> int:
        """Begin a new life of every log, after the file was restored from a backup.

        What came after the backup is lost; without this, a log that has grown again would look
        like a continuation to those who saw the lost part. Nothing else changes.

        Returns:
            How many logs there are.
        """
        return await self._writer.run(sqlite_log.renew_epochs)

    async def close(self) -> None:
        """Finish what waits, move the WAL into the file, let go. `open` does it in the end."""
        self._hints.end()
        self._writer.stop_taking()
        self._readers.stop_taking()
        # The readers first: with nobody in its way the writer can empty the WAL.
        await asyncio.to_thread(self._readers.close)
        await asyncio.to_thread(self._writer.close)


def _connected(
    path: Path, stack: ExitStack, readers: int, *, exclusive: bool
) -> list[sqlite3.Connection]:
    """Open the writing connection and those for reading; the stack lets go of all of it."""
    if exclusive:
        sqlite_file.make(path)
        stack.enter_context(sqlite_file.held(path))
        sqlite_file.prepare(path)
    else:
        sqlite_file.check_shared(path)
    connections = []
    for connect in [sqlite_file.writer, *[sqlite_file.reader] * readers]:
        connection = connect(path)
        stack.callback(connection.close)
        connections.append(connection)
    return connections


def _add(connection: sqlite3.Connection, *, number: int, part: int, piece: bytes) -> bool:
    return sqlite_log.add_part(connection, number, part, piece)


async def _finished(work: Coroutine[Any, Any, T]) -> T:
    """Await to the very end, so that nothing goes on behind the back of a cancelled caller."""
    task = asyncio.create_task(work)
    cancelled: asyncio.CancelledError | None = None
    while not task.done():
        try:
            await asyncio.wait([task])
        except asyncio.CancelledError as error:
            cancelled = error
    result = task.result()
    if cancelled is not None:
        raise cancelled
    return result
