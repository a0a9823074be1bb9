"""Somebody who is no node, and reads a room's log right along.

Nodes forget what lies behind their checkpoints. A witness keeps all that it has read, so that in
the end it can say of each command whether it is in the log, and what the room has to look like.
"""

import asyncio
import contextlib
import itertools
import math
from collections import Counter
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from functools import reduce
from pathlib import Path

from protocol import commands as c
from protocol import messages
from protocol.client import Room
from protocol.codec import MSGPACK
from protocol.ids import CommandId, RoomId
from protocol.roles import Group
from protocol.views import MAX_ROWS, Range, Window
from server.core.evolve import evolve_record
from server.core.project import audience_of, project
from server.core.record import Record
from server.core.roster import Roster
from server.core.state import EMPTY, RoomState
from server.hub.cohort import CohortKey
from server.keyring import FILE_NAME, load_or_make
from server.store.interface import START, Page, Position, PositionLost, Unavailable
from server.store.journal import Journal
from server.store.redis import RedisStore
from server.store.redis_url import RedisUrl
from server.store.sealing import Sealer
from server.store.sqlite import SqliteStore
from server.stores import FILE, sealer_for
from tests.running import RunningServer

READ_S = 0.2
PATIENCE_S = 60
SHOWN = (Group.WAITING, Group.RAISED_HANDS, Group.ON_STAGE, Group.VIEWERS)


class Bystander(RedisStore):
    """Remembers nothing of what it has read, so that it finds no fork in the place of a node."""

    async def read(self, room: RoomId, after: Position, limit: int = 1000) -> Page:
        self._log._tags.forget(room)
        return await super().read(room, after, limit)


class Witness:
    """What one room's log holds, from its first record on."""

    def __init__(self, journal: Journal[Record, RoomState], room: RoomId) -> None:
        self.room = room
        self.position = START
        self.records: list[Record] = []
        self._journal = journal
        self._reading = asyncio.Lock()

    async def run(self) -> None:
        """Read on until cancelled, whenever the store answers."""
        while True:
            with contextlib.suppress(Unavailable):
                await self.read()
            await asyncio.sleep(READ_S)

    async def read(self) -> None:
        """Read on; or, where the log is not any more what was read, all of it anew."""
        async with self._reading:
            try:
                await self._read_on()
            except PositionLost:
                await self._read_anew()

    async def read_anew(self) -> None:
        """Put what the log holds now in the place of what it held."""
        async with self._reading:
            await self._read_anew()

    async def _read_anew(self) -> None:
        first = await self._journal.read(self.room, START)
        trimmed = first.position.version - len(first.records)
        assert trimmed <= len(self.records), "the log was trimmed before it was read"
        self.records[trimmed:] = first.records
        self.position = first.position
        await self._read_on()

    async def _read_on(self) -> None:
        while True:
            page = await self._journal.read(self.room, self.position)
            self.records += page.records
            self.position = page.position
            if page.position == page.head:
                return

    @property
    def is_whole(self) -> bool:
        """Say whether nothing had been trimmed before it was read."""
        return len(self.records) == self.position.version

    @property
    def commands(self) -> Counter[CommandId]:
        """Count how often each command is in the log."""
        return Counter(one.cause.command_id for one in self.records if one.cause is not None)

    def state(self, version: int | None = None) -> RoomState:
        """Say what the room is by all these records, or by so many of them."""
        return reduce(evolve_record, self.records[:version], EMPTY)

    async def check_checkpoint(self) -> None:
        """Compare the checkpoint that some node has saved, if there is one."""
        loaded = await self._journal.load(self.room)
        if loaded.state is not None:
            assert loaded.position.epoch == self.position.epoch
            assert loaded.state == self.state(loaded.position.version)


@asynccontextmanager
async def _opened(server: RunningServer) -> AsyncIterator[tuple[Bystander | SqliteStore, Sealer]]:
    """Open the store of a server, or nodes, beside them."""
    env = server.environment()
    data = Path(env["USHER_DATA"])
    async with AsyncExitStack() as stack:
        if url := env.get("REDIS_URL"):
            store: Bystander | SqliteStore = await stack.enter_async_context(
                Bystander.open(RedisUrl.parse(url))
            )
        else:
            store = await stack.enter_async_context(SqliteStore.open(data / FILE, exclusive=False))
        keys = Path(env.get("USHER_KEYS") or data / FILE_NAME)
        yield store, await sealer_for(store, load_or_make(keys))


async def witnesses(server: RunningServer) -> list[Witness]:
    """Read the logs of all rooms once, as far as they are still there."""
    async with _opened(server) as (store, sealer):
        rooms = [RoomId(key) for key, _ in await store.scan("entry", 0)]
        found = [Witness(Journal(store, sealer, Record, RoomState), room) for room in rooms]
        for one in found:
            await one.read()
    return found


@asynccontextmanager
async def witnessed(server: RunningServer, room: RoomId) -> AsyncIterator[Witness]:
    """Read a room's log beside a server, or nodes, for the length of a block."""
    async with _opened(server) as (store, sealer):
        witness = Witness(Journal(store, sealer, Record, RoomState), room)
        running = asyncio.create_task(witness.run(), name="witness")
        try:
            yield witness
        finally:
            running.cancel()
            # Whatever kept it from reading is told.
            [fault] = await asyncio.gather(running, return_exceptions=True)
            if isinstance(fault, Exception):
                raise fault


async def agree(witness: Witness, looks: Sequence[Room]) -> None:
    """Have something happen that all see, wait until all are there, and compare what they see.

    Args:
        looks: one person of the staff, over a socket at each node.
    """
    you = looks[0].you
    assert you is not None
    numbers = itertools.count(1)
    async with asyncio.timeout(PATIENCE_S):
        while True:
            # A view says the version of the newest record that has changed it: this one.
            reply = await looks[0].ask(c.Rename(name=f"Hanna {next(numbers)}"))
            await asyncio.gather(*(_is_at_least(one, reply.version or 0) for one in looks))
            await witness.read()
            if witness.position.version == reply.version:
                break
    assert witness.is_whole
    state = witness.state()
    audience = audience_of(state, state.participants[you.participant_id])
    assert audience is not None
    roster = Roster(state)
    for number in range(math.ceil(len(state.participants) / MAX_ROWS)):
        window = window_of(number)
        key = CohortKey(audience, MSGPACK.name, window.model_dump_json())
        epoch = key.epoch_of(witness.position.epoch)
        view = project(state, roster, audience, window, 0).model_dump()
        for look in looks:
            seen = await look.watch(window, PATIENCE_S)
            assert look.state.position == messages.Position(
                epoch=epoch, version=witness.position.version
            )
            assert seen is not None
            assert seen.model_dump() == view


async def _is_at_least(look: Room, version: int) -> None:
    await look.until(
        lambda one: one.state.position is not None and one.state.position.version >= version,
        PATIENCE_S,
    )


def window_of(number: int) -> Window:
    """Make one of the windows in which everybody stands, one after the other."""
    rows = Range(first=number * MAX_ROWS, count=MAX_ROWS)
    return Window(groups=dict.fromkeys(SHOWN, rows))
