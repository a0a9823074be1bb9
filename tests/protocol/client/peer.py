"""A server on a real socket that does what each test tells it to."""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any

from websockets.asyncio.server import ServerConnection, serve
from websockets.typing import Subprotocol

from protocol.client import (
    Backoff,
    Options,
)
from protocol.codec import MSGPACK, Codec
from protocol.errors import REFUSALS, ErrorCode
from protocol.messages import (
    Do,
    Goodbye,
    Hello,
    Problem,
    Reply,
)
from protocol.version import SUBPROTOCOLS
from tests.protocol.samples import a_welcome

FAST = Options(backoff=Backoff(first_s=0.01, most_s=0.02))

Script = Callable[["Peer"], Awaitable[None]]


class Peer:
    """The server's end of one socket."""

    def __init__(self, socket: ServerConnection, number: int) -> None:
        self.socket = socket
        self.number = number
        """Counted from 1 over all sockets of the test."""
        self.codec = Codec.named(socket.subprotocol or MSGPACK.name)

    async def say(self, *messages: Any) -> None:
        for message in messages:
            await self.socket.send(self.codec.frame(message))

    async def hear(self) -> Any:
        return self.codec.decode_client(await self.socket.recv())

    async def welcome(self, *messages: Any, is_resumed: bool = False) -> Hello:
        hello = await self.hear()
        assert isinstance(hello, Hello)
        await self.say(a_welcome(is_resumed=is_resumed), *messages)
        return hello

    async def refuse(self, code: ErrorCode, **facts: Any) -> None:
        await self.say(Goodbye(problem=Problem.of(code, **facts)))
        await self.socket.close(REFUSALS[code].close)

    async def stay(self) -> None:
        await self.socket.wait_closed()


@asynccontextmanager
async def a_server(script: Script, **options: Any) -> AsyncIterator[str]:
    """A server that follows a script on each socket; what goes wrong in it fails the test."""
    failures: list[BaseException] = []
    count = 0

    async def handle(socket: ServerConnection) -> None:
        nonlocal count
        count += 1
        try:
            await script(Peer(socket, count))
        except Exception as error:
            failures.append(error)
            raise

    options.setdefault("subprotocols", [Subprotocol(name) for name in SUBPROTOCOLS])
    async with serve(handle, "127.0.0.1", 0, compression=None, **options) as server:
        port = next(iter(server.sockets)).getsockname()[1]
        yield f"ws://127.0.0.1:{port}"
    assert failures == []


async def reply_to_all(peer: Peer) -> None:
    async for frame in peer.socket:
        message = peer.codec.decode_client(frame)
        if isinstance(message, Do):
            await peer.say(Reply(id=message.id, is_done=True, version=2))
