"""Turns: one at a time, in order, and nobody waits for the dead."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from pathlib import Path

import pytest

from protocol.ids import RoomId
from server.store import redis_turns
from server.store.interface import START
from server.store.redis import RedisStore
from server.store.redis_url import RedisUrl
from tests.redis_servers import eventually, own_prefix

ROOM = RoomId("e_1")
NODES = 8


@pytest.fixture
async def stores(tmp_path: Path, redis_url: str) -> AsyncIterator[list[RedisStore]]:
    url = RedisUrl.parse(own_prefix(redis_url, tmp_path))
    async with AsyncExitStack() as stack:
        stores = [await stack.enter_async_context(RedisStore.open(url)) for _ in range(NODES)]
        for store in stores:
            await stack.enter_async_context(store.follow(ROOM))
        yield stores


async def test_one_has_the_turn_and_every_other_gets_it(stores: list[RedisStore]) -> None:
    inside: list[int] = []
    turns = [0] * NODES
    position = await stores[0].append(ROOM, START, [b"x"])

    async def work(number: int) -> None:
        nonlocal position
        for _ in range(5):
            async with stores[number].turn(ROOM) as head:
                inside.append(number)
                assert inside == [number]
                assert head == position.version
                # Nobody is in the way, so no append conflicts.
                position = await stores[number].append(ROOM, position, [b"x"])
                turns[number] += 1
                inside.remove(number)

    async with asyncio.TaskGroup() as tasks:
        for number in range(NODES):
            tasks.create_task(work(number))
    assert turns == [5] * NODES


async def test_rooms_have_turns_of_their_own(stores: list[RedisStore]) -> None:
    async with stores[0].turn(ROOM) as one, stores[1].turn(RoomId("e_2")) as other:
        assert (one, other) == (0, 0)


async def test_who_dies_with_the_turn_loses_it(
    stores: list[RedisStore], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(redis_turns, "TURN_MS", 50)
    turns = stores[0]._turns
    assert await turns._begin(ROOM) == 0  # and is never heard of again
    async with asyncio.timeout(10), stores[1].turn(ROOM) as head:
        assert head == 0


async def test_who_waits_too_long_goes_on_without(
    stores: list[RedisStore], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(redis_turns, "PATIENCE_S", 0.05)
    async with stores[0].turn(ROOM), stores[1].turn(ROOM) as head:
        assert head is None


async def test_a_turn_is_handed_to_the_next_without_their_asking(
    stores: list[RedisStore], monkeypatch: pytest.MonkeyPatch
) -> None:
    keys = stores[0].names.room(ROOM)

    async def are_heard() -> bool:
        _, listening = await stores[0].wire.command("PUBSUB", "NUMSUB", keys.channel)
        return bool(listening == NODES)

    await eventually(are_heard, "everybody's subscription")
    for name, ever in (("ASK_AGAIN_S", 60), ("PATIENCE_S", 60), ("TURN_MS", 60_000)):
        monkeypatch.setattr(redis_turns, name, ever)
    monkeypatch.setattr(redis_turns, "PLACE_MS", 60_000)
    had: list[int] = []

    async def work(number: int) -> None:
        async with stores[number].turn(ROOM):
            had.append(number)

    async with asyncio.timeout(30), asyncio.TaskGroup() as tasks, stores[0].turn(ROOM):
        for number in range(1, NODES):
            tasks.create_task(work(number))

            async def waits(wanted: int = number) -> bool:
                return bool(await stores[0].wire.command("HLEN", keys.queue) == wanted)

            await eventually(waits, "a place in the queue")
    assert had == list(range(1, NODES))
