"""Redis dies, hangs, is full, and fails over, while a crowd is inside."""

import asyncio
import logging
import os
import signal
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import httpx
import pytest

from protocol.client import Refused
from protocol.errors import ErrorCode
from protocol.views import Window
from tests.crowd import Crowd, until
from tests.nodes import RunningNodes, running_nodes
from tests.redis_servers import (
    RedisServer,
    eventually,
    redis_server,
)

log = logging.getLogger(__name__)

PEOPLE = 40
QUICK = {"USHER_PING_MS": "1000"}


@asynccontextmanager
async def crowded(
    folder: Path, redis_url: str, *, may_lose: bool = False
) -> AsyncIterator[tuple[RunningNodes, Crowd]]:
    """Run two nodes with a crowd inside.

    In the end everybody is there, as who they were, all that was acknowledged is in the log, once,
    and both nodes show what follows from that.
    """
    async with (
        running_nodes(folder, 2, redis_url, QUICK) as nodes,
        Crowd(nodes, PEOPLE).inside(may_lose=may_lose) as crowd,
    ):
        await crowd.everybody_acts()
        yield nodes, crowd


@pytest.mark.timeout(300)
async def test_redis_is_killed_and_comes_back_with_all_that_was_acknowledged_always(
    tmp_path: Path,
) -> None:
    options = ("--appendonly", "yes", "--appendfsync", "always")
    async with (
        redis_server(tmp_path / "redis", *options) as redis,
        crowded(tmp_path, redis.url) as (_, crowd),
    ):
        for _ in range(2):
            await redis.kill()
            await asyncio.sleep(1)  # as long as whoever watches over processes takes
            await redis.start()
            await crowd.everybody_acts("Redis was back")


async def has_written(redis: RedisServer) -> None:
    """Wait until a Redis has handed to the system all that it was told before.

    With `everysec` it holds writes back for as long as the disk is busy with those before.
    """

    async def holds_nothing() -> bool:
        said = await redis.call("INFO", "persistence")
        assert isinstance(said, dict)
        return bool(said["aof_buffer_length"] == 0)

    await eventually(holds_nothing, "a Redis that has written")


@pytest.mark.timeout(300)
async def test_redis_is_killed_and_comes_back_with_all_that_it_had_written_everysec(
    tmp_path: Path,
) -> None:
    options = ("--appendonly", "yes", "--appendfsync", "everysec")
    async with redis_server(tmp_path / "redis", *options) as redis:
        async with crowded(tmp_path, redis.url, may_lose=True) as (_, crowd):
            safe = crowd.acknowledged
            await has_written(redis)
            await redis.kill()
            await asyncio.sleep(1)
            await redis.start()
            await crowd.everybody_acts("Redis was back")
        assert not crowd.lost & safe


@pytest.mark.timeout(300)
async def test_a_power_cut_takes_from_all_alike_what_was_not_on_disk_everysec(
    tmp_path: Path,
) -> None:
    """With `everysec` that is the last second. Here the file is cut to what it was before."""
    options = ("--appendonly", "yes", "--appendfsync", "everysec")
    async with redis_server(tmp_path / "redis", *options) as redis:
        async with crowded(tmp_path, redis.url, may_lose=True) as (_, crowd):
            safe = crowd.acknowledged
            await has_written(redis)
            [file] = redis.folder.glob("appendonlydir/*.incr.aof")
            on_disk = file.stat().st_size
            await crowd.many_act()
            await redis.kill()
            os.truncate(file, on_disk)
            await redis.start()
            await crowd.everybody_acts("Redis was back")
        assert crowd.lost
        assert not crowd.lost & safe


@pytest.mark.timeout(180)
async def test_a_redis_that_is_empty_again_ends_sessions_in_words_and_nodes_serve_on(
    tmp_path: Path,
) -> None:
    """Restarted without its file, or another server at the same address: nothing is made up."""
    codes: set[str] = set()
    async with (
        redis_server(tmp_path / "redis") as redis,
        running_nodes(tmp_path, 2, redis.url, QUICK) as nodes,
    ):
        try:
            async with Crowd(nodes, 6).inside() as crowd:
                await crowd.everybody_acts()
                await redis.call("FLUSHALL")
                await asyncio.Event().wait()
        except* Refused as refused:
            codes = {one.problem.code for one in refused.exceptions if isinstance(one, Refused)}
        assert codes == {ErrorCode.SESSION_ENDED}

        async def all_are_ready() -> bool:
            async with httpx.AsyncClient() as http:
                answers = [await http.get(f"{node.url}/readyz") for node in nodes.nodes]
            return all(answer.is_success for answer in answers)

        await eventually(all_are_ready, "both nodes are ready")


@pytest.mark.timeout(300)
async def test_while_redis_hangs_nobody_does_and_all_goes_on_when_it_is_back(
    tmp_path: Path,
) -> None:
    async with (
        redis_server(tmp_path / "redis", "--appendonly", "yes") as redis,
        crowded(tmp_path, redis.url) as (nodes, crowd),
    ):
        # For less than a lease, so that no node gives another one up.
        redis.send(signal.SIGSTOP)
        await asyncio.sleep(4)
        redis.send(signal.SIGCONT)
        await crowd.everybody_acts("Redis went on")
        # For much longer than a lease: every node is blind, and none takes the others for dead.
        redis.send(signal.SIGSTOP)
        await asyncio.gather(
            crowd.everybody_is_refused(),
            until(lambda: all(guest.is_stale for guest in crowd.guests)),
            asyncio.sleep(30),
        )
        assert all(guest.client and guest.client.view for guest in crowd.guests)
        redis.send(signal.SIGCONT)
        await crowd.everybody_acts("Redis went on")
        await until(lambda: not any(guest.is_stale for guest in crowd.guests))
        assert "is gone" not in nodes.log
        assert crowd.counts == {crowd.all}


@pytest.mark.timeout(300)
async def test_a_full_redis_refuses_and_loses_nothing(tmp_path: Path) -> None:
    async with (
        redis_server(tmp_path / "redis", "--appendonly", "yes") as redis,
        crowded(tmp_path, redis.url) as (nodes, crowd),
    ):
        await redis.call("CONFIG", "SET", "maxmemory", "1mb")
        await crowd.everybody_is_refused()
        assert all([await crowd.can_read_at(node) for node in nodes.nodes])
        for guest in crowd.guests[:2]:
            assert guest.client
            assert await guest.client.watch(Window(), timeout_s=60)
        assert not any(guest.is_stale for guest in crowd.guests)
        await redis.call("CONFIG", "SET", "maxmemory", "0")
        await crowd.everybody_acts("there was room again")
        assert "is gone" not in nodes.log


@pytest.mark.timeout(180)
async def test_a_node_whose_lease_is_not_taken_says_so_to_whoever_sends_people(
    tmp_path: Path,
) -> None:
    """A full Redis goes on answering what it is asked, and takes no lease."""
    async with (
        redis_server(tmp_path / "redis", "--appendonly", "yes") as redis,
        running_nodes(tmp_path, 1, redis.url) as nodes,
        httpx.AsyncClient(base_url=nodes.nodes[0].url) as http,
    ):

        async def says(status: int, *why: str) -> bool:
            answer = await http.get("/readyz")
            return (answer.status_code, answer.json()["why_not"]) == (status, [*why])

        assert await says(200)
        await redis.call("CONFIG", "SET", "maxmemory", "1mb")
        await eventually(lambda: says(503, "lease"), "a node without a lease")
        await redis.call("CONFIG", "SET", "maxmemory", "0")
        await eventually(lambda: says(200), "a node that has its lease again")
