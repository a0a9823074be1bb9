"""Invitations: making and changing them, redeeming them, one-time codes."""

import hmac
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from protocol import commands as c
from protocol.errors import ErrorCode
from protocol.ids import AccountId, InvitationId
from protocol.roles import (
    DevicePolicy,
    EntryKind,
    InvitationType,
    Origin,
    Right,
    Role,
)
from server.core import events as e
from server.core import orders as o
from server.core.context import Answer, Context, Refused
from server.core.events import Event
from server.core.identity import keys_of
from server.core.names import clean_name, same_email
from server.core.person import Person
from server.core.rights import INVITATION_ROLES, may_manage, rights_of
from server.core.rules.admission import (
    account_keys,
    admitted,
    come_back,
    join,
    new_participant,
    refuse_kept_out,
    refuse_outcast,
    refuse_when_full,
    visitor,
)
from server.core.state import Code, Invitation, Participant
from server.core.validity import expires_at, invitation_refusal

MAX_INVITATIONS = 50_000
"""Invitations that one entry may hold."""
CODE_VALID_MS = 10 * 60 * 1000
CODE_TRIES = 5
CODES_PER_HOUR = 5
"""Codes mailed to one address in an hour: nobody's mailbox can be flooded by guessing."""


def types_for(kind: EntryKind) -> tuple[InvitationType, ...]:
    """List what an invitation to this kind of entry may give.

    Source: product page, section 1, table of content.
    """
    if kind.is_live:
        return (InvitationType.VIEWER, InvitationType.SPEAKER, InvitationType.MODERATOR)
    return (InvitationType.VIEWER, InvitationType.COLLABORATOR)


def _may_give(ctx: Context, invitation_type: InvitationType) -> None:
    """Refuse a type that the entry does not know, or that stands above the actor."""
    if invitation_type not in types_for(ctx.entry.kind):
        raise Refused(ErrorCode.BAD_REQUEST, "invitation_type")
    if INVITATION_ROLES[invitation_type].rank > ctx.rank:
        raise Refused(ErrorCode.NOT_ALLOWED)


def invite(ctx: Context, command: c.Invite) -> Answer:
    """Invite addresses, all or none; one that was invited before has its invitation updated."""
    ctx.need(Right.INVITE)
    _may_give(ctx, command.invitation_type)
    if ctx.state.entry and len(ctx.state.invitations) + len(command.invitees) > MAX_INVITATIONS:
        raise Refused(ErrorCode.TOO_LARGE)
    by = ctx.my_person()
    valid_until = _minutes(ctx, command.valid_minutes)
    events: list[Event] = []
    seen: dict[str, InvitationId] = {}
    for number, invitee in enumerate(command.invitees):
        name = clean_name(f"{invitee.first_name} {invitee.last_name}") or ""
        person = ctx.person(name or "-", invitee.email, where=f"invitees.{number}.")
        person = replace(person, name=name)
        if person.id in seen:
            continue
        fields: dict[str, Any] = {
            "person": person,
            "invitation_type": command.invitation_type,
            "max_uses": command.uses,
            "uses": 0,
            "valid_until": valid_until,
            "language": command.language,
            "message": command.message,
            "invited_by": by,
        }
        known = ctx.state.invited.get(person.id)
        if known is None:
            made = Invitation(id=InvitationId(ctx.fresh.id("i")), created_at=ctx.now, **fields)
            events.append(e.InvitationCreated(invitation=made))
        else:
            made = _updated(ctx, ctx.state.invitations[known], fields)
            events.append(e.InvitationUpdated(invitation=made))
            events += _raise_inside(ctx, made)
        events += _let_back(ctx, made)
        seen[person.id] = made.id
        if command.send_mail:
            events.append(e.InvitationMailDue(invitation_id=made.id))
    return Answer(events=events, result={"invitation_ids": list(seen.values())})


