"""Our access log: one line per request, without anything that could be a secret.

What stands in a path is written as the route has it, not as it was sent: somebody may have put
a token where none belongs. Queries, headers and addresses are not written at all.
"""

import logging
from collections.abc import Callable
from functools import partial
from typing import Any

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from protocol.errors import ErrorCode

log = logging.getLogger("usher.access")

SWITCHING = 101


class AccessLog:
    """Outermost: writes what became of each request and socket."""

    def __init__(self, app: ASGIApp, monotonic: Callable[[], float]) -> None:
        """Wrap an application; the clock tells seconds."""
        self._app = app
        self._monotonic = monotonic

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request or socket."""
        if scope["type"] == "lifespan":
            await self._app(scope, receive, send)
            return
        started = self._monotonic()
        status = 0

        async def sending(message: Message) -> None:
            nonlocal status
            status = _status(message) or status
            await send(message)

        try:
            await self._app(scope, receive, sending)
        finally:
            method = "WS" if scope["type"] == "websocket" else scope["method"]
            route = getattr(scope.get("route"), "path", "(no route)")
            tell = partial(self._tell, method, route, started)
            line = scope.get("usher.line")
            if line is None:
                tell(status, scope.get("usher.refusal"))
            else:
                line.when_ended(tell)

    def _tell(
        self, method: str, route: str, started: float, status: int, refusal: ErrorCode | None
    ) -> None:
        took_ms = round(1000 * (self._monotonic() - started))
        log.info(
            "%s %s %s %d ms%s", method, route, status, took_ms, f" {refusal}" if refusal else ""
        )


def _status(message: Message) -> int:
    """Read the status or close code off a message to the client; 0 when it has none."""
    kind = message["type"]
    found: Any = 0
    if kind in ("http.response.start", "websocket.http.response.start"):
        found = message["status"]
    elif kind == "websocket.accept":
        found = SWITCHING
    elif kind == "websocket.close":
        found = message.get("code", 1000)
    return int(found)
