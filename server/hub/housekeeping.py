"""What a node does now and then: put idle rooms away, open those whose time has come."""

import asyncio
import logging
from typing import TYPE_CHECKING

from protocol.ids import RoomId
from server.hub.reports import NODES, report_of
from server.hub.room import Room
from server.hub.tally import Pulse
from server.store.interface import Put, StoreError

if TYPE_CHECKING:
    from server.hub.hub import Hub

log = logging.getLogger(__name__)

PERIOD_S = 1.0
HOLD_MS = 5_000
"""How long other nodes leave a room alone that was open here; said again at half of it."""
TELL_S = 2.0
TOLD_MS = 3_600_000
"""For how long it is remembered what a node said last, so that one that died is seen."""
SWEEP_S = 60.0
SWEEP_TIMEOUT_S = 60.0
OPENED_AT_ONCE = 100
"""Rooms that are opened in one round because their time has come."""
REST_S = 30.0
"""How long a room that ended by a fault is left alone, unless somebody asks for it."""
STEP_MS = 500
"""A clock that has moved by this much against the steady one was set."""


class Housekeeping:
    """Keeps the rooms of a hub few, and those that have something to do awake."""

    def __init__(self, hub: "Hub") -> None:
        """Keep house for a hub."""
        self._hub = hub
        self._faults: dict[RoomId, float] = {}
        self._held_until = 0.0
        self._started_at = hub.world.clock()

    def note_fault(self, room_id: RoomId) -> None:
        """Leave a room alone for a while that has just ended by a fault."""
        self._faults[room_id] = self._hub.world.monotonic() + REST_S

    async def run(self) -> None:
        """Keep house until cancelled."""
        ahead_ms = self._ahead_ms()
        while True:
            await asyncio.sleep(PERIOD_S)
            before, ahead_ms = ahead_ms, self._ahead_ms()
            if abs(ahead_ms - before) > STEP_MS:
                for room in self._hub.rooms:
                    room.wake()
            for room in self._hub.rooms:
                await self._put_away_if_idle(room)
            await self._hold_open()
            await self._open_due()

    def _ahead_ms(self) -> float:
        """Compare the clock with the steady one, which changes only when it is set."""
        world = self._hub.world
        return world.clock() - 1000 * world.monotonic()

    async def _put_away_if_idle(self, room: Room) -> None:
        since = room.idle_since
        idle_s = self._hub.settings.idle_s
        if since is None or not room.is_loaded or self._hub.world.monotonic() - since < idle_s:
            return
        await room.save_checkpoint()
        # Somebody may have come meanwhile.
        if room.idle_since is not None:
            self._hub.put_away(room)

    async def _hold_open(self) -> None:
        """Tell the other nodes which rooms are looked after here."""
        hub = self._hub
        now = hub.world.monotonic()
        if now < self._held_until - HOLD_MS / 2_000:
            return
        try:
            async with asyncio.timeout(hub.settings.append_timeout_s):
                open_ids = [room.id for room in hub.rooms]
                await hub.stores.store.hold(open_ids, hub.world.clock() + HOLD_MS)
        except (StoreError, TimeoutError) as problem:
            log.warning("cannot say which rooms are open here: %r", problem)
            return
        self._held_until = now + HOLD_MS / 1_000

    async def _open_due(self) -> None:
        """Open rooms whose time has come. Those that are open here may be due all the time."""
        hub = self._hub
        now = hub.world.monotonic()
        self._faults = {one: until for one, until in self._faults.items() if until > now}
        open_ids = {room.id for room in hub.rooms}
        try:
            async with asyncio.timeout(hub.settings.append_timeout_s):
                limit = len(open_ids) + len(self._faults) + OPENED_AT_ONCE
                due = await hub.stores.store.due(hub.world.clock(), limit)
        except (StoreError, TimeoutError) as problem:
            log.warning("cannot look for rooms that are due: %r", problem)
            return
        for room_id in due:
            if room_id not in open_ids and room_id not in self._faults:
                hub.open(room_id)

    async def tell(self) -> None:
        """Say how this node is, for operators, until cancelled."""
        world = self._hub.world
        pulse = Pulse(self._hub.tally, world.monotonic())
        while True:
            report = report_of(
                name=self._hub.settings.node_name,
                started_at=self._started_at,
                now=world.clock(),
                rooms=self._hub.rooms,
                tally=self._hub.tally,
                rates=pulse.beat(world.monotonic()),
            )
            await self._say(report)
            await asyncio.sleep(TELL_S)

    async def farewell(self) -> None:
        """Say nothing of this node any more, which ends in order."""
        await self._say(None)

    async def _say(self, report: bytes | None) -> None:
        world, store = self._hub.world, self._hub.stores.store
        put = Put(table=NODES, key=world.node_id, value=report, expires_at=world.clock() + TOLD_MS)
        try:
            async with asyncio.timeout(self._hub.settings.append_timeout_s):
                await store.put([put])
        except (StoreError, TimeoutError) as problem:
            log.warning("cannot say how this node is: %r", problem)

    async def sweep(self) -> None:
        """Have the store forget what has expired, until cancelled."""
        while True:
            await asyncio.sleep(SWEEP_S)
            try:
                async with asyncio.timeout(SWEEP_TIMEOUT_S):
                    await self._hub.stores.store.sweep(self._hub.world.clock())
            except (StoreError, TimeoutError) as problem:
                log.warning("not swept: %r", problem)
