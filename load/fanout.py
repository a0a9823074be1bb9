"""Scenario `fanout`: what a change costs by who watches, and by how many ways they look."""

import statistics
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

from load.contender import Contender
from load.crowd import opened_all
from load.meter import headroom, proven
from load.process import LoadError, raise_file_limit
from load.report import latencies, spread
from load.room import EARLY, WINDOW, opened_room, watched
from load.rounds import rounds_of
from load.turns import Turns
from load.wire import Wire
from protocol.roles import Group
from protocol.views import MAX_ROWS, Range, Window


@dataclass(frozen=True, slots=True, kw_only=True)
class FanoutPlan:
    """What to do.

    Args:
        watchers: how many watch, all alike; a room for each.
        cohorts: in how many ways they look; a room for each, of `members`.
        rounds: changes one at a time, in each repetition.
        turns: repetitions, all rooms in each; medians are given.
    """

    watchers: tuple[int, ...]
    cohorts: tuple[int, ...]
    members: int
    rounds: int
    turns: Turns
    tell: Callable[[str], None]


@dataclass(slots=True)
class _Room:
    """A room, and what was measured of it."""

    watchers: int
    cohorts: int
    watched: Contender
    cpu_us: list[float] = field(default_factory=list)
    took_ms: list[float] = field(default_factory=list)
    client_share: float = 0.0

    def as_dict(self) -> dict[str, Any]:
        return {
            "watchers": self.watchers,
            "cohorts": self.cohorts,
            "cpu_us_per_change": statistics.median(self.cpu_us),
            "cpu_us": spread(self.cpu_us),
            "client_headroom": headroom(self.client_share),
            **latencies(self.took_ms),
        }


async def fanout(plan: FanoutPlan) -> dict[str, Any]:
    """Measure all rooms in turns, so that whatever else the machine does falls on each.

    Raises:
        LoadError: somebody was refused, or heard nothing.
    """
    raise_file_limit()
    async with AsyncExitStack() as stack:
        rooms: list[_Room] = []
        for watchers, cohorts in (
            *((watchers, 1) for watchers in plan.watchers),
            *((plan.members, cohorts) for cohorts in plan.cohorts),
        ):
            one = await stack.enter_async_context(_crowd(watchers, cohorts))
            rooms.append(_Room(watchers, cohorts, one))
            plan.tell(f"{watchers} watch in {cohorts} ways")
        for repeat in plan.turns:
            for room in rooms:
                some = await rounds_of(room.watched, plan.rounds)
                room.cpu_us.append(some.cpu_us)
                room.took_ms += some.took_ms
                room.client_share = max(room.client_share, some.client_share)
                told = f"{room.watchers} in {room.cohorts}: {some.cpu_us:.0f} us a change"
                plan.tell(f"{repeat + 1}: {told}")
            plan.turns.so_far = _told(plan, rooms)
        return _told(plan, rooms) | await proven()


def _told(plan: FanoutPlan, rooms: list[_Room]) -> dict[str, Any]:
    alike = {room.watchers: room.as_dict() for room in rooms if room.cohorts == 1}
    return {
        "scenario": "fanout",
        "rounds": plan.rounds,
        "repeats": len(rooms[0].cpu_us),
        "watchers": {str(watchers): found for watchers, found in alike.items()},
        "cohorts": {str(r.cohorts): r.as_dict() for r in rooms if r.watchers == plan.members},
        "fit": fitted({size: found["cpu_us_per_change"] for size, found in alike.items()}),
    }


def fitted(costs: Mapping[int, float]) -> dict[str, float]:
    """Tell the part of a change that is paid whoever watches from what each delivery costs.

    Source: least squares, each size weighing as much as any other.

    Example:
        >>> fitted({100: 4_000.0, 1_000: 10_300.0})
        {'change_us': 3300.0, 'delivery_us': 7.0}
    """
    if len(costs) < 2:
        return {}
    line = statistics.linear_regression(list(costs), list(costs.values()))
    return {"change_us": round(line.intercept, 1), "delivery_us": round(line.slope, 3)}


@asynccontextmanager
async def _crowd(watchers: int, cohorts: int) -> AsyncIterator[Contender]:
    """Let so many in, who look in so many ways: at the same people, in windows that differ."""
    if cohorts > min(watchers, MAX_ROWS - WINDOW.groups[Group.ON_STAGE].count):
        raise LoadError(f"{watchers} cannot look in {cohorts} ways")
    windows = [
        Window(
            groups={
                # Nobody is on stage, so that all ways have as many rows.
                Group.ON_STAGE: Range(count=WINDOW.groups[Group.ON_STAGE].count + number),
                Group.VIEWERS: WINDOW.groups[Group.VIEWERS],
            }
        )
        for number in range(cohorts)
    ]
    async with opened_room() as room:
        await room.fill(EARLY)

        async def one(number: int) -> Wire:
            member = await room.admit(number)
            await room.connect(member, windows[number % cohorts])
            return member.wire or Wire({}, None)

        await opened_all(watchers - EARLY, lambda number: one(EARLY + number))
        await room.settle()
        yield await watched(room)
