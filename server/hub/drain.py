"""Letting a node's clients go, each told when to come back, so that not all come at once."""

import asyncio
from collections.abc import Callable, Sequence

from protocol.errors import ErrorCode
from server.hub.room import Room
from server.hub.settings import World
from server.hub.watcher import Watcher

DEADLINE_S = 5.0
"""How long clients are given to hear the goodbye."""
SPREAD_PER_CLIENT_MS = 1
"""Clients come back at about a thousand a second."""
FIRST_MS = 500
LAST_MS = 30_000


def let_go(watchers: Sequence[Watcher], code: ErrorCode, entropy: Callable[[int], bytes]) -> None:
    """Say goodbye to connections, and spread their return over a time that grows with them."""
    spread = min(LAST_MS, FIRST_MS + len(watchers) * SPREAD_PER_CLIENT_MS)
    for watcher in watchers:
        chance = int.from_bytes(entropy(4), "big") / 2**32
        watcher.close(code, retry_after_ms=FIRST_MS + int(chance * spread))


class Drain:
    """One orderly end: goodbye with close code 1012 to every connection."""

    def __init__(self, rooms: Sequence[Room], world: World) -> None:
        """Name the rooms whose clients go."""
        self._rooms = rooms
        self._world = world

    async def run(self) -> None:
        """Say goodbye to all, and wait until they are gone or the deadline has come."""
        watchers = [watcher for room in self._rooms for watcher in room.watchers]
        let_go(watchers, ErrorCode.RESTARTING, self._world.entropy)
        until = self._world.monotonic() + DEADLINE_S
        while self._world.monotonic() < until:
            if not any(True for room in self._rooms for _ in room.watchers):
                return
            await asyncio.sleep(0.02)
