"""Changes one at a time, each seen by every watcher, and what the server spends on one."""

import asyncio
import statistics
import time
from dataclasses import dataclass

from load.contender import Contender
from load.process import usage_of

GAP_S = 0.15
"""Between two changes: longer than any tick, so that each is a round of its own."""
LEAST_LOOKS = 4
"""So many stretches of that length in which nothing happens are looked at first."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rounds:
    """What so many rounds were like.

    Args:
        cpu_us: of the server, for one round; what it spends in the same time when nothing
            happens is taken off.
        idle_ms_per_s: what that is.
        took_ms: from each change to the last watcher who heard of it.
        frame_bytes: of one delivery.
        client_share: CPU of this process, as a part of one core.
    """

    cpu_us: float
    idle_ms_per_s: float
    took_ms: list[float]
    frame_bytes: float
    client_share: float


async def round_of(one: Contender, number: int) -> float:
    """Cause one change; give the seconds until the last watcher has heard of it.

    Raises:
        LoadError: somebody has heard nothing.
    """
    one.crowd.expect()
    began = time.perf_counter()
    await one.change(number)
    heard_at = await one.crowd.heard()
    await asyncio.sleep(max(0.0, GAP_S - (time.perf_counter() - began)))
    return heard_at - began


async def rounds_of(one: Contender, rounds: int) -> Rounds:
    """Look at the server while nothing happens, and then while one change follows another.

    Medians of single rounds: many servers ping everybody at once every 3 to 25 seconds, which
    falls into one round, or into none.
    """
    idle = [await _idle_of(one) for _ in range(max(LEAST_LOOKS, rounds // 2))]
    idle_per_s = statistics.median(idle)
    messages, sent = one.crowd.messages, one.crowd.heard_bytes
    own_from, began = time.process_time(), time.perf_counter()
    costs: list[float] = []
    latencies: list[float] = []
    for number in range(rounds):
        cpu_s, round_began = usage_of(*one.pids).cpu_s, time.perf_counter()
        latencies.append(await round_of(one, number))
        spent_s = usage_of(*one.pids).cpu_s - cpu_s
        costs.append(spent_s - idle_per_s * (time.perf_counter() - round_began))
    took_s = time.perf_counter() - began
    heard = one.crowd.messages - messages
    return Rounds(
        cpu_us=1e6 * statistics.median(costs),
        idle_ms_per_s=1000 * statistics.mean(idle),
        took_ms=[1000 * each for each in latencies],
        frame_bytes=(one.crowd.heard_bytes - sent) / heard,
        client_share=(time.process_time() - own_from) / took_s,
    )


async def _idle_of(one: Contender) -> float:
    """Say how many seconds of CPU a second a server takes while nothing happens."""
    cpu_s, began = usage_of(*one.pids).cpu_s, time.perf_counter()
    await asyncio.sleep(GAP_S)
    return (usage_of(*one.pids).cpu_s - cpu_s) / (time.perf_counter() - began)
