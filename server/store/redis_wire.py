"""The way to Redis: connections, scripts, and a bound on what waits.

Whatever the topology, the rest of the adapter sees scripts with keys and nothing else. Every
call is bounded in time by the socket's timeouts; those that cannot be answered now raise
`Unavailable`. A script may be sent twice when its answer was lost, so each of them either
checks what it expects or carries a token of its call.
"""

import asyncio
import hashlib
import logging
from collections.abc import AsyncIterator, Awaitable, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager
from functools import cache
from importlib.resources import files
from typing import Any

from redis.asyncio import Redis, RedisCluster, Sentinel
from redis.asyncio.cluster import ClusterNode
from redis.asyncio.retry import Retry
from redis.backoff import ExponentialWithJitterBackoff
from redis.exceptions import ConnectionError, NoScriptError, RedisError

from server.store.interface import Unavailable
from server.store.redis_faults import faults_told
from server.store.redis_url import RedisUrl, Topology

log = logging.getLogger(__name__)

IN_FLIGHT = 16
"""Calls on the wire at once, each on a connection of its own: Redis answers one after another
anyway, and few connections make no storm when all nodes come back at once."""
MAX_WAITING = 10_000
"""Calls that may wait for a connection; each room has one append in flight."""
CONNECT_S = 4.0
ANSWER_S = 4.0
"""How long one answer may take. Redis answers within a millisecond when all is well."""
RETRIES = 2
"""After a connection was lost, not after a timeout: what is slow gets no more to do."""
CLUSTER_RETRIES = 6
"""While a Cluster moves a slot; with the pauses about a second."""
WAIT_MS = 1_000
"""How long replicas get to take an append."""
HEALTH_S = 15
REFUSALS = (b"conflict", b"fork", b"index")
"""First words of replies after which nothing was written, and nothing has to be replicated."""

Argument = str | bytes | int
Client = Redis | RedisCluster


class NotReplicated(Unavailable):
    """Too few replicas have taken a write in time. It may survive, or not."""


@cache
def script_text(name: str) -> str:
    """Read one of the scripts in `lua/`."""
    return (files("server.store") / "lua" / f"{name}.lua").read_text(encoding="utf-8")


@cache
def _digest(name: str) -> str:
    return hashlib.sha1(script_text(name).encode(), usedforsecurity=False).hexdigest()


