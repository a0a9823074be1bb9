"""The door of guest links: look, fill the form, come back."""

from starlette.requests import Request
from starlette.responses import Response

from protocol.errors import ErrorCode
from protocol.http import GuestDoor, GuestForm, GuestReturn, LinkToken
from protocol.ids import LinkId
from server.core import orders as o
from server.core.consents import consent_version, has_agreed
from server.core.decide import Rejected
from server.core.state import GuestLink, RoomState, visit_key
from server.core.tokens import LinkClaim
from server.core.validity import link_state
from server.edge.bodies import body_of
from server.edge.doors import (
    Visit,
    admitted,
    at_the_door,
    claim_of,
    know_device,
    state_of,
    visit_of,
)
from server.edge.edge import Edge, take
from server.edge.replies import Denied, reply, settled


@at_the_door
async def look(edge: Edge, request: Request) -> Response:
    """Show what the guest page needs. Nothing is used up."""
    body = await body_of(edge, request, LinkToken)
    claim = claim_of(edge, body.token, "guest")
    state = await state_of(edge, claim.room_id)
    link = _link(state, claim)
    visit = await visit_of(edge, request)
    response = reply(_door(edge, state, link, visit))
    # From here on the browser is known, so that a form sent twice is one guest.
    know_device(edge, response, visit)
    return response


def _link(state: RoomState, claim: LinkClaim) -> GuestLink:
    link = state.links.get(LinkId(claim.link_id))
    if link is None:
        raise Denied(ErrorCode.LINK_NOT_FOUND)
    if link.is_deleted or link.generation != claim.generation:
        raise Denied(ErrorCode.LINK_REVOKED)
    return link


def _door(edge: Edge, state: RoomState, link: GuestLink, visit: Visit) -> GuestDoor:
    entry, session = state.entry, state.session
    if entry is None or session is None:
        raise Denied(ErrorCode.LINK_NOT_FOUND)
    known = state.visits.get(visit_key(link.id, visit.device_id))
    is_returning = (
        known is not None
        and known.generation == link.generation
        and not known.person.is_erased
        and has_agreed(state, known.consent)
    )
    return GuestDoor(
        entry_id=entry.id,
        entry_name=entry.name,
        kind=entry.kind,
        state=link_state(state, link, edge.now),
        starts_at=entry.starts_at,
        session_state=session.state,
        consent=state.settings.consent,
        consent_version=consent_version(state.settings.consent),
        is_returning=is_returning,
        name=known.person.name if known is not None and is_returning else "",
    )


@at_the_door
async def redeem(edge: Edge, request: Request) -> Response:
    """Let a guest in whose form is complete."""
    form = await body_of(edge, request, GuestForm)
    claim = claim_of(edge, form.token, "guest")
    order = o.RedeemGuestLink(
        link_id=LinkId(claim.link_id),
        generation=claim.generation,
        name=form.name,
        email=form.email,
        consent=form.consent,
    )
    return await _through(edge, request, claim, order)


@at_the_door
async def come_back(edge: Edge, request: Request) -> Response:
    """Let a guest in again on the device that is known, without the form."""
    body = await body_of(edge, request, GuestReturn)
    claim = claim_of(edge, body.token, "guest")
    order = o.RedeemGuestLink(
        link_id=LinkId(claim.link_id), generation=claim.generation, is_return=True
    )
    return await _through(edge, request, claim, order)


async def _through(
    edge: Edge, request: Request, claim: LinkClaim, order: o.RedeemGuestLink
) -> Response:
    await take(edge.limits.redemptions_per_link, f"{claim.room_id} {claim.link_id}")
    visit = await visit_of(edge, request)
    outcome = await edge.let_in(claim.room_id, order, visit.actor)
    is_gone = isinstance(outcome, Rejected) and outcome.code is ErrorCode.NOT_FOUND
    if is_gone and not order.is_return:
        raise Denied(ErrorCode.LINK_NOT_FOUND)
    return await admitted(edge, request, visit, settled(outcome))
