"""How one WebSocket is opened: the handshake, the hello, the room.

What is not accepted is answered over HTTP; what is refused after that says goodbye and closes
with the code from the table, so that a page can read it. An open one is a `Line`, and no task.
"""

import asyncio
import logging

from starlette.websockets import WebSocket, WebSocketDisconnect
from structlog.contextvars import bind_contextvars

from protocol.codec import Malformed
from protocol.errors import ErrorCode
from protocol.ids import ConnectionId
from protocol.messages import Hello, Welcome
from server.core.actors import SERVER
from server.core.decide import Rejected
from server.core.orders import OpenConnection
from server.edge.edge import Edge
from server.edge.line import Line, LineOverError
from server.edge.opening import Opening, opening_of
from server.edge.replies import Denied, problem_reply
from server.edge.transport import socket_in
from server.hub.room import Room
from server.hub.watcher import Watcher
from server.store.interface import StoreError

log = logging.getLogger(__name__)


class _Over(Exception):
    """It ends with a goodbye, before the room has taken the connection in."""

    def __init__(self, code: ErrorCode, retry_after_s: float | None = None) -> None:
        super().__init__(code.value)
        self.code = code
        self.retry_after_ms = None if retry_after_s is None else round(1000 * retry_after_s)


async def serve_socket(edge: Edge, websocket: WebSocket) -> None:
    """Open one WebSocket. When this returns, its line lives on by itself, or is at its end."""
    try:
        opening = await opening_of(edge, websocket)
    except Denied as no:
        websocket.scope["usher.refusal"] = no.code
        await websocket.send_denial_response(problem_reply(no))
        return
    except StoreError:
        log.exception("the store did not answer")
        await websocket.send_denial_response(problem_reply(Denied(ErrorCode.OVERLOADED)))
        return
    socket = socket_in(websocket.scope)
    try:
        await websocket.accept(subprotocol=opening.subprotocol)
    except WebSocketDisconnect:
        opening.place.leave()
        return
    except BaseException:
        opening.place.leave()
        raise
    line = Line(edge, opening.codec, opening.place)
    socket.hand_over(line)
    websocket.scope["usher.line"] = line
    await join(edge, opening, line)


async def join(edge: Edge, opening: Opening, line: Line) -> None:
    """Have an accepted line join its room, or end it with the reason. Nothing is raised."""
    try:
        await _opened(edge, opening, line)
    except _Over as over:
        line.part(over.code, over.retry_after_ms)
    except LineOverError:
        pass  # There is nobody left to tell.
    except Exception:
        log.exception("a socket failed")
        line.part(ErrorCode.INTERNAL)


async def _opened(edge: Edge, opening: Opening, line: Line) -> None:
    """Hear the hello, and join the client with its room.

    Raises:
        _Over: the client has to be told goodbye.
        LineOverError: it is gone.
    """
    if opening.wire_version is None:
        raise _Over(ErrorCode.VERSION_UNSUPPORTED)
    hello = await _hello(edge, line, opening.wire_version)
    room = await _room(edge, opening)
    watcher = Watcher(
        participant_id=opening.ticket.participant_id,
        connection_id=ConnectionId(edge.fresh_id("c")),
        device_id=opening.ticket.device_id,
        codec=opening.codec,
        outbox_limit=edge.hub.settings.outbox_limit,
    )
    watcher.resume = hello.resume
    bind_contextvars(room_id=room.id, connection_id=watcher.connection_id)
    room.attach(watcher)
    try:
        if hello.window is not None:
            room.watch(watcher, hello.window)
        await _record(edge, line, opening, room, watcher)
        welcome = Welcome(
            wire_version=hello.wire_version,
            session_id=opening.session_id,
            participant_id=watcher.participant_id,
            connection_id=watcher.connection_id,
            server_time=edge.now,
            ping_ms=edge.hub.settings.ping_ms,
            is_resumed=watcher.cohort is not None and bool(watcher.seen),
        )
        line.converse(room, watcher, welcome)
    except BaseException:
        room.detach(watcher)
        raise


async def _hello(edge: Edge, line: Line, wire_version: int) -> Hello:
    try:
        async with asyncio.timeout(edge.settings.hello_timeout_s):
            message = await line.hello()
    except TimeoutError:
        raise _Over(ErrorCode.TOO_SLOW) from None
    except Malformed as fault:
        raise _Over(fault.code) from None
    if not isinstance(message, Hello):
        raise _Over(ErrorCode.BAD_REQUEST)
    if message.wire_version != wire_version:
        raise _Over(ErrorCode.VERSION_UNSUPPORTED)
    return message


async def _room(edge: Edge, opening: Opening) -> Room:
    try:
        room = await edge.hub.room(opening.room_id)
    except StoreError:
        log.exception("the store did not answer")
        raise _Over(ErrorCode.OVERLOADED) from None
    if room is None:
        raise _Over(edge.hub.why_no_room())
    return room


async def _record(edge: Edge, line: Line, opening: Opening, room: Room, watcher: Watcher) -> None:
    """Have the connection recorded; everything the ticket proves is asked again there."""
    order = OpenConnection(
        session_id=opening.session_id,
        participant_id=watcher.participant_id,
        connection_id=watcher.connection_id,
        node_id=edge.hub.world.node_id,
        device_id=watcher.device_id,
    )
    try:
        async with edge.intake.joining(is_inside=True):
            if line.is_over:  # They went while they stood in line.
                raise LineOverError
            outcome = await room.ask(order, SERVER)
    except Denied as no:
        raise _Over(no.code, no.retry_after_s) from None
    if isinstance(outcome, Rejected):
        raise _Over(outcome.code)
    # The room may have taken its time; the client was not asked anything meanwhile.
    watcher.heard()
