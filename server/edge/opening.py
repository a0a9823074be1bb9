"""What is checked before a WebSocket is accepted.

Origin is compared exactly and before the handshake is answered: an upgrade that is accepted
first and checked later has been a hole elsewhere (CVE-2022-42975).
"""

from dataclasses import dataclass

from starlette.websockets import WebSocket

from protocol.codec import JSON, MSGPACK, Codec
from protocol.errors import ErrorCode
from protocol.ids import RoomId, SessionId, room_of
from protocol.version import SUBPROTOCOLS, is_text_named, version_named
from server.edge.bodies import session_in
from server.edge.callers import bearer_of, caller_of
from server.edge.edge import Edge, take
from server.edge.replies import Denied
from server.edge.sockets import Place
from server.edge.tickets import Ticket


@dataclass(frozen=True, slots=True, kw_only=True)
class Opening:
    """A socket that may be accepted: for whom, where to, and how it speaks.

    Args:
        subprotocol: is chosen, with the wire version in its name.
        place: is given back by whoever ends the socket.
    """

    ticket: Ticket
    subprotocol: str
    place: Place

    @property
    def codec(self) -> Codec:
        """How frames are written."""
        return JSON if is_text_named(self.subprotocol) else MSGPACK

    @property
    def wire_version(self) -> int | None:
        """What the client speaks; None when it is nothing that is spoken here.

        Such a socket is opened all the same, to say goodbye: pages see neither the status nor
        the body of a handshake that was refused, and would come back for ever.
        """
        is_spoken = self.subprotocol in SUBPROTOCOLS
        return version_named(self.subprotocol) if is_spoken else None

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
        Denied: `bad_origin`, `restarting` when another node is the place to go, `rate_limited`,
            `ticket_invalid`, `version_unsupported` when no subprotocol of any usher was offered, or
            `overloaded` and `room_full` when there are as many sockets as there may be.
    """
    _check_origin(edge, websocket)
    if edge.hub.is_stranded:
        # At once, and not after the store was waited for: the next try may find another node.
        raise Denied(ErrorCode.RESTARTING)
    client = websocket.scope["usher.client"]
    await take(edge.limits.sockets_per_address, client)
    session = session_in(websocket)
    ticket = (await caller_of(edge, websocket)).ticket_for(session)
    if ticket is None:
        raise Denied(ErrorCode.TICKET_INVALID)
    subprotocol = _subprotocol(websocket)
    # Last: from here on somebody has to give the place back.
    place = edge.sockets.take(room_of(session), client)
    return Opening(ticket=ticket, subprotocol=subprotocol, place=place)


def _check_origin(edge: Edge, websocket: WebSocket) -> None:
    """Let pages of allowed origins pass, and programs that bring a bearer.

    A browser always sends an Origin, and cannot send a bearer with a WebSocket.
    """
    origins = websocket.headers.getlist("origin")
    if not origins and bearer_of(websocket) is not None:
        return
    if len(origins) != 1 or origins[0] not in edge.settings.origins:
        raise Denied(ErrorCode.BAD_ORIGIN)


def _subprotocol(websocket: WebSocket) -> str:
    """Choose among what is offered: what we prefer, or else what has a name like ours."""
    offered: list[str] = websocket.scope["subprotocols"]
    others = [name for name in offered if version_named(name) is not None]
    for name in (*(one for one in SUBPROTOCOLS if one in offered), *others):
        return name
    raise Denied(ErrorCode.VERSION_UNSUPPORTED)
