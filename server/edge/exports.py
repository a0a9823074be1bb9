"""The attendance record as views, as JSON and as CSV."""

import csv
import io
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime

import pydantic_core

from protocol.attendance import (
    AttendanceSummary,
    AttendanceView,
    AttendedView,
    CurveView,
    RoleChangeView,
    TotalsView,
    WayView,
)
from server.core.attendance import Attendance, Attended
from server.core.curve import Totals
from server.core.state import RoleChange
from server.edge.records import Reading

CSV_TYPE = "text/csv; charset=utf-8"
FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n", "\uff1d", "\uff0b", "\uff0d", "\uff20")
"""With these a spreadsheet may take a cell for a formula (OWASP, CSV injection)."""
MINUTE_MS = 60_000
AT_ONCE = 500
"""People encoded in one go: about a millisecond, so that nobody else waits long."""
CELL_INTERVALS = 500
"""Listed in one cell; a spreadsheet takes no cell of more than 32,767 characters."""

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
    "seconds_present",
    "seconds_on_stage",
    "stays",
    "intervals",
    "role_changes",
    "is_here",
    "consent",
    "consented_at",
)


def summary_of(reading: Reading, grace_s: int, refresh_s: int) -> AttendanceSummary:
    """Make the record without its people."""
    record, curve = reading.record, reading.curve
    return AttendanceSummary(
        session_id=record.session_id,
        opened_at=record.opened_at,
        ended_at=record.ended_at,
        until=record.until,
        grace_s=grace_s,
        refresh_s=refresh_s,
        totals=_totals(reading.totals),
        ways=_ways(reading),
        curve=CurveView(
            moments=curve.moments,
            totals=curve.totals,
            by_way=curve.counts,
            peak=curve.peak,
            peak_at=curve.peak_at,
            average=round(curve.average, 2),
        ),
    )


def _totals(totals: Totals) -> TotalsView:
    return TotalsView(**{name: getattr(totals, name) for name in TotalsView.model_fields})


def _ways(reading: Reading) -> tuple[WayView, ...]:
    return tuple(
        WayView(origin=way.origin, link_name=way.link_name, totals=_totals(totals))
        for way, totals in zip(reading.curve.ways, reading.by_way, strict=True)
    )


def attended_view(one: Attended) -> AttendedView:
    """Make one person's line."""
    return AttendedView(
        participant_id=one.participant_id,
        name=one.person.name,
        email=one.person.email,
        origin=one.origin,
        link_name=one.link_name,
        role=one.role,
        joined_at=one.joined_at,
        intervals=one.intervals,
        present_ms=one.present_ms,
        stage_ms=one.stage_ms,
        hands=one.hands,
        role_changes=tuple(_change(change) for change in one.role_changes),
        older_role_changes=one.older_role_changes,
        is_here=one.is_here,
        consent=one.consent.version if one.consent else "",
        consented_at=one.consent.at if one.consent else None,
    )


def _change(change: RoleChange) -> RoleChangeView:
    by = change.by.name if change.by else ""
    return RoleChangeView(at=change.at, before=change.before, after=change.after, by=by)


def attendance_json(reading: Reading, grace_s: int) -> Iterator[bytes]:
    """Write the JSON form, an `AttendanceView`, piece by piece; what is null is left out.

    Cost: O(n) in all, and little at once in time and memory.
    """
    record, curve = reading.record, reading.curve
    head = AttendanceView(
        session_id=record.session_id,
        opened_at=record.opened_at,
        ended_at=record.ended_at,
        until=record.until,
        grace_s=grace_s,
        total=reading.totals.people,
        peak=curve.peak,
        peak_at=curve.peak_at,
        average=round(curve.average, 2),
        totals=_totals(reading.totals),
        ways=_ways(reading),
        curve=tuple(zip(curve.moments, curve.totals, strict=True)),
        people=(),
    )
    opening = head.model_dump_json(exclude_none=True, exclude={"people"})
    yield opening.removesuffix("}").encode() + b',"people":['
    separator = b""
    for some in _in_parts(record.people):
        views = [attended_view(one).model_dump(exclude_none=True) for one in some]
        # Without the brackets of the list, because one list spans all parts.
        yield separator + pydantic_core.to_json(views)[1:-1]
        separator = b","
    yield b"]}"


def attendance_csv(record: Attendance) -> Iterator[bytes]:
    """Write the CSV form piece by piece, with a heading; times in UTC. Cost: as for JSON."""
    # A byte order mark, without which a spreadsheet may take it for another encoding.
    yield b"\xef\xbb\xbf" + csv_lines([HEADINGS])
    for some in _in_parts(record.people):
        yield csv_lines([_cells(one) for one in some])


def _in_parts(people: Sequence[Attended]) -> Iterator[Sequence[Attended]]:
    for first in range(0, len(people), AT_ONCE):
        yield people[first : first + AT_ONCE]


def csv_lines(rows: Sequence[Sequence[object]]) -> bytes:
    """Write rows, with cells that no spreadsheet takes for formulas."""
    out = io.StringIO(newline="")
    writer = csv.writer(out, lineterminator="\r\n")
    for row in rows:
        writer.writerow([harmless(str(cell)) for cell in row])
    return out.getvalue().encode()


def _cells(one: Attended) -> tuple[object, ...]:
    return (
        one.person.name,
        one.person.email,
        one.origin.value,
        one.link_name,
        one.role.value,
        moment(one.joined_at),
        moment(one.intervals[0][0]) if one.intervals else "",
        moment(one.intervals[-1][1]) if one.intervals else "",
        round(one.present_ms / MINUTE_MS, 1),
        round(one.stage_ms / MINUTE_MS, 1),
        one.hands,
        round(one.present_ms / 1000),
        round(one.stage_ms / 1000),
        len(one.intervals),
        _intervals(one),
        _changes(one),
        "yes" if one.is_here else "no",
        one.consent.version if one.consent else "",
        moment(one.consent.at) if one.consent else "",
    )


def _intervals(one: Attended) -> str:
    """List intervals as ISO 8601 has them: from/to."""
    listed = [f"{moment(since)}/{moment(until)}" for since, until in one.intervals]
    if len(listed) > CELL_INTERVALS:
        listed[CELL_INTERVALS:] = [f"and {len(listed) - CELL_INTERVALS} more"]
    return "; ".join(listed)


def _changes(one: Attended) -> str:
    listed = [
        f"{moment(each.at)} {each.before.value} to {each.after.value}"
        + (f" by {each.by.name}" if each.by and each.by.name else "")
        for each in one.role_changes
    ]
    if one.older_role_changes:
        listed.insert(0, f"{one.older_role_changes} earlier")
    return "; ".join(listed)


def moment(at: int) -> str:
    """Write a moment for a spreadsheet, in UTC."""
    return datetime.fromtimestamp(at / 1000, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def harmless(cell: str) -> str:
    """Keep a spreadsheet from taking a cell for a formula.

    Example:
        >>> harmless("=1+1"), harmless("Ada")
        ("'=1+1", 'Ada')
    """
    return f"'{cell}" if cell.startswith(FORMULA_STARTS) else cell
