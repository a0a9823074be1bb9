"""The attendance record as JSON and CSV."""

import csv
import io
import json
from typing import Any

import pytest

from protocol.attendance import AttendanceView
from protocol.ids import ParticipantId, PersonId, SessionId
from protocol.privacy import Seen, marks
from protocol.roles import Origin, Role
from server.core.attendance import Attendance, Attended, without_staff_fields
from server.core.person import Person
from server.core.state import RoleChange
from server.edge.exports import (
    AT_ONCE,
    CELL_INTERVALS,
    attendance_csv,
    attendance_json,
    harmless,
    summary_of,
)
from server.edge.records import Reading
from tests.core.seen import parts

T0 = 1_800_000_000_000
MINUTE = 60_000


def attended(name: str, *intervals: tuple[int, int], **more: object) -> Attended:
    fields: dict[str, object] = {
        "participant_id": ParticipantId(f"p_{name}"),
        "person": Person(PersonId(f"p_{name}"), name, f"{name}@example.org"),
        "origin": Origin.GUEST_LINK,
        "link_name": "Open day",
        "role": Role.VIEWER,
        "joined_at": T0,
        "intervals": intervals,
    }
    return Attended(**(fields | more))  # type: ignore[arg-type]


def record(*people: Attended) -> Attendance:
    return Attendance(session_id=SessionId("e.s"), opened_at=T0, ended_at=None, people=people)


def downloaded(*people: Attended) -> dict[str, Any]:
    written = b"".join(attendance_json(Reading.of(record(*people)), 30))
    AttendanceView.model_validate_json(written)
    found: dict[str, Any] = json.loads(written)
    return found


def rows(*people: Attended) -> list[dict[str, str]]:
    text = b"".join(attendance_csv(record(*people))).decode()
    assert text.startswith("\ufeff")
    return list(csv.DictReader(io.StringIO(text[1:], newline="")))


def test_presence_is_summed_and_the_curve_drawn() -> None:
    view = downloaded(
        attended("ada", (T0, T0 + 2 * MINUTE), (T0 + 5 * MINUTE, T0 + 6 * MINUTE)),
        attended("bob", (T0 + MINUTE, T0 + 3 * MINUTE)),
    )

    assert [one["present_ms"] for one in view["people"]] == [3 * MINUTE, 2 * MINUTE]
    assert (view["total"], view["peak"], view["peak_at"]) == (2, 2, T0 + MINUTE)
    assert [(at - T0) // MINUTE for at, _ in view["curve"]] == [0, 1, 2, 3, 5, 6]
    assert [count for _, count in view["curve"]] == [1, 2, 1, 0, 1, 0]
    assert view["average"] == round(5 / 6, 2)
    assert view["totals"]["median_ms"] == 2.5 * MINUTE


def test_a_large_record_is_written_in_parts_that_make_one_whole() -> None:
    names = [f"p{number}" for number in range(2 * AT_ONCE + 1)]
    people = [attended(name, (T0, T0 + 1)) for name in names]

    assert len(list(attendance_json(Reading.of(record(*people)), 30))) == 5
    assert [one["name"] for one in downloaded(*people)["people"]] == names
    assert [row["name"] for row in rows(*people)] == names


def test_nobody_gives_an_empty_record() -> None:
    view = downloaded()

    assert (view["total"], view["peak"], view["curve"], view["people"]) == (0, 0, [], [])
    assert rows() == []


def test_a_row_says_how_somebody_came_and_how_long_they_stayed() -> None:
    host = Person(PersonId("p_h"), "Hanna", "h@example.org")
    change = RoleChange(at=T0 + MINUTE, before=Role.VIEWER, after=Role.SPEAKER, by=host)
    [row] = rows(
        attended("ada", (T0, T0 + 90_000), stage_ms=30_000, hands=2, role_changes=(change,))
    )

    assert row == {
        "name": "ada",
        "email": "ada@example.org",
        "came_by": "guest_link",
        "link": "Open day",
        "role": "viewer",
        "joined_at": "2027-01-15T08:00:00Z",
        "first_in": "2027-01-15T08:00:00Z",
        "last_out": "2027-01-15T08:01:30Z",
        "minutes_present": "1.5",
        "minutes_on_stage": "0.5",
        "hands_raised": "2",
        "seconds_present": "90",
        "seconds_on_stage": "30",
        "stays": "1",
        "intervals": "2027-01-15T08:00:00Z/2027-01-15T08:01:30Z",
        "role_changes": "2027-01-15T08:01:00Z viewer to speaker by Hanna",
        "is_here": "no",
        "consent": "",
        "consented_at": "",
    }


def test_what_is_too_much_for_a_cell_is_counted() -> None:
    change = RoleChange(at=T0, before=Role.VIEWER, after=Role.SPEAKER)
    intervals = [(T0 + n, T0 + n) for n in range(CELL_INTERVALS + 7)]
    [row] = rows(attended("ada", *intervals, role_changes=(change,), older_role_changes=3))

    assert row["intervals"].endswith("; and 7 more")
    assert len(row["intervals"]) < 32_767
    assert row["role_changes"] == "3 earlier; 2027-01-15T08:00:00Z viewer to speaker"


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "\r", "\n", "\uff1d"])
def test_no_cell_is_taken_for_a_formula(start: str) -> None:
    person = Person(PersonId("p"), f"{start}cmd()", "x@example.org")
    [row] = rows(attended("ada", (T0, T0 + 1), person=person, link_name=f"{start}link"))

    assert row["name"] == f"'{start}cmd()"
    assert row["link"] == f"'{start}link"
    assert harmless("Ada = Bob") == "Ada = Bob"


def test_whoever_was_erased_has_no_name() -> None:
    gone = Person(PersonId("p"), is_erased=True)
    view = downloaded(attended("ada", (T0, T0 + 1), person=gone))

    assert (view["people"][0]["name"], view["people"][0]["email"]) == ("", "")


def test_without_the_staff_fields_no_view_holds_what_is_marked_for_staff() -> None:
    whole = record(attended("ada", (T0, T0 + 1)), attended("bob", (T0, T0 + 2)))
    seen: set[str] = set()
    for has_all, found in ((True, whole), (False, without_staff_fields(whole))):
        reading = Reading.of(found)
        written = b"".join(attendance_json(reading, 30))
        views = parts(AttendanceView.model_validate_json(written))
        for view in (*views, *parts(summary_of(reading, 30, 1))):
            for name, mark in marks(type(view)).items():
                if mark is Seen.STAFF:
                    seen.add(f"{type(view).__name__}.{name}")
                    assert bool(getattr(view, name)) is has_all
        assert (b"ada@" in b"".join(attendance_csv(found))) is has_all
    assert seen == {"AttendedView.email", "AttendedView.link_name", "WayView.link_name"}
