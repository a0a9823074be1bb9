"""Which nodes are alive: this node's claim in the store, and the claims of the others.

A claim counts as alive for as long as it goes on changing, measured by the own steady clock.
So neither a clock that is wrong, nor one that steps, buries a living node.
"""

import asyncio
import contextlib
import logging
from collections.abc import Callable

from protocol.ids import NodeId
from server.hub.settings import HubSettings, World
from server.store.interface import Store, StoreError

log = logging.getLogger(__name__)

DROP_TIMEOUT_S = 2.0


class LeaseLostError(Exception):
    """Others have taken this node for dead, and act by that. It has to end.

    A node's id belongs to one run of its process (see `Store.renew_lease`).
    """

    def __init__(self, node: NodeId) -> None:
        """Carry the id that is no good any more."""
        super().__init__(f"node {node} was paused for longer than its lease, and given up")
        self.node = node


class Leases:
    """This node's claim to be alive, and the claims of the others."""

    def __init__(self, store: Store, settings: HubSettings, world: World) -> None:
        """Hold no claim yet."""
        self._store = store
        self._world = world
        self._lease_ms = settings.lease_ms
        self._lease_s = settings.lease_ms / 1000
        self._claims: dict[NodeId, tuple[int, float]] = {}
        """Each claim as it was read last, and since when it has been that."""
        self._looked_at = world.monotonic()
        self._held_until = 0.0
        """By the steady clock, counted from before the claim was renewed."""
        self._known: frozenset[NodeId] = frozenset()
        self._reap_until = 0.0

    async def start(self) -> None:
        """Take the claim, before the first connection is recorded under it.

        Raises:
            LeaseLostError: the id has had a life before.
            StoreError, TimeoutError: the store does not take it.
        """
        async with asyncio.timeout(self._lease_s):
            await self._renew()
            self._known = await self.alive()

    @property
    def is_sure(self) -> bool:
        """Say whether nobody can have given this node up.

        A node that was paused finds here that it may not write before it has renewed its claim.
        What it had on its way already is fenced by the log: whoever gave it up has appended.
        """
        return self._world.monotonic() < self._held_until

    async def _renew(self) -> None:
        now = self._world.clock()
        begun = self._world.monotonic()
        if not await self._store.renew_lease(self._world.node_id, now, now + self._lease_ms):
            raise LeaseLostError(self._world.node_id)
        self._held_until = begun + self._lease_s

    async def alive(self) -> frozenset[NodeId]:
        """List the nodes whose claim holds; this one always counts itself in."""
        leases = await self._store.leases()
        now = self._world.monotonic()
        # Nobody saw the others renew while this node, or the store, was held up.
        is_blind = now - self._looked_at > self._lease_s
        self._looked_at = now
        claims: dict[NodeId, tuple[int, float]] = {}
        for node, until in leases.items():
            known = self._claims.get(node)
            is_same = known is not None and known[0] == until and not is_blind
            claims[node] = known if known is not None and is_same else (until, now)
        self._claims = claims
        holds = {node for node, (_, since) in claims.items() if now - since < self._lease_s}
        return frozenset(holds | {self._world.node_id})

    async def run(self, reap: Callable[[frozenset[NodeId]], None]) -> None:
        """Renew the claim, and have connections reaped when another node's claim has lapsed.

        Args:
            reap: told which nodes are alive; the connections of all others are to be closed.

        Raises:
            LeaseLostError: others have given this node up.
        """
        while True:
            await asyncio.sleep(self._lease_s / 3)
            try:
                async with asyncio.timeout(self._lease_s):
                    await self._renew()
                    await self._look(reap)
            except (StoreError, TimeoutError) as problem:
                log.warning("lease not renewed: %r", problem)

    async def _look(self, reap: Callable[[frozenset[NodeId]], None]) -> None:
        alive = await self.alive()
        now = self._world.monotonic()
        for node in self._known - alive:
            log.warning("node %s is gone", node)
            # First that it cannot come back, then what follows from that.
            await self._store.drop_lease(node)
            # What it appended last may reach the replicas here a little later.
            self._reap_until = now + 2 * self._lease_s
        self._known = alive
        if now < self._reap_until:
            reap(alive)

    async def drop(self) -> None:
        """Give the claim up, in order."""
        with contextlib.suppress(StoreError, TimeoutError):
            async with asyncio.timeout(DROP_TIMEOUT_S):
                await self._store.drop_lease(self._world.node_id)
