"""What people are told beside the change itself, and by whom it was done."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from protocol import commands as c
from protocol.commands import Command
from protocol.ids import DeviceId, ParticipantId
from protocol.messages import Notice, NoticeKind
from protocol.roles import InvitationType, Right, Role, StageMode
from server.core import events as e
from server.core.notices import notices
from server.core.record import Record
from tests.core.given import PLATFORM, Answer, Someone, Story


def told(answer: Answer) -> dict[str, list[Notice]]:
    """What was told, by whom it was told to."""
    found: dict[str, list[Notice]] = {}
    for whom, notice in answer.told:
        found.setdefault(whom, []).append(notice)
    return found


def on_stage(story: Story, *people: Someone) -> None:
    story.given(story.host, c.SetStageMode(mode=StageMode.EVERYONE))
    for someone in people:
        story.given(someone, c.JoinStage(), c.SetMicrophone(is_on=True), c.SetCamera(is_on=True))
    story.given(story.host, c.SetStageMode(mode=StageMode.BY_REQUEST))


def nothing(_story: Story) -> None:
    """Prepare nothing."""


def stands_on_stage(story: Story) -> None:
    on_stage(story, story.guest)


def is_silent_on_stage(story: Story) -> None:
    stands_on_stage(story)
    story.given(story.guest, c.SetMicrophone(is_on=False))


def has_a_hand_up(story: Story) -> None:
    story.given(story.guest, c.RaiseHand())


def has_asked(story: Story) -> None:
    story.given(story.guest, c.RequestStage())


def has_an_offer(story: Story) -> None:
    story.given(story.host, c.OfferStage(participant_id=story.guest.id))


def was_sent_back(story: Story) -> None:
    story.given(story.host, c.SendBack(participant_id=story.guest.id))


Case = tuple[Callable[[Story], None], Callable[[ParticipantId], Command]]

CASES: dict[NoticeKind, Case] = {
    NoticeKind.RENAMED: (nothing, lambda one: c.Rename(participant_id=one, name="Gustav")),
    NoticeKind.MUTED: (stands_on_stage, lambda one: c.Mute(participant_id=one)),
    NoticeKind.CAMERA_TURNED_OFF: (
        stands_on_stage,
        lambda one: c.TurnCameraOff(participant_id=one),
    ),
    NoticeKind.UNMUTE_REQUESTED: (
        is_silent_on_stage,
        lambda one: c.RequestUnmute(participant_id=one),
    ),
    NoticeKind.HAND_LOWERED: (has_a_hand_up, lambda one: c.LowerHand(participant_id=one)),
    NoticeKind.STAGE_OFFERED: (nothing, lambda one: c.OfferStage(participant_id=one)),
    NoticeKind.STAGE_OFFER_REVOKED: (
        has_an_offer,
        lambda one: c.RevokeStageOffer(participant_id=one),
    ),
    NoticeKind.STAGE_REQUEST_DECLINED: (
        has_asked,
        lambda one: c.DeclineStageRequest(participant_id=one),
    ),
    NoticeKind.REMOVED_FROM_STAGE: (
        stands_on_stage,
        lambda one: c.RemoveFromStage(participant_id=one),
    ),
    NoticeKind.SENT_BACK: (nothing, lambda one: c.SendBack(participant_id=one)),
    NoticeKind.ADMITTED: (was_sent_back, lambda one: c.Admit(participant_ids=(one,))),
    NoticeKind.RIGHTS_CHANGED: (
        nothing,
        lambda one: c.SetRights(participant_id=one, granted=(Right.ADMIT,)),
    ),
}
"""What staff do to the guest of the story, and the notice that comes of it."""

OTHERS = {
    NoticeKind.ROLE_CHANGED,
    NoticeKind.HARD_MUTED,
    NoticeKind.HARD_MUTE_RELEASED,
    NoticeKind.OTHER_DEVICE_JOINED,
}


def test_every_notice_has_a_test() -> None:
    assert set(CASES) | OTHERS == set(NoticeKind)


@pytest.mark.parametrize("kind", CASES)
def test_the_one_concerned_is_told_and_by_whom(kind: NoticeKind) -> None:
    story = Story()
    moderator = story.moderator
    prepare, command = CASES[kind]
    prepare(story)
    answer = story.when(moderator, command(story.guest.id)).granted()
    assert told(answer) == {story.guest.id: [Notice(kind=kind, by="Mona Moderator")]}


def test_a_changed_role_is_named() -> None:
    story = Story()
    answer = story.when(story.host, c.SetRole(participant_id=story.guest.id, role=Role.SPEAKER))
    expected = Notice(kind=NoticeKind.ROLE_CHANGED, by="Olga Owner", role="speaker")
    assert told(answer) == {story.guest.id: [expected]}


def test_an_undone_role_is_told_like_another_change() -> None:
    story = Story()
    story.given(story.host, c.SetRole(participant_id=story.guest.id, role=Role.SPEAKER))
    answer = story.when(story.host, c.UndoRole(participant_id=story.guest.id))
    assert told(answer)[story.guest.id][0].role == "viewer"


def test_nobody_is_told_of_their_own_acts() -> None:
    story = Story()
    guest = story.guest
    on_stage(story, guest)
    for wish in (
        c.SetMicrophone(is_on=False), c.SetCamera(is_on=False), c.RaiseHand(), c.LowerHand(),
        c.LeaveStage(), c.RequestStage(), c.WithdrawStageRequest(), c.Rename(name="Gustav"),
    ):  # fmt: skip
        assert told(story.when(guest, wish)) == {}


def test_nobody_is_told_of_their_own_acts_from_the_media_page_and_others_are_told_the_name() -> (
    None
):
    story = Story()
    host, guest = story.host, story.guest
    on_stage(story, host, guest)
    assert told(story.when(host.account, c.Mute(participant_id=host.id))) == {}
    answer = story.when(host.account, c.Mute(participant_id=guest.id))
    assert told(answer) == {guest.id: [Notice(kind=NoticeKind.MUTED, by="Olga Owner")]}


def test_a_platform_has_no_name() -> None:
    story = Story()
    guest = story.guest
    on_stage(story, guest)
    answer = story.when(PLATFORM, c.Mute(participant_id=guest.id))
    assert told(answer) == {guest.id: [Notice(kind=NoticeKind.MUTED)]}


# --- in bulk -------------------------------------------------------------------------------


def test_a_bulk_mute_tells_those_who_were_muted_and_nobody_else() -> None:
    story = Story()
    on_stage(story, story.host, story.moderator, story.guest)
    silent = story.came("Gina", story.open_link)
    answer = story.when(story.moderator, c.MuteAll())
    assert told(answer) == {story.guest.id: [Notice(kind=NoticeKind.MUTED, by="Mona Moderator")]}
    assert silent.id not in told(answer)
    dark = story.when(story.moderator, c.TurnCamerasOff())
    assert set(told(dark)) == {story.guest.id}


def test_cleared_hands_tell_everybody_but_the_one_who_cleared_them() -> None:
    story = Story()
    for someone in (story.moderator, story.guest, story.viewer):
        story.given(someone, c.RaiseHand())
    answer = story.when(story.moderator, c.ClearHands())
    assert set(told(answer)) == {story.guest.id, story.viewer.id}


def test_a_hard_mute_and_its_release_tell_those_on_stage_below_moderator() -> None:
    story = Story()
    on_stage(story, story.host, story.moderator, story.guest)
    assert story.viewer.now.is_in
    for is_on, kind in ((True, NoticeKind.HARD_MUTED), (False, NoticeKind.HARD_MUTE_RELEASED)):
        answer = story.when(story.host, c.SetHardMute(is_on=is_on))
        assert told(answer) == {story.guest.id: [Notice(kind=kind, by="Olga Owner")]}


# --- doors and devices ---------------------------------------------------------------------


def test_a_second_device_is_told_to_the_person_and_a_second_tab_is_not() -> None:
    story = Story()
    host = story.host
    tab = story.opens(host)
    assert told(tab) == {}
    phone = story.opens(host, device=DeviceId("d_phone"))
    assert told(phone) == {host.id: [Notice(kind=NoticeKind.OTHER_DEVICE_JOINED)]}


def test_a_gate_that_opens_by_itself_is_no_notice() -> None:
    story = Story(is_open=False)
    assert story.guest.gate() is not None
    assert told(story.when(story.host, c.StartSession())) == {}


def test_whoever_redeems_from_inside_is_told_their_new_role() -> None:
    story = Story()
    guest = story.guest
    story.invites(guest, InvitationType.MODERATOR)
    answer = story.accepts(guest, inside=guest.id)
    assert told(answer) == {guest.id: [Notice(kind=NoticeKind.ROLE_CHANGED, role="moderator")]}


def test_whoever_makes_room_on_the_stage_is_told() -> None:
    story = Story(stage_capacity=1)
    on_stage(story, story.viewer)
    story.given(story.viewer, c.SetMicrophone(is_on=False))
    answer = story.when(story.host, c.OfferStage(participant_id=story.guest.id, replace=True))
    assert [one[0].kind for one in told(answer).values()] == [
        NoticeKind.REMOVED_FROM_STAGE,
        NoticeKind.STAGE_OFFERED,
    ]


def test_notices_about_somebody_who_has_vanished_raise_nothing() -> None:
    story = Story()
    record = Record(
        at=story.now,
        events=(
            e.RoleGranted(participant_id=story.guest.id, role=Role.HOST),
            e.StageCleared(participant_id=story.guest.id),
            e.HardMuteSet(is_on=True),
        ),
        by=f"participant:{story.guest.id}",
    )
    nobody = replace(story.state, participants=type(story.state.participants)())
    assert list(notices(nobody, record)) == []
