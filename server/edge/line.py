"""The life of an open WebSocket: messages in, frames out, and an end in order.

No task, queue or timer belongs to a connection that is idle: the transport calls, the room
writes. A timer runs while a client is too fast, takes nothing, or is being let go.
"""

import asyncio
import logging
from collections import deque
from collections.abc import Callable
from functools import partial
from typing import Any

from structlog.contextvars import bound_contextvars
from websockets.frames import Close, Frame, Opcode
from websockets.server import ServerProtocol

from protocol.codec import Codec, Malformed
from protocol.commands import CreateEntry
from protocol.errors import REFUSALS, ErrorCode
from protocol.messages import (
    ClientMessage,
    Do,
    Goodbye,
    Pong,
    Problem,
    Reply,
    Unwatch,
    Watch,
    Welcome,
)
from server.core.actors import ParticipantActor
from server.core.decide import Rejected
from server.edge.edge import Edge
from server.edge.frames import MAX_FRAME_BYTES, Careful, Message, is_whole, whole_messages
from server.edge.limits import Bucket
from server.edge.sockets import Place
from server.edge.transport import Heir
from server.hub.room import Outcome, Room
from server.hub.watcher import Watcher

log = logging.getLogger(__name__)

RETRY_MS = 1_000
"""When to repeat a command that came too fast, or found the room too busy."""
CLOSE_S = 10.0
"""How long a client has to answer a close."""
NO_TEXT = 1007
"""Close code for text that is not UTF-8 (RFC 6455, section 7.4.1)."""
RESTART = 1012
SWITCHING = 101

Ended = Callable[[int, ErrorCode | None], None]
"""Told of an end: our close code, or 101 when the client went; and what was refused."""


class LineOverError(Exception):
    """The client is gone."""


