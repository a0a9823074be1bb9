"""The standard set: each part in turn, in ten minutes, with what was reached beside targets."""

import asyncio
import json
import os
import platform
import time
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from load.fanout import FanoutPlan, fanout
from load.process import LoadError, file_limit
from load.promote import PromotePlan, promote
from load.sizes import SizesPlan, ran, sizes
from load.slow import SlowPlan, slow
from load.storm import StormPlan, storm
from load.turns import Turns

AFTER_ALL_S = 10.0
"""Kept for ending what runs, and for the report."""
MOST = 20_000
"""Joins of real connections, where the system lets a process have so many files."""
SPARE_FILES = 500
ENOUGH = 0.85
"""After this part of its time, a part of the set begins no other repetition."""
OVERTIME = 1.5
"""A repetition that was begun may go on for so long; then the part is given up."""
LATENCIES = 20
"""Changes in each repetition whose time is taken on a server that does nothing else."""
LEAST_S = 15.0
"""A part that has less time than this left is not begun."""


@dataclass(frozen=True, slots=True, kw_only=True)
class BenchPlan:
    """What to do.

    Args:
        folder: where results, report and plots go.
        limit_s: how long all of it may take.
        scale: a part of every size; 1 is the standard set.
        repeats: repetitions wherever a ratio is taken.
        peers: servers of others.
        is_full: more sizes, and the largest that this machine has sockets and memory for.
    """

    folder: Path
    limit_s: float
    scale: float
    repeats: int
    peers: tuple[str, ...]
    is_full: bool
    tell: Callable[[str], None]

    def sized(self, members: int) -> int:
        """Scale a number of people, down to what a scenario needs."""
        return max(40, round(self.scale * members))


@dataclass(slots=True)
class Results:
    """What was measured so far, kept in a file from part to part."""

    path: Path
    found: dict[str, Any] = field(default_factory=dict)

    def keep(self, name: str, value: Any) -> None:
        """Add a part; whatever happens later, it is there."""
        self.found[name] = value
        self.path.write_text(json.dumps(self.found, indent=1), encoding="utf-8")


Part = Callable[[Turns], Awaitable[dict[str, Any]]]


async def bench(plan: BenchPlan) -> dict[str, Any]:
    """Measure part after part until the time is over; give all that was found."""
    plan.folder.mkdir(parents=True, exist_ok=True)
    results = Results(plan.folder / "bench.json")
    results.keep("machine", machine())
    began = time.monotonic()
    ends_at = began + plan.limit_s - AFTER_ALL_S
    for name, share, part in _parts(plan, results):
        left_s = min(ends_at - time.monotonic(), share * plan.limit_s)
        if left_s < LEAST_S:
            results.keep(name, {"trouble": "there was no time left"})
            continue
        plan.tell(f"--- {name} ({time.monotonic() - began:.0f} s)")
        part_began = time.monotonic()
        turns = Turns(repeats=plan.repeats, ends_at=part_began + ENOUGH * left_s)
        try:
            async with asyncio.timeout(min(OVERTIME * left_s, ends_at - time.monotonic())):
                found = await part(turns)
        except (LoadError, OSError, TimeoutError) as trouble:
            found = turns.so_far | {"trouble": str(trouble) or "it took too long"}
        results.keep(name, found | {"took_s": round(time.monotonic() - part_began, 1)})
    results.keep("took_s", round(time.monotonic() - began, 1))
    results.keep("load_after", os.getloadavg()[0])
    return results.found


