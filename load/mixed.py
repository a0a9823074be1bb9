"""Scenario `mixed`: an hour of a lecture, compressed into seconds."""

import asyncio
import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Any

from load.meter import Meter, Spent, proven
from load.process import raise_file_limit
from load.report import latencies
from load.returning import scrolled
from load.room import Member, Room, opened_room
from protocol.commands import Leave, LowerHand, RaiseHand, Rename
from protocol.roles import Role

HANDS_EVERY = 10
"""One in so many raises a hand."""
SPEAKERS = 8
LOST_EVERY = 20
"""One in so many loses the socket and comes back."""
LATE_EVERY = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class MixedPlan:
    """What to do: so many people, and the seconds that each of the six parts lasts at least."""

    members: int
    part_s: float
    tell: Callable[[str], None]


async def mixed(plan: MixedPlan) -> dict[str, Any]:
    """Play it: arrivals, hands, speakers, lost sockets, a moderator who looks around, the end.

    Raises:
        LoadError: somebody was refused, or has a view that is not the last.
    """
    raise_file_limit()
    parts: dict[str, dict[str, Any]] = {}
    async with opened_room() as room:
        whole = Meter((room.server.pid,), lambda: room.sockets)
        hour = _Hour(room, plan)
        for name, play in hour.parts():
            meter = Meter((room.server.pid,), lambda: room.sockets)
            await play()
            left_s = plan.part_s - (time.perf_counter() - meter.began)
            await asyncio.sleep(max(0.0, left_s))
            spent = meter.read()
            parts[name] = _told(spent)
            plan.tell(f"{name}: {spent.cpu_s:.2f} s of CPU")
        spent = whole.read()
        return {
            "scenario": "mixed",
            "members": plan.members,
            "events": hour.events,
            "cpu_ms_per_event": round(1000 * spent.cpu_s / hour.events, 3),
            "cpu_share": round(spent.cpu_s / spent.seconds, 3),
            "joins": latencies(hour.joined_ms),
            "parts": parts,
            **spent.as_dict(),
            **await proven(),
        }


def _told(spent: Spent) -> dict[str, Any]:
    return {
        "cpu_s": round(spent.cpu_s, 3),
        "seconds": round(spent.seconds, 2),
        "frames": spent.frames,
        "heard_bytes": spent.heard_bytes,
    }


class _Hour:
    """The parts, in order."""

    def __init__(self, room: Room, plan: MixedPlan) -> None:
        self.joined_ms: list[float] = []
        self.events = 0
        self._room = room
        self._plan = plan

    def parts(self) -> Sequence[tuple[str, Callable[[], Awaitable[None]]]]:
        return (
            ("arrivals", self._arrive),
            ("hands", self._raise_hands),
            ("speakers", self._promote),
            ("lost sockets", self._lose),
            ("a moderator scrolls", self._scroll),
            ("departures", self._depart),
        )

    async def _spread(self, acts: Sequence[Callable[[], Awaitable[None]]]) -> None:
        """Do things evenly over a part of the hour, and wait until all see them."""
        began = time.perf_counter()
        async with asyncio.TaskGroup() as tasks:
            for number, act in enumerate(acts, 1):
                tasks.create_task(_run(act))
                due = began + self._plan.part_s * number / len(acts)
                await asyncio.sleep(max(0.0, due - time.perf_counter()))
        self.events += len(acts)
        await self._room.settle()

    async def _arrive(self) -> None:
        def one(number: int) -> Callable[[], Awaitable[None]]:
            async def come() -> None:
                began = time.perf_counter()
                member = await self._room.admit(number)
                self.joined_ms.append(1000 * (await self._room.connect(member) - began))

            return come

        # Most come in the first minutes, and some late.
        count = self._plan.members
        early = count - count // LATE_EVERY
        await self._spread([one(number) for number in range(early)])
        await self._spread([one(number) for number in range(early, count)])

    async def _raise_hands(self) -> None:
        def one(member: Member) -> Callable[[], Awaitable[None]]:
            async def ask() -> None:
                self._room.say(member, RaiseHand())
                await asyncio.sleep(1.0)
                self._room.say(member, LowerHand())

            return ask

        await self._spread([one(member) for member in self._room.members[::HANDS_EVERY]])

    async def _promote(self) -> None:
        def one(member: Member, role: Role) -> Callable[[], Awaitable[None]]:
            async def promote() -> None:
                await self._room.commander.set_role(member.participant_id, role)

            return promote

        some = self._room.members[HANDS_EVERY : HANDS_EVERY + SPEAKERS]
        await self._spread([one(member, Role.SPEAKER) for member in some])
        for number, member in enumerate(some):
            self._room.say(member, Rename(name=f"Speaker {number}"))
        await self._spread([one(member, Role.VIEWER) for member in some])

    async def _lose(self) -> None:
        def one(member: Member) -> Callable[[], Awaitable[None]]:
            async def lose() -> None:
                self._room.leave(member)
                await self._room.connect(member)

            return lose

        await self._spread([one(member) for member in self._room.members[1::LOST_EVERY]])

    async def _scroll(self) -> None:
        found = await scrolled(self._room, self._plan.members, 3, 10)
        self.events += found["moves"]

    async def _depart(self) -> None:
        def one(member: Member) -> Callable[[], Awaitable[None]]:
            async def depart() -> None:
                self._room.say(member, Leave())
                self._room.leave(member, is_said=True)

            return depart

        # The one who is changed in the end, so that all have something to see, stays.
        leavers = sorted(self._room.members, key=lambda one: one.guest.number)[1:]
        await self._spread([one(member) for member in leavers])


async def _run(act: Callable[[], Awaitable[None]]) -> None:
    await act()
