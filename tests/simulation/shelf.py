"""The store of a simulated group: the real tables in memory, behind a network that fails.

`Shelf` is what every node shares: SQLite's own functions of `server.store`, one call at a time.
`Remote` is one node's way to it: questions and answers travel, and may be lost, late or refused.
Whatever has arrived is done, whoever has stopped waiting for it, or died.
"""

import asyncio
import sqlite3
from collections.abc import AsyncIterator, Callable, Iterable, Sequence
from contextlib import asynccontextmanager
from typing import Protocol, TypeVar

from protocol.ids import NodeId, RoomId
from server.store import sqlite_log, sqlite_values
from server.store.hints import Follower
from server.store.interface import (
    Checkpoint,
    Page,
    Position,
    Put,
    StoreError,
    Unavailable,
)
from server.store.migrations import migrate
from tests.simulation.chance import Random
from tests.simulation.loop import Process, SimulatedLoop
from tests.simulation.weather import Weather

T = TypeVar("T")

Appended = Callable[[RoomId, Position, Sequence[bytes]], None]
GIVEN_UP_S = 20.0
"""After which an adapter gives an answer up by itself."""
TURN_S = 0.5
PATIENCE_S = 2.0


class Hears(Protocol):
    """A node to which hints are sent."""

    def hint(self, follower: Follower, version: int) -> None: ...


class Shelf:
    """What is stored. Every method happens at one moment."""

    def __init__(self, random: Random, loop: SimulatedLoop, weather: Weather) -> None:
        self.random = random
        self.loop = loop
        self.weather = weather
        self.on_append: Appended = lambda *_: None
        self.followers: dict[Follower, tuple[RoomId, Hears]] = {}
        self._held: dict[RoomId, int] = {}
        self._turns: dict[RoomId, tuple[NodeId, float]] = {}
        self.connection = sqlite3.connect(":memory:", isolation_level=None)
        self.connection.execute("PRAGMA foreign_keys = ON")
        migrate(self.connection)

    def write(self, work: Callable[[sqlite3.Connection], T]) -> T:
        """Do it in a transaction."""
        self.connection.execute("BEGIN IMMEDIATE")
        try:
            done = work(self.connection)
        except BaseException:
            self.connection.execute("ROLLBACK")
            raise
        self.connection.execute("COMMIT")
        return done

    def append(
        self,
        room: RoomId,
        expected: Position,
        payloads: Sequence[bytes],
        puts: Sequence[Put],
        wake_at: int | None,
    ) -> Position:
        epoch = f"{self.random.getrandbits(64):016x}"

        def work(connection: sqlite3.Connection) -> Position:
            position = sqlite_log.append(
                connection, room, expected, payloads, wake_at=wake_at, epoch=epoch
            )
            sqlite_values.put(connection, puts, 0)
            return position

        position = self.write(work)
        if payloads:
            self.on_append(room, position, payloads)
            for follower, (followed, remote) in list(self.followers.items()):
                if followed == room:
                    remote.hint(follower, position.version)
        return position

    def save_checkpoint(self, room: RoomId, checkpoint: Checkpoint) -> None:
        def work(connection: sqlite3.Connection) -> None:
            number = sqlite_log.begin_checkpoint(connection, room, checkpoint.position)
            if number is not None:
                sqlite_log.add_part(connection, number, 0, checkpoint.payload)
                sqlite_log.finish_checkpoint(connection, number)

        self.write(work)

    def trim(self, room: RoomId, up_to: Position) -> None:
        while self.write(lambda c: sqlite_log.trim(c, room, up_to)):
            pass

    def due(self, now: int, limit: int) -> list[RoomId]:
        held = {room for room, until in self._held.items() if until > now}
        found = sqlite_log.due(self.connection, now, limit + len(held))
        return [room for room in found if room not in held][:limit]

    def hold(self, rooms: Iterable[RoomId], until: int) -> None:
        for room in rooms:
            self._held[room] = max(until, self._held.get(room, 0))

    def put(self, puts: Sequence[Put], now: int) -> bool:
        try:
            self.write(lambda c: sqlite_values.put(c, puts, now))
        except sqlite_values.Taken:
            return False
        return True

    def sweep(self, now: int) -> int:
        return self.write(lambda c: sqlite_values.sweep(c, now))

    def begin_turn(self, room: RoomId, node: NodeId) -> int | None:
        """Give the turn, with the head; None while somebody else has it."""
        who, until = self._turns.get(room, (node, 0.0))
        if who != node and until > self.loop.now:
            return None
        self._turns[room] = (node, self.loop.now + TURN_S)
        return sqlite_log.head_of(self.connection, room).version

    def end_turn(self, room: RoomId, node: NodeId) -> None:
        if self._turns.get(room, ("", 0.0))[0] == node:
            del self._turns[room]


