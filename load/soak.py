"""Scenario `soak`: people come and go for a long time, and nothing may grow.

The same people lose their sockets and come back, because somebody new is remembered for the
attendance record, which grows by right. What the server holds is fitted with a line: its slope
and the error of that slope say whether it grows.

Memory is looked at twice: what the system gives the process, which also grows while caches fill
and while the allocator finds its measure, and how many blocks Python's objects take, which tells
whether anything of ours is kept.

Source: ordinary least squares, and the standard error of its slope; how many samples count when
each resembles the one before: Santer et al. 2000, doi:10.1029/1999JD901105, equation 6.
"""

import asyncio
import math
import re
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any

import httpx

from load.process import raise_file_limit, usage_of
from load.report import latencies
from load.room import Member, Room, opened_room

WARM_UP = 1 / 4
WARM_UP_S = 60.0
"""What is not fitted: first pages of memory, first rounds of caches. A quarter of the run, and that
long at least in a run of twice as long or more."""
SHORT_S = 120.0
FIGURES = re.compile(r"^usher_(tasks|memory_blocks) (\S+)", re.M)


@dataclass(frozen=True, slots=True)
class Grain:
    """What each return may leave behind without being taken for a leak.

    The smallest thing that Python keeps of anything, an entry of a dictionary and its key, is
    larger than these bytes, and is kept every time.

    Args:
        bytes_each: of memory.
        kept_each: open files, tasks or blocks.
    """

    bytes_each: float
    kept_each: float

    def of(self, name: str) -> float:
        """Give it in the unit of what is fitted."""
        return self.bytes_each / 1024**2 if name == "rss_mib" else self.kept_each


