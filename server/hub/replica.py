"""A node's copy of a room: state, roster and position, advanced by records alone."""

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass

from protocol.ids import RoomId
from server.core.evolve import evolve_record
from server.core.record import Record
from server.core.roster import Roster
from server.core.state import EMPTY, RoomState
from server.core.touched import Touched, touched
from server.store.interface import START, Position, PositionLost, StoreError
from server.store.journal import Journal

Advance = tuple[RoomState, Record]
"""A record, and the state before it."""


@dataclass(frozen=True, slots=True)
class CaughtUp:
    """Records that were missing, each with the state before it, and whom they touched."""

    steps: Sequence[Advance]
    touched: Touched


class Replica:
    """State, roster and position of one room, always of the same moment."""

    def __init__(self, room: RoomId, journal: Journal[Record, RoomState]) -> None:
        """Start before everything; `load` brings it to the head."""
        self.room = room
        self.state = EMPTY
        self.position: Position = START
        self.roster = Roster(EMPTY)
        self._journal = journal

    async def load(self) -> None:
        """Take the newest checkpoint and read on from it to the head."""
        loaded = await self._journal.load(self.room)
        self.state = loaded.state or EMPTY
        self.position = loaded.position
        async for record in self._unread():
            self.state = evolve_record(self.state, record)
        self.roster = Roster(self.state)

    async def _unread(self) -> AsyncIterator[Record]:
        """Read on from the own position, which moves with each page."""
        while True:
            page = await self._journal.read(self.room, self.position)
            if not page.records:
                return
            self.position = page.position
            for record in page.records:
                yield record

    async def catch_up(self) -> CaughtUp | None:
        """Read on from the own position.

        Returns:
            What was missing; None when the log goes on from somewhere else (another epoch, or
            trimmed): the replica was loaded anew, and everybody has to be looked at again.
        """
        steps: list[Advance] = []
        state = self.state
        position = self.position
        try:
            async for record in self._unread():
                steps.append((state, record))
                state = evolve_record(state, record)
        except PositionLost:
            await self.load()
            return None
        except StoreError:
            # Half read is not read: the next try starts where the state is.
            self.position = position
            raise
        return CaughtUp(steps, self.follow(steps, state, self.position))

    def follow(self, steps: Sequence[Advance], after: RoomState, position: Position) -> Touched:
        """Adopt committed records, which lead to `after`; say whom they touched."""
        found = touched(self.state, [event for _, record in steps for event in record.events])
        self.state = after
        self.position = position
        self.roster.advance(after, found)
        return found
