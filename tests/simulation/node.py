"""A node of a simulated group: the real hub, and as much of an edge as a connection needs."""

import asyncio
from collections.abc import Callable
from dataclasses import replace
from functools import cache
from typing import Any
from unittest.mock import patch

from protocol.codec import MSGPACK
from protocol.commands import Command
from protocol.errors import REFUSALS, ErrorCode
from protocol.ids import CommandId, ConnectionId, DeviceId, NodeId, ParticipantId, RoomId, SessionId
from protocol.messages import Delta, Position, Problem, Reply, ServerMessage, Snapshot, Welcome
from protocol.version import WIRE_VERSION
from protocol.views import Window
from server.core import chain
from server.core import orders as o
from server.core.actors import SERVER, Actor, ParticipantActor
from server.core.attendance import Attendance
from server.core.audience import Audience
from server.core.decide import Rejected
from server.core.project import audience_of
from server.core.record import Record
from server.core.state import RoomState
from server.hub.hub import Hub
from server.hub.leases import LeaseLostError
from server.hub.room import Outcome, Room
from server.hub.settings import HubSettings, Stores, World
from server.hub.watcher import Watcher
from server.store import archive, journal
from server.store.archive import Archive
from server.store.codec import Codec
from server.store.interface import StoreError
from server.store.journal import Journal
from server.store.sealing import Sealer
from tests.hub.conftest import payload_of
from tests.simulation.auditor import KEY, MASTER, Auditor
from tests.simulation.chance import seeded
from tests.simulation.loop import Process, SimulatedLoop
from tests.simulation.shelf import OUTSIDE, Remote, Shelf

ROOM = RoomId("e_room")
STUCK_S = 10.0
"""How long a socket may take nothing."""
NOON_MS = 1_800_000_000_000
SETTINGS = HubSettings(idle_s=15.0)


@cache
def _made(kind: Any) -> Codec[Any]:
    return Codec(kind)


def codec_of(kind: Any, upcasts: object) -> Codec[Any]:
    """Make each codec once, and not for every life of a node: that takes longer than the life."""
    del upcasts
    return _made(kind)


class SimulatedWatcher(Watcher):
    """A watcher whose place in a set does not depend on its address in memory."""

    __slots__ = ()

    def __hash__(self) -> int:
        return hash(self.connection_id)


