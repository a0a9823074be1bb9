"""The life of a session: start, end, lock, and the waiting room."""

import pytest

from protocol import commands as c
from protocol.errors import ErrorCode
from protocol.ids import LinkId, ParticipantId
from protocol.roles import (
    EndReason,
    EntryKind,
    Gate,
    InvitationType,
    Part,
    Presence,
    Right,
    Role,
    SessionState,
    WaitReason,
)
from server.core import events as e
from server.core.decide import Rejected, decide
from tests.core.given import HOUR, NOON, PLATFORM, SECOND, Someone, Story

NOBODY = ParticipantId("p_nobody")

# --- start and end -------------------------------------------------------------------------


def test_a_live_entry_begins_scheduled_and_early_when_staff_are_inside() -> None:
    story = Story(is_open=False)
    assert story.life() is SessionState.SCHEDULED
    story.comes(story.owner)
    assert story.life() is SessionState.EARLY
    story.leaves(story.owner)
    assert story.life() is SessionState.SCHEDULED


def test_what_is_not_live_is_open_for_good() -> None:
    story = Story(EntryKind.DOCUMENT)
    assert story.life() is SessionState.OPEN
    story.when(story.host, c.StartSession()).then_nothing()
    story.when(story.host, c.EndSession()).then_refused(ErrorCode.CONFLICT)


def test_starting_opens_the_session_and_lets_in_who_counted_down() -> None:
    story = Story(is_open=False)
    guest = story.guest
    assert guest.gate() is Gate.COUNTDOWN
    answer = story.when(story.host, c.StartSession())
    answer.then(e.SessionOpened(), e.ParticipantAdmitted(participant_id=guest.id))
    assert answer.result == {"session_id": story.session.id}
    assert story.session.opened_at == story.now


def test_starting_twice_changes_nothing() -> None:
    story = Story()
    answer = story.when(story.host, c.StartSession()).then_nothing()
    assert answer.result == {"session_id": story.session.id}


def test_a_session_started_from_the_media_page_waits_for_its_host() -> None:
    story = Story(is_open=False)
    story.when(story.owner.account, c.StartSession()).then_a(e.SessionOpened, e.HostAbsenceBegan)


def test_ending_ends_it_for_everyone() -> None:
    story = Story()
    people = [story.host, story.moderator, story.guest]
    story.passes(60 * SECOND)
    story.when(story.moderator, c.EndSession()).then(e.SessionEnded(reason=EndReason.BY_HOST))
    assert story.life() is SessionState.ENDED
    assert story.session.ended_at == story.now
    for someone in people:
        assert someone.presence() is Presence.LEFT
        assert someone.now.intervals == ((NOON, story.now),)


def test_after_the_end_a_start_makes_a_new_session() -> None:
    story = Story()
    old, guest = story.session.id, story.guest
    story.ends()
    answer = story.when(story.owner.account, c.StartSession())
    answer.then_a(e.SessionCreated, e.SessionOpened, e.HostAbsenceBegan)
    assert story.session.id != old
    assert answer.result == {"session_id": story.session.id}
    assert guest.id not in story.state.participants
    assert story.session.id.startswith(f"{story.entry.id}.")


def test_nobody_of_the_ended_session_starts_the_next_from_inside() -> None:
    story = Story()
    moderator = story.moderator
    story.ends()
    story.when(moderator, c.StartSession()).then_refused(ErrorCode.NOT_ALLOWED)


def test_a_new_session_begins_unlocked_with_the_stage_mode_of_the_settings() -> None:
    story = Story()
    story.given(
        story.host,
        c.SetLock(is_locked=True),
        c.SetHardMute(is_on=True),
        c.MessageWaiting(text="Soon."),
    )
    story.ends()
    story.starts()
    session = story.session
    assert not session.is_locked
    assert not session.is_hard_muted
    assert session.waiting_message == ""
    assert session.stage_mode is story.state.settings.stage_mode


@pytest.mark.parametrize("wish", [c.EndSession(), c.SetLock(is_locked=True), c.AdmitAll()])
def test_an_ended_session_takes_no_more_of_this(wish: c.Command) -> None:
    story = Story()
    story.ends()
    story.when(story.owner.account, wish).then_refused(ErrorCode.SESSION_ENDED)


def test_moderators_start_and_end_and_others_do_not() -> None:
    story = Story(is_open=False)
    story.when(story.guest, c.StartSession()).then_refused(ErrorCode.NOT_STARTED)
    story.when(story.moderator, c.StartSession()).granted()
    story.when(story.speaker, c.EndSession()).then_refused(ErrorCode.NOT_ALLOWED)
    story.when(story.moderator, c.EndSession()).granted()


