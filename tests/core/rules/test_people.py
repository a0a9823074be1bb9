"""Roles, single rights, names, removal and blocks."""

import pytest

from protocol import commands as c
from protocol.errors import ErrorCode
from protocol.ids import BlockId, DeviceId, ParticipantId
from protocol.roles import (
    BlockBy,
    Gate,
    InvitationType,
    Part,
    Presence,
    Right,
    Role,
    SessionState,
    StageMode,
    StagePlace,
)
from server.core import events as e
from server.core.rights import GRANTABLE, rights_of_participant
from server.core.rules.people import UNDO_MS
from tests.core.given import PLATFORM, SECOND, Someone, Story

NOBODY = ParticipantId("p_nobody")

# --- roles ---------------------------------------------------------------------------------


def test_a_role_changes_at_once_and_can_be_undone_for_a_few_seconds() -> None:
    story = Story()
    guest = story.guest
    wish = c.SetRole(participant_id=guest.id, role=Role.MODERATOR)
    answer = story.when(story.host, wish).then_a(e.RoleGranted)
    assert guest.role() is Role.MODERATOR
    assert answer.result == {"undo_until": story.now + UNDO_MS}
    story.when(story.host, c.UndoRole(participant_id=guest.id)).then_a(e.RoleGranted)
    assert guest.role() is Role.VIEWER
    story.when(story.host, c.UndoRole(participant_id=guest.id)).then_refused(ErrorCode.CONFLICT)


def test_the_same_role_again_is_no_event() -> None:
    story = Story()
    wish = c.SetRole(participant_id=story.guest.id, role=Role.VIEWER)
    story.when(story.host, wish).then_nothing()


def test_after_the_few_seconds_nothing_is_undone() -> None:
    story = Story()
    guest = story.guest
    story.given(story.host, c.SetRole(participant_id=guest.id, role=Role.SPEAKER))
    story.passes(UNDO_MS - 1)
    story.given(story.host, c.UndoRole(participant_id=guest.id))
    story.given(story.host, c.SetRole(participant_id=guest.id, role=Role.SPEAKER))
    story.passes(UNDO_MS)
    story.when(story.host, c.UndoRole(participant_id=guest.id)).then_refused(ErrorCode.CONFLICT)


def test_a_role_survives_refresh_reconnect_and_return() -> None:
    story = Story()
    guest = story.guest
    story.given(story.host, c.SetRole(participant_id=guest.id, role=Role.SPEAKER))
    story.closes(guest)
    story.connects(guest)
    assert guest.role() is Role.SPEAKER
    story.leaves(guest)
    story.redeems(guest, story.open_link)
    assert guest.role() is Role.SPEAKER


def test_whoever_demoted_themselves_may_take_it_back() -> None:
    story = Story()
    moderator = story.moderator
    wish = c.SetRole(participant_id=moderator.id, role=Role.VIEWER)
    story.given(moderator, wish)
    story.given(moderator, c.UndoRole(participant_id=moderator.id))
    assert moderator.role() is Role.MODERATOR


def test_whoever_was_demoted_by_another_may_not() -> None:
    story = Story()
    moderator = story.moderator
    story.given(story.host, c.SetRole(participant_id=moderator.id, role=Role.VIEWER))
    story.when(moderator, c.UndoRole(participant_id=moderator.id)).then_refused(
        ErrorCode.NOT_ALLOWED
    )


def test_an_undo_of_ones_own_step_down_ends_with_anothers_change() -> None:
    story = Story()
    moderator = story.moderator
    story.given(moderator, c.SetRole(participant_id=moderator.id, role=Role.VIEWER))
    story.given(story.host, c.SetRights(participant_id=moderator.id, revoked=(Right.RAISE_HAND,)))
    story.when(moderator, c.UndoRole(participant_id=moderator.id)).then_refused(
        ErrorCode.NOT_ALLOWED
    )


def test_a_moderator_does_not_undo_the_demotion_of_a_host() -> None:
    story = Story()
    cora = story.comes(story.collaborator("Cora", Part.CO_OWNER))
    story.given(story.host, c.SetRole(participant_id=cora.id, role=Role.SPEAKER))
    undo = c.UndoRole(participant_id=cora.id)
    story.when(story.moderator, undo).then_refused(ErrorCode.NOT_ALLOWED)
    story.when(story.host, undo).granted()