class Line:
    """One connection, with both of its ends and what is on its way between them."""

    def __init__(self, node: "Node", participant_id: ParticipantId, connection_id: str) -> None:
        self.node = node
        self.participant_id = participant_id
        self.connection_id = ConnectionId(connection_id)
        self.watcher: Watcher | None = None
        self.room: Room | None = None
        self.is_writable = True
        self.is_open = True
        """As the far end believes."""
        self.is_up = True
        """As the node believes."""
        self.is_welcome = False
        self.receive: Callable[[ServerMessage, tuple[Audience, Window, int] | None], None]
        self.ended: Callable[[int | None], None]
        self._arrives_at = 0.0
        self._heard_at = 0.0
        self._stuck: asyncio.TimerHandle | None = None

    # --- the node's end --------------------------------------------------------------------

    def write(self, frame: bytes) -> None:
        self.node.guarded(lambda: self._write(frame))

    def _write(self, frame: bytes) -> None:
        assert self.is_writable, "written to who takes nothing"
        if not self.is_up:
            return
        message = MSGPACK.decode_server(payload_of(frame))
        seen_by = self._may_see() if isinstance(message, Snapshot | Delta) else None
        self._later(self._arrived, frame, message, seen_by)

    def _may_see(self) -> tuple[Audience, Window, int]:
        """See that a view goes to nobody who is not inside, and to no other readership."""
        watcher, room = self.watcher, self.room
        assert watcher is not None
        assert room is not None
        participant = room.state.participants.get(self.participant_id)
        assert participant is not None, "a frame for a stranger"
        is_recorded = any(one.id == self.connection_id for one in participant.connections)
        assert is_recorded, "a frame for a socket that nobody is shown with"
        is_inside = participant.gate is None and not participant.kept_out
        assert is_inside, "a frame for somebody who is not inside"
        audience = audience_of(room.state, participant)
        assert audience is not None
        assert watcher.cohort is not None
        assert watcher.cohort.key.audience == audience, "a frame of another audience"
        assert watcher.window is not None
        return audience, watcher.window, self.node.clock()

    def close(self, code: int) -> None:
        self._later(self._over, code)
        # As a transport does, which tells of its end when the call is over.
        self.node.loop.call_soon(self.lost)

    def stop(self) -> None:
        """Find the socket full; one that stays so is cut, as `server.edge.line` does."""
        self.is_writable = False
        self._stuck = self.node.loop.call_later(STUCK_S, self.lost)

    def go_on(self) -> None:
        """Find that the far end reads again."""
        if self._stuck is not None:
            self._stuck.cancel()
        self.is_writable = True
        if self.watcher is not None and self.is_up:
            self.watcher.flush()

    def lost(self) -> None:
        """Tell the room that the socket is gone."""
        self.is_up = False
        if self.watcher is not None and self.room is not None:
            self.room.detach(self.watcher)

    # --- the way ---------------------------------------------------------------------------

    def _later(self, act: Callable[..., None], *args: object) -> None:
        """Have it happen at the far end, in order."""
        loop = self.node.loop
        self._arrives_at = max(self._arrives_at, loop.now + self.node.travel_s())
        loop.call_at(self._arrives_at, act, *args, context=OUTSIDE.context)

    def _arrived(
        self, frame: bytes, message: ServerMessage, seen_by: tuple[Audience, Window, int] | None
    ) -> None:
        if self.is_open:
            self.node.auditor.note(self.connection_id, frame)
            self.node.guarded(lambda: self.receive(message, seen_by))

    def _over(self, code: int | None) -> None:
        if self.is_open:
            self.is_open = False
            self.ended(code)

    # --- the far end -----------------------------------------------------------------------

    def send(self, act: Callable[["Line"], None]) -> None:
        """Have the node do something with this connection when it hears of it."""

        def heard() -> None:
            if self.is_up and self.watcher is not None:
                self.watcher.heard()
                act(self)

        self._hear(heard)

    def _hear(self, act: Callable[[], None]) -> None:
        """Have the node hear something, in order."""
        loop = self.node.loop
        self._heard_at = max(self._heard_at, loop.now + self.node.travel_s())
        loop.call_at(self._heard_at, act, context=self.node.context)

    def hang_up(self, *, is_told: bool) -> None:
        """Go away; a node that is not told has to find that out."""
        self.is_open = False
        if is_told:
            self._hear(self.lost)

    def reset(self) -> None:
        """Find that the node is gone."""
        self._over(None)


Audiences = dict[ConnectionId, Audience | None]
"""What whoever is behind a connection may see."""


