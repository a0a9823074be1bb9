"""How a client behaves: its limits in time, and where its time and chance come from."""

import asyncio
import secrets
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

from protocol.connection import Backoff
from protocol.messages import ServerMessage

DEFAULT_TIMEOUT_S = 10.0
MISSED_PINGS = 2.5
"""So many ping intervals without a word from the server, and the socket is given up."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """How a client behaves. Durations in seconds.

    Args:
        comes_back: connect again after a loss that is not final.
        backoff: how long to wait before each attempt.
        open_timeout_s: for one attempt, from TCP to welcome.
        send_timeout_s: for one frame to be taken by the operating system.
        close_timeout_s: for the closing handshake.
        draw: random numbers from 0 up to 1, for the backoff.
        sleep: waits; a test may wait in its own time.
        new_id: makes the ids of commands.
        on_message: called with each message, after it has had its effect. For measuring.
    """

    comes_back: bool = True
    backoff: Backoff = field(default_factory=Backoff)
    open_timeout_s: float = DEFAULT_TIMEOUT_S
    send_timeout_s: float = DEFAULT_TIMEOUT_S
    close_timeout_s: float = 1.0
    draw: Callable[[], float] = secrets.SystemRandom().random
    sleep: Callable[[float], Awaitable[None]] = asyncio.sleep
    new_id: Callable[[], str] = lambda: secrets.token_urlsafe(12)
    on_message: Callable[[ServerMessage], None] | None = None
