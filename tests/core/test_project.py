"""What an audience sees through a window; what it may not see is not there, in no byte."""

from dataclasses import replace

import pytest
from hypothesis import given, settings

from protocol import commands as c
from protocol import views
from protocol.ids import InvitationId
from protocol.messages import You
from protocol.model import Wire
from protocol.privacy import Seen, marks
from protocol.roles import (
    Gate,
    Group,
    InvitationType,
    LedgerState,
    MailState,
    Presence,
    Right,
    Role,
    StageMode,
    StagePlace,
    ViewerList,
)
from protocol.views import Counts, LedgerRow, Range, Row, Window
from server.core.actors import ParticipantActor
from server.core.audience import Audience
from server.core.diff import diff
from server.core.project import NoViewError, audience_of, project, you
from server.core.rights import rights_of
from server.core.roster import Roster
from server.core.rows import ledger_row, row
from server.core.state import EMPTY, RoomState
from tests.core.given import HOUR, MINUTE, NOON, SECOND, Someone, Story
from tests.core.rooms import AUDIENCES, WINDOWS, pairs, rooms
from tests.core.seen import (
    EVERYTHING,
    check_bytes,
    check_marks,
    delta,
    emails,
    frames,
    look,
    shown,
    snapshot,
)

ALL = Audience.STAFF | Audience.INVITERS


def see(
    story: Story, audience: Audience = Audience.ROOM, window: Window = EVERYTHING
) -> views.View:
    return look(story.state, story.roster, audience, window, story.now)


def names(view: views.View, group: Group) -> list[str]:
    return [one.name for one in view.groups[group].rows]


# --- nothing leaks -------------------------------------------------------------------------


@settings(max_examples=150, deadline=None)
@given(state=rooms(), audience=AUDIENCES, window=WINDOWS)
def test_no_field_is_there_that_its_audience_may_not_see(
    state: RoomState, audience: Audience, window: Window
) -> None:
    view = look(state, Roster(state), audience, window, NOON)
    check_marks(view, audience)
    if Audience.STAFF not in audience:
        assert Group.WAITING not in view.groups
    if Audience.INVITERS not in audience:
        assert Group.INVITED not in view.groups


@settings(max_examples=150, deadline=None)
@given(states=pairs(), window=WINDOWS)
def test_no_address_and_nobody_waiting_is_in_any_byte_for_the_room(
    states: tuple[RoomState, RoomState], window: Window
) -> None:
    old, new = (look(state, Roster(state), Audience.ROOM, window, NOON) for state in states)
    messages: list[Wire] = [snapshot(old), snapshot(new)]
    change = diff(old, new)
    if change is not None:
        check_marks(change, Audience.ROOM)
        messages.append(delta(change))
    known = {address for state in states for address in emails(state)}
    for message in messages:
        check_bytes(message, known)
    waiting = [p.id for p in states[1].participants.values() if p.gate or p.kept_out]
    check_bytes(snapshot(new), waiting)


@settings(max_examples=60, deadline=None)
@given(state=rooms(), window=WINDOWS)
def test_a_delta_after_a_demotion_carries_nothing_of_before(
    state: RoomState, window: Window
) -> None:
    roster = Roster(state)
    staff = look(state, roster, ALL, window, NOON)
    room = look(state, roster, Audience.ROOM, window, NOON)
    change = diff(staff, room)
    if change is not None:
        check_bytes(delta(change), emails(state))
        for part in change.groups.values():
            check_marks(part, Audience.ROOM)


def test_the_walk_finds_what_staff_may_see() -> None:
    story = Story()
    assert story.guest.now.is_in
    view = see(story, ALL)
    for group in view.groups.values():
        for one in (*group.rows, *group.invitations):
            with pytest.raises(AssertionError, match="email"):
                check_marks(one, Audience.ROOM)
    with pytest.raises(AssertionError, match=story.guest.email):
        check_bytes(snapshot(view), [story.guest.email])


def test_a_search_by_address_is_for_staff_alone() -> None:
    story = Story(viewer_list=ViewerList.ALWAYS)
    guest = story.guest
    window = Window(search=guest.email)
    assert shown(see(story, Audience.STAFF, window)) == [guest.id]
    view = see(story, Audience.ROOM, window)
    assert shown(view) == []
    assert view.matches == Counts()


