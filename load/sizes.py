"""Scenario `sizes`: what one change, one more look, and a start cost in rooms of all sizes.

The rooms are full of people who have no socket (`load.inside.seed`); the same few watch each.
"""

import asyncio
import json
import statistics
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from load.contender import Contender
from load.meter import Meter, headroom, proven
from load.process import LoadError, raise_file_limit, started_server, usage_of
from load.report import latencies
from load.room import WINDOW, Room, entered, host_of, prepared, watched
from load.rounds import rounds_of
from load.turns import Turns
from protocol.roles import Group
from protocol.views import Range, Window

REST_S = 1.0
LOOKS = 2
"""Moderators who open the room one after another, for each repetition."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SizesPlan:
    """What to do.

    Args:
        sizes: how many people are in the rooms, one room for each.
        watchers: in each of them.
        rounds: changes one at a time, in each repetition.
        turns: repetitions, all rooms in each; medians are given.
    """

    sizes: tuple[int, ...]
    watchers: int
    rounds: int
    turns: Turns
    tell: Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Look:
    """What it took until one more moderator had the first view, and the others what follows."""

    cpu_ms: float
    took_ms: float
    sent_bytes: int


@dataclass(slots=True)
class _Large:
    """A room of one size, and what was measured of it."""

    people: int
    start: dict[str, Any]
    room: Room
    watched: Contender
    cpu_us: list[float] = field(default_factory=list)
    took_ms: list[float] = field(default_factory=list)
    client_share: float = 0.0
    looks: list[Look] = field(default_factory=list)


async def sizes(plan: SizesPlan) -> dict[str, Any]:
    """Measure all rooms in turns, so that whatever else the machine does falls on each.

    Raises:
        LoadError: a room cannot be filled or opened.
    """
    raise_file_limit()
    async with AsyncExitStack() as stack:
        rooms: list[_Large] = []
        for people in plan.sizes:
            one = await stack.enter_async_context(large_room(people, plan.watchers))
            rooms.append(one)
            plan.tell(f"a room of {people} is open after {one.start['open_s']:.2f} s")
        for repeat in plan.turns:
            for one in rooms:
                first = len(one.looks)
                one.looks += [await looked(one.room, first + number) for number in range(LOOKS)]
                some = await rounds_of(one.watched, plan.rounds)
                one.cpu_us.append(some.cpu_us)
                one.took_ms += some.took_ms
                one.client_share = max(one.client_share, some.client_share)
                plan.tell(f"{repeat + 1}: {one.people}: {some.cpu_us:.0f} us a change")
            plan.turns.so_far = _report(plan, rooms)
        return _report(plan, rooms) | await proven()


def _report(plan: SizesPlan, rooms: list[_Large]) -> dict[str, Any]:
    found = {str(one.people): _told(one) for one in rooms}
    first, last = (found[str(size)]["cpu_us_per_change"] for size in _ends(plan.sizes))
    return {
        "scenario": "sizes",
        "watchers": plan.watchers,
        "rounds": plan.rounds,
        "repeats": len(rooms[0].cpu_us),
        "largest_to_smallest": round(last / first, 3),
        "rooms": found,
    }


def _ends(values: tuple[int, ...]) -> tuple[int, int]:
    return min(values), max(values)


def _told(one: _Large) -> dict[str, Any]:
    return {
        "cpu_us_per_change": round(statistics.median(one.cpu_us), 1),
        "cpu_us_least": round(min(one.cpu_us), 1),
        "cpu_us_most": round(max(one.cpu_us), 1),
        **latencies(one.took_ms),
        "client_headroom": headroom(one.client_share),
        "look": _looks(one.looks),
        "start": one.start,
    }


async def looked(room: Room, number: int) -> Look:
    """Have one more moderator open the room, with a window of their own.

    The CPU is that of the whole opening: handshake, first view, and what the others see of it.
    """
    idle = Meter((room.server.pid,), lambda: room.sockets)
    await asyncio.sleep(REST_S)
    idle_per_s = idle.read().cpu_s / REST_S
    # Nobody looks at just this part yet, so that nothing is at hand for it.
    first = Range(first=number + 1, count=25)
    window = Window(groups={**WINDOW.groups, Group.VIEWERS: first})
    cpu_s, began = usage_of(room.server.pid).cpu_s, time.perf_counter()
    wire = await room.host_socket(window)
    took_s, sent = time.perf_counter() - began, wire.heard_bytes
    await asyncio.sleep(0.3)
    seconds = time.perf_counter() - began
    spent_s = usage_of(room.server.pid).cpu_s - cpu_s - idle_per_s * seconds
    return Look(1000 * spent_s, 1000 * took_s, sent)


def _looks(looks: Sequence[Look]) -> dict[str, Any]:
    cpu_ms = [one.cpu_ms for one in looks]
    return {
        "cpu_ms": round(statistics.median(cpu_ms), 2),
        "cpu_ms_least": round(min(cpu_ms), 2),
        "cpu_ms_most": round(max(cpu_ms), 2),
        "of": len(looks),
        "bytes": round(statistics.median(one.sent_bytes for one in looks)),
        **latencies([one.took_ms for one in looks]),
    }


@asynccontextmanager
async def large_room(people: int, watchers: int) -> AsyncIterator[_Large]:
    """Fill a room, start a server that opens it from its checkpoint, and let watchers in."""
    with tempfile.TemporaryDirectory(prefix="usher-load-") as name:
        folder = Path(name)
        tokens = await seeded(folder, people)
        steps = json.loads(await ran("load.inside.opening", name))
        async with AsyncExitStack() as stack:
            more = {"USHER_DEMO": "0"}  # which would open the room before we look
            server = await stack.enter_async_context(started_server(more, folder))
            host = await stack.enter_async_context(host_of(server))
            before, began = usage_of(server.pid), time.perf_counter()
            room = await stack.enter_async_context(entered(server, host, tokens))
            open_s = time.perf_counter() - began
            after = usage_of(server.pid)
            start = {
                "boot_cpu_s": round(before.cpu_s, 3),
                "open_s": round(open_s, 3),
                "open_cpu_s": round(after.cpu_s - before.cpu_s, 3),
                "rss_mib": round(after.rss_mib, 1),
                "rss_mib_before": round(before.rss_mib, 1),
                "made_of": steps,
            }
            await room.fill(watchers)
            yield _Large(people, start, room, await watched(room))


async def seeded(folder: Path, people: int) -> tuple[str, ...]:
    """Open the demo room of a data folder and fill it with people; give the tokens of its links.

    Raises:
        LoadError: it cannot be filled.
    """
    async with started_server(folder=folder) as server, host_of(server) as host:
        tokens = await prepared(host)
    await ran("load.inside.seed", str(folder), "--people", str(people))
    return tokens


async def ran(module: str, *args: str) -> str:
    """Run a program of `load.inside`; give the last line that it printed.

    Raises:
        LoadError: it fails.
    """
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", module, *args), stdout=asyncio.subprocess.PIPE
    )
    try:
        out, _ = await process.communicate()
    finally:
        if process.returncode is None:
            process.kill()
    if process.returncode != 0:
        raise LoadError(f"{module} failed")
    return (out.decode().strip().splitlines() or [""])[-1]
