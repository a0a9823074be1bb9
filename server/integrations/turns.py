"""Turns at what one node at a time does: kept beside the logs, and lapsing by themselves.

A courtesy between nodes: it spares work that is done twice, and what is done has to bear that.
A node that slept beyond the end of its turn finds that out from its own clock alone.
"""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass, replace

from protocol.ids import NodeId
from server.store.interface import Put, Store, StoreError


@dataclass(frozen=True, slots=True, kw_only=True)
class Turns:
    """Turns of one kind.

    Args:
        table: where they are kept.
        store: of the whole server.
        node: this process.
        clock: ms UTC.
        lasts_ms: for how long a turn is had without saying so again.
        alive: lists the nodes that live; given where it does no harm that two nodes take over
            from a dead one at the same instant. Without it everybody waits for the turn to lapse.
    """

    table: str
    store: Store
    node: NodeId
    clock: Callable[[], int]
    lasts_ms: int
    alive: Callable[[], Awaitable[frozenset[NodeId]]] | None = None

    async def take(self, key: str) -> bool:
        """Be the one node at work on a key; False while another is.

        When it is cancelled, the turn is nobody's: a write under way is done all the same, and
        left alone it would hold the work up until it runs out.
        """
        taking = asyncio.ensure_future(self._taken(key))
        try:
            return await asyncio.shield(taking)
        except asyncio.CancelledError:
            with suppress(StoreError):
                if await taking:
                    await self.end(key)
            raise

    async def _taken(self, key: str) -> bool:
        put = replace(self.held(key), if_absent=True)
        if await self.store.put([put], self.clock()):
            return True
        if self.alive is None:
            return False
        owner = await self.store.get(self.table, key, self.clock())
        if owner is not None and NodeId(owner.decode()) in await self.alive():
            return False
        await self.keep(key)
        return True

    async def keep(self, key: str) -> None:
        """Prolong one's own turn, which has not run out."""
        await self.store.put([self.held(key)])

    async def end(self, key: str) -> None:
        """Leave the turn to others."""
        await self.store.put([replace(self.held(key), value=None)])

    def held(self, key: str) -> Put:
        """Say what has to be put to have the turn from now on."""
        return Put(
            table=self.table,
            key=key,
            value=self.node.encode(),
            expires_at=self.clock() + self.lasts_ms,
        )
