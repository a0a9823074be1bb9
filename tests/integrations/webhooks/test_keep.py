"""What is kept of webhooks, and what another node makes of it."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from protocol.ids import NodeId, PersonId, RoomId
from protocol.webhooks import Topic
from server.core.announcements import About, Announcement
from server.core.person import Person
from server.integrations.webhooks.keep import (
    KEPT_MS,
    SUBSCRIPTIONS,
    TURN_MS,
    Subscription,
    WebhookKeep,
)
from server.store.interface import Corrupt, Put
from server.store.masterkeys import MasterKeys
from server.store.sealing import Sealer
from server.store.sqlite import SqliteStore

NOW = 1_800_000_000_000
ROOM = RoomId("e_1")
ADA = Person(PersonId("p_ada"), "Ada Lovelace", "ada@example.org")


class Nodes:
    """Several nodes on one store, with one clock."""

    def __init__(self, store: SqliteStore) -> None:
        self.store = store
        self.now = NOW

    def keep(self, node: str = "a") -> WebhookKeep:
        sealer = Sealer(self.store, MasterKeys.of(("k1", b"m" * 32)))
        return WebhookKeep(self.store, sealer, lambda: self.now, NodeId(node))


@pytest.fixture
async def nodes(tmp_path: Path) -> AsyncIterator[Nodes]:
    async with SqliteStore.open(tmp_path / "usher.sqlite3") as store:
        yield Nodes(store)


def message(number: int, room: RoomId = ROOM, topic: Topic = Topic.HAND_RAISED) -> Announcement:
    return Announcement(
        number=number,
        topic=topic,
        at=NOW,
        entry_id=room,
        entry_name="Algebra",
        about=About(person=ADA),
    )


async def subscribed(keep: WebhookKeep, **fields: object) -> Subscription:
    one = Subscription(id="wh_1", url="https://lms.example/", **fields)  # type: ignore[arg-type]
    await keep.save(one)
    return one


async def test_a_subscription_is_known_to_every_node_that_looks(nodes: Nodes) -> None:
    made = await subscribed(nodes.keep("a"), topics=("hand.raised",), entry_id=ROOM)
    other = nodes.keep("b")
    assert other.subscriptions == []
    await other.refresh()
    assert other.subscriptions == [made]


async def test_messages_come_back_in_order_a_room_at_a_time(nodes: Nodes) -> None:
    keep = nodes.keep()
    await subscribed(keep)
    for room, number in [(ROOM, 2), (RoomId("e_10"), 1), (ROOM, 10), (ROOM, 1)]:
        await nodes.store.put(await keep.puts([message(number, room)]))
    assert [one.number for one in await keep.messages(ROOM, 0)] == [1, 2, 10]
    assert [one.number for one in await keep.messages(ROOM, 2)] == [10]
    assert (await keep.messages(ROOM, 0))[0] == message(1)


async def test_no_name_and_no_address_is_in_what_is_kept(nodes: Nodes, tmp_path: Path) -> None:
    keep = nodes.keep()
    await subscribed(keep)
    await nodes.store.put(await keep.puts([message(1)]))
    for file in tmp_path.iterdir():  # noqa: ASYNC240 - nothing else runs
        data = file.read_bytes()
        assert b"Lovelace" not in data
        assert b"ada@example.org" not in data


async def test_what_is_of_no_room_that_anybody_subscribed_to_is_not_kept(nodes: Nodes) -> None:
    keep = nodes.keep()
    assert await keep.puts([message(1)]) == []
    await subscribed(keep, entry_id="e_other")
    assert await keep.puts([message(1)]) == []


async def test_messages_are_kept_for_seven_days(nodes: Nodes) -> None:
    keep = nodes.keep()
    await subscribed(keep)
    await nodes.store.put(await keep.puts([message(1)]))
    nodes.now += KEPT_MS - 1
    assert len(await keep.messages(ROOM, 0)) == 1
    nodes.now += 1
    assert await keep.messages(ROOM, 0) == []


async def test_one_node_at_a_time_has_the_turn_and_loses_it_when_it_falls_silent(
    nodes: Nodes,
) -> None:
    a, b = nodes.keep("a"), nodes.keep("b")
    one = await subscribed(a)
    assert await a.take_turn(one, ROOM)
    assert not await b.take_turn(one, ROOM)
    assert await b.take_turn(one, RoomId("e_2"))
    nodes.now += TURN_MS - 1
    await a.keep_turn(one, ROOM)
    nodes.now += TURN_MS - 1
    assert not await b.take_turn(one, ROOM)
    nodes.now += 1
    assert await b.take_turn(one, ROOM)
    await b.end_turn(one, ROOM)
    assert await a.take_turn(one, ROOM)


async def test_damage_is_noticed(nodes: Nodes) -> None:
    for damaged in (b"\x93\x01\x02\x03", b"\xc1", b"\x80"):
        await nodes.store.put([Put(table=SUBSCRIPTIONS, key="wh_1", value=damaged)])
        with pytest.raises(Corrupt):
            await nodes.keep().refresh()


async def test_a_node_that_stops_while_it_takes_a_turn_leaves_it_to_others(nodes: Nodes) -> None:
    ours, theirs = nodes.keep("a"), nodes.keep("b")
    one = await subscribed(ours)
    taking = asyncio.create_task(ours.take_turn(one, ROOM))
    await asyncio.sleep(0)  # The write is under way now, and nothing calls it back.
    taking.cancel()
    with pytest.raises(asyncio.CancelledError):
        await taking
    assert await theirs.take_turn(one, ROOM)
