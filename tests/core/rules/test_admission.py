"""Coming in by a guest link, connections that open and close in any order, and the clock."""

from itertools import pairwise

import pytest

from protocol import commands as c
from protocol.errors import ErrorCode
from protocol.ids import DeviceId, LinkId, SessionId
from protocol.roles import (
    BlockBy,
    EndReason,
    EntryKind,
    Gate,
    InvitationType,
    Origin,
    Part,
    Presence,
    Role,
    SessionState,
    WaitReason,
)
from server.core import events as e
from server.core import orders as o
from server.core.actors import SERVER
from server.core.consents import consent_version
from server.core.evolve.session import INTERVALS_KEPT
from server.core.rules import admission
from server.core.rules.admission import MAX_CONNECTIONS, REMEMBERED_AT_LEAST
from server.core.state import Consent
from tests.core import invariants
from tests.core.given import DAY, HOUR, MINUTE, NOON, SECOND, Someone, Story

# --- by a guest link -----------------------------------------------------------------------


def test_a_guest_is_a_viewer_with_a_seat() -> None:
    story = Story()
    guest = story.someone("Gus Guest")
    answer = story.redeems(guest, story.open_link)
    answer.then_a(e.GuestLinkUsed, e.ParticipantJoined)
    assert answer.result == {
        "participant_id": guest.id,
        "session_id": story.session.id,
        "role": "viewer",
    }
    assert (guest.role(), guest.now.origin, guest.gate()) == (Role.VIEWER, Origin.GUEST_LINK, None)
    assert guest.presence() is Presence.SEAT
    assert guest.now.account_id is None


def test_a_use_counts_when_the_form_is_completed() -> None:
    story = Story()
    link = story.makes_link(uses=2)
    assert story.link(link).uses == 0
    story.redeems(story.someone("Gus"), link).granted()
    assert story.link(link).uses == 1


@pytest.mark.parametrize(
    ("name", "email", "where"),
    [("", "gus@school.example", "name"), ("\u200b", "gus@school.example", "name"),
     ("Gus", "", "email"), ("Gus", "gus at school", "email")],
)  # fmt: skip
def test_a_form_without_usable_name_or_address_is_refused(
    name: str, email: str, where: str
) -> None:
    story = Story()
    guest = story.someone(name, email=email, device=DeviceId("d_1"))
    story.redeems(guest, story.open_link).then_refused(ErrorCode.BAD_REQUEST, where)
    assert story.link(story.open_link).uses == 0


def test_one_use_redeemed_by_fifty_admits_one() -> None:
    story = Story()
    link = story.makes_link(uses=1)
    crowd = [story.someone(f"Guest {number}") for number in range(50)]
    codes = [story.redeems(guest, link).code for guest in crowd]
    assert codes == [None, *[ErrorCode.LINK_USED_UP] * 49]
    assert story.link(link).uses == 1
    assert story.state.places == 2


def test_a_return_on_the_same_device_is_no_use_and_keeps_the_identity() -> None:
    story = Story()
    link = story.makes_link(uses=1)
    guest = story.came("Gus", link)
    first = guest.id
    story.leaves(guest)
    story.redeems(guest, link).then_a(e.ParticipantReturned)
    assert guest.id == first
    assert story.link(link).uses == 1
    story.connects(guest)
    assert guest.now.is_in


def test_a_return_needs_no_form() -> None:
    story = Story()
    guest = story.came("Gus", story.open_link)
    story.leaves(guest)
    first = guest.id
    story.redeems(guest, story.open_link, is_return=True).granted()
    assert guest.id == first


def test_a_return_without_a_visit_is_not_found() -> None:
    story = Story()
    story.redeems(story.someone("Gus"), story.open_link, is_return=True).then_refused(
        ErrorCode.NOT_FOUND
    )


def test_a_return_in_the_next_session_is_no_use_either() -> None:
    story = Story()
    link = story.makes_link(uses=1)
    guest = story.came("Gus", link)
    first = guest.id
    story.ends()
    story.starts()
    story.redeems(guest, link, is_return=True).then_a(e.GuestLinkUsed, e.ParticipantJoined)
    assert guest.id != first
    assert story.link(link).uses == 1


