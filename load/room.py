"""A room of our server with people in it: everybody came by a form, and holds one socket."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from urllib.parse import urlsplit

from load.contender import Contender
from load.crowd import Crowd, opened_all
from load.entering import PONGS, opened
from load.guest import Guest
from load.host import Host
from load.meter import Meter
from load.process import LoadError, Started, started_server, usage_of
from load.views import Views
from load.wire import Wire, client_frame
from protocol.codec import MSGPACK
from protocol.commands import Command, SetRole
from protocol.ids import CommandId, ParticipantId
from protocol.messages import Do, Reply
from protocol.roles import Group, Role, ViewerList
from protocol.routes import API
from protocol.settings import EntrySettings
from protocol.views import Range, Window

ROOM = "e_demo-room"
WINDOW = Window(groups={Group.ON_STAGE: Range(count=25), Group.VIEWERS: Range(count=25)})
HOST_SOCKETS = 4
LINKS = 3
EARLY = 10
"""Who is there before: imports and first pages of memory are not counted for those who come."""
REST_S = 1.0
IN_VIEW = 20
"""Of the first people by name; every watcher has them in its window."""
ROLES = (Role.SPEAKER, Role.VIEWER)
QUIET_S = 60.0


class Commander:
    """Who acts: several sockets of one person, as a command rate is held for each."""

    def __init__(self) -> None:
        """Start without a socket."""
        self.wires: list[Wire] = []
        self.version = 0
        """Of the last command that was answered."""
        self._replies: dict[str, asyncio.Future[Reply]] = {}
        self.commands = 0
        """Given so far; each has a number of its own, in the next life of a server too."""

    def on_message(self, _: Wire, payload: bytes) -> None:
        """Hear answers; of views there is nothing to know."""
        if not payload.startswith(_REPLY, 1):
            return
        message = MSGPACK.decode_server(payload)
        if isinstance(message, Reply) and message.id in self._replies:
            self._replies.pop(message.id).set_result(message)

    async def do(self, command: Command) -> Reply:
        """Have a command carried out.

        Raises:
            LoadError: it is refused.
        """
        self.commands += 1
        name = CommandId(f"load-{self.commands}")
        answer = asyncio.get_running_loop().create_future()
        self._replies[name] = answer
        frame = client_frame(MSGPACK.encode(Do(id=name, command=command)))
        self.wires[self.commands % len(self.wires)].write(frame)
        reply: Reply = await answer
        if not reply.is_done:
            raise LoadError(f"{command.type} was refused: {reply.problem}")
        self.version = max(self.version, reply.version or 0)
        return reply

    async def set_role(self, participant: ParticipantId, role: Role) -> None:
        """Change somebody's role."""
        await self.do(SetRole(participant_id=participant, role=role))


_REPLY = b"\xa4type\xa5reply"
"""How every reply begins, after its number of fields."""


@dataclass(slots=True, eq=False)
class Member:
    """Somebody who was let in: their ticket, and their newest socket."""

    guest: Guest
    participant_id: ParticipantId
    ticket: str
    wire: Wire | None = None

    @property
    def is_here(self) -> bool:
        """Say whether they have a socket."""
        return self.wire is not None


@dataclass(slots=True, eq=False)
class Room:
    """The room, the host in it, and everybody who came."""

    server: Started
    host: Host
    port: int
    tokens: tuple[str, ...]
    """Of several links, as each lets in so many at once and a second."""
    path: str
    ticket: str
    commander: Commander = field(default_factory=Commander)
    views: Views = field(default_factory=Views)
    members: list[Member] = field(default_factory=list)
    sockets: list[Wire] = field(default_factory=list)
    """All that ever were, for counting."""
    http_bytes: int = 0
    turns: int = 0
    """Changes that `settle` has made; each has to be another than the one before."""
    _said: int = 0

    async def admit(self, number: int) -> Member:
        """Have a guest complete the form."""
        guest = Guest(number, "127.0.0.1", self.port)
        admitted = await guest.redeem(self.tokens[number % len(self.tokens)])
        self.http_bytes += guest.http_bytes
        member = Member(guest, ParticipantId(admitted["participant_id"]), admitted["ticket"])
        self.members.append(member)
        return member

    async def connect(self, member: Member, window: Window = WINDOW) -> float:
        """Open a member's socket and wait for the first view; give that moment."""
        wire = Wire(PONGS, self.views.on_message)
        seen = self.views.first(wire)
        self.sockets.append(wire)
        await opened(wire, self.port, self.path, member.ticket, window, member.guest.address)
        member.wire = wire
        return await seen

    def say(self, member: Member, command: Command) -> None:
        """Have a member act, without waiting for what comes of it."""
        self._said += 1
        do = Do(id=CommandId(f"said-{self._said}"), command=command)
        if member.wire is not None:
            member.wire.write(client_frame(MSGPACK.encode(do)))

    async def enter(self, number: int) -> Member:
        """Let somebody in, up to the first view."""
        member = await self.admit(number)
        await self.connect(member)
        return member

    async def fill(self, count: int, first: int = 0) -> None:
        """Let so many in, and wait until everybody sees everybody."""

        async def one(number: int) -> Wire:
            member = await self.enter(first + number)
            return member.wire or Wire({}, None)

        await opened_all(count, one)
        await self.settle()

    def leave(self, member: Member, *, is_said: bool = False) -> None:
        """Close a member's socket, with a word or without."""
        if member.wire is None:
            return
        self.views.forget(member.wire)
        if is_said:
            member.wire.close()
        else:
            member.wire.drop()
        member.wire = None

    async def host_socket(self, window: Window, on_message: Views | None = None) -> Wire:
        """Open one more socket of the host."""
        views = on_message or self.views
        wire = Wire(PONGS, views.on_message)
        seen = views.first(wire)
        self.sockets.append(wire)
        await opened(wire, self.port, self.path, self.ticket, window, None)
        await seen
        return wire

    async def settle(self) -> float:
        """Cause one last visible change, and wait until every view holds it; give that moment."""
        members = sorted(self.members, key=lambda one: one.guest.number)
        first = next(one for one in members if one.is_here)
        self.turns += 1
        # Nobody had this role before, so it is seen whatever was coalesced.
        await self.commander.set_role(first.participant_id, _TURNS[self.turns % 2])
        return await self.views.hold(self.commander.version)


