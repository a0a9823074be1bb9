"""Our access log: one line per request, and its count, without anything that could be a secret.

What stands in a path is written as the route has it, not as it was sent: somebody may have put
a token where none belongs. Queries, headers and addresses are not written at all.

Every request has an id of its own, which its lines in the log carry and its answer says, so
that who has trouble can name it. One that comes with the request is not taken over: it is text
of the client's, and would stand in every line.
"""

import logging
from collections.abc import Callable
from functools import partial
from typing import Any

from starlette.types import ASGIApp, Message, Receive, Scope, Send
from structlog.contextvars import bind_contextvars, bound_contextvars, clear_contextvars

from protocol.errors import ErrorCode
from server.edge.metrics import Metrics

log = logging.getLogger("usher.access")

SWITCHING = 101
REQUEST_ID = b"x-request-id"


class AccessLog:
    """Outermost: writes what became of each request and socket."""

    def __init__(
        self,
        app: ASGIApp,
        monotonic: Callable[[], float],
        entropy: Callable[[int], bytes],
        metrics: Metrics,
    ) -> None:
        """Wrap an application; the clock tells seconds, `entropy` makes ids."""
        self._app = app
        self._monotonic = monotonic
        self._entropy = entropy
        self._metrics = metrics

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request or socket."""
        if scope["type"] == "lifespan":
            await self._app(scope, receive, send)
            return
        started = self._monotonic()
        status = 0
        request_id = self._entropy(8).hex()
        clear_contextvars()
        bind_contextvars(request_id=request_id)
        if "usher.trace_id" in scope:
            bind_contextvars(trace_id=scope["usher.trace_id"])

        async def sending(message: Message) -> None:
            nonlocal status
            status = _status(message) or status
            if message["type"] == "http.response.start":
                message["headers"] = [*message["headers"], (REQUEST_ID, request_id.encode())]
            await send(message)

        try:
            await self._app(scope, receive, sending)
        finally:
            method = "WS" if scope["type"] == "websocket" else scope["method"]
            route = getattr(scope.get("route"), "path", "(no route)")
            line = scope.get("usher.line")
            if line is None:
                self._tell(method, route, started, status, scope.get("usher.refusal"))
            else:
                line.when_ended(partial(self._tell_socket, request_id, route, started))

    def _tell_socket(
        self, request_id: str, route: str, started: float, status: int, refusal: ErrorCode | None
    ) -> None:
        """Tell of the end of a socket, long after its request."""
        with bound_contextvars(request_id=request_id):
            self._tell("WS", route, started, status, refusal)

    def _tell(
        self, method: str, route: str, started: float, status: int, refusal: ErrorCode | None
    ) -> None:
        took_s = self._monotonic() - started
        self._metrics.count(method, route, status, took_s, refusal)
        took_ms = round(1000 * took_s)
        log.info(
            "%s %s %s %d ms%s",
            method,
            route,
            status,
            took_ms,
            f" {refusal}" if refusal else "",
            extra={
                "method": method,
                "route": route,
                "status": status,
                "took_ms": took_ms,
                **({"refusal": refusal.value} if refusal else {}),
            },
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
