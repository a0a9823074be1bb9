"""From a ticket to a room: the tasks behind a client, and their end."""

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager

from protocol.client.line import Line
from protocol.client.options import DEFAULT_TIMEOUT_S, Options
from protocol.client.room import Room
from protocol.codec import MSGPACK, Codec
from protocol.connection import ClientState
from protocol.failures import Unreachable
from protocol.secret import Secret
from protocol.views import Window

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
) -> AsyncIterator[Room]:
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
    client = Room(state, Line(url, state, origin, sent, options), options)
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
