"""What is special about small values in Redis: puts in two slots, and the index of wake times."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from protocol.ids import RoomId
from server.store.interface import START, Put
from server.store.redis import RedisStore
from server.store.redis_url import RedisUrl
from server.store.redis_values import pack, unpack
from tests.redis_servers import own_prefix

ROOM = RoomId("e_1")
NOW = 1_800_000_000_000


@pytest.fixture
async def store(tmp_path: Path, cluster_url: str) -> AsyncIterator[RedisStore]:
    """On a Cluster, where a room and the shared values lie on different servers."""
    async with RedisStore.open(RedisUrl.parse(own_prefix(cluster_url, tmp_path))) as opened:
        yield opened


async def interrupted(store: RedisStore, puts: list[Put]) -> None:
    """Append with puts, and die before they are applied."""
    head = await store.head(ROOM)
    await store._values.expect_stash(ROOM)
    await store._log.append(ROOM, head, [b"x"], stash=pack(puts), wake_at=None, indexed=None)


def test_puts_are_packed_as_they_are() -> None:
    puts = [
        Put(table="t", key="k", value=b"\x00 x", expires_at=5),
        Put(table="u", key="é", value=None),
    ]
    assert unpack(pack(puts)) == puts
    assert pack([]) == b""


async def test_puts_whose_writer_died_are_applied_by_whoever_sweeps(store: RedisStore) -> None:
    await interrupted(store, [Put(table="t", key="k", value=b"1")])
    assert await store.get("t", "k", NOW) is None
    await store.sweep(NOW)
    assert await store.get("t", "k", NOW) == b"1"
    assert await store.wire.command("HGETALL", store.names.shared("pending")) in ([], {})


async def test_or_by_the_next_append_before_its_own(store: RedisStore) -> None:
    await interrupted(store, [Put(table="t", key="k", value=b"1")])
    await interrupted(store, [Put(table="t", key="k", value=b"2")])
    head = await store.head(ROOM)
    await store.append(ROOM, head, [b"y"], puts=[Put(table="t", key="other", value=b"3")])
    assert await store.scan("t", NOW) == [("k", b"2"), ("other", b"3")]


async def test_stashed_puts_are_applied_once_and_in_their_order(store: RedisStore) -> None:
    for value in (b"1", b"2", None, b"3"):
        await interrupted(store, [Put(table="t", key="k", value=value)])
    await asyncio.gather(*(store.sweep(NOW) for _ in range(5)))
    assert await store.get("t", "k", NOW) == b"3"
    await store.put([Put(table="t", key="k", value=b"newer")])
    await store.sweep(NOW)
    assert await store.get("t", "k", NOW) == b"newer"


async def test_what_was_put_by_a_try_whose_answer_was_lost_is_no_obstacle(
    store: RedisStore,
) -> None:
    keys = [
        store.names.shared("expiries"),
        store.names.shared("applied"),
        *store.names.table("t"),
    ]
    again = (NOW, "token1", "", "", "", 1, "t", "k", 1, 1, "", b"x")
    assert await store.wire.run("put", keys, *again) == 1
    assert await store.wire.run("put", keys, *again) == 1
    assert await store.wire.run("put", keys, NOW, "token2", *again[2:]) == 0


async def test_the_index_of_wake_times_is_told_only_of_earlier_ones(store: RedisStore) -> None:
    wakes = store.names.shared("wakes")
    head = await store.append(ROOM, START, [b"a"], wake_at=100)
    head = await store.append(ROOM, head, [b"b"], wake_at=200)
    assert float(await store.wire.command("ZSCORE", wakes, ROOM)) == 100
    head = await store.append(ROOM, head, [b"c"], wake_at=50)
    assert float(await store.wire.command("ZSCORE", wakes, ROOM)) == 50
    await store.append(ROOM, head, [b"d"], wake_at=300)
    # Put right by the first look that finds it wrong.
    assert await store.due(250) == []
    assert float(await store.wire.command("ZSCORE", wakes, ROOM)) == 300
    assert await store.due(300) == [ROOM]


async def test_a_wake_time_lowered_while_the_index_is_put_right_is_not_lost(
    store: RedisStore,
) -> None:
    rooms = [RoomId(f"e_{number}") for number in range(20)]
    heads = {room: await store.append(room, START, [b"x"], wake_at=10) for room in rooms}
    for turn in range(5):

        async def lower(room: RoomId, wake_at: int) -> None:
            heads[room] = await store.append(room, heads[room], [], wake_at=10_000)
            heads[room] = await store.append(room, heads[room], [], wake_at=wake_at)

        await asyncio.gather(
            *(lower(room, 20 + turn) for room in rooms), *(store.due(15) for _ in range(10))
        )
        assert set(await store.due(20 + turn)) == set(rooms)