def _let_back(ctx: Context, invitation: Invitation) -> list[Event]:
    """Undo a removal of whoever is invited again, if the actor may undo it.

    A guest who only typed that address stays out.
    """
    if Right.REMOVE not in rights_of(ctx.state, ctx.actor):
        return []
    keys = (f"email:{invitation.person.id}", f"invitation:{invitation.id}")
    found = dict.fromkeys(ctx.state.kept_out_keys.get(key) for key in keys)
    return [
        e.ParticipantReadmitted(participant_id=who.id)
        for one in found
        if one is not None
        and (who := ctx.state.participants.get(one)) is not None
        and who.kept_out in ("removed", "declined")
        and may_manage(ctx.state, ctx.actor, who)
        and not ctx.is_same(who)
    ]


def _updated(ctx: Context, old: Invitation, fields: dict[str, Any]) -> Invitation:
    """Make the invitation of an address invited again: a withdrawn one gets a new URL."""
    if INVITATION_ROLES[old.invitation_type].rank > ctx.rank:
        raise Refused(ErrorCode.NOT_ALLOWED)
    if not fields["person"].name:
        fields = {**fields, "person": replace(fields["person"], name=old.person.name)}
    if old.revoked_at is not None:
        fields = {**fields, "generation": old.generation + 1, "device_id": None}
        fields = {**fields, "redeemed_at": None}
    elif old.device_id is not None:
        # The bound device has had its use already.
        fields = {**fields, "uses": 1}
    return replace(old, **fields, created_at=ctx.now, revoked_at=None, opened_at=None, code=None)


def _minutes(ctx: Context, minutes: int | None) -> int | None:
    return None if minutes is None else ctx.now + minutes * 60_000


def _mine(ctx: Context, invitation_id: InvitationId) -> Invitation:
    """Get an invitation that the actor may change: none that gives more than their own role."""
    ctx.need(Right.INVITE)
    _ = ctx.entry
    invitation = ctx.state.invitations.get(invitation_id)
    if invitation is None:
        raise Refused(ErrorCode.NOT_FOUND)
    if INVITATION_ROLES[invitation.invitation_type].rank > ctx.rank:
        raise Refused(ErrorCode.NOT_ALLOWED)
    return invitation


def _standing(ctx: Context, invitation_id: InvitationId) -> Invitation:
    """Get an invitation that the actor may change and that was not withdrawn."""
    invitation = _mine(ctx, invitation_id)
    if invitation.revoked_at is not None:
        raise Refused(ErrorCode.CONFLICT)
    return invitation


def resend(ctx: Context, command: c.ResendInvitation) -> Answer:
    """Have the invitation mailed again."""
    invitation = _standing(ctx, command.invitation_id)
    until = expires_at(ctx.state, invitation)
    if until is not None and ctx.now >= until:
        raise Refused(ErrorCode.LINK_EXPIRED)
    return Answer(events=[e.InvitationMailDue(invitation_id=invitation.id)])


def change_type(ctx: Context, command: c.ChangeInvitation) -> Answer:
    """Change what an invitation gives, for whoever is inside by it at once."""
    invitation = _standing(ctx, command.invitation_id)
    _may_give(ctx, command.invitation_type)
    if invitation.invitation_type is command.invitation_type:
        return Answer(events=[])
    changed = replace(invitation, invitation_type=command.invitation_type)
    events: list[Event] = [
        e.InvitationTypeChanged(
            invitation_id=invitation.id, invitation_type=command.invitation_type
        )
    ]
    return Answer(events=events + _raise_inside(ctx, changed, also_lower=True))


def _raise_inside(ctx: Context, invitation: Invitation, *, also_lower: bool = False) -> list[Event]:
    """Give whoever is in the session by this invitation its role, unless it is managed above."""
    known = invitation.participant_id
    participant = ctx.state.participants.get(known) if known else None
    role = INVITATION_ROLES[invitation.invitation_type]
    if participant is None or participant.role is role or participant.role.rank > ctx.rank:
        return []
    if participant.role is Role.HOST:
        return []  # A host is one by their part in the entry, or by another host's word.
    if participant.role.rank > role.rank and not also_lower:
        return []
    return [e.RoleGranted(participant_id=participant.id, role=role, by=ctx.my_person())]


