"""Which node sends a mail, where several have the room open: the first to say so, while it lives.

A claim is kept beside the logs and never changed. When the node that has it is gone, whoever
takes over claims the claim. So a mail is sent by one node, and by another only after a death.
"""

from collections.abc import Awaitable, Callable
from typing import Protocol

from protocol.ids import NodeId, RoomId
from server.store.interface import Put, Store

TABLE = "mail"
KEPT_MS = 7 * 24 * 3_600_000
"""Longer than a mail is tried."""


class Claims(Protocol):
    """Settles who sends a mail."""

    async def is_ours(self, room: RoomId, mail: str) -> bool:
        """Claim a mail; False while a node that lives has it.

        Raises:
            StoreError: it is not known.
        """
        ...


class MailClaims:
    """`Claims` over the store.

    Args:
        node: this one.
        alive: lists the nodes that live.
        clock: ms UTC.
    """

    def __init__(
        self,
        store: Store,
        node: NodeId,
        alive: Callable[[], Awaitable[frozenset[NodeId]]],
        clock: Callable[[], int],
    ) -> None:
        """Claim nothing yet."""
        self._store = store
        self._node = node
        self._alive = alive
        self._clock = clock

    async def is_ours(self, room: RoomId, mail: str) -> bool:
        """See `Claims.is_ours`."""
        key = f"{room} {mail}"
        while True:
            now = self._clock()
            put = Put(
                table=TABLE,
                key=key,
                value=self._node.encode(),
                expires_at=now + KEPT_MS,
                if_absent=True,
            )
            if await self._store.put([put], now):
                return True
            owner = await self._store.get(TABLE, key, now)
            if owner is None:
                continue
            if owner.decode() == self._node:
                return True
            if NodeId(owner.decode()) in await self._alive():
                return False
            key = f"{key} {owner.decode()}"
