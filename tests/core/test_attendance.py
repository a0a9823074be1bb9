"""The attendance record: who was there, how they came, when, and for how long."""

from dataclasses import replace

import pytest

from protocol import commands as c
from protocol.roles import Gate, InvitationType, Origin, Right, Role
from server.core.attendance import Attended, attendance_of, without_staff_fields
from server.core.evolve.people import ROLE_CHANGES_KEPT
from server.core.state import EMPTY, RoleChange, Sitting
from tests.core.given import HOUR, MINUTE, NOON, SECOND, Someone, Story, replayed


def record_of(story: Story, someone: Someone, now: int | None = None) -> Attended:
    people = attendance_of(story.state, now).people
    return next(one for one in people if one.participant_id == someone.id)


def test_the_record_says_how_somebody_came_and_what_they_did() -> None:
    story = Story()
    guest = story.guest
    story.given(guest, c.RaiseHand(), c.LowerHand(), c.RaiseHand())
    story.given(story.host, c.OfferStage(participant_id=guest.id))
    story.given(guest, c.AnswerStageOffer(is_accepted=True))
    story.passes(MINUTE)
    story.ends()
    assert record_of(story, guest) == Attended(
        participant_id=guest.id,
        person=guest.person,
        origin=Origin.GUEST_LINK,
        link_name="Class",
        role=guest.role(),
        joined_at=NOON,
        intervals=((NOON, NOON + MINUTE),),
        stage_ms=MINUTE,
        hands=2,
    )


def test_a_reconnect_within_the_grace_continues_an_interval_and_a_later_one_begins_another() -> (
    None
):
    story = Story()
    guest = story.guest
    story.passes(MINUTE)
    story.closes(guest)
    story.passes(10 * SECOND)
    story.connects(guest)
    story.closes(guest)
    story.passes(HOUR)
    left_at = NOON + MINUTE + 40 * SECOND
    back_at = story.now
    story.connects(guest)
    story.ends()
    assert record_of(story, guest).intervals == ((NOON, left_at), (back_at, back_at))


def test_a_live_record_counts_presence_and_stage_up_to_now() -> None:
    story = Story()
    speaker = story.speaker
    story.given(speaker, c.JoinStage())
    story.passes(MINUTE)
    live = record_of(story, speaker, story.now)
    assert live.intervals == ((NOON, NOON + MINUTE),)
    assert live.stage_ms == MINUTE
    back = record_of(story, speaker, NOON - HOUR)
    assert back.intervals == ((NOON, NOON),)
    assert back.stage_ms == 0


def test_who_never_connected_did_not_attend() -> None:
    story = Story()
    seated = story.someone("Sid")
    story.redeems(seated, story.open_link)
    people = {one.participant_id for one in attendance_of(story.state, story.now).people}
    assert seated.id not in people
    assert story.host.id in people


def test_people_stand_in_the_order_in_which_they_came() -> None:
    story = Story()
    story.passes(SECOND)
    later = story.guest
    story.ends()
    attendance = attendance_of(story.state)
    assert [one.participant_id for one in attendance.people] == [story.host.id, later.id]
    assert (attendance.opened_at, attendance.ended_at) == (NOON, NOON + SECOND)
    assert attendance.session_id == story.session.id


def test_the_record_is_not_lost_with_the_link_or_the_removal() -> None:
    story = Story()
    guest = story.guest
    story.given(
        story.host, c.DeleteGuestLink(link_id=story.open_link), c.Remove(participant_id=guest.id)
    )
    assert record_of(story, guest).link_name == "Class"


def test_a_room_without_a_session_has_no_record() -> None:
    with pytest.raises(LookupError):
        attendance_of(replace(EMPTY, session=None))


