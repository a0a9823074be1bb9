"""Redis fails over to a replica, in a Cluster and with Sentinels, while a crowd is inside."""

import logging
import signal
import time
from collections.abc import Callable, Iterable
from contextlib import AbstractAsyncContextManager, AsyncExitStack
from pathlib import Path

import pytest

from protocol import commands as c
from protocol.client import Client, connect
from protocol.commands import Command
from protocol.roles import Group
from protocol.views import Range, Window
from tests.crowd import ROOM, Guest, guest_link
from tests.faults.test_redis import QUICK, crowded
from tests.nodes import RunningNodes, running_nodes
from tests.redis_servers import (
    RedisCluster,
    RedisServer,
    SentinelTrio,
    eventually,
    redis_cluster,
    sentinel_trio,
)

log = logging.getLogger(__name__)

META = f"usher:{{{ROOM}}}:meta"
PEOPLE_SHOWN = Window(groups={Group.VIEWERS: Range(count=10)})


async def has_failed_over(cluster: RedisCluster, primary: RedisServer) -> None:
    """Wait until another server carries the room, and the Cluster is whole."""

    async def has_moved() -> bool:
        return await cluster.primary_of(META) is not primary

    await eventually(has_moved, "another primary")
    await eventually(cluster.is_whole, "a Cluster that has healed")


@pytest.mark.timeout(300)
async def test_the_primary_of_a_room_is_killed_in_a_cluster(tmp_path: Path) -> None:
    async with redis_cluster(tmp_path / "cluster") as cluster:
        url = f"{cluster.url}?replicas=1"
        async with crowded(tmp_path, url) as (_, crowd):
            primary = await cluster.primary_of(META)
            await primary.kill()
            begun = time.monotonic()
            await has_failed_over(cluster, primary)
            log.info("another server carried the room after %.1f s", time.monotonic() - begun)
            # Without a replica for that part nothing is acknowledged; back, it is one.
            await crowd.everybody_is_refused()
            await primary.start()
            await crowd.everybody_acts("the old primary was back")


@pytest.mark.timeout(300)
async def test_the_master_of_the_sentinels_is_killed(tmp_path: Path) -> None:
    async with sentinel_trio(tmp_path / "sentinel") as trio:
        url = f"{trio.url}?replicas=1"
        async with crowded(tmp_path, url) as (_, crowd):
            master = await trio.master()
            await master.kill()
            # The other replica is enough to go on.
            await crowd.everybody_acts("the master was killed")
            assert await trio.master() is not master
            await _rejoin(master)
            await crowd.everybody_acts("the old master was back")


@pytest.mark.timeout(300)
@pytest.mark.parametrize("kind", [redis_cluster, sentinel_trio])
async def test_a_failover_that_waited_for_no_replica_takes_the_newest_from_all_alike(
    tmp_path: Path, kind: Callable[[Path], AbstractAsyncContextManager[RedisCluster | SentinelTrio]]
) -> None:
    """Replicas lag here until the master dies; what they did not have is lost."""
    async with kind(tmp_path / "redis") as servers:

        async def master() -> RedisServer:
            if isinstance(servers, RedisCluster):
                return await servers.primary_of(META)
            return await servers.master()

        async with crowded(tmp_path, servers.url, may_lose=True) as (_, crowd):
            first = await master()
            others = [one for one in servers.servers if one is not first]
            safe = crowd.acknowledged
            await _has_replicated(first)
            await _cut_off(first, others)
            await crowd.many_act()
            await first.kill()
            for one in others:
                await one.call("CONFIG", "SET", "masterauth", "")
            await crowd.everybody_acts("it was killed")
            assert await master() is not first
        assert crowd.lost
        assert not crowd.lost & safe


async def _has_replicated(master: RedisServer) -> None:
    """Wait until replicas have all that a master has now."""
    offset: int | None = None

    async def have_all() -> bool:
        nonlocal offset
        role = await master.call("ROLE")
        assert isinstance(role, list)
        offset = offset or int(role[1])
        return bool(role[2]) and all(int(one[2]) >= offset for one in role[2])

    await eventually(have_all, "replicas that have all")


async def _cut_off(master: RedisServer, replicas: Iterable[RedisServer]) -> None:
    """Have replicas get nothing more from a master, who does not mind."""
    for one in replicas:
        await one.call("CONFIG", "SET", "masterauth", "wrong")
    await master.call("CLIENT", "KILL", "TYPE", "replica")

    async def is_alone() -> bool:
        role = await master.call("ROLE")
        assert isinstance(role, list)
        return not role[2]

    await eventually(is_alone, "a master without replicas")


@pytest.mark.timeout(300)
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
