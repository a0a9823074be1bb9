"""A small asyncio client: what programs, tests and the load generator talk through.

    async with connect(url, ticket=ticket) as client:
        await client.until(lambda client: client.view is not None, timeout_s=5)
        await client.ask(RaiseHand())
        async for view in client.views():
            ...

It comes back by itself after a loss, under the same identity, unless the server's close code
says to stay away. What it knows is in `protocol.connection`; here are sockets, tasks and time.
"""

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager

from protocol.client.client import Client
from protocol.client.line import Line
from protocol.client.options import DEFAULT_TIMEOUT_S, Options
from protocol.codec import MSGPACK, Codec
from protocol.connection import Backoff, ClientState
from protocol.failures import Over, Refused, StillPending, TooManyPending, Unreachable
from protocol.secret import Secret
from protocol.views import Window

__all__ = [
    "Backoff",
    "Client",
    "Options",
    "Over",
    "Refused",
    "StillPending",
    "TooManyPending",
    "Unreachable",
    "connect",
]

DEFAULT_WINDOW = Window()
DEFAULT_OPTIONS = Options()


@asynccontextmanager
async def connect(
    url: str,
    *,
    ticket: str | Secret | None = None,
    codec: Codec = MSGPACK,
    window: Window | None = DEFAULT_WINDOW,
    origin: str | None = None,
    headers: Mapping[str, str] | None = None,
    timeout_s: float = DEFAULT_TIMEOUT_S,
    options: Options = DEFAULT_OPTIONS,
) -> AsyncIterator[Client]:
    """Take part in a session for the length of a block.

    Args:
        url: `ws://…/api/v1/sessions/{session_id}/socket`.
        ticket: from `Admitted.ticket`; sent as a bearer. None with a cookie in `headers`.
        codec: how frames are written.
        window: the part of the tab to look at from the start; None looks at nothing.
        origin: the Origin header; browsers send one, programs need none.
        headers: further headers of the handshake.
        timeout_s: how long the first connection may take, further attempts included.
        options: the rest.

    Raises:
        Refused: the server does not take this client.
        Unreachable: no connection came about in time.
    """
    sent = dict(headers or {})
    if ticket is not None:
        text = ticket.reveal() if isinstance(ticket, Secret) else ticket
        sent["Authorization"] = f"Bearer {text}"
    state = ClientState(codec, window=window)
    client = Client(state, Line(url, state, origin, sent, options), options)
    task = asyncio.create_task(client.run(), name="usher client")
    try:
        try:
            await client.until(lambda it: it.welcome is not None, timeout_s)
        except TimeoutError:
            raise Unreachable(client.line.attempts, client.line.cause) from None
        yield client
    finally:
        task.cancel()
        # An error of our own making is told, cancelling is not.
        for error in await asyncio.gather(task, return_exceptions=True):
            if isinstance(error, Exception):
                raise error
