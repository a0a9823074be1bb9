"""The process that serves: its socket, its limits, and how it ends in order."""

import asyncio
import contextlib
import gc
import resource
import signal
import socket
from collections.abc import Awaitable, Callable, Iterator

import uvicorn
from starlette.types import ASGIApp

from server.edge.frames import MAX_FRAME_BYTES
from server.edge.heads import EdgeHttp
from server.edge.transport import EdgeSocket
from server.settings import Settings

MANY_FILES = 1_000_000
FILES_KEPT = 400
"""Open files that connections do not take; a refusal takes one of them as well."""
SHUTDOWN_S = 10
"""How long open connections are given when the server stops."""
GC_THRESHOLDS = (5_000, 5, 4_000)
"""Objects between two collections of the young ones, and how many of those between the older.

Each collection stops everything for as long as what is young is large: with 20,000 and 50 the
middle one took 150 ms for each million objects that a growing room had made since the last, with
these it takes 4 ms, at the same sum. Of the whole heap there is one in 100 million objects.
"""


class StartError(Exception):
    """The server cannot start; the sentence says why and what to do."""


def bound(settings: Settings) -> socket.socket:
    """Listen before anything else is made, so that a busy port leaves nothing behind."""
    family = socket.AF_INET6 if ":" in settings.host else socket.AF_INET
    sock = socket.socket(family, socket.SOCK_STREAM)
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        sock.bind((settings.host, settings.port))
        sock.listen(1024)
    except OSError as fault:
        sock.close()
        raise StartError(
            f"Cannot listen on {settings.host} port {settings.port}: {fault.strerror}. "
            "Is a server running there already? Choose another with PORT=8001."
        ) from fault
    return sock


def most_connections(settings: Settings) -> int:
    """Say how many connections of any kind there may be.

    Besides WebSockets there are requests. A few files are left for the store and for the log:
    without any, not even a refusal could be said.
    """
    files, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = settings.connections + max(1_000, settings.connections // 4)
    return wanted if files == resource.RLIM_INFINITY else max(1, min(wanted, files - FILES_KEPT))


def config_of(app: ASGIApp, connections: int) -> uvicorn.Config:
    """Say how uvicorn is to serve; the loop, the sockets and the log are ours."""
    return uvicorn.Config(
        app,
        loop="uvloop",
        http=EdgeHttp,
        ws=EdgeSocket,
        ws_max_size=MAX_FRAME_BYTES,
        ws_per_message_deflate=False,
        # Ours is a message of the protocol; browsers cannot see WebSocket pings.
        ws_ping_interval=None,
        ws_ping_timeout=None,
        # What it means here stands in `EdgeHttp`.
        limit_concurrency=connections,
        access_log=False,
        log_config=None,
        server_header=False,
        proxy_headers=False,
        timeout_graceful_shutdown=SHUTDOWN_S,
        timeout_keep_alive=15,
        # Of its own life uvicorn tells only what is wrong; ours says the rest.
        log_level="warning",
    )


class DrainingServer(uvicorn.Server):
    """Lets clients go with a hint when to come back, before connections are shut."""

    def __init__(self, config: uvicorn.Config, drain: Callable[[], Awaitable[None]]) -> None:
        """Take what has to happen between the last accept and the first close."""
        super().__init__(config)
        self._drain = drain

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Stop accepting, drain, then close what is left."""
        for server in self.servers:
            server.close()
        await self._drain()
        await super().shutdown(sockets)

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        """End in order on SIGINT and SIGTERM.

        The inherited way raises the signal again when serving is over, which would end the
        process before the store is closed.
        """
        loop = asyncio.get_running_loop()
        for number in (signal.SIGINT, signal.SIGTERM):
            loop.add_signal_handler(number, self._stop)
        try:
            yield
        finally:
            for number in (signal.SIGINT, signal.SIGTERM):
                loop.remove_signal_handler(number)

    def _stop(self) -> None:
        self.should_exit = True


def spare_the_collector() -> None:
    """Have what a room is made of looked through seldom: it lives long and holds no cycles.

    With Python's own thresholds a sixth of the time of a storm of joins went into that
    (`python -m load join --members 2000`).
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(*GC_THRESHOLDS)


def raise_file_limit() -> None:
    """Let the process open as many sockets as the system allows; shells often say 1,024."""
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = MANY_FILES if hard == resource.RLIM_INFINITY else min(MANY_FILES, hard)
    resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))
