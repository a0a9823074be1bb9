"""The door of invite links: look, name the invited address, prove the mailbox with a code."""

import hashlib
import hmac
import logging

from starlette.requests import Request
from starlette.responses import Response

from protocol.errors import ErrorCode
from protocol.http import CodeForm, CodeRequest, InvitationDoor, InvitationForm, LinkToken, Sent
from protocol.ids import InvitationId, ParticipantId
from protocol.roles import DevicePolicy
from server.core import orders as o
from server.core.decide import Rejected
from server.core.names import same_email
from server.core.state import RoomState
from server.core.tokens import LinkClaim
from server.edge.bodies import body_of
from server.edge.doors import (
    Visit,
    admitted,
    at_the_door,
    claim_of,
    email_name,
    even_out,
    know_device,
    state_of,
    visit_of,
)
from server.edge.edge import Edge, refuse_exhausted, take
from server.edge.replies import Denied, reply, settled
from server.hub.room import Outcome

log = logging.getLogger(__name__)

CODE_DIGITS = 6
TELLING = (ErrorCode.EMAIL_MISMATCH, ErrorCode.RATE_LIMITED)
"""Refusals of a code which would tell that the typed address is the invited one, or is not."""
MISSES = (ErrorCode.EMAIL_MISMATCH, ErrorCode.CODE_WRONG)


@at_the_door
async def look(edge: Edge, request: Request) -> Response:
    """Show what the lobby needs, and note that a person has opened it."""
    body = await body_of(edge, request, LinkToken)
    claim = claim_of(edge, body.token, "invitation")
    visit = await visit_of(edge, request)
    order = o.OpenInvitation(invitation_id=InvitationId(claim.link_id), generation=claim.generation)
    settled(_at_the_door(await edge.hub.ask(claim.room_id, order, visit.actor)))
    state = await state_of(edge, claim.room_id)
    response = reply(_door(state, claim, visit))
    know_device(edge, response, visit)
    return response


def _at_the_door(outcome: Outcome) -> Outcome:
    """Say of an entry that is gone what is said of a link that never was."""
    if isinstance(outcome, Rejected) and outcome.code is ErrorCode.NOT_FOUND:
        return Rejected(code=ErrorCode.LINK_NOT_FOUND)
    return outcome


def _door(state: RoomState, claim: LinkClaim, visit: Visit) -> InvitationDoor:
    entry, session = state.entry, state.session
    invitation = state.invitations.get(InvitationId(claim.link_id))
    if entry is None or session is None or invitation is None:
        raise Denied(ErrorCode.LINK_NOT_FOUND)
    account = visit.actor.person
    is_invited = account is not None and same_email(invitation.person.email, account.email)
    is_bound = invitation.device_id is not None and invitation.device_id == visit.device_id
    return InvitationDoor(
        entry_id=entry.id,
        entry_name=entry.name,
        kind=entry.kind,
        starts_at=entry.starts_at,
        session_state=session.state,
        is_signed_in_as_invited=is_invited,
        is_bound_here=is_bound,
        wrong_account=account is not None and not is_invited and not is_bound,
    )


@at_the_door
async def redeem(edge: Edge, request: Request) -> Response:
    """Let the invited person in."""
    form = await body_of(edge, request, InvitationForm)
    claim = claim_of(edge, form.token, "invitation")
    return await _through(edge, request, claim, form.email, None)


@at_the_door
async def verify(edge: Edge, request: Request) -> Response:
    """Let the invited person in who has the code, and move the invitation to this device."""
    form = await body_of(edge, request, CodeForm)
    claim = claim_of(edge, form.token, "invitation")
    digest = code_digest(edge, InvitationId(claim.link_id), "".join(form.code.split()))
    return await _through(edge, request, claim, form.email, digest)


