"""One guest of a run: a real redemption over HTTP, then a real socket.

Plain sockets and a few lines of HTTP: a client library would cost more than the server does.
"""

import asyncio
import json
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from websockets.asyncio.client import ClientConnection, connect

from load.process import LoadError
from protocol.codec import MSGPACK
from protocol.messages import Goodbye, Hello, Ping, Pong, Snapshot
from protocol.routes import API
from protocol.version import SUBPROTOCOL_MSGPACK, WIRE_VERSION
from protocol.views import Window

TIMEOUT_S = 60.0
TOO_MANY = 429
PONG = MSGPACK.encode(Pong())
PING = MSGPACK.encode(Ping())


@dataclass(slots=True)
class Guest:
    """A guest on a loopback address of their own, as real guests come from many addresses."""

    number: int
    host: str
    port: int
    socket: ClientConnection | None = None
    joined_ms: float = 0.0

    @property
    def address(self) -> str:
        """Where this guest comes from: one of 127.1.0.1 … 127.250.249.250."""
        high, rest = divmod(self.number, 250 * 250)
        middle, low = divmod(rest, 250)
        return f"127.{1 + high}.{middle}.{1 + low}"

    async def join(self, token: str, window: Window) -> None:
        """Complete the form, open the socket, and wait for the first view.

        Raises:
            LoadError: refused.
        """
        began = time.perf_counter()
        async with asyncio.timeout(TIMEOUT_S):
            admitted = await self.redeem(token)
            await self._open(admitted, window)
        self.joined_ms = (time.perf_counter() - began) * 1000

    async def redeem(self, token: str) -> dict[str, Any]:
        """Complete the form; told to wait, wait as a page would."""
        form = {
            "token": token,
            "name": f"Guest {self.number:05d}",
            "email": f"guest{self.number}@example.org",
        }
        while True:
            status, answer = await self._post("/doors/guest", form)
            if status == 200:
                return answer
            if status != TOO_MANY:
                raise LoadError(f"redemption refused: {answer.get('code', status)}")
            await asyncio.sleep(answer.get("retry_after_ms", 0) / 1000 + 0.05)

    async def _post(self, path: str, form: dict[str, str]) -> tuple[int, dict[str, Any]]:
        body = json.dumps(form).encode()
        head = (
            f"POST {API}{path} HTTP/1.1\r\n"
            f"Host: {self.host}:{self.port}\r\n"
            f"Origin: http://{self.host}:{self.port}\r\n"
            "X-Usher: 1\r\nContent-Type: application/json\r\nConnection: close\r\n"
            f"Content-Length: {len(body)}\r\n\r\n"
        )
        reader, writer = await asyncio.open_connection(
            self.host, self.port, local_addr=(self.address, 0)
        )
        try:
            writer.write(head.encode() + body)
            raw = await reader.read()
        finally:
            writer.close()
        top, _, content = raw.partition(b"\r\n\r\n")
        answer: dict[str, Any] = json.loads(content)
        return int(top.split(b" ", 2)[1]), answer

    async def _open(self, admitted: dict[str, Any], window: Window) -> None:
        session = admitted["session_id"]
        socket = await connect(
            f"ws://{self.host}:{self.port}{API}/sessions/{session}/socket",
            subprotocols=[SUBPROTOCOL_MSGPACK],  # type: ignore[list-item]
            additional_headers={"Authorization": f"Bearer {admitted['ticket']}"},
            local_addr=(self.address, 0),
            compression=None,
            ping_interval=None,
            max_queue=64,
            open_timeout=TIMEOUT_S,
        )
        self.socket = socket
        hello = Hello(wire_version=WIRE_VERSION, window=window)
        await socket.send(MSGPACK.encode(hello))
        while True:
            match MSGPACK.decode_server(await socket.recv()):
                case Snapshot():
                    return
                case Ping():
                    await socket.send(PONG)
                case Goodbye(problem=problem):
                    raise LoadError(problem.code)
                case _:
                    pass

    async def stay(self, on_frame: Callable[[int], None]) -> None:
        """Answer pings, count what comes, and decode nothing else."""
        if self.socket is None:
            return
        async for frame in self.socket:
            if frame == PING:
                await self.socket.send(PONG)
            else:
                on_frame(len(frame))

    async def leave(self) -> None:
        """Close the socket."""
        if self.socket is not None:
            await self.socket.close()
