"""A node's copy of a room: state, roster and position, advanced by records alone."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass

from protocol.ids import RoomId
from server.core.evolve import evolve_record
from server.core.record import Record
from server.core.roster import Roster
from server.core.state import EMPTY, RoomState
from server.core.touched import Touched, touched
from server.store.interface import START, Position, PositionLost
from server.store.journal import Journal, RecordPage

Advance = tuple[RoomState, Record]
"""A record, and the state before it."""

LOAD_TRIES = 3
"""Another node may save a checkpoint, and trim the log behind the one that we read."""
INLINE_PEOPLE = 2_000
"""Up to so many, a roster is made on the event loop, in about 20 ms; a larger one in a thread."""


@dataclass(frozen=True, slots=True)
class CaughtUp:
    """Records that were missing, each with the state before it, and whom they touched."""

    steps: Sequence[Advance]
    touched: Touched


class Replica:
    """State, roster and position of one room, always of the same moment.

    Whatever waits for the store works on values of its own, and puts them here in one go.
    """

    def __init__(self, room: RoomId, journal: Journal[Record, RoomState]) -> None:
        """Start before everything; `load` brings it to the head."""
        self.room = room
        self.state = EMPTY
        self.position: Position = START
        self.checkpoint: Position = START
        """Where the newest checkpoint stands that we know of."""
        self.roster = Roster(EMPTY)
        self._journal = journal

    async def load(self) -> None:
        """Take the newest checkpoint and read on from it to the head.

        Raises:
            StoreError: it cannot be read; nothing has changed.

        Cost: O(n log n), in a thread when the room is large.
        """
        for tries_left in reversed(range(LOAD_TRIES)):
            loaded = await self._journal.load(self.room)
            state, position = loaded.state or EMPTY, loaded.position
            try:
                async for page in self._pages(position):
                    for record in page.records:
                        state = evolve_record(state, record)
                    position = page.position
            except PositionLost:
                if not tries_left:
                    raise
            else:
                break
        is_large = len(state.participants) > INLINE_PEOPLE
        roster = await asyncio.to_thread(Roster, state) if is_large else Roster(state)
        self.state, self.position, self.roster = state, position, roster
        self.checkpoint = loaded.position

    async def _pages(self, position: Position) -> AsyncIterator[RecordPage[Record]]:
        """Read on from a position to the head.

        Raises:
            PositionLost: there is a gap; from the beginning (`START`) a store reads on behind
                what was trimmed, and whoever found no checkpoint a moment ago would miss it.
        """
        while True:
            page = await self._journal.read(self.room, position)
            if page.position.version - len(page.records) != position.version:
                raise PositionLost(f"{self.room} was trimmed behind version {position.version}.")
            if page.records:
                yield page
            if not page.records or page.position == page.head:
                return
            position = page.position

    async def catch_up(self) -> CaughtUp | None:
        """Read on from the own position.

        Returns:
            What was missing; None when the log goes on from somewhere else (another epoch, or
            trimmed): the replica was loaded anew, and everybody has to be looked at again.

        Raises:
            StoreError: it cannot be read; nothing has changed.
        """
        steps: list[Advance] = []
        state, position = self.state, self.position
        try:
            async for page in self._pages(position):
                for record in page.records:
                    steps.append((state, record))
                    state = evolve_record(state, record)
                position = page.position
        except PositionLost:
            await self.load()
            return None
        return CaughtUp(steps, self.follow(steps, state, position))

    def follow(self, steps: Sequence[Advance], after: RoomState, position: Position) -> Touched:
        """Adopt committed records, which lead to `after`; say whom they touched."""
        found = touched(self.state, [event for _, record in steps for event in record.events])
        self.state = after
        self.position = position
        self.roster.advance(after, found)
        return found