def _parts(plan: BenchPlan, results: Results) -> list[tuple[str, float, Part]]:
    """List the parts in order, each with the part of all time that it may take at most."""

    def storm_of(sizes_: tuple[int, ...], repeats: int | None = None) -> Part:
        async def part(turns: Turns) -> dict[str, Any]:
            turns.repeats = repeats or turns.repeats
            return await storm(
                StormPlan(sizes=sizes_, at_once=100, turns=turns, peers=(), tell=plan.tell)
            )

        return part

    async def storms(turns: Turns) -> dict[str, Any]:
        """In turns with the best of the others, so that whatever the machine does falls on all."""
        names = best_rivals(results.found.get("promote", {}), plan.peers)
        return await storm(
            StormPlan(
                sizes=(plan.sized(2_000),), at_once=100, turns=turns, peers=names, tell=plan.tell
            )
        )

    def promoted(members: int, rounds: int, peers: tuple[str, ...], *, has_bursts: bool) -> Part:
        return lambda turns: promote(
            PromotePlan(
                members=members,
                rounds=rounds,
                turns=turns,
                peers=peers,
                few=plan.sized(300),
                has_bursts=has_bursts,
                tell=plan.tell,
            )
        )

    async def sized(turns: Turns) -> dict[str, Any]:
        between = (plan.sized(1_000), plan.sized(10_000)) if plan.is_full else ()
        rooms = (100, *between, plan.sized(100_000))
        few = plan.sized(200)
        return await sizes(
            SizesPlan(sizes=rooms, watchers=few, rounds=6, turns=turns, tell=plan.tell)
        )

    async def slowed(turns: Turns) -> dict[str, Any]:
        return await slow(
            SlowPlan(members=plan.sized(1_000), rounds=10, turns=turns, tell=plan.tell)
        )

    async def fanned(turns: Turns) -> dict[str, Any]:
        return await fanout(
            FanoutPlan(
                watchers=tuple(plan.sized(size) for size in (100, 300, 1_000, 3_000)),
                cohorts=(10, plan.sized(100)),
                members=plan.sized(1_000),
                rounds=8,
                turns=turns,
                tell=plan.tell,
            )
        )

    async def replica(_: Turns) -> dict[str, Any]:
        people = str(min(999_000, plan.sized(1_000_000)))
        found: dict[str, Any] = json.loads(await ran("load.inside.replica", "--people", people))
        return found

    thousand, most = plan.sized(1_000), min(plan.sized(MOST), file_limit() - SPARE_FILES)
    every: list[tuple[str, float, Part]] = [
        ("promote", 0.45, promoted(thousand, 6, plan.peers, has_bursts=True)),
        ("latency", 0.15, promoted(thousand, LATENCIES, (), has_bursts=False)),
        ("small storm", 0.06, storm_of((plan.sized(500),))),
        ("sizes", 0.25, sized),
        ("slow", 0.25, slowed),
    ]
    if plan.is_full:
        every += [
            ("fanout", 0.15, fanned),
            ("large storm", 0.3, storm_of((plan.sized(5_000), plan.sized(10_000)))),
            ("largest storm", 0.1, storm_of((most,), 1)),
            ("replica", 0.2, replica),
        ]
    else:
        every.append(("large storm", 0.15, storm_of((plan.sized(10_000),), 1)))
    return [*every, ("storm", 0.6, storms)]


def best_rivals(promoted: Mapping[str, Any], peers: tuple[str, ...]) -> tuple[str, ...]:
    """Choose whom to let as many into, by what letting a crowd in has taken.

    Colyseus, which tells of many at once and takes the least time, so that it is measured whatever
    happens; and whoever tells each join and is the best in CPU, in bytes, or in time.
    """
    found = {one.get("peer"): one for one in promoted.get("contenders", {}).values()}
    each = [name for name in peers if name in found and found[name]["tells_each"]]
    best = [
        min(each, key=lambda name: float(found[name][what]) / found[name]["members"] ** power)
        # Of one join the first two, which grow with the crowd; of all joins the last.
        for what, power in (("join_cpu_ms", 1), ("join_bytes", 1), ("fill_s", 2))
        if each
    ]
    merging = [name for name in peers if name in found and not found[name]["tells_each"]]
    return (*merging, *dict.fromkeys(best))


def machine() -> dict[str, Any]:
    """Say what all of it ran on."""
    info = Path("/proc/cpuinfo").read_text(encoding="utf-8")
    names = [line.partition(":")[2].strip() for line in info.splitlines() if "model name" in line]
    return {
        "cores": len(os.sched_getaffinity(0)),
        "processor": names[0] if names else platform.machine(),
        "system": f"{platform.system()} {platform.release()}",
        "python": platform.python_version(),
        "load_before": os.getloadavg()[0],
    }