class Wire:
    """A client of any topology. Get one with `opened`."""

    def __init__(self, url: RedisUrl, client: Client, sentinel: Sentinel | None) -> None:
        """Take a client; see `opened`."""
        self.url = url
        self._sentinel = sentinel
        self._client = client
        self._free = asyncio.Semaphore(IN_FLIGHT)
        self._waiting = 0
        self._calls: set[asyncio.Task[Any]] = set()

    @classmethod
    @asynccontextmanager
    async def opened(cls, url: RedisUrl) -> AsyncIterator["Wire"]:
        """Connect, and let go in the end.

        Raises:
            Unavailable: nobody answers.
            Unusable: the password or a certificate is wrong.
        """
        sentinel = _sentinel(url) if url.topology is Topology.SENTINEL else None
        client = _client(url, sentinel)
        wire = cls(url, client, sentinel)
        try:
            with faults_told():
                if isinstance(client, RedisCluster):
                    await client.initialize()
                else:
                    await client.ping()
            yield wire
        finally:
            await wire._drained()
            for each in (client, *(sentinel.sentinels if sentinel else ())):
                await _closed(each)

    async def run(
        self, script: str, keys: Sequence[str], *args: Argument, is_write: bool = False
    ) -> Any:
        """Run a script.

        Args:
            script: its name in `lua/`.
            keys: all of one slot, at least one.
            is_write: wait for as many replicas as the URL asks for.

        Raises:
            Unavailable: it is not known whether it was run.
        """
        if is_write and self.url.replicas:
            return await self._finished(self._run_replicated(script, keys, args))
        return await self._finished(self._evaluate(script, keys, args))

    async def run_each(
        self, script: str, calls: Sequence[tuple[str, Sequence[Argument]]]
    ) -> list[Any]:
        """Run a script for each of some keys, in one go for each server.

        Args:
            calls: a key and the arguments, for each.

        Raises:
            Unavailable: it is not known for which of them it was run.
        """
        pipeline = self._client.pipeline(transaction=False)
        for key, args in calls:
            pipeline.execute_command("EVALSHA", _digest(script), 1, key, *args)
        results = list(await self._finished(pipeline.execute(raise_on_error=False)))
        for at, (key, args) in enumerate(calls):
            if isinstance(results[at], NoScriptError):
                results[at] = await self.run(script, [key], *args)
            with faults_told():
                if isinstance(results[at], Exception):
                    raise results[at]
        return results

    async def command(self, name: str, key: str, *args: Argument) -> Any:
        """Run one command on one key.

        Raises:
            Unavailable: it is not known whether it was run.
        """
        return await self._finished(self._client.execute_command(name, key, *args))

    async def commands(self, commands: Sequence[tuple[Argument, ...]]) -> list[Any]:
        """Run commands that have nothing to do with each other, in one go for each server.

        Raises:
            Unavailable: it is not known which of them were run.
        """
        if not commands:
            return []
        pipeline = self._client.pipeline(transaction=False)
        for command in commands:
            pipeline.execute_command(*command)
        return list(await self._finished(pipeline.execute()))

    async def info(self) -> list[dict[str, Any]]:
        """Ask every primary how it is set up.

        Raises:
            Unavailable: one of them does not answer.
        """
        with faults_told():
            if isinstance(self._client, RedisCluster):
                return [
                    dict(await self._client.info(target_nodes=node))
                    for node in self._client.get_primaries()
                ]
            return [dict(await self._client.info())]

    def owner(self, channel: str) -> tuple[str, int] | None:
        """Say which server of a Cluster carries a sharded channel; None elsewhere.

        Raises:
            Unavailable: none does.
        """
        if not isinstance(self._client, RedisCluster):
            return None
        with faults_told():
            node = self._client.get_node_from_key(channel)
        if node is None:
            raise Unavailable(f"No server of the Cluster carries {channel}.")
        return node.host, int(node.port)

    def listener(self, owner: tuple[str, int] | None) -> Redis:
        """Make a client that only listens, and that whoever asked has to close."""
        options = _options(self.url) | {"health_check_interval": 0, "retry": _no_retry()}
        if owner is not None:
            return Redis(host=owner[0], port=owner[1], **options)
        if self._sentinel is not None:
            # Its pool asks the Sentinels for the master whenever it connects.
            made: Redis = self._sentinel.master_for(
                self.url.master, db=self.url.database, **options
            )
            return made
        [(host, port)] = self.url.hosts
        return Redis(host=host, port=port, db=self.url.database, **options)

    async def _evaluate(self, script: str, keys: Sequence[str], args: Sequence[Argument]) -> Any:
        try:
            return await self._client.evalsha(_digest(script), len(keys), *keys, *args)
        except NoScriptError:
            # A server that has just started knows none; this way it learns it.
            return await self._client.eval(script_text(script), len(keys), *keys, *args)

    async def _run_replicated(
        self, script: str, keys: Sequence[str], args: Sequence[Argument]
    ) -> Any:
        """Run a script and wait for replicas, on one connection.

        WAIT counts the replicas that have taken what its own connection wrote.
        """
        for is_known in (True, False):
            pipeline = self._client.pipeline(transaction=False)
            code = ("EVALSHA", _digest(script)) if is_known else ("EVAL", script_text(script))
            pipeline.execute_command(*code, len(keys), *keys, *args)
            target = {}
            if isinstance(self._client, RedisCluster):
                target = {"target_nodes": self._client.get_node_from_key(keys[0])}
            pipeline.execute_command("WAIT", self.url.replicas, WAIT_MS, **target)
            result, replicas = await pipeline.execute(raise_on_error=False)
            if isinstance(result, NoScriptError) and is_known:
                continue
            if isinstance(result, Exception):
                raise result
            if isinstance(result, list) and result[0] in REFUSALS:
                return result
            if isinstance(replicas, Exception):
                raise replicas
            if int(replicas) < self.url.replicas:
                raise NotReplicated(
                    f"Only {replicas} of {self.url.replicas} replicas took a write in time."
                )
            return result
        raise Unavailable(f"Redis does not learn the script {script}.")

    async def _finished(self, call: Awaitable[Any]) -> Any:
        """Await a call that goes on to its end, also when its caller is cancelled.

        A connection on which a call was given up half-way carries the answer to the next one,
        or is lost. So calls are not given up; the timeouts of the socket bound them.
        """
        if len(self._calls) >= MAX_WAITING:
            if asyncio.iscoroutine(call):
                call.close()
            raise Unavailable("Too many calls wait for Redis.")
        task = asyncio.create_task(self._answered(call))
        self._calls.add(task)
        task.add_done_callback(self._calls.discard)
        try:
            return await asyncio.shield(task)
        except asyncio.CancelledError:
            task.add_done_callback(_forget_fault)
            raise

    async def _answered(self, call: Awaitable[Any]) -> Any:
        async with self._free:
            with faults_told(), connections_lost():
                return await call

    async def _drained(self) -> None:
        """Let calls come to their end whose callers were cancelled."""
        if self._calls:
            await asyncio.wait(self._calls, timeout=ANSWER_S)