def test_another_guest_on_the_same_device_is_another_person() -> None:
    story = Story()
    link = story.makes_link(uses=2)
    shared = DeviceId("d_shared")
    one = story.came("Gus", link, device=shared)
    two = story.came("Gina", link, device=shared)
    assert one.id != two.id
    assert story.link(link).uses == 2


def test_the_same_guest_on_another_device_is_another_use() -> None:
    story = Story()
    link = story.makes_link(uses=1)
    story.came("Gus", link, email="gus@school.example")
    other = story.someone("Gus", email="gus@school.example", device=DeviceId("d_other"))
    story.redeems(other, link).then_refused(ErrorCode.LINK_USED_UP)


def test_a_guest_who_returns_is_known_whatever_name_they_type() -> None:
    story = Story()
    guest = story.came("Gus", story.open_link, email="gus@school.example")
    again = story.someone("Dr. Who", email=" GUS@School.Example ", device=guest.device)
    story.redeems(again, story.open_link).then_nothing()
    assert again.id == guest.id
    assert guest.now.person.name == "Gus"


def test_after_regeneration_a_known_guest_uses_the_link_again_and_stays_one_person() -> None:
    story = Story()
    link = story.makes_link(uses=1)
    guest = story.came("Gus", link)
    first = guest.id
    story.given(story.host, c.RegenerateGuestLink(link_id=link))
    story.redeems(guest, link).then_a(e.GuestLinkUsed)
    assert guest.id == first
    assert story.link(link).uses == 1
    story.leaves(guest)
    story.redeems(guest, link).granted()
    story.connects(guest)


def test_a_return_without_form_ends_with_the_url() -> None:
    story = Story()
    link = story.makes_link()
    guest = story.came("Gus", link)
    story.given(story.host, c.RegenerateGuestLink(link_id=link))
    story.redeems(guest, link, is_return=True).then_refused(ErrorCode.NOT_FOUND)


def test_an_expired_link_lets_nobody_in_from_that_very_moment() -> None:
    story = Story()
    link = story.makes_link(days=1)
    story.passes(DAY - 1)
    story.redeems(story.someone("Early"), link).granted()
    story.passes(1)
    story.redeems(story.someone("Late"), link).then_refused(ErrorCode.LINK_EXPIRED)


def test_an_unknown_link_and_one_of_a_deleted_entry_are_not_found() -> None:
    story = Story()
    guest, link = story.someone("Gus"), story.open_link
    wish = o.RedeemGuestLink(
        link_id=LinkId("l_none"), generation=1, name=guest.name, email=guest.email
    )
    story.when(guest, wish).then_refused(ErrorCode.LINK_NOT_FOUND)
    story.given(story.owner.account, c.DeleteEntry())
    story.redeems(guest, link).then_refused(ErrorCode.LINK_NOT_FOUND)


def test_a_session_that_has_ended_takes_no_guest() -> None:
    story = Story()
    link = story.open_link
    story.ends()
    story.redeems(story.someone("Gus"), link).then_refused(ErrorCode.SESSION_ENDED)


def test_somebody_inside_has_no_business_at_the_door() -> None:
    story = Story()
    wish = o.RedeemGuestLink(
        link_id=story.open_link, generation=1, name="Vera", email="vera@school.example"
    )
    story.when(story.viewer.inside, wish).then_refused(ErrorCode.NOT_ALLOWED)


def test_a_moderator_raised_from_guest_comes_back_as_moderator() -> None:
    story = Story()
    guest = story.guest
    story.given(story.host, c.SetRole(participant_id=guest.id, role=Role.MODERATOR))
    story.leaves(guest)
    answer = story.redeems(guest, story.open_link)
    assert answer.result["role"] == "moderator"
    story.connects(guest)


# --- seats ---------------------------------------------------------------------------------


