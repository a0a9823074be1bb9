"""Checkpoints of one room, so that opening it stays quick."""

import asyncio
import contextlib
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
        self._is_demanded = False
        self._cleared_at = 0
        """Up to which erasure no record with a name of it is left, as far as we know."""
        self._one_at_a_time = asyncio.Lock()

    def note(self, *, is_ours: bool) -> None:
        """Look whether it is time, after records were adopted.

        A checkpoint costs O(n), so a large room makes fewer: a constant part of each record.

        Args:
            is_ours: they were appended here. Whoever appends sees to it that there is a
                checkpoint; others only where that has not come about for as long again.
        """
        if self._records() >= self._period() * (1 if is_ours else 2):
            self._is_due.set()

    def _period(self) -> int:
        """Say how many records there are between two checkpoints."""
        state = self._replica.state
        size = len(state.participants) + (len(state.quiz.attempts) if state.quiz else 0)
        return max(self._settings.checkpoint_every, size)

    def demand(self) -> None:
        """Have a checkpoint saved now, because somebody was erased."""
        self._is_demanded = True
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
            await self._look()
            is_demanded, self._is_demanded = self._is_demanded, False
            if not is_demanded and self._records() < self._period():
                continue
            if not await self.save():
                if is_demanded:
                    self.demand()
                await asyncio.sleep(REST_S)

    async def _look(self) -> None:
        """Find the checkpoint that another node has saved meanwhile."""
        with contextlib.suppress(StoreError, TimeoutError):
            async with asyncio.timeout(self._settings.append_timeout_s):
                saved = await self._journal.saved(self._replica.room)
            if saved is not None and saved.epoch == self._replica.position.epoch:
                self._replica.checkpoint = saved

    async def save(self) -> bool:
        """Save the state as it is. False: not now, which only makes opening the room slower."""
        async with self._one_at_a_time:
            replica = self._replica
            position, state = replica.position, replica.state
            # Records from before an erasure have the names in them, so none of those is kept.
            # Who has just opened the room does not know whether they are gone, and sees to it.
            must_forget = state.erasures != self._cleared_at
            if self._records() <= 0 and not must_forget:
                return True
            try:
                async with asyncio.timeout(TIMEOUT_S):
                    if self._records() > 0:
                        await self._journal.save(
                            replica.room, position, state, keeps_records=not must_forget
                        )
                    else:
                        # Whoever saved it may have died before the records were gone.
                        await self._journal.trim(replica.room, position)
            except (StoreError, TimeoutError) as problem:
                log.warning("room %s: checkpoint put off: %s", replica.room, problem)
                return False
            except Exception:
                # The log has everything; a fault of ours here must not end the room.
                log.exception("room %s: no checkpoint", replica.room)
                return False
            if self._records() > 0:
                replica.checkpoint = position
            self._cleared_at = state.erasures
            return True
