"""Starts the physical limit, with a crowd that hears it."""

import asyncio
import os
import shutil
import subprocess
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from load.contender import Contender
from load.crowd import Crowd, opened_all
from load.process import LoadError, ended, free_port
from load.wire import Wire, address_of

HERE = Path(__file__).parent
CACHE = Path(os.environ.get("XDG_CACHE_HOME", Path.home() / ".cache")) / "usher-load"
START_S = 120.0


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
    source, program = HERE / "limit.c", CACHE / "limit"
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
            pids=(process.pid,),
            crowd=crowd,
            change=change,
            burst=None,
        )
        crowd.close()
    finally:
        await ended(process)
