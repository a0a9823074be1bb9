"""The fold: total, and the same whether live, replayed or begun from a checkpoint."""

from dataclasses import replace
from typing import get_args

import pytest

from protocol import commands as c
from protocol.ids import (
    AccountId,
    BlockId,
    CommandId,
    ConnectionId,
    DeviceId,
    InvitationId,
    LinkId,
    NodeId,
    ParticipantId,
)
from protocol.roles import (
    EndReason,
    EntryKind,
    Gate,
    InvitationType,
    Presence,
    Role,
    SessionState,
    StageMode,
)
from protocol.settings import EntrySettings
from server.core import events as e
from server.core.events import Event
from server.core.evolve import CAUSES_KEPT, EVENT_TYPES, evolve, evolve_record
from server.core.evolve.parts import off_stage, put
from server.core.evolve.session import ENDS_KEPT
from server.core.record import Record
from server.core.state import EMPTY, Cause, Code, Connection, RoomState
from tests.core import invariants, quizzes
from tests.core.given import HOUR, MINUTE, NOON, SECOND, Story, replayed

NOBODY = ParticipantId("p_nobody")
NO_LINK, NO_INVITATION = LinkId("l_none"), InvitationId("i_none")


def test_every_event_of_the_union_can_be_folded() -> None:
    assert set(get_args(Event)) == EVENT_TYPES


def busy() -> Story:
    """Tell a story with a bit of everything."""
    story = Story(approve_guests=True)
    guest, viewer, speaker = story.guest, story.viewer, story.speaker
    story.given(story.host, c.AdmitAll(), c.OfferStage(participant_id=viewer.id))
    story.given(viewer, c.AnswerStageOffer(is_accepted=True), c.SetMicrophone(is_on=True))
    story.given(speaker, c.JoinStage(), c.SetCamera(is_on=True), c.RaiseHand())
    story.passes(MINUTE)
    story.given(story.host, c.MuteAll(), c.SetRole(participant_id=guest.id, role=Role.MODERATOR))
    story.closes(speaker)
    story.passes(MINUTE)
    story.given(story.host, c.Block(participant_id=viewer.id))
    story.when(story.host, c.SetLock(is_locked=True), "c_1").granted()
    return story


# --- replay --------------------------------------------------------------------------------


def test_a_replay_from_the_beginning_leads_to_the_live_state() -> None:
    story = busy()
    assert replayed(story.records) == story.state


def test_a_replay_from_any_checkpoint_leads_to_the_live_state() -> None:
    story = busy()
    state = EMPTY
    for number, record in enumerate(story.records):
        state = evolve_record(state, record)
        tail = state
        for later in story.records[number + 1 :]:
            tail = evolve_record(tail, later)
        assert tail == story.state


def test_folding_leaves_the_earlier_state_as_it_was() -> None:
    story = busy()
    before, guest = story.state, story.guest.now
    story.given(story.host, c.Remove(participant_id=guest.id))
    assert before.participants[guest.id] == guest
    invariants.check_state(before)


# --- total ---------------------------------------------------------------------------------


def about_nobody(story: Story) -> list[Event]:
    """Make facts about people, links and invitations that are not there."""
    guest = story.guest.now
    connection = Connection(
        id=ConnectionId("k_1"), node_id=NodeId("n_1"), device_id=DeviceId("d_1")
    )
    made = story.when(story.host, c.Block(participant_id=guest.id)).of(e.BlockAdded).block
    block = replace(made, participant_id=NOBODY)
    return [
        e.CollaboratorRemoved(account_id=AccountId("a_none")),
        e.GuestLinkPaused(link_id=NO_LINK, is_paused=True),
        e.GuestLinkRegenerated(link_id=NO_LINK),
        e.GuestLinkDeleted(link_id=NO_LINK),
        e.GuestLinkUsed(
            link_id=NO_LINK,
            device_id=DeviceId("d_1"),
            person=guest.person,
            participant_id=NOBODY,
        ),
        e.InvitationMailDue(invitation_id=NO_INVITATION),
        e.InvitationMailed(invitation_id=NO_INVITATION, mail=1, outcome="sent"),
        e.InvitationOpened(invitation_id=NO_INVITATION),
        e.InvitationRedeemed(
            invitation_id=NO_INVITATION, device_id=DeviceId("d_1"), participant_id=NOBODY
        ),
        e.InvitationTypeChanged(invitation_id=NO_INVITATION, invitation_type=InvitationType.VIEWER),
        e.InvitationExtended(invitation_id=NO_INVITATION, valid_until=NOON),
        e.InvitationDeviceReset(invitation_id=NO_INVITATION),
        e.InvitationRevoked(invitation_id=NO_INVITATION),
        e.CodeIssued(
            invitation_id=NO_INVITATION, code=Code(digest="d", expires_at=NOON, tries_left=1)
        ),
        e.CodeMissed(invitation_id=NO_INVITATION),
        e.CodeSpent(invitation_id=NO_INVITATION),
        e.ParticipantReturned(participant_id=NOBODY, expires_at=NOON, device_id=DeviceId("d_1")),
        e.ParticipantLinked(participant_id=NOBODY, account_id=AccountId("a_1")),
        e.GateSet(participant_id=NOBODY, gate=Gate.COUNTDOWN),
        e.ParticipantAdmitted(participant_id=NOBODY),
        e.ParticipantDeclined(participant_id=NOBODY, keys=("device:d_1",)),
        e.ParticipantRemoved(participant_id=NOBODY, keys=("device:d_1",)),
        e.ParticipantReadmitted(participant_id=NOBODY),
        e.BlockRemoved(block_id=BlockId("b_none")),
        e.ConnectionOpened(participant_id=NOBODY, connection=connection),
        e.ConnectionClosed(
            participant_id=NOBODY, connection_id=ConnectionId("k_1"), expires_at=NOON
        ),
        e.ParticipantLeft(participant_id=NOBODY),
        e.HandRaised(participant_id=NOBODY),
        e.HandLowered(participant_id=NOBODY),
        e.StageRequested(participant_id=NOBODY),
        e.StageOffered(participant_id=NOBODY),
        e.StageCleared(participant_id=NOBODY),
        e.StageJoined(participant_id=NOBODY),
        e.StageLeft(participant_id=NOBODY),
        e.MicrophoneSet(participant_id=NOBODY, is_on=True),
        e.CameraSet(participant_id=NOBODY, is_on=True),
        e.UnmuteRequested(participant_id=NOBODY),
        e.RoleGranted(participant_id=NOBODY, role=Role.HOST),
        e.ParticipantRenamed(participant_id=NOBODY, person=guest.person),
        e.BlockAdded(block=block),
    ]