def test_an_undo_for_somebody_unknown_is_not_found() -> None:
    story = Story()
    story.when(story.host, c.UndoRole(participant_id=NOBODY)).then_refused(ErrorCode.NOT_FOUND)


def test_a_moderator_manages_moderators_and_never_a_host() -> None:
    story = Story()
    moderator = story.moderator
    other = story.invited("Other", InvitationType.MODERATOR)
    story.given(moderator, c.SetRole(participant_id=other.id, role=Role.VIEWER))
    for wish in (
        c.SetRole(participant_id=story.host.id, role=Role.VIEWER),
        c.SetRights(participant_id=story.host.id, revoked=(Right.LOCK,)),
        c.Rename(participant_id=story.host.id, name="Nobody"),
        c.Remove(participant_id=story.host.id),
        c.Block(participant_id=story.host.id),
        c.UndoRole(participant_id=story.host.id),
    ):
        story.when(moderator, wish).then_refused(ErrorCode.NOT_ALLOWED)


@pytest.mark.parametrize("subject", ["guest", "moderator"])
def test_nobody_raises_above_their_own_role(subject: str) -> None:
    story = Story()
    someone: Someone = getattr(story, subject)
    wish = c.SetRole(participant_id=someone.id, role=Role.HOST)
    story.when(story.moderator, wish).then_refused(ErrorCode.NOT_ALLOWED)
    story.when(story.host, wish).granted()


def test_two_moderators_demoting_each_other_at_once_end_by_the_order_of_the_log() -> None:
    story = Story()
    one = story.moderator
    two = story.invited("Other", InvitationType.MODERATOR)
    story.given(one, c.SetRole(participant_id=two.id, role=Role.VIEWER))
    story.when(two, c.SetRole(participant_id=one.id, role=Role.VIEWER)).then_refused(
        ErrorCode.NOT_ALLOWED
    )
    assert one.role() is Role.MODERATOR


def test_promotion_against_removal_ends_removed_in_either_order() -> None:
    for first in ("promote", "remove"):
        story = Story()
        guest = story.guest
        promote = c.SetRole(participant_id=guest.id, role=Role.MODERATOR)
        remove = c.Remove(participant_id=guest.id)
        if first == "promote":
            story.given(story.host, promote)
            story.given(story.moderator, remove)
        else:
            story.given(story.moderator, remove)
            story.when(story.host, promote).then_refused(ErrorCode.NOT_FOUND)
        assert guest.now.kept_out == "removed"


def test_the_last_host_or_moderator_steps_down_only_when_they_mean_it() -> None:
    story = Story()
    host = story.host
    wish = c.SetRole(participant_id=host.id, role=Role.VIEWER)
    story.when(host, wish).then_refused(ErrorCode.LAST_HOST)
    meant = c.SetRole(participant_id=host.id, role=Role.VIEWER, even_if_last=True)
    story.when(host, meant).then_a(e.RoleGranted, e.HostAbsenceBegan)


def test_while_another_is_here_the_host_steps_down_without_a_warning() -> None:
    story = Story()
    assert story.moderator.now.is_in
    story.given(story.host, c.SetRole(participant_id=story.host.id, role=Role.VIEWER))
    assert story.session.host_absent_ends_at is None


def test_undoing_a_promotion_does_not_leave_a_room_without_staff_unawares() -> None:
    story = Story()
    guest = story.guest
    story.given(story.host, c.SetRole(participant_id=guest.id, role=Role.MODERATOR))
    story.leaves(story.host)
    story.when(story.host.account, c.UndoRole(participant_id=guest.id)).then_refused(
        ErrorCode.LAST_HOST
    )


def test_being_made_a_viewer_leads_off_the_stage_unless_it_is_open_to_everyone() -> None:
    for mode, place in (
        (StageMode.BY_REQUEST, StagePlace.OFF),
        (StageMode.INVITE_ONLY, StagePlace.OFF),
        (StageMode.EVERYONE, StagePlace.ON),
    ):
        story = Story(stage_mode=mode)
        moderator = story.moderator
        story.given(moderator, c.JoinStage())
        story.given(story.host, c.SetRole(participant_id=moderator.id, role=Role.VIEWER))
        assert moderator.stage() is place


