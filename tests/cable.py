"""A line to the server that can be cut: TCP, byte for byte, with moments to cut it at."""

import asyncio
import re
from contextlib import suppress
from typing import Self

from tests.running import free_port

CHUNK = 65_536


class Cable:
    """Listens on a port of its own, and carries everything to the server and back.

    `cut` is what somebody has whose network is gone: nobody answers any more. `mend` brings the
    same address back.
    """

    def __init__(self) -> None:
        self.port = free_port()
        self.target = 0
        """The port of the server."""
        self.lost: list[bytes] = []
        """Replies that the server gave and that never arrived."""
        self._server: asyncio.Server | None = None
        self._writers: set[asyncio.StreamWriter] = set()
        self._trap = b""
        self._is_reply_lost = False
        self._sprung = asyncio.Event()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def cut_at(self, path: str, *, is_reply_lost: bool = True) -> None:
        """Cut when the server has answered the next POST to this path.

        Args:
            is_reply_lost: the answer never arrives; else it is the last that does.
        """
        self._trap = f"POST {path} HTTP/1.1\r\n".encode()
        self._is_reply_lost = is_reply_lost
        self._sprung.clear()

    async def sprung(self) -> None:
        """Wait until the line was cut where `cut_at` said."""
        async with asyncio.timeout(20):
            await self._sprung.wait()

    async def cut(self) -> None:
        if self._server is not None:
            self._server.close()
            self._server = None
        for writer in list(self._writers):
            writer.transport.abort()

    async def mend(self) -> None:
        await self.start()

    async def start(self) -> Self:
        self._server = await asyncio.start_server(self._carry, "127.0.0.1", self.port)
        return self

    async def __aenter__(self) -> Self:
        return await self.start()

    async def __aexit__(self, *_: object) -> None:
        await self.cut()

    async def _carry(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            there = await asyncio.open_connection("127.0.0.1", self.target)
        except OSError:
            writer.transport.abort()
            return
        ends = {writer, there[1]}
        self._writers |= ends
        trapped = asyncio.Event()
        try:
            with suppress(ConnectionError):
                async with asyncio.TaskGroup() as both:
                    both.create_task(self._forth(reader, there[1], trapped))
                    both.create_task(self._back(there[0], writer, trapped))
        except* ConnectionError:
            pass
        finally:
            self._writers -= ends
            for end in ends:
                end.close()

    async def _forth(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, trapped: asyncio.Event
    ) -> None:
        while data := await reader.read(CHUNK):
            if self._trap and data.startswith(self._trap):
                self._trap = b""
                trapped.set()
            writer.write(data)
            await writer.drain()
        writer.close()

    async def _back(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, trapped: asyncio.Event
    ) -> None:
        while data := await reader.read(CHUNK):
            if trapped.is_set():
                reply = await _whole(reader, data)
                if self._is_reply_lost:
                    self.lost.append(reply)
                else:
                    writer.write(reply)
                    await writer.drain()
                await self.cut()
                self._sprung.set()
                return
            writer.write(data)
            await writer.drain()
        writer.close()


async def _whole(reader: asyncio.StreamReader, begun: bytes) -> bytes:
    """Read on until the reply is whole."""
    while b"\r\n\r\n" not in begun:
        begun += await reader.read(CHUNK)
    head, _, _ = begun.partition(b"\r\n\r\n")
    found = re.search(rb"(?i)content-length: (\d+)", head)
    assert found, head
    while len(begun) < len(head) + 4 + int(found[1]):
        begun += await reader.read(CHUNK)
    return begun
