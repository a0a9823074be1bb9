"""Scenario `promote`: role changes seen by many watchers, one at a time and in a burst."""

import asyncio
import statistics
from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass, field, replace
from typing import Any

from load.contender import Contender
from load.contenders import SLOW, filled
from load.limit.limit import limit
from load.meter import headroom, proven
from load.process import LoadError, raise_file_limit, usage_of
from load.report import percentile, spread
from load.room import ours
from load.rounds import round_of, rounds_of
from load.turns import Turns

BURST = 200
STARTING = 0.3
"""Of the time that is left, what one peer may take to let everybody in."""
NEAR = 1.5
"""Whose first burst costs more than so many times the cheapest of its kind has no other."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PromotePlan:
    """What to do.

    Args:
        rounds: changes one at a time, in each repetition.
        turns: repetitions, all contenders in each; medians are given.
        peers: others beside the limit.
        few: watchers of those peers that take minutes to let many in, and of a second room of
            ours, which these are compared with.
        has_bursts: many changes at once as well.
        tell: prints progress.
    """

    members: int
    rounds: int
    turns: Turns
    peers: tuple[str, ...]
    few: int
    has_bursts: bool = True
    tell: Callable[[str], None]


@dataclass(slots=True)
class _Measured:
    """What was measured of one contender, a value for each repetition."""

    one: Contender
    peer: str = ""
    is_ours: bool = False
    cpu_us: list[float] = field(default_factory=list)
    idle_ms_per_s: list[float] = field(default_factory=list)
    rounds_ms: list[float] = field(default_factory=list)
    p99s_ms: list[float] = field(default_factory=list)
    frame_bytes: list[float] = field(default_factory=list)
    burst_cpu_ms: list[float] = field(default_factory=list)
    burst_messages: list[float] = field(default_factory=list)
    client_share: list[float] = field(default_factory=list)
    trouble: str = ""
    is_dear: bool = False
    """Its bursts are far from the best of its kind, and not repeated."""

    def as_dict(self) -> dict[str, Any]:
        figures: dict[str, Any] = {
            "peer": self.peer,
            "tells_each": self.one.tells_each,
            "members": len(self.one.crowd),
            "cpu_us_per_delivery": spread(self.cpu_us)["median"],
            "cpu_us": spread(self.cpu_us),
            "idle_cpu_ms_per_s": round(statistics.median(self.idle_ms_per_s), 2),
            "frame_bytes": round(statistics.median(self.frame_bytes)),
            "p50_ms": round(percentile(self.rounds_ms, 0.5), 2),
            "p99_ms": round(percentile(self.rounds_ms, 0.99), 2),
            "p99": spread(self.p99s_ms),
            "client_share": round(max(self.client_share), 2),
            "client_headroom": headroom(max(self.client_share)),
            **self.one.filling,
        }
        if self.burst_cpu_ms:
            figures["burst_cpu_ms"] = round(statistics.median(self.burst_cpu_ms), 1)
            figures["burst"] = spread(self.burst_cpu_ms)
            figures["burst_messages"] = round(statistics.median(self.burst_messages))
        if self.trouble:
            figures["trouble"] = self.trouble
        return figures


async def promote(plan: PromotePlan) -> dict[str, Any]:
    """Start everybody, and measure them in turns, so that what the machine does falls on all.

    CPU is that of the server's processes; what they spend in the same time when nothing happens
    is taken off, and told. A peer that fails is told with its reason, and the others go on.

    Raises:
        LoadError: ours or the limit cannot be started, or somebody heard nothing from them.
    """
    raise_file_limit()
    async with AsyncExitStack() as stack:
        own = await stack.enter_async_context(ours(plan.members))
        # The limit writes frames as long as ours.
        least = await stack.enter_async_context(limit(plan.members, await _frame_size(own)))
        measured = [_Measured(own, is_ours=True), _Measured(least)]
        if SLOW & set(plan.peers) and plan.few < plan.members:
            fewer = await stack.enter_async_context(ours(plan.few))
            measured.append(_Measured(replace(fewer, name=f"usher, {plan.few}"), is_ours=True))
        failed: dict[str, str] = {}
        for name in plan.peers:
            members = min(plan.few, plan.members) if name in SLOW else plan.members
            try:
                # What is left is shared with the measuring itself.
                async with asyncio.timeout(plan.turns.left_s(STARTING)):
                    peer = await stack.enter_async_context(filled(name, members))
            except TimeoutError:
                failed[name] = "there was no time left to let everybody in"
            except (LoadError, OSError) as trouble:
                failed[name] = str(trouble)
            else:
                measured.append(_Measured(peer, name))
            plan.tell(f"{name}: {failed.get(name) or f'{members} inside'}")
        for _ in plan.turns:
            for each in measured:
                await _once(each, plan)
                plan.turns.so_far = _told(plan, measured, failed)
            _note_dear(measured)
    return _told(plan, measured, failed) | await proven()


async def _once(each: _Measured, plan: PromotePlan) -> None:
    """Measure one contender once more; a peer that has failed is left alone."""
    if each.trouble:
        return
    try:
        await _singly(each, plan.rounds)
        if plan.has_bursts and each.one.burst is not None and not each.is_dear:
            await _at_once(each, each.one.burst)
    except LoadError as trouble:
        if not each.peer:
            raise
        each.trouble = str(trouble)
    plan.tell(
        f"{len(each.cpu_us)}: {each.one.name}: {each.trouble or round(each.cpu_us[-1], 1)} us"
    )


def _note_dear(measured: Sequence[_Measured]) -> None:
    """Spare those from more bursts who are no match for the best: they take most of the time."""
    for tells_each in (False, True):
        some = [
            each
            for each in measured
            if each.peer and each.burst_cpu_ms and each.one.tells_each is tells_each
        ]
        costs = [each.burst_cpu_ms[0] / len(each.one.crowd) for each in some]
        for each, cost in zip(some, costs, strict=True):
            each.is_dear = cost > NEAR * min(costs)


def _told(
    plan: PromotePlan, measured: list[_Measured], failed: Mapping[str, str]
) -> dict[str, Any]:
    done = [each for each in measured if each.cpu_us]
    own = {len(each.one.crowd): each for each in done if each.is_ours}
    ratios = {each.one.name: _ratio(_as_many(own, each), each) for each in done if not each.is_ours}
    return {
        "scenario": "promote",
        "members": plan.members,
        "rounds": plan.rounds,
        "repeats": plan.turns.repeats,
        "limit_ratio": ratios.get("limit (C)", {}).get("median"),
        "ratios": ratios,
        "contenders": {each.one.name: each.as_dict() for each in done},
        "failed": dict(failed),
    }


def _as_many(own: Mapping[int, _Measured], other: _Measured) -> _Measured:
    """Choose that of our rooms whose crowd is the nearest: a change has a part of its own."""
    return own[min(own, key=lambda members: abs(members - len(other.one.crowd)))]


def _ratio(own: _Measured, other: _Measured) -> dict[str, float]:
    """Compare the CPU of a delivery, repetition by repetition."""
    return spread([mine / theirs for mine, theirs in zip(own.cpu_us, other.cpu_us, strict=False)])


async def _frame_size(own: Contender) -> int:
    """Say how long a frame of ours is that tells of one change."""
    before = own.crowd.heard_bytes, own.crowd.messages
    for number in range(4):
        await round_of(own, number)
    return round((own.crowd.heard_bytes - before[0]) / (own.crowd.messages - before[1]))


async def _singly(found: _Measured, rounds: int) -> None:
    some = await rounds_of(found.one, rounds)
    found.cpu_us.append(some.cpu_us / len(found.one.crowd))
    found.idle_ms_per_s.append(some.idle_ms_per_s)
    found.rounds_ms += some.took_ms
    found.p99s_ms.append(percentile(some.took_ms, 0.99))
    found.frame_bytes.append(some.frame_bytes)
    found.client_share.append(some.client_share)


async def _at_once(found: _Measured, burst: Callable[[int], Awaitable[None]]) -> None:
    """Cause many changes at once; the work is done when all hold the final state."""
    one = found.one
    cpu_from, messages = usage_of(*one.pids).cpu_s, one.crowd.messages
    await burst(BURST)
    found.burst_cpu_ms.append(1000 * (usage_of(*one.pids).cpu_s - cpu_from))
    found.burst_messages.append((one.crowd.messages - messages) / len(one.crowd))
