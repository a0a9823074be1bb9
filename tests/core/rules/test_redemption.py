"""Invitations at the door: redeeming them, from inside too, their devices and codes."""

from typing import Any

import pytest

from protocol import commands as c
from protocol.errors import ErrorCode
from protocol.ids import DeviceId, InvitationId
from protocol.roles import (
    DevicePolicy,
    Gate,
    InvitationType,
    LedgerState,
    Origin,
    Presence,
    Role,
    WaitReason,
)
from server.core import events as e
from server.core import orders as o
from server.core.rules.invitations import CODE_TRIES, CODES_PER_HOUR
from server.core.validity import ledger_state
from tests.core.given import DAY, HOUR, MINUTE, Answer, Someone, Story

VIEWER, SPEAKER, MODERATOR, COLLABORATOR = (
    InvitationType.VIEWER,
    InvitationType.SPEAKER,
    InvitationType.MODERATOR,
    InvitationType.COLLABORATOR,
)


def ledger(story: Story, someone: Someone) -> LedgerState:
    return ledger_state(story.state, story.invitation_of(someone), story.now)


def invite(*emails: str, kind: InvitationType = VIEWER, **more: Any) -> c.Invite:
    invitees = tuple(c.Invitee(email=email) for email in emails)
    return c.Invite(invitees=invitees, invitation_type=kind, **more)


# --- redemption ----------------------------------------------------------------------------


def test_the_invited_address_binds_the_device_uses_the_invitation_and_gives_the_role() -> None:
    story = Story()
    invitee = story.invitee
    answer = story.accepts(invitee)
    answer.then_a(e.ParticipantJoined, e.InvitationRedeemed)
    assert answer.result["role"] == "speaker"
    redeemed = story.invitation_of(invitee)
    assert (redeemed.uses, redeemed.device_id) == (1, invitee.device)
    assert redeemed.participant_id == invitee.id
    assert invitee.now.origin is Origin.INVITATION
    assert invitee.now.person.name == "Ina Invitee"


def test_a_return_on_the_bound_device_is_free_and_asks_nothing() -> None:
    story = Story()
    speaker = story.speaker
    first = speaker.id
    story.leaves(speaker)
    story.accepts(speaker, email=None).granted()
    assert speaker.id == first
    assert story.invitation_of(speaker).uses == 1
    story.ends()
    story.starts()
    story.accepts(speaker, email=None).granted()
    assert story.invitation_of(speaker).uses == 1


@pytest.mark.parametrize(
    "typed",
    [
        "  ina.invitee@school.example ",
        "INA.Invitee@SCHOOL.EXAMPLE",
        "ina.invitee@School.example",
    ],
)
def test_the_address_may_be_typed_with_other_case_and_spaces(typed: str) -> None:
    story = Story()
    story.accepts(story.invitee, email=typed).granted()


@pytest.mark.parametrize(
    "typed",
    [
        "somebody@school.example",
        "ina.invitee+news@school.example",
        "inainvitee@school.example",
        "іna.invitee@school.example",  # noqa: RUF001 - a Cyrillic letter is the point
        "ina.invitee@school.example.evil.example",
        "ina.invitee@xn--schol-lua.example",
        "not an address",
    ],
)
def test_any_other_address_is_refused_and_binds_nothing(typed: str) -> None:
    story = Story()
    invitee = story.invitee
    story.accepts(invitee, email=typed).then_refused(ErrorCode.EMAIL_MISMATCH)
    assert story.invitation_of(invitee).device_id is None
    assert story.invitation_of(invitee).uses == 0


def test_an_internationalised_domain_matches_in_both_forms() -> None:
    story = Story()
    invitee = story.someone("Zoe", email="zoe@bücher.example")
    story.invites(invitee)
    story.accepts(invitee, email="zoe@xn--bcher-kva.example").granted()


def test_without_an_address_account_or_bound_device_the_lobby_asks_for_one() -> None:
    story = Story()
    story.accepts(story.invitee, email=None).then_refused(ErrorCode.BAD_REQUEST, "email")


def test_signed_in_with_the_invited_address_one_goes_straight_in() -> None:
    story = Story()
    vera = story.someone("Vera", account=True)
    story.invites(vera)
    story.accepts(vera, email=None).granted()
    assert vera.now.account_id == vera.account_id


def test_signed_in_with_another_address_is_the_wrong_account() -> None:
    story = Story()
    invitee = story.invitee
    other = story.someone("Other", account=True)
    known = story.invitation_of(invitee).id
    story.accepts(other, email=None, invitation_id=known).then_refused(ErrorCode.WRONG_ACCOUNT)


