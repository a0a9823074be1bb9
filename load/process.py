"""The server's process: started for a run, measured by what the operating system says."""

import asyncio
import json
import os
import resource
import signal
import socket
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

START_S = 60
STOP_S = 20
MANY_FILES = 200_000


class LoadError(Exception):
    """The run cannot be made; the sentence says why."""


@dataclass(frozen=True, slots=True)
class Started:
    """A server that was started: its sign-in URL and its process."""

    host_url: str
    pid: int


@dataclass(frozen=True, slots=True)
class Usage:
    """What a process has used: seconds of CPU since its start, MiB of memory now."""

    cpu_s: float
    rss_mib: float


def usage_of(*pids: int) -> Usage:
    """Read what processes have used, all their threads together.

    Source: clock_getcpuclockid(3), whose id Linux makes of the process's in this way; proc(5),
    `/proc/[pid]/statm` field 2.
    """
    cpu_s = sum(time.clock_gettime((~pid << 3) | 2) for pid in pids)
    statms = (Path(f"/proc/{pid}/statm").read_text(encoding="utf-8") for pid in pids)
    pages = sum(int(statm.split()[1]) for statm in statms)
    return Usage(cpu_s, pages * os.sysconf("SC_PAGE_SIZE") / (1024 * 1024))


def free_port() -> int:
    """Find a port on loopback that nobody uses."""
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])


def file_limit() -> int:
    """Say how many files and sockets a process of ours may have open."""
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    return MANY_FILES if hard == resource.RLIM_INFINITY else min(MANY_FILES, hard)


def raise_file_limit() -> None:
    """Let this process, and those that it starts, open as many sockets as the system lets us."""
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (file_limit(), hard))


@asynccontextmanager
async def started_server(
    more: Mapping[str, str] | None = None, folder: Path | None = None
) -> AsyncIterator[Started]:
    """Start a server on a free port; end it by its pid.

    Args:
        more: of its environment.
        folder: of its data; without one it gets its own, which goes away with it.
    """
    with tempfile.TemporaryDirectory(prefix="usher-load-") as own:
        env = os.environ | {
            "HOST": "127.0.0.1",
            "PORT": "0",
            "USHER_DATA": str(folder or own),
            "USHER_LOG": "warning",
            **(more or {}),
        }
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "server.cli", "serve", stdout=asyncio.subprocess.PIPE, env=env
        )
        try:
            yield Started(await _host_url(process, env), process.pid)
        finally:
            await ended(process)


async def _host_url(process: asyncio.subprocess.Process, env: Mapping[str, str]) -> str:
    """Give a URL that signs the host in: what the server prints, or where it is silent, another."""
    if process.stdout is None:
        raise LoadError("the server has no output")
    found = ""
    async with asyncio.timeout(START_S):
        while line := await process.stdout.readline():
            if line.startswith(b"Host: "):
                found = line.decode().removeprefix("Host: ").strip()
            # Where somebody has signed in before, that is all that is said.
            if line.startswith(b"Usher runs at "):
                return found or await _another_url(env)
    raise LoadError("the server did not start")


async def _another_url(env: Mapping[str, str]) -> str:
    host = ("--account", "host", "--name", "Hanna Host", "--email", "host@usher.example")
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "server.cli", "token", *host, "--operator"),
        stdout=asyncio.subprocess.PIPE,
        env=env,
    )
    out, _ = await process.communicate()
    if process.returncode != 0:
        raise LoadError("the server gives no sign-in URL")
    return str(json.loads(out)["url"])


async def ended(process: asyncio.subprocess.Process) -> None:
    """End a process by its pid, in order if it can."""
    if process.returncode is not None:
        return
    process.send_signal(signal.SIGTERM)
    try:
        async with asyncio.timeout(STOP_S):
            await process.wait()
    except TimeoutError:
        process.kill()
        await process.wait()
