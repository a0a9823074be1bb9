"""What the two doors have in common: who stands there, how they are let in, how refused.

Refusals must not help somebody who guesses. Each comes at the same time after the request, and
wrong tries are counted for the address they come from, the link, and the e-mail address typed.
"""

import asyncio
from dataclasses import dataclass

from starlette.requests import Request
from starlette.responses import Response

from protocol.codec import Malformed
from protocol.errors import ErrorCode
from protocol.http import Admitted
from protocol.ids import DeviceId, ParticipantId, RoomId, SessionId, room_of
from protocol.roles import Role
from protocol.secret import Secret
from server.core.actors import VisitorActor
from server.core.names import clean_email
from server.core.person import person_id
from server.core.state import RoomState
from server.core.tokens import LinkClaim, LinkKind, read_token
from server.edge.callers import Caller, caller_of
from server.edge.cookies import INSIDE, MAX_INSIDE, Jar, inside_name, tickets_in
from server.edge.edge import Edge, refuse_exhausted, take
from server.edge.replies import Denied, reply
from server.edge.routing import Handler
from server.edge.tickets import Ticket, sign_device, sign_ticket
from server.hub.room import Settled

GUESSES = frozenset(
    {
        ErrorCode.LINK_NOT_FOUND,
        ErrorCode.EMAIL_MISMATCH,
        ErrorCode.CODE_WRONG,
        ErrorCode.TOKEN_INVALID,
    }
)
"""Refusals of somebody who may be guessing."""


def at_the_door(handler: Handler) -> Handler:
    """Guard the handler of a door: limit requests, count guesses, even out refusals."""

    async def guarded(edge: Edge, request: Request) -> Response:
        started = edge.hub.world.monotonic()
        address = request.scope["usher.client"]
        try:
            await take(edge.limits.doors_per_address, address)
            await refuse_exhausted(edge.limits.misses_per_address, address)
            return await handler(edge, request)
        except (Denied, Malformed) as no:
            if no.code in GUESSES:
                await edge.limits.misses_per_address.take(address)
            await even_out(edge, started)
            raise

    return guarded


async def even_out(edge: Edge, started: float) -> None:
    """Wait until the shortest time that an answer takes is over."""
    floor_s = edge.settings.refusal_floor_ms / 1000
    await asyncio.sleep(max(0.0, started + floor_s - edge.hub.world.monotonic()))


@dataclass(frozen=True, slots=True, kw_only=True)
class Visit:
    """Somebody at a door. A browser that was never here gets its device with the reply."""

    caller: Caller
    actor: VisitorActor
    is_new_device: bool

    @property
    def device_id(self) -> DeviceId:
        """The browser, or the device of the ticket that was given."""
        return self.actor.device_id


async def visit_of(edge: Edge, request: Request) -> Visit:
    """Say who stands at the door."""
    caller = await caller_of(edge, request)
    device_id = caller.device_id or DeviceId(edge.fresh_id("d"))
    return Visit(
        caller=caller,
        actor=caller.visitor(device_id),
        is_new_device=caller.device_id is None,
    )


def claim_of(edge: Edge, token: str, kind: LinkKind) -> LinkClaim:
    """Read the token of a link.

    Raises:
        Denied: `link_not_found`, for what is not a token of ours or opens the other door.
    """
    claim = read_token(token, edge.secrets.link_keys)
    if claim is None or claim.kind != kind:
        raise Denied(ErrorCode.LINK_NOT_FOUND)
    return claim


def email_name(edge: Edge, email: str) -> str:
    """Name an e-mail address in rate limits without keeping it."""
    address = clean_email(email)
    return person_id(address, edge.hub.world.person_key) if address else "no address"


async def state_of(edge: Edge, room: RoomId) -> RoomState:
    """Get the state of a link's room.

    Raises:
        Denied: `link_not_found`, when there is no such entry any more.
    """
    state = await edge.hub.look(room)
    if state is None:
        code = edge.hub.why_no_room()
        raise Denied(ErrorCode.LINK_NOT_FOUND if code is ErrorCode.NOT_FOUND else code)
    if state.entry is None or state.entry.is_deleted or state.session is None:
        raise Denied(ErrorCode.LINK_NOT_FOUND)
    return state


async def admitted(edge: Edge, request: Request, visit: Visit, settled: Settled) -> Response:
    """Answer somebody who is through the door: who they are, their ticket, the next page."""
    body = await admitted_as(edge, visit.device_id, settled)
    response = reply(body)
    know_device(edge, response, visit)
    jar = Jar(edge.settings)
    jar.set_ticket(response, body.session_id, Secret(body.ticket, "ticket"))
    jar.drop_inside(response, _surplus(edge, request, room_of(body.session_id)))
    return response


async def admitted_as(edge: Edge, device_id: DeviceId, settled: Settled) -> Admitted:
    """Say who somebody is who is through the door, with a ticket for their device."""
    session = SessionId(settled.result["session_id"])
    participant = ParticipantId(settled.result["participant_id"])
    ticket = Ticket(
        session_id=session,
        participant_id=participant,
        device_id=device_id,
        exp=edge.now // 1000 + edge.settings.ticket_s,
    )
    return Admitted(
        session_id=session,
        participant_id=participant,
        role=Role(settled.result["role"]),
        ticket=sign_ticket(edge.secrets.ticket_keys, ticket).reveal(),
        next=_next(edge, session, participant),
    )


def know_device(edge: Edge, response: Response, visit: Visit) -> None:
    """Give a browser that was never here its device."""
    if visit.is_new_device:
        value = sign_device(edge.secrets.ticket_keys, visit.device_id)
        Jar(edge.settings).set_device(response, value)


def _next(edge: Edge, session: SessionId, participant_id: ParticipantId) -> str:
    """Choose the page: the room and its gates, or the content of what is not live."""
    # Here they were let in a moment ago, so the room is open, and new enough.
    state = edge.hub.at_hand(room_of(session))
    entry = state.entry if state else None
    participant = state.participants.get(participant_id) if state else None
    is_at_gate = participant is not None and participant.gate is not None
    if entry is None or entry.kind.is_live or is_at_gate:
        return f"/s/{session}"
    return f"/e/{entry.id}"


def _surplus(edge: Edge, request: Request, room: RoomId) -> list[str]:
    """List cookies of other rooms that this browser should forget: the bad, then the oldest."""
    tickets = dict(tickets_in(request, edge.settings, edge.secrets, edge.now))
    names = [name for name in request.cookies if name.startswith(INSIDE)]
    names = [name for name in names if name != inside_name(room)]
    names.sort(key=lambda name: tickets[name].exp if name in tickets else 0)
    return names[: max(0, len(names) - MAX_INSIDE + 1)]
