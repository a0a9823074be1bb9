"""Checkpoints of one room, so that opening it stays quick."""

import asyncio
import logging

from server.core.record import Record
from server.core.state import RoomState
from server.hub.replica import Replica
from server.hub.settings import HubSettings
from server.store.interface import StoreError
from server.store.journal import Journal

log = logging.getLogger(__name__)

TIMEOUT_S = 60.0
REST_S = 10.0
"""How long after a failure the next try waits: each costs O(n)."""


class Checkpoints:
    """Saves a replica when the log behind its checkpoint has grown long, and when asked to."""

    def __init__(
        self, replica: Replica, journal: Journal[Record, RoomState], settings: HubSettings
    ) -> None:
        """Save nothing yet."""
        self._replica = replica
        self._journal = journal
        self._settings = settings
        self._is_due = asyncio.Event()
        self._one_at_a_time = asyncio.Lock()

    def note(self) -> None:
        """Look whether it is time, after records were adopted.

        A checkpoint costs O(n), so a large room makes fewer: a constant part of each record.
        """
        state = self._replica.state
        size = len(state.participants) + (len(state.quiz.attempts) if state.quiz else 0)
        if self._records() >= max(self._settings.checkpoint_every, size):
            self._is_due.set()

    def _records(self) -> int:
        """Count the records behind the checkpoint."""
        head, saved = self._replica.position, self._replica.checkpoint
        return head.version - (saved.version if saved.epoch == head.epoch else 0)

    async def run(self) -> None:
        """Save whenever it is time, until cancelled."""
        while True:
            await self._is_due.wait()
            self._is_due.clear()
            if not await self.save():
                await asyncio.sleep(REST_S)

    async def save(self) -> bool:
        """Save the state as it is. False: not now, which only makes opening the room slower."""
        async with self._one_at_a_time:
            replica = self._replica
            position, state = replica.position, replica.state
            if not self._records():
                return True
            try:
                async with asyncio.timeout(TIMEOUT_S):
                    await self._journal.save(replica.room, position, state)
            except (StoreError, TimeoutError) as problem:
                log.warning("room %s: checkpoint put off: %s", replica.room, problem)
                return False
            except Exception:
                # The log has everything; a fault of ours here must not end the room.
                log.exception("room %s: no checkpoint", replica.room)
                return False
            replica.checkpoint = position
            return True