def test_facts_about_what_is_not_there_change_nothing() -> None:
    story = Story()
    for event in about_nobody(story)[:-1]:
        assert evolve(story.state, event, story.now) == story.state, type(event).__name__


def test_a_block_of_somebody_who_has_vanished_stands() -> None:
    story = Story()
    block = about_nobody(story)[-1]
    assert isinstance(block, e.BlockAdded)
    after = evolve(RoomState(), block, story.now)
    assert list(after.blocks) == [block.block.id]
    assert set(after.blocked_keys) == set(block.block.keys)


def quiz_events() -> list[Event]:
    """Set a quiz, and let a guest answer it."""
    story = Story(EntryKind.QUIZ)
    story.given(story.owner.account, c.SetQuiz(quiz=quizzes.QUIZ))
    story.given(story.guest, quizzes.handed_in("b"))
    return list(story.records[-1].events) + [
        event for record in story.records for event in record.events if isinstance(event, e.QuizSet)
    ]


def test_every_event_can_be_folded_onto_nothing() -> None:
    story = busy()
    seen: set[type] = set()
    events = [event for record in story.records for event in record.events]
    for event in (*events, *about_nobody(Story())):
        evolve(EMPTY, event, NOON)
        seen.add(type(event))
    rest: list[Event] = [
        e.SettingsEdited(settings=EntrySettings()),
        e.EntryDeleted(),
        e.GuestAccessSet(is_on=True),
        e.SessionCreated(session_id=story.session.id),
        e.SessionEarlyChanged(is_early=True),
        e.SessionEnded(reason=EndReason.BY_HOST),
        e.HostAbsenceBegan(ends_at=NOON),
        e.HostAbsenceEnded(),
        e.WaitingMessageSet(text="Soon."),
        e.HandsCleared(undo_until=9),
        e.HandsRestored(),
        e.StageModeSet(mode=StageMode.EVERYONE),
        e.AllCamerasTurnedOff(),
        e.HardMuteSet(is_on=True),
        e.EntryEdited(entry=story.entry),
        *quiz_events(),
        e.CollaboratorSet(collaborator=next(iter(story.state.collaborators.values()))),
        e.InvitationUpdated(invitation=next(iter(story.state.invitations.values()))),
        e.GuestLinkEdited(link=next(iter(story.state.links.values()))),
        e.PeopleErased(person_ids=(story.guest.person.id,)),
        e.GuestsErased(participant_ids=(story.guest.id,), session_ids=(), before=NOON),
        e.AttendanceExported(session_id=story.session.id, form="csv"),
        e.AuditExported(form="json"),
        e.ConsentGiven(
            participant_id=NOBODY, link_id=NO_LINK, device_id=DeviceId("d"), version="v"
        ),
    ]
    for event in rest:
        evolve(EMPTY, event, NOON)
        seen.add(type(event))
    assert seen == EVENT_TYPES


# --- single steps --------------------------------------------------------------------------


def test_an_entry_that_is_not_live_is_open_from_its_making() -> None:
    assert Story(EntryKind.VIDEO, is_open=False).session.opened_at == NOON
    assert Story(EntryKind.ROOM, is_open=False).session.opened_at is None


