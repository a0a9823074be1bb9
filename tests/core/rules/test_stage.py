"""Hands, the stage, microphones and cameras."""

import pytest

from protocol import commands as c
from protocol.errors import ErrorCode
from protocol.ids import ParticipantId
from protocol.roles import Part, Right, Role, StageMode, StagePlace
from server.core import events as e
from tests.core.given import MINUTE, SECOND, Someone, Story

# --- hands ---------------------------------------------------------------------------------


def test_a_hand_is_raised_once_and_keeps_its_place() -> None:
    story = Story()
    guest = story.guest
    story.when(guest, c.RaiseHand()).then(e.HandRaised(participant_id=guest.id))
    raised_at = story.now
    story.passes(SECOND)
    story.when(guest, c.RaiseHand()).then_nothing()
    assert guest.now.hand_raised_at == raised_at
    assert guest.now.hands == 1


def test_somebody_lowers_their_own_hand() -> None:
    story = Story()
    guest = story.guest
    for wish in (c.LowerHand(), c.LowerHand(participant_id=guest.id)):
        story.given(guest, c.RaiseHand())
        story.when(guest, wish).then(e.HandLowered(participant_id=guest.id))
    story.when(guest, c.LowerHand()).then_nothing()
    assert guest.now.hands == 2


def test_a_moderator_lowers_hands_and_a_guest_does_not() -> None:
    story = Story()
    guest, viewer = story.guest, story.viewer
    story.given(guest, c.RaiseHand())
    wish = c.LowerHand(participant_id=guest.id)
    story.when(viewer, wish).then_refused(ErrorCode.NOT_ALLOWED)
    story.when(story.moderator, wish).then(e.HandLowered(participant_id=guest.id))
    story.when(story.moderator, wish).then_nothing()


def test_clearing_lowers_all_hands_in_one_event() -> None:
    story = Story()
    for someone in (story.guest, story.viewer, story.host):
        story.given(someone, c.RaiseHand())
    until = story.now + 10_000
    story.when(story.moderator, c.ClearHands()).then(e.HandsCleared(undo_until=until))
    assert not story.state.hands
    story.when(story.moderator, c.ClearHands()).then_nothing()


def test_hands_that_were_cleared_come_back_in_their_order() -> None:
    story = Story()
    raised: dict[ParticipantId, int | None] = {}
    for someone in (story.guest, story.viewer, story.host):
        story.given(someone, c.RaiseHand())
        raised[someone.id] = story.state.participants[someone.id].hand_raised_at
    story.given(story.moderator, c.ClearHands())
    story.given(story.viewer, c.RaiseHand())
    anew = story.state.participants[story.viewer.id].hand_raised_at
    story.given(story.host, c.Leave())
    story.when(story.viewer, c.UndoClearHands()).then_refused(ErrorCode.NOT_ALLOWED)
    story.when(story.moderator, c.UndoClearHands()).then(e.HandsRestored())
    people = story.state.participants
    assert people[story.guest.id].hand_raised_at == raised[story.guest.id]
    assert people[story.guest.id].hands == 1
    assert people[story.viewer.id].hand_raised_at == anew
    assert story.host.id not in story.state.hands
    story.when(story.moderator, c.UndoClearHands()).then_refused(ErrorCode.CONFLICT)


def test_cleared_hands_come_back_within_ten_seconds_only() -> None:
    story = Story()
    story.given(story.guest, c.RaiseHand())
    story.when(story.moderator, c.UndoClearHands()).then_refused(ErrorCode.CONFLICT)
    story.given(story.moderator, c.ClearHands())
    story.passes(10_000)
    story.when(story.moderator, c.UndoClearHands()).then_refused(ErrorCode.CONFLICT)


def test_a_hand_stays_up_through_a_lost_line_and_goes_with_the_person() -> None:
    story = Story()
    guest = story.guest
    story.given(guest, c.RaiseHand())
    story.closes(guest)
    assert guest.id in story.state.hands
    story.passes(MINUTE)
    assert guest.id not in story.state.hands


# --- the stage -----------------------------------------------------------------------------


def on_stage(story: Story, someone: Someone) -> Someone:
    """Bring somebody to the stage."""
    story.given(story.host, c.OfferStage(participant_id=someone.id))
    story.given(someone, c.AnswerStageOffer(is_accepted=True))
    return someone


