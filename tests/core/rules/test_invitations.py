"""Invitations: making and changing them, what the ledger shows, and when they are over."""

from typing import Any

import pytest

from protocol import commands as c
from protocol.commands import Command
from protocol.errors import ErrorCode
from protocol.ids import InvitationId
from protocol.roles import (
    EntryKind,
    Gate,
    InvitationType,
    LedgerState,
    Part,
    Right,
    Role,
)
from server.core import events as e
from server.core import orders as o
from server.core.actors import SERVER
from server.core.rules.invitations import MAX_INVITATIONS
from server.core.validity import ledger_state
from tests.core.given import DAY, HOUR, MINUTE, PLATFORM, Someone, Story

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


# --- inviting ------------------------------------------------------------------------------


def test_an_invitation_is_made_and_mailed() -> None:
    story = Story()
    wish = c.Invite(
        invitees=(c.Invitee(email=" Ada@School.example ", first_name="Ada", last_name="Byron"),),
        invitation_type=SPEAKER,
        message="Come.",
    )
    answer = story.when(story.host, wish).then_a(e.InvitationCreated, e.InvitationMailDue)
    made = story.invitation(InvitationId(answer.result["invitation_ids"][0]))
    assert made.person.name == "Ada Byron"
    assert made.person.email == "Ada@school.example"
    assert (made.max_uses, made.uses, made.device_id) == (1, 0, None)
    assert made.invited_by == story.host.person
    assert (made.mail, made.mails) == ("due", 1)


def test_an_invitation_can_be_made_without_a_mail() -> None:
    story = Story()
    story.when(story.host, invite("a@school.example", send_mail=False)).then_a(e.InvitationCreated)
    assert not story.state.mails_due


def test_several_are_invited_at_once_and_one_address_twice_is_one() -> None:
    story = Story()
    wish = invite("a@school.example", "b@school.example", " A@SCHOOL.example")
    answer = story.when(story.host, wish)
    assert len(answer.result["invitation_ids"]) == 2
    assert len(story.state.invitations) == 2


def test_one_bad_address_refuses_the_whole_list() -> None:
    story = Story()
    wish = invite("a@school.example", "not an address")
    story.when(story.host, wish).then_refused(ErrorCode.BAD_REQUEST, "invitees.1.email")
    assert not story.state.invitations


@pytest.mark.parametrize(
    ("kind", "allowed"),
    [
        (EntryKind.ROOM, {VIEWER, SPEAKER, MODERATOR}),
        (EntryKind.LIVE_EVENT, {VIEWER, SPEAKER, MODERATOR}),
        (EntryKind.CHANNEL_ROOM, {VIEWER, SPEAKER, MODERATOR}),
        (EntryKind.GALLERY_ROOM, {VIEWER, SPEAKER, MODERATOR}),
        (EntryKind.VIDEO, {VIEWER, COLLABORATOR}),
        (EntryKind.DOCUMENT, {VIEWER, COLLABORATOR}),
        (EntryKind.QUIZ, {VIEWER, COLLABORATOR}),
    ],
)
def test_each_kind_of_entry_has_its_invitation_types(
    kind: EntryKind, allowed: set[InvitationType]
) -> None:
    story = Story(kind)
    for number, what in enumerate(InvitationType):
        answer = story.when(story.host, invite(f"{number}@school.example", kind=what))
        if what in allowed:
            answer.granted()
        else:
            answer.then_refused(ErrorCode.BAD_REQUEST, "invitation_type")


@pytest.mark.parametrize("part", [Part.OWNER, Part.CO_OWNER, Part.CO_EDITOR, Part.CO_PUBLISHER])
def test_those_with_a_part_may_invite(part: Part) -> None:
    story = Story(moderators_may_invite=False)
    someone = story.owner if part is Part.OWNER else story.collaborator("Cora", part)
    story.when(someone.account, invite("a@school.example")).granted()
    if part is not Part.OWNER:
        story.comes(someone)
    story.when(someone.inside, invite("b@school.example")).granted()


