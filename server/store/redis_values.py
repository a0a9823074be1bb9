"""What is said to Redis about small values, leases, wake times, and who holds which room open.

All of it lies in one slot. Puts that go with an append are stashed in the room's slot by the
append itself, and applied here after it, in their order and each once, by whoever comes first.
"""

import secrets
from collections.abc import Iterable, Sequence
from typing import Any

import msgpack

from protocol.ids import NodeId, RoomId
from server.store.interface import Put
from server.store.redis_keys import Names
from server.store.redis_wire import Argument, Wire

KEYS_AT_ONCE = 500
SWEEP_AT_ONCE = 1_000
LOOKED_AT = 2_000
"""Keys that one scan looks at; those that have expired are left out of what it gives."""
DROPPED_KEPT_MS = 7 * 24 * 3_600_000
"""How long a dropped node is remembered; a process paused for longer has no connections left."""


def pack(puts: Sequence[Put]) -> bytes:
    """Write puts down as one piece; nothing for none."""
    if not puts:
        return b""
    packed: bytes = msgpack.packb([[p.table, p.key, p.value, p.expires_at] for p in puts])
    return packed


def unpack(packed: bytes) -> list[Put]:
    """Read what `pack` has written."""
    return [
        Put(table=table, key=key, value=value, expires_at=expires_at)
        for table, key, value, expires_at in msgpack.unpackb(packed)
    ]