async def _through(
    edge: Edge, request: Request, claim: LinkClaim, email: str | None, digest: str | None
) -> Response:
    link = f"{claim.room_id} {claim.link_id}"
    await take(edge.limits.redemptions_per_link, link)
    await refuse_exhausted(edge.limits.misses_per_link, link)
    if email is not None:
        await refuse_exhausted(edge.limits.misses_per_email, email_name(edge, email))
    visit = await visit_of(edge, request)
    order = o.RedeemInvitation(
        invitation_id=InvitationId(claim.link_id),
        generation=claim.generation,
        email=email,
        code_digest=digest,
        inside=await _inside(edge, claim, visit),
    )
    outcome = _at_the_door(await edge.let_in(claim.room_id, order, visit.actor))
    if isinstance(outcome, Rejected) and outcome.code in MISSES:
        await edge.limits.misses_per_link.take(link)
        if email is not None:
            await edge.limits.misses_per_email.take(email_name(edge, email))
    return await admitted(edge, request, visit, settled(outcome))


async def _inside(edge: Edge, claim: LinkClaim, visit: Visit) -> ParticipantId | None:
    """Say who this browser already is in the room, so that redeeming raises the role."""
    state = await state_of(edge, claim.room_id)
    participant = visit.caller.participant(state)
    return participant.id if participant is not None and participant.holds_place else None


@at_the_door
async def request_code(edge: Edge, request: Request) -> Response:
    """Have a code mailed if the address is the invited one; the answer does not tell.

    What does not depend on the address is told: that the link is dead, or that this entry lets
    no second device in whatever is proven.
    """
    started = edge.hub.world.monotonic()
    body = await body_of(edge, request, CodeRequest)
    claim = claim_of(edge, body.token, "invitation")
    await take(edge.limits.codes_per_email, email_name(edge, body.email))
    visit = await visit_of(edge, request)
    invitation_id = InvitationId(claim.link_id)
    _refuse_second_device(await state_of(edge, claim.room_id), invitation_id, visit)
    code = fresh_code(edge)
    order = o.IssueCode(
        invitation_id=invitation_id,
        generation=claim.generation,
        email=body.email,
        digest=code_digest(edge, invitation_id, code),
    )
    outcome = _at_the_door(await edge.hub.ask(claim.room_id, order, visit.actor))
    if not isinstance(outcome, Rejected):
        await _send(edge, claim, code)
    elif outcome.code not in TELLING:
        raise Denied.of(outcome)
    response = reply(Sent())
    know_device(edge, response, visit)
    await even_out(edge, started)
    return response


def _refuse_second_device(state: RoomState, invitation_id: InvitationId, visit: Visit) -> None:
    invitation = state.invitations.get(invitation_id)
    if invitation is None or invitation.device_id in (None, visit.device_id):
        return
    if state.settings.device_policy is DevicePolicy.REFUSE:
        raise Denied(ErrorCode.OTHER_DEVICE)


async def _send(edge: Edge, claim: LinkClaim, code: str) -> None:
    state = await state_of(edge, claim.room_id)
    invitation = state.invitations.get(InvitationId(claim.link_id))
    if state.entry is None or invitation is None:
        return
    if not await edge.post.send_code(claim.room_id, state.entry.name, invitation, code):
        log.warning("a code for invitation %s could not be mailed", invitation.id)


def fresh_code(edge: Edge) -> str:
    """Make a code of six digits, each as likely as any other.

    64 random bits make the unevenness of the remainder one in ten million million.
    """
    number = int.from_bytes(edge.hub.world.entropy(8), "big") % 10**CODE_DIGITS
    return f"{number:0{CODE_DIGITS}d}"


def code_digest(edge: Edge, invitation_id: InvitationId, code: str) -> str:
    """Make what is kept of a code: a keyed hash, bound to its invitation.

    Without the key a million tries would find the code in a stolen database.
    """
    message = f"usher code\0{invitation_id}\0{code}".encode()
    return hmac.new(edge.secrets.ticket_keys[0], message, hashlib.sha256).hexdigest()
