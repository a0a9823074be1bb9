"""Scenario `soak`: people come and go for a long time, and nothing may grow.

The same people lose their sockets and come back, because somebody new is remembered for the
attendance record, which grows by right. What the server holds is fitted with a line: its slope
and the error of that slope say whether it grows.

Source: ordinary least squares, and the standard error of its slope.
"""

import asyncio
import math
import re
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx

from load.process import raise_file_limit, usage_of
from load.report import latencies
from load.room import Member, Room, opened_room

WARM_UP = 1 / 4
"""Of the run, which is not fitted: first pages of memory, first rounds of caches."""
TASKS = re.compile(r"^usher_tasks (\d+)", re.M)


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

    @property
    def is_flat(self) -> bool:
        """Rising by no more than chance explains (three standard errors)."""
        return self.per_minute <= 3 * self.error

    def as_dict(self) -> dict[str, Any]:
        """Give the figures."""
        return {
            "mean": round(self.mean, 3),
            "per_minute": round(self.per_minute, 4),
            "error": round(self.error, 4),
            "is_flat": self.is_flat,
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
    rest = sum((y - mean_y - slope * (x - mean_x)) ** 2 for x, y in pairs)
    return Fit(slope, math.sqrt(rest / max(1, count - 2) / spread), mean_y)


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
        kept = samples[round(WARM_UP * len(samples)) :]
        at_s = [one["at_s"] for one in kept]
        fits = {
            name: fitted(at_s, [one[name] for one in kept]) for name in ("rss_mib", "fds", "tasks")
        }
        later = took_ms[round(WARM_UP * len(took_ms)) :]
        fits["back_ms"] = fitted([at for at, _ in later], [took for _, took in later])
        for name, fit in fits.items():
            plan.tell(f"{name}: {fit.mean:.2f}, {fit.per_minute:+.3f} ± {fit.error:.3f} a minute")
        return {
            "scenario": "soak",
            "members": plan.members,
            "seconds": round(time.perf_counter() - began, 1),
            "returns": len(took_ms),
            "samples": len(kept),
            "fits": {name: fit.as_dict() for name, fit in fits.items()},
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
    page = (await http.get("/metrics")).text
    found = TASKS.search(page)
    return {
        "rss_mib": usage_of(pid).rss_mib,
        "fds": _open_files(pid),
        "tasks": float(found[1]) if found else 0.0,
    }


def _open_files(pid: int) -> float:
    return float(len(list(Path(f"/proc/{pid}/fd").iterdir())))
