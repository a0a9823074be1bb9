"""What is read of a session: one's own state, and the counts."""

from starlette.requests import Request
from starlette.responses import Response

from protocol.errors import ErrorCode
from protocol.ids import SessionId, room_of
from protocol.roles import Gate, SessionState
from server.core.project import you
from server.core.rules.admission import KEPT_OUT
from server.core.state import Participant, RoomState
from server.edge.bodies import plain_body, session_in
from server.edge.callers import Standing, caller_of, need_scope, standing
from server.edge.edge import Edge
from server.edge.media import counts_for
from server.edge.ports import Scope
from server.edge.replies import Denied, reply


async def own(edge: Edge, request: Request) -> Response:
    """Show a participant their own state; at a gate nothing but what the gate shows."""
    state, participant = await _present(edge, request)
    view = you(state, participant.id)
    if view is None:
        raise Denied(ErrorCode.TICKET_INVALID)
    return reply(view)


async def media(edge: Edge, request: Request) -> Response:
    """Give somebody inside what they enter the media plane with."""
    if await plain_body(edge, request):
        raise Denied(ErrorCode.BAD_REQUEST)
    state, participant = await _present(edge, request)
    if participant.gate is not None:
        is_early = participant.gate is Gate.COUNTDOWN
        raise Denied(ErrorCode.NOT_STARTED if is_early else ErrorCode.WAITING)
    found = edge.media.access(state, participant.id) if edge.media else None
    if found is None:
        raise Denied(ErrorCode.NOT_FOUND)
    return reply(found)


async def _present(edge: Edge, request: Request) -> tuple[RoomState, Participant]:
    """Find who a ticket is for, in a session that goes on and does not keep them out."""
    session = session_in(request)
    ticket = (await caller_of(edge, request)).ticket_for(session)
    if ticket is None:
        raise Denied(ErrorCode.TICKET_INVALID)
    state = await edge.hub.look(room_of(session))
    now = state.session if state else None
    if state is None or now is None or now.id != session or now.state is SessionState.ENDED:
        raise Denied(ErrorCode.SESSION_ENDED)
    participant = state.participants.get(ticket.participant_id)
    if participant is None:
        raise Denied(ErrorCode.TICKET_INVALID)
    if participant.kept_out:
        raise Denied(KEPT_OUT[participant.kept_out])
    return state, participant


async def counts(edge: Edge, request: Request) -> Response:
    """Count the people in each group, for those inside, those with a part, and platforms."""
    session = session_in(request)
    caller = await caller_of(edge, request)
    need_scope(caller, Scope.READ, Scope.ENTRIES)
    found = await standing(edge, caller, room_of(session))
    _refuse_other_session(found, session)
    # Everybody who is inside has some right; who waits at a gate has none, and learns nothing.
    if not found.rights:
        raise Denied(ErrorCode.NOT_ALLOWED)
    room = await edge.hub.room(room_of(session))
    if room is None:
        raise Denied(edge.hub.why_no_room())
    return reply(counts_for(edge, found, room))


def _refuse_other_session(found: Standing, session: SessionId) -> None:
    if found.state.session is None or found.state.session.id != session:
        raise Denied(ErrorCode.SESSION_ENDED)
