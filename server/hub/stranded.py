"""A node that cannot reach the store while others can: its people are better off elsewhere.

Where nobody reaches the store, everybody stays and keeps the view, however old: coming back would
only cost a storm. So a node asks first whether another one takes people.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING

from protocol.errors import ErrorCode
from server.hub.drain import let_go

if TYPE_CHECKING:
    from server.hub.hub import Hub

log = logging.getLogger(__name__)

PERIOD_S = 1.0
PATIENCE_S = 5.0
"""How long this goes on before people are sent away: a store that is back finds nodes one by one,
and the first is ready some seconds before the last has asked again."""
NOES = 5
"""So many in a row, and it is believed that nobody else is ready."""

Elsewhere = Callable[[], Awaitable[bool]]
"""Says whether whoever comes by the public address finds a node that is ready."""


class Stranded:
    """Sends a node's people elsewhere when it is cut off from the store, and others are not."""

    def __init__(self, hub: "Hub", is_ready_elsewhere: Elsewhere) -> None:
        """Send nobody away yet."""
        self._hub = hub
        self._is_ready_elsewhere = is_ready_elsewhere
        self._since: float | None = None
        self._noes = 0
        self.is_so = False
        """People were sent away, and whoever comes is better off elsewhere as well."""

    async def run(self) -> None:
        """Look until cancelled."""
        while True:
            await asyncio.sleep(PERIOD_S)
            if self._hub.is_sure:
                self._forget()
            elif await self._is_ready_elsewhere():
                self._noes = 0
                self._look()
            else:
                # One no says little: a balancer may have asked this very node.
                self._noes += 1
                if self._noes >= NOES:
                    self._forget()

    def _forget(self) -> None:
        self._since, self._noes, self.is_so = None, 0, False

    def _look(self) -> None:
        now = self._hub.world.monotonic()
        if self._since is None:
            self._since = now
        if now - self._since < PATIENCE_S:
            return
        self.is_so = True
        watchers = [watcher for room in self._hub.rooms for watcher in room.watchers]
        if watchers:
            log.warning("cut off from the store: %d connections go elsewhere", len(watchers))
            let_go(watchers, ErrorCode.RESTARTING, self._hub.world.entropy)