def test_an_invited_account_comes_in_from_the_media_page() -> None:
    story = Story()
    vera = story.someone("Vera", account=True)
    story.invites(vera, SPEAKER)
    story.enters(vera).granted()
    assert vera.role() is Role.SPEAKER
    assert story.invitation_of(vera).uses == 1


def test_the_name_is_the_inviters_the_accounts_or_the_local_part() -> None:
    story = Story()
    vera = story.someone("Vera Account", account=True, email="vera@school.example")
    bare = story.someone("Nobody", email="quiet.one@school.example")
    story.given(story.host, invite(vera.email, bare.email))
    story.comes(vera)
    story.comes(bare)
    assert vera.now.person.name == "Vera Account"
    assert bare.now.person.name == "quiet.one"


def test_another_device_is_refused_with_a_way_on() -> None:
    story = Story()
    speaker = story.speaker
    forwarded = story.someone("Other", email=speaker.email, device=DeviceId("d_other"))
    story.accepts(forwarded).then_refused(ErrorCode.OTHER_DEVICE)
    assert story.invitation_of(speaker).device_id == speaker.device


def test_a_one_use_invitation_redeemed_by_fifty_admits_one() -> None:
    story = Story()
    invitee = story.invitee
    crowd = [story.someone(f"Copy {number}", email=invitee.email) for number in range(50)]
    codes = [story.accepts(copy).code for copy in crowd]
    assert codes == [None, *[ErrorCode.OTHER_DEVICE] * 49]
    assert story.state.places == 2


def test_an_unknown_invitation_and_one_of_a_deleted_entry_are_not_found() -> None:
    story = Story()
    invitee = story.invitee
    known = story.invitation_of(invitee)
    unknown = o.RedeemInvitation(
        invitation_id=InvitationId("i_none"), generation=1, email=invitee.email
    )
    story.when(invitee, unknown).then_refused(ErrorCode.LINK_NOT_FOUND)
    story.given(story.owner.account, c.DeleteEntry())
    story.accepts(invitee, invitation_id=known.id).then_refused(ErrorCode.LINK_NOT_FOUND)
    lobby = o.OpenInvitation(invitation_id=known.id, generation=1)
    story.when(invitee, lobby).then_refused(ErrorCode.LINK_NOT_FOUND)


def test_a_session_that_has_ended_takes_no_invitee() -> None:
    story = Story()
    invitee = story.invitee
    story.ends()
    story.accepts(invitee).then_refused(ErrorCode.SESSION_ENDED)


def test_the_role_is_the_invitations_and_never_the_senders_to_choose() -> None:
    assert "role" not in o.RedeemInvitation.__slots__
    assert "invitation_type" not in o.RedeemInvitation.__slots__


# --- from inside ---------------------------------------------------------------------------


def test_redeeming_from_inside_raises_the_role_at_once() -> None:
    story = Story()
    guest = story.guest
    story.invites(guest, MODERATOR)
    story.accepts(guest, inside=guest.id).then_a(
        e.ParticipantLinked, e.RoleGranted, e.InvitationRedeemed
    )
    assert guest.role() is Role.MODERATOR
    assert story.state.places == 2


def test_redeeming_from_inside_lowers_nobody() -> None:
    story = Story()
    moderator = story.moderator
    other = story.someone("Mona again", email="second@school.example", device=moderator.device)
    story.invites(other, VIEWER)
    story.accepts(other, inside=moderator.id).granted()
    assert other.id == moderator.id
    assert moderator.role() is Role.MODERATOR


def test_redeeming_at_a_gate_with_a_role_that_passes_it_leads_inside() -> None:
    story = Story(approve_guests=True)
    guest = story.guest
    assert guest.gate() is Gate.WAITING_ROOM
    story.invites(guest, MODERATOR)
    story.accepts(guest, inside=guest.id).granted()
    assert guest.now.is_in


def test_whoever_was_sent_back_is_not_let_in_by_an_invitation() -> None:
    story = Story()
    guest = story.guest
    story.given(story.host, c.SendBack(participant_id=guest.id))
    story.invites(guest, MODERATOR)
    story.accepts(guest, inside=guest.id).granted()
    assert guest.now.wait_reason is WaitReason.SENT_BACK