def test_staff_demoted_before_the_start_count_down_with_the_others() -> None:
    story = Story(is_open=False)
    moderator = story.moderator
    assert moderator.gate() is None
    story.given(story.host, c.SetRole(participant_id=moderator.id, role=Role.SPEAKER))
    assert moderator.gate() is Gate.COUNTDOWN
    story.starts()
    assert moderator.now.is_in


def test_the_last_staff_demoted_before_the_start_end_the_early_time() -> None:
    story = Story(is_open=False)
    host = story.host
    assert story.life() is SessionState.EARLY
    rights = c.SetRights(participant_id=host.id, revoked=(Right.ENTER_EARLY,))
    story.given(host, rights)
    assert host.gate() is Gate.COUNTDOWN
    assert story.life() is SessionState.SCHEDULED


def test_roles_of_those_who_are_not_inside_are_not_set() -> None:
    story = Story(approve_guests=True)
    for one in (NOBODY, story.guest.id):
        wish = c.SetRole(participant_id=one, role=Role.SPEAKER)
        story.when(story.host, wish).then_refused(ErrorCode.NOT_FOUND)


def test_a_demoted_collaborator_does_not_raise_themselves_from_the_media_page() -> None:
    story = Story()
    paul = story.comes(story.collaborator("Paul", Part.CO_PUBLISHER))
    story.given(story.host, c.SetRole(participant_id=paul.id, role=Role.VIEWER))
    for wish in (
        c.SetRole(participant_id=paul.id, role=Role.MODERATOR),
        c.SetRights(participant_id=paul.id, granted=(Right.LOCK,)),
        c.UndoRole(participant_id=paul.id),
        c.SetLock(is_locked=True),
        c.EndSession(),
    ):
        story.when(paul.account, wish).then_refused(ErrorCode.NOT_ALLOWED)
    story.leaves(paul)
    story.enters(paul)
    assert paul.role() is Role.VIEWER


def test_the_owner_cannot_be_shut_out_of_their_own_entry() -> None:
    story = Story()
    cora = story.comes(story.collaborator("Cora", Part.CO_OWNER))
    made = story.when(cora, c.Block(participant_id=story.host.id))
    assert cora.account_id is not None
    unblock = c.Unblock(block_id=made.result["block_id"])
    story.when(story.owner.account, unblock).then_refused(ErrorCode.NOT_ALLOWED)
    story.given(
        story.owner.account,
        c.RemoveCollaborator(account_id=cora.account_id),
        c.EndSession(),
        c.StartSession(),
    )


# --- single rights -------------------------------------------------------------------------


def test_single_rights_are_given_taken_shown_as_custom_and_undone() -> None:
    story = Story()
    guest = story.guest
    wish = c.SetRights(participant_id=guest.id, granted=(Right.ADMIT,), revoked=(Right.RAISE_HAND,))
    story.when(story.host, wish).then_a(e.RoleGranted)
    assert guest.now.is_custom
    assert guest.role() is Role.VIEWER
    story.when(guest, c.AdmitAll()).granted()
    story.when(guest, c.RaiseHand()).then_refused(ErrorCode.NOT_ALLOWED)
    story.when(story.host, wish).then_nothing()
    story.given(story.host, c.UndoRole(participant_id=guest.id))
    assert guest.now.granted | guest.now.revoked == set()
    story.given(guest, c.RaiseHand())


def test_new_single_rights_replace_earlier_ones() -> None:
    story = Story()
    guest = story.guest
    story.given(
        story.host,
        c.SetRights(participant_id=guest.id, granted=(Right.ADMIT,)),
        c.SetRights(participant_id=guest.id, granted=(Right.LOCK,)),
    )
    assert guest.now.granted == {Right.LOCK}


def test_a_role_clears_single_rights() -> None:
    story = Story()
    guest = story.guest
    story.given(
        story.host,
        c.SetRights(participant_id=guest.id, revoked=(Right.RAISE_HAND,)),
        c.SetRole(participant_id=guest.id, role=Role.VIEWER),
    )
    assert not guest.now.is_custom


def test_a_right_both_given_and_taken_makes_no_sense() -> None:
    story = Story()
    wish = c.SetRights(participant_id=story.guest.id, granted=(Right.LOCK,), revoked=(Right.LOCK,))
    story.when(story.host, wish).then_refused(ErrorCode.BAD_REQUEST, "granted")


