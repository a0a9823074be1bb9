"""What is said to Redis about logs and checkpoints.

A log is a Stream whose entries have their versions as ids, and a hash beside it that says where
the log begins and ends. Every append leaves a random *tag*; a process that knows the tag of its
position learns at its next call when a failover or a restored backup has put other records in
the place of those it saw. Then the log gets a new epoch, and every replica starts anew.
"""

import secrets
from collections import OrderedDict
from collections.abc import Sequence
from typing import Any

from protocol.ids import RoomId
from server.store.interface import (
    START,
    Checkpoint,
    Conflict,
    Corrupt,
    Page,
    Position,
    PositionLost,
    Unavailable,
)
from server.store.redis_keys import Names
from server.store.redis_wire import Wire

PAGE_BYTES = 8 * 1024 * 1024
"""After which a page ends; Redis and this process hold all of it at once."""
PART_BYTES = 1024 * 1024
"""Of a checkpoint in one command, so that other rooms get their turn."""
PARTS_AT_ONCE = 8
TRIM_AT_ONCE = 2_000
"""Versions forgotten in one script, about a millisecond."""
UNFINISHED_S = 3_600
"""After which the parts of a checkpoint that was given up are gone."""
TRIES = 5
ROOMS_KNOWN = 20_000
VERSIONS_KNOWN = 4
"""Of one room: where its replica is, and what is on its way."""


class Tags:
    """Tags of the positions that this process has seen last."""

    def __init__(self) -> None:
        """Know none."""
        self._rooms: OrderedDict[RoomId, OrderedDict[Position, bytes]] = OrderedDict()

    def note(self, room: RoomId, position: Position, tag: bytes) -> None:
        """Remember the tag of a position."""
        known = self._rooms.setdefault(room, OrderedDict())
        self._rooms.move_to_end(room)
        known[position] = tag
        known.move_to_end(position)
        if len(known) > VERSIONS_KNOWN:
            known.popitem(last=False)
        if len(self._rooms) > ROOMS_KNOWN:
            self._rooms.popitem(last=False)

    def of(self, room: RoomId, position: Position) -> bytes:
        """Give the tag of a position, empty when it is not known."""
        known = self._rooms.get(room)
        return known.get(position, b"") if known else b""

    def forget(self, room: RoomId) -> None:
        """Forget a room whose log has a new life."""
        self._rooms.pop(room, None)


