"""Reading a room as it is now, whichever node has changed it.

What one node has acknowledged is seen in what any other answers afterwards, though hints are
late and read at a pace: whoever makes a link and lists the links finds it, behind any balancer.
"""

import asyncio
import logging

from server.hub.room import Room
from server.store.interface import Position, Store, StoreError

log = logging.getLogger(__name__)


async def read_on(room: Room, store: Store, timeout_s: float) -> None:
    """Wait until a room holds what its log held when this was called.

    A store that does not answer in time is not waited for: what is known is shown, as in views.
    """
    if not store.is_shared or room.is_stale:
        return
    try:
        async with asyncio.timeout(timeout_s):
            head = await store.head(room.id)
            if not _holds(room, head):
                await _reach(room, head)
    except (StoreError, TimeoutError) as problem:
        log.warning("room %s: shown as it is known: %r", room.id, problem)


async def _reach(room: Room, head: Position) -> None:
    has_changed = asyncio.Event()
    room.listen(has_changed.set)
    try:
        while not _holds(room, head):
            has_changed.clear()
            room.doubt()
            await has_changed.wait()
    finally:
        room.unlisten(has_changed.set)


def _holds(room: Room, head: Position) -> bool:
    known = room.replica.position
    return known.epoch == head.epoch and known.version >= head.version
