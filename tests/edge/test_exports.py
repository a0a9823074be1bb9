"""The attendance record as JSON and CSV."""

import csv
import io

import pytest

from protocol.ids import ParticipantId, PersonId, SessionId
from protocol.roles import Origin, Role
from server.core.attendance import Attendance, Attended
from server.core.person import Person
from server.edge.exports import MAX_POINTS, attendance_csv, attendance_view, harmless

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


def rows(*people: Attended) -> list[dict[str, str]]:
    text = attendance_csv(record(*people))
    assert text.startswith("\ufeff")
    return list(csv.DictReader(io.StringIO(text[1:], newline="")))


def test_presence_is_summed_and_the_curve_drawn() -> None:
    view = attendance_view(
        record(
            attended("ada", (T0, T0 + 2 * MINUTE), (T0 + 5 * MINUTE, T0 + 6 * MINUTE)),
            attended("bob", (T0 + MINUTE, T0 + 3 * MINUTE)),
        )
    )

    assert [one.present_ms for one in view.people] == [3 * MINUTE, 2 * MINUTE]
    assert (view.total, view.peak) == (2, 2)
    assert [(at - T0) // MINUTE for at, _ in view.curve] == [0, 1, 2, 3, 5, 6]
    assert [count for _, count in view.curve] == [1, 2, 1, 0, 1, 0]


def test_a_long_curve_is_thinned_and_keeps_its_end() -> None:
    people = [attended(f"p{n}", (T0 + n, T0 + 10_000 + n)) for n in range(3_000)]

    view = attendance_view(record(*people))

    assert len(view.curve) <= MAX_POINTS
    assert view.curve[-1][1] == 0
    assert view.peak == 3_000


def test_nobody_gives_an_empty_record() -> None:
    view = attendance_view(record())

    assert (view.total, view.peak, view.curve, view.people) == (0, 0, (), ())


def test_a_row_says_how_somebody_came_and_how_long_they_stayed() -> None:
    [row] = rows(attended("ada", (T0, T0 + 90_000), stage_ms=30_000, hands=2))

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
    }


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "\r", "\n", "\uff1d"])
def test_no_cell_is_taken_for_a_formula(start: str) -> None:
    person = Person(PersonId("p"), f"{start}cmd()", "x@example.org")
    [row] = rows(attended("ada", (T0, T0 + 1), person=person, link_name=f"{start}link"))

    assert row["name"] == f"'{start}cmd()"
    assert row["link"] == f"'{start}link"
    assert harmless("Ada = Bob") == "Ada = Bob"


def test_whoever_was_erased_has_no_name() -> None:
    gone = Person(PersonId("p"), is_erased=True)
    view = attendance_view(record(attended("ada", (T0, T0 + 1), person=gone)))

    assert (view.people[0].name, view.people[0].email) == ("", "")
