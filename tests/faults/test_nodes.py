"""Nodes die, stand still, are cut off, and are replaced, while a crowd is inside."""

import asyncio
import contextlib
import json
import signal
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import httpx
import pytest

from tests.crowd import Crowd, until
from tests.netns import far_redis, may_make_hosts
from tests.nodes import RunningNodes, running_nodes
from tests.redis_servers import own_prefix

PEOPLE = 60
QUICK = {"USHER_PING_MS": "1000"}
LEASE_S = 6


@asynccontextmanager
async def crowded(
    folder: Path, redis_url: str, count: int
) -> AsyncIterator[tuple[RunningNodes, Crowd]]:
    """Run nodes with a crowd inside; in the end everybody has to be there, as who they were."""
    prefixed = own_prefix(redis_url, folder)
    async with (
        running_nodes(folder, count, prefixed, QUICK) as nodes,
        Crowd(nodes, PEOPLE).inside() as crowd,
    ):
        await crowd.everybody_acts()
        yield nodes, crowd


async def alive(nodes: RunningNodes) -> set[str]:
    """Ask the command line which nodes live."""
    code, out, err = await nodes.usher("nodes")
    assert code == 0, err
    return {one["name"] for one in json.loads(out) if one["state"] == "alive"}


async def everybody_is_seen_by_the_operator(nodes: RunningNodes) -> None:
    """Wait until any node shows both nodes, and in the one room everybody, on whichever node."""
    code, out, err = await nodes.usher("key", "create", "--name", "watch", "--scope", "read")
    assert code == 0, err
    headers = {"Authorization": f"Bearer {json.loads(out)['key']}"}
    base = f"{nodes.nodes[0].url}/api/v1"
    async with asyncio.timeout(30), httpx.AsyncClient(base_url=base, headers=headers) as http:
        while True:
            site = (await http.get("/operator")).json()
            rooms = {one["entry_id"]: one for one in site["rooms"]}
            room = rooms.get("e_demo-room", {"people": 0, "connections": 0})
            up = [one for one in site["nodes"] if one["is_alive"]]
            if len(up) == 2 and min(room["people"], room["connections"]) >= PEOPLE:
                break
            await asyncio.sleep(0.2)
    assert room["nodes"] == 2


@pytest.mark.timeout(180)
async def test_a_node_is_killed_and_its_people_go_on_at_another(
    tmp_path: Path, redis_url: str
) -> None:
    async with crowded(tmp_path, redis_url, 2) as (nodes, crowd):
        await nodes.nodes[1].kill()
        await crowd.everybody_acts()
        await until(lambda: "is gone" in nodes.nodes[0].log)
        assert len(await alive(nodes)) == 1
        # The next one is another node: an id belongs to one run of a process.
        await nodes.nodes[1].start()
        await crowd.everybody_acts()
        assert len(await alive(nodes)) == 2
        await everybody_is_seen_by_the_operator(nodes)


@pytest.mark.timeout(180)
async def test_a_node_that_slept_past_its_lease_does_not_go_on(
    tmp_path: Path, redis_url: str
) -> None:
    async with crowded(tmp_path, redis_url, 2) as (nodes, crowd):
        sleeper = nodes.nodes[1]
        sleeper.send(signal.SIGSTOP)
        await until(lambda: "is gone" in nodes.nodes[0].log)
        # Behind its lease no more is known of it; with this the pause is one of twice as long.
        await asyncio.sleep(LEASE_S)
        await crowd.many_act()
        sleeper.send(signal.SIGCONT)
        # It finds that it was given up, and ends; whoever watches over processes starts it anew.
        assert await sleeper.wait() == 3
        assert "given up" in sleeper.log
        await crowd.everybody_acts()


@pytest.mark.timeout(240)
async def test_a_node_is_cut_off_from_redis_while_its_people_stay_connected(tmp_path: Path) -> None:
    if reason := await may_make_hosts():
        pytest.skip(f"no host can be made here: {reason}")
    async with (
        far_redis(tmp_path / "redis", 2, "--appendonly", "yes") as redis,
        running_nodes(tmp_path, 2, redis.urls, QUICK) as nodes,
        Crowd(nodes, PEOPLE).inside() as crowd,
    ):
        await crowd.everybody_acts()
        near, far = nodes.nodes
        await redis.pull(1)
        # Whoever is at that node is told, and keeps the view; the others go on with each other,
        # and find that its people have to come back.
        await until(lambda: "is gone" in near.log)
        await until(lambda: any(guest.is_stale for guest in crowd.guests))
        told = [guest for guest in crowd.guests if guest.is_stale]
        assert all(guest.client and guest.client.view for guest in told)
        assert 0 < len(told) < PEOPLE
        await crowd.many_act()
        # That node finds that the other takes people, and sends its own there.
        await until(lambda: "go elsewhere" in far.log)
        # Once it reaches Redis again it finds that it was given up, and ends.
        await redis.plug(1)
        assert await far.wait() == 3
        assert "given up" in far.log
        await crowd.everybody_acts()
        assert not any(guest.is_stale for guest in crowd.guests)


@pytest.mark.timeout(240)
async def test_all_nodes_are_replaced_one_by_one_and_nobody_is_shown_as_left(
    tmp_path: Path, redis_url: str
) -> None:
    async with crowded(tmp_path, redis_url, 3) as (nodes, crowd):
        counts: list[int] = []
        async with asyncio.TaskGroup() as tasks:
            watching = tasks.create_task(_watched(nodes, counts))
            for node in nodes.nodes:
                assert await node.stop() == 0
                await node.start()
                await crowd.everybody_acts()
            watching.cancel()
        assert set(counts) == {PEOPLE}


async def _watched(nodes: RunningNodes, counts: list[int]) -> None:
    """Read how many people the room has, again and again, from whichever node answers."""
    async with nodes.http() as host:
        await nodes.sign_in_again(host)
        entry = (await host.get("/entries/e_demo-room")).json()
        while True:
            # A request that meets the end of a node may fail; its answer may not be wrong.
            with contextlib.suppress(httpx.HTTPError):
                answer = await host.get(f"/sessions/{entry['session_id']}/counts")
                if answer.status_code == 200:
                    counts.append(answer.json()["all"])
            await asyncio.sleep(0.05)
