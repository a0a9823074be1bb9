"""Turns to append to a room, for nodes that would otherwise decide everything several times.

A lock that nobody depends on: it spares lost races, and the conditional append stays the judge.
Whoever dies with the turn loses it by time; whoever waits too long goes on without.
"""

import asyncio
import contextlib
import secrets
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from protocol.ids import RoomId
from server.store.interface import StoreError
from server.store.redis_keys import Names
from server.store.redis_wire import Wire

TURN_MS = 500
"""How long a turn is had at most: longer than deciding the largest batch takes."""
PLACE_MS = 250
"""How long a place in the queue is kept for somebody who does not ask again."""
PATIENCE_S = 2.0
"""After which one goes on without a turn."""
ASK_AGAIN_S = 0.002
"""And as long again for each one who is before."""


class Turns:
    """Turns of one process."""

    def __init__(self, wire: Wire, names: Names) -> None:
        """Wait for nothing yet."""
        self._wire = wire
        self._names = names
        self._who = secrets.token_hex(6)

    @asynccontextmanager
    async def turn(self, room: RoomId) -> AsyncIterator[int | None]:
        """See `Store.turn`."""
        head = await self._begin(room)
        try:
            yield head
        finally:
            if head is not None:
                with contextlib.suppress(StoreError):
                    await self._wire.run("end_turn", [self._names.room(room).turn], self._who)

    async def _begin(self, room: RoomId) -> int | None:
        """Wait for the turn; give the head, or None when it was not had in time."""
        keys = self._names.room(room)
        try:
            async with asyncio.timeout(PATIENCE_S):
                while True:
                    before, head = await self._wire.run(
                        "take_turn",
                        [keys.meta, keys.turn, keys.queue],
                        self._who,
                        TURN_MS,
                        PLACE_MS,
                    )
                    if not before:
                        return int(head)
                    await asyncio.sleep(ASK_AGAIN_S * (int(before) + secrets.randbelow(100) / 100))
        except (StoreError, TimeoutError):
            return None