class RedisLog:
    """Logs and checkpoints of every room."""

    def __init__(self, wire: Wire, names: Names, publish: str) -> None:
        """Take the way to Redis, and the command that publishes there."""
        self._wire = wire
        self._names = names
        self._publish = publish
        self._tags = Tags()

    async def append(
        self,
        room: RoomId,
        expected: Position,
        payloads: Sequence[bytes],
        *,
        stash: bytes,
        wake_at: int | None,
        indexed: int | None,
    ) -> tuple[Position, int] | None:
        """Append payloads.

        Args:
            stash: puts that go with them, packed; empty for none.
            indexed: what the index of wake times was just told.

        Returns:
            The position of the last, and the number of the stash. None when the index of wake
            times has to be told first; nothing was written.

        Raises:
            Conflict: the head is not the expected one; nothing was written.
        """
        keys = self._names.room(room)
        tag = secrets.token_hex(6).encode()
        reply = await self._wire.run(
            "append",
            [keys.meta, keys.log, keys.stash],
            expected.epoch,
            expected.version,
            self._tags.of(room, expected),
            secrets.token_hex(8),
            tag,
            "" if wake_at is None else wake_at,
            "" if indexed is None else indexed,
            self._publish,
            keys.channel,
            stash,
            *payloads,
            is_write=True,
        )
        word, position = reply[0], _position(reply)
        if word == b"index":
            return None
        if word == b"fork":
            raise Conflict(room, await self._begin_anew(room, position))
        if word != b"ok":
            raise Conflict(room, position)
        if payloads:
            self._tags.note(room, position, tag)
        return position, int(reply[3])

    async def read(self, room: RoomId, after: Position, limit: int) -> Page:
        """See `Store.read`."""
        keys = self._names.room(room)
        known = self._tags.of(room, after)
        reply = await self._wire.run(
            "read", [keys.meta, keys.log], after.epoch, after.version, known, limit, PAGE_BYTES
        )
        word = reply[0]
        if word == b"none":
            return Page(START, (), START)
        head = _position(reply)
        if word == b"fork":
            await self._begin_anew(room, head)
        if word == b"hole":
            raise Corrupt(f"The log of {room} has a hole behind version {head.version}.")
        if word != b"ok":
            raise PositionLost(f"{after} is not in the log of {room}, which ends at {head}.")
        payloads = tuple(reply[5:])
        position = Position(head.epoch, int(reply[3]) + len(payloads))
        if reply[4]:
            self._tags.note(room, position, reply[4])
        return Page(position, payloads, head)

    async def head(self, room: RoomId) -> Position:
        """See `Store.head`."""
        meta = self._names.room(room).meta
        epoch, version, tag = await self._wire.command("HMGET", meta, "epoch", "version", "tag")
        if epoch is None:
            return START
        head = Position(epoch.decode(), int(version))
        known = self._tags.of(room, head)
        if known and tag != known:
            return await self._begin_anew(room, head)
        return head

    async def save_checkpoint(self, room: RoomId, checkpoint: Checkpoint) -> None:
        """See `Store.save_checkpoint`. In parts, none of which counts before the last."""
        position, payload = checkpoint.position, checkpoint.payload
        keys = self._names.room(room)
        tag = self._tags.of(room, position)
        begin = ([keys.meta, keys.log], position.epoch, position.version, tag)
        replaced = await self._begun(
            room, position, await self._wire.run("begin_checkpoint", *begin)
        )
        if replaced is None:
            return
        name = f"checkpoint:{position.version}:{secrets.token_hex(6)}"
        parts = [payload[at : at + PART_BYTES] for at in range(0, len(payload), PART_BYTES)] or [
            b""
        ]
        for part in parts:
            await self._wire.run("add_part", [keys.checkpoint(name)], part, UNFINISHED_S)
        for _ in range(TRIES):
            reply = await self._wire.run(
                "finish_checkpoint",
                [keys.meta, keys.checkpoint(name), keys.checkpoint(replaced)],
                position.epoch,
                position.version,
                name,
                replaced,
                len(parts),
                is_write=True,
            )
            if reply[0] == b"lost":
                raise PositionLost(f"The log of {room} has begun a new life.")
            if reply[0] == b"torn":
                raise Unavailable(f"Parts of a checkpoint of {room} are gone.")
            if reply[0] != b"again":
                return
            replaced = reply[1].decode()
        raise Unavailable(f"Others save checkpoints of {room} all the time.")

    async def _begun(self, room: RoomId, position: Position, reply: list[Any]) -> str | None:
        """Say which checkpoint would be replaced; None when the one kept is as new."""
        if reply[0] == b"fork":
            await self._begin_anew(room, _position(reply))
        if reply[0] in (b"lost", b"fork"):
            raise PositionLost(f"{position} is not in the log of {room}.")
        return None if reply[0] == b"old" else reply[1].decode()

    async def load_checkpoint(self, room: RoomId) -> Checkpoint | None:
        """See `Store.load_checkpoint`. A newer one that comes between is taken instead."""
        keys = self._names.room(room)
        for _ in range(TRIES):
            epoch, saved, name, count = await self._wire.command(
                "HMGET", keys.meta, "epoch", "saved", "saved_name", "saved_parts"
            )
            if saved is None:
                return None
            parts: list[bytes] = []
            for at in range(0, int(count), PARTS_AT_ONCE):
                parts += await self._wire.command(
                    "LRANGE", keys.checkpoint(name.decode()), at, at + PARTS_AT_ONCE - 1
                )
            if len(parts) == int(count):
                return Checkpoint(Position(epoch.decode(), int(saved)), b"".join(parts))
        raise Unavailable(f"The checkpoint of {room} is replaced all the time.")

    async def saved(self, room: RoomId) -> Position | None:
        """See `Store.saved`."""
        meta = self._names.room(room).meta
        epoch, saved = await self._wire.command("HMGET", meta, "epoch", "saved")
        return None if saved is None else Position(epoch.decode(), int(saved))

    async def trim(self, room: RoomId, up_to: Position) -> None:
        """See `Store.trim`. In steps, so that others are not held up."""
        keys = self._names.room(room)
        while True:
            reply = await self._wire.run(
                "trim", [keys.meta, keys.log], up_to.epoch, up_to.version, TRIM_AT_ONCE
            )
            if reply[0] != b"ok":
                raise PositionLost(f"{up_to} is not in the log of {room}.")
            if not reply[1]:
                return

    async def _begin_anew(self, room: RoomId, head: Position) -> Position:
        """Give a log a new epoch, because its records are not those that were seen here."""
        keys = self._names.room(room)
        epoch = secrets.token_hex(8)
        self._tags.forget(room)
        is_ours = await self._wire.run(
            "renew_epoch",
            [keys.meta],
            head.epoch,
            epoch,
            self._publish,
            keys.channel,
            is_write=True,
        )
        return Position(epoch, head.version) if is_ours else await self.head(room)


def _position(reply: list[Any]) -> Position:
    return Position(reply[1].decode(), int(reply[2]))
