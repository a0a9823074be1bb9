"""What follows by itself, in the same record as what it follows from."""

import pytest

from protocol import commands as c
from protocol.roles import EntryKind, Gate, InvitationType, Part, Right, Role, SessionState
from server.core import events as e
from server.core.consequences import consequences
from tests.core.given import MINUTE, SECOND, Story


def test_nothing_follows_from_what_opens_no_gate() -> None:
    story = Story()
    assert consequences(story.state, (e.HandsCleared(),), story.now) == []


def test_people_at_gates_move_on_in_the_order_in_which_they_came() -> None:
    story = Story(is_open=False)
    late = story.came("Late", story.open_link)
    story.now -= SECOND
    early = story.came("Early", story.open_link)
    answer = story.when(story.owner.account, c.StartSession())
    admitted = [one for one in answer.events if isinstance(one, e.ParticipantAdmitted)]
    assert [one.participant_id for one in admitted] == [early.id, late.id]
    assert not any(one.by_staff for one in admitted)


def test_a_record_leaves_a_room_in_which_nothing_more_is_due() -> None:
    story = Story(is_open=False, approve_guests=True)
    assert story.guest.gate() is not None
    story.invited("Mona", InvitationType.MODERATOR)
    for wish in (c.StartSession(), c.SetLock(is_locked=True), c.SetLock(is_locked=False)):
        answer = story.when(story.host, wish)
        assert consequences(story.state, answer.events, story.now) == []


# --- host absent ---------------------------------------------------------------------------


def test_the_timer_begins_with_the_last_of_the_staff() -> None:
    story = Story(host_absent_s=60)
    moderator = story.moderator
    story.leaves(story.host)
    assert story.session.host_absent_ends_at is None
    answer = story.when(moderator, c.Leave())
    answer.then(
        e.ParticipantLeft(participant_id=moderator.id),
        e.HostAbsenceBegan(ends_at=story.now + MINUTE),
    )


def test_it_begins_when_the_last_of_the_staff_is_removed_or_sent_back() -> None:
    story = Story()
    moderator = story.moderator
    story.leaves(story.host)
    story.when(story.host.account, c.SendBack(participant_id=moderator.id)).then_a(
        e.GateSet, e.HostAbsenceBegan
    )
    story.when(story.host.account, c.AdmitAll()).then_a(e.ParticipantAdmitted, e.HostAbsenceEnded)
    story.when(story.host.account, c.Remove(participant_id=moderator.id)).then_a(
        e.ParticipantRemoved, e.HostAbsenceBegan
    )


def test_it_ends_when_somebody_is_promoted() -> None:
    story = Story()
    guest = story.guest
    story.leaves(story.host)
    promote = c.SetRole(participant_id=guest.id, role=Role.MODERATOR)
    story.when(story.host.account, promote).then_a(e.RoleGranted, e.HostAbsenceEnded)


def test_it_is_not_begun_twice() -> None:
    story = Story()
    guest = story.guest
    story.leaves(story.host)
    since = story.session.host_absent_ends_at
    story.passes(MINUTE)
    story.given(guest, c.RaiseHand())
    assert story.session.host_absent_ends_at == since


def test_a_locked_out_moderator_who_passes_by_the_unlock_ends_it() -> None:
    story = Story()
    moderator = story.moderator
    rights = c.SetRights(participant_id=moderator.id, revoked=(Right.PASS_LOCK,))
    story.given(story.host, rights, c.SetLock(is_locked=True))
    story.leaves(moderator)
    story.leaves(story.host)
    story.accepts(moderator)
    story.connects(moderator)
    assert story.session.host_absent_ends_at is not None
    story.when(story.host.account, c.SetLock(is_locked=False)).then_a(
        e.LockSet, e.ParticipantAdmitted, e.HostAbsenceEnded
    )


@pytest.mark.parametrize("kind", [EntryKind.VIDEO, EntryKind.DOCUMENT, EntryKind.QUIZ])
def test_what_is_not_live_knows_no_timer_and_no_early_time(kind: EntryKind) -> None:
    story = Story(kind)
    story.leaves(story.host)
    assert story.session.host_absent_ends_at is None
    assert story.life() is SessionState.OPEN


# --- early ---------------------------------------------------------------------------------


def test_the_early_time_lasts_while_staff_are_inside() -> None:
    story = Story(is_open=False)
    story.comes(story.owner)
    paul = story.comes(story.collaborator("Paul", Part.CO_PUBLISHER))
    story.leaves(story.owner)
    assert story.life() is SessionState.EARLY
    story.closes(paul)
    assert story.life() is SessionState.EARLY
    story.passes(MINUTE)
    assert story.life() is SessionState.SCHEDULED


def test_a_guest_at_the_countdown_is_not_staff() -> None:
    story = Story(is_open=False)
    assert story.guest.now.connections
    assert story.life() is SessionState.SCHEDULED


# --- roles at gates ------------------------------------------------------------------------


def test_a_role_that_does_not_pass_the_gate_moves_nobody() -> None:
    story = Story(is_open=False)
    viewer = story.viewer
    story.invites(viewer, InvitationType.SPEAKER)
    assert viewer.role() is Role.SPEAKER
    assert viewer.gate() is not None


def test_a_moderator_sent_back_and_lowered_before_the_start_counts_down() -> None:
    story = Story(is_open=False)
    moderator = story.moderator
    story.given(story.host, c.SendBack(participant_id=moderator.id))
    invitation = story.invitation_of(moderator).id
    lower = c.ChangeInvitation(invitation_id=invitation, invitation_type=InvitationType.VIEWER)
    story.when(story.host, lower).then_a(e.InvitationTypeChanged, e.RoleGranted, e.GateSet)
    assert moderator.gate() is Gate.COUNTDOWN


def test_a_role_given_to_somebody_who_left_moves_nobody() -> None:
    story = Story(is_open=False)
    viewer = story.viewer
    story.leaves(viewer)
    invitation = story.invitation_of(viewer).id
    answer = story.when(
        story.owner.account,
        c.ChangeInvitation(invitation_id=invitation, invitation_type=InvitationType.MODERATOR),
    )
    answer.then_a(e.InvitationTypeChanged, e.RoleGranted)
    assert story.life() is SessionState.SCHEDULED


def test_demotion_in_a_locked_room_puts_nobody_out() -> None:
    story = Story()
    moderator = story.moderator
    story.given(story.host, c.SetLock(is_locked=True))
    story.given(story.host, c.SetRole(participant_id=moderator.id, role=Role.VIEWER))
    assert moderator.now.is_in
