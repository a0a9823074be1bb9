"""Scenarios `overload` and `restart`: more come than can be let in; all come back at once."""

import asyncio
import tempfile
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from load.guest import Guest
from load.meter import Meter
from load.process import LoadError, raise_file_limit, started_server
from load.report import latencies
from load.room import ROLES, Member, Room, entered, host_of, opened_room, prepared
from protocol.ids import ParticipantId

EARLY = 20
"""Inside from the beginning; what they do is timed."""
PROBE_S = 0.1
PATIENCE_S = 20.0
"""After which a join that was not refused counts as lost."""
REST_S = 2.0
LOOK_S = 0.05


@dataclass(frozen=True, slots=True, kw_only=True)
class OverloadPlan:
    """What to do.

    Args:
        calibration: joins, as fast as they can be, to find out how many a second that is.
        share: of that rate, what counts as sustainable.
        times: so many times the sustainable rate is the overload.
        seconds: for how long each of the three parts lasts.
    """

    calibration: int
    share: float
    times: float
    seconds: float
    tell: Callable[[str], None]


@dataclass(slots=True)
class Part:
    """What came of the people who came at one rate."""

    joined_ms: list[float] = field(default_factory=list)
    inside_ms: list[float] = field(default_factory=list)
    refused: Counter[str] = field(default_factory=Counter)
    without_hint: int = 0
    lost: int = 0
    is_over: bool = False

    def as_dict(self, rate: float) -> dict[str, Any]:
        """Give the figures."""
        return {
            "per_s": round(rate, 1),
            "joined": len(self.joined_ms),
            "refused": dict(self.refused),
            "refused_without_hint": self.without_hint,
            "lost": self.lost,
            "join": latencies(self.joined_ms),
            "command_of_those_inside": latencies(self.inside_ms),
        }


class _Comers:
    """People who come at a rate, whatever becomes of those before them."""

    def __init__(self, room: Room) -> None:
        self._room = room
        self._number = EARLY

    async def one(self, part: Part) -> None:
        """Come once, and take the answer."""
        self._number += 1
        began = time.perf_counter()
        try:
            async with asyncio.timeout(PATIENCE_S):
                await self._come(self._number, part, began)
        except (TimeoutError, OSError):
            part.lost += 1

    async def _come(self, number: int, part: Part, began: float) -> None:
        room = self._room
        guest = Guest(number, "127.0.0.1", room.port)
        status, answer = await guest.attempt(room.tokens[number % len(room.tokens)])
        if status != 200:
            part.refused[f"{status} {answer.get('code')}"] += 1
            part.without_hint += "retry_after_ms" not in answer
            return
        who = ParticipantId(answer["participant_id"])
        member = Member(guest, who, answer["ticket"])
        room.members.append(member)
        try:
            seen = await _connected(room, member)
        except LoadError as refused:
            # The header of a denied handshake is not read by this client; see the tests.
            part.refused[f"socket: {refused}"] += 1
            return
        part.joined_ms.append(1000 * (seen - began))

    async def at(self, per_s: float, seconds: float) -> Part:
        """Come at a rate, while those inside go on."""
        part = Part()
        probe = asyncio.create_task(self._probe(part))
        began = time.perf_counter()
        async with asyncio.TaskGroup() as coming:
            for number in range(round(per_s * seconds)):
                coming.create_task(self.one(part))
                due = began + (number + 1) / per_s
                await asyncio.sleep(max(0.0, due - time.perf_counter()))
        part.is_over = True
        await probe
        return part

    async def _probe(self, part: Part) -> None:
        """Have the host act now and then, and time the answers."""
        subject, number = self._room.members[1].participant_id, 0
        while not part.is_over:
            began = time.perf_counter()
            await self._room.commander.set_role(subject, ROLES[number % 2])
            part.inside_ms.append(1000 * (time.perf_counter() - began))
            number += 1
            await asyncio.sleep(PROBE_S)

    async def rate(self, count: int, at_once: int) -> float:
        """Find out how many a second are let in when so many are always on their way."""
        gate, part = asyncio.Semaphore(at_once), Part()

        async def one() -> None:
            async with gate:
                await self.one(part)

        began = time.perf_counter()
        await asyncio.gather(*(one() for _ in range(count)))
        if not part.joined_ms:
            raise LoadError(f"nobody was let in: {part.refused}")
        return len(part.joined_ms) / (time.perf_counter() - began)


