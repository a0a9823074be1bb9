"""A hub over a real SQLite file, with people who connect to it as the edge would."""

import asyncio
import itertools
import secrets
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import pytest

from protocol import commands as c
from protocol.codec import MSGPACK, Codec
from protocol.commands import Command
from protocol.deltas import apply
from protocol.ids import (
    AccountId,
    CommandId,
    ConnectionId,
    DeviceId,
    LinkId,
    NodeId,
    ParticipantId,
    RoomId,
    SessionId,
)
from protocol.messages import Delta, Goodbye, Notice, Ping, Position, Snapshot, Welcome, You
from protocol.roles import EntryKind, Presence
from protocol.settings import EntrySettings
from protocol.version import WIRE_VERSION
from protocol.views import SelfView, View, Window
from server.core import orders as o
from server.core.actors import SERVER, AccountActor, Actor, ParticipantActor, VisitorActor
from server.core.attendance import Attendance
from server.core.audience import Audience
from server.core.chain import Line
from server.core.decide import Rejected
from server.core.person import Person, person_id
from server.core.project import audience_of, project
from server.core.record import Record
from server.core.state import Participant, RoomState
from server.hub import housekeeping
from server.hub.hub import Hub
from server.hub.room import Outcome, Room, Settled
from server.hub.settings import Committed, HubSettings, Stores, World
from server.hub.watcher import Watcher
from server.store.archive import Archive
from server.store.interface import Store
from server.store.journal import Journal
from server.store.masterkeys import MasterKeys
from server.store.sealing import Sealer
from tests.hub.faults import FaultyStore

KEY = bytes(32)
ROOM = RoomId("e_room")
QUICK = HubSettings(tick_ms=5, ping_ms=1_000, idle_s=3600, lease_ms=3000)
PATIENCE_S = 10.0
_numbers = itertools.count(1)


class Clock:
    """A clock that tests set; it runs on by itself as well."""

    def __init__(self) -> None:
        self.ahead_ms = 0

    def __call__(self) -> int:
        return 1_800_000_000_000 + self.ahead_ms + int(time.monotonic() * 1000)


def payload_of(frame: bytes) -> bytes:
    """Take the header off (RFC 6455, section 5.2)."""
    return frame[2 + {126: 2, 127: 8}.get(frame[1], 0) :]


def person(name: str, email: str) -> Person:
    return Person(person_id(email, KEY), name, email)


@dataclass(eq=False)
class Client:
    """A connection's far end: what it was sent, and the view that follows from it."""

    watcher: Watcher
    session_id: SessionId
    admitted: dict[str, str]
    you: SelfView | None = None
    view: View | None = None
    position: Position | None = None
    notices: list[Notice] = field(default_factory=list)
    goodbye: Goodbye | None = None
    pings: list[Ping] = field(default_factory=list)
    frames: list[bytes] = field(default_factory=list)
    snapshots: int = 0
    deltas: int = 0
    is_closed: bool = False
    changed: asyncio.Event = field(default_factory=asyncio.Event)
    is_silent: bool = False
    """Reads, and never says anything."""
    is_writable: bool = True
    hang_up: Callable[[Watcher], None] = lambda _: None

    @property
    def actor(self) -> ParticipantActor:
        return ParticipantActor(participant_id=self.id, connection_id=self.watcher.connection_id)

    @property
    def id(self) -> ParticipantId:
        return self.watcher.participant_id

    def of(self, state: RoomState) -> Participant:
        return state.participants[self.id]

    def pause(self) -> None:
        """Take nothing, as a socket does whose buffer is full."""
        self.is_writable = False

    def go_on(self) -> None:
        self.is_writable = True
        self.watcher.flush()

    def write(self, frame: bytes) -> None:
        assert self.is_writable
        assert not self.is_closed
        self.frames.append(frame)
        if not self.is_silent:
            self.watcher.heard()
        self.take(payload_of(frame))
        self.changed.set()

    def close(self, code: int) -> None:
        assert code == self.watcher.close_code
        self.is_closed = True
        self.changed.set()
        # As a transport does, which tells of its end when the call is over.
        asyncio.get_running_loop().call_soon(self.hang_up, self.watcher)

    def take(self, payload: bytes) -> None:
        codec = self.watcher.codec
        match codec.decode_server(payload.decode() if codec.is_text else payload):
            case You(you=you):
                self.you = you
                if you.gate is not None:
                    self.view = self.position = None
            case Snapshot(view=view, position=position):
                self.view, self.position = view, position
                self.snapshots += 1
            case Delta(delta=delta, base=base, position=position):
                assert self.view is not None
                assert self.position == Position(epoch=position.epoch, version=base)
                self.view, self.position = apply(self.view, delta), position
                self.deltas += 1
            case Notice() as notice:
                self.notices.append(notice)
            case Goodbye() as goodbye:
                self.goodbye = goodbye
            case Ping() as ping:
                self.pings.append(ping)
            case other:
                assert isinstance(other, Welcome), other

    async def until(
        self, condition: Callable[["Client"], bool], timeout_s: float = PATIENCE_S
    ) -> None:
        async with asyncio.timeout(timeout_s):
            while not condition(self):
                self.changed.clear()
                await self.changed.wait()

    async def counts(self, **wanted: int) -> None:
        """Wait until the counts are these."""
        await self.until(
            lambda one: (
                one.view is not None
                and all(getattr(one.view.counts, name) == n for name, n in wanted.items())
            )
        )