def test_the_record_says_who_made_somebody_what_and_when() -> None:
    story = Story()
    host, guest, moderator = story.host, story.guest, story.moderator
    story.passes(MINUTE)
    story.given(host, c.SetRole(participant_id=guest.id, role=Role.SPEAKER))
    story.passes(MINUTE)
    story.given(moderator, c.SetRole(participant_id=guest.id, role=Role.MODERATOR))
    story.given(moderator, c.UndoRole(participant_id=guest.id))
    # A single right is no change of role.
    story.given(host, c.SetRights(participant_id=guest.id, granted=(Right.ADMIT,)))
    story.ends()
    later = NOON + 2 * MINUTE
    speaker, raised = Role.SPEAKER, Role.MODERATOR
    assert record_of(story, guest).role_changes == (
        RoleChange(at=NOON + MINUTE, before=Role.VIEWER, after=speaker, by=host.person),
        RoleChange(at=later, before=speaker, after=raised, by=moderator.person),
        RoleChange(at=later, before=raised, after=speaker, by=moderator.person),
    )
    assert replayed(story.records) == story.state


def test_an_invitation_redeemed_inside_raises_by_the_inviters_word() -> None:
    story = Story()
    guest = story.guest
    story.invites(guest, InvitationType.SPEAKER)
    story.accepts(guest, inside=guest.id)
    [change] = record_of(story, guest, story.now).role_changes
    assert (change.before, change.after) == (Role.VIEWER, Role.SPEAKER)
    assert change.by == story.owner.person

    wish = c.ChangeInvitation(
        invitation_id=story.invitation_of(guest).id, invitation_type=InvitationType.MODERATOR
    )
    story.given(story.host, wish)
    assert record_of(story, guest, story.now).role_changes[-1].after is Role.MODERATOR


def test_of_very_many_changes_the_newest_stay_and_the_rest_is_counted() -> None:
    story = Story()
    guest = story.guest
    roles = [Role.SPEAKER, Role.VIEWER] * (ROLE_CHANGES_KEPT // 2 + 2)
    for role in roles:
        story.given(story.host, c.SetRole(participant_id=guest.id, role=role))
    seen = record_of(story, guest, story.now)
    assert len(seen.role_changes) == ROLE_CHANGES_KEPT
    assert [one.after for one in seen.role_changes] == roles[4:]
    assert seen.older_role_changes == 4


def test_waiting_at_a_gate_is_no_presence_and_being_sent_back_ends_it() -> None:
    story = Story(approve_guests=True)
    host = story.host
    guest = story.came("Gus Guest", story.open_link)
    assert guest.gate() is Gate.WAITING_ROOM
    story.passes(MINUTE)
    assert guest.id not in {one.participant_id for one in attendance_of(story.state, 1).people}
    story.given(host, c.Admit(participant_ids=(guest.id,)))
    story.passes(MINUTE)
    story.given(host, c.SendBack(participant_id=guest.id))
    story.passes(MINUTE)
    story.ends()
    first, last = NOON + MINUTE, NOON + 2 * MINUTE
    assert record_of(story, guest).intervals == ((first, last),)


def test_somebody_inside_is_here_only_while_the_record_is_live() -> None:
    story = Story()
    guest = story.guest
    assert record_of(story, guest, story.now).is_here
    assert attendance_of(story.state, story.now).until == story.now
    story.ends()
    assert not record_of(story, guest).is_here
    assert attendance_of(story.state).until is None


def test_sessions_that_are_over_are_listed_once_a_new_one_begins() -> None:
    story = Story()
    _ = story.guest
    first = story.session.id
    story.passes(MINUTE)
    story.ends()
    assert not story.state.sittings
    story.passes(MINUTE)
    story.starts()
    over = Sitting(id=first, opened_at=NOON, ended_at=NOON + MINUTE, people=2)
    assert list(story.state.sittings) == [over]
    assert story.session.id != first


def test_what_is_for_staff_can_be_left_out() -> None:
    story = Story()
    guest = story.guest
    [seen] = [
        one
        for one in without_staff_fields(attendance_of(story.state, story.now)).people
        if one.participant_id == guest.id
    ]
    assert (seen.person.name, seen.person.email, seen.link_name) == (guest.name, "", "")
    assert seen.intervals