def test_a_search_for_a_name_does_not_tell_viewers_who_waits() -> None:
    story = Story(approve_guests=True)
    assert story.guest.gate() is Gate.WAITING_ROOM
    window = Window(search="gus")
    staff = see(story, Audience.STAFF, window)
    assert staff.matches is not None
    assert staff.matches.waiting == 1
    room = see(story, Audience.ROOM, window)
    assert room.matches == Counts()
    check_bytes(snapshot(room), [story.guest.id, "Gus"])


# --- audiences -----------------------------------------------------------------------------


def test_people_belong_to_the_audience_of_their_rights() -> None:
    story = Story()
    assert audience_of(story.state, story.host.now) == ALL
    for someone, audience in (
        (story.moderator, ALL), (story.speaker, Audience.ROOM), (story.guest, Audience.ROOM),
    ):  # fmt: skip
        assert audience_of(story.state, someone.now) == audience
    for right, audience in ((Right.INVITE, Audience.STAFF), (Right.SEE_STAFF, Audience.INVITERS)):
        story.given(story.host, c.SetRights(participant_id=story.moderator.id, revoked=(right,)))
        assert audience_of(story.state, story.moderator.now) == audience


@pytest.mark.parametrize("where", ["countdown", "waiting", "seat", "left", "removed", "ended"])
def test_whoever_is_not_inside_belongs_to_no_audience(where: str) -> None:
    story = Story(is_open=where != "countdown", approve_guests=where == "waiting")
    guest = story.someone("Gus")
    story.redeems(guest, story.open_link)
    if where != "seat":
        story.connects(guest)
    if where == "left":
        story.leaves(guest)
    if where == "removed":
        story.given(story.host, c.Remove(participant_id=guest.id))
    if where == "ended":
        story.ends()
    assert audience_of(story.state, guest.now) is None


def test_somebody_reconnecting_still_belongs() -> None:
    story = Story()
    story.closes(story.guest)
    assert audience_of(story.state, story.guest.now) == Audience.ROOM


# --- groups, counts and windows ------------------------------------------------------------


def test_everybody_is_in_one_group_and_the_counts_are_exact() -> None:
    story = Story()
    story.given(story.guest, c.RaiseHand())
    story.given(story.speaker, c.JoinStage())
    story.came("Willy", story.makes_link("Knock", needs_approval=True))
    assert story.invitee.known_as is None
    counts = see(story, ALL).counts
    assert counts == Counts(all=3, raised_hands=1, on_stage=1, viewers=1, waiting=1, invited=1)
    assert see(story).counts == Counts(all=3, raised_hands=1, on_stage=1, viewers=1)
    assert names(see(story, ALL), Group.WAITING) == ["Willy"]


def test_a_speaker_with_a_raised_hand_is_found_under_raised_hands() -> None:
    story = Story()
    story.given(story.speaker, c.JoinStage(), c.RaiseHand())
    view = see(story)
    assert names(view, Group.RAISED_HANDS) == ["Sam Speaker"]
    assert names(view, Group.ON_STAGE) == []


def test_groups_are_ordered_as_the_tab_shows_them() -> None:
    story = Story(stage_mode=StageMode.EVERYONE)
    people = [story.came(name, story.open_link) for name in ("zoe", "Ádám", "bo", "Adam")]
    moderator = story.moderator
    assert names(see(story), Group.VIEWERS) == [
        "Olga Owner", "Mona Moderator", "Adam", "Ádám", "bo", "zoe",
    ]  # fmt: skip
    for someone in (people[2], people[0]):
        story.passes(SECOND)
        story.given(someone, c.RaiseHand())
    assert names(see(story), Group.RAISED_HANDS) == ["bo", "zoe"]
    for someone in (people[3], people[1], moderator):
        story.passes(SECOND)
        story.given(someone, c.JoinStage())
    assert names(see(story), Group.ON_STAGE) == ["Mona Moderator", "Adam", "Ádám"]


def test_a_window_shows_its_stretch_and_exact_counts() -> None:
    story = Story()
    for number in range(9):
        story.came(f"Guest {number}", story.open_link)
    window = Window(groups={Group.VIEWERS: Range(first=3, count=2)})
    view = see(story, window=window)
    assert names(view, Group.VIEWERS) == ["Guest 2", "Guest 3"]
    assert view.groups.keys() == {Group.VIEWERS}
    assert view.counts.all == 10


def test_a_window_behind_the_end_shows_the_last_stretch() -> None:
    story = Story()
    for number in range(4):
        story.came(f"Guest {number}", story.open_link)
    view = see(story, window=Window(groups={Group.VIEWERS: Range(first=100, count=2)}))
    assert view.groups[Group.VIEWERS].first == 3
    assert names(view, Group.VIEWERS) == ["Guest 2", "Guest 3"]