def test_two_invitations_redeemed_by_one_person_follow_that_person_in_the_ledger() -> None:
    story = Story()
    viewer = story.viewer
    second = story.someone("Second Address", device=viewer.device)
    story.invites(second, SPEAKER)
    story.accepts(second, inside=viewer.id).granted()
    assert second.id == viewer.id
    assert ledger(story, viewer) is ledger(story, second) is LedgerState.INSIDE
    story.leaves(viewer)
    assert ledger(story, viewer) is ledger(story, second) is LedgerState.LEFT


def test_a_demoted_moderator_stays_demoted_after_coming_back() -> None:
    story = Story()
    moderator = story.moderator
    story.given(story.host, c.SetRole(participant_id=moderator.id, role=Role.VIEWER))
    story.loses(moderator)
    story.connects(moderator)
    assert moderator.role() is Role.VIEWER
    story.leaves(moderator)
    story.accepts(moderator).granted()
    story.connects(moderator)
    assert moderator.role() is Role.VIEWER
    story.accepts(moderator, inside=moderator.id).granted()
    assert moderator.role() is Role.VIEWER


def test_a_kept_out_person_does_not_come_back_by_their_invitation() -> None:
    story = Story()
    viewer = story.viewer
    story.given(story.host, c.Remove(participant_id=viewer.id))
    story.accepts(viewer).then_refused(ErrorCode.REMOVED)
    elsewhere = story.someone("Vera", email=viewer.email, device=DeviceId("d_new"))
    story.accepts(elsewhere).then_refused(ErrorCode.OTHER_DEVICE)


def test_a_removed_guest_does_not_come_back_by_an_invitation_in_the_same_browser() -> None:
    story = Story()
    guest = story.guest
    story.given(story.host, c.Remove(participant_id=guest.id))
    story.invites(guest)
    story.accepts(guest, inside=guest.id).then_refused(ErrorCode.REMOVED)


def test_a_proven_account_is_known_on_its_other_devices_afterwards() -> None:
    story = Story()
    vera = story.someone("Vera")
    story.invites(vera)
    story.comes(vera)
    signed_in = story.someone("Vera", account=True, device=DeviceId("d_laptop"))
    story.accepts(signed_in, email=None).then_among(
        e.ParticipantLinked(participant_id=vera.id, account_id=signed_in.account_id)
    )
    assert signed_in.id == vera.id
    story.connects(signed_in)
    story.connects(vera)
    assert vera.now.devices == 2
    assert story.enters(signed_in).result["participant_id"] == vera.id


# --- devices -------------------------------------------------------------------------------


def issue(story: Story, someone: Someone, digest: str, email: str = "") -> Answer:
    known = story.invitation_of(someone)
    wish = o.IssueCode(
        invitation_id=known.id,
        generation=known.generation,
        email=email or someone.email,
        digest=digest,
    )
    return story.when(someone.at_the_door, wish)


def moved(story: Story, someone: Someone) -> Someone:
    """Give the same person with another device."""
    return story.someone(someone.name, email=someone.email, device=DeviceId("d_elsewhere"))


def test_a_code_moves_the_invitation_to_the_new_device() -> None:
    story = Story()
    speaker = story.speaker
    phone = moved(story, speaker)
    issue(story, phone, "digest").then_a(e.CodeIssued)
    story.accepts(phone, code="digest").then_a(
        e.CodeSpent, e.ConnectionClosed, e.InvitationRedeemed
    )
    assert phone.id == speaker.id
    assert story.invitation_of(speaker).device_id == phone.device
    assert story.invitation_of(speaker).uses == 1
    story.connects(phone)
    story.opens(speaker).then_refused(ErrorCode.OTHER_DEVICE)


def test_a_guest_raised_by_an_invitation_can_move_it_to_another_device() -> None:
    story = Story()
    guest = story.guest
    story.invites(guest, SPEAKER)
    story.accepts(guest, inside=guest.id).granted()
    phone = moved(story, guest)
    issue(story, phone, "digest")
    story.accepts(phone, code="digest").granted()
    assert phone.id == guest.id
    story.connects(phone)
    story.opens(guest).then_refused(ErrorCode.OTHER_DEVICE)


def test_whoever_moved_is_known_by_the_new_device() -> None:
    story = Story()
    speaker = story.speaker
    phone = moved(story, speaker)
    issue(story, phone, "digest")
    story.accepts(phone, code="digest")
    story.given(story.host, c.Block(participant_id=speaker.id))
    disguised = story.someone("Nobody", device=phone.device)
    story.redeems(disguised, story.open_link).then_refused(ErrorCode.BLOCKED)


