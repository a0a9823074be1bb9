"""One WebSocket: hello, the commands in, the frames out, and an end in order.

Each connection has one task group, in which everything happens that is done for it. Whatever
ends it, the room lets go of it. What is not accepted is answered over HTTP; what is refused
after that says goodbye and closes with the code from the table, so that a page can read it.
"""

import asyncio
import logging
from typing import Any

from starlette.websockets import WebSocket, WebSocketDisconnect

from protocol.codec import Malformed
from protocol.commands import CreateEntry
from protocol.errors import REFUSALS, ErrorCode
from protocol.ids import ConnectionId
from protocol.messages import (
    ClientMessage,
    Do,
    Goodbye,
    Hello,
    Pong,
    Problem,
    Reply,
    Unwatch,
    Watch,
    Welcome,
)
from protocol.version import WIRE_VERSION
from server.core.actors import SERVER, ParticipantActor
from server.core.decide import Rejected
from server.core.orders import OpenConnection
from server.edge.edge import Edge
from server.edge.limits import Bucket
from server.edge.opening import Opening, opening_of
from server.edge.replies import Denied, problem_reply
from server.edge.transport import socket_in
from server.hub.room import Room
from server.hub.watcher import Watcher
from server.store.interface import StoreError

log = logging.getLogger(__name__)

RETRY_MS = 1_000
"""When to repeat a command that came too fast, or found the room too busy."""


class _Over(Exception):
    """The conversation ends with a goodbye, before the room has taken the connection in."""

    def __init__(self, code: ErrorCode) -> None:
        super().__init__(code.value)
        self.code = code


async def serve_socket(edge: Edge, websocket: WebSocket) -> None:
    """Serve one WebSocket from the opening handshake to the end."""
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
    await websocket.accept(subprotocol=opening.codec.name)
    conversation = Conversation(edge, websocket, opening)
    try:
        await conversation.run()
    except _Over as over:
        websocket.scope["usher.refusal"] = over.code
        await conversation.part(over.code)
    except (WebSocketDisconnect, TimeoutError):
        pass  # There is nobody left to tell.
    except Exception:
        log.exception("a socket failed")
        await conversation.part(ErrorCode.INTERNAL)


