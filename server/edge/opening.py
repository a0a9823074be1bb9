"""What is checked before a WebSocket is accepted.

Origin is compared exactly and before the handshake is answered: an upgrade that is accepted
first and checked later has been a hole elsewhere (CVE-2022-42975).
"""

from dataclasses import dataclass

from starlette.websockets import WebSocket

from protocol.codec import Codec
from protocol.errors import ErrorCode
from protocol.ids import RoomId, SessionId, room_of
from protocol.version import SUBPROTOCOLS
from server.edge.bodies import session_in
from server.edge.callers import bearer_of, caller_of
from server.edge.edge import Edge, take
from server.edge.replies import Denied
from server.edge.tickets import Ticket


@dataclass(frozen=True, slots=True, kw_only=True)
class Opening:
    """A socket that may be accepted: for whom, where to, and how it speaks."""

    ticket: Ticket
    codec: Codec

    @property
    def session_id(self) -> SessionId:
        """The session that the ticket is for."""
        return self.ticket.session_id

    @property
    def room_id(self) -> RoomId:
        """The room of that session."""
        return room_of(self.ticket.session_id)


async def opening_of(edge: Edge, websocket: WebSocket) -> Opening:
    """Check an opening handshake.

    Raises:
        Denied: `bad_origin`, `rate_limited`, `ticket_invalid`, or `version_unsupported` when no
            subprotocol of ours was offered.
    """
    _check_origin(edge, websocket)
    await take(edge.limits.sockets_per_address, websocket.scope["usher.client"])
    session = session_in(websocket)
    ticket = (await caller_of(edge, websocket)).ticket_for(session)
    if ticket is None:
        raise Denied(ErrorCode.TICKET_INVALID)
    return Opening(ticket=ticket, codec=_codec(websocket))


def _check_origin(edge: Edge, websocket: WebSocket) -> None:
    """Let pages of allowed origins pass, and programs that bring a bearer.

    A browser always sends an Origin, and cannot send a bearer with a WebSocket.
    """
    origins = websocket.headers.getlist("origin")
    if not origins and bearer_of(websocket) is not None:
        return
    if len(origins) != 1 or origins[0] not in edge.settings.origins:
        raise Denied(ErrorCode.BAD_ORIGIN)


def _codec(websocket: WebSocket) -> Codec:
    offered = websocket.scope["subprotocols"]
    for name in SUBPROTOCOLS:
        if name in offered:
            return Codec.named(name)
    raise Denied(ErrorCode.VERSION_UNSUPPORTED)
