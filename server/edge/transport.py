"""The seam to uvicorn: it opens a WebSocket, and a protocol of our own lives it.

A room sends the same frame to thousands of sockets. The ordinary way of ASGI costs tasks that
wait, a message and two copies for each, and tens of KiB for a socket that only listens. So the
handshake goes that way, and then the transport is handed over: `hand_over` gives it to a `Line`,
and everything that was made for the handshake is forgotten.

Read against uvicorn 0.54. What is relied on has a test each: `handle_connect` makes the scope
and starts the application later; messages that came early lie in `queue`, and reading is paused
then; `conn` holds what is not a whole message yet; `connections` is what a shutdown closes.
"""

import asyncio
import logging
import socket
from abc import abstractmethod
from typing import Any

from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol
from websockets.http11 import Request
from websockets.server import ServerProtocol

EXTENSION = "usher.transport"
"""Name in the scope's extensions."""
SEND_BYTES = 64 * 1024
"""Asked of the kernel for each socket; Linux takes twice as much, its own bookkeeping included.
Left alone it takes megabytes for a peer that does not read, and that memory is nowhere counted."""
BUFFER_BYTES = 64 * 1024
"""Kept by the transport besides; beyond it nothing more is written before it was taken. With the
one frame by which it is passed, no more than 256 KiB are kept for anybody."""


class Heir(asyncio.Protocol):
    """What a transport can be handed over to."""

    __slots__ = ()

    @abstractmethod
    def begin(
        self,
        transport: asyncio.Transport,
        connections: set[Any],
        *,
        is_writable: bool,
        parser: ServerProtocol | None,
    ) -> None:
        """Take over, before anything more is read.

        Args:
            connections: what a shutdown ends; to be left in the end.
            is_writable: the transport takes frames now.
            parser: has read on already, of a client that spoke too early.
        """

    @abstractmethod
    def take(self, data: bytes, *, is_text: bool) -> None:
        """Take a message that came early."""

    @abstractmethod
    def shutdown(self) -> None:
        """End because the server does."""


class EdgeSocket(WebSocketsSansIOProtocol):
    """Given to uvicorn as its `ws`; what it can do more stands in the scope's extensions."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        """Prepare as uvicorn does, without its lines about each socket: they hold the query."""
        super().__init__(*args, **kwargs)
        self.is_early = False
        self.logger = _WithoutInfo(self.logger, None)  # type: ignore[assignment]

    def handle_connect(self, event: Request) -> None:
        """Let the application find what this class can do more."""
        super().handle_connect(event)
        if not self.handshake_complete:
            self.scope["extensions"][EXTENSION] = {"socket": self}

    def data_received(self, data: bytes) -> None:
        """Note whether a client speaks before it was answered, which only the parser can follow."""
        self.is_early = self.handshake_initiated
        super().data_received(data)

    def hand_over(self, heir: Heir) -> None:
        """Give the accepted WebSocket away for good."""
        transport, self.transport = self.transport, _Given()
        # Without this, scope and socket would hold each other until the collector comes.
        del self.scope["extensions"][EXTENSION]
        self.connections.discard(self)
        heir.begin(
            transport,
            self.connections,
            is_writable=self.writable.is_set(),
            parser=self.conn if self.is_early else None,
        )
        if self.disconnected:
            heir.connection_lost(None)
            return
        self.connections.add(heir)  # type: ignore[arg-type]
        transport.set_protocol(heir)
        transport.set_write_buffer_limits(high=BUFFER_BYTES)
        sock = transport.get_extra_info("socket")
        if sock is not None:
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, SEND_BYTES)
        while not self.queue.empty():
            message = self.queue.get_nowait()
            if message["type"] == "websocket.receive":
                text = message.get("text")
                data = message.get("bytes") if text is None else text.encode()
                heir.take(data or b"", is_text=text is not None)
        if self.read_paused and not transport.is_closing():
            transport.resume_reading()


class _Given(asyncio.Transport):
    """Stands for a transport that belongs to somebody else now: uvicorn closes it in vain."""

    def close(self) -> None:
        """Leave the line open."""


class _WithoutInfo(logging.LoggerAdapter[logging.Logger]):
    """A logger that has only warnings and worse to say."""

    level = logging.WARNING

    def isEnabledFor(self, level: int) -> bool:
        return level >= self.level and super().isEnabledFor(level)


def socket_in(scope: Any) -> EdgeSocket:
    """Find the socket under an application.

    Raises:
        RuntimeError: the application is served without `EdgeSocket`.
    """
    found = scope.get("extensions", {}).get(EXTENSION)
    if found is None:
        raise RuntimeError("serve with uvicorn and ws=server.edge.transport.EdgeSocket")
    opened: EdgeSocket = found["socket"]
    return opened