class Conversation:
    """What is said over one accepted socket."""

    def __init__(self, edge: Edge, websocket: WebSocket, opening: Opening) -> None:
        """Prepare; `run` talks."""
        rates = edge.settings.rates
        monotonic = edge.hub.world.monotonic
        self._edge = edge
        self._websocket = websocket
        self._opening = opening
        self._codec = opening.codec
        self._commands = Bucket(rates.commands_per_connection, monotonic)
        self._watches = Bucket(rates.watches_per_connection, monotonic)
        self._messages = Bucket(rates.messages_per_connection, monotonic)
        self._in_flight = asyncio.Semaphore(edge.hub.settings.in_flight_limit)
        self._answers: set[asyncio.Task[None]] = set()
        self._transport = socket_in(websocket.scope)

    async def run(self) -> None:
        """Talk until either side has had enough.

        Raises:
            _Over: the client has to be told goodbye.
            WebSocketDisconnect, TimeoutError: it is gone, or does not take what is sent.
        """
        hello = await self._hello()
        room = await self._room()
        watcher = self._watcher()
        watcher.resume = hello.resume
        room.attach(watcher)
        try:
            if hello.window is not None:
                room.watch(watcher, hello.window)
            await self._open(room, watcher)
            await self._converse(room, watcher)
        finally:
            room.detach(watcher)

    async def _hello(self) -> Hello:
        try:
            async with asyncio.timeout(self._edge.settings.hello_timeout_s):
                message = await self._next()
        except TimeoutError:
            raise _Over(ErrorCode.TOO_SLOW) from None
        except Malformed as fault:
            raise _Over(fault.code) from None
        if not isinstance(message, Hello):
            raise _Over(ErrorCode.BAD_REQUEST)
        if message.wire_version != WIRE_VERSION:
            raise _Over(ErrorCode.VERSION_UNSUPPORTED)
        return message

    async def _room(self) -> Room:
        try:
            room = await self._edge.hub.room(self._opening.room_id)
        except StoreError:
            log.exception("the store did not answer")
            raise _Over(ErrorCode.OVERLOADED) from None
        if room is None:
            raise _Over(self._edge.hub.why_no_room())
        return room

    def _watcher(self) -> Watcher:
        ticket = self._opening.ticket
        return Watcher(
            participant_id=ticket.participant_id,
            connection_id=ConnectionId(self._edge.fresh_id("c")),
            device_id=ticket.device_id,
            codec=self._codec,
            now=self._edge.hub.world.monotonic(),
            outbox_limit=self._edge.hub.settings.outbox_limit,
        )

    async def _open(self, room: Room, watcher: Watcher) -> None:
        """Have the connection recorded; everything the ticket proves is asked again there."""
        order = OpenConnection(
            session_id=self._opening.session_id,
            participant_id=watcher.participant_id,
            connection_id=watcher.connection_id,
            node_id=self._edge.hub.world.node_id,
            device_id=watcher.device_id,
        )
        outcome = await room.ask(order, SERVER)
        if isinstance(outcome, Rejected):
            raise _Over(outcome.code)
        # The room may have taken its time; the client was not asked anything meanwhile.
        watcher.heard(self._edge.hub.world.monotonic())
        watcher.welcome(
            Welcome(
                wire_version=WIRE_VERSION,
                session_id=self._opening.session_id,
                participant_id=watcher.participant_id,
                connection_id=watcher.connection_id,
                server_time=self._edge.now,
                ping_ms=self._edge.hub.settings.ping_ms,
                is_resumed=watcher.cohort is not None and watcher.seen is not None,
            )
        )

    async def _converse(self, room: Room, watcher: Watcher) -> None:
        """Read and write at once, until one of them ends; the other one ends with it."""
        async with asyncio.TaskGroup() as tasks:
            name = watcher.connection_id
            writing = tasks.create_task(self._write(watcher), name=f"{name}: write")
            reading = tasks.create_task(self._read(tasks, room, watcher), name=f"{name}: read")
            await asyncio.wait((writing, reading), return_when=asyncio.FIRST_COMPLETED)
            if watcher.close_code is not None:
                # There is a goodbye to be said; the writer takes no longer than a send may.
                await asyncio.wait((writing,), timeout=self._edge.settings.send_timeout_s)
            for task in (writing, reading, *self._answers):
                task.cancel()

    # --- out -------------------------------------------------------------------------------

    async def _write(self, watcher: Watcher) -> None:
        """Send what is due until it is time to close; then close."""
        try:
            while (payload := await watcher.next_payload()) is not None:
                await self._send(payload)
            await self._close(watcher.close_code or REFUSALS[ErrorCode.INTERNAL].close)
        except (WebSocketDisconnect, RuntimeError):
            pass  # The client has gone; the reader hears of it too.
        except TimeoutError:
            log.info("%s took nothing for too long", watcher.connection_id)
            self._cut()

    def _cut(self) -> None:
        """End a connection that takes nothing; closing it in order would wait for it."""
        if self._transport is not None:
            self._transport.cut()

    async def _send(self, payload: bytes) -> None:
        is_text = self._codec.is_text
        if self._transport is not None and self._transport.push(payload, is_text=is_text):
            return
        message: dict[str, Any] = {"type": "websocket.send"}
        if is_text:
            message["text"] = payload.decode()
        else:
            message["bytes"] = payload
        async with asyncio.timeout(self._edge.settings.send_timeout_s):
            await self._websocket.send(message)

    async def _close(self, code: int) -> None:
        async with asyncio.timeout(self._edge.settings.send_timeout_s):
            await self._websocket.close(code)

    async def part(self, code: ErrorCode) -> None:
        """Say goodbye and close."""
        retry_after_ms = RETRY_MS if REFUSALS[code].again else None
        goodbye = Goodbye(problem=Problem.of(code, retry_after_ms=retry_after_ms))
        try:
            await self._send(self._codec.encode(goodbye))
            await self._close(REFUSALS[code].close)
        except (WebSocketDisconnect, RuntimeError):
            pass  # The client has gone already.
        except TimeoutError:
            self._cut()

    # --- in --------------------------------------------------------------------------------

    async def _next(self) -> ClientMessage:
        """Read one message.

        Raises:
            WebSocketDisconnect: the client has gone.
            Malformed: it is not a message of the protocol.
        """
        message = await self._websocket.receive()
        if message["type"] == "websocket.disconnect":
            raise WebSocketDisconnect(message.get("code", 1005))
        data = message.get("text")
        return self._codec.decode_client(message["bytes"] if data is None else data)

    async def _read(self, tasks: asyncio.TaskGroup, room: Room, watcher: Watcher) -> None:
        """Take in what the client says. Too fast a client is read more slowly."""
        try:
            while True:
                message = await self._next()
                watcher.heard(self._edge.hub.world.monotonic())
                await _pace(self._messages)
                if watcher.close_code is not None:
                    # It is on its way out; further commands would only put the end off.
                    return
                match message:
                    case Pong():
                        pass
                    case Watch(window=window):
                        await _pace(self._watches)
                        room.watch(watcher, window)
                    case Unwatch():
                        room.watch(watcher, None)
                    case Do():
                        await self._take(tasks, room, watcher, message)
                    case _:
                        watcher.close(ErrorCode.BAD_REQUEST)
                        return
        except Malformed as fault:
            log.info("%s sent what is no message: %s", watcher.connection_id, fault)
            watcher.close(fault.code)
        except (WebSocketDisconnect, RuntimeError):
            pass  # The client has gone.

    async def _take(self, tasks: asyncio.TaskGroup, room: Room, watcher: Watcher, do: Do) -> None:
        """Hand a command to the room; reading pauses while too many are unanswered."""
        watcher.asked()
        wait_s = self._commands.take()
        if wait_s:
            watcher.reply(_refusal(do, ErrorCode.RATE_LIMITED, round(1000 * wait_s)))
            return
        if isinstance(do.command, CreateEntry):
            watcher.reply(_refusal(do, ErrorCode.NOT_ALLOWED))
            return
        await self._in_flight.acquire()
        task = tasks.create_task(
            self._answer(room, watcher, do), name=f"{watcher.connection_id}: {do.command.type}"
        )
        self._answers.add(task)
        task.add_done_callback(self._answers.discard)

    async def _answer(self, room: Room, watcher: Watcher, do: Do) -> None:
        """Ask the room, and reply. Tasks start in the order in which commands have come."""
        actor = ParticipantActor(
            participant_id=watcher.participant_id, connection_id=watcher.connection_id
        )
        try:
            outcome = await room.ask(do.command, actor, do.id)
        finally:
            self._in_flight.release()
        if isinstance(outcome, Rejected):
            watcher.reply(_refusal(do, outcome.code, where=outcome.where))
        else:
            watcher.reply(
                Reply(id=do.id, is_done=True, version=outcome.version, result=outcome.result)
            )


def _refusal(
    do: Do, code: ErrorCode, retry_after_ms: int | None = None, where: str | None = None
) -> Reply:
    if retry_after_ms is None and REFUSALS[code].again:
        retry_after_ms = RETRY_MS
    problem = Problem.of(code, retry_after_ms=retry_after_ms, where=where)
    return Reply(id=do.id, is_done=False, problem=problem)


async def _pace(bucket: Bucket) -> None:
    """Wait until a bucket gives one."""
    # One reader takes from it, so that after the wait there is one to take.
    wait_s = bucket.take()
    if wait_s:
        await asyncio.sleep(wait_s)
        bucket.take()
