"""Steps of the two doors: guest links and invitations."""

from typing import Any

from protocol.ids import InvitationId, LinkId
from server.core import events as e
from server.core.consents import consent_version
from server.core.evolve.parts import Step, change, without
from server.core.replacing import replace
from server.core.state import Consent, GuestVisit, RoomState, visit_key


def _access(state: RoomState, event: e.GuestAccessSet, _at: int) -> RoomState:
    return replace(state, is_guest_access_on=event.is_on)


DELETED_KEPT = 1_000
"""Guest links of one entry that were deleted before anybody used them."""


def _link(state: RoomState, event: e.GuestLinkCreated | e.GuestLinkEdited, _at: int) -> RoomState:
    return replace(state, links=state.links.set(event.link.id, event.link))


def _change_link(state: RoomState, link_id: LinkId, **fields: Any) -> RoomState:
    link = state.links.get(link_id)
    if link is None:
        return state
    return replace(state, links=state.links.set(link_id, replace(link, **fields)))


def _paused(state: RoomState, event: e.GuestLinkPaused, _at: int) -> RoomState:
    return _change_link(state, event.link_id, is_paused=event.is_paused)


def _regenerated(state: RoomState, event: e.GuestLinkRegenerated, _at: int) -> RoomState:
    link = state.links.get(event.link_id)
    generation = link.generation + 1 if link else 1
    return _change_link(state, event.link_id, generation=generation, uses=0)


def _deleted(state: RoomState, event: e.GuestLinkDeleted, _at: int) -> RoomState:
    return _without_oldest(_change_link(state, event.link_id, is_deleted=True))


def _without_oldest(state: RoomState) -> RoomState:
    """Forget the oldest deleted link that nobody has used, where very many are kept.

    A deleted one is kept to say that it was revoked, and for the name of who came by it. Making
    and deleting links for ever must not fill the memory.
    """
    unused = [one for one in state.links.values() if one.is_deleted and not one.uses]
    if len(unused) <= DELETED_KEPT:
        return state
    named = {one.link_id for one in state.participants.values()}
    free = [one for one in unused if one.id not in named]
    if not free:
        return state
    oldest = min(free, key=lambda one: (one.created_at, one.id))
    return replace(state, links=state.links.delete(oldest.id))


def _used(state: RoomState, event: e.GuestLinkUsed, _at: int) -> RoomState:
    link, session = state.links.get(event.link_id), state.session
    if link is None or session is None:
        return state
    key = visit_key(link.id, event.device_id)
    known = state.visits.get(key)
    visit = GuestVisit(
        link_id=link.id,
        generation=link.generation,
        person=event.person,
        participant_id=event.participant_id,
        session_id=session.id,
        consent=known.consent if known and known.person.id == event.person.id else None,
    )
    state = replace(state, visits=state.visits.set(key, visit))
    state = change(state, event.participant_id, link_generation=link.generation)
    return state if event.is_return else _change_link(state, link.id, uses=link.uses + 1)


def _consented(state: RoomState, event: e.ConsentGiven, at: int) -> RoomState:
    given = Consent(version=event.version, at=at)
    state = change(state, event.participant_id, consent=given)
    key = visit_key(event.link_id, event.device_id)
    visit, text = state.visits.get(key), state.settings.consent
    if visit is not None:
        state = replace(state, visits=state.visits.set(key, replace(visit, consent=given)))
    if event.version in state.consents or consent_version(text) != event.version:
        return state
    return replace(state, consents=state.consents.set(event.version, text))


def _invitation(
    state: RoomState, event: e.InvitationCreated | e.InvitationUpdated, _at: int
) -> RoomState:
    invitation = event.invitation
    return replace(
        state,
        invitations=state.invitations.set(invitation.id, invitation),
        invited=state.invited.set(invitation.person.id, invitation.id),
    )


def _change(state: RoomState, invitation_id: InvitationId, **fields: Any) -> RoomState:
    invitation = state.invitations.get(invitation_id)
    if invitation is None:
        return state
    changed = replace(invitation, **fields)
    return replace(state, invitations=state.invitations.set(invitation_id, changed))


