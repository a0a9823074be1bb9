"""Scenario `promote`: role changes seen by many watchers, one at a time and in a burst."""

import asyncio
import statistics
import time
from collections.abc import Awaitable, Callable
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, field
from typing import Any

from load import contenders
from load.contenders import Contender
from load.process import raise_file_limit, usage_of
from load.report import percentile

GAP_S = 0.15
"""Between two changes: longer than any tick, so that each is a round of its own."""
BURST = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class PromotePlan:
    """What to do.

    Args:
        rounds: changes one at a time, in each repetition.
        repeats: repetitions, all contenders in each; medians are given.
        peers: others beside the limit.
        tell: prints progress.
    """

    members: int
    rounds: int
    repeats: int
    peers: tuple[str, ...]
    tell: Callable[[str], None]


@dataclass(slots=True)
class _Measured:
    """What was measured of one contender, a value for each repetition."""

    cpu_us: list[float] = field(default_factory=list)
    idle_ms_per_s: list[float] = field(default_factory=list)
    rounds_ms: list[float] = field(default_factory=list)
    frame_bytes: list[float] = field(default_factory=list)
    burst_cpu_ms: list[float] = field(default_factory=list)
    burst_messages: list[float] = field(default_factory=list)
    client_share: list[float] = field(default_factory=list)

    def as_dict(self) -> dict[str, Any]:
        figures = {
            "cpu_us_per_delivery": round(statistics.median(self.cpu_us), 2),
            "idle_cpu_ms_per_s": round(statistics.median(self.idle_ms_per_s), 2),
            "frame_bytes": round(statistics.median(self.frame_bytes)),
            "p50_ms": round(percentile(self.rounds_ms, 0.5), 2),
            "p99_ms": round(percentile(self.rounds_ms, 0.99), 2),
            "client_share": round(max(self.client_share), 2),
        }
        if self.burst_cpu_ms:
            figures["burst_cpu_ms"] = round(statistics.median(self.burst_cpu_ms), 1)
            figures["burst_messages"] = round(statistics.median(self.burst_messages))
        return figures


async def promote(plan: PromotePlan) -> dict[str, Any]:
    """Measure, and give the figures.

    CPU is that of the server's process; what it spends in the same time when nothing happens is
    taken off, and told.

    Raises:
        LoadError: a server cannot be started, or somebody heard nothing.
    """
    raise_file_limit()
    measured: dict[str, _Measured] = {}
    size = 0
    for repeat in range(plan.repeats):
        for name in ("usher", "limit", *plan.peers):
            # One at a time, so that nobody waits for a client that is busy with somebody else.
            async with _started(name, plan.members, size) as one:
                # Ours comes first: the limit writes frames as long as ours.
                size = size or await _frame_size(one)
                found = measured.setdefault(one.name, _Measured())
                await _singly(one, plan.rounds, found)
                if one.burst is not None:
                    await _at_once(one, one.burst, found)
                plan.tell(f"{repeat + 1}: {one.name}: {found.cpu_us[-1]:.1f} us a delivery")
    results = {name: each.as_dict() for name, each in measured.items()}
    limit_us = results["limit (C)"]["cpu_us_per_delivery"]
    return {
        "scenario": "promote",
        "members": plan.members,
        "rounds": plan.rounds,
        "repeats": plan.repeats,
        "limit_ratio": round(results["usher"]["cpu_us_per_delivery"] / limit_us, 3),
        "contenders": results,
    }


def _started(name: str, members: int, size: int) -> AbstractAsyncContextManager[Contender]:
    match name:
        case "usher":
            return contenders.ours(members)
        case "limit":
            return contenders.limit(members, size)
        case "starlette":
            return contenders.starlette(members)
        case _:
            return contenders.socketio(members)


async def _frame_size(own: Contender) -> int:
    """Say how long a frame of ours is that tells of one change."""
    before = own.crowd.heard_bytes, own.crowd.messages
    for number in range(4):
        await _round(own, number)
    return round((own.crowd.heard_bytes - before[0]) / (own.crowd.messages - before[1]))


async def _round(one: Contender, number: int) -> float:
    """Cause one change; give the seconds until the last watcher has heard of it."""
    one.crowd.expect()
    began = time.perf_counter()
    await one.change(number)
    heard_at = await one.crowd.heard()
    await asyncio.sleep(max(0.0, GAP_S - (time.perf_counter() - began)))
    return heard_at - began


async def _singly(one: Contender, rounds: int, found: _Measured) -> None:
    idle_from, began = usage_of(one.pid).cpu_s, time.perf_counter()
    await asyncio.sleep(rounds * GAP_S / 2)
    idle_per_s = (usage_of(one.pid).cpu_s - idle_from) / (time.perf_counter() - began)
    cpu_from, own_from = usage_of(one.pid).cpu_s, time.process_time()
    messages, sent = one.crowd.messages, one.crowd.heard_bytes
    began = time.perf_counter()
    latencies = [await _round(one, number) for number in range(rounds)]
    took_s = time.perf_counter() - began
    cpu_s = usage_of(one.pid).cpu_s - cpu_from - idle_per_s * took_s
    heard = one.crowd.messages - messages
    found.cpu_us.append(1e6 * cpu_s / (rounds * len(one.crowd)))
    found.idle_ms_per_s.append(1000 * idle_per_s)
    found.rounds_ms += [1000 * each for each in latencies]
    found.frame_bytes.append((one.crowd.heard_bytes - sent) / heard)
    found.client_share.append((time.process_time() - own_from) / took_s)


async def _at_once(
    one: Contender, burst: Callable[[int], Awaitable[None]], found: _Measured
) -> None:
    """Cause many changes at once; the work is done when all hold the final state."""
    cpu_from, messages = usage_of(one.pid).cpu_s, one.crowd.messages
    await burst(BURST)
    found.burst_cpu_ms.append(1000 * (usage_of(one.pid).cpu_s - cpu_from))
    found.burst_messages.append((one.crowd.messages - messages) / len(one.crowd))
