"""A server of somebody else's in which many are in one room, and all know all."""

import asyncio
import os
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from load.process import LoadError, ended
from load.wire import Wire

HERE = Path(__file__).parent
START_S = 60.0
JOIN_S = 120.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """Somebody's role becomes another.

    Args:
        member: whose, by number; 0 is the one who changes the roles of others.
        mark: bytes that everybody who hears of it finds in the message.
    """

    member: int
    is_raised: bool
    mark: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Peer:
    """A server that runs.

    Args:
        pids: all processes that the work is spread over; their CPU and memory are added up.
        join: connect a member up to the moment at which it knows all who are in the room, and
            all of them are told of it.
        change: have the first member change a role.
        tells_each: every join and change is sent to everybody by itself, and none is merged
            with another.
    """

    name: str
    pids: tuple[int, ...]
    join: Callable[[int], Awaitable[Wire]]
    change: Callable[[Wire, Change], None]
    tells_each: bool = True


def id_of(number: int) -> str:
    """Give a member's id."""
    return f"p_{number:010d}"


def name_of(number: int) -> str:
    """Give a member's name."""
    return f"Guest {number:05d}"


def expected(wire: Wire, *words: bytes) -> "asyncio.Future[bytes]":
    """Wait, from now on, for the first message that holds one of these words."""
    found: asyncio.Future[bytes] = asyncio.get_running_loop().create_future()

    def take(one: Wire, payload: bytes) -> None:
        if any(word in payload for word in words):
            one.on_message = None
            if not found.done():
                found.set_result(payload)

    wire.on_message = take
    return found


async def answered(wire: Wire, frame: bytes, *words: bytes) -> bytes:
    """Send a frame, and wait for the first message after it that holds one of these words.

    Raises:
        LoadError: it does not come.
    """
    found = expected(wire, *words)
    wire.write(frame)
    return await patiently(found)


async def patiently(found: "asyncio.Future[bytes]") -> bytes:
    """Wait for a message, for a while.

    Raises:
        LoadError: it does not come.
    """
    try:
        async with asyncio.timeout(JOIN_S):
            return await found
    except TimeoutError:
        raise LoadError("a peer does not let somebody in") from None


@asynccontextmanager
async def served(
    command: list[str], port: int, *, env: Mapping[str, str] | None = None, cwd: Path | None = None
) -> AsyncIterator[int]:
    """Start a server that listens on a port; give its pid, and end it by that.

    Raises:
        LoadError: it does not start.
    """
    all_env = os.environ | {"PORT": str(port), "NODE_ENV": "production"} | dict(env or {})
    quiet = asyncio.subprocess.DEVNULL
    try:
        process = await asyncio.create_subprocess_exec(
            *command, env=all_env, cwd=cwd, stdin=quiet, stdout=quiet, stderr=quiet
        )
    except OSError as fault:
        raise LoadError(f"{command[0]} cannot be started: {fault.strerror}") from fault
    try:
        await _listens(process, port)
        yield process.pid
    finally:
        await ended(process)


async def _listens(process: asyncio.subprocess.Process, port: int) -> None:
    try:
        async with asyncio.timeout(START_S):
            while process.returncode is None:
                try:
                    _, writer = await asyncio.open_connection("127.0.0.1", port)
                except OSError:
                    await asyncio.sleep(0.05)
                else:
                    writer.close()
                    return
    except TimeoutError:
        raise LoadError("it does not listen") from None
    raise LoadError("it ends at once; `make peers` installs what it needs")