JOINS = {
    (StageMode.EVERYONE, "host"): True,
    (StageMode.EVERYONE, "moderator"): True,
    (StageMode.EVERYONE, "speaker"): True,
    (StageMode.EVERYONE, "viewer"): True,
    (StageMode.EVERYONE, "guest"): True,
    (StageMode.BY_REQUEST, "host"): True,
    (StageMode.BY_REQUEST, "moderator"): True,
    (StageMode.BY_REQUEST, "speaker"): True,
    (StageMode.BY_REQUEST, "viewer"): False,
    (StageMode.BY_REQUEST, "guest"): False,
    (StageMode.INVITE_ONLY, "host"): True,
    (StageMode.INVITE_ONLY, "moderator"): True,
    (StageMode.INVITE_ONLY, "speaker"): False,
    (StageMode.INVITE_ONLY, "viewer"): False,
    (StageMode.INVITE_ONLY, "guest"): False,
}


@pytest.mark.parametrize(("mode", "who"), JOINS)
def test_who_comes_to_the_stage_unasked_depends_on_the_mode(mode: StageMode, who: str) -> None:
    story = Story(stage_mode=mode)
    someone: Someone = getattr(story, who)
    answer = story.when(someone, c.JoinStage())
    if JOINS[mode, who]:
        answer.then(e.StageJoined(participant_id=someone.id))
        story.when(someone, c.JoinStage()).then_nothing()
    else:
        answer.then_refused(ErrorCode.NOT_ALLOWED)


@pytest.mark.parametrize("mode", StageMode)
def test_asking_is_the_way_by_request_alone(mode: StageMode) -> None:
    story = Story(stage_mode=mode)
    answer = story.when(story.guest, c.RequestStage())
    if mode is StageMode.BY_REQUEST:
        answer.then(e.StageRequested(participant_id=story.guest.id))
        story.when(story.guest, c.RequestStage()).then_nothing()
    else:
        answer.then_refused(ErrorCode.NOT_ALLOWED)


@pytest.mark.parametrize("mode", StageMode)
@pytest.mark.parametrize("who", ["speaker", "viewer", "guest"])
def test_an_offer_is_joined_or_declined_in_every_mode(mode: StageMode, who: str) -> None:
    story = Story(stage_mode=mode)
    someone: Someone = getattr(story, who)
    offer = c.OfferStage(participant_id=someone.id)
    story.when(story.moderator, offer).then(e.StageOffered(participant_id=someone.id))
    story.when(story.moderator, offer).then_nothing()
    story.when(someone, c.AnswerStageOffer(is_accepted=False)).then(
        e.StageCleared(participant_id=someone.id)
    )
    story.given(story.moderator, offer)
    story.when(someone, c.AnswerStageOffer(is_accepted=True)).then(
        e.StageJoined(participant_id=someone.id)
    )


def test_a_request_is_approved_by_an_offer() -> None:
    story = Story()
    guest = story.guest
    story.given(guest, c.RequestStage())
    story.given(story.moderator, c.OfferStage(participant_id=guest.id))
    assert guest.stage() is StagePlace.OFFERED


def test_a_request_is_taken_back_or_declined() -> None:
    story = Story()
    guest = story.guest
    story.given(guest, c.RequestStage())
    story.when(guest, c.WithdrawStageRequest()).then(e.StageCleared(participant_id=guest.id))
    story.when(guest, c.WithdrawStageRequest()).then_nothing()
    decline = c.DeclineStageRequest(participant_id=guest.id)
    story.when(story.moderator, decline).then_refused(ErrorCode.CONFLICT)
    story.given(guest, c.RequestStage())
    story.when(story.moderator, decline).then(e.StageCleared(participant_id=guest.id))


def test_any_moderator_takes_an_offer_back() -> None:
    story = Story()
    guest = story.guest
    revoke = c.RevokeStageOffer(participant_id=guest.id)
    story.when(story.moderator, revoke).then_refused(ErrorCode.CONFLICT)
    story.given(story.host, c.OfferStage(participant_id=guest.id))
    story.when(story.moderator, revoke).then(e.StageCleared(participant_id=guest.id))
    story.when(guest, c.AnswerStageOffer(is_accepted=True)).then_refused(ErrorCode.CONFLICT)


def test_nobody_answers_an_offer_that_was_not_made() -> None:
    story = Story(stage_mode=StageMode.INVITE_ONLY)
    for is_accepted in (True, False):
        story.when(story.guest, c.AnswerStageOffer(is_accepted=is_accepted)).then_refused(
            ErrorCode.CONFLICT
        )


def test_leaving_and_being_taken_off_add_up_the_time_on_stage() -> None:
    story = Story()
    guest = on_stage(story, story.guest)
    story.passes(MINUTE)
    story.when(guest, c.LeaveStage()).then(e.StageLeft(participant_id=guest.id))
    story.when(guest, c.LeaveStage()).then_nothing()
    on_stage(story, guest)
    story.passes(SECOND)
    remove = c.RemoveFromStage(participant_id=guest.id)
    story.when(story.moderator, remove).then(e.StageLeft(participant_id=guest.id))
    story.when(story.moderator, remove).then_refused(ErrorCode.CONFLICT)
    assert guest.now.stage_ms == MINUTE + SECOND
    assert guest.now.is_in


