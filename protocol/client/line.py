"""The line to the server: one socket after another, and the tasks that serve each of them."""

import asyncio
from collections.abc import Callable, Mapping

from websockets import Origin
from websockets.asyncio.client import ClientConnection
from websockets.asyncio.client import connect as open_socket
from websockets.exceptions import ConnectionClosed, InvalidHandshake, InvalidStatus
from websockets.typing import Subprotocol

from protocol.client.options import MISSED_PINGS, Options
from protocol.connection import ClientState, Loss, loss_of_response
from protocol.errors import ErrorCode
from protocol.messages import Problem, ServerMessage
from protocol.plain import SERVER_LIMITS, Malformed


class Line:
    """Keeps a `ClientState` supplied with sockets. One task, `run`, owns all that happens here.

    Args:
        url: of the socket.
        state: takes in what arrives and says what to send.
        origin: the Origin header.
        headers: further headers, with the credential among them.
        options: limits, time and chance.
    """

    def __init__(
        self,
        url: str,
        state: ClientState,
        origin: str | None,
        headers: Mapping[str, str],
        options: Options,
    ) -> None:
        """Prepare; `run` connects."""
        self.attempts = 0
        """How often a socket was asked for."""
        self.cause: Exception | None = None
        """Why the last attempt failed, or the last socket ended."""
        self.loss: Loss | None = None
        """What the end of the last socket meant; None before the first has ended."""
        self.is_over = False
        """There is no socket and will not be one."""
        self._url = url
        self._state = state
        self._origin = Origin(origin) if origin is not None else None
        self._headers = headers
        self._options = options
        self._socket: ClientConnection | None = None
        self._has_output = asyncio.Event()

    async def run(
        self, on_message: Callable[[ServerMessage], None], on_change: Callable[[], None]
    ) -> None:
        """Connect, converse, and come back, until a loss is final or the task is cancelled.

        Args:
            on_message: called with each message, after it has had its effect.
            on_change: called when the socket or the line has ended.
        """
        failures = 0
        try:
            while not self._is_to_stay_away():
                has_lived = await self._try_once(on_message)
                failures = 0 if has_lived else failures + 1
                on_change()
                if not self._is_to_stay_away():
                    await self._options.sleep(self._delay_s(failures))
        finally:
            self.is_over = True
            on_change()

    def flush(self) -> None:
        """Have what the state has to say sent soon."""
        self._has_output.set()

    def drop(self) -> None:
        """Cut the line, as a lost network does: no close frame is sent."""
        if self._socket is not None:
            self._socket.transport.abort()

    def _is_to_stay_away(self) -> bool:
        return self.loss is not None and (self.loss.is_final or not self._options.comes_back)

    def _delay_s(self, failures: int) -> float:
        after_ms = self.loss.after_ms if self.loss else None
        attempt = max(failures - 1, 0)
        return self._options.backoff.delay_s(attempt, self._options.draw(), after_ms)

    async def _try_once(self, on_message: Callable[[ServerMessage], None]) -> bool:
        """Say whether the socket lived for a while: to the first ping.

        A welcome alone does not count, as what follows it may fail each time.
        """
        self.attempts += 1
        try:
            socket = await self._open()
        except InvalidStatus as refusal:
            self.cause = refusal
            self.loss = loss_of_response(refusal.response.status_code, bytes(refusal.response.body))
        except (OSError, InvalidHandshake) as error:  # a timeout is an OSError
            self.cause = error
            self.loss = Loss(is_final=False)
        else:
            return await self._converse(socket, on_message)
        return False

    async def _open(self) -> ClientConnection:
        return await open_socket(
            self._url,
            origin=self._origin,
            subprotocols=[Subprotocol(self._state.codec.name)],
            additional_headers=self._headers,
            compression=None,
            proxy=None,
            open_timeout=self._options.open_timeout_s,
            ping_interval=None,  # the wire has pings of its own
            close_timeout=self._options.close_timeout_s,
            max_size=SERVER_LIMITS.max_frame_bytes,
        )

    async def _converse(
        self, socket: ClientConnection, on_message: Callable[[ServerMessage], None]
    ) -> bool:
        if socket.subprotocol != self._state.codec.name:
            await socket.close(1002)
            self.loss = Loss(is_final=True, problem=Problem.of(ErrorCode.VERSION_UNSUPPORTED))
            return False
        self._socket = socket
        pings = self._state.pings
        self._state.opened()
        self.flush()
        try:
            async with asyncio.TaskGroup() as tasks:
                writer = tasks.create_task(self._write(socket), name="usher client writer")
                await self._read(socket, on_message)
                writer.cancel()
        finally:
            self._socket = None
            self.loss = self._state.lost(socket.close_code)
            await socket.close()
        return self._state.pings > pings

    async def _read(
        self, socket: ClientConnection, on_message: Callable[[ServerMessage], None]
    ) -> None:
        """Take in frames until the socket ends, falls silent or talks nonsense."""
        try:
            while True:
                async with asyncio.timeout(self._patience_s()):
                    frame = await socket.recv()
                message = self._state.receive(frame)
                self.flush()
                if message is not None:
                    on_message(message)
        except ConnectionClosed as error:
            self.cause = error
        except (TimeoutError, Malformed) as error:
            self.cause = error
            socket.transport.abort()

    async def _write(self, socket: ClientConnection) -> None:
        try:
            while True:
                await self._has_output.wait()
                self._has_output.clear()
                for frame in self._state.frames_to_send():
                    async with asyncio.timeout(self._options.send_timeout_s):
                        await socket.send(frame)
        except ConnectionClosed:
            return  # the reader sees it too
        except TimeoutError:
            socket.transport.abort()

    def _patience_s(self) -> float:
        welcome = self._state.welcome
        if welcome is None:
            return self._options.open_timeout_s
        return max(1.0, welcome.ping_ms * MISSED_PINGS / 1000)
