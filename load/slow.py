"""Scenario `slow`: one who reads a kilobyte a second, among many who should not notice."""

import asyncio
import itertools
import socket
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from load.crowd import Crowd
from load.meter import Meter, proven
from load.process import raise_file_limit, usage_of
from load.reader import connected
from load.report import latencies, percentile, spread
from load.room import ROLES, Room, opened_room
from load.turns import Turns
from load.wire import Wire, client_frame
from protocol.codec import MSGPACK
from protocol.ids import ParticipantId
from protocol.messages import Delta, Snapshot, Watch
from protocol.roles import Group
from protocol.views import MAX_ROWS, Range, Window

READ_BYTES = 1_000
PERIOD_S = 1.0
GAP_S = 0.15
ASKED_AT_ONCE = 16
WATCHES_S = 0.25
"""How often it asks for another window after the first so many; each is answered by a snapshot of
200 rows, so that soon more has been asked for than any buffer may hold."""
SETTLES_S = 0.3
"""After it has come or gone, which others are shown as well."""
PATIENCE_S = 2.0
QUIET_S = 0.7
SILENCES = 10
"""Of that length: whoever was shown nothing new after them is not shown it any more."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SlowPlan:
    """What to do: rounds of one change each, without and with the slow one, so many times."""

    members: int
    rounds: int
    turns: Turns
    tell: Callable[[str], None]


async def slow(plan: SlowPlan) -> dict[str, Any]:
    """Measure what others wait for a change without and with a slow reader.

    The two are taken in turns, so that whatever else the machine does falls on both.

    Raises:
        LoadError: somebody heard nothing.
    """
    raise_file_limit()
    async with opened_room() as room:
        await room.fill(plan.members)
        plan.tell(f"{plan.members} inside")
        reader = _Reader(room)
        member = await room.admit(plan.members)
        people = sorted(room.members, key=lambda one: one.guest.number)
        crowd = Crowd([one.wire for one in people if one.wire is not None])
        changed = people[1].participant_id
        waits: dict[bool, list[float]] = {False: [], True: []}
        p99s: dict[bool, list[float]] = {False: [], True: []}
        before_mib = usage_of(room.server.pid).rss_mib
        meter = Meter((room.server.pid,), lambda: room.sockets)
        ends: list[_End] = []
        for _ in plan.turns:
            for is_slow in (False, True):
                if is_slow:
                    await reader.begin(member.ticket)
                await asyncio.sleep(SETTLES_S)
                some = await rounds_of(room, crowd, changed, plan.rounds)
                waits[is_slow] += some
                p99s[is_slow].append(percentile(some, 0.99))
            # Long enough for it to be asked for much more than it is sent.
            await asyncio.sleep(PATIENCE_S)
            stuck_mib = usage_of(room.server.pid).rss_mib
            # What is news to it can only be what comes after all that was kept for it.
            await rounds_of(room, crowd, changed, 2)
            ends.append(await reader.recover(room.commander.version))
            await reader.end()
        spent = meter.read()
        without, with_slow = latencies(waits[False]), latencies(waits[True])
        pairs = zip(p99s[True], p99s[False], strict=True)
        ratios = spread([one / other for one, other in pairs])
        return {
            "scenario": "slow",
            "members": plan.members,
            "rounds": plan.rounds,
            "repeats": plan.turns.repeats,
            "without": without,
            "with": with_slow,
            "p99_ratio": ratios["median"],
            "p99_ratios": ratios,
            "p50_ratio": round(with_slow["p50_ms"] / without["p50_ms"], 3),
            "server_rss_grew_kib": round(1024 * (stuck_mib - before_mib)),
            "asked_snapshots": min(one.asked for one in ends),
            "kept_kib": spread([one.kept_bytes / 1024 for one in ends]),
            "kept_by_kernel_kib": spread([one.kernel_bytes / 1024 for one in ends]),
            "snapshots_after": min(one.snapshots for one in ends),
            "views_after": spread([one.snapshots + one.deltas for one in ends]),
            **spent.as_dict(),
            **await proven(),
        }


async def rounds_of(room: Room, crowd: Crowd, changed: ParticipantId, rounds: int) -> list[float]:
    """Change somebody's role so many times; give how long it took until all had heard, in ms."""
    took = []
    for number in range(rounds):
        crowd.expect()
        began = time.perf_counter()
        await room.commander.set_role(changed, ROLES[number % 2])
        heard_at = await crowd.heard()
        took.append(1000 * (heard_at - began))
        await asyncio.sleep(max(0.0, GAP_S - (time.perf_counter() - began)))
    return took