def _mail_due(state: RoomState, event: e.InvitationMailDue, _at: int) -> RoomState:
    invitation = state.invitations.get(event.invitation_id)
    if invitation is None:
        return state
    state = _change(state, invitation.id, mail="due", mails=invitation.mails + 1)
    return replace(state, mails_due=state.mails_due.set(invitation.id, None))


def _mailed(state: RoomState, event: e.InvitationMailed, _at: int) -> RoomState:
    invitation = state.invitations.get(event.invitation_id)
    if invitation is None or invitation.mails != event.mail:
        return state
    state = _change(state, invitation.id, mail=event.outcome)
    return replace(state, mails_due=without(state.mails_due, invitation.id))


def _opened(state: RoomState, event: e.InvitationOpened, at: int) -> RoomState:
    return _change(state, event.invitation_id, opened_at=at)


def _redeemed(state: RoomState, event: e.InvitationRedeemed, at: int) -> RoomState:
    invitation = state.invitations.get(event.invitation_id)
    if invitation is None:
        return state
    state = change(state, event.participant_id, device_id=event.device_id)
    return _change(
        state,
        invitation.id,
        device_id=event.device_id,
        participant_id=event.participant_id,
        redeemed_at=invitation.redeemed_at or at,
        uses=invitation.uses + (0 if event.is_return else 1),
    )


def _type_changed(state: RoomState, event: e.InvitationTypeChanged, _at: int) -> RoomState:
    return _change(state, event.invitation_id, invitation_type=event.invitation_type)


def _extended(state: RoomState, event: e.InvitationExtended, _at: int) -> RoomState:
    return _change(state, event.invitation_id, valid_until=event.valid_until)


def _device_reset(state: RoomState, event: e.InvitationDeviceReset, _at: int) -> RoomState:
    invitation = state.invitations.get(event.invitation_id)
    if invitation is None:
        return state
    # The use comes back with the binding, or a one-use invitation would be dead after a reset.
    uses = max(0, invitation.uses - 1) if invitation.device_id else invitation.uses
    return _change(state, invitation.id, device_id=None, code=None, uses=uses)


def _revoked(state: RoomState, event: e.InvitationRevoked, at: int) -> RoomState:
    invitation = state.invitations.get(event.invitation_id)
    if invitation is None:
        return state
    mail = "" if invitation.mail == "due" else invitation.mail
    state = _change(state, invitation.id, revoked_at=at, code=None, mail=mail)
    return replace(state, mails_due=without(state.mails_due, invitation.id))


def _code_issued(state: RoomState, event: e.CodeIssued, at: int) -> RoomState:
    invitation = state.invitations.get(event.invitation_id)
    if invitation is None:
        return state
    recent = (moment for moment in invitation.codes_sent if at - 3_600_000 < moment <= at)
    sent = (*recent, at)
    return _change(state, invitation.id, code=event.code, codes_sent=sent)


def _code_missed(state: RoomState, event: e.CodeMissed, _at: int) -> RoomState:
    invitation = state.invitations.get(event.invitation_id)
    if invitation is None or invitation.code is None:
        return state
    code = replace(invitation.code, tries_left=invitation.code.tries_left - 1)
    return _change(state, invitation.id, code=code)


def _code_spent(state: RoomState, event: e.CodeSpent, _at: int) -> RoomState:
    return _change(state, event.invitation_id, code=None)


STEPS: dict[type, Step] = {
    e.GuestAccessSet: _access,
    e.GuestLinkCreated: _link,
    e.GuestLinkEdited: _link,
    e.GuestLinkPaused: _paused,
    e.GuestLinkRegenerated: _regenerated,
    e.GuestLinkDeleted: _deleted,
    e.GuestLinkUsed: _used,
    e.ConsentGiven: _consented,
    e.InvitationCreated: _invitation,
    e.InvitationUpdated: _invitation,
    e.InvitationMailDue: _mail_due,
    e.InvitationMailed: _mailed,
    e.InvitationOpened: _opened,
    e.InvitationRedeemed: _redeemed,
    e.InvitationTypeChanged: _type_changed,
    e.InvitationExtended: _extended,
    e.InvitationDeviceReset: _device_reset,
    e.InvitationRevoked: _revoked,
    e.CodeIssued: _code_issued,
    e.CodeMissed: _code_missed,
    e.CodeSpent: _code_spent,
}
