"""What a platform is told of a room, in which order, and how it is numbered.

That numbers are dense, and that whoever follows the announcements knows who is inside, is held
after every step of every story (`tests.core.invariants.check_announced`).
"""

from protocol import commands as c
from protocol.media import MediaSource
from protocol.roles import EndReason, InvitationType, Origin, Role
from protocol.webhooks import Topic
from server.core import orders as o
from server.core.actors import SERVER
from server.core.announcements import Announcement, announcements_of
from server.core.evolve import evolve_record
from server.core.state import EMPTY
from tests.core.given import SECOND, Story


def announced(story: Story, since: int = 0) -> list[Announcement]:
    """Fold the story again, and list what was announced from a number on."""
    state, found = EMPTY, []
    for record in story.records:
        after = evolve_record(state, record)
        found += announcements_of(state, record, after)
        state = after
    return found[since:]


def topics(story: Story, since: int = 0) -> list[Topic]:
    return [one.topic for one in announced(story, since)]


def test_a_session_that_starts_is_told_before_those_who_waited_for_it() -> None:
    story = Story(is_open=False)
    story.comes(story.owner)
    since = story.state.announcements
    story.given(story.owner, c.StartSession())
    assert topics(story, since)[0] is Topic.SESSION_STARTED


def test_a_guest_is_told_with_name_address_and_link() -> None:
    story = Story()
    since = story.state.announcements
    guest = story.guest
    [joined] = announced(story, since)
    assert joined.topic is Topic.PARTICIPANT_JOINED
    assert joined.about is not None
    assert joined.about.person == guest.person
    assert joined.about.origin is Origin.GUEST_LINK
    assert (joined.about.link_id, joined.about.link_name) == (story.open_link, "Class")


def test_a_line_that_drops_and_comes_back_in_time_is_not_told() -> None:
    story = Story()
    guest = story.guest
    since = story.state.announcements
    story.loses(guest)
    story.passes(10 * SECOND)
    story.connects(guest)
    assert topics(story, since) == []


def test_a_line_that_does_not_come_back_has_left_when_the_grace_is_over() -> None:
    story = Story()
    guest = story.guest
    since = story.state.announcements
    story.loses(guest)
    assert topics(story, since) == []
    story.passes(31 * SECOND)
    assert topics(story, since) == [Topic.PARTICIPANT_LEFT]


def test_a_promotion_is_told_with_the_role_before_and_who_did_it() -> None:
    story = Story()
    guest = story.guest
    since = story.state.announcements
    story.given(story.host, c.SetRole(participant_id=guest.id, role=Role.SPEAKER))
    [changed] = announced(story, since)
    assert changed.topic is Topic.ROLE_CHANGED
    assert changed.about is not None
    assert (changed.about.role_before, changed.about.role) == (Role.VIEWER, Role.SPEAKER)
    assert changed.about.by == story.host.person


def test_what_somebody_may_send_is_told_when_it_changes() -> None:
    story = Story()
    speaker = story.speaker
    since = story.state.announcements
    story.given(speaker, c.JoinStage(), c.SetMicrophone(is_on=True), c.LeaveStage())
    joined, left = announced(story, since)
    assert joined.topic is left.topic is Topic.MEDIA_CHANGED
    assert joined.about is not None
    assert left.about is not None
    assert joined.about.may_publish == tuple(MediaSource)
    assert left.about.may_publish == ()


def test_a_hand_that_is_raised_is_told_once() -> None:
    story = Story()
    guest = story.guest
    since = story.state.announcements
    story.given(guest, c.RaiseHand(), c.LowerHand())
    assert topics(story, since) == [Topic.HAND_RAISED]


def test_an_invitation_is_told_as_redeemed_once_and_not_at_each_return() -> None:
    story = Story()
    since = story.state.announcements
    speaker = story.invited("Sam Speaker", InvitationType.SPEAKER)
    story.leaves(speaker)
    story.comes(speaker)
    assert topics(story, since) == [
        Topic.INVITATION_REDEEMED,
        Topic.PARTICIPANT_JOINED,
        Topic.PARTICIPANT_LEFT,
        Topic.PARTICIPANT_JOINED,
    ]


def test_a_mail_that_comes_back_is_told_with_the_invited_person() -> None:
    story = Story()
    invitation = story.invitation_of(story.invitee)
    since = story.state.announcements
    order = o.RecordMail(invitation_id=invitation.id, mail=invitation.mails, outcome="bounced")
    story.given(SERVER, order)
    [bounced] = announced(story, since)
    assert bounced.topic is Topic.INVITATION_BOUNCED
    assert bounced.about is not None
    assert bounced.about.person == story.invitee.person


def test_the_end_stands_for_everybody_who_was_inside() -> None:
    story = Story()
    _ = story.guest, story.viewer
    since = story.state.announcements
    story.given(story.host, c.EndSession())
    [ended] = announced(story, since)
    assert (ended.topic, ended.reason, ended.people) == (
        Topic.SESSION_ENDED,
        EndReason.BY_HOST,
        3,
    )


def test_somebody_removed_has_left() -> None:
    story = Story()
    guest = story.guest
    since = story.state.announcements
    story.given(story.host, c.Remove(participant_id=guest.id))
    assert topics(story, since) == [Topic.PARTICIPANT_LEFT]


def test_somebody_who_waits_at_a_gate_is_not_told_until_they_are_inside() -> None:
    story = Story()
    link = story.open_link
    story.given(story.host, c.SetLock(is_locked=True))
    since = story.state.announcements
    guest = story.came("Wanda Waiting", link)
    assert topics(story, since) == []
    story.given(story.host, c.Admit(participant_ids=(guest.id,)))
    assert topics(story, since) == [Topic.PARTICIPANT_JOINED]