class Line(Heir):
    """One connection, from the accepted handshake to its end.

    First `hello` waits for the client's first message; then `converse` joins it with a room.
    """

    __slots__ = (
        "_careful",
        "_close_timer",
        "_codec",
        "_commands",
        "_connections",
        "_edge",
        "_ended",
        "_hello",
        "_in_flight",
        "_is_closing",
        "_is_full",
        "_is_held",
        "_messages",
        "_pace_timer",
        "_pending",
        "_place",
        "_refusal",
        "_room",
        "_status",
        "_stuck_timer",
        "_transport",
        "_watcher",
        "_watches",
        "is_over",
        "is_writable",
        "write",
    )

    def __init__(self, edge: Edge, codec: Codec, place: Place) -> None:
        """Prepare; `begin` brings the transport. The place is given back in the end."""
        rates, monotonic = edge.settings.rates, edge.hub.world.monotonic
        self.is_over = False
        self.is_writable = False
        self.write: Callable[[bytes], None] = _nowhere
        self._edge = edge
        self._codec = codec
        self._place = place
        self._commands = Bucket(rates.commands_per_connection, monotonic)
        self._watches = Bucket(rates.watches_per_connection, monotonic)
        self._messages = Bucket(rates.messages_per_connection, monotonic)
        self._transport: asyncio.Transport | None = None
        self._connections: set[Any] | None = None
        self._careful: Careful | None = None
        self._hello: asyncio.Future[ClientMessage] | None = None
        self._room: Room | None = None
        self._watcher: Watcher | None = None
        self._pending: deque[Message] | None = None
        self._in_flight = 0
        self._is_full = False
        self._is_held = False
        self._is_closing = False
        self._close_timer: asyncio.TimerHandle | None = None
        self._pace_timer: asyncio.TimerHandle | None = None
        self._stuck_timer: asyncio.TimerHandle | None = None
        self._status = SWITCHING
        self._refusal: ErrorCode | None = None
        self._ended: Ended | None = None

    # --- the opening -----------------------------------------------------------------------

    def begin(
        self,
        transport: asyncio.Transport,
        connections: set[Any],
        *,
        is_writable: bool,
        parser: ServerProtocol | None,
    ) -> None:
        """See `Heir.begin`."""
        self._transport = transport
        self._connections = connections
        self.write = transport.write
        if parser is not None:
            self._careful = Careful(MAX_FRAME_BYTES, parser)
        self._hello = asyncio.get_running_loop().create_future()
        if is_writable:
            self.is_writable = True
        else:
            self.pause_writing()

    async def hello(self) -> ClientMessage:
        """Wait for the first message; those after it wait for `converse`.

        Raises:
            Malformed: it is not a message of the protocol.
            LineOverError: the client has gone.
        """
        if self._hello is None:
            raise LineOverError
        return await self._hello

    def converse(self, room: Room, watcher: Watcher, welcome: Welcome) -> None:
        """Join the client with its room.

        Raises:
            LineOverError: the client has gone meanwhile; the watcher was not used.
        """
        if self.is_over or self._is_closing:
            raise LineOverError
        self._room = room
        self._watcher = watcher
        self._hello = None
        watcher.begin(self, welcome)
        self._is_held = False
        self._go_on()

    def part(self, code: ErrorCode, retry_after_ms: int | None = None) -> None:
        """Say goodbye and close at once: there is no conversation, or it has failed."""
        if self.is_over or self._is_closing:
            return
        if retry_after_ms is None and REFUSALS[code].again:
            retry_after_ms = RETRY_MS
        goodbye = Goodbye(problem=Problem.of(code, retry_after_ms=retry_after_ms))
        self._refusal = code
        self.write(self._codec.framed(goodbye))
        self.close(REFUSALS[code].close)

    def when_ended(self, ended: Ended) -> None:
        """Have somebody told of the end; at once if it was."""
        if self.is_over:
            ended(self._status, self._refusal)
        else:
            self._ended = ended

    # --- in --------------------------------------------------------------------------------

    def data_received(self, data: bytes) -> None:
        """Take what was read. The answer to a ping, most of what a crowd says, goes a short way."""
        watcher = self._watcher
        if watcher is not None:
            is_due = watcher.unanswered_pings > 0 and self._careful is None
            watcher.heard()
            if is_due and is_whole(data, self._codec.pong, is_text=self._codec.is_text):
                return
        messages: list[Message] = []
        if self._careful is None:
            messages, used = whole_messages(data, MAX_FRAME_BYTES)
            data = data[used:]
            if data:
                self._careful = Careful(MAX_FRAME_BYTES)
        if self._careful is not None:
            messages += self._careful.feed(data)
        for payload, is_text in messages:
            self.take(payload, is_text=is_text)
        if self._careful is not None:
            self._answer_control(self._careful)

    def _answer_control(self, careful: Careful) -> None:
        """Send what the rules of WebSockets ask for; after a close nothing but the end."""
        answer = careful.answer()
        if self._transport is None:
            return
        # Who takes nothing gets no pongs either, which would pile up without a bound.
        if answer and not self._is_closing and (self.is_writable or careful.is_over):
            self._transport.write(answer)
        if careful.is_over:
            self._is_closing = True
            self.is_writable = False
            self._transport.close()

    def take(self, data: bytes, *, is_text: bool) -> None:
        """Take one message, or let it wait while the client is held."""
        if self._is_closing:
            return
        if self._is_held:
            if self._pending is None:
                self._pending = deque()
            self._pending.append((data, is_text))
            return
        try:
            self._act(data, is_text=is_text)
        except Exception:
            with bound_contextvars(**self._names()):
                log.exception("a message failed")
            self.part(ErrorCode.INTERNAL)

    def _act(self, data: bytes, *, is_text: bool) -> None:
        try:
            message = self._codec.decode_client(data.decode() if is_text else data)
        except UnicodeDecodeError:
            self.close(NO_TEXT)
            return
        except Malformed as fault:
            if self._watcher is None:
                self._first(fault)
            elif self._watcher.close_code is None:
                with bound_contextvars(**self._names()):
                    log.info("what was sent is no message: %s", fault)
                self._watcher.close(fault.code)
            return
        if self._watcher is None:
            self._first(message)
            return
        self._pace(self._messages, partial(self._do, message))

    def _first(self, said: ClientMessage | Malformed) -> None:
        """Hand on what came first, and read no more until the room has taken the client in."""
        self._hold()
        if self._hello is None or self._hello.done():
            return
        if isinstance(said, Malformed):
            self._hello.set_exception(said)
        else:
            self._hello.set_result(said)

    def _do(self, message: ClientMessage) -> None:
        room, watcher = self._room, self._watcher
        if room is None or watcher is None or watcher.close_code is not None:
            return  # It is on its way out; further commands would only put the end off.
        match message:
            case Pong():
                pass
            case Watch(window=window):
                self._pace(self._watches, partial(room.watch, watcher, window))
            case Unwatch():
                room.watch(watcher, None)
            case Do():
                self._command(room, watcher, message)
            case _:
                watcher.close(ErrorCode.BAD_REQUEST)

    def _command(self, room: Room, watcher: Watcher, do: Do) -> None:
        """Hand a command to the room; reading pauses while too many are unanswered."""
        watcher.asked()
        wait_s = self._commands.take()
        if wait_s:
            watcher.reply(_refusal(do, ErrorCode.RATE_LIMITED, round(1000 * wait_s)))
            return
        if isinstance(do.command, CreateEntry):
            watcher.reply(_refusal(do, ErrorCode.NOT_ALLOWED))
            return
        actor = ParticipantActor(
            participant_id=watcher.participant_id, connection_id=watcher.connection_id
        )
        answer = room.submit(do.command, actor, do.id)
        self._in_flight += 1
        if self._in_flight >= self._edge.hub.settings.in_flight_limit:
            self._is_full = True
            self._hold()
        answer.add_done_callback(partial(self._answered, watcher, do))

    def _answered(self, watcher: Watcher, do: Do, answer: asyncio.Future[Outcome]) -> None:
        self._in_flight -= 1
        outcome = answer.result()
        if isinstance(outcome, Rejected):
            watcher.reply(_refusal(do, outcome.code, where=outcome.where))
        else:
            watcher.reply(
                Reply(id=do.id, is_done=True, version=outcome.version, result=outcome.result)
            )
        if self._is_full:
            self._is_full = self._is_held = False
            self._go_on()

    # --- how fast --------------------------------------------------------------------------

    def _pace(self, bucket: Bucket, act: Callable[[], None]) -> None:
        """Act when a bucket gives one. Too fast a client is read more slowly."""
        wait_s = bucket.take()
        if not wait_s:
            act()
            return
        self._hold()
        loop = asyncio.get_running_loop()
        self._pace_timer = loop.call_later(wait_s, self._paced, bucket, act)

    def _paced(self, bucket: Bucket, act: Callable[[], None]) -> None:
        self._pace_timer = None
        self._is_held = False
        bucket.take()
        act()
        self._go_on()

    def _hold(self) -> None:
        self._is_held = True
        if self._transport is not None and not self._transport.is_closing():
            self._transport.pause_reading()

    def _go_on(self) -> None:
        """Take what waits, until the client is held again."""
        while self._pending and not self._is_held:
            payload, is_text = self._pending.popleft()
            self.take(payload, is_text=is_text)
        if not self._is_held:
            self._pending = None
            if self._transport is not None and not self._transport.is_closing():
                self._transport.resume_reading()

    # --- out -------------------------------------------------------------------------------

    def pause_writing(self) -> None:
        """Take no frames for now; a client that goes on taking nothing is dropped."""
        self.is_writable = False
        self._edge.hub.tally.slow += 1
        loop = asyncio.get_running_loop()
        self._stuck_timer = loop.call_later(self._edge.settings.send_timeout_s, self._cut)

    def resume_writing(self) -> None:
        """Take frames again."""
        self._take_again()
        if not self._is_closing:
            self.is_writable = True
            if self._watcher is not None:
                self._watcher.flush()

    def _take_again(self) -> None:
        if self._stuck_timer is not None:
            self._stuck_timer.cancel()
            self._stuck_timer = None
            self._edge.hub.tally.slow -= 1

    def close(self, code: int) -> None:
        """Close in order: what was written goes out first, and the client is waited for."""
        if self._is_closing or self._transport is None:
            return
        self._is_closing = True
        self.is_writable = False
        self._status = code
        self._transport.write(_close_frame(code))
        if not self._transport.is_closing():
            self._transport.resume_reading()
        self._close_timer = asyncio.get_running_loop().call_later(CLOSE_S, self._cut)

    def shutdown(self) -> None:
        """See `Heir.shutdown`."""
        self.close(RESTART)
        if self._transport is not None:
            self._transport.close()

    def _cut(self) -> None:
        """End at once; what was not sent is dropped."""
        if self._watcher is not None and not self._is_closing:
            with bound_contextvars(**self._names()):
                log.info("a client took nothing for too long")
        if self._transport is not None:
            self._transport.abort()

    # --- the end ---------------------------------------------------------------------------

    def connection_lost(self, exc: Exception | None) -> None:  # noqa: ARG002 - asyncio calls it
        """Let go of everything."""
        if self.is_over:
            return
        self.is_over = self._is_closing = True
        self._place.leave()
        self.is_writable = False
        self.write = _nowhere
        self._pending = None
        self._take_again()
        for timer in (self._close_timer, self._pace_timer):
            _cancel(timer)
        if self._connections is not None:
            self._connections.discard(self)
        if self._hello is not None and not self._hello.done():
            self._hello.set_exception(LineOverError())
        if self._room is not None and self._watcher is not None:
            self._room.detach(self._watcher)
        names = self._names()
        # Nothing may hold on to this in a circle: the collector comes rarely.
        self._room = self._watcher = self._transport = None
        if self._ended is not None:
            with bound_contextvars(**names):
                self._ended(self._status, self._refusal)

    def _names(self) -> dict[str, str]:
        """Name the room and the connection for a line in the log. No message costs that."""
        if self._room is None or self._watcher is None:
            return {}
        return {"room_id": self._room.id, "connection_id": self._watcher.connection_id}


def _nowhere(data: bytes) -> None:
    """Drop what is written before there is a transport, or after it is gone."""


def _cancel(timer: asyncio.TimerHandle | None) -> None:
    if timer is not None:
        timer.cancel()


def _close_frame(code: int) -> bytes:
    return Frame(Opcode.CLOSE, Close(code, "").serialize()).serialize(mask=False)


def _refusal(
    do: Do, code: ErrorCode, retry_after_ms: int | None = None, where: str | None = None
) -> Reply:
    if retry_after_ms is None and REFUSALS[code].again:
        retry_after_ms = RETRY_MS
    problem = Problem.of(code, retry_after_ms=retry_after_ms, where=where)
    return Reply(id=do.id, is_done=False, problem=problem)
