"""Turns to append to a room, for nodes that would otherwise decide everything several times.

A lock that nobody depends on: it spares lost races, and the conditional append stays the judge.
Whoever ends a turn hands it to the next, who hears of it where hints are heard. Whoever dies
with the turn loses it by time; whoever hears nothing asks again; whoever waits too long goes on
without.
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
PLACE_MS = 400
"""How long a place in the queue is kept for somebody who does not ask again."""
PATIENCE_S = 2.0
"""After which one goes on without a turn."""
ASK_AGAIN_S = 0.1
"""When nothing was heard."""
WORD = b"turn"


class Turns:
    """Turns of one process, at most one wait for each room.

    Args:
        publish: the command that tells the next one.
    """

    def __init__(self, wire: Wire, names: Names, publish: str) -> None:
        """Wait for nothing yet."""
        self._wire = wire
        self._names = names
        self._publish = publish
        self._who = secrets.token_hex(6)
        self._told: dict[str, asyncio.Future[int]] = {}

    @asynccontextmanager
    async def turn(self, room: RoomId) -> AsyncIterator[int | None]:
        """See `Store.turn`."""
        head = await self._begin(room)
        try:
            yield head
        finally:
            if head is not None:
                keys = self._names.room(room)
                with contextlib.suppress(StoreError):
                    await self._wire.run(
                        "end_turn",
                        [keys.meta, keys.turn, keys.queue],
                        *(self._who, TURN_MS, PLACE_MS, self._publish, keys.channel),
                    )

    def heard(self, channel: str, word: bytes) -> None:
        """Take notice of a word on a room's channel: `turn WHO HEAD`. Others are for others."""
        match word.split():
            case [what, who, head] if what == WORD and who == self._who.encode():
                told = self._told.get(channel)
                if told is not None and not told.done() and head.isdigit():
                    told.set_result(int(head))

    async def _begin(self, room: RoomId) -> int | None:
        """Wait for the turn; give the head, or None when it was not had in time."""
        keys = self._names.room(room)
        told: asyncio.Future[int] = asyncio.get_running_loop().create_future()
        self._told[keys.channel] = told
        try:
            async with asyncio.timeout(PATIENCE_S):
                while True:
                    before, head = await self._wire.run(
                        "take_turn",
                        [keys.meta, keys.turn, keys.queue],
                        *(self._who, TURN_MS, PLACE_MS),
                    )
                    if not before:
                        return int(head)
                    await asyncio.wait([told], timeout=ASK_AGAIN_S)
                    if told.done():
                        return told.result()
        except (StoreError, TimeoutError):
            return None
        finally:
            self._told.pop(keys.channel, None)