# --- the lock ------------------------------------------------------------------------------


def test_arrivals_wait_before_a_locked_room_and_come_in_when_it_is_unlocked() -> None:
    story = Story()
    story.when(story.host, c.SetLock(is_locked=True)).then(e.LockSet(is_locked=True))
    guest = story.guest
    story.passes(SECOND)
    viewer = story.viewer
    for someone in (guest, viewer):
        assert (someone.gate(), someone.now.wait_reason) == (Gate.WAITING_ROOM, WaitReason.LOCKED)
    story.when(story.host, c.SetLock(is_locked=False)).then(
        e.LockSet(is_locked=False),
        e.ParticipantAdmitted(participant_id=guest.id),
        e.ParticipantAdmitted(participant_id=viewer.id),
    )
    assert guest.now.is_in


def test_locking_puts_nobody_out_and_twice_is_once() -> None:
    story = Story()
    guest = story.guest
    story.given(story.host, c.SetLock(is_locked=True))
    story.when(story.host, c.SetLock(is_locked=True)).then_nothing()
    assert guest.now.is_in


def test_hosts_and_moderators_pass_a_locked_room() -> None:
    story = Story()
    story.given(story.host, c.SetLock(is_locked=True))
    assert story.moderator.now.is_in
    assert story.comes(story.collaborator("Cora", Part.CO_OWNER)).now.is_in
    assert not story.speaker.now.is_in


def test_a_host_passes_even_without_the_right_to() -> None:
    story = Story()
    cora = story.comes(story.collaborator("Cora", Part.CO_OWNER))
    moderator = story.moderator
    for someone in (cora, moderator):
        rights = c.SetRights(participant_id=someone.id, revoked=(Right.PASS_LOCK,))
        story.given(story.host, rights, c.SetLock(is_locked=True))
        story.leaves(someone)
    story.enters(cora)
    story.accepts(moderator)
    assert cora.gate() is None
    assert moderator.gate() is Gate.WAITING_ROOM


def test_whoever_was_let_in_before_and_left_waits_before_a_room_locked_since() -> None:
    story = Story(approve_guests=True)
    guest = story.guest
    story.given(story.host, c.Admit(participant_ids=(guest.id,)), c.SetLock(is_locked=True))
    story.leaves(guest)
    story.redeems(guest, story.open_link).granted()
    assert guest.now.wait_reason is WaitReason.LOCKED
    story.given(story.host, c.SetLock(is_locked=False))
    assert guest.gate() is None, "the approval holds"


@pytest.mark.parametrize("is_lock_first", [True, False])
def test_lock_and_join_at_one_instant_go_by_their_order_in_the_log(is_lock_first: bool) -> None:
    story = Story()
    guest = story.someone("Gus")
    lock = c.SetLock(is_locked=True)
    if is_lock_first:
        story.given(story.host, lock)
        story.redeems(guest, story.open_link)
        assert guest.gate() is Gate.WAITING_ROOM
    else:
        story.redeems(guest, story.open_link)
        story.given(story.host, lock)
        assert guest.gate() is None


# --- the waiting room ----------------------------------------------------------------------


def waiting(story: Story, *names: str, link_id: LinkId | None = None) -> list[Someone]:
    return [story.came(name, link_id or story.open_link) for name in names]


def test_guests_of_a_link_that_asks_for_approval_wait() -> None:
    story = Story()
    knocking = story.came("Gus", story.makes_link(needs_approval=True))
    assert (knocking.gate(), knocking.now.wait_reason) == (Gate.WAITING_ROOM, WaitReason.APPROVAL)
    assert story.guest.gate() is None


def test_admitting_lets_those_named_in_and_nobody_else() -> None:
    story = Story(approve_guests=True)
    one, two = waiting(story, "One", "Two")
    answer = story.when(story.host, c.Admit(participant_ids=(one.id, one.id)))
    answer.then(e.ParticipantAdmitted(participant_id=one.id, by_staff=True))
    assert answer.result == {"admitted": 1}
    assert one.now.is_in
    assert two.gate() is Gate.WAITING_ROOM


def test_admitting_passes_over_those_who_do_not_wait_any_more() -> None:
    story = Story(approve_guests=True)
    one, two, three = waiting(story, "One", "Two", "Three")
    story.given(story.host, c.Admit(participant_ids=(one.id,)))
    story.leaves(two)
    everybody = (one.id, two.id, three.id, NOBODY)
    answer = story.when(story.host, c.Admit(participant_ids=everybody))
    assert answer.result == {"admitted": 1}


