"""The store of many nodes: Redis, one server, Sentinel or Cluster.

Reads and writes go to primaries alone. What a log holds beside its payloads stands in
`redis_log`, small values and wake times in `redis_values`, hints in `redis_hints`.
"""

import asyncio
from collections.abc import AsyncIterator, Iterable, Sequence
from contextlib import asynccontextmanager
from typing import Self

from protocol.ids import NodeId, RoomId
from server.store import redis_values
from server.store.interface import Checkpoint, Page, Position, Put
from server.store.redis_check import check
from server.store.redis_hints import Subscriptions
from server.store.redis_keys import Names
from server.store.redis_log import RedisLog
from server.store.redis_tokens import Tokens
from server.store.redis_turns import Turns
from server.store.redis_url import RedisUrl, Topology
from server.store.redis_values import RedisValues
from server.store.redis_wire import Wire

MAX_READ = 10_000
"""Payloads of one read, whatever was asked for; whoever wants more reads on."""


class RedisStore:
    """`Store` on Redis. Get one with `open`; its promises stand in the interface.

    A cancelled call may have been carried out, or not.
    """

    is_shared = True

    def __init__(self, wire: Wire, names: Names) -> None:
        """Put the parts together; see `open`."""
        is_sharded = wire.url.topology is Topology.CLUSTER
        self.wire = wire
        self.names = names
        publish = "SPUBLISH" if is_sharded else "PUBLISH"
        self._log = RedisLog(wire, names, publish)
        self._values = RedisValues(wire, names)
        self._turns = Turns(wire, names, publish)
        self._tokens = Tokens(wire, names)
        self._subscriptions = Subscriptions(wire, names, self._turns.heard, is_sharded=is_sharded)

    @classmethod
    @asynccontextmanager
    async def open(cls, url: RedisUrl) -> AsyncIterator[Self]:
        """Connect, look whether that Redis can be trusted, and let go in the end.

        Raises:
            Unusable: it must not be used; the sentence says why.
            Unavailable: it does not answer.
        """
        names = Names(url.prefix)
        async with Wire.opened(url) as wire:
            await check(wire, names)
            store = cls(wire, names)
            listening = asyncio.create_task(store._subscriptions.run(), name="redis: hints")
            try:
                yield store
            finally:
                store._subscriptions.end()
                listening.cancel()
                await asyncio.wait([listening])
                await store._tokens.close()

    async def append(
        self,
        room: RoomId,
        expected: Position,
        payloads: Sequence[bytes],
        *,
        puts: Sequence[Put] = (),
        wake_at: int | None = None,
    ) -> Position:
        """See `Store.append`."""
        if any(each.if_absent for each in puts):
            raise ValueError("An append takes no put that is `if_absent`.")
        if not payloads and not expected.version:
            raise ValueError("A log begins with a payload.")
        stash = redis_values.pack(puts)
        mark = await self._values.expect_stash(room) if puts else ""
        indexed: int | None = None
        while True:
            done = await self._log.append(
                room, expected, payloads, stash=stash, wake_at=wake_at, indexed=indexed
            )
            if done is not None:
                break
            # Told before the log is, so that no wake time is ever missed.
            if wake_at is not None:
                await self._values.lower_wake(room, wake_at)
            indexed = wake_at
        if puts:
            await self._values.drain(room, mark)
        return done[0]

    @asynccontextmanager
    async def turn(self, room: RoomId) -> AsyncIterator[int | None]:
        """See `Store.turn`."""
        async with self._turns.turn(room) as head:
            yield head

    async def read(self, room: RoomId, after: Position, limit: int = 1000) -> Page:
        """See `Store.read`."""
        return await self._log.read(room, after, min(limit, MAX_READ))

    async def head(self, room: RoomId) -> Position:
        """See `Store.head`."""
        return await self._log.head(room)

    @asynccontextmanager
    async def follow(self, room: RoomId) -> AsyncIterator[AsyncIterator[int]]:
        """See `Store.follow`. Ends when the store closes."""
        async with self._subscriptions.follow(room) as follower:
            yield follower

    async def save_checkpoint(self, room: RoomId, checkpoint: Checkpoint) -> None:
        """See `Store.save_checkpoint`."""
        await self._log.save_checkpoint(room, checkpoint)

    async def load_checkpoint(self, room: RoomId) -> Checkpoint | None:
        """See `Store.load_checkpoint`."""
        return await self._log.load_checkpoint(room)

    async def saved(self, room: RoomId) -> Position | None:
        """See `Store.saved`."""
        return await self._log.saved(room)

    async def trim(self, room: RoomId, up_to: Position) -> None:
        """See `Store.trim`."""
        await self._log.trim(room, up_to)

    async def due(self, now: int, limit: int = 100) -> list[RoomId]:
        """See `Store.due`."""
        return await self._values.due(now, limit)

    async def hold(self, rooms: Iterable[RoomId], until: int) -> None:
        """See `Store.hold`."""
        await self._values.hold(rooms, until)

    async def put(self, puts: Sequence[Put], now: int = 0) -> bool:
        """See `Store.put`."""
        return await self._values.put(puts, now)

    async def get(self, table: str, key: str, now: int) -> bytes | None:
        """See `Store.get`."""
        return (await self._values.get_many(table, [key], now)).get(key)

    async def get_many(self, table: str, keys: Sequence[str], now: int) -> dict[str, bytes]:
        """See `Store.get_many`."""
        return await self._values.get_many(table, keys, now)

    async def scan(
        self, table: str, now: int, *, after: str = "", limit: int = 1000
    ) -> list[tuple[str, bytes]]:
        """See `Store.scan`."""
        return await self._values.scan(table, now, after, limit)

    async def sweep(self, now: int) -> int:
        """See `Store.sweep`. Also applies puts whose writer died between them and its append."""
        await self._values.drain_all()
        return await self._values.sweep(now)

    async def take_token(self, bucket: str, burst: int, per_s: float, count: int) -> float:
        """Take tokens from a bucket that all nodes share, or with a count of 0 only look.

        Returns:
            0.0 when they were taken, else in how many seconds to try again.
        """
        return await self._tokens.take(bucket, burst, per_s, count)

    async def take_place(self, window: str, places: int, length_ms: int) -> bool:
        """Take one of the places in a sliding window that all nodes share; False: none is left."""
        return bool(
            await self.wire.run("take_place", [self.names.window(window)], places, length_ms)
        )

    async def renew_lease(self, node: NodeId, now: int, until: int) -> bool:  # noqa: ARG002 - for adapters whose leases expire by themselves
        """See `Store.renew_lease`."""
        return await self._values.renew_lease(node, until)

    async def leases(self) -> dict[NodeId, int]:
        """See `Store.leases`."""
        return await self._values.leases()

    async def drop_lease(self, node: NodeId) -> None:
        """See `Store.drop_lease`."""
        await self._values.drop_lease(node)
