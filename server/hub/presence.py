"""Who is still there: pings to clients."""

import asyncio
from typing import TYPE_CHECKING

from protocol.errors import ErrorCode

if TYPE_CHECKING:
    from server.hub.hub import Hub

SLOTS = 10
"""Pings are spread over so many moments of one period, so that they do not all go at once."""


class PingWheel:
    """Asks every watcher in turn whether it is there, and closes those that do not answer.

    One task for all connections, no timer for each. Browsers cannot see WebSocket pings, so
    the ping is a message (RFC 6455 section 5.5.2 leaves them to the protocol's layer).
    """

    def __init__(self, hub: "Hub") -> None:
        """Turn for the watchers of a hub."""
        self._hub = hub

    async def run(self) -> None:
        """Turn until cancelled.

        When this node itself was held up (a stalled disk, a suspended process), answers lie
        unread, and nobody is taken for lost before there was time to read them.
        """
        period_s = self._hub.settings.ping_ms / 1000
        slot = 0
        before = patient_until = self._hub.world.monotonic()
        while True:
            await asyncio.sleep(period_s / SLOTS)
            now = self._hub.world.monotonic()
            if now - before > period_s:
                patient_until = now + 2 * period_s
            before = now
            slot = (slot + 1) % SLOTS
            self._turn(slot, now, float("inf") if now < patient_until else 2 * period_s)

    def _turn(self, slot: int, now: float, patience_s: float) -> None:
        for room in self._hub.rooms:
            for watcher in list(room.watchers):
                if hash(watcher.connection_id) % SLOTS != slot:
                    continue
                if now - watcher.last_heard > patience_s:
                    watcher.close(ErrorCode.TOO_SLOW)
                else:
                    watcher.ping(is_stale=room.is_stale)
