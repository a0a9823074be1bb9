"""Guests whose names were kept for long enough are written out of the audit log, in steps.

A year of lines is too much for the append that forgets the guests. That append leaves a note
instead, and whichever node comes to it works through the lines, page by page, whether the room
is open anywhere or not. The note goes when the work is done, so a node that dies in between
leaves it to another one; doing some of it twice changes nothing.
"""

import asyncio
import json
import logging
from dataclasses import dataclass

from protocol.ids import ParticipantId, RoomId
from server.core import events as e
from server.core.audit import names_guests, without_guest_names
from server.core.chain import Line
from server.hub.audit_rows import AUDIT, audit_page, key_of
from server.hub.settings import HubSettings, Stores, World
from server.store.interface import NewerData, Put, StoreError

log = logging.getLogger(__name__)

DUE = "audit_forgetting"
"""Notes of what is to be done, by `<room> <number> <before>`."""
NAMELESS = "audit_nameless"
"""By room: the number up to which no line names a guest any more, so that none is read again."""
WORKER = "audit_forgetting_by"
"""By room: the node that is at it. Two, with two notes, could undo each other's work."""
WORKER_MS = 60_000
"""For how long a node is taken to be at it that says nothing; it says so with every page."""
PERIOD_S = 60.0
NOTES_AT_ONCE = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class _Note:
    key: str
    room: RoomId
    before: int
    gone: frozenset[ParticipantId]
    last: int


def forgetting_put(event: e.GuestsErased, room: RoomId, last: int) -> Put:
    """Note that guests are to be forgotten, in the append that says so.

    Args:
        last: the number of the newest line; later ones never name them.
    """
    said = {"before": event.before, "gone": event.participant_ids}
    key = f"{key_of(room, last)} {event.before:015}"
    return Put(table=DUE, key=key, value=json.dumps(said).encode())


class Forgetting:
    """Looks for notes, and does what they say."""

    def __init__(self, stores: Stores, settings: HubSettings, world: World) -> None:
        """Do nothing yet."""
        self._stores = stores
        self._settings = settings
        self._world = world

    async def run(self) -> None:
        """Look now and then, until cancelled."""
        while True:
            await asyncio.sleep(PERIOD_S)
            await self.look()

    async def look(self) -> None:
        """Do once what there is to do."""
        try:
            for note in await self._notes():
                await self._follow(note)
        except (StoreError, TimeoutError) as problem:
            log.warning("guests in audit logs are forgotten later: %r", problem)

    async def _notes(self) -> list[_Note]:
        async with asyncio.timeout(self._settings.append_timeout_s):
            rows = await self._stores.store.scan(DUE, self._world.clock(), limit=NOTES_AT_ONCE)
        return [_read(key, stored) for key, stored in rows]

    async def _follow(self, note: _Note) -> None:
        """Work through the lines that may name guests, unless another node is at it.

        Cost: O(n) in the lines since the oldest that still named a guest the last time.
        """
        if not await self._begins(note):
            return
        try:
            await self._go_through(note)
        except NewerData:
            log.warning("the audit log of room %s has lines of a newer server", note.room)

    async def _begins(self, note: _Note) -> bool:
        now = self._world.clock()
        async with asyncio.timeout(self._settings.append_timeout_s):
            return await self._stores.store.put([self._claim(note, now, is_new=True)], now)

    async def _go_through(self, note: _Note) -> None:
        store, now = self._stores.store, self._world.clock()
        async with asyncio.timeout(self._settings.append_timeout_s):
            known = await store.get(NAMELESS, note.room, now)
        after = int(known) if known else 0
        nameless: Line | None = None
        """The newest line before the first that has to be read again."""
        is_nameless = True
        while after < note.last:
            async with asyncio.timeout(self._settings.append_timeout_s):
                page = await audit_page(note.room, self._stores, self._world.clock(), after)
                if not page:
                    break
                puts: list[Put] = []
                for row in page:
                    line = row.line
                    if not isinstance(line, Line):
                        # Whoever puts it right again must not bring a name back.
                        is_nameless = False
                        continue
                    left = without_guest_names(line, note.before, note.gone)
                    if left is not line:
                        puts += await self._rewritten(row.key, row.stored, line, note)
                    is_nameless = is_nameless and not names_guests(left)
                    nameless = line if is_nameless else nameless
                await store.put([*puts, self._claim(note, self._world.clock())])
            after = page[-1].number
        done = [Put(table=DUE, key=note.key, value=None)]
        if nameless is not None:
            number = str(nameless.number).encode()
            # When that line is gone, all before it are, too.
            until = nameless.kept_until
            done.append(Put(table=NAMELESS, key=note.room, value=number, expires_at=until))
        async with asyncio.timeout(self._settings.append_timeout_s):
            await store.put([*done, Put(table=WORKER, key=note.room, value=None)])

    async def _rewritten(self, key: str, stored: bytes, line: Line, note: _Note) -> list[Put]:
        def left(one: Line) -> Line:
            return without_guest_names(one, note.before, note.gone)

        value = await self._stores.audit.rewritten(stored, left)
        if value is None:  # They were erased by themselves a moment ago.
            return []
        return [Put(table=AUDIT, key=key, value=value, expires_at=line.kept_until)]

    def _claim(self, note: _Note, now: int, *, is_new: bool = False) -> Put:
        return Put(
            table=WORKER,
            key=note.room,
            value=self._world.node_id.encode(),
            expires_at=now + WORKER_MS,
            if_absent=is_new,
        )


def _read(key: str, stored: bytes) -> _Note:
    room, number, _ = key.split(" ")
    said = json.loads(stored)
    return _Note(
        key=key,
        room=RoomId(room),
        before=said["before"],
        gone=frozenset(said["gone"]),
        last=int(number),
    )