@dataclass(frozen=True, slots=True, kw_only=True)
class _End:
    """What there was for a reader when it read on.

    Args:
        asked: how many windows it had asked for until then.
        kept_bytes: all that had been kept for it, anywhere.
        kernel_bytes: what of that the kernel held.
        snapshots: whole views that came then, of what it had missed.
        deltas: steps that came then.
    """

    asked: int
    kept_bytes: int
    kernel_bytes: int
    snapshots: int
    deltas: int


class _Reader:
    """A socket with the least buffer that there is, read by hand."""

    def __init__(self, room: Room) -> None:
        self._room = room
        self._socket: socket.socket | None = None
        self._tasks: list[asyncio.Task[None]] = []
        self._heard = bytearray()
        self._asked = 0

    async def begin(self, ticket: str) -> None:
        """Connect, ask for far more than is read, and go on reading slowly."""
        self._heard.clear()
        self._asked = 0
        one = self._socket = await connected(self._room, ticket)
        self._tasks = [asyncio.create_task(self._read()), asyncio.create_task(self._ask(one))]

    async def _ask(self, one: socket.socket) -> None:
        loop = asyncio.get_running_loop()
        for number in itertools.count():
            window = Window(groups={Group.VIEWERS: Range(first=number % 2, count=MAX_ROWS)})
            await loop.sock_sendall(one, client_frame(MSGPACK.encode(Watch(window=window))))
            self._asked += 1
            if self._asked >= ASKED_AT_ONCE:
                await asyncio.sleep(WATCHES_S)

    async def _read(self) -> None:
        loop = asyncio.get_running_loop()
        while self._socket is not None:
            said = await loop.sock_recv(self._socket, READ_BYTES)
            if not said:
                return
            self._heard += said
            await asyncio.sleep(PERIOD_S)

    async def recover(self, version: int) -> _End:
        """Read everything, and count what had been kept for us and what comes then.

        Args:
            version: newer than all that can have been kept.
        """
        await self._stop()
        loop = asyncio.get_running_loop()
        kernel = _queued(self._socket) if self._socket is not None else 0
        before = len(self._heard)
        silences = 0
        while self._socket is not None:
            try:
                async with asyncio.timeout(QUIET_S):
                    part = await loop.sock_recv(self._socket, 1 << 20)
            except TimeoutError:
                silences += 1
                if silences == SILENCES or self._views_since(version)[0]:
                    break
                continue
            if not part:
                break
            self._heard += part
        new, fresh_bytes = self._views_since(version)
        return _End(
            asked=self._asked,
            kept_bytes=len(self._heard) - before - fresh_bytes,
            kernel_bytes=kernel,
            snapshots=sum(isinstance(one, Snapshot) for one in new),
            deltas=sum(isinstance(one, Delta) for one in new),
        )

    def _views_since(self, version: int) -> tuple[list[Snapshot | Delta], int]:
        """Look through all that was ever read for views so new; give how many bytes they are."""
        new: list[Snapshot | Delta] = []
        sizes: list[int] = []

        def look(_: Wire, payload: bytes) -> None:
            message = MSGPACK.decode_server(payload)
            if isinstance(message, Snapshot | Delta) and message.position.version >= version:
                new.append(message)
                sizes.append(len(payload))

        Wire({}, look).data_received(bytes(self._heard))
        return new, sum(sizes)

    async def _stop(self) -> None:
        """End what it does; nothing that was read is lost with it."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        self._tasks = []

    async def end(self) -> None:
        """Go without a word."""
        await self._stop()
        if self._socket is not None:
            self._socket.close()
            self._socket = None


def _queued(one: socket.socket) -> int:
    """Say how many bytes the kernel holds for a socket, at both of its ends.

    Source: proc(5), `/proc/net/tcp`.
    """
    ports = {f"{one.getsockname()[1]:04X}", f"{one.getpeername()[1]:04X}"}
    held = 0
    for line in Path("/proc/net/tcp").read_text(encoding="ascii").splitlines()[1:]:
        words = line.split()
        if {words[1].partition(":")[2], words[2].partition(":")[2]} == ports:
            sent, _, received = words[4].partition(":")
            held += int(sent, 16) + int(received, 16)
    return held
