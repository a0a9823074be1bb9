"""The rooms of one node: opened when somebody asks, supervised, put away when idle."""

import asyncio
import contextlib
import logging
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager

from protocol.commands import Command, CreateEntry
from protocol.errors import ErrorCode
from protocol.ids import CommandId, RoomId
from server.core.actors import Actor
from server.core.decide import Rejected
from server.core.orders import Order
from server.core.state import RoomState
from server.hub.drain import Drain
from server.hub.presence import Leases, PingWheel
from server.hub.room import Outcome, Room
from server.hub.settings import Committed, HubSettings, Stores, World
from server.store.interface import START, StoreError

log = logging.getLogger(__name__)

HOUSEKEEPING_S = 1.0
"""How often idle rooms are put away, and rooms whose time has come are opened."""
SWEEP_S = 60.0
LOAD_TIMEOUT_S = 30.0


class Hub:
    """Every room that lives on this node, and the tasks that keep them."""

    def __init__(
        self,
        stores: Stores,
        settings: HubSettings,
        world: World,
        on_commit: Sequence[Committed] = (),
    ) -> None:
        """Make a hub; it lives inside `running`."""
        self.settings = settings
        self.world = world
        self.stores = stores
        self._on_commit = tuple(on_commit)
        self._rooms: dict[RoomId, Room] = {}
        self._tasks: dict[RoomId, asyncio.Task[None]] = {}
        self._group: asyncio.TaskGroup | None = None
        self._leases = Leases(stores.store, settings, world)
        self._is_stopping = False

    @asynccontextmanager
    async def running(self) -> AsyncIterator["Hub"]:
        """Serve until the block is left; then every pending command is settled."""
        await self._leases.start()
        async with asyncio.TaskGroup() as group:
            self._group = group
            keepers = [
                group.create_task(self._keep_house(), name="hub: housekeeping"),
                group.create_task(self._sweep(), name="hub: sweeping"),
                group.create_task(self._leases.run(self._reap_all), name="hub: leases"),
                group.create_task(PingWheel(self).run(), name="hub: pings"),
            ]
            try:
                yield self
            finally:
                await self.stop()
                for task in (*keepers, *self._tasks.values()):
                    task.cancel()
        self._group = None
        with contextlib.suppress(StoreError):
            await self._leases.drop()

    @property
    def rooms(self) -> list[Room]:
        """The rooms in memory."""
        return list(self._rooms.values())

    async def ask(
        self,
        room_id: RoomId,
        wish: Command | Order,
        actor: Actor,
        command_id: CommandId | None = None,
    ) -> Outcome:
        """Have a wish decided in its room (see `Room.ask`)."""
        try:
            room = await self.room(room_id, is_new=isinstance(wish, CreateEntry))
        except StoreError:
            return Rejected(code=ErrorCode.OVERLOADED)
        if room is None:
            return Rejected(code=self.why_no_room())
        return await room.ask(wish, actor, command_id)

    def why_no_room(self) -> ErrorCode:
        """Say why `room` gave none just now."""
        if self._is_stopping:
            return ErrorCode.RESTARTING
        is_full = len(self._rooms) >= self.settings.max_rooms
        return ErrorCode.OVERLOADED if is_full else ErrorCode.NOT_FOUND

    async def room(self, room_id: RoomId, *, is_new: bool = False) -> Room | None:
        """Get a room, opening it if need be; None when there is no such room.

        Ids that nobody has used cost one look at the store and no memory.

        Raises:
            StoreError: the store cannot say.
        """
        room = self._rooms.get(room_id)
        if room is None:
            if self._is_stopping or len(self._rooms) >= self.settings.max_rooms:
                return None
            if not is_new and await self.stores.store.head(room_id) == START:
                return None
            room = self._rooms.get(room_id) or self._open(room_id)
        await self._loaded(room)
        return room

    def _open(self, room_id: RoomId) -> Room:
        if self._group is None:
            raise RuntimeError("the hub is not running")
        room = Room(
            room_id, self.stores, self.settings, self.world, self._leases.alive, self._on_commit
        )
        self._rooms[room_id] = room
        task = self._group.create_task(self._supervise(room), name=f"room {room_id}")
        self._tasks[room_id] = task
        return room

    async def _loaded(self, room: Room) -> None:
        """Wait until a room is loaded, or its life has ended before that."""
        if room.is_loaded.is_set():
            return
        waiting = asyncio.create_task(room.is_loaded.wait())
        try:
            await asyncio.wait(
                {waiting, self._tasks[room.id]},
                timeout=LOAD_TIMEOUT_S,
                return_when=asyncio.FIRST_COMPLETED,
            )
        finally:
            waiting.cancel()
        if not room.is_loaded.is_set():
            raise StoreError(room.id)

    async def _supervise(self, room: Room) -> None:
        """Live a room's life. A fault ends this room only; the next wish opens it anew."""
        try:
            await room.run()
        except asyncio.CancelledError:
            raise
        except (BaseExceptionGroup, StoreError):
            log.exception("room %s ended by a fault", room.id)
        finally:
            self._rooms.pop(room.id, None)
            self._tasks.pop(room.id, None)
            room.stop()
            for watcher in room.watchers:
                watcher.close(ErrorCode.INTERNAL, retry_after_ms=1_000)

    async def look(self, room_id: RoomId) -> RoomState | None:
        """Read a room's state; None when there is no such room."""
        room = await self.room(room_id)
        return room.state if room else None

    async def _sweep(self) -> None:
        """Have the store forget what has expired."""
        while True:
            await asyncio.sleep(SWEEP_S)
            try:
                await self.stores.store.sweep(self.world.clock())
            except StoreError as problem:
                log.warning("not swept: %s", problem)

    async def _keep_house(self) -> None:
        while True:
            await asyncio.sleep(HOUSEKEEPING_S)
            for room in self.rooms:
                await self._put_away_if_idle(room)
            try:
                for room_id in await self.stores.store.due(self.world.clock()):
                    if room_id not in self._rooms:
                        await self.room(room_id)
            except StoreError as problem:
                log.warning("cannot look for rooms that are due: %s", problem)

    async def _put_away_if_idle(self, room: Room) -> None:
        since = room.idle_since
        if since is None or self.world.monotonic() - since < self.settings.idle_s:
            return
        await room.save_checkpoint()
        if room.idle_since is None:
            return
        room.stop()
        task = self._tasks.get(room.id)
        self._rooms.pop(room.id, None)
        if task is not None:
            task.cancel()

    async def _reap_all(self) -> None:
        """Let every room forget the connections of nodes that are not alive."""
        alive = await self._leases.alive()
        for room in self.rooms:
            if room.is_loaded.is_set():
                room.reap(alive)

    async def stop(self) -> None:
        """Drain: refuse wishes, settle those that wait, tell every client when to come back."""
        if self._is_stopping:
            return
        self._is_stopping = True
        for room in self.rooms:
            room.stop()
        await Drain(self.rooms, self.world).run()
        for room in self.rooms:
            await room.save_checkpoint()
