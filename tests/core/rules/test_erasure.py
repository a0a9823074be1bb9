"""Erasing: because somebody asks for it, and because names were kept for long enough."""

from dataclasses import replace

import pytest

from protocol import commands as c
from protocol.errors import ErrorCode
from protocol.roles import EntryKind, InvitationType, Part, Role
from server.core import events as e
from server.core import orders as o
from server.core.actors import SERVER
from server.core.attendance import attendance_of, without_guests
from server.core.rules import erasure
from server.core.rules.erasure import erasing_at, people_in
from tests.core.given import DAY, HOUR, MINUTE, PLATFORM, Someone, Story, replayed


def erase(story: Story, *people: Someone) -> o.ErasePeople:
    return o.ErasePeople(person_ids=tuple(one.person.id for one in people))


def names_in(story: Story) -> set[str]:
    return {word for one in people_in(story.state) for word in (one.name, one.email) if word}


def known_everywhere(story: Story) -> Someone:
    """Tell of somebody who came by a link, then by invitation, invited, blocked, and has a part."""
    someone = story.came("Ada Lovelace", story.open_link)
    story.invites(someone, InvitationType.MODERATOR)
    story.given(story.host, c.SetRole(participant_id=someone.id, role=Role.MODERATOR))
    other = story.came("Bob Brown", story.open_link)
    story.given(someone, c.SetRole(participant_id=other.id, role=Role.SPEAKER))
    invitee = c.Invitee(email="eve@school.example")
    story.given(someone, c.Invite(invitees=(invitee,), invitation_type=InvitationType.VIEWER))
    story.given(someone, c.Block(participant_id=other.id))
    part = o.GrantPart(
        account_id=story.someone("Ada Lovelace", account=True).account.account_id,
        name="Ada Lovelace",
        email=someone.email,
        part=Part.CO_EDITOR,
    )
    story.given(PLATFORM, part)
    return someone


def test_somebody_erased_is_named_nowhere_in_the_room() -> None:
    story = Story()
    ada = known_everywhere(story)
    assert ada.email in names_in(story)
    story.when(PLATFORM, erase(story, ada)).granted()
    assert names_in(story).isdisjoint({ada.name, ada.email})
    assert "Bob Brown" in names_in(story)
    assert replayed(story.records) == story.state


def test_somebody_erased_is_not_named_by_those_they_were_blocked_by() -> None:
    story = Story()
    guest = story.guest
    story.given(story.host, c.Block(participant_id=guest.id))
    story.when(PLATFORM, erase(story, guest)).granted()
    assert guest.email not in names_in(story)


def test_whoever_is_inside_leaves_before_they_are_erased() -> None:
    story = Story()
    guest = story.guest
    answer = story.when(PLATFORM, erase(story, guest))
    answer.then_a(e.ParticipantLeft, e.PeopleErased)
    assert not guest.now.connections
    story.opens(guest).then_refused(ErrorCode.TICKET_INVALID)


def test_whoever_was_erased_comes_again_as_somebody_new() -> None:
    story = Story()
    guest, before = story.guest, story.guest.id
    story.given(PLATFORM, erase(story, guest))
    story.redeems(guest, story.open_link, is_return=True).then_refused(ErrorCode.NOT_FOUND)
    story.redeems(guest, story.open_link).granted()
    assert guest.id != before
    assert guest.now.person.name == "Gus Guest"


def test_an_account_that_was_erased_enters_again_as_somebody_new() -> None:
    story = Story()
    editor = story.collaborator("Edda Editor", Part.CO_EDITOR)
    story.comes(editor)
    before = editor.id
    story.given(PLATFORM, erase(story, editor))
    story.comes(editor)
    assert editor.id != before
    assert editor.role() is Role.HOST


def test_an_invitation_of_somebody_erased_opens_nothing_until_they_are_invited_again() -> None:
    story = Story()
    invitee = story.invitee
    known = story.invitation_of(invitee)
    story.given(PLATFORM, erase(story, invitee))
    answer = story.accepts(invitee, invitation_id=known.id)
    answer.then_refused(ErrorCode.LINK_REVOKED)
    story.invites(invitee, InvitationType.SPEAKER)
    story.accepts(invitee).granted()
    assert story.invitation_of(invitee).person.email == invitee.email


def test_somebody_kept_out_stays_out_after_they_were_erased() -> None:
    story = Story()
    guest = story.guest
    story.given(story.host, c.Block(participant_id=guest.id))
    story.given(PLATFORM, erase(story, guest))
    story.redeems(guest, story.open_link).then_refused(ErrorCode.BLOCKED)


