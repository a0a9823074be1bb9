import asyncio

import pytest

from protocol.ids import RoomId
from server.store.hints import Follower, Hints

ROOM = RoomId("e_1")
PATIENCE_S = 10


async def heard(follower: Follower) -> int:
    async with asyncio.timeout(PATIENCE_S):
        return await anext(follower)


async def waiting(follower: Follower) -> "asyncio.Task[int]":
    """A task that has come to the point of waiting."""
    task = asyncio.create_task(heard(follower))
    await asyncio.sleep(0)
    assert not task.done()
    return task


async def test_a_follower_hears_of_its_room_alone() -> None:
    hints = Hints()
    with hints.follow(ROOM) as follower:
        hints.tell(RoomId("e_2"), 9)
        hints.tell(ROOM, 1)
        assert await heard(follower) == 1


async def test_a_slow_reader_gets_the_newest_version_and_no_queue() -> None:
    hints = Hints()
    with hints.follow(ROOM) as follower:
        for version in range(1, 1_001):
            hints.tell(ROOM, version)
        assert await heard(follower) == 1_000
        task = await waiting(follower)
        hints.tell(ROOM, 1_001)
        assert await task == 1_001


async def test_versions_never_seem_to_go_back() -> None:
    hints = Hints()
    with hints.follow(ROOM) as follower:
        hints.tell(ROOM, 5)
        hints.tell(ROOM, 4)
        assert await heard(follower) == 5


async def test_every_follower_of_a_room_hears() -> None:
    hints = Hints()
    with hints.follow(ROOM) as first, hints.follow(ROOM) as second:
        hints.tell(ROOM, 3)
        assert [await heard(first), await heard(second)] == [3, 3]


async def test_a_cancelled_wait_loses_nothing() -> None:
    hints = Hints()
    with hints.follow(ROOM) as follower:
        task = await waiting(follower)
        hints.tell(ROOM, 7)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        assert await heard(follower) == 7


async def test_who_stopped_following_leaves_no_trace() -> None:
    hints = Hints()
    with hints.follow(ROOM), hints.follow(ROOM):
        pass
    hints.tell(ROOM, 1)
    assert hints._followers == {}


async def test_the_end_ends_every_loop_now_and_later() -> None:
    hints = Hints()
    with hints.follow(ROOM) as follower:
        task = await waiting(follower)
        hints.tell(ROOM, 1)
        hints.end()
        with pytest.raises(StopAsyncIteration):
            await task
    with hints.follow(ROOM) as late:
        assert [version async for version in late] == []
