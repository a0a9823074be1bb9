"""What a media server is told that somebody may send: by stage, role and hard mute."""

import pytest

from protocol import commands as c
from protocol.media import MediaSource
from protocol.roles import Role, StageMode
from server.core.media import media_grant
from tests.core.given import Someone, Story

MICROPHONE, CAMERA, SCREEN = MediaSource


def may(story: Story, someone: Someone) -> tuple[MediaSource, ...] | None:
    grant = media_grant(story.state, someone.now)
    return None if grant is None else grant.may_publish


@pytest.mark.parametrize("role", [Role.VIEWER, Role.SPEAKER, Role.MODERATOR])
def test_nobody_off_the_stage_sends_anything(role: Role) -> None:
    story = Story()
    guest = story.guest
    if role is not Role.VIEWER:
        story.given(story.host, c.SetRole(participant_id=guest.id, role=role))
    assert may(story, guest) == ()


def test_whoever_is_promoted_to_speaker_is_heard_as_they_join_the_stage() -> None:
    story = Story()
    guest = story.guest
    story.given(story.host, c.SetRole(participant_id=guest.id, role=Role.SPEAKER))
    story.given(guest, c.JoinStage())
    assert may(story, guest) == (MICROPHONE, CAMERA, SCREEN)
    story.given(story.host, c.RemoveFromStage(participant_id=guest.id))
    assert may(story, guest) == ()


def test_a_viewer_on_stage_shares_no_screen() -> None:
    story = Story()
    guest = story.guest
    story.given(story.host, c.SetStageMode(mode=StageMode.EVERYONE))
    story.given(guest, c.JoinStage())
    assert may(story, guest) == (MICROPHONE, CAMERA)


def test_a_hard_mute_closes_the_microphones_below_moderator() -> None:
    story = Story()
    story.given(story.speaker, c.JoinStage())
    story.given(story.moderator, c.JoinStage())
    story.given(story.host, c.SetHardMute(is_on=True))
    assert may(story, story.speaker) == (CAMERA, SCREEN)
    assert may(story, story.moderator) == (MICROPHONE, CAMERA, SCREEN)
    story.given(story.host, c.SetHardMute(is_on=False))
    assert may(story, story.speaker) == (MICROPHONE, CAMERA, SCREEN)


def test_whoever_is_not_inside_neither_sends_nor_hears() -> None:
    story = Story()
    guest = story.guest
    story.given(story.host, c.SendBack(participant_id=guest.id))
    assert may(story, guest) is None
    story.given(story.host, c.Remove(participant_id=guest.id))
    assert may(story, guest) is None