@pytest.mark.parametrize("right", sorted(set(Right) - GRANTABLE))
def test_rights_on_the_entry_itself_are_not_given_in_a_session(right: Right) -> None:
    story = Story()
    wish = c.SetRights(participant_id=story.guest.id, granted=(right,))
    story.when(story.host, wish).then_refused(ErrorCode.BAD_REQUEST, "granted")


def test_nobody_gives_a_right_that_they_lack() -> None:
    story = Story()
    speaker, guest = story.speaker, story.guest
    story.given(story.host, c.SetRights(participant_id=speaker.id, granted=(Right.EDIT_RIGHTS,)))
    story.when(speaker, c.SetRights(participant_id=guest.id, granted=(Right.LOCK,))).then_refused(
        ErrorCode.NOT_ALLOWED
    )
    story.when(speaker, c.SetRights(participant_id=guest.id, granted=(Right.JOIN_STAGE,))).granted()


def limited(story: Story, *rights: Right) -> Someone:
    """Give a moderator from whom rights were taken."""
    moderator = story.moderator
    story.given(story.host, c.SetRights(participant_id=moderator.id, revoked=rights))
    return moderator


def test_nobody_gets_back_by_their_own_hand_what_was_taken_from_them() -> None:
    story = Story()
    moderator = limited(story, Right.LOCK)
    for wish in (
        c.SetRights(participant_id=moderator.id),
        c.SetRights(participant_id=moderator.id, revoked=(Right.RAISE_HAND,)),
        c.SetRole(participant_id=moderator.id, role=Role.MODERATOR),
        c.UndoRole(participant_id=moderator.id),
    ):
        story.when(moderator, wish).then_refused(ErrorCode.NOT_ALLOWED)
    story.when(moderator, c.SetLock(is_locked=True)).then_refused(ErrorCode.NOT_ALLOWED)


def test_nobody_gives_a_friend_by_a_role_what_was_taken_from_themselves() -> None:
    story = Story()
    moderator = limited(story, Right.LOCK)
    raise_ = c.SetRole(participant_id=story.guest.id, role=Role.MODERATOR)
    story.when(moderator, raise_).then_refused(ErrorCode.NOT_ALLOWED)
    story.given(moderator, c.SetRole(participant_id=story.guest.id, role=Role.SPEAKER))


def test_a_limited_moderator_who_steps_down_and_back_is_as_limited_as_before() -> None:
    story = Story()
    moderator = limited(story, Right.LOCK)
    story.given(
        moderator,
        c.SetRole(participant_id=moderator.id, role=Role.VIEWER),
        c.UndoRole(participant_id=moderator.id),
    )
    assert moderator.role() is Role.MODERATOR
    assert moderator.now.revoked == {Right.LOCK}


def test_another_moderator_may_give_the_right_back() -> None:
    story = Story()
    moderator = limited(story, Right.LOCK)
    other = story.invited("Other", InvitationType.MODERATOR)
    story.given(other, c.SetRights(participant_id=moderator.id))
    story.given(moderator, c.SetLock(is_locked=True))


def test_a_part_in_the_entry_outlasts_what_a_session_takes_away() -> None:
    story = Story()
    cora = story.comes(story.collaborator("Cora", Part.CO_OWNER))
    story.given(
        story.host,
        c.SetRights(participant_id=cora.id, revoked=(Right.INVITE, Right.LOCK)),
    )
    rights = rights_of_participant(story.state, cora.now)
    assert Right.INVITE in rights
    assert Right.EDIT_ENTRY in rights
    assert Right.LOCK not in rights


# --- names ---------------------------------------------------------------------------------


def test_people_rename_themselves_if_the_setting_allows_it() -> None:
    story = Story()
    guest = story.guest
    story.given(guest, c.Rename(name="  Gustav  "))
    assert guest.now.person.name == "Gustav"
    story.given(guest, c.Rename(participant_id=guest.id, name="August"))
    story.when(guest, c.Rename(name="August")).then_nothing()
    assert guest.now.person.email == guest.email
    strict = Story(guests_may_rename=False)
    strict.when(strict.guest, c.Rename(name="Boss")).then_refused(ErrorCode.NOT_ALLOWED)
    strict.when(strict.moderator, c.Rename(name="Mo")).granted()


def test_moderators_rename_others_and_viewers_do_not() -> None:
    story = Story()
    wish = c.Rename(participant_id=story.guest.id, name="Gustav")
    story.when(story.viewer, wish).then_refused(ErrorCode.NOT_ALLOWED)
    story.when(story.moderator, wish).then_a(e.ParticipantRenamed)


