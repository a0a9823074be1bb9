"""One guest of a run: a real redemption over HTTP, then a real socket.

The form goes over `load.http`.
"""

import asyncio
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from load.entering import PONGS, opened
from load.http import Answer, post
from load.process import LoadError
from load.views import is_view
from load.wire import Wire
from protocol.routes import API
from protocol.views import Window

TIMEOUT_S = 60.0
LATER = (429, 503)
"""Statuses that ask to be tried again, and say when."""
LOOK_S = 0.5
"""How often it is looked whether a socket that hears nothing is still there."""


@dataclass(slots=True)
class Guest:
    """A guest on a loopback address of their own, as real guests come from many addresses."""

    number: int
    host: str
    port: int
    wire: Wire | None = None
    wires: list[Wire] = field(default_factory=list)
    """All that there ever were, for counting."""
    joined_ms: float = 0.0
    http_bytes: int = 0
    """What redeeming cost, both ways."""
    _first: "asyncio.Future[None] | None" = None

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
            await self._seen(admitted, window)
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

    async def _seen(self, admitted: Mapping[str, Any], window: Window) -> None:
        wire = self.wire = Wire(PONGS, self._on_message)
        self.wires.append(wire)
        self._first = asyncio.get_running_loop().create_future()
        path = f"{API}/sessions/{admitted['session_id']}/socket"
        await opened(wire, self.port, path, admitted["ticket"], window, self.address)
        while not self._first.done():
            await asyncio.wait([self._first], timeout=LOOK_S)
            if not wire.is_open:
                raise LoadError("the socket was closed before a view came")

    def _on_message(self, _: Wire, payload: bytes) -> None:
        if self._first is not None and not self._first.done() and is_view(payload):
            self._first.set_result(None)

    def leave(self) -> None:
        """Close the socket."""
        if self.wire is not None:
            self.wire.close()
            self.wire = None
