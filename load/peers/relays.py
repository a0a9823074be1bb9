"""Peers whose server keeps a list in plain code, and tells everybody of each change to it."""

import json
import sys
import tempfile
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from urllib.parse import urlencode

from load.peers.peer import (
    HERE,
    Change,
    Peer,
    expected,
    id_of,
    name_of,
    patiently,
    served,
)
from load.process import free_port
from load.redis import started_redis
from load.wire import Wire, address_of, client_frame

NODE = HERE / "node"
PYTHON = HERE / "python"
OTHER_PYTHON = HERE.parent.parent / ".venv" / "peers" / "bin" / "python"
"""The environment of the peers, which are no part of ours."""
PROCESSES = 2
"""Of Socket.IO, where they talk over Redis."""

LIST = b'"list"'
SOCKETIO_PATH = "/socket.io/?EIO=4&transport=websocket&"
SOCKETIO_ANSWERS = {b"2": client_frame(b"3", is_text=True)}
SOCKETIO_OPENING = client_frame(b"40", is_text=True)


def _row(change: Change) -> dict[str, str]:
    role = "speaker" if change.is_raised else "viewer"
    return {"id": id_of(change.member), "role": role, "v": change.mark}


def _json_change(wire: Wire, change: Change) -> None:
    wire.write(client_frame(json.dumps(_row(change)).encode(), is_text=True))


def _socketio_change(wire: Wire, change: Change) -> None:
    member = {"id": id_of(change.member), "name": name_of(change.member)}
    said = json.dumps(_row(change) | {"member": member})
    wire.write(client_frame(f'42["role",{said}]'.encode(), is_text=True))


def _relay(
    name: str,
    pids: Sequence[int],
    ports: Sequence[int],
    *,
    path: str = "/room?",
    opening: bytes = b"",
    answers: Mapping[bytes, bytes] | None = None,
    change: Callable[[Wire, Change], None] = _json_change,
) -> Peer:
    async def join(number: int) -> Wire:
        wire = Wire(answers or {}, None)
        listed = expected(wire, LIST)
        who = urlencode({"id": id_of(number), "name": name_of(number)})
        port = ports[number % len(ports)]
        await wire.open("127.0.0.1", port, path + who, {}, address=address_of(number))
        if opening:
            wire.write(opening)
        await patiently(listed)
        return wire

    return Peer(name=name, pids=tuple(pids), join=join, change=change)


def _socketio_relay(name: str, pids: Sequence[int], ports: Sequence[int]) -> Peer:
    return _relay(
        name,
        pids,
        ports,
        path=SOCKETIO_PATH,
        opening=SOCKETIO_OPENING,
        answers=SOCKETIO_ANSWERS,
        change=_socketio_change,
    )


@asynccontextmanager
async def starlette() -> AsyncIterator[Peer]:
    """Start the plain loop."""
    port = free_port()
    async with served([sys.executable, str(PYTHON / "starlette_loop.py")], port) as pid:
        yield _relay("Starlette loop", [pid], [port])


@asynccontextmanager
async def python_socketio() -> AsyncIterator[Peer]:
    """Start Socket.IO in Python."""
    port = free_port()
    async with served([str(OTHER_PYTHON), str(PYTHON / "socketio_server.py")], port) as pid:
        yield _socketio_relay("python-socketio", [pid], [port])


@asynccontextmanager
async def channels() -> AsyncIterator[Peer]:
    """Start Django Channels, and a Redis for its layer."""
    port = free_port()
    command = [str(OTHER_PYTHON), str(PYTHON / "channels_server.py")]
    with tempfile.TemporaryDirectory(prefix="usher-load-") as folder:
        async with (
            started_redis(Path(folder)) as redis,
            served(command, port, env={"REDIS": redis.url}) as pid,
        ):
            yield _relay("Django Channels", [pid, redis.pid], [port])


@asynccontextmanager
async def socketio() -> AsyncIterator[Peer]:
    """Start Socket.IO."""
    port = free_port()
    async with served(["node", str(NODE / "socketio.mjs")], port) as pid:
        yield _socketio_relay("Socket.IO", [pid], [port])


@asynccontextmanager
async def socketio_redis() -> AsyncIterator[Peer]:
    """Start Socket.IO in several processes with its Redis adapter between them."""
    with tempfile.TemporaryDirectory(prefix="usher-load-") as folder:
        async with AsyncExitStack() as stack:
            redis = await stack.enter_async_context(started_redis(Path(folder)))
            ports = [free_port() for _ in range(PROCESSES)]
            pids = [
                await stack.enter_async_context(
                    served(["node", str(NODE / "socketio.mjs")], port, env={"REDIS": redis.url})
                )
                for port in ports
            ]
            yield _socketio_relay("Socket.IO, Redis adapter", [*pids, redis.pid], ports)
