"""Manage guest access: the switch and up to three links."""

from typing import Any

import pytest

from protocol import commands as c
from protocol.commands import Command
from protocol.errors import ErrorCode
from protocol.ids import LinkId
from protocol.roles import BlockBy, InvitationType, Right, Role
from server.core import events as e
from server.core.state import GuestLink
from tests.core.given import DAY, HOUR, PLATFORM, Story

# --- the switch ----------------------------------------------------------------------------


def test_guest_access_is_off_at_first() -> None:
    assert not Story().state.is_guest_access_on


def test_switching_guest_access_on_is_one_event_and_again_none() -> None:
    story = Story()
    story.when(story.host, c.SetGuestAccess(is_on=True)).then(e.GuestAccessSet(is_on=True))
    story.when(story.host, c.SetGuestAccess(is_on=True)).then_nothing()


def test_switching_guest_access_off_stops_every_link_and_leaves_those_inside() -> None:
    story = Story()
    second = story.makes_link("Parents")
    guest = story.guest
    story.given(story.host, c.SetGuestAccess(is_on=False))
    late = story.someone("Late")
    story.redeems(late, story.open_link).then_refused(ErrorCode.LINK_DISABLED)
    story.redeems(late, second).then_refused(ErrorCode.LINK_DISABLED)
    assert guest.now.is_in


def test_switching_guest_access_on_again_revives_the_links() -> None:
    story = Story()
    link = story.open_link
    story.given(story.host, c.SetGuestAccess(is_on=False), c.SetGuestAccess(is_on=True))
    story.redeems(story.someone("Gina"), link).granted()


def test_a_guest_inside_survives_a_dropped_connection_while_access_is_off() -> None:
    story = Story()
    guest = story.guest
    story.given(story.host, c.SetGuestAccess(is_on=False))
    story.loses(guest)
    story.connects(guest)
    assert guest.now.is_in


def test_a_guest_who_left_does_not_come_back_by_their_ticket_while_access_is_off() -> None:
    story = Story()
    guest = story.guest
    story.given(story.host, c.SetGuestAccess(is_on=False))
    story.leaves(guest)
    story.opens(guest).then_refused(ErrorCode.LINK_DISABLED)


# --- making links --------------------------------------------------------------------------


def test_a_link_has_a_name_and_limits() -> None:
    story = Story()
    wish = c.CreateGuestLink(name=" Class 7 ", uses=5, days=2, needs_approval=True)
    answer = story.when(story.host, wish)
    answer.then(
        e.GuestLinkCreated(
            link=GuestLink(
                id=answer.result["link_id"],
                name="Class 7",
                created_at=story.now,
                max_uses=5,
                expires_at=story.now + 2 * DAY,
                needs_approval=True,
            )
        )
    )


def test_a_link_without_limits_has_none() -> None:
    story = Story()
    link = story.link(story.open_link)
    assert (link.max_uses, link.expires_at, link.needs_approval) == (None, None, False)


def test_a_name_of_which_nothing_is_seen_is_refused() -> None:
    story = Story()
    wish = c.CreateGuestLink(name="\u200b\u200b")
    story.when(story.host, wish).then_refused(ErrorCode.BAD_REQUEST, "name")


def test_there_are_at_most_three_links() -> None:
    story = Story()
    for name in ("One", "Two", "Three"):
        story.makes_link(name)
    story.when(story.host, c.CreateGuestLink(name="Four")).then_refused(
        ErrorCode.LINK_LIMIT_REACHED
    )