def test_no_mail_goes_to_somebody_erased() -> None:
    story = Story()
    invitee = story.invitee
    assert story.state.mails_due
    story.given(PLATFORM, erase(story, invitee))
    assert not story.state.mails_due


def test_erasing_again_or_a_stranger_changes_nothing() -> None:
    story = Story()
    guest, stranger = story.guest, story.someone("Nobody Known")
    story.given(PLATFORM, erase(story, guest))
    story.when(PLATFORM, erase(story, guest, stranger)).then_nothing()


@pytest.mark.parametrize("who", ["host", "moderator", "guest"])
def test_nobody_in_the_room_erases_anybody(who: str) -> None:
    story = Story()
    actor = getattr(story, who).inside
    story.when(actor, erase(story, story.viewer)).then_refused(ErrorCode.NOT_ALLOWED)


def test_names_of_guests_are_erased_at_that_very_moment_and_of_nobody_else() -> None:
    story = Story(names_kept_days=30)
    guest, viewer = story.guest, story.viewer
    story.passes(HOUR)
    story.ends()
    story.passes(30 * DAY - 1)
    assert guest.now.person.name == "Gus Guest"
    story.passes(1)
    assert guest.now.person.is_erased
    assert names_in(story).isdisjoint({guest.name, guest.email})
    assert viewer.now.person.email == viewer.email
    assert erasing_at(story.state) is None


def test_many_old_sessions_are_gone_through_a_few_at_a_time(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(erasure, "MOST_SESSIONS", 2)
    story = Story(names_kept_days=30)
    ended = []
    for _ in range(5):
        ended.append(story.session.id)
        story.ends()
        story.passes(MINUTE)
        story.starts()
    story.ends()
    story.passes(31 * DAY)
    events = [event for one in story.records for event in one.events]
    named = [event.session_ids for event in events if isinstance(event, e.GuestsErased)]
    assert all(len(one) <= 2 for one in named)
    assert [one for some in named for one in some] == ended
    assert erasing_at(story.state) is None


def test_a_record_of_an_old_session_is_named_when_its_guests_are_due() -> None:
    story = Story(names_kept_days=30)
    story.came("Gus Guest", story.open_link)
    first = story.session.id
    story.ends()
    story.passes(DAY)
    story.starts()
    story.comes(story.owner)
    later = story.came("Lia Later", story.open_link)
    story.passes(HOUR)
    story.ends()
    story.passes(29 * DAY)
    events = [event for one in story.records for event in one.events]
    [gone] = [event for event in events if isinstance(event, e.GuestsErased)]
    assert gone.session_ids == (first,)
    assert not later.now.person.is_erased
    story.passes(2 * DAY)
    assert later.now.person.is_erased


def test_guests_of_what_is_always_open_are_erased_after_their_last_visit() -> None:
    story = Story(EntryKind.VIDEO, names_kept_days=10)
    early = story.came("Ed Early", story.open_link)
    story.loses(early)
    story.passes(5 * DAY)
    late = story.came("Lia Later", story.open_link)
    story.loses(late)
    story.passes(6 * DAY)
    assert [one.now.person.is_erased for one in (early, late)] == [True, False]
    story.passes(6 * DAY)
    assert [one.now.person.is_erased for one in (early, late)] == [True, True]
    assert erasing_at(story.state) is None


def test_whoever_is_inside_is_not_erased_while_they_are() -> None:
    story = Story(EntryKind.VIDEO, names_kept_days=1)
    guest = story.guest
    story.passes(5 * DAY)
    assert not guest.now.person.is_erased


def test_with_no_time_set_names_are_kept() -> None:
    story = Story(names_kept_days=0)
    _ = story.guest
    story.ends()
    assert erasing_at(story.state) is None


def test_a_shorter_time_counts_for_those_who_came_before_it() -> None:
    story = Story(names_kept_days=100)
    guest = story.guest
    story.ends()
    story.passes(20 * DAY)
    settings = story.entry.settings.model_copy(update={"names_kept_days": 10})
    story.given(story.owner.account, c.EditSettings(settings=settings, only=("names_kept_days",)))
    story.passes(MINUTE)
    story.when(SERVER, o.LookAtClock()).granted()
    assert guest.now.person.is_erased


def test_a_record_without_guests_keeps_its_times_and_everybody_else() -> None:
    story = Story()
    guest, viewer = story.guest, story.viewer
    story.passes(HOUR)
    record = attendance_of(story.state, story.now)
    left = without_guests(record)
    people = {one.participant_id: one for one in left.people}
    assert people[guest.id].person.is_erased
    assert people[viewer.id].person.email == viewer.email
    assert [replace(one, person=viewer.person) for one in left.people] == [
        replace(one, person=viewer.person) for one in record.people
    ]