class RedisValues:
    """Everything that belongs to no room alone."""

    def __init__(self, wire: Wire, names: Names) -> None:
        """Take the way to Redis."""
        self._wire = wire
        self._names = names
        shared = names.shared
        self._expiries, self._applied = shared("expiries"), shared("applied")
        self._pending = shared("pending")
        self._leases, self._dropped = shared("leases"), shared("dropped")
        self._wakes, self._marks, self._held = shared("wakes"), shared("marks"), shared("held")

    # --- values ----------------------------------------------------------------------------

    async def put(
        self, puts: Sequence[Put], now: int = 0, stashed: tuple[RoomId, str, int] | None = None
    ) -> bool:
        """Put all or none; see `Store.put`.

        Args:
            stashed: room, epoch and number of a stash. What was applied before is left alone.
        """
        if not puts:
            return True
        tables = sorted({each.table for each in puts})
        keys = [self._expiries, self._applied]
        for table in tables:
            keys += self._names.table(table)
        args: list[Argument] = [now, secrets.token_hex(6), *(stashed or ("", "", ""))]
        for each in puts:
            args += [
                tables.index(each.table) + 1,
                each.table,
                each.key,
                int(each.if_absent),
                int(each.value is not None),
                "" if each.expires_at is None else each.expires_at,
                each.value or b"",
            ]
        return bool(await self._wire.run("put", keys, *args, is_write=True))

    async def get_many(self, table: str, keys: Sequence[str], now: int) -> dict[str, bytes]:
        """See `Store.get_many`."""
        values, _ = self._names.table(table)
        found: dict[str, bytes] = {}
        for at in range(0, len(keys), KEYS_AT_ONCE):
            some = keys[at : at + KEYS_AT_ONCE]
            stored = await self._wire.command("HMGET", values, *some)
            for key, each in zip(some, stored, strict=True):
                if each is None:
                    continue
                expires_at, _, value = each.split(b" ", 2)
                if not expires_at or int(expires_at) > now:
                    found[key] = value
        return found

    async def scan(self, table: str, now: int, after: str, limit: int) -> list[tuple[str, bytes]]:
        """See `Store.scan`."""
        found: list[tuple[str, bytes]] = []
        is_over = False
        while not is_over and len(found) < limit:
            reply = await self._wire.run(
                "scan", self._names.table(table), after, limit - len(found), now, LOOKED_AT
            )
            is_over, after = bool(reply[0]), reply[1].decode()
            found += zip((key.decode() for key in reply[2::2]), reply[3::2], strict=True)
        return found

    async def sweep(self, now: int) -> int:
        """Delete what has expired, forget nodes dropped long ago; return how many values."""
        total = 0
        while True:
            members = await self._wire.command(
                "ZRANGEBYSCORE", self._expiries, "-inf", now, "LIMIT", 0, SWEEP_AT_ONCE
            )
            if not members:
                break
            total += await self._sweep([tuple(each.split(b"\0", 1)) for each in members], now)
        await self._wire.command("ZREMRANGEBYSCORE", self._dropped, "-inf", now - DROPPED_KEPT_MS)
        await self._wire.command("ZREMRANGEBYSCORE", self._held, "-inf", now)
        return total

    async def _sweep(self, members: Sequence[tuple[bytes, ...]], now: int) -> int:
        tables = sorted({table for table, _ in members})
        keys = [self._expiries]
        for table in tables:
            keys += self._names.table(table.decode())
        args: list[Argument] = [now]
        for table, key in members:
            args += [tables.index(table) + 1, table, key]
        return int(await self._wire.run("sweep", keys, *args))

    # --- puts that go with an append -------------------------------------------------------

    async def expect_stash(self, room: RoomId) -> str:
        """Note that a room is about to have stashed puts, before it has them."""
        mark = secrets.token_hex(6)
        await self._wire.command("HSET", self._pending, room, mark)
        return mark

    async def drain(self, room: RoomId, mark: str) -> None:
        """Apply what a room has stashed, and take it out of those that have."""
        keys = self._names.room(room)
        left = 1
        while left:
            epoch = await self._wire.command("HGET", keys.meta, "epoch")
            stashes = await self._wire.command("LRANGE", keys.stash, 0, 99)
            if not stashes or epoch is None:
                break
            for stash in stashes:
                number, packed = stash.split(b" ", 1)
                last = int(number)
                await self.put(unpack(packed), stashed=(room, epoch.decode(), last))
            left = int(await self._wire.run("unstash", [keys.stash], last))
        await self._wire.run("forget_pending", [self._pending], room, mark)

    async def drain_all(self) -> None:
        """Apply what was left by processes that died between an append and its puts."""
        pending = await self._wire.command("HGETALL", self._pending)
        for room, mark in _pairs(pending):
            await self.drain(RoomId(room.decode()), mark.decode())

    # --- wake times ------------------------------------------------------------------------

    async def lower_wake(self, room: RoomId, wake_at: int) -> None:
        """Have the index say no later time than this, before the log does."""
        mark = secrets.token_hex(6)
        await self._wire.run(
            "lower_wake", [self._wakes, self._marks], room, wake_at, mark, is_write=True
        )

    async def due(self, now: int, limit: int) -> list[RoomId]:
        """See `Store.due`. The index may say too early a time; it is put right on the way."""
        keys = [self._wakes, self._marks, self._held]
        while True:
            reply = await self._wire.run("due", keys, now, limit)
            found = [
                (RoomId(room.decode()), int(float(at)), mark.decode())
                for room, at, mark in zip(reply[::3], reply[1::3], reply[2::3], strict=True)
            ]
            truths = await self._wire.commands(
                [("HGET", self._names.room(room).meta, "wake_at") for room, _, _ in found]
            )
            due: list[tuple[int, RoomId]] = []
            early: list[tuple[RoomId, str]] = []
            for (room, _, mark), truth in zip(found, truths, strict=True):
                if truth is not None and int(truth) <= now:
                    due.append((int(truth), room))
                else:
                    early.append((room, mark))
            for room, mark in early:
                await self._settle_wake(room, mark)
            if not early or len(found) < limit:
                return [room for _, room in sorted(due)][:limit]

    async def _settle_wake(self, room: RoomId, mark: str) -> None:
        truth = await self._wire.run("true_wake", [self._names.room(room).meta])
        await self._wire.run("settle_wake", [self._wakes, self._marks], room, mark, truth or b"")

    async def hold(self, rooms: Iterable[RoomId], until: int) -> None:
        """See `Store.hold`."""
        args: list[Argument] = []
        for room in rooms:
            args += [until, room]
        for at in range(0, len(args), 2 * KEYS_AT_ONCE):
            some = args[at : at + 2 * KEYS_AT_ONCE]
            await self._wire.command("ZADD", self._held, "GT", *some)

    # --- leases ----------------------------------------------------------------------------

    async def renew_lease(self, node: NodeId, until: int) -> bool:
        """See `Store.renew_lease`."""
        keys = [self._leases, self._dropped]
        return bool(await self._wire.run("renew_lease", keys, node, until, is_write=True))

    async def leases(self) -> dict[NodeId, int]:
        """See `Store.leases`."""
        found = await self._wire.command("HGETALL", self._leases)
        return {NodeId(node.decode()): int(until) for node, until in _pairs(found)}

    async def drop_lease(self, node: NodeId) -> None:
        """See `Store.drop_lease`."""
        await self._wire.run("drop_lease", [self._leases, self._dropped], node, is_write=True)


def _pairs(reply: Any) -> list[tuple[bytes, bytes]]:
    """Read a hash, which redis-py gives as a dict or as it comes."""
    if isinstance(reply, dict):
        return list(reply.items())
    return list(zip(reply[::2], reply[1::2], strict=True))