def _forget_fault(task: asyncio.Task[Any]) -> None:
    """Look at the fault of a call that nobody waits for, so that it is not reported as lost."""
    if not task.cancelled():
        task.exception()


@contextmanager
def connections_lost() -> Iterator[None]:
    """Say of a connection that was taken away beneath a call that it is lost.

    redis-py closes all connections to a server when it learns a Cluster anew, those in use as
    well; whoever is about to write on one finds None in the place of its streams.
    """
    try:
        yield
    except AttributeError as fault:
        if fault.obj is not None:
            raise
        raise ConnectionError("A connection was closed beneath a call.") from fault


@contextmanager
def cancellable() -> Iterator[None]:
    """Raise a cancellation that was swallowed inside the block.

    Before Python 3.12 `asyncio.wait_for`, through which redis-py sends, drops one that comes
    together with the result; a task that serves in a loop would then never end.
    """
    task = asyncio.current_task()
    before = task.cancelling() if task else 0
    yield
    if task is not None and task.cancelling() > before:
        raise asyncio.CancelledError


def _client(url: RedisUrl, sentinel: Sentinel | None) -> Client:
    if url.topology is Topology.CLUSTER:
        nodes = [ClusterNode(host, port) for host, port in url.hosts]
        options = _options(url) | {"retry": _retry(CLUSTER_RETRIES)}
        return RedisCluster(startup_nodes=nodes, max_connections=2 * IN_FLIGHT, **options)
    options = _options(url) | {"db": url.database, "max_connections": 2 * IN_FLIGHT}
    if sentinel is not None:
        made: Redis = sentinel.master_for(url.master, **options)
        return made
    [(host, port)] = url.hosts
    return Redis(host=host, port=port, **options)


def _sentinel(url: RedisUrl) -> Sentinel:
    options = _options(url) | {"username": None, "password": None}
    return Sentinel(list(url.hosts), sentinel_kwargs=options)  # type: ignore[no-untyped-call]


def _options(url: RedisUrl) -> dict[str, Any]:
    options: dict[str, Any] = {
        "username": url.username,
        "password": url.password,
        "protocol": 2,
        "socket_timeout": ANSWER_S,
        "socket_connect_timeout": CONNECT_S,
        "health_check_interval": HEALTH_S,
        "retry": _retry(RETRIES),
    }
    if url.has_tls:
        options |= {
            "ssl": True,
            "ssl_ca_certs": url.ca,
            "ssl_certfile": url.cert,
            "ssl_keyfile": url.key,
        }
    return options


def _retry(times: int) -> Retry:
    backoff = ExponentialWithJitterBackoff(base=0.02, cap=0.5)
    return Retry(backoff, times, supported_errors=(ConnectionError,))


def _no_retry() -> Retry:
    return _retry(0)


async def _closed(client: Any) -> None:
    try:
        async with asyncio.timeout(CONNECT_S):
            await client.aclose()
    except (RedisError, OSError, TimeoutError) as fault:
        log.debug("a connection to Redis did not close in order: %r", fault)