def test_under_take_over_the_second_device_ends_the_first_and_both_are_one_row() -> None:
    story = Story(device_policy=DevicePolicy.TAKE_OVER)
    speaker = story.speaker
    phone = moved(story, speaker)
    story.accepts(phone).then_a(e.ConnectionClosed, e.InvitationRedeemed)
    assert speaker.presence() is Presence.RECONNECTING
    story.connects(phone)
    assert speaker.now.devices == 1
    assert story.state.places == 2
    story.opens(speaker).then_refused(ErrorCode.OTHER_DEVICE)


def test_under_refuse_no_code_is_made_for_a_second_device() -> None:
    story = Story(device_policy=DevicePolicy.REFUSE)
    speaker = story.speaker
    phone = moved(story, speaker)
    issue(story, phone, "digest").then_refused(ErrorCode.OTHER_DEVICE)
    story.accepts(phone).then_refused(ErrorCode.OTHER_DEVICE)


def test_under_refuse_a_code_made_before_the_binding_moves_nothing() -> None:
    story = Story(device_policy=DevicePolicy.REFUSE)
    invitee = story.invitee
    phone = moved(story, invitee)
    issue(story, phone, "digest").granted()
    story.comes(invitee)
    story.accepts(phone, code="digest").then_refused(ErrorCode.OTHER_DEVICE)
    assert story.invitation_of(invitee).device_id == invitee.device


def test_a_reset_device_is_disconnected_and_another_can_be_bound() -> None:
    story = Story()
    speaker = story.speaker
    wish = c.ResetInvitationDevice(invitation_id=story.invitation_of(speaker).id)
    story.when(story.host, wish).then_a(e.InvitationDeviceReset, e.ConnectionClosed)
    story.when(story.host, wish).then_nothing()
    story.opens(speaker).then_refused(ErrorCode.OTHER_DEVICE)
    phone = moved(story, speaker)
    story.accepts(phone).granted()
    assert story.invitation_of(speaker).uses == 1
    story.connects(phone)
    assert phone.id == speaker.id


def test_an_account_is_not_disconnected_by_a_reset() -> None:
    story = Story()
    vera = story.someone("Vera", account=True)
    story.invites(vera)
    story.comes(vera)
    wish = c.ResetInvitationDevice(invitation_id=story.invitation_of(vera).id)
    story.when(story.host, wish).then_a(e.InvitationDeviceReset)


def test_more_uses_than_allowed_are_never_counted() -> None:
    story = Story()
    invitee = story.invitee
    invitation = story.invitation_of(invitee).id
    for number in range(4):
        device = DeviceId(f"d_{number}")
        story.accepts(story.someone("Ina", email=invitee.email, device=device)).granted()
        story.given(story.host, c.ResetInvitationDevice(invitation_id=invitation))
    assert story.invitation(invitation).uses == 0


# --- codes ---------------------------------------------------------------------------------


def test_the_site_can_ask_for_mailbox_proof_at_first_use() -> None:
    story = Story(code_on_first_use=True)
    invitee = story.invitee
    story.accepts(invitee).then_refused(ErrorCode.CODE_REQUIRED)
    issue(story, invitee, "digest")
    story.accepts(invitee, code="digest").granted()
    story.leaves(story.comes(invitee))
    story.accepts(invitee, email=None).granted()


def test_an_account_needs_no_mailbox_proof() -> None:
    story = Story(code_on_first_use=True)
    vera = story.someone("Vera", account=True)
    story.invites(vera)
    story.accepts(vera, email=None).granted()


def test_a_wrong_code_is_refused_and_the_try_is_counted() -> None:
    story = Story(code_on_first_use=True)
    invitee = story.invitee
    issue(story, invitee, "digest")
    wrong = story.accepts(invitee, code="guess").then_refused(ErrorCode.CODE_WRONG)
    assert wrong.facts == (e.CodeMissed(invitation_id=story.invitation_of(invitee).id),)
    code = story.invitation_of(invitee).code
    assert code is not None
    assert code.tries_left == CODE_TRIES - 1
    story.accepts(invitee, code="digest").granted()


def test_after_so_many_wrong_tries_the_right_code_is_void() -> None:
    story = Story(code_on_first_use=True)
    invitee = story.invitee
    issue(story, invitee, "digest")
    for _ in range(CODE_TRIES):
        story.accepts(invitee, code="guess").then_refused(ErrorCode.CODE_WRONG)
    story.accepts(invitee, code="digest").then_refused(ErrorCode.CODE_EXPIRED)
    story.accepts(invitee, code="guess").then_refused(ErrorCode.CODE_EXPIRED)