def test_a_co_viewer_may_not_invite() -> None:
    story = Story()
    cora = story.collaborator("Cora", Part.CO_VIEWER)
    story.when(cora.account, invite("a@school.example")).then_refused(ErrorCode.NOT_ALLOWED)


def test_moderators_invite_if_the_setting_allows_it() -> None:
    story = Story()
    story.when(story.moderator, invite("a@school.example")).granted()
    strict = Story(moderators_may_invite=False)
    strict.when(strict.moderator, invite("a@school.example")).then_refused(ErrorCode.NOT_ALLOWED)


def test_only_live_entries_let_moderators_invite_by_default() -> None:
    assert Story(EntryKind.LIVE_EVENT).state.settings.moderators_may_invite
    assert not Story(EntryKind.QUIZ).state.settings.moderators_may_invite
    assert Story(EntryKind.QUIZ, moderators_may_invite=True).state.settings.moderators_may_invite


@pytest.mark.parametrize("role", ["speaker", "viewer", "guest"])
def test_nobody_else_may(role: str) -> None:
    story = Story()
    who = getattr(story, role)
    story.when(who, invite("a@school.example")).then_refused(ErrorCode.NOT_ALLOWED)


def test_nobody_invites_above_their_own_role() -> None:
    story = Story()
    speaker = story.speaker
    story.given(story.host, c.SetRights(participant_id=speaker.id, granted=(Right.INVITE,)))
    story.when(speaker, invite("a@school.example", kind=SPEAKER)).granted()
    story.when(speaker, invite("b@school.example", kind=MODERATOR)).then_refused(
        ErrorCode.NOT_ALLOWED
    )
    story.when(speaker, invite(speaker.email, kind=MODERATOR)).then_refused(ErrorCode.NOT_ALLOWED)
    assert speaker.role() is Role.SPEAKER