def test_making_and_deleting_links_for_ever_fills_no_memory(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("server.core.evolve.doors.DELETED_KEPT", 3)
    story = Story()
    used = story.makes_link("Used")
    story.came("Gus", used)
    story.given(story.host, c.DeleteGuestLink(link_id=used))
    links = []
    for number in range(5):
        links.append(story.makes_link(f"Link {number}"))
        story.given(story.host, c.DeleteGuestLink(link_id=links[-1]))
        story.passes(1)

    assert set(story.state.links) == {used, *links[2:]}
    late = story.someone("Late")
    story.redeems(late, used, generation=1).then_refused(ErrorCode.LINK_REVOKED)
    story.redeems(late, links[-1], generation=1).then_refused(ErrorCode.LINK_REVOKED)
    story.redeems(late, links[0], generation=1).then_refused(ErrorCode.LINK_NOT_FOUND)


def test_deleting_a_link_frees_its_place() -> None:
    story = Story()
    links = [story.makes_link(name) for name in ("One", "Two", "Three")]
    story.when(story.host, c.DeleteGuestLink(link_id=links[0])).then(
        e.GuestLinkDeleted(link_id=links[0])
    )
    story.given(story.host, c.CreateGuestLink(name="Four"))


# --- changing them -------------------------------------------------------------------------


def test_a_paused_link_lets_nobody_in_until_it_goes_on() -> None:
    story = Story()
    link, late = story.open_link, story.someone("Late")
    story.when(story.host, c.PauseGuestLink(link_id=link, is_paused=True)).then(
        e.GuestLinkPaused(link_id=link, is_paused=True)
    )
    story.when(story.host, c.PauseGuestLink(link_id=link, is_paused=True)).then_nothing()
    story.redeems(late, link).then_refused(ErrorCode.LINK_DISABLED)
    story.given(story.host, c.PauseGuestLink(link_id=link, is_paused=False))
    story.redeems(late, link).granted()


def test_editing_changes_what_is_named_and_leaves_the_rest() -> None:
    story = Story()
    link = story.makes_link("Class", uses=2, days=1, needs_approval=True)
    story.given(story.host, c.EditGuestLink(link_id=link, name="Parents"))
    changed = story.link(link)
    assert (changed.name, changed.max_uses, changed.needs_approval) == ("Parents", 2, True)
    assert changed.expires_at == story.now + DAY


def test_editing_counts_days_from_now() -> None:
    story = Story()
    link = story.makes_link(days=1)
    story.passes(HOUR)
    story.given(story.host, c.EditGuestLink(link_id=link, days=3))
    assert story.link(link).expires_at == story.now + 3 * DAY


def test_null_lifts_a_limit() -> None:
    story = Story()
    link = story.makes_link(uses=1, days=1)
    story.given(story.host, c.EditGuestLink(link_id=link, uses=None, days=None))
    assert (story.link(link).max_uses, story.link(link).expires_at) == (None, None)


@pytest.mark.parametrize("field", ["name", "needs_approval"])
def test_null_is_refused_where_there_is_no_limit_to_lift(field: str) -> None:
    story = Story()
    link = story.makes_link(needs_approval=True)
    wish = c.EditGuestLink.model_validate({"link_id": link, field: None})
    story.when(story.host, wish).then_refused(ErrorCode.BAD_REQUEST, field)


def test_an_edit_that_changes_nothing_is_no_event() -> None:
    story = Story()
    link = story.makes_link("Class")
    story.when(story.host, c.EditGuestLink(link_id=link, name="Class")).then_nothing()


def test_fewer_uses_than_were_used_close_the_link() -> None:
    story = Story()
    link = story.makes_link(uses=5)
    story.came("Gus", link)
    story.came("Gina", link)
    story.given(story.host, c.EditGuestLink(link_id=link, uses=1))
    story.redeems(story.someone("Gil"), link).then_refused(ErrorCode.LINK_USED_UP)


def test_more_uses_open_a_used_up_link() -> None:
    story = Story()
    link = story.makes_link(uses=1)
    story.came("Gus", link)
    story.given(story.host, c.EditGuestLink(link_id=link, uses=2))
    story.redeems(story.someone("Gina"), link).granted()


def test_an_extension_counts_from_the_expiry_or_from_now_if_that_is_later() -> None:
    story = Story()
    link = story.makes_link(days=1)
    made_at = story.now
    story.given(story.host, c.ExtendGuestLink(link_id=link, days=1))
    assert story.link(link).expires_at == made_at + 2 * DAY
    story.passes(5 * DAY)
    story.given(story.host, c.ExtendGuestLink(link_id=link, days=1))
    assert story.link(link).expires_at == story.now + DAY


def test_extending_a_link_without_expiry_changes_nothing() -> None:
    story = Story()
    story.when(story.host, c.ExtendGuestLink(link_id=story.open_link, days=1)).then_nothing()


def test_a_regenerated_link_has_another_url_and_counts_from_nought() -> None:
    story = Story()
    link = story.makes_link(uses=1)
    story.came("Gus", link)
    story.when(story.host, c.RegenerateGuestLink(link_id=link)).then(
        e.GuestLinkRegenerated(link_id=link)
    )
    assert (story.link(link).generation, story.link(link).uses) == (2, 0)
    late = story.someone("Late")
    story.redeems(late, link, generation=1).then_refused(ErrorCode.LINK_REVOKED)
    story.redeems(late, link, generation=2).granted()


def test_those_who_came_by_a_deleted_link_stay() -> None:
    story = Story()
    guest = story.guest
    story.given(story.host, c.DeleteGuestLink(link_id=story.open_link))
    assert guest.now.is_in
    story.redeems(story.someone("Late"), story.open_link).then_refused(ErrorCode.LINK_REVOKED)


@pytest.mark.parametrize(
    "wish",
    [
        c.EditGuestLink(link_id=LinkId("l_1"), name="Other"),
        c.PauseGuestLink(link_id=LinkId("l_1"), is_paused=True),
        c.ExtendGuestLink(link_id=LinkId("l_1"), days=1),
        c.RegenerateGuestLink(link_id=LinkId("l_1")),
        c.DeleteGuestLink(link_id=LinkId("l_1")),
        c.RevokeGuestLink(link_id=LinkId("l_1")),
    ],
)
def test_a_link_that_is_unknown_or_deleted_cannot_be_changed(wish: Command) -> None:
    story = Story()
    story.when(story.host, wish).then_refused(ErrorCode.NOT_FOUND)
    deleted = story.open_link
    story.given(story.host, c.DeleteGuestLink(link_id=deleted))
    again = wish.model_copy(update={"link_id": deleted})
    story.when(story.host, again).then_refused(ErrorCode.NOT_FOUND)


# --- revoke and remove ---------------------------------------------------------------------


def test_revoking_removes_everybody_who_came_by_the_link_and_nobody_else() -> None:
    story = Story()
    guest, viewer = story.guest, story.viewer
    other = story.came("Olaf", story.makes_link("Other"))
    answer = story.when(story.host, c.RevokeGuestLink(link_id=story.open_link))
    assert answer.result == {"removed": 1}
    assert guest.now.kept_out == "removed"
    assert other.now.is_in
    assert viewer.now.is_in


def test_revoking_spares_guests_who_are_staff_by_now() -> None:
    story = Story()
    guest = story.guest
    story.given(story.host, c.SetRole(participant_id=guest.id, role=Role.MODERATOR))
    story.given(story.host, c.RevokeGuestLink(link_id=story.open_link))
    assert guest.now.is_in


def test_revoking_passes_over_those_who_left() -> None:
    story = Story()
    story.leaves(story.guest)
    answer = story.when(story.host, c.RevokeGuestLink(link_id=story.open_link))
    assert answer.result == {"removed": 0}


def test_revoking_needs_the_right_to_remove_too() -> None:
    story = Story()
    rights = c.SetRights(participant_id=story.speaker.id, granted=(Right.MANAGE_GUEST_ACCESS,))
    story.given(story.host, rights)
    link = story.open_link
    story.when(story.speaker, c.RevokeGuestLink(link_id=link)).then_refused(ErrorCode.NOT_ALLOWED)
    story.when(story.speaker, c.DeleteGuestLink(link_id=link)).granted()


def test_revoking_reaches_nobody_above_the_actor_and_not_the_actor() -> None:
    story = Story()
    actor, peer = story.guest, story.came("Gina", story.open_link)
    above = story.came("Gil", story.open_link)
    rights = (Right.MANAGE_GUEST_ACCESS, Right.REMOVE)
    story.given(
        story.host,
        c.SetRights(participant_id=actor.id, granted=rights),
        c.SetRole(participant_id=above.id, role=Role.SPEAKER),
    )
    story.given(actor, c.RevokeGuestLink(link_id=story.open_link))
    assert actor.now.is_in
    assert above.now.is_in
    assert peer.now.kept_out == "removed"


# --- who may -------------------------------------------------------------------------------


def test_moderators_manage_guest_access_unless_the_setting_says_no() -> None:
    wish = c.CreateGuestLink(name="Class")
    story = Story()
    story.when(story.moderator, wish).granted()
    strict = Story(moderators_may_invite=False)
    strict.when(strict.moderator, wish).then_refused(ErrorCode.NOT_ALLOWED)
    strict.when(PLATFORM, wish).granted()


@pytest.mark.parametrize("role", ["speaker", "viewer", "guest"])
def test_nobody_below_moderator_manages_guest_access(role: str) -> None:
    story = Story()
    link = story.open_link
    wishes: list[Any] = [
        c.SetGuestAccess(is_on=False),
        c.CreateGuestLink(name="Mine"),
        c.RegenerateGuestLink(link_id=link),
        c.RevokeGuestLink(link_id=link),
    ]
    for wish in wishes:
        story.when(getattr(story, role), wish).then_refused(ErrorCode.NOT_ALLOWED)


def test_a_blocked_link_lets_nobody_new_in_and_those_inside_stay() -> None:
    story = Story()
    guest, peer = story.guest, story.came("Gina", story.open_link)
    story.given(story.host, c.Block(participant_id=guest.id, by=(BlockBy.LINK,)))
    story.redeems(story.someone("Late"), story.open_link).then_refused(ErrorCode.BLOCKED)
    story.loses(peer)
    story.connects(peer)
    assert peer.now.is_in
    assert guest.now.kept_out == "blocked"


def test_an_invited_person_is_not_reached_by_a_blocked_link() -> None:
    story = Story()
    story.given(story.host, c.Block(participant_id=story.guest.id, by=(BlockBy.LINK,)))
    assert story.invited("Ines", InvitationType.VIEWER).now.is_in
