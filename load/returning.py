"""Scenarios `reconnect`, `churn` and `scroll`: people who are inside, and do not sit still."""

import asyncio
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from load.crowd import opened_all
from load.meter import Meter, Spent, proven
from load.process import LoadError, raise_file_limit, usage_of
from load.report import latencies
from load.room import WINDOW, Member, Room, opened_room
from load.sizes import large_room
from load.wire import Wire, client_frame
from protocol.codec import MSGPACK
from protocol.commands import Leave
from protocol.messages import Watch
from protocol.roles import Group
from protocol.views import MAX_ROWS, Range, Window

REST_S = 1.0
ROWS = 50
"""Of the window that a moderator moves."""
WATCHERS = 20
"""Who looks at the beginning of the list meanwhile."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ReconnectPlan:
    """What to do: so many inside lose their sockets at once, and come back so many at a time."""

    members: int
    at_once: int
    tell: Callable[[str], None]


async def reconnect(plan: ReconnectPlan) -> dict[str, Any]:
    """Drop every socket without a word, and have all come back with the tickets they hold.

    Raises:
        LoadError: somebody was lost on the way.
    """
    raise_file_limit()
    async with opened_room() as room:
        await room.fill(plan.members)
        plan.tell(f"{plan.members} inside")
        await asyncio.sleep(REST_S)
        meter = Meter((room.server.pid,), lambda: room.sockets)
        for member in room.members:
            room.leave(member)
        gate = asyncio.Semaphore(plan.at_once)
        took: list[float] = []

        async def back(member: Member) -> None:
            async with gate:
                began = time.perf_counter()
                took.append(1000 * (await room.connect(member) - began))

        await asyncio.gather(*(back(member) for member in room.members))
        await room.settle()
        spent = meter.read()
        if (count := await room.host.count()) != plan.members + 1:
            raise LoadError(f"{count} are counted, and {plan.members + 1} were there before")
        return {
            "scenario": "reconnect",
            "members": plan.members,
            "cpu_ms_each": round(1000 * spent.cpu_s / plan.members, 3),
            "wire_bytes_each": round((spent.heard_bytes + spent.said_bytes) / plan.members),
            **latencies(took),
            **spent.as_dict(),
            **await proven(),
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class ChurnPlan:
    """What to do.

    Args:
        members: inside all the time.
        per_s: arrivals a second, and as many departures.
        seconds: for how long.
    """

    members: int
    per_s: float
    seconds: float
    tell: Callable[[str], None]


async def churn(plan: ChurnPlan) -> dict[str, Any]:
    """Have people come and go at a rate, while the others look on.

    Raises:
        LoadError: somebody was refused.
    """
    raise_file_limit()
    async with opened_room() as room:
        await room.fill(plan.members)
        plan.tell(f"{plan.members} inside")
        idle = await _idle(room)
        meter = Meter((room.server.pid,), lambda: room.sockets)
        took: list[float] = []
        rounds = round(plan.per_s * plan.seconds)

        async def come(number: int) -> None:
            began = time.perf_counter()
            member = await room.admit(number)
            took.append(1000 * (await room.connect(member) - began))

        async with asyncio.TaskGroup() as tasks:
            for number in range(rounds):
                # Not the first: they are who is looked at, and changed in the end.
                leaver = room.members[10 + number]
                room.say(leaver, Leave())
                room.leave(leaver, is_said=True)
                tasks.create_task(come(plan.members + number))
                await _until(meter.began + (number + 1) / plan.per_s)
        await room.settle()
        spent = meter.read()
        net_s = spent.cpu_s - idle * spent.seconds
        return {
            "scenario": "churn",
            "members": plan.members,
            "arrivals": rounds,
            "departures": rounds,
            "cpu_ms_per_event": round(1000 * net_s / (2 * rounds), 3),
            "frames_per_watcher_per_s": round(spent.frames / plan.members / spent.seconds, 2),
            **latencies(took),
            **spent.as_dict(),
            **await proven(),
        }


async def _until(moment: float) -> None:
    await asyncio.sleep(max(0.0, moment - time.perf_counter()))


async def _idle(room: Room) -> float:
    """Say how many seconds of CPU a second the room costs when nothing happens."""
    await asyncio.sleep(REST_S)
    cpu_s, began = usage_of(room.server.pid).cpu_s, time.perf_counter()
    await asyncio.sleep(3 * REST_S)
    return (usage_of(room.server.pid).cpu_s - cpu_s) / (time.perf_counter() - began)


@dataclass(frozen=True, slots=True, kw_only=True)
class ScrollPlan:
    """What to do: so many moderators move their windows so often over a room of people."""

    people: int
    moderators: int
    moves: int
    tell: Callable[[str], None]


async def scroll(plan: ScrollPlan) -> dict[str, Any]:
    """Have moderators look at one part of a long list after another.

    The people have no sockets (see `large_room`), so that there may be more than a machine has.

    Raises:
        LoadError: somebody was refused.
    """
    raise_file_limit()
    async with large_room(plan.people, WATCHERS) as large:
        plan.tell(f"{plan.people} inside")
        return {
            "scenario": "scroll",
            "people": plan.people,
            **await scrolled(large.room, plan.people, plan.moderators, plan.moves),
            **await proven(),
        }


async def scrolled(room: Room, people: int, moderators: int, moves: int) -> dict[str, Any]:
    """Move windows of as many moderators over a room of so many people, one after another."""
    wires = await opened_all(moderators, lambda _: room.host_socket(WINDOW))
    idle = await _idle(room)
    meter = Meter((room.server.pid,), lambda: room.sockets)
    took: list[float] = []

    async def roam(number: int, wire: Wire) -> None:
        for move in range(moves):
            # Far apart, and no two moderators at the same place.
            first = (7919 * (number + moderators * move)) % max(1, people - ROWS)
            window = Window(groups={Group.VIEWERS: Range(first=first, count=min(ROWS, MAX_ROWS))})
            seen = room.views.first(wire)
            began = time.perf_counter()
            wire.write(client_frame(MSGPACK.encode(Watch(window=window))))
            took.append(1000 * (await seen - began))

    await asyncio.gather(*(roam(number, wire) for number, wire in enumerate(wires)))
    spent: Spent = meter.read()
    every = moderators * moves
    heard = sum(wire.heard_bytes for wire in wires)
    return {
        "moderators": moderators,
        "moves": every,
        "rows": ROWS,
        "cpu_ms_per_move": round(1000 * (spent.cpu_s - idle * spent.seconds) / every, 3),
        "bytes_per_move": round(heard / (every + moderators)),
        **latencies(took),
        **spent.as_dict(),
    }
