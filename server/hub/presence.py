"""Who is still there: pings to clients."""

import asyncio
from typing import TYPE_CHECKING

from protocol.errors import ErrorCode

if TYPE_CHECKING:
    from server.hub.hub import Hub

SLOTS = 10
"""Pings are spread over so many moments of one period, so that they do not all go at once."""
PATIENCE = 2
"""Pings without an answer, after which no third one is sent: at most three periods.

Counted, not timed: a node that was held up itself (a stalled disk, a suspended process, too much
to do) asks more slowly then, and reads what lies unread before it asks again.
"""


class PingWheel:
    """Asks every watcher in turn whether it is there, and closes those that do not answer.

    One task for all connections, no timer for each. Browsers cannot see WebSocket pings, so
    the ping is a message (RFC 6455 section 5.5.2 leaves them to the protocol's layer).
    """

    def __init__(self, hub: "Hub") -> None:
        """Turn for the watchers of a hub."""
        self._hub = hub

    async def run(self) -> None:
        """Turn until cancelled."""
        turn_s = self._hub.settings.ping_ms / 1000 / SLOTS
        slot = 0
        while True:
            await asyncio.sleep(turn_s)
            slot = (slot + 1) % SLOTS
            self._turn(slot)

    def _turn(self, slot: int) -> None:
        for room in self._hub.rooms:
            is_stale = room.is_stale
            for watcher in list(room.watchers):
                if watcher.outlet is None or hash(watcher.connection_id) % SLOTS != slot:
                    continue  # Not let in yet: nobody there could answer.
                if watcher.unanswered_pings >= PATIENCE:
                    watcher.close(ErrorCode.TOO_SLOW)
                else:
                    watcher.ping(is_stale=is_stale)
