"""Every field that is not for everybody is marked, and this list is looked at when it grows."""

from protocol.attendance import AttendedView, WayView
from protocol.privacy import Seen, marks
from protocol.quiz import AttemptView, QuizSummary
from protocol.views import Counts, LedgerRow, Row, SelfView, SessionView, View
from tests.protocol.strategies import all_shapes

NOT_FOR_EVERYBODY = {
    Row: {
        "email": Seen.STAFF,
        "link_name": Seen.STAFF,
        "wait_reason": Seen.STAFF,
        "waiting_since": Seen.STAFF,
    },
    Counts: {"waiting": Seen.STAFF, "invited": Seen.INVITERS},
    LedgerRow: {"email": Seen.INVITERS, "name": Seen.INVITERS, "invited_by": Seen.INVITERS},
    AttemptView: {"email": Seen.STAFF, "link_name": Seen.STAFF},
    QuizSummary: {"links": Seen.STAFF},
    AttendedView: {"email": Seen.STAFF, "link_name": Seen.STAFF},
    WayView: {"link_name": Seen.STAFF},
    SessionView: {},
    View: {},
    SelfView: {},
}


def test_the_marks_are_these() -> None:
    for shape, expected in NOT_FOR_EVERYBODY.items():
        found = {name: mark for name, mark in marks(shape).items() if mark is not Seen.ALL}
        assert found == expected, shape


def test_what_may_be_hidden_can_be_left_out() -> None:
    for shape in (Row, Counts, AttemptView, QuizSummary):
        for name, mark in marks(shape).items():
            if mark is not Seen.ALL:
                assert shape.model_fields[name].default is None


def test_no_other_shape_has_marks_that_nobody_reads() -> None:
    marked = {
        shape for shape in all_shapes() if any(m is not Seen.ALL for m in marks(shape).values())
    }
    assert marked == {shape for shape, some in NOT_FOR_EVERYBODY.items() if some}
