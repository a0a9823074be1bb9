"""Nodes die, stand still, are cut off, and are replaced, while a crowd is inside."""

import asyncio
import contextlib
import json
import logging
import signal
import time
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import httpx
import pytest
from websockets.asyncio.client import ClientConnection
from websockets.asyncio.client import connect as open_socket
from websockets.exceptions import ConnectionClosed, InvalidStatus
from websockets.typing import Subprotocol

from protocol import commands as c
from protocol.client import Options, Room, connect
from protocol.codec import MSGPACK
from protocol.errors import ErrorCode
from protocol.ids import CommandId
from protocol.messages import Do, Hello, Reply, ServerMessage, Welcome
from protocol.roles import Presence
from protocol.version import WIRE_VERSION
from tests.crowd import ENTRY, EVERYBODY, Crowd, Guest, guest_link, until
from tests.netns import far_redis, may_make_hosts
from tests.nodes import RunningNodes, running_nodes
from tests.redis_servers import own_prefix
from tests.running import RunningServer

log = logging.getLogger(__name__)

PEOPLE = 60
FEW = 10
LEASE_S = 6
QUICK = {"USHER_PING_MS": "1000"}


@asynccontextmanager
async def crowded(
    folder: Path, redis_url: str, count: int
) -> AsyncIterator[tuple[RunningNodes, Crowd]]:
    """Run nodes with a crowd inside.

    In the end everybody is there, as who they were, all that was acknowledged is in the log, once,
    and every node shows what follows from that.
    """
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


@pytest.mark.timeout(300)
async def test_a_node_is_killed_and_its_people_go_on_at_another(
    tmp_path: Path, redis_url: str
) -> None:
    async with crowded(tmp_path, redis_url, 2) as (nodes, crowd):
        await nodes.nodes[1].kill()
        await crowd.everybody_acts("the node was killed")
        await until(lambda: "is gone" in nodes.nodes[0].log)
        assert len(await alive(nodes)) == 1
        # The next one is another node: an id belongs to one run of a process.
        await nodes.nodes[1].start()
        await crowd.everybody_acts("there was another")
        assert len(await alive(nodes)) == 2
        await everybody_is_seen_by_the_operator(nodes)
        assert crowd.counts == {crowd.all}
        assert crowd.presences <= {Presence.PRESENT, Presence.RECONNECTING}


@pytest.mark.timeout(300)
async def test_whoever_went_down_with_a_node_is_soon_shown_as_that(
    tmp_path: Path, redis_url: str
) -> None:
    """With the settings that a server has by itself. Nobody comes back here.

    That it takes no more than ten seconds is what the simulation holds, whose clock is its own.
    """
    prefixed = own_prefix(redis_url, tmp_path)
    async with running_nodes(tmp_path, 2, prefixed) as nodes, AsyncExitStack() as stack:
        _, dying = nodes.nodes
        async with nodes.http() as http:
            await nodes.sign_in(http)
            token = await guest_link(http, {})
            entered = (await http.post(f"{ENTRY}/enter", json={})).json()
        host = await stack.enter_async_context(
            connect(
                socket_url(nodes.nodes[0], entered["session_id"]),
                ticket=entered["ticket"],
                window=EVERYBODY,
                timeout_s=60,
            )
        )
        for number in range(FEW):
            admitted = await Guest(number, token).join(nodes)
            await stack.enter_async_context(
                connect(
                    socket_url(dying, admitted["session_id"]),
                    ticket=admitted["ticket"],
                    timeout_s=60,
                    options=Options(comes_back=False),
                )
            )
        await host.until(partial(shown, Presence.PRESENT), 60)
        await dying.kill()
        begun = time.monotonic()
        await host.until(partial(shown, Presence.RECONNECTING), 90)
        log.info("nobody was shown as present any more after %.1f s", time.monotonic() - begun)


def shown(presence: Presence, host: Room) -> bool:
    """Say whether all guests, and no more than they, are shown like this."""
    rows = [row for row in host.rows() if host.you and row.id != host.you.participant_id]
    return len(rows) == FEW and {row.presence for row in rows} == {presence}


