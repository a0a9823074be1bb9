"""Bounds the head of a request: how long it may take to come, and how large it may grow.

With httptools, uvicorn bounds neither. Somebody who sends a byte now and then (slowloris) holds
a connection for ever, and a header that never ends is kept whole in memory. A handshake of a
WebSocket begins as a request, so this bounds it as well.

Read against uvicorn 0.54. It stops its own timer of idle connections at any byte that comes, so
ours begins whenever bytes come and no request is being answered.
"""

import asyncio
from typing import Any

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

MAX_HEAD_BYTES = 32 * 1024
"""Line and headers. The longest that is of use has eight tickets in cookies: under 16 KiB."""

HEAD_S = 10.0
"""As long as a new socket may be silent, see `EdgeSettings.hello_timeout_s`."""


class TooLargeHeadError(Exception):
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

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Begin to wait for the first head: a client that says nothing is not kept either."""
        super().connection_made(transport)
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
                self._refuse(b"431 Request Header Fields Too Large")
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
        """Answer a head that is whole, if it is not too large.

        Raises:
            TooLargeHeadError: it is; the parser stops there.
        """
        self._is_in_head = False
        self._stop_waiting()
        size = len(self.url) + sum(len(name) + len(value) for name, value in self.headers)
        if size > MAX_HEAD_BYTES:
            self._refuse(b"431 Request Header Fields Too Large")
            raise TooLargeHeadError
        super().on_headers_complete()

    def send_400_response(self, msg: str) -> None:
        """Say that a request is none, unless something was said already."""
        if not self._is_refused:
            super().send_400_response(msg)

    def _begin_to_wait(self) -> None:
        if self._deadline is None:
            self._deadline = self.loop.call_later(self.head_s, self._give_up)

    def _stop_waiting(self) -> None:
        if self._deadline is not None:
            self._deadline.cancel()
            self._deadline = None

    def _give_up(self) -> None:
        self._deadline = None
        if self._is_in_head:
            self._refuse(b"408 Request Timeout")
        else:
            self.transport.close()

    def _refuse(self, status: bytes) -> None:
        self._is_refused = True
        self._stop_waiting()
        if not self.transport.is_closing():
            reply = (b"HTTP/1.1 ", status, b"\r\nConnection: close\r\nContent-Length: 0\r\n\r\n")
            self.transport.write(b"".join(reply))
            self.transport.close()
