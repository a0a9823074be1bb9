"""Who is measured: our server, the physical limit, and others; each with a crowd of watchers.

All of them get the same client, on the same machine, in the same run.
"""

import asyncio
import json
import os
import shutil
import socket
import subprocess
import sys
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from load.crowd import Crowd
from load.guest import Guest
from load.host import Host
from load.process import LoadError, ended, started_server
from load.wire import Wire, client_frame
from protocol.codec import MSGPACK
from protocol.commands import SetRole
from protocol.ids import CommandId, ParticipantId
from protocol.messages import Delta, Do, Hello, Ping, Pong, Reply, Snapshot
from protocol.roles import Group, Role, ViewerList
from protocol.routes import API
from protocol.settings import EntrySettings
from protocol.version import SUBPROTOCOL_MSGPACK, WIRE_VERSION
from protocol.views import Range, Window

HERE = Path(__file__).parent
CACHE = Path(os.environ.get("XDG_CACHE_HOME", Path.home() / ".cache")) / "usher-load"
WINDOW = Window(groups={Group.ON_STAGE: Range(count=25), Group.VIEWERS: Range(count=25)})
OPENED_AT_ONCE = 100
START_S = 120.0
HOST_SOCKETS = 4
ROOM = "e_demo-room"
BURST_S = 60.0
IN_VIEW = 20
"""Of the first people by name; every watcher has them in its window."""
ROLES = (Role.SPEAKER, Role.VIEWER)
PONGS: Mapping[bytes, bytes] = {
    MSGPACK.encode(ping): client_frame(MSGPACK.encode(Pong()))
    for ping in (Ping(), Ping(is_stale=True))
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Contender:
    """A server with its crowd.

    Args:
        change: cause the change of this number, which every watcher hears of.
        burst: cause so many changes at once, and wait until every watcher holds what follows
            from all of them; None where that says nothing.
    """

    name: str
    pid: int
    crowd: Crowd
    change: Callable[[int], Awaitable[None]]
    burst: Callable[[int], Awaitable[None]] | None


async def opened_all(count: int, open_one: Callable[[int], Awaitable[Wire]]) -> list[Wire]:
    """Open sockets, so many at a time."""
    gate = asyncio.Semaphore(OPENED_AT_ONCE)

    async def one(number: int) -> Wire:
        async with gate:
            return await open_one(number)

    return list(await asyncio.gather(*(one(number) for number in range(count))))


def free_port() -> int:
    """Find a port on loopback that nobody uses."""
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])


def address_of(number: int) -> str:
    """Give a member a loopback address: one has not enough ports for everybody."""
    return f"127.0.{1 + number // 10_000}.1"


# --- ours --------------------------------------------------------------------------------------


class _Hosts:
    """A host with several sockets, as a command rate is held for each."""

    def __init__(self) -> None:
        self.wires: list[Wire] = []
        self.version = 0
        """Of the last command that was answered."""
        self._replies: dict[str, asyncio.Future[Reply]] = {}
        self._commands = 0
        self.is_even = False

    def on_message(self, _: Wire, payload: bytes) -> None:
        message = MSGPACK.decode_server(payload)
        if isinstance(message, Reply) and message.id in self._replies:
            self._replies.pop(message.id).set_result(message)

    async def set_role(self, participant: ParticipantId, role: Role) -> None:
        self._commands += 1
        name = CommandId(f"load-{self._commands}")
        answer = asyncio.get_running_loop().create_future()
        self._replies[name] = answer
        do = Do(id=name, command=SetRole(participant_id=participant, role=role))
        self.wires[self._commands % len(self.wires)].write(client_frame(MSGPACK.encode(do)))
        reply: Reply = await answer
        if not reply.is_done:
            raise LoadError(f"a role was refused: {reply.problem}")
        self.version = max(self.version, reply.version or 0)


async def _all_hold(crowd: Crowd, cause: Awaitable[int]) -> None:
    """Wait until every watcher has a view at least as new as the version that was caused."""
    newest = dict.fromkeys(crowd.wires, 0)

    def note(wire: Wire, payload: bytes) -> None:
        message = MSGPACK.decode_server(payload)
        if isinstance(message, Delta | Snapshot):
            newest[wire] = message.position.version

    crowd.look = note
    try:
        version = await cause
        async with asyncio.timeout(BURST_S):
            while min(newest.values()) < version:  # noqa: ASYNC110 - looked at, not told
                await asyncio.sleep(0.01)
    finally:
        crowd.look = None


