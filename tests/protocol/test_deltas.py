"""Operations on rows apply in order, and a delta for another view is noticed."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from protocol.deltas import Delete, GroupDelta, Insert, Move, Op, Update, ViewDelta, apply
from protocol.ids import InvitationId
from protocol.roles import Group, InvitationType, LedgerState, Presence
from protocol.views import Counts, GroupView, LedgerRow, Row, View
from tests.protocol.samples import a_row, a_view

ROWS = (a_row("p1", "Ada"), a_row("p2", "Bob"), a_row("p3", "Eve"))


def after(*ops: Op, view: View | None = None, first: int = 0) -> tuple[Row, ...]:
    delta = ViewDelta(groups={Group.VIEWERS: GroupDelta(first=first, ops=ops)})
    return apply(view or a_view(*ROWS), delta).groups[Group.VIEWERS].rows


def names(rows: tuple[Row, ...]) -> list[str]:
    return [row.name for row in rows]


def test_an_empty_delta_changes_nothing() -> None:
    assert ViewDelta().is_empty
    assert apply(a_view(*ROWS), ViewDelta()) == a_view(*ROWS)


def test_counts_session_and_matches_come_whole() -> None:
    counts = Counts(all=9)
    session = a_view().session.model_copy(update={"is_locked": True})
    delta = ViewDelta(counts=counts, session=session, matches=Counts())
    assert not delta.is_empty
    view = apply(a_view(*ROWS), delta)
    assert (view.counts, view.session, view.matches) == (counts, session, Counts())
    assert view.groups == a_view(*ROWS).groups


@pytest.mark.parametrize(
    ("ops", "expected"),
    [
        ((Insert(at=0, row=a_row("p9", "Zoe")),), ["Zoe", "Ada", "Bob", "Eve"]),
        ((Insert(at=3, row=a_row("p9", "Zoe")),), ["Ada", "Bob", "Eve", "Zoe"]),
        ((Delete(at=1),), ["Ada", "Eve"]),
        ((Delete(at=0, count=3),), []),
        ((Update(at=2, fields={"name": "Eva"}),), ["Ada", "Bob", "Eva"]),
        ((Delete(at=0), Delete(at=0)), ["Eve"]),
        ((Move(at=0, to=2),), ["Bob", "Eve", "Ada"]),
        ((Move(at=2, to=0, fields={"name": "Eva"}),), ["Eva", "Ada", "Bob"]),
        ((Move(at=1, to=1, fields={"name": "Ben"}),), ["Ada", "Ben", "Eve"]),
        ((Delete(at=0), Insert(at=2, row=ROWS[0])), ["Bob", "Eve", "Ada"]),
    ],
)
def test_operations_apply_in_order_each_to_the_result_so_far(
    ops: tuple[Op, ...], expected: list[str]
) -> None:
    assert names(after(*ops)) == expected


def test_the_window_may_move_along() -> None:
    delta = ViewDelta(groups={Group.VIEWERS: GroupDelta(first=40)})
    assert apply(a_view(*ROWS), delta).groups[Group.VIEWERS] == GroupView(first=40, rows=ROWS)


def test_an_update_changes_the_fields_it_names_and_null_clears_one() -> None:
    row = a_row(email="ada@example.org")
    fields: dict[str, Any] = {"email": None, "presence": "reconnecting"}
    (changed,) = after(Update(at=0, fields=fields), view=a_view(row))
    assert changed == a_row().model_copy(update={"presence": Presence.RECONNECTING})


def test_the_ledger_has_rows_of_its_own() -> None:
    invitation = LedgerRow(
        id=InvitationId("i1"),
        email="ada@example.org",
        name="Ada",
        invitation_type=InvitationType.SPEAKER,
        state=LedgerState.SENT,
        invited_by="Bob",
        invited_at=0,
    )
    before = a_view().model_copy(update={"groups": {Group.INVITED: GroupView()}})
    inserted = GroupDelta(first=0, ops=(Insert(at=0, row=invitation),))
    updated = GroupDelta(first=0, ops=(Update(at=0, fields={"state": "opened"}),))
    view = apply(before, ViewDelta(groups={Group.INVITED: inserted}))
    assert view.groups[Group.INVITED].invitations == (invitation,)
    view = apply(view, ViewDelta(groups={Group.INVITED: updated}))
    assert view.groups[Group.INVITED].invitations[0].state is LedgerState.OPENED


@pytest.mark.parametrize(
    "op",
    [
        Insert(at=4, row=ROWS[0]),
        Insert(at=-1, row=ROWS[0]),
        Delete(at=3),
        Delete(at=0, count=4),
        Delete(at=0, count=0),
        Delete(at=-1),
        Move(at=3, to=0),
        Move(at=0, to=3),
        Move(at=-1, to=0),
        Move(at=0, to=-1),
        Move(at=0, to=1, fields={"role": "king"}),
        Update(at=3, fields={}),
        Update(at=-1, fields={}),
        Update(at=0, fields={"bogus": 1}),
        Update(at=0, fields={"role": "king"}),
    ],
)
def test_an_operation_that_does_not_fit_is_an_error_and_the_view_stays(op: Op) -> None:
    view = a_view(*ROWS)
    with pytest.raises((IndexError, ValueError)):
        after(op, view=view)
    assert view == a_view(*ROWS)


def test_a_change_to_a_group_that_is_not_shown_is_an_error() -> None:
    with pytest.raises(KeyError):
        apply(a_view(), ViewDelta(groups={Group.ON_STAGE: GroupDelta(first=0)}))


@given(st.lists(st.tuples(st.integers(0, 5), st.booleans()), max_size=20))
def test_rows_are_put_in_and_taken_out_as_in_a_list(steps: list[tuple[int, bool]]) -> None:
    model = ["Ada", "Bob", "Eve"]
    ops: list[Op] = []
    for number, (at, is_insert) in enumerate(steps):
        if is_insert:
            place = min(at, len(model))
            ops.append(Insert(at=place, row=a_row(f"q{number}", f"q{number}")))
            model.insert(place, f"q{number}")
        elif at < len(model):
            ops.append(Delete(at=at))
            del model[at]
    assert names(after(*ops)) == model