async def overload(plan: OverloadPlan) -> dict[str, Any]:
    """Have people come at a rate that can be kept up, at a multiple of it, and at the first again.

    Raises:
        LoadError: nobody is let in.
    """
    raise_file_limit()
    async with opened_room() as room:
        await room.fill(EARLY)
        comers = _Comers(room)
        most = await comers.rate(plan.calibration, 32)
        sustainable = plan.share * most
        plan.tell(f"{most:.0f} joins a second at most; {sustainable:.0f} count as sustainable")
        meter = Meter((room.server.pid,), lambda: room.sockets)
        parts: dict[str, dict[str, Any]] = {}
        for name, rate in (
            ("before", sustainable),
            ("overload", plan.times * sustainable),
            ("after", sustainable),
        ):
            part = await comers.at(rate, plan.seconds)
            parts[name] = part.as_dict(rate)
            plan.tell(f"{name}: {len(part.joined_ms)} joined, {part.refused.total()} sent away")
            await asyncio.sleep(REST_S)
        return {
            "scenario": "overload",
            "most_per_s": round(most, 1),
            "sustainable_per_s": round(sustainable, 1),
            "parts": parts,
            **meter.read().as_dict(),
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class RestartPlan:
    """What to do: so many inside, and the server is ended and started anew."""

    members: int
    tell: Callable[[str], None]


async def restart(plan: RestartPlan) -> dict[str, Any]:
    """Have everybody come back at once to a server that was started anew, until all see all.

    Nobody is told to spread: this is what comes when a server is killed.

    Raises:
        LoadError: somebody was lost on the way.
    """
    raise_file_limit()
    with tempfile.TemporaryDirectory(prefix="usher-load-") as folder:
        env = {"USHER_DATA": folder}
        async with started_server(env) as server, host_of(server) as host:
            tokens = await prepared(host)
            async with entered(server, host, tokens) as room:
                await room.fill(plan.members)
                members, turns = list(room.members), room.turns
                commands = room.commander.commands
                plan.tell(f"{len(members)} inside")
        async with (
            started_server(env) as server,
            host_of(server) as host,
            entered(server, host, tokens) as room,
        ):
            plan.tell("the server is up again")
            room.members += members
            room.turns, room.commander.commands = turns, commands
            meter = Meter((server.pid,), lambda: room.sockets)
            tries = await asyncio.gather(*(_back(room, member) for member in members))
            back_s = time.perf_counter() - meter.began
            plan.tell(f"all back after {back_s:.1f} s")
            settled_s = await room.settle() - meter.began
            if (count := await host.count()) != plan.members + 1:
                raise LoadError(f"{count} are counted, and {plan.members + 1} were there")
            return {
                "scenario": "restart",
                "members": plan.members,
                "all_back_s": round(back_s, 2),
                "settled_s": round(settled_s, 2),
                "sent_away": sum(tries) - len(members),
                **meter.read().as_dict(),
            }


async def _connected(room: Room, member: Member) -> float:
    """Connect somebody, and wait for the first view; give that moment.

    Raises:
        LoadError: refused, before the socket opened or with a goodbye after it.
    """
    member.wire = None
    connecting = asyncio.create_task(room.connect(member))
    try:
        while not connecting.done():
            await asyncio.wait([connecting], timeout=LOOK_S)
            if not connecting.done() and _is_closed(member):
                raise LoadError("goodbye")
        return await connecting
    finally:
        connecting.cancel()


def _is_closed(member: Member) -> bool:
    return member.wire is not None and not member.wire.is_open


async def _back(room: Room, member: Member) -> int:
    """Connect again and again, as a page does: waiting the longer, the more often it failed."""
    tries = 0
    while True:
        tries += 1
        try:
            await _connected(room, member)
        except (LoadError, OSError):
            await asyncio.sleep(min(8.0, 0.25 * 2**tries) * (0.5 + member.guest.number % 7 / 7))
        else:
            return tries
