"""The seam to uvicorn: its WebSocket, with a short way out and a way to cut the line.

A room sends the same payload to thousands of sockets. The ordinary way of ASGI costs a message,
two copies and several calls for each; `push` writes the header and the shared payload straight
to the transport, as long as that takes them. Cutting is for those who take nothing any more:
closing in order would wait for them.

Read against uvicorn 0.54. What is relied on has a test each: `handle_connect` makes the scope
and starts the application later; `writable` follows the transport's high-water mark;
`close_sent`, `disconnected` and `conn.state` say when nothing more may be sent.
"""

import logging
import struct
from typing import Any

from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol
from websockets.http11 import Request
from websockets.protocol import State

EXTENSION = "usher.transport"
"""Name in the scope's extensions."""

FIN_TEXT = 0x81
FIN_BINARY = 0x82
SHORT = 126
MEDIUM = 65_536


class EdgeSocket(WebSocketsSansIOProtocol):
    """Given to uvicorn as its `ws`; what it can do more stands in the scope's extensions."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        """Prepare as uvicorn does, without its lines about each socket: they hold the query."""
        super().__init__(*args, **kwargs)
        self.logger = _WithoutInfo(self.logger, None)  # type: ignore[assignment]

    def handle_connect(self, event: Request) -> None:
        """Let the application find what this class can do more."""
        super().handle_connect(event)
        if not self.handshake_complete:
            self.scope["extensions"][EXTENSION] = {"socket": self}

    def push(self, payload: bytes, *, is_text: bool) -> bool:
        """Send one message without waiting.

        Returns:
            False when that is not possible now; nothing was sent then.
        """
        may_send = (
            self.writable.is_set()
            and self.conn.state is State.OPEN
            and not (self.close_sent or self.disconnected or self.conn.extensions)
        )
        if not may_send or self.transport.is_closing():
            return False
        self.transport.writelines((frame_header(len(payload), is_text=is_text), payload))
        return True

    def cut(self) -> None:
        """End the connection at once; what was not sent is dropped."""
        self.transport.abort()


class _WithoutInfo(logging.LoggerAdapter[logging.Logger]):
    """A logger that has only warnings and worse to say."""

    level = logging.WARNING

    def isEnabledFor(self, level: int) -> bool:
        return level >= self.level and super().isEnabledFor(level)


def frame_header(length: int, *, is_text: bool) -> bytes:
    """Make the header of a whole message from the server, which masks nothing.

    Source: RFC 6455, section 5.2.

    Example:
        >>> frame_header(5, is_text=True).hex(), frame_header(300, is_text=False).hex()
        ('8105', '827e012c')
    """
    first = FIN_TEXT if is_text else FIN_BINARY
    if length < SHORT:
        return struct.pack("!BB", first, length)
    if length < MEDIUM:
        return struct.pack("!BBH", first, 126, length)
    return struct.pack("!BBQ", first, 127, length)


def socket_in(scope: Any) -> EdgeSocket | None:
    """Find the socket under an application; None on another server, or another class of it."""
    found = scope.get("extensions", {}).get(EXTENSION)
    return found["socket"] if found else None