def test_a_search_shows_in_which_group_each_match_is() -> None:
    story = Story()
    one, two = story.came("Anna B", story.open_link), story.came("Hannah", story.open_link)
    story.came("Bo", story.open_link)
    story.given(one, c.RaiseHand())
    view = see(story, window=Window(search="ANNA"))
    assert names(view, Group.RAISED_HANDS) == ["Anna B"]
    assert names(view, Group.VIEWERS) == ["Hannah"]
    assert view.matches == Counts(all=2, raised_hands=1, viewers=1)
    assert view.counts.all == 4
    assert two.now.is_in


def test_no_room_is_too_large_for_a_window() -> None:
    story = Story(is_checked=False, capacity=3000, viewer_list=ViewerList.ALWAYS)
    for number in range(2000):
        story.came(f"Guest {number:04}", story.open_link)
    window = Window(groups={Group.VIEWERS: Range(first=500, count=50)})
    view = see(story, window=window)
    assert len(view.groups[Group.VIEWERS].rows) == 50
    assert view.counts == Counts(all=2001, viewers=2001)
    assert all(len(frame) < 20_000 for frame in frames(snapshot(view)))
    story.roster.check(story.state)


# --- names ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("viewer_list", "up_to", "is_shown"),
    [
        (ViewerList.ALWAYS, 0, True),
        (ViewerList.NEVER, 100, False),
        (ViewerList.AUTO, 2, False),
        (ViewerList.AUTO, 3, True),
    ],
)
def test_whether_viewers_see_the_names_of_viewers_is_a_setting(
    viewer_list: ViewerList, up_to: int, is_shown: bool
) -> None:
    story = Story(viewer_list=viewer_list, names_up_to=up_to)
    story.given(story.guest, c.RaiseHand())
    story.given(story.speaker, c.JoinStage())
    view = see(story)
    assert view.session.shows_names is is_shown
    assert (Group.VIEWERS in view.groups) is is_shown
    assert (Group.RAISED_HANDS in view.groups) is is_shown
    assert names(view, Group.ON_STAGE) == ["Sam Speaker"]
    assert view.counts.all == 3
    staff = see(story, Audience.STAFF)
    assert Group.VIEWERS in staff.groups
    assert staff.session.shows_names


def test_names_that_are_not_shown_are_not_found_either() -> None:
    story = Story(viewer_list=ViewerList.NEVER)
    assert story.guest.now.is_in
    view = see(story, window=Window(search="gus"))
    assert view.matches is None
    assert shown(view) == []


# --- rows ----------------------------------------------------------------------------------


def test_a_row_says_what_the_tab_shows() -> None:
    story = Story()
    guest = story.guest
    story.given(story.host, c.OfferStage(participant_id=guest.id))
    offered = row(story.state, guest.id, Audience.ROOM)
    assert (offered.stage, offered.on_stage_since) == (StagePlace.OFFERED, None)
    story.passes(SECOND)
    story.given(guest, c.AnswerStageOffer(is_accepted=True), c.SetCamera(is_on=True))
    shown_row = row(story.state, guest.id, Audience.STAFF)
    assert shown_row.on_stage_since == NOON + SECOND
    assert shown_row.has_camera_on
    assert not shown_row.has_microphone_on
    assert (shown_row.email, shown_row.link_name) == (guest.email, "Class")
    assert shown_row.presence is Presence.PRESENT
    plain = row(story.state, guest.id, Audience.ROOM)
    assert (plain.email, plain.link_name) == (None, None)


def test_the_name_of_a_deleted_link_stays_with_those_who_came_by_it() -> None:
    story = Story()
    guest = story.guest
    story.given(story.host, c.DeleteGuestLink(link_id=story.open_link))
    assert row(story.state, guest.id, Audience.STAFF).link_name == "Class"


def test_a_ledger_row_says_how_far_an_invitation_has_come() -> None:
    story = Story()
    invitee = story.invitee
    known = story.invitation_of(invitee)
    shown_row = ledger_row(story.state, known.id, NOON)
    assert shown_row == LedgerRow(
        id=known.id,
        email=invitee.email,
        name="Ina Invitee",
        invitation_type=InvitationType.SPEAKER,
        state=LedgerState.CREATED,
        invited_by="Olga Owner",
        invited_at=NOON,
        max_uses=1,
        mail=MailState.DUE,
    )
    story.comes(invitee)
    inside = ledger_row(story.state, known.id, NOON)
    assert (inside.state, inside.participant_id) == (LedgerState.INSIDE, invitee.id)
    assert (inside.uses, inside.has_device) == (1, True)
    assert InvitationId(known.id) not in [
        one.id for one in see(story, ALL).groups[Group.INVITED].invitations
    ]


