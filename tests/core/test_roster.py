"""The index of the tab: one row in one group, in order, and the same however it came about."""

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from protocol import commands as c
from protocol.ids import InvitationId, ParticipantId
from protocol.roles import Group, InvitationType
from server.core.roster import Place, Roster, group_of
from server.core.state import EMPTY, RoomState
from server.core.touched import Touched
from tests.core import invariants
from tests.core.given import SECOND, Story
from tests.core.rooms import SEARCHES, pairs, rooms

# --- properties ----------------------------------------------------------------------------


def changed(before: RoomState, after: RoomState) -> Touched:
    """Say who differs, as a batch of events would."""
    people = {*before.participants, *after.participants}
    invitations = {*before.invitations, *after.invitations}
    touched = Touched(
        participants={
            one for one in people if before.participants.get(one) != after.participants.get(one)
        },
        invitations={
            one for one in invitations if before.invitations.get(one) != after.invitations.get(one)
        },
    )
    for one, invitation in after.invitations.items():
        if invitation.participant_id in touched.participants:
            touched.invitations.add(one)
    return touched


@settings(max_examples=150, deadline=None)
@given(states=pairs())
def test_following_changes_leads_to_what_a_new_index_would_be(
    states: tuple[RoomState, RoomState],
) -> None:
    before, after = states
    roster = Roster(before)
    roster.advance(after, changed(before, after))
    roster.check(after)
    invariants.check_roster(roster, after)


@settings(max_examples=100, deadline=None)
@given(states=pairs(), query=SEARCHES, with_email=st.booleans())
def test_a_search_that_follows_finds_what_a_new_search_finds(
    states: tuple[RoomState, RoomState], query: str, with_email: bool
) -> None:
    before, after = states
    roster = Roster(before)
    found = roster.search(query, with_email=with_email)
    touched = changed(before, after)
    roster.advance(after, touched)
    found.advance(roster, touched)
    fresh = Roster(after).search(query, with_email=with_email)
    for group in Group:
        assert found.count(group) == fresh.count(group)
        assert list(found.ids(group, 0, 20)) == list(fresh.ids(group, 0, 20))


@settings(max_examples=100, deadline=None)
@given(state=rooms())
def test_counts_and_stretches_add_up_to_those_who_are_shown(state: RoomState) -> None:
    roster = Roster(state)
    for group in Group:
        everybody = list(roster.ids(group, 0, 100))
        assert len(everybody) == roster.count(group)
        by_stretch = [one for first in range(0, 12, 2) for one in roster.ids(group, first, 2)]
        assert by_stretch == everybody
        for position, one in enumerate(everybody):
            assert roster.place_of(ParticipantId(one)) == Place(group, position)
    shown = sum(roster.count(group) for group in Group if group is not Group.INVITED)
    assert shown == sum(group_of(one) is not None for one in state.participants.values())


def test_everybody_touched_means_to_build_it_anew() -> None:
    story = Story()
    roster = Roster(EMPTY)
    found = roster.search("olga", with_email=False)
    roster.advance(story.state, Touched(everybody=True))
    found.advance(roster, Touched(everybody=True))
    roster.check(story.state)
    assert found.ids(Group.VIEWERS, 0, 10) == [story.host.id]


# --- the check checks ----------------------------------------------------------------------


def test_a_missed_change_is_found_by_the_check() -> None:
    story = Story()
    roster = Roster(story.state)
    story.given(story.host, c.RaiseHand())
    with pytest.raises(AssertionError, match="a row is missing or stale"):
        roster.check(story.state)


def test_a_missed_name_is_found_by_the_check() -> None:
    story = Story()
    story.given(story.host, c.RaiseHand())
    roster = Roster(story.state)
    story.given(story.host, c.Rename(name="Other"))
    with pytest.raises(AssertionError, match="a text is missing or stale"):
        roster.check(story.state)


# --- behaviour -----------------------------------------------------------------------------


def ids(story: Story, group: Group) -> list[str]:
    return list(story.roster.ids(group, 0, 100))


