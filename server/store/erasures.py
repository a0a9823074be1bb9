"""Erasing a person on every node: the key in the store is forgotten, and all nodes are told.

A node keeps keys, an index of accounts and letters in memory. What was announced stands in the
store for a while, and every node looks there each second.
"""

import asyncio
import logging
import secrets
from collections.abc import Callable

from protocol.ids import PersonId
from server.store.interface import Put, Store, StoreError
from server.store.sealing import Sealer

log = logging.getLogger(__name__)

TABLE = "erased"
PERIOD_S = 1.0
TIMEOUT_S = 10.0
KEPT_MS = 600_000
"""A node that hears nothing for so long has lost its lease, and starts with an empty memory."""
AT_ONCE = 10_000

Told = Callable[[PersonId], None]


class Erasures:
    """Forgets keys of people, and hears of those that other nodes have forgotten.

    Args:
        store: of the whole server.
        sealer: over the same store.
        clock: ms UTC.
    """

    def __init__(self, store: Store, sealer: Sealer, clock: Callable[[], int]) -> None:
        """Know of none yet."""
        self._store = store
        self._sealer = sealer
        self._clock = clock
        self._told: list[Told] = [sealer.forget]
        self._heard: set[str] = set()

    def listen(self, told: Told) -> None:
        """Have somebody told of every person who was erased, here or elsewhere."""
        self._told.append(told)

    async def erase(self, person_id: PersonId) -> None:
        """Forget a person's key. Rooms have to forget the person first (see `Sealer.erase`).

        Raises:
            Unavailable: it is not known whether it is forgotten; do it again.
        """
        now = self._clock()
        key = f"{now:015d} {secrets.token_hex(6)}"
        put = Put(table=TABLE, key=key, value=person_id.encode(), expires_at=now + KEPT_MS)
        # Said in the same step, so that no node goes on with a key that is forgotten.
        await self._sealer.erase(person_id, also=[put])
        self._tell(key, person_id)

    async def run(self) -> None:
        """Hear of other nodes' erasures, until cancelled."""
        while True:
            await asyncio.sleep(PERIOD_S)
            await self.hear()

    async def hear(self) -> None:
        """Look once what was announced."""
        try:
            async with asyncio.timeout(TIMEOUT_S):
                found = await self._store.scan(TABLE, self._clock(), limit=AT_ONCE)
        except (StoreError, TimeoutError) as problem:
            log.warning("it is not known who was erased: %r", problem)
            return
        for key, person_id in found:
            if key not in self._heard:
                self._tell(key, PersonId(person_id.decode()))
        self._heard &= {key for key, _ in found}

    def _tell(self, key: str, person_id: PersonId) -> None:
        self._heard.add(key)
        for told in self._told:
            told(person_id)
