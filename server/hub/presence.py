"""Who is still there: pings to clients, and leases of nodes in the store."""

import asyncio
import contextlib
import logging
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING

from protocol.errors import ErrorCode
from protocol.ids import NodeId
from server.hub.settings import HubSettings, World
from server.store.interface import Store, StoreError

if TYPE_CHECKING:
    from server.hub.hub import Hub

log = logging.getLogger(__name__)

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
                    watcher.ping()


class Leases:
    """This node's claim to be alive, and the claims of the others."""

    def __init__(self, store: Store, settings: HubSettings, world: World) -> None:
        """Hold no claim yet."""
        self._store = store
        self._settings = settings
        self._world = world
        self._known: frozenset[NodeId] = frozenset()

    async def start(self) -> None:
        """Take the claim, before the first connection is recorded under it."""
        await self._renew()
        self._known = await self.alive()

    async def _renew(self) -> None:
        now = self._world.clock()
        await self._store.renew_lease(self._world.node_id, now, now + self._settings.lease_ms)

    async def alive(self) -> frozenset[NodeId]:
        """List the nodes whose claim holds; this one always counts itself in."""
        now = self._world.clock()
        leases = await self._store.leases()
        return frozenset(
            {node for node, until in leases.items() if until > now} | {self._world.node_id}
        )

    async def run(self, reap: Callable[[], Awaitable[None]]) -> None:
        """Renew the claim, and have connections reaped when another node's claim has lapsed."""
        while True:
            await asyncio.sleep(self._settings.lease_ms / 3000)
            try:
                async with asyncio.timeout(self._settings.lease_ms / 1000):
                    await self._renew()
                    alive = await self.alive()
                    if self._known - alive:
                        await reap()
                    self._known = alive
            except (StoreError, TimeoutError) as problem:
                log.warning("lease not renewed: %s", problem)

    async def drop(self) -> None:
        """Give the claim up, in order."""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(2):
                await self._store.drop_lease(self._world.node_id)
