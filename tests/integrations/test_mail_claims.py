"""Each mail is sent by one node, and by another only when that one is gone."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from protocol.ids import NodeId, RoomId
from server.integrations.mail_claims import KEPT_MS, MailClaims
from server.store.sqlite import SqliteStore

ROOM = RoomId("e_1")
NOW = 1_800_000_000_000


class Nodes:
    """Nodes that live until they are taken out."""

    def __init__(self, store: SqliteStore) -> None:
        self.store = store
        self.alive = {NodeId(name) for name in "abc"}
        self.now = NOW

    def claims(self, name: str) -> MailClaims:
        async def alive() -> frozenset[NodeId]:
            return frozenset(self.alive)

        return MailClaims(self.store, NodeId(name), alive, lambda: self.now)


@pytest.fixture
async def nodes(tmp_path: Path) -> AsyncIterator[Nodes]:
    async with SqliteStore.open(tmp_path / "usher.sqlite3") as store:
        yield Nodes(store)


async def test_of_many_that_ask_at_once_one_sends(nodes: Nodes) -> None:
    claims = [nodes.claims(name) for name in "abc" for _ in range(3)]
    asked = await asyncio.gather(*(one.is_ours(ROOM, "i_1 1") for one in claims))
    # Whoever has it may be told so again.
    assert sum(asked) == 3
    owners = {one._node for one, is_ours in zip(claims, asked, strict=True) if is_ours}
    assert len(owners) == 1


async def test_each_mail_is_claimed_for_itself(nodes: Nodes) -> None:
    assert await nodes.claims("a").is_ours(ROOM, "i_1 1")
    assert await nodes.claims("b").is_ours(ROOM, "i_1 2")
    assert await nodes.claims("b").is_ours(RoomId("e_2"), "i_1 1")
    assert not await nodes.claims("b").is_ours(ROOM, "i_1 1")


async def test_what_a_node_had_that_is_gone_goes_to_one_other(nodes: Nodes) -> None:
    assert await nodes.claims("a").is_ours(ROOM, "i_1 1")
    nodes.alive -= {NodeId("a")}
    asked = await asyncio.gather(
        *(nodes.claims(name).is_ours(ROOM, "i_1 1") for name in ("b", "c"))
    )
    assert sorted(asked) == [False, True]
    heir = "b" if asked[0] else "c"
    nodes.alive -= {NodeId(heir)}
    last = "c" if heir == "b" else "b"
    assert await nodes.claims(last).is_ours(ROOM, "i_1 1")


async def test_claims_do_not_pile_up(nodes: Nodes) -> None:
    await nodes.claims("a").is_ours(ROOM, "i_1 1")
    assert await nodes.store.sweep(NOW + KEPT_MS) == 1