class Stage:
    """A running hub, and the ways in which tests act on it."""

    def __init__(
        self, hub: Hub, clock: Clock, store: FaultyStore, tasks: asyncio.TaskGroup
    ) -> None:
        self.hub = hub
        self.store = store
        self.room_id = ROOM
        self.other_room_id = RoomId("e_nobody")
        self.clock = clock
        self._tasks = tasks
        self._entered: ParticipantId | None = None
        self.host = AccountActor(
            account_id=AccountId("hanna"), person=person("Hanna", "hanna@example.org")
        )

    @property
    def host_in_room(self) -> ParticipantActor:
        """The host as a participant, by whichever connection."""
        assert self._entered is not None
        return ParticipantActor(participant_id=self._entered, connection_id=ConnectionId("c-host"))

    async def room(self) -> Room:
        room = await self.hub.room(ROOM)
        assert room is not None
        return room

    # --- asking ----------------------------------------------------------------------------

    async def ask(
        self, wish: Command | o.Order, actor: Actor, command_id: str | None = None
    ) -> Outcome:
        return await self.hub.ask(ROOM, wish, actor, CommandId(command_id) if command_id else None)

    def asking(self, wish: Command | o.Order, actor: Actor) -> asyncio.Task[Outcome]:
        """Ask without waiting for the answer."""
        return self._tasks.create_task(self.ask(wish, actor))

    async def done(
        self, wish: Command | o.Order, actor: Actor, command_id: str | None = None
    ) -> Settled:
        outcome = await self.ask(wish, actor, command_id)
        assert isinstance(outcome, Settled), outcome
        return outcome

    async def refused(self, wish: Command | o.Order, actor: Actor) -> Rejected:
        outcome = await self.ask(wish, actor)
        assert isinstance(outcome, Rejected), outcome
        return outcome

    async def make_room(self, **settings: Any) -> None:
        command = c.CreateEntry(
            kind=EntryKind.ROOM, name="Seminar", settings=EntrySettings(**settings)
        )
        await self.done(command, self.host)

    async def make_link(self, **limits: Any) -> LinkId:
        await self.done(c.SetGuestAccess(is_on=True), self.host)
        done = await self.done(c.CreateGuestLink(name="Open day", **limits), self.host)
        return LinkId(done.result["link_id"])

    async def opened(self, guests: int, window: Window | None = None, **settings: Any) -> "Opened":
        """Run a session with a host who watches, and guests."""
        await self.make_room(**settings)
        link = await self.make_link()
        host = await self.enter_host()
        await self.done(c.StartSession(), host.actor)
        people = [await self.enter_guest(link, f"Guest{n}", window) for n in range(guests)]
        await host.counts(all=guests + 1)
        return Opened(link, host, people)

    # --- coming and going ------------------------------------------------------------------

    def visitor(self, device: str, *, is_host: bool = False) -> VisitorActor:
        if is_host:
            return VisitorActor(
                device_id=DeviceId(device),
                account_id=self.host.account_id,
                person=self.host.person,
            )
        return VisitorActor(device_id=DeviceId(device))

    async def enter_host(self, window: Window | None = None, device: str = "d-host") -> Client:
        done = await self.done(o.EnterAsAccount(), self.visitor(device, is_host=True))
        self._entered = ParticipantId(done.result["participant_id"])
        return await self.connect(done.result, device, window or Window())

    def form(self, link: LinkId, name: str, *, is_return: bool = False) -> o.RedeemGuestLink:
        return o.RedeemGuestLink(
            link_id=link,
            generation=1,
            name=name,
            email=f"{name.lower()}@example.org",
            is_return=is_return,
        )

    async def redeem(self, link: LinkId, name: str, device: str) -> dict[str, str]:
        return (await self.done(self.form(link, name), self.visitor(device))).result

    async def enter_guest(self, link: LinkId, name: str, window: Window | None = None) -> Client:
        device = f"d-{name}"
        result = await self.redeem(link, name, device)
        return await self.connect(result, device, window)

    def watcher_of(self, result: dict[str, str], device: str, codec: Codec = MSGPACK) -> Watcher:
        """The outbox of a connection that is not open yet."""
        return Watcher(
            participant_id=ParticipantId(result["participant_id"]),
            connection_id=ConnectionId(f"c{next(_numbers)}"),
            device_id=DeviceId(device),
            codec=codec,
            outbox_limit=self.hub.settings.outbox_limit,
        )

    def opening_of(self, watcher: Watcher, result: dict[str, str]) -> o.OpenConnection:
        return o.OpenConnection(
            session_id=SessionId(result["session_id"]),
            participant_id=watcher.participant_id,
            connection_id=watcher.connection_id,
            node_id=self.hub.world.node_id,
            device_id=watcher.device_id,
        )

    async def connect(
        self,
        result: dict[str, str],
        device: str,
        window: Window | None = None,
        *,
        codec: Codec = MSGPACK,
        resume: Position | None = None,
    ) -> Client:
        watcher = self.watcher_of(result, device, codec)
        watcher.resume = resume
        room = await self.room()
        room.attach(watcher)
        if window is not None:
            room.watch(watcher, window)
        client = Client(watcher, SessionId(result["session_id"]), admitted=result)
        outcome = await room.ask(self.opening_of(watcher, result), SERVER)
        assert isinstance(outcome, Settled), outcome
        self.begins(client, room)
        return client

    def begins(self, client: Client, room: Room) -> None:
        """Have a client sent what is due to it, from now on."""
        client.hang_up = room.detach
        welcome = Welcome(
            wire_version=WIRE_VERSION,
            session_id=client.session_id,
            participant_id=client.id,
            connection_id=client.watcher.connection_id,
            server_time=self.clock(),
            ping_ms=self.hub.settings.ping_ms,
            is_resumed=bool(client.watcher.seen),
        )
        client.watcher.begin(client, welcome)

    async def come_back(self, client: Client, window: Window | None = None) -> Client:
        return await self.connect(client.admitted, client.watcher.device_id, window)

    async def drop(self, client: Client) -> None:
        (await self.room()).detach(client.watcher)

    # --- looking ---------------------------------------------------------------------------

    async def state(self) -> RoomState:
        state = await self.hub.look(ROOM)
        assert state is not None
        return state

    async def presence_of(self, client: Client) -> Presence:
        return client.of(await self.state()).presence

    async def view_of(self, client: Client) -> View | None:
        """What a client has to see now: a fresh projection, or None."""
        room = await self.room()
        participant = room.state.participants.get(client.id)
        audience = audience_of(room.state, participant) if participant else None
        window = client.watcher.window
        if audience is None or window is None:
            return None
        found = None
        if window.search.strip():
            with_email = Audience.STAFF in audience
            found = room.replica.roster.search(window.search, with_email=with_email)
        roster = room.replica.roster
        return project(room.state, roster, audience, window, self.clock(), found)

    async def until(
        self, condition: Callable[[RoomState], bool], timeout_s: float = PATIENCE_S
    ) -> None:
        async with asyncio.timeout(timeout_s):
            while not condition(await self.state()):  # noqa: ASYNC110 - the state has no event
                await asyncio.sleep(0.01)

    async def until_true(
        self, condition: Callable[[], bool], timeout_s: float = PATIENCE_S
    ) -> None:
        async with asyncio.timeout(timeout_s):
            while not condition():  # noqa: ASYNC110 - what it looks at has no event
                await asyncio.sleep(0.01)

    # --- the world -------------------------------------------------------------------------

    @asynccontextmanager
    async def second_hub(self, node: str, store: Store | None = None) -> AsyncIterator[Hub]:
        """Another node over the same store."""
        world = replace(self.hub.world, node_id=NodeId(node))
        stores = stores_over(store) if store is not None else self.hub.stores
        async with Hub(stores, self.hub.settings, world).running() as other:
            yield other

    def abandon(self) -> None:
        """End as a killed process does: nothing more is written."""
        self.store.kill()


