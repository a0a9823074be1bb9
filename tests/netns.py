"""Hosts on one machine: a network namespace with a Redis in it, and a cable to it for each node.

Making a namespace takes the right to administer the network, which root has in most places.
"""

import asyncio
import os
import secrets
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from tests.redis_servers import RedisServer

IP = "ip"


async def _ip(*arguments: str) -> None:
    process = await asyncio.create_subprocess_exec(IP, *arguments, stderr=asyncio.subprocess.PIPE)
    _, said = await process.communicate()
    if process.returncode:
        raise PermissionError(f"ip {' '.join(arguments)}: {said.decode().strip()}")


async def may_make_hosts() -> str:
    """Tell why no host can be made here; nothing where one can."""
    name = f"usher-{secrets.token_hex(3)}"
    try:
        await _ip("netns", "add", name)
    except (PermissionError, FileNotFoundError) as fault:
        return str(fault)
    await _ip("netns", "delete", name)
    return ""


class FarRedis:
    """A Redis on a host of its own, that is reached over cables that can be pulled."""

    def __init__(self, server: RedisServer, name: str, cables: int) -> None:
        self.server = server
        self._name = name
        self._cables = cables

    @property
    def urls(self) -> list[str]:
        """Where it is found over each cable."""
        return [
            f"redis://{_far(self._name, cable)}:{self.server.port}" for cable in range(self._cables)
        ]

    async def pull(self, cable: int) -> None:
        """Let nothing through any more; neither end is told."""
        await _ip("-n", self._name, "link", "set", f"far{cable}", "down")

    async def plug(self, cable: int) -> None:
        """Let everything through again."""
        await _ip("-n", self._name, "link", "set", f"far{cable}", "up")


@asynccontextmanager
async def far_redis(folder: Path, cables: int, *options: str) -> AsyncIterator[FarRedis]:
    """Run a Redis on a host of its own for the length of a block."""
    name = f"usher-{secrets.token_hex(3)}"
    server = RedisServer(
        folder,
        *options,
        "--protected-mode",
        "no",
        "--bind",
        *(_far(name, cable) for cable in range(cables)),
        host=_far(name, 0),
        inside=(IP, "netns", "exec", name),
    )
    await _ip("netns", "add", name)
    try:
        for cable in range(cables):
            near, far = _near_end(name, cable), f"far{cable}"
            await _ip("link", "add", near, "type", "veth", "peer", "name", far, "netns", name)
            await _ip("address", "add", f"{_near(name, cable)}/30", "dev", near)
            await _ip("link", "set", near, "up")
            await _ip("-n", name, "address", "add", f"{_far(name, cable)}/30", "dev", far)
            await _ip("-n", name, "link", "set", far, "up")
        await server.start()
        try:
            yield FarRedis(server, name, cables)
        finally:
            await server.stop()
    finally:
        # Takes the cables with it.
        await _ip("netns", "delete", name)


def _near_end(name: str, cable: int) -> str:
    return f"u{name.removeprefix('usher-')}c{cable}"


def _net(name: str) -> str:
    """Take a network by the name, out of those for tests of networks (RFC 2544)."""
    return f"198.{18 + os.getpid() % 2}.{int(name.removeprefix('usher-'), 16) % 256}"


def _near(name: str, cable: int) -> str:
    return f"{_net(name)}.{4 * cable + 1}"


def _far(name: str, cable: int) -> str:
    return f"{_net(name)}.{4 * cable + 2}"