_TURNS = (Role.SPEAKER, Role.MODERATOR)


@asynccontextmanager
async def opened_room(entry_id: str = ROOM) -> AsyncIterator[Room]:
    """Start our server and open a room in which everybody sees everybody."""
    async with (
        started_server() as server,
        host_of(server, entry_id) as host,
        entered(server, host, await prepared(host)) as room,
    ):
        yield room


@asynccontextmanager
async def host_of(server: Started, entry_id: str = ROOM) -> AsyncIterator[Host]:
    """Sign the host in at a server that was started."""
    host = Host(server.host_url.partition("/sign-in")[0], entry_id)
    try:
        await host.sign_in(server.host_url)
        yield host
    finally:
        await host.close()


async def prepared(host: Host) -> tuple[str, ...]:
    """Open the room, have everybody see everybody, and make the links that all come by."""
    tokens = tuple([await host.open_room(number) for number in range(LINKS)])
    # In a crowd viewers do not see viewers unless told so; here everybody has to see.
    shown = EntrySettings(viewer_list=ViewerList.ALWAYS, capacity=1_000_000)
    body = {"settings": shown.model_dump(mode="json"), "only": ["viewer_list", "capacity"]}
    await host.call("PATCH", f"/entries/{host.entry_id}/settings", body)
    return tokens


@asynccontextmanager
async def entered(server: Started, host: Host, tokens: tuple[str, ...]) -> AsyncIterator[Room]:
    """Enter a room that is open as its host, with the sockets that commands go over."""
    found = await host.enter()
    room = Room(
        server=server,
        host=host,
        port=urlsplit(host.url).port or 80,
        tokens=tokens,
        path=f"{API}/sessions/{found['session_id']}/socket",
        ticket=found["ticket"],
    )
    for _ in range(HOST_SOCKETS):
        wire = Wire(PONGS, room.commander.on_message)
        await opened(wire, room.port, room.path, room.ticket, WINDOW, None)
        room.commander.wires.append(wire)
    try:
        yield room
    finally:
        for wire in (*room.sockets, *room.commander.wires):
            wire.drop()


@asynccontextmanager
async def ours(members: int) -> AsyncIterator[Contender]:
    """Start our server, let everybody in through a guest link, and give them as watchers."""
    async with opened_room() as room:
        await room.fill(EARLY)
        await asyncio.sleep(REST_S)
        before_mib, room.http_bytes = usage_of(room.server.pid).rss_mib, 0
        meter = Meter((room.server.pid,), lambda: room.sockets)
        await room.fill(members - EARLY, EARLY)
        spent = meter.read()
        spent = replace(spent, said_bytes=spent.said_bytes + room.http_bytes)
        yield await watched(room, spent.each(members - EARLY, before_mib))


async def watched(room: Room, filling: Mapping[str, float] | None = None) -> Contender:
    """Take everybody who is inside as watchers of what is done to the first few of them."""
    people = sorted(room.members, key=lambda one: one.guest.number)
    wires = [one.wire for one in people if one.wire is not None]
    await _quiet(wires)
    changes = _Changes(room, [one.participant_id for one in people], Crowd(wires))
    return Contender(
        name="usher",
        pids=(room.server.pid,),
        crowd=changes.crowd,
        change=changes.change,
        burst=changes.burst,
        filling=filling or {},
    )


@dataclass(slots=True)
class _Changes:
    """What is done to the first few people of a crowd."""

    room: Room
    people: Sequence[ParticipantId]
    crowd: Crowd

    async def change(self, number: int) -> None:
        # One of those whom everybody has in view, and whom no burst leaves changed.
        await self.room.commander.set_role(self.people[1], ROLES[number % 2])

    async def burst(self, changes: int) -> None:
        # Commands go over several sockets, so nobody knows which of them is the last: neither
        # the one whom single changes are about, nor the one who settles, is among these.
        in_view = self.people[2 : 2 + IN_VIEW]

        def one(number: int) -> Awaitable[None]:
            role = ROLES[number // len(in_view) % 2]
            return self.room.commander.set_role(in_view[number % len(in_view)], role)

        self.crowd.look = self.room.views.on_message
        try:
            await asyncio.gather(*(one(number) for number in range(changes - 1)))
            await self.room.settle()
        finally:
            self.crowd.look = None


async def _quiet(wires: Sequence[Wire]) -> None:
    """Wait until nothing more comes: everybody has the view of everybody."""
    before = -1
    async with asyncio.timeout(QUIET_S):
        while (now := sum(wire.messages for wire in wires)) != before or now < len(wires):
            before = now
            await asyncio.sleep(1.0)