def extend(ctx: Context, command: c.ExtendInvitation) -> Answer:
    """Make an invitation valid for so many minutes from now."""
    invitation = _standing(ctx, command.invitation_id)
    until = ctx.now + command.minutes * 60_000
    return Answer(events=[e.InvitationExtended(invitation_id=invitation.id, valid_until=until)])


def reset_device(ctx: Context, command: c.ResetInvitationDevice) -> Answer:
    """Forget the device, so that another can be bound; the old one is disconnected."""
    invitation = _standing(ctx, command.invitation_id)
    if invitation.device_id is None:
        return Answer(events=[])
    events: list[Event] = [e.InvitationDeviceReset(invitation_id=invitation.id)]
    return Answer(events=events + _disconnect(ctx, invitation))


def _disconnect(ctx: Context, invitation: Invitation) -> list[Event]:
    """End the connections of the device that an invitation was bound to."""
    known = invitation.participant_id
    participant = ctx.state.participants.get(known) if known else None
    if participant is None or participant.account_id is not None:
        return []
    until = ctx.now + ctx.state.settings.grace_s * 1000
    return [
        e.ConnectionClosed(
            participant_id=participant.id, connection_id=connection.id, expires_at=until
        )
        for connection in participant.connections
        if connection.device_id == invitation.device_id
    ]


def revoke(ctx: Context, command: c.RevokeInvitation) -> Answer:
    """Withdraw an invitation; with `remove`, whoever is inside by it goes too."""
    invitation = _standing(ctx, command.invitation_id)
    events: list[Event] = [e.InvitationRevoked(invitation_id=invitation.id)]
    known = invitation.participant_id
    participant = ctx.state.participants.get(known) if known else None
    if command.remove and participant is not None and participant.holds_place:
        ctx.need(Right.REMOVE)
        if participant.role.rank > ctx.rank:
            raise Refused(ErrorCode.NOT_ALLOWED)
        key = f"invitation:{invitation.id}"
        events.append(e.ParticipantRemoved(participant_id=participant.id, keys=(key,)))
    return Answer(events=events)


# --- at the door ---------------------------------------------------------------------------


def _at_the_door(ctx: Context, invitation_id: InvitationId, generation: int) -> Invitation:
    """Get an invitation that lets somebody in now."""
    invitation = ctx.state.invitations.get(invitation_id)
    entry = ctx.state.entry
    if invitation is None or entry is None or entry.is_deleted:
        raise Refused(ErrorCode.LINK_NOT_FOUND)
    code = invitation_refusal(ctx.state, invitation, generation, ctx.now)
    if code is not None:
        raise Refused(code)
    if invitation.person.is_erased:
        raise Refused(ErrorCode.LINK_NOT_FOUND)
    return invitation


def open_invitation(ctx: Context, order: o.OpenInvitation) -> Answer:
    """Record that the lobby was opened; binds nothing, uses nothing."""
    visitor(ctx)
    invitation = _at_the_door(ctx, order.invitation_id, order.generation)
    if invitation.opened_at is not None:
        return Answer(events=[])
    return Answer(events=[e.InvitationOpened(invitation_id=invitation.id)])


def issue_code(ctx: Context, order: o.IssueCode) -> Answer:
    """Make a one-time code for the invited address; earlier codes are void.

    Raises:
        Refused: `rate_limited` after so many in an hour; `other_device` where the entry's
            policy refuses a second device whatever proof there is.
    """
    who = visitor(ctx)
    invitation = _at_the_door(ctx, order.invitation_id, order.generation)
    if not same_email(invitation.person.email, order.email):
        raise Refused(ErrorCode.EMAIL_MISMATCH)
    is_other = invitation.device_id is not None and invitation.device_id != who.device_id
    if is_other and ctx.state.settings.device_policy is DevicePolicy.REFUSE:
        raise Refused(ErrorCode.OTHER_DEVICE)
    # What lies ahead was sent before the clock was set back, and says nothing of this hour.
    recent = [at for at in invitation.codes_sent if ctx.now - 3_600_000 < at <= ctx.now]
    if len(recent) >= CODES_PER_HOUR:
        raise Refused(ErrorCode.RATE_LIMITED)
    code = Code(digest=order.digest, expires_at=ctx.now + CODE_VALID_MS, tries_left=CODE_TRIES)
    return Answer(events=[e.CodeIssued(invitation_id=invitation.id, code=code)])


