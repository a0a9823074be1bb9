"""Scenarios `storm` and `idle`: many come at once, and then stay; beside servers of others."""

import asyncio
import statistics
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from load.contenders import EARLY, PEERS, Changes
from load.crowd import opened_all
from load.meter import Meter, headroom, proven
from load.process import raise_file_limit, usage_of
from load.report import latencies, spread
from load.room import opened_room
from load.turns import Turns
from load.wire import Wire

IDLE_S = 1.5
REST_S = 1.0


@dataclass(frozen=True, slots=True, kw_only=True)
class StormPlan:
    """What to do.

    Args:
        sizes: how many come, in one room of its own for each.
        at_once: joins under way at the same time.
        peers: servers of others, at each size as well.
        tell: prints progress.
    """

    sizes: tuple[int, ...]
    at_once: int
    turns: Turns
    peers: tuple[str, ...]
    tell: Callable[[str], None]


async def storm(plan: StormPlan) -> dict[str, Any]:
    """Have people redeem and connect as fast as they can, until all views are right.

    Afterwards everybody stays for a while, which gives the memory and CPU of who is idle.

    Raises:
        LoadError: somebody was refused, or has not seen everybody.
    """
    raise_file_limit()
    names = ("usher", *plan.peers)
    found: _Runs = {}
    for repeat in plan.turns:
        for size in plan.sizes:
            for name in names:
                one = await (_ours(size, plan.at_once) if name == "usher" else _other(name, size))
                found.setdefault(name, {}).setdefault(str(size), []).append(one)
                plan.turns.so_far = _told(plan, found)
                plan.tell(f"{repeat + 1}: {name}: {size} at {one['cpu_ms_per_join']:.2f} ms each")
    return _told(plan, found) | await proven()


_Runs = dict[str, dict[str, list[dict[str, Any]]]]
"""By name and size."""


def _told(plan: StormPlan, found: _Runs) -> dict[str, Any]:
    medians = {
        name: {size: _median(runs) for size, runs in sizes.items()} for name, sizes in found.items()
    }
    report: dict[str, Any] = {
        "scenario": "storm",
        "at_once": plan.at_once,
        "repeats": plan.turns.repeats,
        "contenders": medians,
    }
    if medians:
        own = [one["cpu_ms_per_join"] for one in medians["usher"].values()]
        report["flatness"] = round(max(own) / min(own), 3)
    if len(medians) > 1:
        both = [size for size in found["usher"] if all(size in sizes for sizes in found.values())]
        report["best_peer_ratio"] = {
            size: _ratios({name: medians[name][size] for name in medians}) for size in both
        }
    return report


def _ratios(found: dict[str, dict[str, Any]]) -> dict[str, float]:
    """Compare ours with the best of the others, in each figure by itself."""
    own = found["usher"]
    others = [one for name, one in found.items() if name != "usher"]
    compared = ("cpu_s", "wire_bytes", "seconds", "kib_per_connection")
    return {what: round(own[what] / min(one[what] for one in others), 3) for what in compared}


def _median(runs: list[dict[str, Any]]) -> dict[str, Any]:
    medians = {key: round(statistics.median(run[key] for run in runs), 4) for key in runs[0]}
    medians["client_headroom"] = headroom(max(run["client_share"] for run in runs))
    return medians | {
        f"{key}_spread": spread([run[key] for run in runs])
        for key in ("cpu_s", "cpu_ms_per_join", "wire_bytes", "seconds", "kib_per_connection")
    }


async def _ours(size: int, at_once: int) -> dict[str, Any]:
    async with opened_room() as room:
        await room.fill(EARLY)
        await asyncio.sleep(REST_S)
        empty_mib = usage_of(room.server.pid).rss_mib
        gate = asyncio.Semaphore(at_once)
        took: list[float] = []

        async def one(number: int) -> None:
            async with gate:
                began = time.perf_counter()
                member = await room.admit(number)
                took.append(1000 * (await room.connect(member) - began))

        room.http_bytes = 0
        meter = Meter((room.server.pid,), lambda: room.sockets)
        await asyncio.gather(*(one(EARLY + number) for number in range(size)))
        joined_s = time.perf_counter() - meter.began
        await room.settle()
        spent = meter.read()
        wire_bytes = spent.heard_bytes + spent.said_bytes + room.http_bytes
        return {
            "cpu_s": spent.cpu_s,
            "cpu_ms_per_join": 1000 * spent.cpu_s / size,
            "wire_bytes": wire_bytes,
            "frames": spent.frames,
            "seconds": spent.seconds,
            "joins_per_s": size / joined_s,
            "client_share": spent.client_share,
            **latencies(took),
            **await _idle((room.server.pid,), empty_mib, size, lambda: room.sockets),
        }


async def _idle(
    pids: Sequence[int], empty_mib: float, size: int, wires: Callable[[], list[Wire]]
) -> dict[str, float]:
    """Let everybody stay, and look at what that costs."""
    await asyncio.sleep(REST_S)
    meter = Meter(pids, wires)
    await asyncio.sleep(IDLE_S)
    spent = meter.read()
    return {
        "rss_mib": spent.rss_mib,
        "kib_per_connection": 1024 * (spent.rss_mib - empty_mib) / size,
        "idle_cpu_ms_per_s": 1000 * spent.cpu_s / spent.seconds,
    }


async def _other(name: str, size: int) -> dict[str, Any]:
    async with PEERS[name]() as peer:
        wires = [await peer.join(0)]
        wires += await opened_all(EARLY - 1, lambda number: peer.join(1 + number))
        await asyncio.sleep(REST_S)
        empty_mib = usage_of(*peer.pids).rss_mib
        took: list[float] = []

        async def one(number: int) -> Wire:
            began = time.perf_counter()
            wire = await peer.join(EARLY + number)
            took.append(1000 * (time.perf_counter() - began))
            wires.append(wire)
            return wire

        meter = Meter(peer.pids, lambda: wires)
        await opened_all(size, one)
        joined_s = time.perf_counter() - meter.began
        changes = Changes(peer, wires[0], wires[1:])
        settled_at = await changes.settle()
        spent = meter.read()
        found = {
            "cpu_s": spent.cpu_s,
            "cpu_ms_per_join": 1000 * spent.cpu_s / size,
            "wire_bytes": spent.heard_bytes + spent.said_bytes,
            "frames": spent.frames,
            "seconds": settled_at - meter.began,
            "joins_per_s": size / joined_s,
            "client_share": spent.client_share,
            **latencies(took),
            **await _idle(peer.pids, empty_mib, size, lambda: wires),
        }
        for wire in wires:
            wire.drop()
        return found