class Node(Process):
    """One run of a process that serves."""

    def __init__(self, number: int, shelf: Shelf, auditor: Auditor, seed: str) -> None:
        super().__init__(f"n{number}")
        self.random = seeded(seed, self.name)
        self.shelf = shelf
        self.loop: SimulatedLoop = shelf.loop
        self.auditor = auditor
        self.node_id = NodeId(self.name)
        skew = shelf.weather.skew_ms
        self.skew_ms = self.random.randint(-skew, skew)
        self.booted_s = self.random.random() * 1e5
        self.lines: list[Line] = []
        self.stop_asked = asyncio.Event()
        self.is_up = False
        self.has_ended = False
        self._known_audiences: dict[Room, tuple[RoomState, Audiences]] = {}
        self.remote = Remote(shelf, self, self.node_id, seeded(seed, self.name, "store"))
        sealer = Sealer(self.remote, MASTER)
        with patch.object(journal, "Codec", codec_of):
            log = Journal(
                self.remote, sealer, Record, RoomState, keep_records=shelf.weather.keep_records
            )
        with patch.object(archive, "Codec", codec_of):
            kept = Archive(sealer, Attendance)
            lines = Archive(sealer, chain.Line)
        self.hub = Hub(
            Stores(store=self.remote, journal=log, attendance=kept, audit=lines),
            replace(SETTINGS, checkpoint_every=shelf.weather.checkpoint_every),
            World(
                clock=self.clock,
                monotonic=lambda: self.loop.now + self.booted_s,
                entropy=self.random.randbytes,
                person_key=KEY,
                node_id=self.node_id,
            ),
        )
        self.when_killed = self._cut

    def clock(self) -> int:
        return NOON_MS + int(self.loop.now * 1000) + self.skew_ms

    def travel_s(self) -> float:
        return self.shelf.weather.travel_s(self.random) + 0.001

    @property
    def is_here(self) -> bool:
        return self.is_up and not self.is_dead and not self.has_ended

    async def live(self) -> None:
        """Serve until asked to stop, or given up by the others."""
        try:
            async with self.hub.running():
                self.is_up = True
                await self.stop_asked.wait()
        except (StoreError, TimeoutError) as fault:
            self.auditor.note(self.name, "does not start", repr(fault))
        except BaseExceptionGroup as group:
            self.auditor.note(self.name, "ends")
            other = group.split(LeaseLostError)[1]
            if other is not None:
                self.auditor.fail(other.exceptions[0])  # type: ignore[arg-type]
        except LeaseLostError:
            self.auditor.fail(AssertionError(f"{self.name} was given up before it began"))
        self.has_ended = True
        self.kill()

    def _cut(self) -> None:
        """Break every connection; some far ends hear of it at once, some by silence."""
        for line in self.lines:
            if line.is_open and self.random.random() < 0.7:
                self.loop.call_later(self.random.random(), line.reset, context=OUTSIDE.context)

    def reached(self, act: Callable[[], None]) -> None:
        """Have the node do something when it hears of it."""
        self.loop.call_later(self.travel_s(), act, context=self.context)

    def guarded(self, act: Callable[[], None]) -> None:
        """Do it; what is found to be broken ends the run."""
        try:
            act()
        except Exception as fault:  # noqa: BLE001 - it ends the run
            self.auditor.fail(fault)

    def check_replicas(self) -> None:
        """Hold every copy that this node has to the log."""
        for room in self.hub.rooms:
            self.auditor.check_replica(self.name, room)
            if room.is_loaded:
                _check_sockets(self.name, room, self._may_see(room))

    def _may_see(self, room: Room) -> Audiences:
        """Say who may see what in a room; anew for another state only, as none ever changes."""
        state, known = room.replica.state, self._known_audiences.get(room)
        if known is None or known[0] is not state:
            audiences = {
                connection.id: audience_of(state, one)
                for one in state.participants.values()
                for connection in one.connections
            }
            known = self._known_audiences[room] = (state, audiences)
        return known[1]

    # --- the doors -------------------------------------------------------------------------

    def ask(
        self,
        wish: Command | o.Order,
        actor: Actor,
        command_id: CommandId | None,
        answer: asyncio.Future[Outcome],
    ) -> None:
        """Have a wish decided, as a request does. The answer goes back over the network."""
        self.auditor.asks(wish, actor, command_id)

        async def asked() -> None:
            since = self._known()
            outcome = await self.hub.ask(ROOM, wish, actor, command_id)
            self.auditor.answered(wish, actor, command_id, outcome, since)
            self.loop.call_later(self.travel_s(), told, outcome, context=OUTSIDE.context)

        def told(outcome: Outcome) -> None:
            if not answer.done():
                answer.set_result(outcome)

        self.reached(lambda: self._begin(asked()))

    def _known(self) -> int:
        """Say which version this node knows; one that has no room open reads at least the head."""
        for room in self.hub.rooms:
            if room.is_loaded:
                return room.replica.position.version
        return 0

    def _begin(self, coro: object) -> None:
        self.loop.start(self, coro)  # type: ignore[arg-type]

    # --- connections -----------------------------------------------------------------------

    def connect(
        self,
        line: Line,
        session_id: SessionId,
        device_id: DeviceId,
        window: Window | None,
        resume: Position | None,
    ) -> None:
        """Open a connection as the edge does (`server.edge.socket`)."""
        self.lines.append(line)

        async def opened() -> None:
            if not self.is_here:
                return
            try:
                room = await self.hub.room(ROOM)
            except StoreError:
                room = None
            if room is None or not line.is_up:
                line.close(1013)
                return
            watcher = SimulatedWatcher(
                participant_id=line.participant_id,
                connection_id=line.connection_id,
                device_id=device_id,
                codec=MSGPACK,
                outbox_limit=SETTINGS.outbox_limit,
            )
            watcher.resume = resume
            line.watcher, line.room = watcher, room
            room.attach(watcher)
            if window is not None:
                room.watch(watcher, window)
            order = o.OpenConnection(
                session_id=session_id,
                participant_id=line.participant_id,
                connection_id=line.connection_id,
                node_id=self.node_id,
                device_id=device_id,
            )
            outcome = await room.ask(order, SERVER)
            self.auditor.answered(order, SERVER, None, outcome)
            if isinstance(outcome, Rejected) or not line.is_up:
                room.detach(watcher)
                line.close(_close_code(outcome))
                return
            watcher.heard()
            welcome = Welcome(
                wire_version=WIRE_VERSION,
                session_id=session_id,
                participant_id=line.participant_id,
                connection_id=line.connection_id,
                server_time=self.clock(),
                ping_ms=SETTINGS.ping_ms,
                is_resumed=watcher.cohort is not None and bool(watcher.seen),
            )
            watcher.begin(line, welcome)

        self.reached(lambda: self._begin(opened()))

    def command(self, line: Line, wish: Command, command_id: CommandId) -> None:
        """Hand a command of a connection to its room (`server.edge.line`)."""
        watcher, room = line.watcher, line.room
        if watcher is None or room is None or watcher.close_code is not None:
            return
        watcher.asked()
        actor = ParticipantActor(
            participant_id=line.participant_id, connection_id=line.connection_id
        )
        self.auditor.asks(wish, actor, command_id)

        since = room.replica.position.version

        def answered(answer: asyncio.Future[Outcome]) -> None:
            outcome = answer.result()
            self.auditor.answered(wish, actor, command_id, outcome, since)
            if isinstance(outcome, Rejected):
                again = outcome.code in (ErrorCode.OVERLOADED, ErrorCode.RESTARTING)
                said = Problem.of(outcome.code, retry_after_ms=1_000 if again else None)
                watcher.reply(Reply(id=command_id, is_done=False, problem=said))
            else:
                watcher.reply(
                    Reply(
                        id=command_id,
                        is_done=True,
                        version=outcome.version,
                        result=outcome.result,
                    )
                )

        room.submit(wish, actor, command_id).add_done_callback(answered)


def _close_code(outcome: Outcome) -> int:
    return REFUSALS[outcome.code].close if isinstance(outcome, Rejected) else 1000


def _check_sockets(name: str, room: Room, audiences: Audiences) -> None:
    """Hold those who are sent a room to those whom the replica has inside: the very same."""
    for watcher in room._shown.all():
        may_see = audiences.get(watcher.connection_id)
        sees = watcher.cohort.key.audience if watcher.cohort is not None else None
        if watcher.window is not None:
            assert sees == may_see, f"{name}: {watcher.connection_id} is sent {sees}, not {may_see}"
        else:
            assert sees is None, f"{name}: {watcher.connection_id} is sent what it did not ask for"
