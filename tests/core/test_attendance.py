"""The attendance record: who was there, how they came, when, and for how long."""

from dataclasses import replace

import pytest

from protocol import commands as c
from protocol.roles import Origin
from server.core.attendance import Attended, attendance_of
from server.core.state import EMPTY
from tests.core.given import HOUR, MINUTE, NOON, SECOND, Someone, Story


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
