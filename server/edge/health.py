"""Whether the process lives, and whether people may be sent to it."""

from collections.abc import Awaitable, Callable

from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response

from server.hub.hub import Hub

HEALTH = "/healthz"
READY = "/readyz"
METRICS = "/metrics"
PROBES = frozenset({HEALTH, READY, METRICS})
"""Asked by address from inside a cluster, so the name in the Host header is not looked at."""


async def healthy(_request: Request) -> Response:
    """Say that the process answers. Whoever gets no answer should start it anew."""
    return PlainTextResponse("ok\n")


def readiness(hub: Hub) -> Callable[[Request], Awaitable[Response]]:
    """Make the handler of `/readyz`: 200, or 503 with why nobody should be sent here now."""

    async def handle(_request: Request) -> Response:
        why = await hub.why_not_ready()
        body = {"is_ready": not why, "why_not": why}
        return JSONResponse(body, status_code=503 if why else 200)

    return handle