def test_a_name_of_which_nothing_is_seen_is_refused() -> None:
    story = Story()
    story.when(story.guest, c.Rename(name="\u200b")).then_refused(ErrorCode.BAD_REQUEST, "name")


# --- removal -------------------------------------------------------------------------------


def test_a_removed_person_is_out_at_once_with_every_socket() -> None:
    story = Story()
    guest = story.guest
    story.connects(guest)
    story.when(story.moderator, c.Remove(participant_id=guest.id)).then_a(e.ParticipantRemoved)
    assert guest.now.connections == ()
    assert guest.presence() is Presence.LEFT
    story.when(story.moderator, c.Remove(participant_id=guest.id)).then_nothing()


@pytest.mark.parametrize("where", ["gate", "seat", "left", "reconnecting"])
def test_somebody_is_removed_wherever_they_are(where: str) -> None:
    story = Story(approve_guests=where == "gate")
    guest = story.someone("Gus")
    story.redeems(guest, story.open_link)
    if where != "seat":
        story.connects(guest)
    if where == "left":
        story.leaves(guest)
    if where == "reconnecting":
        story.closes(guest)
    story.given(story.host, c.Remove(participant_id=guest.id))
    story.redeems(guest, story.open_link).then_refused(ErrorCode.REMOVED)
    story.opens(guest).then_refused(ErrorCode.REMOVED)


def test_removal_takes_along_whoever_else_here_is_the_same_person() -> None:
    story = Story()
    shared = DeviceId("d_shared")
    one = story.came("Gus", story.open_link, device=shared)
    two = story.came("Gina", story.open_link, device=shared)
    twin = story.came("Gus", story.open_link, email=one.email, device=DeviceId("d_far"))
    other = story.came("Gil", story.open_link)
    story.given(story.host, c.Remove(participant_id=one.id))
    assert two.now.kept_out == twin.now.kept_out == "removed"
    assert other.now.is_in


def test_removing_a_guest_on_the_own_device_does_not_lock_staff_out() -> None:
    for who in ("host", "moderator"):
        story = Story()
        someone: Someone = getattr(story, who)
        test = story.came("Test Guest", story.open_link, device=someone.device)
        story.given(someone, c.Block(participant_id=test.id))
        assert someone.now.is_in
        story.loses(someone)
        story.connects(someone)
        story.leaves(someone)
        story.comes(someone)
        assert someone.now.is_in


def test_a_moderator_on_the_device_of_a_removed_guest_stays() -> None:
    story = Story()
    moderator = story.moderator
    test = story.came("Test Guest", story.open_link, device=moderator.device)
    story.given(story.host, c.Remove(participant_id=test.id))
    assert moderator.now.is_in


def test_nobody_removes_blocks_or_readmits_themselves() -> None:
    story = Story()
    paul = story.comes(story.collaborator("Paul", Part.CO_PUBLISHER))
    for actor in (paul.inside, paul.account):
        for wish in (c.Remove(participant_id=paul.id), c.Block(participant_id=paul.id)):
            story.when(actor, wish).then_refused(ErrorCode.NOT_ALLOWED)
    story.given(story.host, c.Remove(participant_id=paul.id))
    for actor in (paul.inside, paul.account):
        story.when(actor, c.Readmit(participant_id=paul.id)).then_refused(ErrorCode.NOT_ALLOWED)


def test_a_removed_collaborator_has_no_say_from_outside_either() -> None:
    story = Story()
    paul = story.comes(story.collaborator("Paul", Part.CO_PUBLISHER))
    story.given(story.host, c.Remove(participant_id=paul.id))
    for wish in (
        c.SetLock(is_locked=True),
        c.CreateGuestLink(name="Back door"),
        c.Remove(participant_id=story.guest.id),
    ):
        story.when(paul.account, wish).then_refused(ErrorCode.NOT_ALLOWED)
    story.enters(paul).then_refused(ErrorCode.REMOVED)
    story.ends()
    story.starts()
    assert story.comes(paul).now.is_in


def test_a_readmitted_person_comes_back_in() -> None:
    story = Story()
    guest = story.guest
    story.given(story.host, c.Remove(participant_id=guest.id))
    story.when(story.moderator, c.Readmit(participant_id=guest.id)).then(
        e.ParticipantReadmitted(participant_id=guest.id)
    )
    assert not story.state.kept_out_keys
    story.redeems(guest, story.open_link).granted()
    story.connects(guest)
    assert guest.now.is_in


