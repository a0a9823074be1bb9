"""Which node looks after a room, and what it says of itself."""

import asyncio
import json
from pathlib import Path

from protocol import commands as c
from protocol.roles import EntryKind
from server.hub.housekeeping import HOLD_MS
from server.hub.reports import NODES
from tests.hub.conftest import ROOM, Stage, staged


async def test_a_room_that_is_open_here_is_left_alone_by_other_nodes(stage: Stage) -> None:
    await stage.opened(guests=1)
    now = stage.clock()
    assert ROOM not in await _due_once_held(stage)
    # Somebody is inside, so the room is due at once when this node says nothing any more.
    assert await stage.store.due(now + 2 * HOLD_MS + 60_000) == [ROOM]


async def _due_once_held(stage: Stage) -> list[str]:
    await stage.until_true(lambda: ROOM in stage.store._held)
    return list(await stage.store.due(stage.clock()))


async def test_a_room_whose_node_died_is_opened_by_the_one_that_comes(tmp_path: Path) -> None:
    path = tmp_path / "usher.sqlite3"
    async with staged(path) as stage:
        await stage.opened(guests=1)
        stage.abandon()
    async with staged(path) as stage:
        await stage.until_true(lambda: [room.id for room in stage.hub.rooms] == [ROOM])


async def test_a_node_says_how_it_is_and_takes_it_back_in_the_end(tmp_path: Path) -> None:
    path = tmp_path / "usher.sqlite3"
    async with staged(path) as stage:
        node, store = stage.hub.world.node_id, stage.store
        async with asyncio.timeout(10):
            while (told := await store.get(NODES, node, stage.clock())) is None:  # noqa: ASYNC110
                await asyncio.sleep(0.01)
        said = json.loads(told)
        assert (said["rooms"], said["connections"], said["conflicts"]) == (0, 0, 0)
        await stage.done(c.CreateEntry(kind=EntryKind.ROOM, name="Seminar"), stage.host)
        assert stage.hub.tally.appends == stage.hub.tally.records == 1
    async with staged(path) as stage:
        assert await stage.store.get(NODES, node, stage.clock()) is None
