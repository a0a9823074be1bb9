"""People over time, and the totals of a session, computed from an attendance record."""

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import accumulate
from statistics import median

from server.core.attendance import Attendance, Attended, Way

MAX_POINTS = 1_000
"""Of a curve: a plot is hardly wider, and this many are about 40 KB."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Curve:
    """How many were inside: from each moment on until the next.

    Every point is exact: right then there were that many. A long curve leaves steps out, but
    never the highest one, nor the last.

    Args:
        moments: ms UTC, ascending.
        counts: for each way in, in the order of `ways`, the count at each moment.
        totals: of all ways together.
        peak_at: when there were most for the first time; None when there was nobody.
        average: over the time from the first moment to the last.
    """

    ways: tuple[Way, ...]
    moments: tuple[int, ...]
    counts: tuple[tuple[int, ...], ...]
    totals: tuple[int, ...]
    peak: int
    peak_at: int | None
    average: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Totals:
    """Sums over some of the people of a record. Durations in ms.

    Args:
        here: how many are inside at the moment.
        on_stage: how many were on stage at all.
        raised: how many raised a hand at all; `hands` is how often that was.
    """

    people: int
    here: int
    present_ms: int
    average_ms: int
    median_ms: int
    on_stage: int
    stage_ms: int
    raised: int
    hands: int


def ways_of(record: Attendance) -> tuple[Way, ...]:
    """List the ways by which people came: accounts, invitations, then links by name."""
    return tuple(sorted({one.way for one in record.people}, key=_order))


def _order(way: Way) -> tuple[bool, str, str]:
    return bool(way.link_name), way.origin.value, way.link_name


def curve_of(record: Attendance, *, max_points: int = MAX_POINTS) -> Curve:
    """Draw people over time. Cost: O(n log n) in the intervals of the record."""
    begins: dict[Way, list[int]] = {way: [] for way in ways_of(record)}
    ends: dict[Way, list[int]] = {way: [] for way in begins}
    steps: dict[int, int] = defaultdict(int)
    for one in record.people:
        way = one.way
        for since, until in one.intervals:
            begins[way].append(since)
            steps[since] += 1
            ends[way].append(until)
            steps[until] -= 1
        if one.is_here:
            # They did not leave when the record was made: the curve goes on.
            steps[ends[way].pop()] += 1
    moments = sorted(steps)
    totals = list(accumulate(steps[moment] for moment in moments))
    top = max(range(len(moments)), key=totals.__getitem__, default=None)
    kept = _kept(moments, totals, max_points)
    shown = tuple(moments[at] for at in kept)
    return Curve(
        ways=tuple(begins),
        moments=shown,
        counts=tuple(_counts(sorted(begins[way]), sorted(ends[way]), shown) for way in begins),
        totals=tuple(totals[at] for at in kept),
        peak=0 if top is None else totals[top],
        peak_at=None if top is None else moments[top],
        average=_average(record, moments),
    )


def _counts(begins: list[int], ends: list[int], moments: Iterable[int]) -> tuple[int, ...]:
    """Count who had come and not left by each moment; cheap, because few moments are shown."""
    return tuple(bisect_right(begins, at) - bisect_right(ends, at) for at in moments)


def _kept(moments: Sequence[int], totals: Sequence[int], max_points: int) -> list[int]:
    """Choose the places that stay: of each stretch of time the highest, and the last.

    The first of all stays too, so that nobody is drawn before they came.
    """
    if len(moments) <= max_points:
        return list(range(len(moments)))
    stretches = (max_points - 1) // 2
    first, length = moments[0], moments[-1] - moments[0] + 1
    highest: dict[int, int] = {}
    last: dict[int, int] = {}
    for at, moment in enumerate(moments):
        stretch = (moment - first) * stretches // length
        last[stretch] = at
        if stretch not in highest or totals[at] > totals[highest[stretch]]:
            highest[stretch] = at
    return sorted({0, *highest.values(), *last.values()})


def _average(record: Attendance, moments: Sequence[int]) -> float:
    if not moments or moments[-1] == moments[0]:
        return 0.0
    return sum(one.present_ms for one in record.people) / (moments[-1] - moments[0])


def totals_of(people: Sequence[Attended]) -> Totals:
    """Add people up. Cost: O(n log n)."""
    stays = [one.present_ms for one in people]
    present_ms = sum(stays)
    return Totals(
        people=len(people),
        here=sum(one.is_here for one in people),
        present_ms=present_ms,
        average_ms=round(present_ms / len(people)) if people else 0,
        median_ms=round(median(stays)) if people else 0,
        on_stage=sum(one.stage_ms > 0 for one in people),
        stage_ms=sum(one.stage_ms for one in people),
        raised=sum(one.hands > 0 for one in people),
        hands=sum(one.hands for one in people),
    )
