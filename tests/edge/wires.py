"""A WebSocket client that says what no library would let it say."""

import asyncio
import os
import struct
from base64 import b64encode
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from tests.edge.house import House

CLOSE = 8
LIMIT_S = 10


def frame(
    opcode: int,
    payload: bytes = b"",
    *,
    fin: int = 1,
    reserved: int = 0,
    is_masked: bool = True,
    declared: int | None = None,
) -> bytes:
    """Make a frame, right or wrong in any way (RFC 6455, section 5.2)."""
    length = len(payload) if declared is None else declared
    first = fin << 7 | reserved << 4 | opcode
    mask_bit = 0x80 if is_masked else 0
    if length < 126:
        header = struct.pack("!BB", first, mask_bit | length)
    elif length < 65_536:
        header = struct.pack("!BBH", first, mask_bit | 126, length)
    else:
        header = struct.pack("!BBQ", first, mask_bit | 127, length)
    if not is_masked:
        return header + payload
    mask = os.urandom(4)
    return header + mask + bytes(byte ^ mask[place % 4] for place, byte in enumerate(payload))


class RawWire:
    """A socket after its handshake."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.reader = reader
        self.writer = writer

    async def say(self, data: bytes) -> None:
        self.writer.write(data)
        await self.writer.drain()

    async def close_code(self) -> int | None:
        """Read on until the server closes; None when it does so without a word."""
        try:
            async with asyncio.timeout(LIMIT_S):
                while True:
                    opcode, payload = await self.frame()
                    if opcode == CLOSE:
                        return int(struct.unpack("!H", payload[:2])[0]) if payload else None
        except (asyncio.IncompleteReadError, ConnectionError):
            return None

    async def frame(self) -> tuple[int, bytes]:
        first, second = await self.reader.readexactly(2)
        length = second & 0x7F
        if length == 126:
            [length] = struct.unpack("!H", await self.reader.readexactly(2))
        elif length == 127:
            [length] = struct.unpack("!Q", await self.reader.readexactly(8))
        return first & 0x0F, await self.reader.readexactly(length)


@asynccontextmanager
async def raw_wire(
    house: House,
    session: str,
    ticket: str,
    subprotocol: str = "usher.v1.msgpack",
    *,
    early: bytes = b"",
) -> AsyncIterator[RawWire]:
    """Open a socket by hand, saying something too early if told so."""
    reader, writer = await asyncio.open_connection("127.0.0.1", house.port)
    writer.write(
        (
            f"GET /api/v1/sessions/{session}/socket HTTP/1.1\r\n"
            f"Host: 127.0.0.1:{house.port}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
            f"Sec-WebSocket-Key: {b64encode(os.urandom(16)).decode()}\r\n"
            f"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Protocol: {subprotocol}\r\n"
            f"Authorization: Bearer {ticket}\r\n\r\n"
        ).encode()
    )
    if early:
        # Not in one piece with the request: what hangs on that is nobody's.
        await asyncio.sleep(0.01)
        writer.write(early)
    async with asyncio.timeout(LIMIT_S):
        head = await reader.readuntil(b"\r\n\r\n")
    assert b" 101 " in head.splitlines()[0], head
    try:
        yield RawWire(reader, writer)
    finally:
        writer.transport.abort()