def test_a_seat_is_held_for_a_stated_time_and_then_freed() -> None:
    story = Story(seat_s=60)
    guest = story.someone("Gus")
    story.redeems(guest, story.open_link).granted()
    story.passes(60 * SECOND - 1)
    assert guest.presence() is Presence.SEAT
    assert story.state.places == 2
    story.passes(1)
    assert guest.presence() is Presence.LEFT
    assert story.state.places == 1


def test_the_room_is_full_at_its_capacity_and_some_seats_are_kept() -> None:
    story = Story(capacity=5, reserved_seats=2)
    for number in range(2):
        story.came(f"Guest {number}", story.open_link)
    late = story.someone("Late")
    story.redeems(late, story.open_link).then_refused(ErrorCode.ROOM_FULL)
    story.invited("Ines", InvitationType.VIEWER)
    story.invited("Mona", InvitationType.MODERATOR)
    viewer = story.someone("Vera")
    story.invites(viewer)
    story.accepts(viewer).then_refused(ErrorCode.ROOM_FULL)
    assert story.state.places == 5


def test_a_seat_that_is_not_taken_is_free_for_the_next() -> None:
    story = Story(capacity=2, reserved_seats=0)
    first, second = story.someone("First"), story.someone("Second")
    story.redeems(first, story.open_link).granted()
    story.redeems(second, story.open_link).then_refused(ErrorCode.ROOM_FULL)
    story.passes(MINUTE)
    story.redeems(second, story.open_link).granted()
    story.opens(first).then_refused(ErrorCode.ROOM_FULL)


def test_a_form_that_is_filled_in_for_ever_fills_no_memory() -> None:
    """Nobody of them connects, so their seats are free again and the room is never full."""
    # Held to the invariants once it is full: at each of a thousand steps it would take a minute.
    story = Story(capacity=2, reserved_seats=0, is_checked=False)
    known = [story.someone(f"Guest {number}") for number in range(REMEMBERED_AT_LEAST + 1)]
    for one in known:
        story.redeems(one, story.open_link).granted()
        story.passes(MINUTE)
    # The host is one of the people of the session.
    assert len(story.state.participants) == REMEMBERED_AT_LEAST + 2
    visits = len(story.state.visits)
    story.redeems(story.someone("Late"), story.open_link).then_refused(ErrorCode.ROOM_FULL)
    assert len(story.state.visits) == visits
    # Whoever is remembered already comes back, and who was invited comes in.
    story.redeems(known[0], story.open_link).granted()
    story.passes(MINUTE)
    story.invited("Ines", InvitationType.VIEWER)
    invariants.check_state(story.state)


