"""Bounds the head of a request: how long it may take to come, and how large it may grow.

With httptools, uvicorn bounds neither. Somebody who sends a byte now and then (slowloris) holds
a connection for ever, and a header that never ends is kept whole in memory. A handshake of a
WebSocket begins as a request, so this bounds it as well.

Read against uvicorn 0.54. It stops its own timer of idle connections at any byte that comes, so
ours begins whenever bytes come and no request is being answered.
"""

import asyncio
import logging
from typing import Any

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from protocol.errors import ErrorCode
from server.edge.health import PROBES
from server.edge.replies import Denied, problem_reply

log = logging.getLogger(__name__)

MAX_HEAD_BYTES = 32 * 1024
"""Line and headers. The longest that is of use has eight tickets in cookies: under 16 KiB."""

HEAD_S = 10.0
"""As long as a new socket may be silent, see `EdgeSettings.hello_timeout_s`."""


SURPLUS_HEAD_S = 1.0
"""How long one connection too many may take to ask for something, in order to hear no."""

SURPLUS = 256
"""So many are told; what comes beyond is dropped without a word, and costs nothing."""

_PROBES = frozenset(path.encode() for path in PROBES)
"""Answered on surplus connections too: a node that is full must not be killed for it."""

_EMPTY = b"\r\nConnection: close\r\nContent-Length: 0\r\n\r\n"
_TOO_LARGE = b"431 Request Header Fields Too Large" + _EMPTY
_TOO_SLOW = b"408 Request Timeout" + _EMPTY
_NO = problem_reply(Denied(ErrorCode.OVERLOADED))
_BUSY = b"".join(
    (
        b"503 Service Unavailable\r\n",
        *(name + b": " + value + b"\r\n" for name, value in _NO.raw_headers),
        b"Connection: close\r\n\r\n",
        bytes(_NO.body),
    )
)


class RefusedHeadError(Exception):
    """Ends the parser's work; the refusal is on its way."""


class EdgeHttp(HttpToolsProtocol):
    """Given to uvicorn as its `http`."""

    head_s = HEAD_S

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        """Prepare as uvicorn does."""
        super().__init__(*args, **kwargs)
        self._deadline: asyncio.TimerHandle | None = None
        self._is_in_head = False
        self._head_bytes = 0
        self._is_refused = False
        self._is_surplus = False
        # Taken from uvicorn, which would answer in words of its own, and no WebSocket at all.
        self._most, self.limit_concurrency = self.limit_concurrency, None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Begin to wait for the first head: a client that says nothing is not kept either."""
        super().connection_made(transport)
        surplus = len(self.connections) - (self._most or len(self.connections))
        self._is_surplus = surplus > 0
        if surplus > SURPLUS:
            transport.abort()
            return
        if surplus == 1:
            log.warning("there are %d connections; further ones are refused", self._most)
        self._begin_to_wait()

    def connection_lost(self, exc: Exception | None) -> None:
        """Wait for nothing any more."""
        self._stop_waiting()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """Read on, and see what is unfinished then."""
        was_in_head = self._is_in_head
        super().data_received(data)
        if self._is_refused or self.transport.is_closing():
            return
        if was_in_head and self._is_in_head:
            self._head_bytes += len(data)
            if self._head_bytes > MAX_HEAD_BYTES:
                self._refuse(_TOO_LARGE)
            return
        cycle: Any = self.cycle  # None before the first request, whatever its type says
        if cycle is not None and cycle.response_complete:
            self._begin_to_wait()

    def on_message_begin(self) -> None:
        """Begin a head."""
        super().on_message_begin()
        self._is_in_head = True
        self._head_bytes = 0
        self._begin_to_wait()

    def on_headers_complete(self) -> None:
        """Answer a head that is whole, if it is not too large, nor on one connection too many.

        Raises:
            RefusedHeadError: it is, or there are too many; the parser stops there.
        """
        self._is_in_head = False
        self._stop_waiting()
        if self._is_surplus and self.url.partition(b"?")[0] not in _PROBES:
            self._refuse(_BUSY)
            raise RefusedHeadError
        size = len(self.url) + sum(len(name) + len(value) for name, value in self.headers)
        if size > MAX_HEAD_BYTES:
            self._refuse(_TOO_LARGE)
            raise RefusedHeadError
        super().on_headers_complete()

    def handle_websocket_upgrade(self) -> None:
        """Give the connection to a WebSocket, and let go of the parser.

        They hold each other. Nobody tells this protocol of the end of the connection any more,
        so that uvicorn's own way of parting them does not come; and the collector looks through
        what is older once in hours (`spare_the_collector`).
        """
        super().handle_websocket_upgrade()
        self.parser = None  # type: ignore[assignment]

    def send_400_response(self, msg: str) -> None:
        """Say that a request is none, unless something was said already."""
        if not self._is_refused:
            super().send_400_response(msg)

    def _begin_to_wait(self) -> None:
        if self._deadline is None:
            wait_s = min(self.head_s, SURPLUS_HEAD_S) if self._is_surplus else self.head_s
            self._deadline = self.loop.call_later(wait_s, self._give_up)

    def _stop_waiting(self) -> None:
        if self._deadline is not None:
            self._deadline.cancel()
            self._deadline = None

    def _give_up(self) -> None:
        self._deadline = None
        if self._is_in_head:
            self._refuse(_TOO_SLOW)
        else:
            self.transport.close()

    def _refuse(self, answer: bytes) -> None:
        self._is_refused = True
        self._stop_waiting()
        if not self.transport.is_closing():
            self.transport.write(b"HTTP/1.1 " + answer)
            self.transport.close()
