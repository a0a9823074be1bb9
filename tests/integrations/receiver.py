"""A platform's end of webhooks: a real HTTP server that answers as a test wants it to."""

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

from standardwebhooks import Webhook

Answering = Callable[[asyncio.StreamWriter], Awaitable[None]]


@dataclass(frozen=True)
class Received:
    """One request."""

    head: str
    headers: dict[str, str]
    body: bytes

    @property
    def message(self) -> Any:
        return json.loads(self.body)

    def is_signed_by(self, secret: str) -> bool:
        """Verify it as a platform would, with the library that Standard Webhooks publishes."""
        Webhook(secret).verify(self.body, self.headers)
        return True


@dataclass
class Receiver:
    """What arrived, and what is answered: the queue first, then 204.

    Args:
        answers: statuses, or whole answers.
    """

    url: str = ""
    received: list[Received] = field(default_factory=list)
    answers: list[int | Answering] = field(default_factory=list)
    always: int = 204

    @property
    def types(self) -> list[str]:
        return [one.message["type"] for one in self.received]

    @property
    def numbers(self) -> list[int]:
        return [one.message["data"]["number"] for one in self.received]

    async def until(self, holds: Callable[["Receiver"], bool], limit_s: float = 30) -> None:
        async with asyncio.timeout(limit_s):
            while not holds(self):  # noqa: ASYNC110 - nothing tells of it
                await asyncio.sleep(0.01)

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while True:
                self.received.append(await _request(reader))
                answer = self.answers.pop(0) if self.answers else self.always
                if isinstance(answer, int):
                    writer.write(f"HTTP/1.1 {answer} -\r\ncontent-length: 0\r\n\r\n".encode())
                    await writer.drain()
                else:
                    await answer(writer)
        except (asyncio.IncompleteReadError, ConnectionError):
            pass
        finally:
            writer.close()


async def _request(reader: asyncio.StreamReader) -> Received:
    text = (await reader.readuntil(b"\r\n\r\n")).decode()
    head, *lines = text.strip().split("\r\n")
    headers = {name.lower(): value.strip() for name, _, value in (x.partition(":") for x in lines)}
    body = await reader.readexactly(int(headers.get("content-length", 0)))
    return Received(head, headers, body)


@asynccontextmanager
async def receiving() -> AsyncIterator[Receiver]:
    """Receive on a free port."""
    receiver = Receiver()
    server = await asyncio.start_server(receiver.serve, "127.0.0.1", 0)
    receiver.url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/hook"
    try:
        yield receiver
    finally:
        server.close()


async def drips(writer: asyncio.StreamWriter) -> None:
    """Answer without an end."""
    writer.write(b"HTTP/1.1 200 -\r\ntransfer-encoding: chunked\r\n\r\n")
    while not writer.is_closing():
        writer.write(b"4000\r\n" + b"x" * 0x4000 + b"\r\n")
        await writer.drain()


def redirect_to(url: str) -> Answering:
    async def answer(writer: asyncio.StreamWriter) -> None:
        writer.write(f"HTTP/1.1 302 -\r\nlocation: {url}\r\ncontent-length: 0\r\n\r\n".encode())
        await writer.drain()

    return answer


async def hangs_up(writer: asyncio.StreamWriter) -> None:
    writer.close()
