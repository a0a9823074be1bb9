"""The far end of one WebSocket, so cheap that thousands of them do not hold a server up.

Counts frames, answers pings from a table, and looks into a message only where it is asked to.
"""

import asyncio
import struct
from base64 import b64encode
from collections.abc import Callable, Mapping
from typing import cast

from load.process import LoadError

TEXT, BINARY, CLOSE, PING, PONG = 1, 2, 8, 9, 10
MASKED = 0x80
OPEN_S = 60.0
KEY = b64encode(bytes(16)).decode()
"""The same for all: nothing here tells sockets apart by it."""

OnMessage = Callable[["Wire", bytes], None]


def client_frame(payload: bytes, *, is_text: bool = False, opcode: int = 0) -> bytes:
    """Make a frame as clients send them; the mask is zero, so that the payload stays as it is.

    Source: RFC 6455, section 5.2.
    """
    first = 0x80 | (opcode or (TEXT if is_text else BINARY))
    length = len(payload)
    if length < 126:
        head = struct.pack("!BB", first, MASKED | length)
    elif length < 65_536:
        head = struct.pack("!BBH", first, MASKED | 126, length)
    else:
        head = struct.pack("!BBQ", first, MASKED | 127, length)
    return head + bytes(4) + payload


def address_of(number: int) -> str:
    """Give a member a loopback address: one has not enough ports for everybody."""
    return f"127.0.{1 + number // 10_000}.1"


class Wire(asyncio.Protocol):
    """One socket.

    Args:
        answers: what to send (a whole frame) on what payload; these are not counted.
        on_message: called for every other message.
    """

    __slots__ = (
        "_answers",
        "_opened",
        "_rest",
        "_transport",
        "heard_bytes",
        "messages",
        "on_message",
        "said_bytes",
        "seen",
    )

    def __init__(self, answers: Mapping[bytes, bytes], on_message: OnMessage | None) -> None:
        """Prepare; `opened` connects."""
        self.on_message = on_message
        self.messages = 0
        self.heard_bytes = 0
        self.said_bytes = 0
        self.seen = 0
        """For whoever counts rounds."""
        self._answers = answers
        self._rest = b""
        self._transport: asyncio.Transport | None = None
        self._opened: asyncio.Future[None] | None = None

    async def open(
        self,
        host: str,
        port: int,
        path: str,
        headers: Mapping[str, str],
        *,
        address: str | None = None,
    ) -> None:
        """Connect and shake hands.

        Raises:
            LoadError: the server does not want to.
        """
        loop = asyncio.get_running_loop()
        self._opened = loop.create_future()
        local = (address, 0) if address else None
        async with asyncio.timeout(OPEN_S):
            await loop.create_connection(lambda: self, host, port, local_addr=local)
            lines = [
                f"GET {path} HTTP/1.1",
                f"Host: {host}:{port}",
                "Upgrade: websocket",
                "Connection: Upgrade",
                f"Sec-WebSocket-Key: {KEY}",
                "Sec-WebSocket-Version: 13",
                *(f"{name}: {value}" for name, value in headers.items()),
            ]
            self.write("\r\n".join([*lines, "", ""]).encode())
            await self._opened
        self._opened = None

    @property
    def is_open(self) -> bool:
        """Say whether the connection is there."""
        return self._transport is not None

    def write(self, data: bytes) -> None:
        """Send bytes as they are."""
        if self._transport is not None:
            self.said_bytes += len(data)
            self._transport.write(data)

    def close(self) -> None:
        """Go, with a word."""
        self.write(client_frame(b"\x03\xe8", opcode=CLOSE))
        if self._transport is not None:
            self._transport.close()

    def drop(self) -> None:
        """Go without a word."""
        if self._transport is not None:
            self._transport.abort()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """See `asyncio.Protocol`."""
        # That of uvloop is one in all but its class.
        self._transport = cast(asyncio.Transport, transport)

    def connection_lost(self, exc: Exception | None) -> None:
        """See `asyncio.Protocol`."""
        self._transport = None
        if self._opened is not None and not self._opened.done():
            self._opened.set_exception(LoadError(f"the connection was closed: {exc}"))

    def data_received(self, data: bytes) -> None:
        """See `asyncio.Protocol`."""
        if self._rest:
            data = self._rest + data
        at = 0
        if self._opened is not None and not self._opened.done():
            at = self._shaken(data, self._opened)
            if not at:
                self._rest = data
                return
        end = len(data)
        while end - at >= 2:
            length, begin = data[at + 1], at + 2
            if length == 126:
                begin = at + 4
                length = int.from_bytes(data[at + 2 : begin], "big")
            elif length == 127:
                begin = at + 10
                length = int.from_bytes(data[at + 2 : begin], "big")
            stop = begin + length
            if begin > end or stop > end:
                break
            self.heard_bytes += stop - at
            self._take(data[at] & 15, data[begin:stop])
            at = stop
        self._rest = data[at:]

    def _shaken(self, data: bytes, opened: "asyncio.Future[None]") -> int:
        """Read the answer to the handshake; 0 when it is not whole yet."""
        stop = data.find(b"\r\n\r\n")
        if stop < 0:
            return 0
        status = data.split(b"\r\n", 1)[0]
        if b" 101 " in status + b" ":
            opened.set_result(None)
        else:
            opened.set_exception(LoadError(status.decode(errors="replace")))
        return stop + 4

    def _take(self, opcode: int, payload: bytes) -> None:
        if opcode in (TEXT, BINARY):
            answer = self._answers.get(payload)
            if answer is not None:
                self.write(answer)
                return
            self.messages += 1
            if self.on_message is not None:
                self.on_message(self, payload)
        elif opcode == PING:
            self.write(client_frame(payload, opcode=PONG))