@dataclass(frozen=True)
class Opened:
    """A session that is on."""

    link: LinkId
    host: Client
    guests: list[Client]

    @property
    def guest(self) -> Client:
        return self.guests[0]


def sealer_over(store: Store) -> Sealer:
    return Sealer(store, MasterKeys.of(("k1", KEY)))


def stores_over(store: Store) -> Stores:
    sealer = sealer_over(store)
    return Stores(
        store=store,
        journal=Journal(store, sealer, Record, RoomState),
        attendance=Archive(sealer, Attendance),
        audit=Archive(sealer, Line),
    )


@asynccontextmanager
async def staged(
    path: Path,
    *,
    settings: HubSettings = QUICK,
    clock: Clock | None = None,
    node: str | None = None,
    on_commit: tuple[Committed, ...] = (),
) -> AsyncIterator[Stage]:
    """Run a hub on a file."""
    async with FaultyStore.open(path) as store:
        ticking = clock or Clock()
        world = World(
            clock=ticking,
            monotonic=time.monotonic,
            entropy=secrets.token_bytes,
            person_key=KEY,
            node_id=NodeId(node or f"n{next(_numbers)}"),
        )
        hub_ = Hub(stores_over(store), settings, world, on_commit)
        async with hub_.running() as hub, asyncio.TaskGroup() as tasks:
            stage = Stage(hub, ticking, store, tasks)
            yield stage


@pytest.fixture(autouse=True)
def quick_house(monkeypatch: pytest.MonkeyPatch) -> None:
    """Keep house ten times a second, so that no test has to wait for it."""
    monkeypatch.setattr(housekeeping, "PERIOD_S", 0.1)


@pytest.fixture
async def stage(tmp_path: Path) -> AsyncIterator[Stage]:
    async with staged(tmp_path / "usher.sqlite3") as running:
        yield running