async def _opened(path: str, port: int, ticket: str, wire: Wire, address: str | None) -> None:
    headers = {"Sec-WebSocket-Protocol": SUBPROTOCOL_MSGPACK, "Authorization": f"Bearer {ticket}"}
    await wire.open("127.0.0.1", port, path, headers, address=address)
    hello = Hello(wire_version=WIRE_VERSION, window=WINDOW)
    wire.write(client_frame(MSGPACK.encode(hello)))


@asynccontextmanager
async def ours(members: int) -> AsyncIterator[Contender]:
    """Start our server, and let everybody in through a guest link."""
    async with started_server() as server:
        url = server.host_url.partition("/sign-in")[0]
        port = urlsplit(url).port or 80
        host = Host(url, ROOM)
        await host.sign_in(server.host_url)
        token = await host.open_room(members)
        # In a crowd viewers do not see viewers unless told so; here everybody has to see.
        shown = EntrySettings(viewer_list=ViewerList.ALWAYS).model_dump(mode="json")
        body = {"settings": shown, "only": ["viewer_list"]}
        await host.call("PATCH", f"/entries/{ROOM}/settings", body)
        entered = await host.enter()
        path = f"{API}/sessions/{entered['session_id']}/socket"
        people: list[ParticipantId] = [ParticipantId("")] * members

        async def join(number: int) -> Wire:
            guest = Guest(number, "127.0.0.1", port)
            admitted = await guest.redeem(token)
            people[number] = ParticipantId(admitted["participant_id"])
            wire = Wire(PONGS, None)
            await _opened(path, port, admitted["ticket"], wire, guest.address)
            return wire

        wires = await opened_all(members, join)
        hosts = _Hosts()
        for _ in range(HOST_SOCKETS):
            wire = Wire(PONGS, hosts.on_message)
            await _opened(path, port, entered["ticket"], wire, None)
            hosts.wires.append(wire)
        await _quiet(wires)

        async def change(number: int) -> None:
            # One of those whom everybody has in view, and whom no burst leaves changed.
            await hosts.set_role(people[1], ROLES[number % 2])

        async def caused(changes: int) -> int:
            in_view = people[:IN_VIEW]
            await asyncio.gather(
                *(
                    hosts.set_role(
                        in_view[number % len(in_view)], ROLES[number // len(in_view) % 2]
                    )
                    for number in range(changes - 1)
                )
            )
            # Whatever was coalesced, this one is seen: nobody had this role before.
            last = Role.MODERATOR if hosts.is_even else Role.SPEAKER
            hosts.is_even = not hosts.is_even
            await hosts.set_role(people[0], last)
            return hosts.version

        async def burst(changes: int) -> None:
            await _all_hold(crowd, caused(changes))

        crowd = Crowd(wires)
        yield Contender(
            name="usher",
            pid=server.pid,
            crowd=crowd,
            change=change,
            burst=burst,
        )
        crowd.close()
        for wire in hosts.wires:
            wire.drop()
        await host.close()


async def _quiet(wires: list[Wire]) -> None:
    """Wait until nothing more comes: everybody has the view of everybody."""
    before = -1
    while (now := sum(wire.messages for wire in wires)) != before or now < len(wires):
        before = now
        await asyncio.sleep(1.0)


# --- the limit ---------------------------------------------------------------------------------


async def _said(process: asyncio.subprocess.Process, word: bytes) -> None:
    if process.stdout is None:
        raise LoadError("the process has no output")
    async with asyncio.timeout(START_S):
        while line := await process.stdout.readline():
            if word in line:
                return
    raise LoadError("the process did not start")


def built_limit() -> Path:
    """Compile the limit, if it has changed since.

    Raises:
        LoadError: there is no compiler, or it refuses.
    """
    source, program = HERE / "limit" / "limit.c", CACHE / "limit"
    if program.exists() and program.stat().st_mtime > source.stat().st_mtime:
        return program
    compiler = shutil.which("cc")
    if compiler is None:
        raise LoadError("there is no C compiler (cc) for the limit: apt-get install gcc")
    CACHE.mkdir(parents=True, exist_ok=True)
    command = [compiler, "-O2", "-Wall", "-Wextra", "-o", str(program), str(source)]
    if subprocess.run(command, check=False).returncode != 0:  # noqa: S603 - our own source
        raise LoadError("the limit cannot be compiled")
    return program


@asynccontextmanager
async def limit(members: int, size: int) -> AsyncIterator[Contender]:
    """Start the limit, with frames of a size in all."""
    port = free_port()
    process = await asyncio.create_subprocess_exec(
        *(str(built_limit()), str(port), str(members), str(size)),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
    )
    try:
        await _said(process, b"listening")

        async def join(number: int) -> Wire:
            wire = Wire({}, None)
            await wire.open("127.0.0.1", port, "/", {}, address=address_of(number))
            return wire

        crowd = Crowd(await opened_all(members, join))
        await _said(process, b"ready")

        async def change(number: int) -> None:
            if process.stdin is not None:
                process.stdin.write(b"%d\n" % number)

        yield Contender(
            name="limit (C)",
            pid=process.pid,
            crowd=crowd,
            change=change,
            burst=None,
        )
        crowd.close()
    finally:
        await ended(process)


# --- others ------------------------------------------------------------------------------------


@asynccontextmanager
async def _peer(
    name: str,
    command: list[str],
    *,
    members: int,
    path: str,
    opening: list[bytes],
    answers: Mapping[bytes, bytes],
    written: Callable[[str], bytes],
    cwd: Path | None = None,
) -> AsyncIterator[Contender]:
    """Start a server of somebody else's that sends to all what one says."""
    port = free_port()
    env = os.environ | {"PORT": str(port), "NODE_ENV": "production"}
    quiet = asyncio.subprocess.DEVNULL
    process = await asyncio.create_subprocess_exec(*command, env=env, cwd=cwd, stdout=quiet)
    try:
        await _listens(port)

        async def join(number: int) -> Wire:
            wire = Wire(answers, None)
            await wire.open("127.0.0.1", port, path, {}, address=address_of(number))
            for frame in opening:
                wire.write(frame)
            return wire

        wires = await opened_all(members + 1, join)
        speaker, watchers = wires[0], wires[1:]
        await asyncio.sleep(2.0)

        async def change(number: int) -> None:
            role = "speaker" if number % 2 == 0 else "viewer"
            said = json.dumps({"id": "p_0123456789", "role": role, "v": number})
            speaker.write(client_frame(written(said), is_text=True))

        async def burst(changes: int) -> None:
            wanted = crowd.messages + changes * len(crowd)
            for number in range(changes):
                await change(number)
            async with asyncio.timeout(BURST_S):
                while crowd.messages < wanted:  # noqa: ASYNC110 - counted, not told
                    await asyncio.sleep(0.01)

        crowd = Crowd(watchers)
        yield Contender(name=name, pid=process.pid, crowd=crowd, change=change, burst=burst)
        crowd.close()
        speaker.drop()
    finally:
        await ended(process)


async def _listens(port: int) -> None:
    async with asyncio.timeout(START_S):
        while True:
            try:
                _, writer = await asyncio.open_connection("127.0.0.1", port)
            except OSError:
                await asyncio.sleep(0.05)
            else:
                writer.close()
                return


@asynccontextmanager
async def starlette(members: int) -> AsyncIterator[Contender]:
    """Start the plain loop."""
    async with _peer(
        "Starlette loop",
        [sys.executable, "-m", "load.peers.starlette_loop"],
        members=members,
        path="/room",
        opening=[],
        answers={},
        written=str.encode,
    ) as contender:
        yield contender


@asynccontextmanager
async def socketio(members: int) -> AsyncIterator[Contender]:
    """Install Socket.IO into the cache if it is not there, and start it.

    Raises:
        LoadError: there is no npm, or it has no Socket.IO.
    """
    folder = CACHE / "socketio"
    if not (folder / "node_modules" / "socket.io").exists():
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "package.json").write_text('{"private": true}', encoding="utf-8")
        npm = await asyncio.create_subprocess_exec(
            *("npm", "install", "--silent", "--no-audit", "--no-fund", "socket.io@4"), cwd=folder
        )
        if await npm.wait() != 0:
            raise LoadError("npm could not install socket.io")
    shutil.copy(HERE / "peers" / "socketio.mjs", folder / "socketio.mjs")
    async with _peer(
        "Socket.IO",
        ["node", "socketio.mjs"],
        members=members,
        path="/socket.io/?EIO=4&transport=websocket",
        opening=[client_frame(b"40", is_text=True)],
        answers={b"2": client_frame(b"3", is_text=True)},
        written=lambda said: f'42["role",{said}]'.encode(),
        cwd=folder,
    ) as contender:
        yield contender