def redeem_invitation(ctx: Context, order: o.RedeemInvitation) -> Answer:
    """Let the invited person in, and nobody else.

    Who: the account, the bound device or the typed address. With what: the bound device, a
    mailed code, or for the first time any device (unless the entry asks for mailbox proof).
    """
    who = visitor(ctx)
    invitation = _at_the_door(ctx, order.invitation_id, order.generation)
    is_proven = who.person is not None and same_email(invitation.person.email, who.person.email)
    is_bound = invitation.device_id is not None and invitation.device_id == who.device_id
    if order.email is not None:
        if not same_email(invitation.person.email, order.email):
            raise Refused(ErrorCode.EMAIL_MISMATCH)
    elif not (is_proven or is_bound):
        if who.account_id is not None:
            raise Refused(ErrorCode.WRONG_ACCOUNT)
        raise Refused(ErrorCode.BAD_REQUEST, "email")
    events: list[Event] = []
    if not (is_proven or is_bound):
        events += _prove_device(ctx, invitation, order)
    return _redeem(ctx, invitation, order, events, is_proven=is_proven)


def _prove_device(ctx: Context, invitation: Invitation, order: o.RedeemInvitation) -> list[Event]:
    """Let a device be bound: the first one, one with a code, or any under *take over*."""
    settings = ctx.state.settings
    is_first = invitation.device_id is None
    if not is_first and settings.device_policy is DevicePolicy.REFUSE:
        raise Refused(ErrorCode.OTHER_DEVICE)
    if order.code_digest is not None:
        return _spend_code(ctx, invitation, order.code_digest)
    if is_first:
        if settings.code_on_first_use:
            raise Refused(ErrorCode.CODE_REQUIRED)
        return []
    if settings.device_policy is not DevicePolicy.TAKE_OVER:
        raise Refused(ErrorCode.OTHER_DEVICE)
    return _disconnect(ctx, invitation)


def _spend_code(ctx: Context, invitation: Invitation, digest: str) -> list[Event]:
    code = invitation.code
    if code is None or ctx.now >= code.expires_at or code.tries_left <= 0:
        raise Refused(ErrorCode.CODE_EXPIRED)
    if not hmac.compare_digest(code.digest, digest):
        # The try counts although the answer is no, or five tries would be endless tries.
        raise Refused(ErrorCode.CODE_WRONG, facts=[e.CodeMissed(invitation_id=invitation.id)])
    spent: list[Event] = [e.CodeSpent(invitation_id=invitation.id)]
    return spent + _disconnect(ctx, invitation)


def redeem_for_account(ctx: Context, invitation_id: InvitationId) -> Answer:
    """Redeem for somebody signed in with the invited address who came by the media page."""
    invitation = ctx.state.invitations[invitation_id]
    order = o.RedeemInvitation(invitation_id=invitation_id, generation=invitation.generation)
    return redeem_invitation(ctx, order)


