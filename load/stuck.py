"""Scenario `stuck`: many stop reading, crawl, or answer no ping; others should not notice."""

import asyncio
import contextlib
import socket
import statistics
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from load.crowd import OPENED_AT_ONCE, Crowd
from load.meter import Meter, proven
from load.process import raise_file_limit, usage_of
from load.reader import connected
from load.report import latencies, percentile
from load.room import Room, opened_room
from load.slow import rounds_of
from load.wire import client_frame
from protocol.codec import MSGPACK
from protocol.messages import Pong, Watch
from protocol.roles import Group
from protocol.views import MAX_ROWS, Range, Window

TURN_S = 1.0
"""How often those who crawl read, and those who answer pings say something."""
CRAWL_BYTES = 1_000
ASKED = 12
"""Windows of 200 rows that each asks for and does not read: more than any buffer may hold."""
AFTER_S = 15.0
"""Longer than somebody may leave pings unanswered."""
PATIENCE_S = 60.0
"""A busy machine asks later, and hears later that nobody answers."""
LOOK_S = 0.5
PONG = client_frame(MSGPACK.encode(Pong()))
ASK = b"".join(
    client_frame(
        MSGPACK.encode(
            Watch(window=Window(groups={Group.VIEWERS: Range(first=n % 2, count=MAX_ROWS)}))
        )
    )
    for n in range(ASKED)
)


class Way(StrEnum):
    """How somebody is a burden."""

    STOPS = "stops"
    CRAWLS = "crawls"
    SILENT = "silent"


@dataclass(frozen=True, slots=True, kw_only=True)
class StuckPlan:
    """What to do: so many watch, and so many of each way come on top.

    Args:
        rounds: changes that are timed, without and with them.
    """

    members: int
    each: int
    rounds: int
    tell: Callable[[str], None]


async def stuck(plan: StuckPlan) -> dict[str, Any]:
    """Measure what others wait for a change without and with them, and what they take of memory.

    Raises:
        LoadError: somebody heard nothing.
    """
    raise_file_limit()
    async with opened_room() as room:
        await room.fill(plan.members)
        people = sorted(room.members, key=lambda one: one.guest.number)
        crowd = Crowd([one.wire for one in people if one.wire is not None])
        changed = people[1].participant_id
        meter = Meter((room.server.pid,), lambda: room.sockets)
        plan.tell(f"{plan.members} inside")
        without = await rounds_of(room, crowd, changed, plan.rounds)
        before_mib = usage_of(room.server.pid).rss_mib
        burdens = Burdens(room)
        try:
            await burdens.come(plan.members, plan.each)
            plan.tell(f"{len(burdens.sockets)} who are stuck")
            with_them = await rounds_of(room, crowd, changed, plan.rounds)
            await asyncio.sleep(AFTER_S)
            await burdens.silent_gone()
            stuck_mib = usage_of(room.server.pid).rss_mib
            left = burdens.left()
        finally:
            burdens.end()
        spent = meter.read()
        return {
            "scenario": "stuck",
            "members": plan.members,
            "each": plan.each,
            "rounds": plan.rounds,
            "without": latencies(without),
            "with": latencies(with_them),
            "p99_ratio": round(percentile(with_them, 0.99) / percentile(without, 0.99), 3),
            "p50_ratio": round(statistics.median(with_them) / statistics.median(without), 3),
            "server_rss_grew_mib": round(stuck_mib - before_mib, 1),
            "kib_for_each": round(1024 * (stuck_mib - before_mib) / (3 * plan.each), 1),
            "still_connected": {way.value: left[way] for way in Way},
            **spent.as_dict(),
            **await proven(),
        }


class Burdens:
    """Sockets that are a burden, in three ways; one task does what little they do."""

    def __init__(self, room: Room) -> None:
        """Start with none."""
        self._room = room
        self.sockets: dict[socket.socket, Way] = {}
        self._living: asyncio.Task[None] | None = None

    async def come(self, first: int, each: int) -> None:
        """Have so many of each way come in.

        Args:
            first: the number of the first of them, which nobody else has.
        """
        gate = asyncio.Semaphore(OPENED_AT_ONCE)

        async def one(number: int) -> None:
            async with gate:
                member = await self._room.admit(first + number)
                made = await connected(self._room, member.ticket, member.guest.address)
                way = list(Way)[number % 3]
                if way is not Way.SILENT:
                    await asyncio.get_running_loop().sock_sendall(made, ASK)
                self.sockets[made] = way

        self._living = asyncio.create_task(self._live())
        async with asyncio.TaskGroup() as tasks:
            for number in range(3 * each):
                tasks.create_task(one(number))

    async def _live(self) -> None:
        while True:
            await asyncio.sleep(TURN_S)
            for made, way in list(self.sockets.items()):
                if way is not Way.SILENT:
                    with contextlib.suppress(OSError):
                        made.send(PONG)
                if way is not Way.STOPS:
                    self._read(made, CRAWL_BYTES if way is Way.CRAWLS else 1 << 20)

    def _read(self, made: socket.socket, count: int) -> None:
        with contextlib.suppress(BlockingIOError):
            try:
                said = made.recv(count)
            except ConnectionError:
                said = b""
            if not said:
                self._forget(made)

    async def silent_gone(self) -> None:
        """Wait until whoever is silent was taken for lost, and not for ever."""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(PATIENCE_S):
                while self.left()[Way.SILENT]:  # noqa: ASYNC110 - the kernel tells nobody
                    await asyncio.sleep(LOOK_S)

    def left(self) -> Counter[Way]:
        """Count those whose connection still stands, by the kernel's word."""
        for made in list(self.sockets):
            if not _stands(made):
                self._forget(made)
        return Counter(self.sockets.values())

    def _forget(self, made: socket.socket) -> None:
        self.sockets.pop(made, None)
        made.close()

    def end(self) -> None:
        """Go without a word."""
        if self._living is not None:
            self._living.cancel()
        for made in list(self.sockets):
            self._forget(made)


def _stands(made: socket.socket) -> bool:
    """Say whether the other end has closed, whatever is unread before that (tcp(7), TCP_INFO)."""
    established = 1
    return made.getsockopt(socket.IPPROTO_TCP, socket.TCP_INFO, 1)[0] == established
