"""People over time and totals: compared with counting one by one."""

from collections.abc import Iterable
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from protocol.ids import ParticipantId, PersonId, SessionId
from protocol.roles import Origin, Role
from server.core.attendance import Attendance, Attended, Way
from server.core.curve import MAX_POINTS, Totals, curve_of, totals_of
from server.core.person import Person

T0 = 1_800_000_000_000
WAYS = [Way(Origin.ACCOUNT), Way(Origin.GUEST_LINK, "A"), Way(Origin.GUEST_LINK, "B")]


def attended(number: int, way: Way, *intervals: tuple[int, int], **more: Any) -> Attended:
    return Attended(
        participant_id=ParticipantId(f"u_{number}"),
        person=Person(PersonId(f"p_{number}"), f"Ada {number}"),
        origin=way.origin,
        link_name=way.link_name,
        role=Role.VIEWER,
        joined_at=T0,
        intervals=tuple((T0 + since, T0 + until) for since, until in intervals),
        **more,
    )


def record(people: Iterable[Attended], until: int | None = None) -> Attendance:
    return Attendance(session_id=SessionId("e.s"), opened_at=T0, people=tuple(people), until=until)


@st.composite
def stays(draw: st.DrawFn) -> tuple[tuple[int, int], ...]:
    """Intervals of one person, one after the other, some of them empty."""
    moments = sorted(draw(st.lists(st.integers(0, 60), min_size=2, max_size=8)))
    return tuple(zip(moments[::2], moments[1::2], strict=False))


@st.composite
def records(draw: st.DrawFn) -> Attendance:
    live = draw(st.booleans())
    people = []
    for number in range(draw(st.integers(0, 12))):
        intervals = draw(stays())
        is_here = live and draw(st.booleans())
        if is_here:
            intervals = (*intervals[:-1], (intervals[-1][0], 60))
        people.append(attended(number, draw(st.sampled_from(WAYS)), *intervals, is_here=is_here))
    return record(people, T0 + 60 if live else None)


def inside(one: Attended, at: int) -> bool:
    """Whether somebody was inside, by the plain meaning of their intervals."""
    if one.is_here and at >= one.intervals[-1][0]:
        return True
    return any(since <= at < until for since, until in one.intervals)


@given(records())
def test_each_point_is_what_counting_gives(found: Attendance) -> None:
    curve = curve_of(found)
    assert list(curve.moments) == sorted(set(curve.moments))
    for place, moment in enumerate(curve.moments):
        there = [one for one in found.people if inside(one, moment)]
        assert curve.totals[place] == len(there)
        for way, counts in zip(curve.ways, curve.counts, strict=True):
            assert counts[place] == sum(one.way == way for one in there)


@given(records())
def test_the_peak_and_the_average_are_those_of_every_millisecond(found: Attendance) -> None:
    curve = curve_of(found)
    if not curve.moments:
        assert (curve.peak, curve.peak_at, curve.average) == (0, None, 0.0)
        return
    first, last = curve.moments[0], curve.moments[-1]
    counts = [sum(inside(one, at) for one in found.people) for at in range(first, last + 1)]
    assert curve.peak == max(counts)
    assert curve.peak_at == first + counts.index(max(counts))
    if last > first:
        assert abs(curve.average - sum(counts[:-1]) / (last - first)) < 1e-9


@given(records(), st.integers(5, 12))
def test_a_shorter_curve_has_true_points_the_peak_and_both_ends(
    found: Attendance, most: int
) -> None:
    whole, short = curve_of(found), curve_of(found, max_points=most)
    assert len(short.moments) <= most
    assert (short.peak, short.peak_at, short.average) == (
        whole.peak, whole.peak_at, whole.average,
    )  # fmt: skip
    points = dict(zip(whole.moments, whole.totals, strict=True))
    for moment, total in zip(short.moments, short.totals, strict=True):
        assert points[moment] == total
    if whole.moments:
        assert (short.moments[0], short.moments[-1]) == (whole.moments[0], whole.moments[-1])
        assert short.peak == max(short.totals)


def test_a_long_session_has_a_bounded_curve() -> None:
    people = [attended(n, WAYS[n % 3], (7 * n, 7 * n + 40_000)) for n in range(3_000)]
    curve = curve_of(record(people))
    assert len(curve.moments) <= MAX_POINTS
    assert curve.totals[-1] == 0


def test_who_is_still_here_does_not_leave_at_the_end_of_a_live_curve() -> None:
    here = attended(1, WAYS[0], (0, 60), is_here=True)
    gone = attended(2, WAYS[1], (10, 20))
    curve = curve_of(record([here, gone], T0 + 60))
    assert [at - T0 for at in curve.moments] == [0, 10, 20, 60]
    assert curve.totals == (1, 2, 1, 1)
    assert curve.ways == (WAYS[0], WAYS[1])


@given(records())
def test_the_sums_of_the_ways_are_those_of_all(found: Attendance) -> None:
    whole = totals_of(found.people)
    parts = [
        totals_of([one for one in found.people if one.way == way]) for way in curve_of(found).ways
    ]
    for name in ("people", "here", "present_ms", "on_stage", "stage_ms", "raised", "hands"):
        assert getattr(whole, name) == sum(getattr(part, name) for part in parts)


def test_people_are_added_up() -> None:
    people = [
        attended(1, WAYS[0], (0, 10), (20, 30), stage_ms=5, hands=2),
        attended(2, WAYS[0], (0, 40), is_here=True),
        attended(3, WAYS[1], (0, 60)),
    ]
    assert totals_of(people) == Totals(
        people=3, here=1, present_ms=120, average_ms=40, median_ms=40,
        on_stage=1, stage_ms=5, raised=1, hands=2,
    )  # fmt: skip
    assert totals_of([]).median_ms == 0