def _redeem(
    ctx: Context,
    invitation: Invitation,
    order: o.RedeemInvitation,
    events: list[Event],
    *,
    is_proven: bool,
) -> Answer:
    who = visitor(ctx)
    account_id = who.account_id if is_proven else None
    is_first = invitation.device_id is None
    if is_first and invitation.max_uses is not None and invitation.uses >= invitation.max_uses:
        raise Refused(ErrorCode.LINK_USED_UP)
    _ = ctx.session
    role = INVITATION_ROLES[invitation.invitation_type]
    keys = keys_of(
        origin=Origin.INVITATION,
        person=invitation.person,
        device_id=None if role.is_staff else who.device_id,
        account_id=account_id,
        invitation_id=invitation.id,
    )
    if account_id is not None:
        keys = account_keys(account_id, invitation.person, invitation.id, role, who.device_id)
    refuse_kept_out(ctx, keys)
    participant, by_invitation = _already_here(ctx, invitation, order, account_id)
    if participant is None:
        refuse_when_full(ctx, is_reserved=True)
        participant = new_participant(
            ctx,
            _shown(invitation, who.person if is_proven else None),
            role,
            Origin.INVITATION,
            who.device_id,
            invitation_id=invitation.id,
            account_id=account_id,
        )
        events += join(ctx, participant)
    else:
        refuse_outcast(participant)
        if not participant.holds_place and participant.role is not Role.HOST:
            refuse_when_full(ctx, is_reserved=True)
        events += come_back(ctx, participant, who.device_id)
        events += _link_account(ctx, participant, account_id)
        if not by_invitation:
            events += _link_and_raise(participant, invitation, role)
    events.append(
        e.InvitationRedeemed(
            invitation_id=invitation.id,
            device_id=who.device_id,
            participant_id=participant.id,
            is_return=not is_first,
        )
    )
    return admitted(ctx, events, participant)


def _already_here(
    ctx: Context, invitation: Invitation, order: o.RedeemInvitation, account_id: AccountId | None
) -> tuple[Participant | None, bool]:
    """Find whom the redeemer already is in this session; True: by this invitation before."""
    people = ctx.state.participants
    if invitation.participant_id is not None and invitation.participant_id in people:
        return people[invitation.participant_id], True
    known = ctx.state.by_account.get(account_id) if account_id else None
    for participant_id in (known, order.inside):
        participant = people.get(participant_id) if participant_id else None
        if participant is not None:
            return participant, False
    return None, False


def _link_account(
    ctx: Context, participant: Participant, account_id: AccountId | None
) -> list[Event]:
    """Know somebody by their account too, so that their other devices join the same row."""
    if account_id is None or participant.account_id or account_id in ctx.state.by_account:
        return []
    return [e.ParticipantLinked(participant_id=participant.id, account_id=account_id)]


def _link_and_raise(participant: Participant, invitation: Invitation, role: Role) -> list[Event]:
    """Raise somebody who redeems from inside. A return changes no role: that is in the log.

    At a gate the new role moves them on by itself (`server.core.consequences`).
    """
    events: list[Event] = [
        e.ParticipantLinked(participant_id=participant.id, invitation_id=invitation.id)
    ]
    if role.rank > participant.role.rank:
        by = invitation.invited_by
        events.append(e.RoleGranted(participant_id=participant.id, role=role, by=by))
    return events


def _shown(invitation: Invitation, account: Person | None) -> Person:
    """Choose the name to show: the inviter's, the account's, else the address before the @."""
    name = invitation.person.name or (account.name if account else "")
    return replace(invitation.person, name=name or invitation.person.email.partition("@")[0])


def record_mail(ctx: Context, order: o.RecordMail) -> Answer:
    """Record what became of a mail; news of an older mail changes nothing."""
    invitation = ctx.state.invitations.get(order.invitation_id)
    if invitation is None or invitation.mails != order.mail:
        return Answer(events=[])
    return Answer(
        events=[
            e.InvitationMailed(
                invitation_id=order.invitation_id, mail=order.mail, outcome=order.outcome
            )
        ]
    )


RULES: dict[type, Callable[[Context, Any], Answer]] = {
    c.Invite: invite,
    c.ResendInvitation: resend,
    c.ChangeInvitation: change_type,
    c.ExtendInvitation: extend,
    c.ResetInvitationDevice: reset_device,
    c.RevokeInvitation: revoke,
    o.OpenInvitation: open_invitation,
    o.IssueCode: issue_code,
    o.RedeemInvitation: redeem_invitation,
    o.RecordMail: record_mail,
}