def test_somebody_is_in_the_first_group_that_fits() -> None:
    story = Story()
    speaker = story.speaker
    seen = [story.roster.place_of(speaker.id)]
    story.given(speaker, c.JoinStage())
    seen.append(story.roster.place_of(speaker.id))
    story.given(speaker, c.RaiseHand())
    seen.append(story.roster.place_of(speaker.id))
    story.given(story.host, c.SendBack(participant_id=speaker.id))
    seen.append(story.roster.place_of(speaker.id))
    story.leaves(speaker)
    seen.append(story.roster.place_of(speaker.id))
    groups = [place.group if place else None for place in seen]
    assert groups == [
        Group.VIEWERS, Group.ON_STAGE, Group.RAISED_HANDS, Group.WAITING, None,
    ]  # fmt: skip


@pytest.mark.parametrize("where", ["seat", "countdown", "left", "removed"])
def test_some_are_in_no_group(where: str) -> None:
    story = Story(is_open=where != "countdown")
    guest = story.someone("Gus")
    story.redeems(guest, story.open_link)
    if where != "seat":
        story.connects(guest)
    if where == "left":
        story.leaves(guest)
    if where == "removed":
        story.given(story.host, c.Remove(participant_id=guest.id))
    assert group_of(guest.now) is None
    assert story.roster.place_of(guest.id) is None


def test_somebody_reconnecting_stays_listed() -> None:
    story = Story()
    story.closes(story.guest)
    assert story.guest.id in ids(story, Group.VIEWERS)


def test_the_waiting_stand_in_the_order_of_their_coming() -> None:
    story = Story(approve_guests=True)
    people = []
    for name in ("Zoe", "Adam", "Mia"):
        people.append(story.came(name, story.open_link).id)
        story.passes(SECOND)
    assert ids(story, Group.WAITING) == people


def test_a_new_name_moves_a_viewer_and_is_found_under_it() -> None:
    story = Story()
    zoe, ada = story.came("Zoe", story.open_link), story.came("Ada", story.open_link)
    found = story.roster.search("anna", with_email=False)
    assert found.count(Group.VIEWERS) == 0
    assert ids(story, Group.VIEWERS)[1:] == [ada.id, zoe.id]
    story.given(zoe, c.Rename(name="Aanna"))
    found.advance(story.roster, Touched(participants={zoe.id}))
    assert ids(story, Group.VIEWERS)[1:] == [zoe.id, ada.id]
    assert found.ids(Group.VIEWERS, 0, 10) == [zoe.id]


def test_an_invitation_is_listed_while_its_person_is_not_here_the_newest_first() -> None:
    story = Story()
    first = story.invites(story.someone("First"))
    story.passes(SECOND)
    second = story.someone("Second")
    newest = story.invites(second)
    assert ids(story, Group.INVITED) == [newest, first]
    story.comes(second)
    assert ids(story, Group.INVITED) == [first]
    story.leaves(second)
    assert ids(story, Group.INVITED) == [newest, first]


def test_a_blocked_invitee_is_back_among_those_who_are_not_here() -> None:
    story = Story()
    viewer = story.viewer
    invitation = story.invitation_of(viewer).id
    assert ids(story, Group.INVITED) == []
    story.given(story.host, c.Block(participant_id=viewer.id))
    assert ids(story, Group.INVITED) == [invitation]


def test_both_invitations_of_one_person_go_and_come_with_them() -> None:
    story = Story()
    viewer = story.viewer
    second = story.someone("Second Address", device=viewer.device)
    other = story.invites(second, InvitationType.SPEAKER)
    story.accepts(second, inside=viewer.id)
    assert ids(story, Group.INVITED) == []
    story.leaves(viewer)
    assert set(ids(story, Group.INVITED)) == {story.invitation_of(viewer).id, other}


def test_an_empty_room_has_empty_groups() -> None:
    roster = Roster(EMPTY)
    assert all(roster.count(group) == 0 for group in Group)
    assert roster.place_of(ParticipantId("p_nobody")) is None
    roster.check(EMPTY)


def test_an_invitation_that_has_vanished_leaves_the_index() -> None:
    story = Story()
    invitation = InvitationId(story.invitation_of(story.invitee).id)
    without = replace(story.state, invitations=story.state.invitations.delete(invitation))
    story.roster.advance(without, Touched(invitations={invitation}))
    story.roster.check(without)