@pytest.mark.parametrize("kind", [c.Admit, c.Decline])
def test_nobody_left_to_admit_or_decline_is_not_found(kind: type[c.Admit | c.Decline]) -> None:
    story = Story()
    for one in (NOBODY, story.guest.id, story.host.id):
        wish = kind(participant_ids=(one,))
        story.when(story.host, wish).then_refused(ErrorCode.NOT_FOUND)


def test_admitting_all_takes_those_who_wait_in_the_order_of_their_coming() -> None:
    story = Story(approve_guests=True)
    (late,) = waiting(story, "Late")
    story.now -= SECOND
    (early,) = waiting(story, "Early")
    story.when(story.host, c.AdmitAll()).then(
        e.ParticipantAdmitted(participant_id=early.id, by_staff=True),
        e.ParticipantAdmitted(participant_id=late.id, by_staff=True),
    )


def test_admitting_all_of_one_link_leaves_the_others_waiting() -> None:
    story = Story(approve_guests=True)
    link = story.makes_link("Parents")
    (mine,) = waiting(story, "Mine", link_id=link)
    (other,) = waiting(story, "Other")
    answer = story.when(story.host, c.AdmitAll(link_id=link))
    assert answer.result == {"admitted": 1}
    assert mine.now.is_in
    assert not other.now.is_in


def test_admitting_all_when_nobody_waits_changes_nothing() -> None:
    story = Story()
    answer = story.when(story.host, c.AdmitAll()).then_nothing()
    assert answer.result == {"admitted": 0}


def test_those_counting_down_are_not_admitted_before_the_start() -> None:
    story = Story(is_open=False)
    guest = story.guest
    story.when(story.host, c.Admit(participant_ids=(guest.id,))).then_refused(ErrorCode.NOT_FOUND)
    story.when(story.host, c.AdmitAll()).then_nothing()


def test_an_approval_is_not_asked_for_twice_in_a_session() -> None:
    story = Story(approve_guests=True)
    guest = story.guest
    story.given(story.host, c.AdmitAll())
    story.leaves(guest)
    story.redeems(guest, story.open_link)
    assert guest.gate() is None
    story.ends()
    story.starts()
    story.redeems(guest, story.open_link)
    assert guest.gate() is Gate.WAITING_ROOM


def test_a_waiting_person_keeps_their_place_through_a_lost_line() -> None:
    story = Story(approve_guests=True)
    first, second = waiting(story, "First", "Second")
    since = first.now.waiting_since
    story.closes(first)
    story.passes(HOUR)
    story.redeems(first, story.open_link).granted()
    assert first.now.waiting_since == since
    assert second.now.waiting_since == since


def test_declining_turns_somebody_away_for_this_session() -> None:
    story = Story(approve_guests=True)
    guest = story.guest
    answer = story.when(story.host, c.Decline(participant_ids=(guest.id,)))
    answer.then_a(e.ParticipantDeclined)
    assert answer.result == {"declined": 1}
    assert guest.now.kept_out == "declined"
    story.redeems(guest, story.open_link).then_refused(ErrorCode.DECLINED)


def test_a_moderator_is_not_declined_by_somebody_below() -> None:
    story = Story()
    moderator, speaker = story.moderator, story.speaker
    story.given(
        story.host,
        c.SetRights(participant_id=speaker.id, granted=(Right.ADMIT,)),
        c.SendBack(participant_id=moderator.id),
    )
    story.when(speaker, c.Decline(participant_ids=(moderator.id,))).then_refused(
        ErrorCode.NOT_ALLOWED
    )


def test_sending_back_takes_hand_and_stage_and_asks_for_a_word_of_staff() -> None:
    story = Story()
    guest = story.guest
    story.given(story.host, c.OfferStage(participant_id=guest.id))
    story.given(
        guest,
        c.AnswerStageOffer(is_accepted=True),
        c.SetMicrophone(is_on=True),
        c.RaiseHand(),
    )
    story.when(story.moderator, c.SendBack(participant_id=guest.id)).then(
        e.GateSet(participant_id=guest.id, gate=Gate.WAITING_ROOM, reason=WaitReason.SENT_BACK)
    )
    assert guest.now.hand_raised_at is None
    assert guest.id not in story.state.on_stage
    assert guest.now.connections
    story.given(story.host, c.SetLock(is_locked=True), c.SetLock(is_locked=False))
    assert guest.now.wait_reason is WaitReason.SENT_BACK
    story.leaves(guest)
    story.redeems(guest, story.open_link)
    assert guest.now.wait_reason is WaitReason.SENT_BACK
    story.connects(guest)
    story.given(story.host, c.AdmitAll())
    assert guest.now.is_in