def test_the_end_closes_every_interval_and_stops_every_stay_on_stage() -> None:
    story = Story()
    speaker = story.speaker
    story.given(speaker, c.JoinStage(), c.RaiseHand())
    left = story.came("Lea", story.open_link)
    story.leaves(left)
    before = left.now
    story.passes(MINUTE)
    story.ends()
    assert speaker.now.stage_ms == MINUTE
    assert speaker.now.intervals == ((NOON, NOON + MINUTE),)
    assert speaker.now.hands == 1
    assert left.now == before
    assert story.state.session_ends == (NOON + MINUTE,)


def test_only_the_newest_ends_of_sessions_are_kept() -> None:
    state = RoomState(session_ends=tuple(range(ENDS_KEPT)))
    after = evolve(state, e.SessionEnded(reason=EndReason.BY_HOST), NOON)
    assert after.session_ends == (*range(1, ENDS_KEPT), NOON)


def test_a_new_session_forgets_people_and_keeps_doors_and_blocks() -> None:
    story = busy()
    links, invitations = story.state.links, story.state.invitations
    blocks = story.state.blocked_keys
    story.ends()
    story.starts()
    state = story.state
    assert not state.participants
    assert not state.kept_out_keys
    assert (state.links, state.invitations, state.blocked_keys) == (links, invitations, blocks)
    assert story.life() is SessionState.OPEN


def test_time_on_stage_does_not_shrink_when_the_clock_steps_back() -> None:
    story = Story()
    speaker = story.speaker
    story.given(speaker, c.JoinStage())
    assert off_stage(speaker.now, NOON - HOUR)["stage_ms"] == 0


def test_silence_counts_from_the_stage_or_the_last_word() -> None:
    story = Story()
    speaker = story.speaker
    story.given(speaker, c.JoinStage())
    seen = [speaker.now.silent_since]
    story.given(speaker, c.SetMicrophone(is_on=True))
    seen.append(speaker.now.silent_since)
    story.passes(SECOND)
    story.given(story.host, c.MuteAll())
    seen.append(speaker.now.silent_since)
    assert seen == [NOON, None, NOON + SECOND]


def test_putting_somebody_in_twice_counts_them_once() -> None:
    story = Story()
    guest = story.guest.now
    again = put(put(story.state, guest), guest)
    assert again == story.state


def test_the_use_comes_back_when_a_device_is_reset() -> None:
    story = Story()
    viewer = story.viewer
    invitation = story.invitation_of(viewer)
    assert invitation.uses == 1
    after = evolve(story.state, e.InvitationDeviceReset(invitation_id=invitation.id), story.now)
    assert after.invitations[invitation.id].uses == 0
    again = evolve(after, e.InvitationDeviceReset(invitation_id=invitation.id), story.now)
    assert again.invitations[invitation.id].uses == 0


def test_a_missed_code_that_is_not_there_counts_for_nothing() -> None:
    story = Story()
    invitation = story.invitation_of(story.invitee)
    event = e.CodeMissed(invitation_id=invitation.id)
    assert evolve(story.state, event, story.now) == story.state


def test_a_closed_socket_that_is_not_known_changes_nothing() -> None:
    story = Story()
    event = e.ConnectionClosed(
        participant_id=story.guest.id, connection_id=ConnectionId("k_old"), expires_at=NOON
    )
    assert evolve(story.state, event, story.now) == story.state


def test_somebody_who_returns_holds_a_seat_on_the_device_they_come_with() -> None:
    story = Story()
    guest = story.guest
    story.leaves(guest)
    event = e.ParticipantReturned(
        participant_id=guest.id, expires_at=NOON + MINUTE, device_id=DeviceId("d_new")
    )
    after = evolve(story.state, event, story.now).participants[guest.id]
    assert (after.presence, after.expires_at) == (Presence.SEAT, NOON + MINUTE)
    assert after.device_id == "d_new"


# --- the memory of commands ----------------------------------------------------------------


@pytest.mark.parametrize("count", [1, CAUSES_KEPT, CAUSES_KEPT + 5])
def test_the_newest_commands_of_each_actor_are_remembered(count: int) -> None:
    state = EMPTY
    for number in range(count):
        cause = Cause(actor="account:a", command_id=CommandId(f"c_{number}"), digest="d")
        state = evolve_record(state, Record(at=NOON, events=(), cause=cause))
    kept = [str(cause.command_id) for cause in state.causes["account:a"]]
    assert kept == [f"c_{number}" for number in range(count)][-CAUSES_KEPT:]


def test_a_record_without_a_cause_is_not_remembered() -> None:
    assert not evolve_record(EMPTY, Record(at=NOON, events=(), by="account:a")).causes


def test_what_somebody_does_is_use_and_what_the_server_does_is_none() -> None:
    used = evolve_record(EMPTY, Record(at=NOON, events=(), by="account:a"))

    after = evolve_record(used, Record(at=NOON + MINUTE, events=()))

    assert (used.used_at, after.used_at) == (NOON, NOON)