def test_an_entry_knows_so_many_devices_of_guests_and_no_more(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    story = Story()
    first = story.came("First", story.open_link)
    monkeypatch.setattr(admission, "MAX_VISITS", 1)
    story.redeems(story.someone("Second"), story.open_link).then_refused(ErrorCode.ROOM_FULL)
    story.leaves(first)
    story.redeems(first, story.open_link).granted()


def test_a_host_comes_in_and_comes_back_however_full_the_room_is() -> None:
    story = Story(capacity=2, reserved_seats=0)
    story.leaves(story.host)
    story.came("One", story.open_link)
    story.came("Two", story.open_link)
    story.enters(story.host).granted()
    story.connects(story.host)
    story.leaves(story.host)
    story.connects(story.host)
    assert story.state.places == 3


def test_an_invitee_who_left_comes_back_to_a_seat_that_was_kept() -> None:
    story = Story(capacity=4, reserved_seats=2)
    viewer = story.viewer
    story.leaves(viewer)
    story.came("Gus", story.open_link)
    story.redeems(story.someone("Late"), story.open_link).then_refused(ErrorCode.ROOM_FULL)
    story.connects(viewer)
    assert viewer.now.is_in


def test_waiting_people_hold_a_place() -> None:
    story = Story(capacity=2, reserved_seats=0, approve_guests=True)
    story.came("Gus", story.open_link)
    story.redeems(story.someone("Late"), story.open_link).then_refused(ErrorCode.ROOM_FULL)


# --- connections ---------------------------------------------------------------------------


def test_a_socket_makes_somebody_present() -> None:
    story = Story()
    guest = story.someone("Gus")
    story.redeems(guest, story.open_link)
    story.opens(guest).then_a(e.ConnectionOpened)
    assert guest.presence() is Presence.PRESENT
    assert guest.now.present_since == story.now
    assert guest.now.expires_at is None


def test_the_same_socket_opened_twice_is_one() -> None:
    story = Story()
    guest = story.guest
    story.opens(guest, connection=str(guest.connections[-1])).then_nothing()
    assert len(guest.now.connections) == 1


def test_several_tabs_are_one_participant_and_several_devices_are_counted() -> None:
    story = Story()
    host = story.host
    story.connects(host)
    story.connects(host, device=DeviceId("d_phone"))
    assert len(host.now.connections) == 3
    assert host.now.devices == 2
    assert story.state.places == 1


def test_a_dropped_connection_shows_as_reconnecting_and_coming_back_is_no_leave() -> None:
    story = Story(grace_s=30)
    guest = story.guest
    story.closes(guest).then_a(e.ConnectionClosed)
    assert guest.presence() is Presence.RECONNECTING
    story.passes(30 * SECOND - 1)
    story.connects(guest)
    assert guest.presence() is Presence.PRESENT
    assert guest.now.intervals == ()
    story.passes(HOUR)
    assert guest.now.is_in


def test_after_the_grace_they_have_left() -> None:
    story = Story(grace_s=30)
    guest = story.guest
    story.closes(guest)
    story.passes(30 * SECOND)
    assert guest.presence() is Presence.LEFT
    assert guest.now.intervals == ((NOON, NOON + 30 * SECOND),)


def test_coming_back_later_begins_another_interval() -> None:
    story = Story(grace_s=30)
    guest = story.guest
    story.closes(guest)
    story.passes(MINUTE)
    back_at = story.now
    story.connects(guest)
    story.passes(MINUTE)
    story.leaves(guest)
    assert guest.now.intervals == ((NOON, NOON + 30 * SECOND), (back_at, back_at + MINUTE))


def test_somebody_who_comes_and_goes_for_ever_fills_no_memory() -> None:
    """Of ever more intervals the shortest absences go, and the first and last moment stay."""
    story = Story()
    guest = story.guest
    for turn in range(INTERVALS_KEPT + 20):
        story.passes(MINUTE)
        story.leaves(guest)
        # Every tenth absence is a short one.
        story.passes(SECOND if turn % 10 == 0 else MINUTE)
        story.redeems(guest, story.open_link, is_return=True).granted()
        story.connects(guest)
    story.passes(MINUTE)
    story.leaves(guest)

    intervals = guest.now.intervals
    assert len(intervals) == INTERVALS_KEPT
    assert (intervals[0][0], intervals[-1][1]) == (NOON, story.now)
    # 21 absences were left out, all of them short.
    stays = (INTERVALS_KEPT + 21) * MINUTE
    assert sum(until - since for since, until in intervals) == stays + 21 * SECOND
    assert all(since < until for since, until in intervals)
    assert all(one[1] < other[0] for one, other in pairwise(intervals))


def test_one_tab_of_two_closing_changes_nothing_that_others_see() -> None:
    story = Story()
    guest = story.guest
    first = guest.connections[0]
    story.connects(guest)
    story.closes(guest, first)
    assert guest.presence() is Presence.PRESENT


def test_the_late_close_of_an_old_socket_does_not_remove_the_new_one() -> None:
    story = Story()
    guest = story.guest
    old = guest.connections[0]
    story.connects(guest)
    story.closes(guest, old)
    story.closes(guest, old).then_nothing()
    story.passes(HOUR)
    assert guest.presence() is Presence.PRESENT
    assert [one.id for one in guest.now.connections] == guest.connections


@pytest.mark.parametrize("order", ["open first", "close first"])
def test_any_order_of_old_close_and_new_open_leaves_one_present_person(order: str) -> None:
    story = Story()
    guest = story.guest
    old = guest.connections[0]
    if order == "open first":
        story.connects(guest)
        story.closes(guest, old)
    else:
        story.closes(guest, old)
        story.connects(guest)
    story.passes(HOUR)
    assert guest.presence() is Presence.PRESENT
    assert story.state.places == 2


def test_closing_a_socket_of_somebody_else_changes_nothing() -> None:
    story = Story()
    guest, viewer = story.guest, story.viewer
    wish = o.CloseConnections(closed=((guest.id, viewer.connections[0]),))
    story.when(SERVER, wish).then_nothing()


def test_one_participant_may_have_so_many_sockets_and_no_more() -> None:
    story = Story()
    guest = story.guest
    for _ in range(MAX_CONNECTIONS - 1):
        story.connects(guest)
    story.opens(guest).then_refused(ErrorCode.RATE_LIMITED)
    story.closes(guest)
    story.connects(guest)


def test_a_flapping_client_is_never_seen_to_leave() -> None:
    story = Story()
    guest = story.guest
    for _ in range(100):
        story.closes(guest)
        story.passes(100)
        story.connects(guest)
    assert guest.now.intervals == ()
    assert story.state.places == 2


# --- what a ticket proves is asked again ---------------------------------------------------


def test_a_ticket_of_an_ended_session_or_another_one_opens_nothing() -> None:
    story = Story()
    guest, old = story.guest, story.session.id
    story.opens(guest, session_id=SessionId("e_other.s_1")).then_refused(ErrorCode.SESSION_ENDED)
    story.ends()
    story.opens(guest).then_refused(ErrorCode.SESSION_ENDED)
    story.starts()
    story.opens(guest, session_id=old).then_refused(ErrorCode.SESSION_ENDED)


def test_a_ticket_of_a_participant_who_is_not_of_this_session_is_invalid() -> None:
    story = Story()
    guest = story.guest
    story.ends()
    story.starts()
    story.opens(guest).then_refused(ErrorCode.TICKET_INVALID)


def test_a_ticket_of_a_deleted_entry_opens_nothing() -> None:
    story = Story()
    guest = story.guest
    story.given(story.owner.account, c.DeleteEntry())
    story.opens(guest).then_refused(ErrorCode.SESSION_ENDED)


def test_a_ticket_on_another_device_opens_nothing() -> None:
    story = Story()
    for someone in (story.guest, story.speaker):
        story.opens(someone, device=DeviceId("d_stolen")).then_refused(ErrorCode.OTHER_DEVICE)


def test_a_ticket_older_than_a_removal_or_block_opens_nothing() -> None:
    story = Story()
    guest, viewer = story.guest, story.viewer
    story.given(story.host, c.Remove(participant_id=guest.id), c.Block(participant_id=viewer.id))
    story.opens(guest).then_refused(ErrorCode.REMOVED)
    story.opens(viewer).then_refused(ErrorCode.BLOCKED)


def test_a_link_that_is_deleted_between_redemption_and_socket_opens_nothing() -> None:
    story = Story()
    guest = story.someone("Gus")
    story.redeems(guest, story.open_link)
    story.given(story.host, c.DeleteGuestLink(link_id=story.open_link))
    story.opens(guest).then_refused(ErrorCode.LINK_REVOKED)


def test_a_link_that_is_regenerated_between_redemption_and_socket_opens_nothing() -> None:
    story = Story()
    guest = story.someone("Gus")
    story.redeems(guest, story.open_link)
    story.given(story.host, c.RegenerateGuestLink(link_id=story.open_link))
    story.opens(guest).then_refused(ErrorCode.LINK_REVOKED)


def test_a_link_that_is_used_up_by_its_own_guest_lets_that_guest_in() -> None:
    story = Story()
    guest = story.came("Gus", story.makes_link(uses=1))
    assert guest.now.is_in
    story.leaves(guest)
    story.connects(guest)


def test_an_expired_link_does_not_let_back_in_who_left() -> None:
    story = Story()
    guest = story.came("Gus", story.makes_link(days=1))
    story.passes(DAY)
    story.closes(guest)
    story.connects(guest)
    story.leaves(guest)
    story.opens(guest).then_refused(ErrorCode.LINK_EXPIRED)


def test_an_invitation_that_is_revoked_between_redemption_and_socket_opens_nothing() -> None:
    story = Story()
    invitee = story.invitee
    story.accepts(invitee).granted()
    wish = c.RevokeInvitation(invitation_id=story.invitation_of(invitee).id)
    story.given(story.host, wish)
    story.opens(invitee).then_refused(ErrorCode.LINK_REVOKED)


def test_a_collaborator_whose_part_was_taken_does_not_come_back() -> None:
    story = Story()
    paul = story.collaborator("Paul", Part.CO_PUBLISHER)
    story.comes(paul)
    assert paul.account_id is not None
    story.given(story.owner.account, c.RemoveCollaborator(account_id=paul.account_id))
    story.closes(paul)
    story.connects(paul)
    story.leaves(paul)
    story.opens(paul).then_refused(ErrorCode.NOT_ALLOWED)


def test_who_has_two_ways_in_comes_back_while_one_of_them_is_open() -> None:
    story = Story()
    guest = story.guest
    story.invites(guest, InvitationType.MODERATOR)
    story.accepts(guest, inside=guest.id).granted()
    story.given(story.host, c.DeleteGuestLink(link_id=story.open_link))
    story.leaves(guest)
    story.connects(guest)
    assert guest.role() is Role.MODERATOR
    story.leaves(guest)
    story.given(story.host, c.RevokeInvitation(invitation_id=story.invitation_of(guest).id))
    story.opens(guest).then_refused(ErrorCode.LINK_REVOKED)


def test_an_invitee_who_became_a_collaborator_does_not_need_the_invitation_any_more() -> None:
    story = Story()
    vera = story.someone("Vera", account=True)
    invitation = story.invites(vera)
    story.comes(vera)
    assert vera.account_id is not None
    story.given(
        story.owner.account,
        c.SetCollaborator(
            account_id=vera.account_id, name="Vera", email=vera.email, part=Part.CO_VIEWER
        ),
        c.RevokeInvitation(invitation_id=invitation),
    )
    story.leaves(vera)
    story.enters(vera).granted()
    story.connects(vera)


def test_whoever_had_left_goes_through_the_gates_again() -> None:
    story = Story()
    guest = story.guest
    story.leaves(guest)
    story.given(story.host, c.SetLock(is_locked=True))
    story.opens(guest).then_a(e.ParticipantReturned, e.GateSet, e.ConnectionOpened)
    assert (guest.gate(), guest.now.wait_reason) == (Gate.WAITING_ROOM, WaitReason.LOCKED)


def test_whoever_reconnects_within_the_grace_does_not() -> None:
    story = Story()
    guest = story.guest
    story.closes(guest)
    story.given(story.host, c.SetLock(is_locked=True))
    story.opens(guest).then_a(e.ConnectionOpened)
    assert guest.now.is_in


# --- recognised again ----------------------------------------------------------------------


def back_as(story: Story, who: str, guest: Someone) -> Someone:
    """Make up how a removed guest comes back."""
    match who:
        case "same":
            return guest
        case "other device":
            return story.someone(guest.name, email=guest.email, device=DeviceId("d_new"))
        case "other e-mail":
            return story.someone("New Name", device=guest.device)
        case "other case":
            device = DeviceId("d_new")
            return story.someone("New", email=f" {guest.email.upper()} ", device=device)
    raise AssertionError(who)


@pytest.mark.parametrize("who", ["same", "other device", "other e-mail", "other case"])
@pytest.mark.parametrize("how", ["remove", "block", "decline"])
def test_a_guest_kept_out_stays_out_however_they_come_back(who: str, how: str) -> None:
    story = Story(approve_guests=how == "decline")
    guest = story.guest
    wishes: dict[str, c.Command] = {
        "remove": c.Remove(participant_id=guest.id),
        "block": c.Block(participant_id=guest.id),
        "decline": c.Decline(participant_ids=(guest.id,)),
    }
    story.given(story.host, wishes[how])
    expected = {
        "remove": ErrorCode.REMOVED, "block": ErrorCode.BLOCKED, "decline": ErrorCode.DECLINED,
    }[how]  # fmt: skip
    back = back_as(story, who, guest)
    story.redeems(back, story.open_link).then_refused(expected)
    other = story.makes_link("Other")
    story.redeems(back_as(story, who, guest), other).then_refused(expected)
    assert story.link(other).uses == 0


def test_a_removed_invitee_does_not_come_back_as_a_guest_who_types_that_address() -> None:
    story = Story()
    viewer = story.viewer
    story.given(story.host, c.Remove(participant_id=viewer.id))
    disguised = story.someone("Nobody", email=viewer.email, device=DeviceId("d_new"))
    story.redeems(disguised, story.open_link).then_refused(ErrorCode.REMOVED)


def test_a_removed_person_is_recognised_by_every_device_they_were_connected_on() -> None:
    story = Story()
    vera = story.someone("Vera", account=True)
    story.invites(vera)
    story.comes(vera)
    phone = DeviceId("d_phone")
    story.connects(vera, device=phone)
    story.given(story.host, c.Remove(participant_id=vera.id))
    for device in (vera.device, phone):
        disguised = story.someone("Nobody", device=device)
        story.redeems(disguised, story.open_link).then_refused(ErrorCode.REMOVED)


def test_an_invited_person_is_not_shut_out_by_a_guest_who_gave_their_address() -> None:
    story = Story()
    invitee = story.invitee
    impostor = story.came("Nobody", story.open_link, email=invitee.email)
    story.given(story.host, c.Block(participant_id=impostor.id))
    assert story.comes(invitee).now.is_in


def test_a_removal_ends_with_the_session_and_a_block_does_not() -> None:
    story = Story()
    removed, blocked = story.came("Rita", story.open_link), story.came("Bill", story.open_link)
    story.given(story.host, c.Remove(participant_id=removed.id), c.Block(participant_id=blocked.id))
    story.ends()
    story.starts()
    story.redeems(removed, story.open_link).granted()
    story.redeems(blocked, story.open_link).then_refused(ErrorCode.BLOCKED)


# --- the clock -----------------------------------------------------------------------------


def test_looking_at_the_clock_too_early_changes_nothing() -> None:
    story = Story()
    guest = story.guest
    story.closes(guest)
    story.when(SERVER, o.LookAtClock(participant_ids=(guest.id,))).then_nothing()


def test_the_clock_of_somebody_unknown_is_nobodys() -> None:
    story = Story()
    guest = story.guest
    story.ends()
    story.starts()
    story.when(SERVER, o.LookAtClock(participant_ids=(guest.id,))).then_nothing()


def test_a_session_opens_by_its_schedule_with_a_lead() -> None:
    story = Story(
        starts_at=NOON + HOUR, is_open=False, opens_by_itself=True, lead_s=600, host_absent_s=900
    )
    story.passes(HOUR - 10 * MINUTE - 1)
    assert story.life() is SessionState.SCHEDULED
    story.passes(1)
    assert story.life() is SessionState.OPEN
    assert story.session.host_absent_ends_at == story.now + 15 * MINUTE


def test_without_the_setting_a_schedule_opens_nothing() -> None:
    story = Story(starts_at=NOON + HOUR, is_open=False)
    story.passes(DAY)
    assert story.life() is SessionState.SCHEDULED


def test_an_opening_by_schedule_lets_in_who_counted_down() -> None:
    story = Story(starts_at=NOON + HOUR, is_open=False, opens_by_itself=True)
    guest = story.guest
    assert guest.gate() is Gate.COUNTDOWN
    story.passes(HOUR)
    assert guest.now.is_in


def test_a_session_without_host_or_moderator_ends_when_the_timer_runs_out() -> None:
    story = Story(host_absent_s=900)
    guest = story.guest
    story.leaves(story.host)
    assert story.session.host_absent_ends_at == story.now + 15 * MINUTE
    story.passes(15 * MINUTE - 1)
    assert guest.now.is_in
    story.passes(1)
    assert story.life() is SessionState.ENDED
    assert story.session.end_reason is EndReason.HOST_ABSENT
    assert guest.presence() is Presence.LEFT


def test_a_host_whose_line_drops_is_absent_only_after_the_grace() -> None:
    story = Story(grace_s=30)
    story.closes(story.host)
    assert story.session.host_absent_ends_at is None
    story.passes(30 * SECOND)
    assert story.session.host_absent_ends_at is not None


def test_the_timer_stops_when_a_host_is_back() -> None:
    story = Story()
    story.leaves(story.host)
    story.passes(MINUTE)
    story.enters(story.host)
    story.opens(story.host).then_a(e.ConnectionOpened, e.HostAbsenceEnded)
    story.passes(HOUR)
    assert story.life() is SessionState.OPEN


def test_what_is_not_live_needs_no_host() -> None:
    story = Story(EntryKind.VIDEO)
    story.leaves(story.host)
    assert story.session.host_absent_ends_at is None


def test_a_clock_that_steps_back_leaves_no_negative_presence() -> None:
    story = Story()
    guest = story.guest
    story.now -= HOUR
    story.leaves(guest)
    assert guest.now.intervals == ((NOON, NOON),)


def test_blocking_by_device_reaches_whoever_is_inside_on_it() -> None:
    story = Story()
    shared = DeviceId("d_shared")
    one = story.came("Gus", story.open_link, device=shared)
    two = story.came("Gina", story.open_link, device=shared)
    far = story.came("Gil", story.open_link)
    story.given(story.host, c.Block(participant_id=one.id, by=(BlockBy.DEVICE,)))
    assert two.now.kept_out == "removed"
    assert far.now.is_in
    story.redeems(two, story.open_link).then_refused(ErrorCode.BLOCKED)


# --- the text that guests agree to ---------------------------------------------------------


def test_a_guest_who_has_not_agreed_to_the_text_does_not_come_in() -> None:
    story = Story(consent="Be kind.")
    link, guest = story.makes_link(), story.someone("Gus Guest")
    story.redeems(guest, link).then_refused(ErrorCode.CONSENT_REQUIRED)
    story.redeems(guest, link, consent="other").then_refused(ErrorCode.CONSENT_REQUIRED)
    assert story.link(link).uses == 0


def test_agreeing_is_recorded_with_its_moment_and_the_text() -> None:
    story = Story(consent="Be kind.")
    link, guest = story.makes_link(), story.someone("Gus Guest")
    version = consent_version("Be kind.")
    story.passes(MINUTE)
    given = story.redeems(guest, link, consent=version).of(e.ConsentGiven)
    assert (given.participant_id, given.version) == (guest.id, version)
    assert guest.now.consent == Consent(version=version, at=story.now)
    assert dict(story.state.consents) == {version: "Be kind."}


def test_a_guest_who_comes_back_agrees_again_only_when_the_text_has_changed() -> None:
    story = Story(consent="Be kind.")
    link, guest = story.makes_link(), story.someone("Gus Guest")
    story.redeems(guest, link, consent=consent_version("Be kind.")).granted()
    story.ends()
    story.starts()
    story.redeems(guest, link, is_return=True).granted()
    assert guest.now.consent is not None
    settings = story.entry.settings.model_copy(update={"consent": "Be quick."})
    story.given(story.owner.account, c.EditSettings(settings=settings, only=("consent",)))
    story.redeems(guest, link, is_return=True).then_refused(ErrorCode.CONSENT_REQUIRED)
    story.redeems(guest, link, consent=consent_version("Be quick.")).granted()
    assert guest.now.consent.version == consent_version("Be quick.")


def test_a_link_that_is_dead_says_so_before_it_asks_for_consent() -> None:
    story = Story(consent="Be kind.")
    link, guest = story.makes_link(), story.someone("Gus Guest")
    story.given(story.owner.account, c.PauseGuestLink(link_id=link, is_paused=True))
    story.redeems(guest, link).then_refused(ErrorCode.LINK_DISABLED)