def test_a_code_expires() -> None:
    story = Story(code_on_first_use=True)
    invitee = story.invitee
    issue(story, invitee, "digest")
    story.passes(10 * MINUTE)
    story.accepts(invitee, code="digest").then_refused(ErrorCode.CODE_EXPIRED)


def test_a_code_works_once() -> None:
    story = Story()
    speaker = story.speaker
    phone = moved(story, speaker)
    issue(story, phone, "digest")
    story.accepts(phone, code="digest").granted()
    third = story.someone("Third", email=speaker.email, device=DeviceId("d_third"))
    story.accepts(third, code="digest").then_refused(ErrorCode.CODE_EXPIRED)


def test_a_newer_code_voids_the_earlier_one() -> None:
    story = Story(code_on_first_use=True)
    invitee = story.invitee
    issue(story, invitee, "first")
    issue(story, invitee, "second")
    story.accepts(invitee, code="first").then_refused(ErrorCode.CODE_WRONG)
    story.accepts(invitee, code="second").granted()


def test_a_code_of_another_invitation_does_not_fit() -> None:
    story = Story(code_on_first_use=True)
    one, two = story.someone("One"), story.someone("Two")
    story.invites(one)
    story.invites(two)
    issue(story, one, "digest")
    story.accepts(two, code="digest").then_refused(ErrorCode.CODE_EXPIRED)


def test_codes_are_mailed_so_often_an_hour_and_no_oftener() -> None:
    story = Story()
    invitee = story.invitee
    for number in range(CODES_PER_HOUR):
        issue(story, invitee, f"digest {number}").granted()
    issue(story, invitee, "more").then_refused(ErrorCode.RATE_LIMITED)
    story.passes(HOUR)
    issue(story, invitee, "later").granted()
    assert len(story.invitation_of(invitee).codes_sent) == 1


def test_a_clock_that_is_set_forward_ends_codes_and_new_ones_work() -> None:
    story = Story(code_on_first_use=True)
    invitee = story.invitee
    issue(story, invitee, "before")
    story.now += DAY
    story.accepts(invitee, code="before").then_refused(ErrorCode.CODE_EXPIRED)
    issue(story, invitee, "after").granted()
    story.accepts(invitee, code="after").granted()


def test_a_clock_that_is_set_back_gives_no_code_more_tries_and_no_second_life() -> None:
    """It lasts for longer, by as much as the clock was set back; all other bounds hold."""
    story = Story(code_on_first_use=True)
    invitee, other = story.invitee, story.someone("Otto")
    story.invites(other)
    for one in (invitee, other):
        issue(story, one, f"first {one.name}")
    story.now -= DAY
    issue(story, invitee, "second").granted()
    story.accepts(invitee, code=f"first {invitee.name}").then_refused(ErrorCode.CODE_WRONG)
    story.accepts(invitee, code="second").granted()
    for _ in range(CODE_TRIES):
        story.accepts(other, code="guess").then_refused(ErrorCode.CODE_WRONG)
    story.accepts(other, code=f"first {other.name}").then_refused(ErrorCode.CODE_EXPIRED)


def test_a_clock_that_is_set_back_keeps_nobody_waiting_for_a_code_for_longer_than_an_hour() -> None:
    story = Story()
    invitee = story.invitee
    for number in range(CODES_PER_HOUR):
        issue(story, invitee, f"digest {number}").granted()
    story.now -= DAY
    for number in range(CODES_PER_HOUR):
        issue(story, invitee, f"again {number}").granted()
    issue(story, invitee, "more").then_refused(ErrorCode.RATE_LIMITED)
    story.passes(HOUR)
    issue(story, invitee, "later").granted()
    assert len(story.invitation_of(invitee).codes_sent) == 1


def test_a_code_goes_to_the_invited_address_alone() -> None:
    story = Story()
    issue(story, story.invitee, "digest", email="eve@evil.example").then_refused(
        ErrorCode.EMAIL_MISMATCH
    )


def test_resetting_the_device_or_withdrawing_voids_a_code() -> None:
    story = Story()
    speaker = story.speaker
    issue(story, speaker, "digest")
    invitation = story.invitation_of(speaker).id
    story.given(story.host, c.ResetInvitationDevice(invitation_id=invitation))
    assert story.invitation(invitation).code is None
    issue(story, speaker, "digest")
    story.given(story.host, c.RevokeInvitation(invitation_id=invitation))
    assert story.invitation(invitation).code is None