def test_somebody_taken_along_by_a_removal_holds_no_seat_until_readmitted() -> None:
    story = Story()
    shared = DeviceId("d_shared")
    one = story.came("Gus", story.open_link, device=shared)
    two = story.came("Gina", story.open_link, device=shared)
    story.given(story.host, c.Remove(participant_id=one.id), c.Readmit(participant_id=one.id))
    story.redeems(two, story.open_link).then_refused(ErrorCode.REMOVED)
    assert two.presence() is Presence.LEFT
    story.given(story.host, c.Readmit(participant_id=two.id))
    story.redeems(two, story.open_link).granted()


def test_readmitting_one_of_two_removed_on_a_device_lets_that_one_in() -> None:
    story = Story()
    shared = DeviceId("d_shared")
    one = story.came("Gus", story.open_link, device=shared)
    two = story.came("Gina", story.open_link, device=shared)
    story.given(story.host, c.Remove(participant_id=one.id), c.Readmit(participant_id=two.id))
    story.redeems(two, story.open_link).granted()
    story.redeems(one, story.open_link).then_refused(ErrorCode.REMOVED)


def test_only_a_removal_or_a_decline_can_be_undone_by_readmitting() -> None:
    story = Story()
    guest = story.guest
    wish = c.Readmit(participant_id=guest.id)
    story.when(story.host, wish).then_refused(ErrorCode.CONFLICT)
    story.given(story.host, c.Block(participant_id=guest.id))
    story.when(story.host, wish).then_refused(ErrorCode.CONFLICT)
    story.when(story.host, c.Readmit(participant_id=NOBODY)).then_refused(ErrorCode.NOT_FOUND)


# --- blocks --------------------------------------------------------------------------------


def test_a_block_is_listed_with_whom_it_is_about_and_who_made_it() -> None:
    story = Story()
    guest = story.guest
    answer = story.when(story.moderator, c.Block(participant_id=guest.id))
    block = story.state.blocks[BlockId(answer.result["block_id"])]
    assert block.person == guest.now.person
    assert block.blocked_by.name == story.moderator.name
    assert block.link_id == story.open_link
    assert block.blocked_at == story.now
    story.when(story.moderator, c.Block(participant_id=guest.id)).then_nothing()


ALL_OF_US = ("same", "e-mail", "device", "stranger")
KEEPS_OUT = {
    BlockBy.PERSON: {"same", "device"},
    BlockBy.EMAIL: {"same", "e-mail"},
    BlockBy.DEVICE: {"same", "device"},
    BlockBy.LINK: {"same", "e-mail", "device", "stranger"},
}


@pytest.mark.parametrize("by", BlockBy)
@pytest.mark.parametrize("who", ALL_OF_US)
def test_a_guest_is_recognised_in_the_way_that_was_chosen(by: BlockBy, who: str) -> None:
    story = Story()
    guest = story.guest
    story.given(story.host, c.Block(participant_id=guest.id, by=(by,)))
    back = {
        "same": guest,
        "e-mail": story.someone("Other", email=guest.email),
        "device": story.someone("Other", device=guest.device),
        "stranger": story.someone("Other"),
    }[who]
    answer = story.redeems(back, story.open_link)
    if who in KEEPS_OUT[by]:
        answer.then_refused(ErrorCode.BLOCKED)
    else:
        answer.granted()


@pytest.mark.parametrize("by", [BlockBy.PERSON, BlockBy.EMAIL])
def test_an_invited_person_is_recognised_by_invitation_and_address(by: BlockBy) -> None:
    story = Story()
    viewer = story.viewer
    story.given(story.host, c.Block(participant_id=viewer.id, by=(by,)))
    story.accepts(viewer).then_refused(ErrorCode.BLOCKED)


@pytest.mark.parametrize("by", [BlockBy.PERSON, BlockBy.EMAIL])
def test_an_account_is_recognised_by_itself_and_its_address(by: BlockBy) -> None:
    story = Story()
    paul = story.comes(story.collaborator("Paul", Part.CO_PUBLISHER))
    story.given(story.host, c.Block(participant_id=paul.id, by=(by,)))
    story.enters(paul).then_refused(ErrorCode.BLOCKED)
    story.ends()
    story.starts()
    story.enters(paul).then_refused(ErrorCode.BLOCKED)