def test_the_ledger_has_an_end(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("server.core.rules.invitations.MAX_INVITATIONS", 3)
    assert MAX_INVITATIONS == 50_000
    story = Story()
    story.given(story.host, invite("a@school.example", "b@school.example"))
    wish = invite("c@school.example", "d@school.example")
    story.when(story.host, wish).then_refused(ErrorCode.TOO_LARGE)


# --- inviting again ------------------------------------------------------------------------


def test_inviting_an_address_again_updates_the_invitation() -> None:
    story = Story()
    invitee = story.invitee
    first = story.invitation_of(invitee)
    story.passes(HOUR)
    wish = invite(f" {invitee.email.upper()}", kind=MODERATOR, valid_minutes=5, message="Now!")
    story.when(story.host, wish).then_a(e.InvitationUpdated, e.InvitationMailDue)
    second = story.invitation_of(invitee)
    assert len(story.state.invitations) == 1
    assert (second.id, second.generation) == (first.id, first.generation)
    assert second.invitation_type is MODERATOR
    assert second.valid_until == story.now + 5 * MINUTE
    assert second.person.name == "Ina Invitee"
    assert second.mails == 2


def test_inviting_somebody_inside_again_raises_them_at_once() -> None:
    story = Story()
    viewer = story.viewer
    story.when(story.host, invite(viewer.email, kind=MODERATOR, send_mail=False)).then_a(
        e.InvitationUpdated, e.RoleGranted
    )
    assert viewer.role() is Role.MODERATOR


def test_inviting_somebody_inside_again_lowers_nobody() -> None:
    story = Story()
    speaker = story.speaker
    story.given(story.host, invite(speaker.email, kind=VIEWER, send_mail=False))
    assert speaker.role() is Role.SPEAKER


def test_a_withdrawn_invitation_gets_a_new_url_when_the_address_is_invited_again() -> None:
    story = Story()
    invitee = story.invited("Ines", VIEWER)
    first = story.invitation_of(invitee)
    story.given(story.host, c.RevokeInvitation(invitation_id=first.id))
    story.invites(invitee, SPEAKER)
    second = story.invitation_of(invitee)
    assert second.id == first.id
    assert second.generation == first.generation + 1
    assert (second.device_id, second.uses, second.redeemed_at) == (None, 0, None)
    story.accepts(invitee, generation=first.generation).then_refused(ErrorCode.LINK_REVOKED)
    story.accepts(invitee).granted()


def test_an_invitation_redeemed_and_withdrawn_begins_anew_in_the_ledger() -> None:
    story = Story()
    invitee = story.invited("Ines", VIEWER)
    story.ends()
    story.given(
        story.owner.account, c.RevokeInvitation(invitation_id=story.invitation_of(invitee).id)
    )
    story.starts()
    story.invites(invitee, send_mail=False)
    assert ledger(story, invitee) is LedgerState.CREATED


def test_an_invitation_withdrawn_before_it_was_mailed_is_not_mailed() -> None:
    story = Story()
    invitation = story.invites(story.someone("Ines"))
    story.given(story.host, c.RevokeInvitation(invitation_id=invitation))
    assert not story.state.mails_due
    story.invites(story.someone("Ines"), send_mail=False)
    assert not story.state.mails_due


@pytest.mark.parametrize("how", ["remove", "decline"])
def test_a_person_invited_again_right_after_a_removal_gets_in(how: str) -> None:
    story = Story()
    viewer = story.viewer
    if how == "remove":
        story.given(story.host, c.Remove(participant_id=viewer.id))
    else:
        story.given(
            story.host,
            c.SendBack(participant_id=viewer.id),
            c.Decline(participant_ids=(viewer.id,)),
        )
    story.accepts(viewer).then_refused(ErrorCode.REMOVED if how == "remove" else ErrorCode.DECLINED)
    story.when(story.host, invite(viewer.email)).then_among(
        e.ParticipantReadmitted(participant_id=viewer.id)
    )
    story.accepts(viewer).granted()
    story.connects(viewer)
    # Whoever was sent back and declined knocks again.
    assert viewer.gate() is (None if how == "remove" else Gate.WAITING_ROOM)


def test_inviting_again_does_not_undo_a_block() -> None:
    story = Story()
    viewer = story.viewer
    story.given(story.host, c.Block(participant_id=viewer.id), invite(viewer.email))
    story.accepts(viewer).then_refused(ErrorCode.BLOCKED)


def test_inviting_again_undoes_a_removal_only_for_those_who_may_undo_it() -> None:
    story = Story()
    viewer, speaker = story.viewer, story.speaker
    story.given(
        story.host,
        c.SetRights(participant_id=speaker.id, granted=(Right.INVITE,)),
        c.Remove(participant_id=viewer.id),
    )
    story.given(speaker, invite(viewer.email))
    story.accepts(viewer).then_refused(ErrorCode.REMOVED)


def test_inviting_an_address_does_not_let_a_guest_back_who_only_typed_it() -> None:
    story = Story()
    impostor = story.came("Nobody", story.open_link, email="ines@school.example")
    story.given(story.host, c.Remove(participant_id=impostor.id), invite("ines@school.example"))
    story.redeems(impostor, story.open_link).then_refused(ErrorCode.REMOVED)
    assert story.comes(story.someone("Ines", email="ines@school.example")).now.is_in


def test_inviting_again_keeps_the_bound_device() -> None:
    story = Story()
    viewer = story.viewer
    story.given(story.host, invite(viewer.email))
    again = story.invitation_of(viewer)
    assert (again.device_id, again.uses) == (viewer.device, 1)
    story.leaves(viewer)
    story.accepts(viewer, email=None).granted()


def test_nobody_updates_an_invitation_above_their_own_role() -> None:
    story = Story()
    speaker = story.speaker
    story.given(story.host, c.SetRights(participant_id=speaker.id, granted=(Right.INVITE,)))
    story.when(speaker, invite(story.moderator.email)).then_refused(ErrorCode.NOT_ALLOWED)


# --- changing them -------------------------------------------------------------------------


def changes(invitation_id: InvitationId) -> list[Command]:
    return [
        c.ResendInvitation(invitation_id=invitation_id),
        c.ChangeInvitation(invitation_id=invitation_id, invitation_type=VIEWER),
        c.ExtendInvitation(invitation_id=invitation_id, minutes=5),
        c.ResetInvitationDevice(invitation_id=invitation_id),
        c.RevokeInvitation(invitation_id=invitation_id),
    ]


def test_an_unknown_invitation_cannot_be_changed() -> None:
    story = Story()
    for wish in changes(InvitationId("i_none")):
        story.when(story.host, wish).then_refused(ErrorCode.NOT_FOUND)


def test_a_withdrawn_invitation_cannot_be_changed() -> None:
    story = Story()
    invitation = story.invitation_of(story.invitee).id
    story.given(story.host, c.RevokeInvitation(invitation_id=invitation))
    for wish in changes(invitation):
        story.when(story.host, wish).then_refused(ErrorCode.CONFLICT)


def test_an_invitation_above_the_own_role_cannot_be_changed() -> None:
    story = Story()
    story.given(story.host, c.SetRights(participant_id=story.speaker.id, granted=(Right.INVITE,)))
    invitation = story.invitation_of(story.moderator).id
    for wish in changes(invitation):
        story.when(story.speaker, wish).then_refused(ErrorCode.NOT_ALLOWED)


def test_resending_makes_another_mail_due() -> None:
    story = Story()
    invitation = story.invitation_of(story.invitee).id
    wish = c.ResendInvitation(invitation_id=invitation)
    story.when(story.host, wish).then(e.InvitationMailDue(invitation_id=invitation))
    assert story.invitation(invitation).mails == 2


def test_an_expired_invitation_is_not_mailed_again() -> None:
    story = Story()
    invitation = story.invites(story.someone("Ines"), valid_minutes=1)
    story.passes(MINUTE)
    story.when(story.host, c.ResendInvitation(invitation_id=invitation)).then_refused(
        ErrorCode.LINK_EXPIRED
    )


def test_changing_what_an_invitation_gives_changes_the_role_inside_at_once() -> None:
    story = Story()
    speaker = story.speaker
    invitation = story.invitation_of(speaker).id
    for kind, role in ((MODERATOR, Role.MODERATOR), (VIEWER, Role.VIEWER)):
        wish = c.ChangeInvitation(invitation_id=invitation, invitation_type=kind)
        story.when(story.host, wish).then_a(e.InvitationTypeChanged, e.RoleGranted)
        assert speaker.role() is role
        story.when(story.host, wish).then_nothing()


def test_a_changed_invitation_does_not_pull_down_a_host_who_redeemed_it() -> None:
    story = Story()
    cora = story.collaborator("Cora", Part.CO_OWNER)
    invitation = story.invites(cora, SPEAKER)
    story.comes(cora)
    story.accepts(cora, email=None).granted()
    story.given(story.host, c.ChangeInvitation(invitation_id=invitation, invitation_type=VIEWER))
    assert cora.role() is Role.HOST


def test_an_invitation_is_not_changed_above_the_own_role() -> None:
    story = Story()
    story.given(story.host, c.SetRights(participant_id=story.speaker.id, granted=(Right.INVITE,)))
    wish = c.ChangeInvitation(
        invitation_id=story.invitation_of(story.viewer).id, invitation_type=MODERATOR
    )
    story.when(story.speaker, wish).then_refused(ErrorCode.NOT_ALLOWED)
    assert story.viewer.role() is Role.VIEWER


def test_an_extension_counts_from_now() -> None:
    story = Story()
    invitation = story.invites(story.someone("Ines"), valid_minutes=1)
    story.passes(HOUR)
    story.given(story.host, c.ExtendInvitation(invitation_id=invitation, minutes=10))
    assert story.invitation(invitation).valid_until == story.now + 10 * MINUTE
    story.accepts(story.someone("Ines")).granted()


def test_a_withdrawn_invitation_lets_nobody_in_and_those_inside_stay() -> None:
    story = Story()
    viewer = story.viewer
    invitation = story.invitation_of(viewer).id
    story.given(story.host, c.RevokeInvitation(invitation_id=invitation))
    assert viewer.now.is_in
    story.accepts(viewer).then_refused(ErrorCode.LINK_REVOKED)
    story.closes(viewer)
    story.connects(viewer)
    story.leaves(viewer)
    story.opens(viewer).then_refused(ErrorCode.LINK_REVOKED)


def test_withdrawing_can_remove_whoever_is_inside_by_it() -> None:
    story = Story()
    viewer = story.viewer
    wish = c.RevokeInvitation(invitation_id=story.invitation_of(viewer).id, remove=True)
    story.when(story.host, wish).then_a(e.InvitationRevoked, e.ParticipantRemoved)
    assert viewer.now.kept_out == "removed"


def test_removing_by_withdrawal_needs_the_right_and_the_rank() -> None:
    story = Story()
    viewer, speaker, moderator = story.viewer, story.speaker, story.moderator
    wish = c.RevokeInvitation(invitation_id=story.invitation_of(viewer).id, remove=True)
    story.given(story.host, c.SetRights(participant_id=speaker.id, granted=(Right.INVITE,)))
    story.when(speaker, wish).then_refused(ErrorCode.NOT_ALLOWED)
    story.given(story.host, c.SetRole(participant_id=viewer.id, role=Role.HOST))
    story.when(moderator, wish).then_refused(ErrorCode.NOT_ALLOWED)
    assert viewer.now.is_in
    assert story.invitation_of(viewer).revoked_at is None


def test_an_invitation_stands_when_its_inviter_loses_their_rights() -> None:
    story = Story()
    moderator, invitee = story.moderator, story.someone("Ines")
    story.given(moderator, invite(invitee.email, kind=MODERATOR))
    story.given(story.host, c.Remove(participant_id=moderator.id))
    assert story.invitation_of(invitee).invited_by.name == moderator.name
    assert story.comes(invitee).role() is Role.MODERATOR


# --- the ledger ----------------------------------------------------------------------------


def mailed(story: Story, someone: Someone, outcome: str, mail: int | None = None) -> None:
    known = story.invitation_of(someone)
    wish = o.RecordMail(
        invitation_id=known.id, mail=known.mails if mail is None else mail, outcome=outcome
    )
    story.when(SERVER, wish).granted()


def test_the_ledger_follows_an_invitation_through_its_life() -> None:
    story = Story()
    invitee = story.invitee
    seen = [ledger(story, invitee)]
    mailed(story, invitee, "sent")
    seen.append(ledger(story, invitee))
    mailed(story, invitee, "delivered")
    seen.append(ledger(story, invitee))
    known = story.invitation_of(invitee)
    lobby = o.OpenInvitation(invitation_id=known.id, generation=known.generation)
    story.when(invitee, lobby).then(e.InvitationOpened(invitation_id=known.id))
    story.when(invitee, lobby).then_nothing()
    seen.append(ledger(story, invitee))
    story.accepts(invitee)
    seen.append(ledger(story, invitee))
    story.connects(invitee)
    seen.append(ledger(story, invitee))
    story.leaves(invitee)
    seen.append(ledger(story, invitee))
    story.given(story.host, c.RevokeInvitation(invitation_id=known.id))
    seen.append(ledger(story, invitee))
    assert seen == [
        LedgerState.CREATED, LedgerState.SENT, LedgerState.DELIVERED, LedgerState.OPENED,
        LedgerState.REDEEMED, LedgerState.INSIDE, LedgerState.LEFT, LedgerState.REVOKED,
    ]  # fmt: skip


def test_a_bounced_mail_and_an_expired_invitation_show_in_the_ledger() -> None:
    story = Story()
    invitee = story.someone("Ines")
    story.invites(invitee, valid_minutes=5)
    mailed(story, invitee, "bounced")
    assert ledger(story, invitee) is LedgerState.BOUNCED
    story.passes(5 * MINUTE)
    assert ledger(story, invitee) is LedgerState.EXPIRED


def test_opening_the_lobby_a_hundred_times_uses_and_binds_nothing() -> None:
    story = Story()
    invitee = story.invitee
    known = story.invitation_of(invitee)
    for number in range(100):
        preview = story.someone(f"Scanner {number}")
        lobby = o.OpenInvitation(invitation_id=known.id, generation=known.generation)
        story.when(preview, lobby).granted()
    again = story.invitation_of(invitee)
    assert (again.uses, again.device_id, again.redeemed_at) == (0, None, None)


def test_late_news_of_an_older_mail_changes_nothing() -> None:
    story = Story()
    invitee = story.invitee
    known = story.invitation_of(invitee).id
    story.given(story.host, c.ResendInvitation(invitation_id=known))
    mailed(story, invitee, "bounced", mail=1)
    assert ledger(story, invitee) is LedgerState.CREATED
    assert known in story.state.mails_due
    mailed(story, invitee, "sent", mail=2)
    assert ledger(story, invitee) is LedgerState.SENT
    assert not story.state.mails_due


def test_a_deleted_entry_mails_nothing_more() -> None:
    story = Story()
    invitee = story.invitee
    assert story.state.mails_due
    story.given(story.owner.account, c.DeleteEntry())
    assert not story.state.mails_due
    wish = o.RecordMail(invitation_id=story.invitation_of(invitee).id, mail=1, outcome="sent")
    story.when(SERVER, wish).granted()


# --- where and when ------------------------------------------------------------------------


def test_an_expired_invitation_lets_nobody_in_from_that_very_moment() -> None:
    story = Story()
    invitee = story.someone("Ines")
    story.invites(invitee, valid_minutes=5)
    story.passes(5 * MINUTE - 1)
    story.accepts(invitee).granted()
    story.passes(1)
    story.opens(invitee).then_refused(ErrorCode.LINK_EXPIRED)
    other = story.someone("Other")
    story.invites(other, valid_minutes=5)
    story.passes(5 * MINUTE)
    story.accepts(other).then_refused(ErrorCode.LINK_EXPIRED)


def test_an_invitation_outlives_its_session_by_the_grace_and_is_not_revived_by_the_next() -> None:
    story = Story(invitation_grace_s=3600)
    invitee = story.invitee
    story.ends()
    story.passes(2 * HOUR)
    story.starts()
    story.accepts(invitee).then_refused(ErrorCode.LINK_EXPIRED)


def test_an_invitation_within_the_grace_opens_the_next_session() -> None:
    story = Story()
    invitee = story.invitee
    story.ends()
    story.passes(HOUR)
    story.starts()
    assert story.comes(invitee).now.is_in


def test_an_invitation_made_after_the_end_is_for_the_next_session() -> None:
    story = Story()
    story.ends()
    invitee = story.someone("Ines")
    story.invites(invitee)
    story.passes(HOUR)
    story.starts()
    story.enters(story.owner)
    story.connects(story.owner)
    story.passes(3 * DAY)
    assert story.comes(invitee).now.is_in


def test_a_platform_invites_in_its_own_name() -> None:
    story = Story()
    answer = story.when(PLATFORM, invite("a@school.example", kind=MODERATOR))
    made = story.invitation(InvitationId(answer.result["invitation_ids"][0]))
    assert made.invited_by.name == "Platform"
