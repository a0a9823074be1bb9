"""The attendance record as JSON and as CSV."""

import csv
import io
from datetime import UTC, datetime

from protocol.ids import ParticipantId, SessionId
from protocol.model import Wire
from protocol.roles import Origin, Role
from protocol.text import Millis
from server.core.attendance import Attendance, Attended

CSV_TYPE = "text/csv; charset=utf-8"
MAX_POINTS = 500
"""Of the curve; a longer one is thinned out."""
FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n", "\uff1d", "\uff0b", "\uff0d", "\uff20")
"""With these a spreadsheet may take a cell for a formula (OWASP, CSV injection)."""
MINUTE_MS = 60_000

HEADINGS = (
    "name",
    "email",
    "came_by",
    "link",
    "role",
    "joined_at",
    "first_in",
    "last_out",
    "minutes_present",
    "minutes_on_stage",
    "hands_raised",
)


class AttendedView(Wire):
    """One person's presence; moments and durations in ms. Someone erased has no name."""

    participant_id: ParticipantId
    name: str
    email: str
    origin: Origin
    link_name: str
    role: Role
    joined_at: Millis
    intervals: tuple[tuple[Millis, Millis], ...]
    present_ms: int
    stage_ms: int
    hands: int


class AttendanceView(Wire):
    """The record of one session.

    Args:
        peak: most people at one moment.
        curve: (moment, how many from then on), thinned out to at most 500 points.
    """

    session_id: SessionId
    opened_at: Millis | None = None
    ended_at: Millis | None = None
    total: int
    peak: int
    curve: tuple[tuple[Millis, int], ...]
    people: tuple[AttendedView, ...]


def attendance_view(record: Attendance) -> AttendanceView:
    """Make the JSON form of a record. Cost: O(n log n)."""
    curve = _curve(record)
    return AttendanceView(
        session_id=record.session_id,
        opened_at=record.opened_at,
        ended_at=record.ended_at,
        total=len(record.people),
        peak=max((count for _, count in curve), default=0),
        curve=_thinned(curve),
        people=tuple(_attended(one) for one in record.people),
    )


def _attended(one: Attended) -> AttendedView:
    return AttendedView(
        participant_id=one.participant_id,
        name=one.person.name,
        email=one.person.email,
        origin=one.origin,
        link_name=one.link_name,
        role=one.role,
        joined_at=one.joined_at,
        intervals=one.intervals,
        present_ms=_present_ms(one),
        stage_ms=one.stage_ms,
        hands=one.hands,
    )


def _present_ms(one: Attended) -> int:
    return sum(until - since for since, until in one.intervals)


def _curve(record: Attendance) -> list[tuple[int, int]]:
    steps: dict[int, int] = {}
    for one in record.people:
        for since, until in one.intervals:
            steps[since] = steps.get(since, 0) + 1
            steps[until] = steps.get(until, 0) - 1
    count = 0
    curve = []
    for moment, step in sorted(steps.items()):
        count += step
        curve.append((moment, count))
    return curve


def _thinned(curve: list[tuple[int, int]]) -> tuple[tuple[int, int], ...]:
    stride = -(-len(curve) // MAX_POINTS) or 1
    kept = curve[::stride]
    return tuple(kept if not curve or kept[-1] == curve[-1] else [*kept[:-1], curve[-1]])


def attendance_csv(record: Attendance) -> str:
    """Make the CSV form of a record, with a heading; times in UTC. Cost: O(n)."""
    out = io.StringIO(newline="")
    # A byte order mark, without which a spreadsheet may take it for another encoding.
    out.write("\ufeff")
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(HEADINGS)
    for one in record.people:
        writer.writerow([harmless(str(cell)) for cell in _cells(one)])
    return out.getvalue()


def _cells(one: Attended) -> tuple[object, ...]:
    return (
        one.person.name,
        one.person.email,
        one.origin.value,
        one.link_name,
        one.role.value,
        _moment(one.joined_at),
        _moment(one.intervals[0][0]) if one.intervals else "",
        _moment(one.intervals[-1][1]) if one.intervals else "",
        round(_present_ms(one) / MINUTE_MS, 1),
        round(one.stage_ms / MINUTE_MS, 1),
        one.hands,
    )


def _moment(at: int) -> str:
    return datetime.fromtimestamp(at / 1000, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def harmless(cell: str) -> str:
    """Keep a spreadsheet from taking a cell for a formula.

    Example:
        >>> harmless("=1+1"), harmless("Ada")
        ("'=1+1", 'Ada')
    """
    return f"'{cell}" if cell.startswith(FORMULA_STARTS) else cell