def test_a_host_blocked_by_the_device_alone_holds_no_seat_in_this_session() -> None:
    story = Story()
    cora = story.comes(story.collaborator("Cora", Part.CO_OWNER))
    story.given(story.host, c.Block(participant_id=cora.id, by=(BlockBy.DEVICE,)))
    story.enters(cora).then_refused(ErrorCode.BLOCKED)
    assert cora.presence() is Presence.LEFT


def test_who_came_by_no_link_is_not_blocked_by_one() -> None:
    story = Story()
    wish = c.Block(participant_id=story.viewer.id, by=(BlockBy.LINK,))
    story.when(story.host, wish).then_refused(ErrorCode.BAD_REQUEST, "by")
    assert story.viewer.now.is_in


def test_blocking_by_address_takes_along_whoever_typed_it_too() -> None:
    story = Story()
    guest = story.guest
    twin = story.came("Twin", story.open_link, email=guest.email)
    story.given(story.host, c.Block(participant_id=guest.id, by=(BlockBy.EMAIL,)))
    assert twin.now.kept_out == "removed"


def test_unblocking_lets_the_person_come_back_by_their_link() -> None:
    story = Story()
    guest = story.guest
    answer = story.when(story.host, c.Block(participant_id=guest.id))
    block = BlockId(answer.result["block_id"])
    story.when(story.moderator, c.Unblock(block_id=block)).then(e.BlockRemoved(block_id=block))
    story.when(story.moderator, c.Unblock(block_id=block)).then_refused(ErrorCode.NOT_FOUND)
    story.redeems(guest, story.open_link).granted()
    story.connects(guest)


def test_unblocking_one_leaves_what_another_block_keeps_out() -> None:
    story = Story()
    shared = DeviceId("d_shared")
    one = story.came("Gus", story.open_link, device=shared)
    first = story.when(story.host, c.Block(participant_id=one.id)).result["block_id"]
    story.given(story.host, c.Unblock(block_id=first))
    two = story.came("Gina", story.open_link, device=shared)
    story.redeems(one, story.open_link).granted()
    story.connects(one)
    first = story.when(story.host, c.Block(participant_id=one.id)).result["block_id"]
    story.given(story.host, c.Block(participant_id=two.id), c.Unblock(block_id=first))
    story.redeems(one, story.open_link).then_refused(ErrorCode.BLOCKED)
    assert two.now.kept_out == "blocked"


def test_nobody_unblocks_themselves_not_from_outside_either() -> None:
    story = Story()
    paul = story.comes(story.collaborator("Paul", Part.CO_PUBLISHER))
    block = story.when(story.host, c.Block(participant_id=paul.id)).result["block_id"]
    wish = c.Unblock(block_id=block)
    story.when(paul.inside, wish).then_refused(ErrorCode.NOT_ALLOWED)
    story.when(paul.account, wish).then_refused(ErrorCode.NOT_ALLOWED)
    story.ends()
    story.starts()
    story.when(paul.account, wish).then_refused(ErrorCode.NOT_ALLOWED)


def test_a_platform_removes_and_blocks_in_its_own_name() -> None:
    story = Story()
    answer = story.when(PLATFORM, c.Block(participant_id=story.guest.id))
    assert story.state.blocks[BlockId(answer.result["block_id"])].blocked_by.name == "Platform"


def test_the_list_of_the_blocked_has_an_end(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("server.core.rules.people.MAX_BLOCKS", 1)
    story = Story()
    story.given(story.host, c.Block(participant_id=story.guest.id))
    story.when(story.host, c.Block(participant_id=story.viewer.id)).then_refused(
        ErrorCode.TOO_LARGE
    )


# --- leaving -------------------------------------------------------------------------------


def test_leaving_on_purpose_has_no_grace() -> None:
    story = Story()
    guest = story.guest
    story.passes(SECOND)
    story.when(guest, c.Leave()).then(e.ParticipantLeft(participant_id=guest.id))
    assert guest.presence() is Presence.LEFT
    story.when(guest, c.Leave()).then_nothing()


def test_an_account_outside_has_nothing_to_leave() -> None:
    story = Story()
    story.when(story.owner.account, c.Leave()).then_refused(ErrorCode.NOT_ALLOWED)
