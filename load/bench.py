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
    many = plan.sized(2_000)

    def storm_of(sizes_: tuple[int, ...], *peers: str) -> Part:
        return lambda turns: storm(
            StormPlan(
                sizes=sizes_,
                at_once=100,
                turns=turns,
                peers=peers,
                has_own=not peers,
                tell=plan.tell,
            )
        )

    async def rivals(turns: Turns) -> dict[str, Any]:
        names = best_rivals(results.found.get("promote", {}), plan.peers)
        return await storm_of((many,), *names)(turns)

    async def promoted(turns: Turns) -> dict[str, Any]:
        return await promote(
            PromotePlan(
                members=plan.sized(1_000),
                rounds=8,
                turns=turns,
                peers=plan.peers,
                few=plan.sized(300),
                other_bursts=1,
                tell=plan.tell,
            )
        )

    async def sized(turns: Turns) -> dict[str, Any]:
        between = (plan.sized(1_000), plan.sized(10_000)) if plan.is_full else ()
        rooms = (100, *between, plan.sized(100_000))
        few = plan.sized(200)
        return await sizes(
            SizesPlan(sizes=rooms, watchers=few, rounds=8, turns=turns, tell=plan.tell)
        )

    async def slowed(turns: Turns) -> dict[str, Any]:
        return await slow(
            SlowPlan(members=plan.sized(1_000), rounds=10, turns=turns, tell=plan.tell)
        )

    async def largest(turns: Turns) -> dict[str, Any]:
        most = min(plan.sized(MOST), file_limit() - SPARE_FILES)
        more = (plan.sized(5_000), plan.sized(10_000), most) if plan.is_full else ()
        turns.repeats = 1
        return await storm_of(more or (plan.sized(10_000),))(turns)

    async def replica(_: Turns) -> dict[str, Any]:
        people = str(min(999_000, plan.sized(1_000_000)))
        found: dict[str, Any] = json.loads(await ran("load.inside.replica", "--people", people))
        return found

    more: list[tuple[str, float, Part]] = [("replica", 0.2, replica)] if plan.is_full else []
    return [
        ("promote", 0.5, promoted),
        ("storm", 0.18, storm_of((plan.sized(500), many))),
        ("sizes", 0.25, sized),
        ("slow", 0.12, slowed),
        ("largest storm", 0.15, largest),
        ("storm of rivals", 0.5, rivals),
        *more,
    ]


def best_rivals(promoted: Mapping[str, Any], peers: tuple[str, ...]) -> tuple[str, ...]:
    """Choose by what letting a crowd in has cost: the best that tells each join, and Colyseus."""
    found = {one.get("peer"): one for one in promoted.get("contenders", {}).values()}
    by_cost = sorted(
        (name for name in peers if name in found and found[name]["tells_each"]),
        key=lambda name: float(found[name]["join_cpu_ms"]) / found[name]["members"],
    )
    merging = [name for name in peers if name in found and not found[name]["tells_each"]]
    return (*by_cost[:1], *merging)


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
