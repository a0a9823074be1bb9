"""One node at a time is at work on a key, and another when that one has fallen silent."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from protocol.ids import NodeId
from server.integrations.turns import Turns
from server.store.sqlite import SqliteStore

LASTS_MS = 1_000


class Nodes:
    """Nodes with one clock."""

    def __init__(self, store: SqliteStore) -> None:
        self.store = store
        self.now = 1_800_000_000_000

    def turns(self, name: str, *living: str) -> Turns:
        """Give those of one node, which knows who lives if anybody is named."""

        async def alive() -> frozenset[NodeId]:
            return frozenset(NodeId(one) for one in living)

        return Turns(
            table="a_turn",
            store=self.store,
            node=NodeId(name),
            clock=lambda: self.now,
            lasts_ms=LASTS_MS,
            alive=alive if living else None,
        )


@pytest.fixture
async def nodes(tmp_path: Path) -> AsyncIterator[Nodes]:
    async with SqliteStore.open(tmp_path / "usher.sqlite3") as store:
        yield Nodes(store)


async def test_of_many_that_ask_at_once_one_has_the_turn(nodes: Nodes) -> None:
    asked = await asyncio.gather(*(nodes.turns(name).take("k") for name in "abcdef"))
    assert asked.count(True) == 1


async def test_a_turn_is_of_one_key_and_lapses_unless_it_is_kept(nodes: Nodes) -> None:
    a, b = nodes.turns("a"), nodes.turns("b")
    assert await a.take("k")
    assert not await b.take("k")
    assert await b.take("other")
    nodes.now += LASTS_MS - 1
    await a.keep("k")
    nodes.now += LASTS_MS - 1
    assert not await b.take("k")
    nodes.now += 1
    assert await b.take("k")


async def test_a_turn_that_is_ended_is_had_by_the_next(nodes: Nodes) -> None:
    a, b = nodes.turns("a"), nodes.turns("b")
    assert await a.take("k")
    await a.end("k")
    assert await b.take("k")


async def test_the_turn_of_a_dead_node_is_had_at_once_where_that_is_known(nodes: Nodes) -> None:
    assert await nodes.turns("a").take("k")
    assert not await nodes.turns("b", "a", "b").take("k")
    assert await nodes.turns("b", "b", "c").take("k")
    assert not await nodes.turns("c", "b", "c").take("k")


async def test_whoever_is_cancelled_while_asking_leaves_no_turn_behind(nodes: Nodes) -> None:
    asking = asyncio.create_task(nodes.turns("a").take("k"))
    await asyncio.sleep(0)
    asking.cancel()
    with pytest.raises(asyncio.CancelledError):
        await asking
    assert await nodes.turns("b").take("k")
