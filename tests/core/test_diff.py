"""`apply(old, diff(old, new)) == new`, always, and in few operations."""

from hypothesis import assume, example, given, settings
from hypothesis import strategies as st

from protocol.codec import JSON, MSGPACK, Codec
from protocol.deltas import Delete, Insert, Move, Update, ViewDelta, apply
from protocol.ids import ParticipantId
from protocol.messages import Delta
from protocol.roles import Group, Origin, Presence, Role
from protocol.views import Counts, GroupView, Row, View, Window
from server.core.audience import Audience
from server.core.diff import diff
from server.core.roster import Roster
from server.core.state import RoomState
from tests.core.given import NOON
from tests.core.rooms import AUDIENCES, WINDOWS, pairs
from tests.core.seen import delta, look
from tests.protocol.samples import a_view


def views(
    rooms: tuple[RoomState, RoomState], audience: Audience, window: Window
) -> tuple[View, View]:
    first, second = (look(room, Roster(room), audience, window, NOON) for room in rooms)
    return first, second


@settings(max_examples=300, deadline=None)
@given(rooms=pairs(), audience=AUDIENCES, window=WINDOWS)
def test_a_delta_leads_from_the_old_view_to_the_new_one(
    rooms: tuple[RoomState, RoomState], audience: Audience, window: Window
) -> None:
    old, new = views(rooms, audience, window)
    change = diff(old, new)
    if change is None:
        assert old.groups.keys() != new.groups.keys() or (old.matches is None) != (
            new.matches is None
        )
        return
    assert apply(old, change) == new
    assert change.is_empty == (old == new)


@settings(max_examples=60, deadline=None)
@given(rooms=pairs(), audience=AUDIENCES, window=WINDOWS, codec=st.sampled_from([JSON, MSGPACK]))
def test_a_delta_leads_there_over_the_wire_too(
    rooms: tuple[RoomState, RoomState], audience: Audience, window: Window, codec: Codec
) -> None:
    old, new = views(rooms, audience, window)
    change = diff(old, new)
    if change is not None:
        received = codec.decode_server(codec.frame(delta(change)))
        assert isinstance(received, Delta)
        assert apply(old, received.delta) == new


@settings(max_examples=60, deadline=None)
@given(rooms=pairs(), audience=AUDIENCES, window=WINDOWS)
def test_a_view_has_no_difference_to_itself(
    rooms: tuple[RoomState, RoomState], audience: Audience, window: Window
) -> None:
    old, _ = views(rooms, audience, window)
    change = diff(old, old)
    assert change == ViewDelta()


# --- few operations ------------------------------------------------------------------------


def a_row(number: int, name: str = "Ada") -> Row:
    return Row(
        id=ParticipantId(f"p_{number}"),
        name=name,
        role=Role.VIEWER,
        origin=Origin.ACCOUNT,
        presence=Presence.PRESENT,
    )


def ops(before: list[Row], after: list[Row]) -> tuple[object, ...]:
    change = diff(a_view(*before, viewers=0), a_view(*after, viewers=0))
    assert change is not None
    return change.groups[Group.VIEWERS].ops


ROWS = [a_row(number) for number in range(50)]


def test_somebody_who_comes_is_one_insert() -> None:
    late = a_row(99)
    assert ops(ROWS, [*ROWS[:7], late, *ROWS[7:]]) == (Insert(at=7, row=late),)


def test_somebody_who_leaves_is_one_delete() -> None:
    assert ops(ROWS, ROWS[:7] + ROWS[8:]) == (Delete(at=7, count=1),)


def test_neighbours_who_leave_are_one_delete() -> None:
    assert ops(ROWS, ROWS[:7] + ROWS[17:]) == (Delete(at=7, count=10),)


def test_a_changed_row_sends_the_changed_fields() -> None:
    after = [*ROWS]
    after[3] = a_row(3, "Bo")
    assert ops(ROWS, after) == (Update(at=3, fields={"name": "Bo"}),)


def test_a_window_that_slides_on_by_one_is_two_operations() -> None:
    assert ops(ROWS[:20], ROWS[1:21]) == (Delete(at=0, count=1), Insert(at=19, row=ROWS[20]))


@given(at=st.integers(0, 49), to=st.integers(0, 49), is_renamed=st.booleans())
@example(at=5, to=4, is_renamed=True)
@example(at=4, to=5, is_renamed=True)
@example(at=4, to=5, is_renamed=False)
def test_somebody_who_moves_up_or_down_is_one_move_with_what_has_changed(
    at: int, to: int, is_renamed: bool
) -> None:
    assume(at != to)
    row = a_row(at, "Bo") if is_renamed else ROWS[at]
    after = ROWS[:at] + ROWS[at + 1 :]
    after.insert(to, row)
    [move] = ops(ROWS, after)
    assert isinstance(move, Move)
    assert {move.at, move.to} == {at, to}
    assert move.fields == ({"name": "Bo"} if is_renamed else {})


@given(before=st.permutations(ROWS[:9]), after=st.permutations(ROWS[3:12]), data=st.data())
def test_any_order_is_reached_from_any_other(
    before: list[Row], after: list[Row], data: st.DataObject
) -> None:
    old = a_view(*before[: data.draw(st.integers(0, 9))], viewers=0)
    new = a_view(*after[: data.draw(st.integers(0, 9))], viewers=0)
    change = diff(old, new)
    assert change is not None
    assert apply(old, change) == new


def test_a_group_that_begins_elsewhere_with_the_same_rows_says_so() -> None:
    old = a_view(*ROWS[:3])
    new = old.model_copy(
        update={"groups": {Group.VIEWERS: GroupView(first=2, rows=tuple(ROWS[:3]))}}
    )
    change = diff(old, new)
    assert change is not None
    assert not change.is_empty
    assert apply(old, change) == new


# --- when only a snapshot will do ----------------------------------------------------------


def test_a_group_that_appears_or_disappears_needs_a_snapshot() -> None:
    shown = a_view(*ROWS[:3])
    hidden = shown.model_copy(update={"groups": {}})
    assert diff(shown, hidden) is None
    assert diff(hidden, shown) is None


def test_a_search_that_begins_or_ends_needs_a_snapshot() -> None:
    plain = a_view(*ROWS[:3])
    searched = plain.model_copy(update={"matches": Counts(all=1)})
    assert diff(plain, searched) is None
    assert diff(searched, plain) is None
    more = plain.model_copy(update={"matches": Counts(all=2)})
    change = diff(searched, more)
    assert change is not None
    assert change.matches == Counts(all=2)
