"""One guest of a run: a real redemption over HTTP, then a real socket.

The form goes over `load.http`.
"""

import asyncio
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from websockets.asyncio.client import ClientConnection, connect

from load.http import Answer, post
from load.process import LoadError
from protocol.codec import MSGPACK
from protocol.messages import Goodbye, Hello, Ping, Pong, Snapshot
from protocol.routes import API
from protocol.version import SUBPROTOCOL_MSGPACK, WIRE_VERSION
from protocol.views import Window

TIMEOUT_S = 60.0
LATER = (429, 503)
"""Statuses that ask to be tried again, and say when."""
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
    http_bytes: int = 0
    """What redeeming cost, both ways."""

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
        while True:
            status, found = await self.attempt(token)
            if status == 200:
                return found
            if status not in LATER:
                raise LoadError(f"redemption refused: {found.get('code', status)}")
            await asyncio.sleep(found.get("retry_after_ms", 0) / 1000 + 0.05)

    async def attempt(self, token: str) -> tuple[int, dict[str, Any]]:
        """Complete the form once; give the status and the answer, whatever they are."""
        form = {
            "token": token,
            "name": f"Guest {self.number:05d}",
            "email": f"guest{self.number}@example.org",
        }
        answer = await self._post("/doors/guest", form)
        return answer.status, answer.json()

    async def _post(self, path: str, form: dict[str, str]) -> Answer:
        headers = {"Origin": f"http://{self.host}:{self.port}", "X-Usher": "1"}
        answer = await post(
            self.port, API + path, form, address=self.address, headers=headers, host=self.host
        )
        self.http_bytes += answer.wire_bytes
        return answer

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