def test_hosts_are_not_sent_back_and_nobody_sends_themselves() -> None:
    story = Story()
    cora = story.comes(story.collaborator("Cora", Part.CO_OWNER))
    moderator = story.moderator
    for actor, subject in ((story.host, cora), (moderator, moderator), (moderator, cora)):
        story.when(actor, c.SendBack(participant_id=subject.id)).then_refused(ErrorCode.NOT_ALLOWED)


def test_nobody_admits_themselves_not_from_outside_either() -> None:
    story = Story()
    paul = story.comes(story.collaborator("Paul", Part.CO_PUBLISHER))
    story.given(story.host, c.SendBack(participant_id=paul.id))
    admit = c.Admit(participant_ids=(paul.id,))
    story.when(paul.inside, admit).then_refused(ErrorCode.WAITING)
    story.when(paul.account, admit).then_refused(ErrorCode.NOT_ALLOWED)
    story.when(paul.account, c.AdmitAll()).then_nothing()
    assert paul.gate() is Gate.WAITING_ROOM


def test_a_word_to_those_who_wait_is_cleaned_and_taken_back_with_an_empty_one() -> None:
    story = Story()
    story.when(story.moderator, c.MessageWaiting(text=" Five minutes.\x00 ")).then(
        e.WaitingMessageSet(text="Five minutes.")
    )
    story.when(story.moderator, c.MessageWaiting(text="")).then(e.WaitingMessageSet(text=""))


@pytest.mark.parametrize(
    ("gate", "code"),
    [
        ("countdown", ErrorCode.NOT_STARTED),
        ("waiting", ErrorCode.WAITING),
        ("seat", ErrorCode.NOT_ALLOWED),
        ("left", ErrorCode.NOT_ALLOWED),
        ("kept out", ErrorCode.NOT_ALLOWED),
    ],
)
def test_somebody_who_is_not_inside_can_ask_for_nothing_but_to_leave(
    gate: str, code: ErrorCode
) -> None:
    story = Story(is_open=gate != "countdown", approve_guests=gate == "waiting")
    guest = story.someone("Gus")
    story.redeems(guest, story.open_link)
    if gate != "seat":
        story.connects(guest)
    if gate == "left":
        story.leaves(guest)
    if gate == "kept out":
        story.given(story.host, c.Remove(participant_id=guest.id))
    wishes: list[c.Command] = [
        c.RaiseHand(), c.Rename(name="Boss"), c.RequestStage(), c.JoinStage(), c.AdmitAll(),
        c.SetMicrophone(is_on=True), c.Admit(participant_ids=(guest.id,)), c.LowerHand(),
        c.Readmit(participant_id=guest.id), c.Remove(participant_id=story.host.id),
    ]  # fmt: skip
    for wish in wishes:
        decided = decide(story.state, wish, guest.inside, story.env())
        assert isinstance(decided, Rejected), wish
        assert decided.code is code
    story.when(guest, c.Leave()).granted()
    assert guest.presence() is Presence.LEFT


def test_a_platform_runs_a_session_without_being_in_it() -> None:
    story = Story(approve_guests=True)
    guest = story.guest
    story.given(PLATFORM, c.AdmitAll(), c.SetLock(is_locked=True), c.EndSession())
    assert guest.now.intervals


def test_a_knock_a_millisecond_is_one_row_each_and_the_link_can_be_cut_off() -> None:
    story = Story(approve_guests=True, is_checked=False)
    honest = story.came("Honest", story.makes_link("Parents"))
    for number in range(300):
        story.redeems(story.someone(f"Knock {number}"), story.open_link).granted()
    assert honest.id in story.state.at_gates
    answer = story.when(story.host, c.RevokeGuestLink(link_id=story.open_link))
    assert answer.result == {"removed": 300}
    assert list(story.state.at_gates) == [honest.id]


def test_an_invited_speaker_needs_no_approval() -> None:
    story = Story(approve_guests=True)
    assert story.invited("Ines", InvitationType.VIEWER).gate() is None
    assert story.speaker.role() is Role.SPEAKER
    assert story.speaker.gate() is None
