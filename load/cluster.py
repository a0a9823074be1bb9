"""Scenario `cluster`: people join, are promoted and come back, over many nodes and one Redis."""

import asyncio
import json
import os
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import AsyncExitStack, ExitStack, asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import httpx

from load.guest import Guest
from load.host import Host
from load.join import WINDOW
from load.meter import Meter, proven
from load.process import LoadError, Started, raise_file_limit, started_server, usage_of
from load.redis import StartedRedis, started_redis
from load.report import percentile
from load.share import shared
from protocol.client import Client, connect
from protocol.commands import SetRole
from protocol.ids import ParticipantId
from protocol.roles import Group, Role
from protocol.routes import API
from protocol.views import Range, Window

ROOM = "e_demo-room"
WATCHED = Window(groups={Group.VIEWERS: Range(count=50), Group.ON_STAGE: Range(count=25)})
SETTLE_S = 60
TALLIES_S = 3
"""Until every node has told its tallies again."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ClusterPlan:
    """What to do.

    Args:
        promotions: role changes, one at a time, each timed at the same node and at another.
        at_once: joins under way at the same time.
        share: of a core, for each node, as if it were on a machine of its own; None: as it comes.
        tell: prints progress.
    """

    nodes: int
    members: int
    promotions: int
    at_once: int
    share: float | None
    tell: Callable[[str], None]


@dataclass(slots=True)
class _Nodes:
    """The processes of a run."""

    redis: StartedRedis
    servers: list[Started]
    folder: Path
    hosts: list[Host] = field(default_factory=list)

    def urls(self) -> list[str]:
        return [server.host_url.partition("/sign-in")[0] for server in self.servers]

    def cpu_s(self) -> list[float]:
        return [usage_of(server.pid).cpu_s for server in self.servers]


async def cluster(plan: ClusterPlan) -> dict[str, Any]:
    """Measure, and give the figures.

    Raises:
        LoadError: somebody was refused, or not seen.
    """
    raise_file_limit()
    async with _running(plan.nodes) as nodes:
        token = await nodes.hosts[0].open_room(plan.members)
        targets = [urlsplit(url) for url in nodes.urls()]
        guests = [
            Guest(number, target.hostname or "", target.port or 80)
            for number in range(plan.members)
            for target in [targets[number % len(targets)]]
        ]
        empty = await nodes.redis.memory_of(ROOM)
        with ExitStack() as shares:
            if plan.share is not None:
                for server in nodes.servers:
                    shares.enter_context(shared(server.pid, plan.share))
            joins = await _measured(nodes, guests, lambda: _let_in(guests, token, plan))
            await _seen(nodes, plan.members)
            kept = await nodes.redis.memory_of(ROOM)
            plan.tell(f"{plan.members} inside after {joins['seconds']} s")
            promotions = await _promotions(nodes, plan)
            plan.tell(f"{plan.promotions} promoted")
            for guest in guests:
                guest.leave()
            back = await _measured(nodes, guests, lambda: _let_in(guests, token, plan))
            await _seen(nodes, plan.members)
            plan.tell(f"all back after {back['seconds']} s")
        for guest in guests:
            guest.leave()
        return {
            "scenario": "cluster",
            "nodes": plan.nodes,
            "members": plan.members,
            "share": plan.share,
            "joins": joins,
            "promotions": promotions,
            "reconnects": back,
            "deliveries": sum(wire.messages for guest in guests for wire in guest.wires),
            "redis_bytes_of_room": empty,
            "redis_bytes_per_member": round((kept - empty) / plan.members),
            **await proven(),
        }


async def _measured(
    nodes: _Nodes, guests: Sequence[Guest], work: Callable[[], Awaitable[list[list[float]]]]
) -> dict[str, Any]:
    """Time a piece of work, and say what the processes spent on it and how appends went."""
    cpu, redis_cpu = nodes.cpu_s(), usage_of(nodes.redis.pid).cpu_s
    before = await _tallies(nodes)
    scripts, commands = await nodes.redis.calls()
    pids = [server.pid for server in nodes.servers]
    meter = Meter(pids, lambda: (wire for guest in guests for wire in guest.wires))
    per_node = await work()
    whole = meter.read()
    every = [one for some in per_node for one in some]
    spent = [after - b for after, b in zip(nodes.cpu_s(), cpu, strict=True)]
    redis_spent = usage_of(nodes.redis.pid).cpu_s - redis_cpu
    more_scripts, more_commands = await nodes.redis.calls()
    await asyncio.sleep(TALLIES_S)
    after = await _tallies(nodes)
    made = {name: after[name] - before[name] for name in before}
    tries = made["appends"] + made["conflicts"]
    return {
        **whole.as_dict(),
        "per_s": round(len(every) / whole.seconds, 1),
        "p50_ms": round(percentile(every, 0.5), 1),
        "p99_ms": round(percentile(every, 0.99), 1),
        "p50_ms_by_node": [round(percentile(some, 0.5), 1) for some in per_node if some],
        "node_cpu_s": [round(one, 2) for one in spent],
        "redis_cpu_s": round(redis_spent, 2),
        "redis_cpu_ms_per_append": round(1000 * redis_spent / max(1, made["appends"]), 3),
        "redis_scripts": more_scripts - scripts,
        "redis_commands": more_commands - commands,
        "commands_per_s": round((more_commands - commands) / whole.seconds),
        "appends": made["appends"],
        "appends_per_s": round(made["appends"] / whole.seconds, 1),
        "mean_batch": round(made["records"] / made["appends"], 2) if made["appends"] else 0,
        "conflict_rate": round(made["conflicts"] / tries, 3) if tries else 0,
    }


async def _let_in(guests: Sequence[Guest], token: str, plan: ClusterPlan) -> list[list[float]]:
    gate = asyncio.Semaphore(plan.at_once)

    async def one(guest: Guest) -> None:
        async with gate:
            await guest.join(token, WINDOW)

    async with asyncio.TaskGroup() as joining:
        for guest in guests:
            joining.create_task(one(guest))
    return [
        [guest.joined_ms for guest in guests if guest.number % plan.nodes == node]
        for node in range(plan.nodes)
    ]


async def _promotions(nodes: _Nodes, plan: ClusterPlan) -> dict[str, Any]:
    """Change roles at the first node, and time when watchers at each node have seen it."""
    async with AsyncExitStack() as stack:
        clients: list[Client] = []
        for host in nodes.hosts:
            entered = await host.enter()
            url = host.url.replace("http", "ws", 1)
            client = await stack.enter_async_context(
                connect(
                    f"{url}{API}/sessions/{entered['session_id']}/socket",
                    ticket=entered["ticket"],
                    window=WATCHED,
                )
            )
            await client.until(lambda one: one.view is not None, SETTLE_S)
            clients.append(client)
        view = clients[0].view
        if view is None:
            raise LoadError("the host sees nothing")
        rows = view.groups[Group.VIEWERS].rows
        chosen = [row.id for row in rows if row.role is Role.VIEWER]
        same: list[float] = []
        cross: list[float] = []
        for number in range(plan.promotions):
            person = chosen[number % len(chosen)]
            role = Role.SPEAKER if (number // len(chosen)) % 2 == 0 else Role.VIEWER
            began = time.perf_counter()
            asked = asyncio.create_task(clients[0].do(SetRole(participant_id=person, role=role)))
            seen = await asyncio.gather(
                *(_role_seen(client, person, role, began) for client in clients)
            )
            reply = await asked
            if not reply.is_done:
                raise LoadError(f"a role was refused: {reply.problem}")
            same.append(seen[0])
            cross += seen[1:]
            await asyncio.sleep(0.15)  # longer than a tick, so that each change is alone
    rtt = await nodes.redis.rtt_ms()
    figures = {
        "same_node_p50_ms": round(percentile(same, 0.5), 2),
        "same_node_p99_ms": round(percentile(same, 0.99), 2),
        "redis_rtt_p50_ms": round(rtt, 2),
    }
    if cross:
        p99, bound = percentile(cross, 0.99), 2 * percentile(same, 0.99) + rtt
        figures |= {
            "cross_node_p50_ms": round(percentile(cross, 0.5), 2),
            "cross_node_p99_ms": round(p99, 2),
            "of_the_bound": round(p99 / bound, 2),
        }
    return figures


async def _role_seen(client: Client, person: ParticipantId, role: Role, began: float) -> float:
    def is_seen(one: Client) -> bool:
        if one.view is None:
            return False
        rows = (row for group in one.view.groups.values() for row in group.rows)
        return any(row.id == person and row.role is role for row in rows)

    await client.until(is_seen, SETTLE_S)
    return (time.perf_counter() - began) * 1000


async def _seen(nodes: _Nodes, members: int) -> None:
    """Wait until every node counts everybody."""
    until = time.monotonic() + SETTLE_S
    for host in nodes.hosts:
        while (seen := await host.count()) < members:
            if time.monotonic() > until:
                raise LoadError(f"only {seen} of {members} are counted at {host.url}")
            await asyncio.sleep(0.05)


async def _tallies(nodes: _Nodes) -> dict[str, int]:
    """Sum up what the nodes say of their appends, by the command line."""
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "server.cli", "nodes"),
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.DEVNULL,
        env=os.environ | {"REDIS_URL": nodes.redis.url, "USHER_DATA": str(nodes.folder)},
    )
    out, _ = await process.communicate()
    told = json.loads(out)
    return {
        name: sum(one.get(name, 0) for one in told) for name in ("appends", "records", "conflicts")
    }


@asynccontextmanager
async def _running(count: int) -> AsyncIterator[_Nodes]:
    """Start Redis and nodes, and sign the host in at each."""
    async with AsyncExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="usher-load-")))
        redis = await stack.enter_async_context(started_redis(folder))
        env = {
            "REDIS_URL": redis.url,
            "USHER_KEYS": str(folder / "keys.json"),
            # Many processes on few cores: nobody is to be taken for lost because of that.
            "USHER_PING_MS": "20000",
        }
        servers = [await stack.enter_async_context(started_server(env)) for _ in range(count)]
        nodes = _Nodes(redis, servers, folder)
        for server, url in zip(servers, nodes.urls(), strict=True):
            host = Host(url, ROOM)
            stack.push_async_callback(host.close)
            await host.sign_in(server.host_url)
            nodes.hosts.append(host)
        try:
            yield nodes
        except httpx.HTTPError as fault:
            raise LoadError(f"a node does not answer: {fault!r}") from fault
