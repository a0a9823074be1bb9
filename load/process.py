"""The server's process: started for a run, measured by what the operating system says."""

import asyncio
import os
import resource
import signal
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


def usage_of(pid: int) -> Usage:
    """Read what a process has used, all its threads together.

    Source: clock_getcpuclockid(3), whose id Linux makes of the process's in this way; proc(5),
    `/proc/[pid]/statm` field 2.
    """
    cpu_clock = (~pid << 3) | 2
    pages = int(Path(f"/proc/{pid}/statm").read_text(encoding="utf-8").split()[1])
    return Usage(time.clock_gettime(cpu_clock), pages * os.sysconf("SC_PAGE_SIZE") / (1024 * 1024))


def raise_file_limit() -> None:
    """Let this process, and those that it starts, open as many sockets as the system lets us."""
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = MANY_FILES if hard == resource.RLIM_INFINITY else min(MANY_FILES, hard)
    resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))


@asynccontextmanager
async def started_server(more: Mapping[str, str] | None = None) -> AsyncIterator[Started]:
    """Start a server on a free port with a data folder of its own; end it by its pid."""
    with tempfile.TemporaryDirectory(prefix="usher-load-") as folder:
        env = os.environ | {
            "HOST": "127.0.0.1",
            "PORT": "0",
            "USHER_DATA": folder,
            "USHER_LOG": "warning",
            **(more or {}),
        }
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "server.cli", "serve", stdout=asyncio.subprocess.PIPE, env=env
        )
        try:
            yield Started(await _host_url(process), process.pid)
        finally:
            await ended(process)


async def _host_url(process: asyncio.subprocess.Process) -> str:
    if process.stdout is None:
        raise LoadError("the server has no output")
    async with asyncio.timeout(START_S):
        while line := await process.stdout.readline():
            if line.startswith(b"Host: "):
                return line.decode().removeprefix("Host: ").strip()
    raise LoadError("the server did not start")


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