def test_a_full_stage_says_so_to_whoever_offers_joins_or_accepts() -> None:
    story = Story(stage_capacity=1)
    guest, viewer = story.guest, story.viewer
    for someone in (guest, viewer):
        story.given(story.host, c.OfferStage(participant_id=someone.id))
    story.given(guest, c.AnswerStageOffer(is_accepted=True))
    story.when(viewer, c.AnswerStageOffer(is_accepted=True)).then_refused(ErrorCode.STAGE_FULL)
    story.when(story.speaker, c.JoinStage()).then_refused(ErrorCode.STAGE_FULL)
    story.when(story.host, c.OfferStage(participant_id=story.speaker.id)).then_refused(
        ErrorCode.STAGE_FULL
    )
    assert viewer.stage() is StagePlace.OFFERED


def test_the_longest_silent_makes_room_when_the_moderator_says_so() -> None:
    story = Story(stage_capacity=3)
    early = on_stage(story, story.viewer)
    story.passes(SECOND)
    late = on_stage(story, story.speaker)
    talking = on_stage(story, story.came("Tess", story.open_link))
    story.given(talking, c.SetMicrophone(is_on=True))
    guest = story.guest
    replace = c.OfferStage(participant_id=guest.id, replace=True)
    story.when(story.moderator, replace).then(
        e.StageLeft(participant_id=early.id), e.StageOffered(participant_id=guest.id)
    )
    story.given(guest, c.AnswerStageOffer(is_accepted=True))
    assert late.id in story.state.on_stage


def test_nobody_makes_room_when_all_talk_or_stand_above() -> None:
    story = Story(stage_capacity=2)
    on_stage(story, story.host)
    talking = on_stage(story, story.speaker)
    story.given(talking, c.SetMicrophone(is_on=True))
    replace = c.OfferStage(participant_id=story.guest.id, replace=True)
    story.when(story.moderator, replace).then_refused(ErrorCode.STAGE_FULL)


def test_a_lowered_capacity_takes_nobody_off_and_lets_nobody_on() -> None:
    story = Story()
    on_stage(story, story.guest)
    on_stage(story, story.viewer)
    settings = story.state.settings.model_copy(update={"stage_capacity": 1})
    story.given(story.owner.account, c.EditSettings(settings=settings, only=("stage_capacity",)))
    assert len(story.state.on_stage) == 2
    story.when(story.speaker, c.JoinStage()).then_refused(ErrorCode.STAGE_FULL)
    story.given(story.guest, c.LeaveStage())
    story.when(story.speaker, c.JoinStage()).then_refused(ErrorCode.STAGE_FULL)


def test_setting_the_mode_is_for_those_who_manage_the_stage() -> None:
    story = Story()
    wish = c.SetStageMode(mode=StageMode.EVERYONE)
    story.when(story.speaker, wish).then_refused(ErrorCode.NOT_ALLOWED)
    story.when(story.moderator, wish).then(e.StageModeSet(mode=StageMode.EVERYONE))
    story.when(story.moderator, wish).then_nothing()


def test_nobody_acts_on_somebody_who_is_not_here() -> None:
    story = Story(approve_guests=True)
    waiting = story.guest
    for one in (waiting.id, ParticipantId("p_nobody")):
        for wish in (
            c.OfferStage(participant_id=one),
            c.Mute(participant_id=one),
            c.LowerHand(participant_id=one),
            c.RemoveFromStage(participant_id=one),
        ):
            story.when(story.host, wish).then_refused(ErrorCode.NOT_FOUND)


# --- microphones and cameras ---------------------------------------------------------------


def test_microphone_and_camera_go_on_on_stage_alone() -> None:
    story = Story()
    guest = story.guest
    for wish in (c.SetMicrophone(is_on=True), c.SetCamera(is_on=True)):
        story.when(guest, wish).then_refused(ErrorCode.NOT_ALLOWED)
    on_stage(story, guest)
    story.when(guest, c.SetMicrophone(is_on=True)).then(
        e.MicrophoneSet(participant_id=guest.id, is_on=True)
    )
    story.when(guest, c.SetCamera(is_on=True)).then(
        e.CameraSet(participant_id=guest.id, is_on=True)
    )
    story.when(guest, c.SetMicrophone(is_on=True)).then_nothing()
    story.given(guest, c.LeaveStage())
    assert not guest.now.has_microphone_on
    assert not guest.now.has_camera_on