class Remote:
    """The store, as one node reaches it."""

    is_shared = True

    def __init__(self, shelf: Shelf, process: Process, node: NodeId, random: Random) -> None:
        self._shelf = shelf
        self._process = process
        self._node = node
        self._random = random
        self.is_cut_off = False
        """Nothing gets through in either direction."""

    # --- the way there and back ------------------------------------------------------------

    async def _ask(self, work: Callable[[Shelf], T]) -> T:
        shelf, loop = self._shelf, self._shelf.loop
        weather = shelf.weather
        answer: asyncio.Future[T] = loop.create_future()
        fate = weather.fate(self._random)
        there_s, back_s = weather.travel_s(self._random), weather.travel_s(self._random)

        def arrives() -> None:
            if self.is_cut_off or fate == "request lost":
                return
            done: T | None = None
            problem: StoreError | ValueError | None = None
            if fate == "refused":
                problem = Unavailable("The store takes nothing.")
            else:
                try:
                    done = work(shelf)
                except (StoreError, ValueError) as found:
                    problem = found
            if fate != "answer lost":
                loop.call_later(back_s, returns, done, problem, context=self._process.context)

        def returns(done: T, problem: Exception | None) -> None:
            if answer.done() or self.is_cut_off:
                return
            if problem is not None:
                answer.set_exception(problem)
            else:
                answer.set_result(done)

        loop.call_later(there_s, arrives, context=OUTSIDE.context)
        try:
            async with asyncio.timeout(GIVEN_UP_S):
                return await answer
        except TimeoutError:
            raise Unavailable("The store does not answer.") from None

    def hint(self, follower: Follower, version: int) -> None:
        """Send a hint on its way."""
        weather, loop = self._shelf.weather, self._shelf.loop
        if self._random.random() < weather.hint_lost or self.is_cut_off:
            return
        for _ in range(2 if self._random.random() < weather.hint_repeated else 1):
            travel_s = weather.travel_s(self._random)
            loop.call_later(travel_s, follower.tell, version, context=self._process.context)

    # --- see `Store` -----------------------------------------------------------------------

    async def append(
        self,
        room: RoomId,
        expected: Position,
        payloads: Sequence[bytes],
        *,
        puts: Sequence[Put] = (),
        wake_at: int | None = None,
    ) -> Position:
        return await self._ask(lambda s: s.append(room, expected, payloads, puts, wake_at))

    @asynccontextmanager
    async def turn(self, room: RoomId) -> AsyncIterator[int | None]:
        head: int | None = None
        until = self._shelf.loop.now + PATIENCE_S
        while head is None and self._shelf.loop.now < until:
            try:
                head = await self._ask(lambda s: s.begin_turn(room, self._node))
            except StoreError:
                break
            if head is None:
                await asyncio.sleep(0.05)
        try:
            yield head
        finally:
            if head is not None:
                travel_s = self._shelf.weather.travel_s(self._random)
                self._shelf.loop.call_later(
                    travel_s, self._shelf.end_turn, room, self._node, context=OUTSIDE.context
                )

    async def read(self, room: RoomId, after: Position, limit: int = 1000) -> Page:
        return await self._ask(lambda s: sqlite_log.read(s.connection, room, after, limit))

    async def head(self, room: RoomId) -> Position:
        return await self._ask(lambda s: sqlite_log.head_of(s.connection, room))

    @asynccontextmanager
    async def follow(self, room: RoomId) -> AsyncIterator[AsyncIterator[int]]:
        follower = Follower()
        self._shelf.followers[follower] = (room, self)
        try:
            yield follower
        finally:
            del self._shelf.followers[follower]

    async def save_checkpoint(self, room: RoomId, checkpoint: Checkpoint) -> None:
        await self._ask(lambda s: s.save_checkpoint(room, checkpoint))

    async def load_checkpoint(self, room: RoomId) -> Checkpoint | None:
        return await self._ask(lambda s: sqlite_log.load_checkpoint(s.connection, room))

    async def saved(self, room: RoomId) -> Position | None:
        return await self._ask(lambda s: sqlite_log.saved(s.connection, room))

    async def trim(self, room: RoomId, up_to: Position) -> None:
        await self._ask(lambda s: s.trim(room, up_to))

    async def due(self, now: int, limit: int = 100) -> list[RoomId]:
        return await self._ask(lambda s: s.due(now, limit))

    async def hold(self, rooms: Iterable[RoomId], until: int) -> None:
        held = list(rooms)
        await self._ask(lambda s: s.hold(held, until))

    async def put(self, puts: Sequence[Put], now: int = 0) -> bool:
        return await self._ask(lambda s: s.put(puts, now))

    async def get(self, table: str, key: str, now: int) -> bytes | None:
        return (await self.get_many(table, [key], now)).get(key)

    async def get_many(self, table: str, keys: Sequence[str], now: int) -> dict[str, bytes]:
        return await self._ask(lambda s: sqlite_values.get_many(s.connection, table, keys, now))

    async def scan(
        self, table: str, now: int, *, after: str = "", limit: int = 1000
    ) -> list[tuple[str, bytes]]:
        return await self._ask(lambda s: sqlite_values.scan(s.connection, table, now, after, limit))

    async def sweep(self, now: int) -> int:
        return await self._ask(lambda s: s.sweep(now))

    async def renew_lease(self, node: NodeId, now: int, until: int) -> bool:
        return await self._ask(
            lambda s: s.write(lambda c: sqlite_values.renew_lease(c, node, until))
        )

    async def leases(self) -> dict[NodeId, int]:
        return await self._ask(lambda s: sqlite_values.leases(s.connection))

    async def drop_lease(self, node: NodeId) -> None:
        await self._ask(lambda s: s.write(lambda c: sqlite_values.drop_lease(c, node)))


OUTSIDE = Process("outside")
"""The store and the people: what never stands still."""
