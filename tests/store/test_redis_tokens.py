"""Buckets of tokens that all nodes share."""

import asyncio
import time
from pathlib import Path

import pytest

from server.store.interface import Unavailable
from server.store.redis import RedisStore
from server.store.redis_url import RedisUrl
from tests.redis_servers import own_prefix, redis_server


@pytest.mark.parametrize("topology", ["redis_url", "cluster_url"])
async def test_of_many_who_take_at_once_at_many_nodes_as_many_get_one_as_there_are(
    request: pytest.FixtureRequest, tmp_path: Path, topology: str
) -> None:
    url = RedisUrl.parse(own_prefix(request.getfixturevalue(topology), tmp_path))
    async with RedisStore.open(url) as one, RedisStore.open(url) as other:
        waits = await asyncio.gather(
            *(
                node.take_token(f"bucket {number % 3}", 7, 0.001, 1)
                for number in range(150)
                for node in (one, other)
            )
        )
        assert waits.count(0.0) == 3 * 7
        assert all(wait > 100 for wait in waits if wait)
        # To look takes nothing.
        looks = [await one.take_token("another", 1, 0.001, 0) for _ in range(3)]
        assert looks == [0.0, 0.0, 0.0]
        assert await one.take_token("another", 1, 0.001, 1) == 0.0
        assert await other.take_token("another", 1, 0.001, 0) > 0


@pytest.mark.parametrize("topology", ["redis_url", "cluster_url"])
async def test_a_window_of_all_nodes_has_as_many_places_as_it_has(
    request: pytest.FixtureRequest, tmp_path: Path, topology: str
) -> None:
    url = RedisUrl.parse(own_prefix(request.getfixturevalue(topology), tmp_path))
    async with RedisStore.open(url) as one, RedisStore.open(url) as other:
        taken = await asyncio.gather(
            *(node.take_place("w", 7, 3_600_000) for _ in range(20) for node in (one, other))
        )
        assert sum(taken) == 7
        # When time has moved on there is room again: in a window that is over at once.
        assert await one.take_place("brief", 1, 1)
        async with asyncio.timeout(10):
            while not await other.take_place("brief", 1, 1):  # noqa: ASYNC110 - Redis has its own time
                await asyncio.sleep(0.002)


async def test_a_redis_that_forgot_the_script_is_taught_it_again(
    tmp_path: Path, redis_url: str
) -> None:
    async with RedisStore.open(RedisUrl.parse(own_prefix(redis_url, tmp_path))) as store:
        assert await store.take_token("a", 2, 0.001, 1) == 0.0
        await store.wire.command("SCRIPT", "FLUSH")
        assert await store.take_token("a", 2, 0.001, 1) == 0.0
        assert await store.take_token("a", 2, 0.001, 1) > 0


async def test_a_caller_that_gives_up_takes_nobody_else_with_it(
    tmp_path: Path, redis_url: str
) -> None:
    async with RedisStore.open(RedisUrl.parse(own_prefix(redis_url, tmp_path))) as store:
        tasks = [asyncio.create_task(store.take_token("a", 9, 0.001, 1)) for _ in range(6)]
        await asyncio.sleep(0)
        tasks[0].cancel()
        tasks[4].cancel()
        answers = await asyncio.gather(*tasks, return_exceptions=True)
        assert [isinstance(each, asyncio.CancelledError) for each in answers] == [
            *(True, False, False, False),
            *(True, False),
        ]
        assert [each for each in answers if isinstance(each, float)] == [0.0] * 4


async def test_everybody_hears_that_redis_does_not_answer(tmp_path: Path) -> None:
    async with (
        redis_server(tmp_path) as redis,
        RedisStore.open(RedisUrl.parse(redis.url)) as store,
    ):
        await redis.kill()
        answers = await asyncio.gather(
            *(store.take_token("a", 9, 1.0, 1) for _ in range(5)), return_exceptions=True
        )
        assert all(isinstance(each, Unavailable) for each in answers)
        await redis.start()
        assert await store.take_token("a", 9, 1.0, 1) == 0.0


async def test_a_clock_of_redis_that_is_set_back_keeps_nobody_waiting_for_it(
    tmp_path: Path, redis_url: str
) -> None:
    """Five minutes: what was written before lies in the future now."""
    async with RedisStore.open(RedisUrl.parse(own_prefix(redis_url, tmp_path))) as store:
        names = store.names
        assert await store.take_token("a", 3, 1.0, 3) == 0.0
        future_ms = 1000 * (int(time.time()) + 300)  # noqa: TID251 - the clock of that Redis
        await store.wire.command("SET", names.rate("a"), str(future_ms))
        wait_s = await store.take_token("a", 3, 1.0, 1)
        assert 0 < wait_s <= 1.0