def test_a_moderator_mutes_and_turns_cameras_off_but_only_asks_to_unmute() -> None:
    story = Story()
    guest = on_stage(story, story.guest)
    mute, ask = c.Mute(participant_id=guest.id), c.RequestUnmute(participant_id=guest.id)
    dark = c.TurnCameraOff(participant_id=guest.id)
    story.given(guest, c.SetMicrophone(is_on=True), c.SetCamera(is_on=True))
    story.when(story.moderator, ask).then_refused(ErrorCode.CONFLICT)
    story.when(story.moderator, mute).then(e.MicrophoneSet(participant_id=guest.id, is_on=False))
    story.when(story.moderator, mute).then_nothing()
    story.when(story.moderator, ask).then(e.UnmuteRequested(participant_id=guest.id))
    assert not guest.now.has_microphone_on
    story.when(story.moderator, dark).then(e.CameraSet(participant_id=guest.id, is_on=False))
    story.when(story.moderator, dark).then_nothing()
    story.when(story.moderator, c.RequestUnmute(participant_id=story.viewer.id)).then_refused(
        ErrorCode.CONFLICT
    )


def test_muting_all_spares_the_actor_and_whoever_stands_above() -> None:
    story = Story(stage_mode=StageMode.EVERYONE)
    people = [story.host, story.moderator, story.speaker, story.guest]
    for someone in people:
        story.given(someone, c.JoinStage(), c.SetMicrophone(is_on=True), c.SetCamera(is_on=True))
    spared = tuple(sorted([story.host.id, story.moderator.id]))
    story.when(story.moderator, c.MuteAll()).then(e.AllMuted(spared=spared))
    story.when(story.moderator, c.TurnCamerasOff()).then(e.AllCamerasTurnedOff(spared=spared))
    assert set(story.state.microphones) == set(story.state.cameras) == set(spared)
    story.when(story.moderator, c.MuteAll()).then_nothing()
    story.when(story.moderator, c.TurnCamerasOff()).then_nothing()


def test_a_host_muting_all_from_the_media_page_is_spared_too() -> None:
    story = Story()
    on_stage(story, story.host)
    story.given(story.host, c.SetMicrophone(is_on=True))
    story.when(story.host.account, c.MuteAll()).then_nothing()


def test_a_hard_mute_keeps_everybody_below_moderator_muted_until_released() -> None:
    story = Story(stage_mode=StageMode.EVERYONE)
    people = [story.moderator, story.speaker, story.guest]
    for someone in people:
        story.given(someone, c.JoinStage(), c.SetMicrophone(is_on=True))
    hard = c.SetHardMute(is_on=True)
    story.when(story.host, hard).then(e.HardMuteSet(is_on=True))
    story.when(story.host, hard).then_nothing()
    assert list(story.state.microphones) == [story.moderator.id]
    for someone in (story.speaker, story.guest):
        story.when(someone, c.SetMicrophone(is_on=True)).then_refused(ErrorCode.NOT_ALLOWED)
    story.given(story.moderator, c.SetHardMute(is_on=False))
    story.given(story.guest, c.SetMicrophone(is_on=True))


def test_nobody_releases_their_own_hard_mute() -> None:
    story = Story()
    speaker = on_stage(story, story.speaker)
    story.given(
        story.host,
        c.SetHardMute(is_on=True),
        c.SetRights(participant_id=speaker.id, granted=(Right.MUTE_OTHERS,)),
    )
    story.when(speaker, c.SetHardMute(is_on=False)).then_refused(ErrorCode.NOT_ALLOWED)
    story.when(speaker, c.SetMicrophone(is_on=True)).then_refused(ErrorCode.NOT_ALLOWED)


def test_whoever_is_demoted_during_a_hard_mute_is_muted_with_the_rest() -> None:
    story = Story()
    moderator = on_stage(story, story.moderator)
    story.given(moderator, c.SetMicrophone(is_on=True))
    story.given(story.host, c.SetHardMute(is_on=True))
    story.when(story.host, c.SetRole(participant_id=moderator.id, role=Role.SPEAKER)).then_among(
        e.MicrophoneSet(participant_id=moderator.id, is_on=False)
    )
    assert not moderator.now.has_microphone_on


def test_a_moderator_does_not_mute_a_host_nor_take_them_off_the_stage() -> None:
    story = Story()
    cora = on_stage(story, story.comes(story.collaborator("Cora", Part.CO_OWNER)))
    story.given(cora, c.SetMicrophone(is_on=True), c.SetCamera(is_on=True), c.RaiseHand())
    for wish in (
        c.Mute(participant_id=cora.id),
        c.TurnCameraOff(participant_id=cora.id),
        c.RemoveFromStage(participant_id=cora.id),
        c.LowerHand(participant_id=cora.id),
        c.OfferStage(participant_id=cora.id),
    ):
        story.when(story.moderator, wish).then_refused(ErrorCode.NOT_ALLOWED)
