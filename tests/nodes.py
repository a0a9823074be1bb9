"""Several real nodes on one Redis, behind a balancer that knows nothing of sessions."""

import asyncio
import contextlib
import itertools
import re
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from pathlib import Path

from tests.running import RunningServer

PIECE = 64 * 1024
WISH = re.compile(rb"usher-node/(\d+)")


def at_node(number: int) -> dict[str, str]:
    """Give the header by which a program wishes for one of the nodes; see `Balancer`."""
    return {"X-Node": f"usher-node/{number}"}


class Balancer:
    """Gives each connection to the next node that takes it, as an nginx without settings would.

    Whoever has `usher-node/N` in the head of the first request comes to node N if that takes it; a
    browser may have it in its name. A node sees the address that the client came from: on loopback
    any address may be used.
    """

    def __init__(
        self, nodes: Sequence[RunningServer], port: int, *, spares_first: bool = False
    ) -> None:
        self.nodes = list(nodes)
        self.port = port
        self.spares_first = spares_first
        """Whoever wishes for no node comes to any but the first."""
        self._turns = itertools.count()
        self._pipes: set[asyncio.Task[None]] = set()

    @asynccontextmanager
    async def running(self) -> AsyncIterator["Balancer"]:
        server = await asyncio.start_server(self._serve, "127.0.0.1", self.port)
        try:
            yield self
        finally:
            server.close()
            for pipe in self._pipes:
                pipe.cancel()
            await asyncio.gather(*self._pipes, return_exceptions=True)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._pipes.add(task)
        task.add_done_callback(self._pipes.discard)
        other = None
        try:
            head = await reader.read(PIECE)
            wish = WISH.search(head)
            first = int(wish[1]) if wish else self._next()
            other = await self._connected(writer.get_extra_info("peername")[0], first)
            if other is not None:
                other[1].write(head)
                async with asyncio.TaskGroup() as both:
                    both.create_task(_pipe(reader, other[1]))
                    both.create_task(_pipe(other[0], writer))
        except* (OSError, asyncio.CancelledError):
            pass
        finally:
            writer.close()
            if other is not None:
                other[1].close()

    def _next(self) -> int:
        turn = next(self._turns)
        return 1 + turn % (len(self.nodes) - 1) if self.spares_first else turn

    async def _connected(
        self, address: str, first: int
    ) -> tuple[asyncio.StreamReader, asyncio.StreamWriter] | None:
        for number in range(len(self.nodes)):
            node = self.nodes[(first + number) % len(self.nodes)]
            with contextlib.suppress(OSError):
                return await asyncio.open_connection(
                    "127.0.0.1", node.port, local_addr=(address, 0)
                )
        return None


async def _pipe(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    while data := await reader.read(PIECE):
        writer.write(data)
        await writer.drain()
    if writer.can_write_eof():
        with contextlib.suppress(OSError):
            writer.write_eof()


class RunningNodes(RunningServer):
    """Nodes that look like one server. Stopping and killing it means all of them."""

    def __init__(
        self,
        folder: Path,
        count: int,
        redis_url: str | Sequence[str],
        env: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(folder, env)
        urls = [redis_url] * count if isinstance(redis_url, str) else redis_url
        # The balancer has the port of the whole.
        shared = {
            "REDIS_URL": urls[0],
            "USHER_KEYS": str(folder / "keys.json"),
        }
        own = dict(env or {})
        shared["USHER_URL"] = own.get("USHER_URL", self.url)
        self.nodes = [
            RunningServer(
                folder / f"node{number}",
                own | shared | {"REDIS_URL": url, "USHER_NODE": f"hall {number + 1}"},
            )
            for number, url in enumerate(urls)
        ]
        self._env |= shared

    @property
    def pid(self) -> int:
        return self.nodes[0].pid

    @property
    def log(self) -> str:
        return "\n".join(node.log for node in self.nodes)

    async def start(self) -> None:
        for node in self.nodes:
            node.folder.mkdir(parents=True, exist_ok=True)
            await node.start()
        self.host_url = self.nodes[0].host_url

    async def kill(self) -> None:
        for node in self.nodes:
            await node.kill()

    async def stop(self) -> int:
        codes = await asyncio.gather(*(node.stop() for node in self.nodes if node.has_started))
        return max(codes, default=0)


@asynccontextmanager
async def running_nodes(
    folder: Path,
    count: int,
    redis_url: str | Sequence[str],
    env: Mapping[str, str] | None = None,
    *,
    spares_first: bool = False,
) -> AsyncIterator[RunningNodes]:
    """Run nodes behind a balancer for the length of a block.

    Args:
        redis_url: where Redis is; or where it is for each node.
        spares_first: only those who wish for the first node come to it.
    """
    nodes = RunningNodes(folder, count, redis_url, env)
    async with Balancer(nodes.nodes, nodes.port, spares_first=spares_first).running():
        try:
            await nodes.start()
            yield nodes
        finally:
            await nodes.stop()
