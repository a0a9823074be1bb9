"""Redis dies, hangs, is full, and fails over, while a crowd is inside."""

import asyncio
import signal
from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager
from pathlib import Path

import httpx
import pytest

from protocol import commands as c
from protocol.client import Client, Refused, connect
from protocol.commands import Command
from protocol.errors import ErrorCode
from protocol.roles import Group
from protocol.views import Range, Window
from tests.crowd import Crowd, Guest, guest_link
from tests.nodes import RunningNodes, running_nodes
from tests.redis_servers import RedisServer, eventually, redis_cluster, redis_server, sentinel_trio

PEOPLE = 40
QUICK = {"USHER_PING_MS": "1000"}
ROOM = "e_demo-room"
PEOPLE_SHOWN = Window(groups={Group.VIEWERS: Range(count=10)})


@asynccontextmanager
async def crowded(folder: Path, redis_url: str) -> AsyncIterator[tuple[RunningNodes, Crowd]]:
    """Run two nodes with a crowd inside; in the end everybody is there, as who they were."""
    async with (
        running_nodes(folder, 2, redis_url, QUICK) as nodes,
        Crowd(nodes, PEOPLE).inside() as crowd,
    ):
        await crowd.everybody_acts()
        yield nodes, crowd


@pytest.mark.timeout(180)
@pytest.mark.parametrize("fsync", ["always", "everysec"])
async def test_redis_is_killed_and_comes_back_with_all_that_was_acknowledged(
    tmp_path: Path, fsync: str
) -> None:
    options = ("--appendonly", "yes", "--appendfsync", fsync)
    async with (
        redis_server(tmp_path / "redis", *options) as redis,
        crowded(tmp_path, redis.url) as (_, crowd),
    ):
        for _ in range(2):
            await redis.kill()
            await asyncio.sleep(1)  # as long as whoever watches over processes takes
            await redis.start()
            await crowd.everybody_acts()


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


@pytest.mark.timeout(180)
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
        await crowd.everybody_acts()
        # For much longer than a lease: every node is blind, and none takes the others for dead.
        redis.send(signal.SIGSTOP)
        await asyncio.sleep(30)
        redis.send(signal.SIGCONT)
        await crowd.everybody_acts()
        assert "is gone" not in nodes.log


@pytest.mark.timeout(180)
async def test_a_full_redis_refuses_and_loses_nothing(tmp_path: Path) -> None:
    async with (
        redis_server(tmp_path / "redis", "--appendonly", "yes") as redis,
        crowded(tmp_path, redis.url) as (nodes, crowd),
    ):
        await redis.call("CONFIG", "SET", "maxmemory", "1mb")
        refused = sum(guest.refused for guest in crowd.guests)

        async def is_refusing() -> bool:
            return sum(guest.refused for guest in crowd.guests) > refused

        await eventually(is_refusing, "a refusal")
        await redis.call("CONFIG", "SET", "maxmemory", "0")
        await crowd.everybody_acts()
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


@pytest.mark.timeout(240)
async def test_the_primary_of_a_room_is_killed_in_a_cluster(tmp_path: Path) -> None:
    async with redis_cluster(tmp_path / "cluster") as cluster:
        url = f"{cluster.url}?replicas=1"
        async with crowded(tmp_path, url) as (_, crowd):
            primary = await cluster.primary_of(f"usher:{{{ROOM}}}:meta")
            await primary.kill()
            await eventually(cluster.is_whole, "a Cluster that has healed")
            # Without a replica for that part nothing is acknowledged; back, it is one.
            await primary.start()
            await crowd.everybody_acts()


@pytest.mark.timeout(240)
async def test_the_master_of_the_sentinels_is_killed(tmp_path: Path) -> None:
    async with sentinel_trio(tmp_path / "sentinel") as trio:
        url = f"{trio.url}?replicas=1"
        async with crowded(tmp_path, url) as (_, crowd):
            master = await trio.master()
            await master.kill()

            async def has_moved() -> bool:
                return await trio.master() is not master

            await eventually(has_moved, "another master")
            await crowd.everybody_acts()
            await _rejoin(master)
            await crowd.everybody_acts()


@pytest.mark.timeout(240)
async def test_a_failover_that_lost_what_was_acknowledged_is_the_same_for_everybody(
    tmp_path: Path,
) -> None:
    """Without `replicas`: what the new master does not have is gone at every node, and all go on.

    The replicas stand still and are cut off, so nothing that is acknowledged meanwhile is theirs.
    """
    async with (
        sentinel_trio(tmp_path / "sentinel") as trio,
        running_nodes(tmp_path, 2, trio.url, QUICK) as nodes,
    ):
        async with nodes.http() as host:
            await nodes.sign_in(host)
            token = await guest_link(host)
        async with AsyncExitStack() as stack:
            one, two = [
                await stack.enter_async_context(await inside(nodes, number, token))
                for number in range(2)
            ]
            await one.ask(c.Rename(name="Ada kept"), timeout_s=60)
            await two.until(lambda client: "Ada kept" in names(client), 60)
            master = await trio.master()
            replicas = [server for server in trio.servers if server is not master]
            await master.call("WAIT", 2, 0)
            for replica in replicas:
                replica.send(signal.SIGSTOP)
            await master.call("CLIENT", "KILL", "TYPE", "replica")

            await one.ask(c.Rename(name="Ada lost"), timeout_s=60)
            await two.until(lambda client: "Ada lost" in names(client), 60)
            epoch = two.state.position and two.state.position.epoch
            await master.kill()
            for replica in replicas:
                replica.send(signal.SIGCONT)

            for client in (one, two):
                await client.until(lambda client: "Ada kept" in names(client), 60)
            # Their views are of another log, and nothing is told twice under one version.
            assert two.state.position
            assert two.state.position.epoch != epoch
            await done_at_last(two, c.Rename(name="Bob after"))
            for client in (one, two):
                await client.until(lambda client: names(client) >= {"Ada kept", "Bob after"}, 60)
                assert "Ada lost" not in names(client)


async def inside(
    nodes: RunningNodes, number: int, token: str
) -> AbstractAsyncContextManager[Client]:
    """Let a guest in, to connect to the node of that number."""
    admitted = await Guest(number, token).join(nodes)
    url = (
        f"ws://127.0.0.1:{nodes.nodes[number].port}/api/v1/sessions/{admitted['session_id']}/socket"
    )
    return connect(url, ticket=admitted["ticket"], window=PEOPLE_SHOWN, timeout_s=60)


def names(client: Client) -> set[str]:
    view = client.view
    return {row.name for row in view.groups[Group.VIEWERS].rows} if view else set()


async def done_at_last(client: Client, command: Command) -> None:
    """Ask until it is granted: for a moment there may be no master."""

    async def is_done() -> bool:
        return (await client.do(command, timeout_s=60)).is_done

    await eventually(is_done, "a command that is granted")


async def _rejoin(master: RedisServer) -> None:
    """Start an old master anew; the Sentinels make it a replica."""
    await master.start()

    async def is_replica() -> bool:
        role = await master.call("ROLE")
        assert isinstance(role, list)
        return bool(role[0] == b"slave")

    await eventually(is_replica, "the old master as a replica")