def test_an_expired_invitation_shows_as_such_by_the_time_of_looking() -> None:
    story = Story()
    invitation = story.invites(story.someone("Ines"), valid_minutes=5)
    later = ledger_row(story.state, invitation, NOON + 5 * MINUTE)
    assert later.state is LedgerState.EXPIRED


def test_the_session_view_says_what_everybody_inside_may_know() -> None:
    story = Story(starts_at=NOON, host_absent_s=900)
    guest = story.guest
    story.given(story.host, c.SetLock(is_locked=True), c.SetHardMute(is_on=True))
    story.leaves(story.host)
    session = see(story).session
    assert session.entry_name == "Algebra"
    assert session.is_locked
    assert session.is_hard_muted
    assert session.host_absent_ends_at == NOON + 15 * MINUTE
    assert session.opened_at == NOON
    assert guest.now.is_in


def test_a_room_without_an_entry_has_no_view() -> None:
    with pytest.raises(NoViewError):
        project(EMPTY, Roster(EMPTY), Audience.ROOM, EVERYTHING, NOON)


# --- you -----------------------------------------------------------------------------------


def test_inside_people_see_their_own_state_and_rights() -> None:
    story = Story()
    guest = story.guest
    story.given(guest, c.RaiseHand())
    view = you(story.state, guest.id)
    assert view is not None
    assert view.gate is None
    assert view.hand_raised_at == NOON
    actor = ParticipantActor(participant_id=guest.id, connection_id=guest.connections[0])
    assert set(view.rights) == rights_of(story.state, actor)
    assert view.role is Role.VIEWER


@pytest.mark.parametrize("gate", ["countdown", "locked", "approval", "sent back", "removed"])
def test_somebody_at_a_gate_gets_what_the_gate_shows_and_not_a_byte_more(gate: str) -> None:
    story = Story(
        starts_at=NOON + HOUR,
        ends_at=NOON + 2 * HOUR,
        is_open=gate != "countdown",
        approve_guests=gate == "approval",
    )
    others: list[Someone] = [story.host, story.moderator]
    if gate == "locked":
        story.given(story.host, c.SetLock(is_locked=True))
    guest = story.guest
    if gate == "sent back":
        story.given(story.host, c.SendBack(participant_id=guest.id))
    if gate == "removed":
        story.given(story.host, c.Remove(participant_id=guest.id))
    story.given(story.host, c.MessageWaiting(text="Five minutes."))
    view = you(story.state, guest.id)
    assert view is not None
    is_waiting = gate not in ("countdown", "removed")
    assert view.rights == ()
    assert view.waiting_message == ("Five minutes." if is_waiting else "")
    assert (view.starts_at, view.ends_at) == (NOON + HOUR, NOON + 2 * HOUR)
    assert (view.wait_reason is None) is not is_waiting
    secrets = [one.name for one in others] + [str(one.id) for one in others]
    check_bytes(You(you=view), [*secrets, *emails(story.state), "Class", "stage_mode"])


def test_a_hard_mute_is_told_to_those_on_stage_whom_it_stops() -> None:
    story = Story(stage_mode=StageMode.EVERYONE)
    story.given(story.guest, c.JoinStage())
    story.given(story.moderator, c.JoinStage())
    story.given(story.host, c.SetHardMute(is_on=True))
    told = {
        someone.name: (view := you(story.state, someone.id)) is not None and view.is_hard_muted
        for someone in (story.guest, story.viewer, story.moderator)
    }
    assert told == {"Gus Guest": True, "Vera Viewer": False, "Mona Moderator": False}
    story.given(story.viewer, c.JoinStage())
    late = you(story.state, story.viewer.id)
    assert late is not None
    assert late.is_hard_muted


def test_somebody_unknown_has_no_view_of_themselves() -> None:
    story = Story()
    guest = story.guest.id
    assert you(replace(story.state, session=None), guest) is None
    assert you(EMPTY, guest) is None


def test_every_shape_with_a_mark_is_walked_by_these_tests() -> None:
    marked = {
        shape
        for shape in vars(views).values()
        if isinstance(shape, type)
        and issubclass(shape, Wire)
        and any(mark is not Seen.ALL for mark in marks(shape).values())
    }
    assert marked == {Row, LedgerRow, Counts}
