"""A Redis of one's own: started for a run on a free port, ended by its pid."""

import asyncio
import contextlib
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from redis.asyncio import Redis

from load.process import LoadError, ended, free_port
from load.report import percentile

START_S = 20
PINGS = 500


@dataclass(frozen=True, slots=True)
class StartedRedis:
    """A Redis that was started: its port and its process."""

    port: int
    pid: int

    @property
    def url(self) -> str:
        """Where it is, as the server wants it."""
        return f"redis://127.0.0.1:{self.port}"

    async def rtt_ms(self) -> float:
        """Measure how long a command takes that does nothing: the median of many."""
        reader, writer = await asyncio.open_connection("127.0.0.1", self.port)
        times = []
        for _ in range(PINGS):
            began = time.perf_counter()
            writer.write(b"PING\r\n")
            await reader.readline()
            times.append((time.perf_counter() - began) * 1000)
        writer.close()
        return percentile(times, 0.5)

    async def memory_of(self, room: str) -> int:
        """Say how many bytes the keys of a room take."""
        async with Redis(port=self.port) as client:
            keys = [key async for key in client.scan_iter(match=f"*{{{room}}}*")]
            return sum([await client.memory_usage(key, samples=0) or 0 for key in keys])

    async def calls(self) -> tuple[int, int]:
        """Say how many scripts ran, and how many commands with those inside scripts."""
        async with Redis(port=self.port) as client:
            stats = await client.info("commandstats")
        counts = {name: int(one["calls"]) for name, one in stats.items()}
        return counts.get("cmdstat_evalsha", 0), sum(counts.values())


@asynccontextmanager
async def started_redis(folder: Path) -> AsyncIterator[StartedRedis]:
    """Start a Redis that keeps an append-only file, as one in production would."""
    port = free_port()
    try:
        process = await asyncio.create_subprocess_exec(
            "redis-server",
            *("--port", str(port), "--bind", "127.0.0.1", "--dir", str(folder)),
            *("--save", "", "--appendonly", "yes"),
            stdout=asyncio.subprocess.DEVNULL,
        )
    except FileNotFoundError as fault:
        raise LoadError("redis-server is not installed") from fault
    try:
        await _answers(port)
        yield StartedRedis(port, process.pid)
    finally:
        await ended(process)


async def _answers(port: int) -> None:
    async with asyncio.timeout(START_S):
        while True:
            with contextlib.suppress(OSError):
                _, writer = await asyncio.open_connection("127.0.0.1", port)
                writer.close()
                return
            await asyncio.sleep(0.05)