def socket_url(node: RunningServer, session_id: str) -> str:
    return f"ws://127.0.0.1:{node.port}/api/v1/sessions/{session_id}/socket"


@dataclass
class DeafSocket:
    socket: ClientConnection

    async def hear(self) -> ServerMessage:
        return MSGPACK.decode_server(await self.socket.recv())

    async def rename(self, name: str) -> CommandId:
        command_id = CommandId(f"deaf-{name}")
        await self.socket.send(MSGPACK.frame(Do(id=command_id, command=c.Rename(name=name))))
        return command_id

    async def is_done(self, command_id: CommandId) -> bool:
        """Hear on to the end; say whether a command was acknowledged."""
        heard: list[ServerMessage] = []
        with contextlib.suppress(ConnectionClosed):
            while True:
                heard.append(await self.hear())
        replies = [one for one in heard if isinstance(one, Reply)]
        return any(one.is_done for one in replies if one.id == command_id)


@asynccontextmanager
async def deaf(node: RunningServer, guest: Guest, session_id: str) -> AsyncIterator[DeafSocket]:
    """Open one more socket for somebody, who does not give this one up however silent it is."""
    async with open_socket(
        socket_url(node, session_id),
        subprotocols=[Subprotocol(MSGPACK.name)],
        additional_headers={"Authorization": f"Bearer {guest.ticket}"},
        ping_interval=None,
        proxy=None,
    ) as socket:
        one = DeafSocket(socket)
        await socket.send(MSGPACK.frame(Hello(wire_version=WIRE_VERSION)))
        while not isinstance(await one.hear(), Welcome):
            pass
        yield one


@pytest.mark.timeout(300)
async def test_a_node_that_slept_past_its_lease_does_not_go_on(
    tmp_path: Path, redis_url: str
) -> None:
    async with crowded(tmp_path, redis_url, 2) as (nodes, crowd):
        sleeper = nodes.nodes[1]
        async with deaf(sleeper, crowd.guests[0], crowd.session_id) as socket:
            sleeper.send(signal.SIGSTOP)
            said = await socket.rename("to-a-sleeper")
            await until(lambda: "is gone" in nodes.nodes[0].log)
            # Behind its lease no more is known of it; with this the pause is one of twice as long.
            await asyncio.sleep(LEASE_S)
            await crowd.many_act()
            sleeper.send(signal.SIGCONT)
            # It finds that it was given up, and ends.
            assert not await socket.is_done(said)
        assert await sleeper.wait() == 3
        assert "given up" in sleeper.log
        await crowd.everybody_acts("the sleeper had ended")
        # Whoever watches over processes starts it anew.
        await sleeper.start()
        await crowd.everybody_acts()
    assert said not in crowd.commands
    assert crowd.counts == {crowd.all}


@pytest.mark.timeout(300)
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
        await until(lambda: all(guest.refused for guest in told))
        assert 0 < len(told) < PEOPLE
        await crowd.many_act()
        assert crowd.presences == {Presence.PRESENT, Presence.RECONNECTING}
        # That node finds that the other takes people, and sends its own there.
        await until(lambda: "go elsewhere" in far.log)
        with pytest.raises(InvalidStatus) as refusal:
            async with deaf(far, crowd.guests[0], crowd.session_id):
                pass
        assert refusal.value.response.status_code == 503
        await crowd.everybody_acts("its people were sent elsewhere")
        losses = [guest.client.line.loss for guest in told if guest.client]
        codes = {one.problem.code for one in losses if one and one.problem}
        assert codes == {ErrorCode.RESTARTING}
        # Once it reaches Redis again it finds that it was given up, and ends.
        await redis.plug(1)
        assert await far.wait() == 3
        assert "given up" in far.log
        await crowd.everybody_acts("the node that was cut off had ended")
        assert not any(guest.is_stale for guest in crowd.guests)
        assert crowd.counts == {crowd.all}
        await far.start()
        await crowd.everybody_acts()


@pytest.mark.timeout(300)
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
                await crowd.everybody_acts("a node was replaced")
            watching.cancel()
        assert set(counts) == {crowd.all}
        assert crowd.counts == {crowd.all}


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