FINE = Grain(64, 0.01)
COARSE = Grain(4096, 0.1)
"""Of a run that is hardly warm when it ends, and in which single sockets waver."""
JUDGED = {
    "rss_mib": "memory, in MiB,",
    "blocks": "the number of blocks that Python's objects take",
    "fds": "the number of open files",
    "tasks": "the number of tasks",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class SoakPlan:
    """What to do.

    Args:
        members: inside, but for those who are on their way back.
        per_s: how many lose their sockets a second.
        seconds: for how long.
        every_s: between two looks at the server.
    """

    members: int
    per_s: float
    seconds: float
    every_s: float
    tell: Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Fit:
    """A line through samples: how much it rises in a minute, and how sure that is."""

    per_minute: float
    error: float
    mean: float

    def is_flat(self, grain_per_minute: float = 0.0) -> bool:
        """Say whether it rises by no more than a grain and chance explain (three errors)."""
        return self.per_minute <= grain_per_minute + 3 * self.error

    def as_dict(self) -> dict[str, Any]:
        """Give the figures."""
        return {
            "mean": round(self.mean, 3),
            "per_minute": round(self.per_minute, 4),
            "error": round(self.error, 4),
        }


def fitted(seconds: Sequence[float], values: Sequence[float]) -> Fit:
    """Fit a line by least squares.

    Example:
        >>> fitted([0, 60, 120], [5.0, 6.0, 7.0])
        Fit(per_minute=1.0, error=0.0, mean=6.0)
    """
    count = len(values)
    minutes = [one / 60 for one in seconds]
    mean_x, mean_y = sum(minutes) / count, sum(values) / count
    spread = sum((x - mean_x) ** 2 for x in minutes)
    pairs = list(zip(minutes, values, strict=True))
    slope = sum((x - mean_x) * (y - mean_y) for x, y in pairs) / spread
    rests = [y - mean_y - slope * (x - mean_x) for x, y in pairs]
    square = sum(one * one for one in rests)
    if square == 0:
        return Fit(slope, 0.0, mean_y)
    alike = sum(one * other for one, other in pairwise(rests)) / square
    # What comes in waves says less than as many samples by chance would.
    counted = count * (1 - alike) / (1 + alike) if alike > 0 else count
    return Fit(slope, math.sqrt(square / max(1.0, counted - 2) / spread), mean_y)


def grown(fits: Mapping[str, Fit], returns_per_minute: float, grain: Grain) -> dict[str, str]:
    """Say of what is judged and is not flat, in words, how it grows; empty: nothing does.

    How long it takes to come back is told and not judged: it wavers with the machine.

    Example:
        >>> list(grown({"fds": Fit(2.0, 0.1, 50)}, 60, FINE))
        ['fds']
    """
    return {
        name: f"{JUDGED[name]} grows by {fit.per_minute:.3f} ± {fit.error:.3f} a minute, at "
        f"{returns_per_minute:.0f} returns a minute: more than chance explains"
        for name, fit in fits.items()
        if name in JUDGED and not fit.is_flat(grain.of(name) * returns_per_minute)
    }


async def soak(plan: SoakPlan) -> dict[str, Any]:
    """Have people lose their sockets and come back, and look at what the server holds.

    Raises:
        LoadError: somebody was lost on the way.
    """
    raise_file_limit()
    async with opened_room() as room, httpx.AsyncClient(base_url=room.host.url, timeout=60) as http:
        await room.fill(plan.members)
        plan.tell(f"{plan.members} inside")
        began = time.perf_counter()
        churning = asyncio.create_task(_churn(room, plan, began))
        samples: list[dict[str, float]] = []
        while not churning.done():
            await asyncio.wait([churning], timeout=plan.every_s)
            samples.append({"at_s": time.perf_counter() - began, **await _look(room, http)})
        took_ms = await churning
        await room.settle()
        warm_s = max(WARM_UP * plan.seconds, min(WARM_UP_S, plan.seconds / 2))
        kept = [one for one in samples if one["at_s"] >= warm_s]
        at_s = [one["at_s"] for one in kept]
        fits = {name: fitted(at_s, [one[name] for one in kept]) for name in JUDGED}
        later = [(at, took) for at, took in took_ms if at >= warm_s]
        fits["back_ms"] = fitted([at for at, _ in later], [took for _, took in later])
        for name, fit in fits.items():
            plan.tell(f"{name}: {fit.mean:.2f}, {fit.per_minute:+.3f} ± {fit.error:.3f} a minute")
        grain = COARSE if plan.seconds < SHORT_S else FINE
        grows = grown(fits, 60 * len(took_ms) / plan.seconds, grain)
        return {
            "scenario": "soak",
            "members": plan.members,
            "seconds": round(time.perf_counter() - began, 1),
            "returns": len(took_ms),
            "samples": len(kept),
            "grain": asdict(grain),
            "fits": {
                name: {**fit.as_dict(), "is_flat": name not in grows} for name, fit in fits.items()
            },
            "grows": list(grows.values()),
            **latencies([took for _, took in took_ms]),
        }


async def _churn(room: Room, plan: SoakPlan, began: float) -> list[tuple[float, float]]:
    """Have one after another lose the socket and come back; give when, and how long it took."""
    took: list[tuple[float, float]] = []

    async def back(member: Member) -> None:
        room.leave(member)
        at = time.perf_counter()
        took.append((at - began, 1000 * (await room.connect(member) - at)))

    async with asyncio.TaskGroup() as tasks:
        for number in range(round(plan.per_s * plan.seconds)):
            # Not the first, who is changed in the end; and nobody who is on the way.
            member = room.members[1 + number % (len(room.members) - 1)]
            if member.is_here:
                tasks.create_task(back(member))
            due = began + (number + 1) / plan.per_s
            await asyncio.sleep(max(0.0, due - time.perf_counter()))
    return took


async def _look(room: Room, http: httpx.AsyncClient) -> dict[str, float]:
    pid = room.server.pid
    figures = dict(FIGURES.findall((await http.get("/metrics")).text))
    return {
        "rss_mib": usage_of(pid).rss_mib,
        "fds": _open_files(pid),
        "tasks": float(figures["tasks"]),
        "blocks": float(figures["memory_blocks"]),
    }


def _open_files(pid: int) -> float:
    return float(len(list(Path(f"/proc/{pid}/fd").iterdir())))
