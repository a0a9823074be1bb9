"""The rooms of one node: opened when somebody asks, supervised, put away when idle."""

import asyncio
import logging
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from contextvars import Context

from structlog.contextvars import bind_contextvars

from protocol.commands import Command, CreateEntry
from protocol.errors import ErrorCode
from protocol.ids import CommandId, NodeId, RoomId
from server.core.actors import Actor
from server.core.decide import Rejected
from server.core.orders import Order
from server.core.state import RoomState
from server.hub.drain import Drain, let_go
from server.hub.forgetting import Forgetting
from server.hub.housekeeping import Housekeeping
from server.hub.leases import Leases
from server.hub.newest import read_on
from server.hub.presence import PingWheel
from server.hub.reports import NODES
from server.hub.room import Outcome, Room
from server.hub.settings import Committed, HubSettings, Stores, World
from server.hub.stranded import Elsewhere, Stranded
from server.hub.tally import Tally
from server.store.interface import START, StoreError, Unavailable

log = logging.getLogger(__name__)

READY_S = 2.0
"""How long the store may take to answer a node that is asked whether it is ready."""
CHECKPOINTS_S = 10.0
"""How long the last checkpoints may take; without them the next start only reads more."""


class Hub:
    """Every room that lives on this node, and the tasks that keep them."""

    def __init__(
        self,
        stores: Stores,
        settings: HubSettings,
        world: World,
        on_commit: Sequence[Committed] = (),
        is_ready_elsewhere: Elsewhere | None = None,
    ) -> None:
        """Make a hub; it lives inside `running`.

        Args:
            on_commit: told of what was committed.
            is_ready_elsewhere: asked when this node has lost its lease, before people are sent
                away; None where there is no other node.
        """
        self.settings = settings
        self.world = world
        self.stores = stores
        self.tally = Tally()
        self._on_commit = tuple(on_commit)
        self._rooms: dict[RoomId, Room] = {}
        self._lives: dict[Room, asyncio.Task[None]] = {}
        self._group: asyncio.TaskGroup | None = None
        self._leases = Leases(stores.store, settings, world)
        self._house = Housekeeping(self)
        self._forgetting = Forgetting(stores, settings, world)
        self._stranded = Stranded(self, is_ready_elsewhere) if is_ready_elsewhere else None
        self._stopping = asyncio.Lock()
        self._is_stopping = False
        self._has_stopped = False

    @asynccontextmanager
    async def running(self) -> AsyncIterator["Hub"]:
        """Serve until the block is left; then every pending command is settled.

        Raises:
            StoreError, TimeoutError: the store does not let this node begin.
            LeaseLostError: in a group, when others have given this node up.
        """
        await self._leases.start()
        async with asyncio.TaskGroup() as group:
            self._group = group
            keepers = [
                group.create_task(self._house.run(), name="hub: housekeeping"),
                group.create_task(self._house.tell(), name="hub: telling"),
                group.create_task(self._house.sweep(), name="hub: sweeping"),
                group.create_task(self._forgetting.run(), name="hub: forgetting"),
                group.create_task(self._leases.run(self._reap), name="hub: leases"),
                group.create_task(PingWheel(self).run(), name="hub: pings"),
            ]
            if self._stranded is not None:
                keepers.append(group.create_task(self._stranded.run(), name="hub: stranded"))
            try:
                yield self
            finally:
                await self.stop()
                for task in (*keepers, *self._lives.values()):
                    task.cancel()
        self._group = None
        await self._house.farewell()
        await self._leases.drop()

    async def alive(self) -> frozenset[NodeId]:
        """List the nodes that live, this one included.

        Raises:
            StoreError: it is not known now.
        """
        return await self._leases.alive()

    @property
    def is_sure(self) -> bool:
        """Say whether nobody can have given this node up (see `Leases.is_sure`)."""
        return self._leases.is_sure

    @property
    def is_stranded(self) -> bool:
        """Say whether this node is cut off from the store, while another one takes people."""
        return self._stranded is not None and self._stranded.is_so

    @property
    def is_stopping(self) -> bool:
        """The node is on its way out; who is here goes elsewhere."""
        return self._is_stopping

    async def why_not_ready(self) -> list[str]:
        """Say why nobody should be sent here now: `draining`, `lease`, `store`; nothing: ready."""
        why = ["draining"] if self._is_stopping else []
        if not self._leases.is_sure:
            why.append("lease")
        try:
            async with asyncio.timeout(READY_S):
                await self.stores.store.get(NODES, self.world.node_id, self.world.clock())
        except (StoreError, TimeoutError):
            why.append("store")
        return why

    @property
    def rooms(self) -> list[Room]:
        """The rooms in memory."""
        return list(self._rooms.values())

    def at_hand(self, room_id: RoomId) -> RoomState | None:
        """Give the state of a room that is open here; None, without looking further, if not."""
        room = self._rooms.get(room_id)
        return room.state if room is not None and room.is_loaded else None

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
        except StoreError as problem:
            log.warning("room %s is not at hand: %s", room_id, problem)
            return Rejected(code=ErrorCode.OVERLOADED)
        if room is None:
            return Rejected(code=self.why_no_room())
        return await room.ask(wish, actor, command_id)

    def why_no_room(self) -> ErrorCode:
        """Say why `room` gave none just now."""
        if self._is_stopping:
            return ErrorCode.RESTARTING
        return ErrorCode.NOT_FOUND if self._may_open() else ErrorCode.OVERLOADED

    def _may_open(self) -> bool:
        return not self._is_stopping and len(self._rooms) < self.settings.max_rooms

    async def room(self, room_id: RoomId, *, is_new: bool = False) -> Room | None:
        """Get a room, opening it if need be; None when there is no such room.

        Ids that nobody has used cost one look at the store and no memory.

        Raises:
            StoreError: the store cannot say.
        """
        room = self._rooms.get(room_id)
        if room is None:
            if not self._may_open():
                return None
            if not is_new and await self._is_unused(room_id):
                return None
            room = self.open(room_id)
            if room is None:
                return None
        await self._loaded(room)
        return room

    async def _is_unused(self, room_id: RoomId) -> bool:
        try:
            async with asyncio.timeout(self.settings.append_timeout_s):
                return await self.stores.store.head(room_id) == START
        except TimeoutError:
            raise Unavailable(f"It is not known whether there is {room_id}.") from None

    def open(self, room_id: RoomId) -> Room | None:
        """Begin to open a room that exists; None when there are as many as there may be."""
        if self._group is None:
            raise RuntimeError("the hub is not running")
        room = self._rooms.get(room_id)
        if room is None and self._may_open():
            room = Room(
                room_id,
                self.stores,
                self.settings,
                self.world,
                self._leases,
                self.tally,
                self._on_commit,
            )
            self._rooms[room_id] = room
            life = self._group.create_task(
                self._supervise(room),
                name=f"room {room_id}",
                # It outlives the request that has it opened, and is not a part of that.
                context=Context(),
            )
            self._lives[room] = life
        return room

    async def _loaded(self, room: Room) -> None:
        """Wait until a room is loaded.

        Raises:
            Unavailable: it cannot be, or not in time.
        """
        try:
            async with asyncio.timeout(self.settings.load_timeout_s):
                # Whoever goes away while waiting must not take the answer from the others.
                is_loaded = await asyncio.shield(room.opened)
        except TimeoutError:
            is_loaded = False
        if not is_loaded:
            raise Unavailable(f"Room {room.id} cannot be opened.")

    async def _supervise(self, room: Room) -> None:
        """Live a room's life. A fault ends this room only; the next wish opens it anew."""
        bind_contextvars(room_id=room.id)
        try:
            await room.run()
        except Exception:
            log.exception("room %s ended by a fault", room.id)
            self._house.note_fault(room.id)
        finally:
            self._forget(room)
            room.end()
            let_go(list(room.watchers), ErrorCode.INTERNAL, self.world.entropy)

    def _forget(self, room: Room) -> asyncio.Task[None] | None:
        """Let a room go; another of the same id may have taken its place already."""
        if self._rooms.get(room.id) is room:
            del self._rooms[room.id]
        return self._lives.pop(room, None)

    def put_away(self, room: Room) -> None:
        """End the life of a room that nobody uses."""
        room.stop()
        life = self._forget(room)
        if life is not None:
            life.cancel()

    async def look(self, room_id: RoomId) -> RoomState | None:
        """Read a room's state, with all that any node has acknowledged; None: no such room.

        Raises:
            StoreError: the store cannot say.
        """
        room = await self.room(room_id)
        if room is None:
            return None
        await read_on(room, self.stores.store, self.settings.append_timeout_s)
        return room.state

    def _reap(self, alive: frozenset[NodeId]) -> None:
        """Let every room forget the connections of nodes that are not alive."""
        for room in self.rooms:
            if room.is_loaded:
                room.reap(alive)

    async def stop(self) -> None:
        """Drain: refuse wishes, settle those that wait, tell every client when to come back.

        Whoever calls it again waits for the same end.
        """
        self._is_stopping = True
        async with self._stopping:
            if self._has_stopped:
                return
            self._has_stopped = True
            for room in self.rooms:
                room.stop()
            await Drain(self.rooms, self.world).run()
            await self._save_all()

    async def _save_all(self) -> None:
        try:
            async with asyncio.timeout(CHECKPOINTS_S):
                for room in self.rooms:
                    if room.is_loaded:
                        await room.save_checkpoint()
        except TimeoutError:
            log.warning("not every room was saved; the next start reads their logs")
