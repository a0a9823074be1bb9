"""The store as the rest of the server sees it: bytes in, bytes out, and what is promised.

Two adapters stand behind this interface, and one conformance suite runs against both.
An adapter knows nothing of events, people or rights. `server.store.journal` puts the
codec, the sealing of personal data and the checkpoints on top.
"""

from collections.abc import AsyncIterator, Iterable, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from typing import Protocol

from protocol.ids import NodeId, RoomId


@dataclass(frozen=True, slots=True)
class Position:
    """A place in a room's log: the epoch (one life of the log) and the version in it."""

    epoch: str
    version: int


START = Position("", 0)
"""Before everything: expected by the first append to a room, which begins an epoch."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Put:
    """A small value kept beside the logs.

    Args:
        table: what kind of thing, for example `account` or `api_key`.
        value: None deletes.
        expires_at: ms UTC from which the value is as good as gone; None keeps it.
        if_absent: put only if there is no live value (for things that work once).
    """

    table: str
    key: str
    value: bytes | None
    expires_at: int | None = None
    if_absent: bool = False


@dataclass(frozen=True, slots=True)
class Page:
    """A stretch of a log: payloads of versions `after.version + 1 …`, and where the head is."""

    position: Position
    """Of the last payload here (of `after` when there is none)."""
    payloads: tuple[bytes, ...]
    head: Position


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """A saved fold of a log up to a position."""

    position: Position
    payload: bytes


class StoreError(Exception):
    """Base of all that an adapter raises."""


class Conflict(StoreError):
    """The head is not where the writer expected; nothing was written."""

    def __init__(self, room: RoomId, head: Position) -> None:
        """Carry the head that was found instead."""
        super().__init__(f"the log of {room} is at version {head.version}")
        self.room = room
        self.head = head


class PositionLost(StoreError):
    """The asked position belongs to another epoch, or was trimmed: start from the checkpoint."""


class Unavailable(StoreError):
    """The store cannot answer now (disk full, read-only, gone). Nothing is known lost."""


class Unusable(StoreError):
    """The store must not be used: foreign, newer, or held by another server. Says why.

    Args:
        says: what is wrong.
        cure: what an operator does about it; empty where it depends.
    """

    def __init__(self, says: str, cure: str = "") -> None:
        """Put both into one text, for those who print it whole."""
        super().__init__(f"{says} {cure}".rstrip())
        self.says = says
        self.cure = cure


class Corrupt(Unusable):
    """What is stored is damaged: torn, flipped, misplaced, or not what it claims to be."""


class NewerData(StoreError):
    """What is stored was written by a newer server. The room can be read no further, only left.

    Guessing at it could drop a block or a removal, so the room is closed to change until the
    newer server is back.
    """


class Store(Protocol):
    """What an adapter does. Every method may raise `Unavailable`."""

    @property
    def is_shared(self) -> bool:
        """Others may append to it: what this process knows of a log may not be the newest."""
        ...

    async def append(
        self,
        room: RoomId,
        expected: Position,
        payloads: Sequence[bytes],
        *,
        puts: Sequence[Put] = (),
        wake_at: int | None = None,
    ) -> Position:
        """Append payloads as the next versions, all or none, durable on return.

        `puts` are durable no later than the payloads. `wake_at` (ms UTC; None: never) is
        remembered as the time by which somebody has to open the room (see `due`); each append
        replaces the time of the one before, and one without payloads may do only that.

        After `Unavailable`, and after a cancelled call, it is not known whether the payloads
        are in the log; `head` tells.

        Returns:
            The position of the last payload; its epoch is new when the log was empty.

        Raises:
            Conflict: the head is not `expected`; nothing was written, puts included.
            ValueError: one of the puts is `if_absent`, which could fail for another reason than
                a conflict (use `put`); or a log would begin without a payload.
        """
        ...

    def turn(self, room: RoomId) -> AbstractAsyncContextManager[int | None]:
        """Wait for a turn to append, where writers get in each other's way; end it on leaving.

        Only a courtesy: it keeps nobody from appending, lapses by itself, and is had without
        asking when the wait grows long. `append` alone decides who was first.

        Returns:
            The version of the head at the beginning of the turn; None where it is not known.
        """
        ...

    async def read(self, room: RoomId, after: Position, limit: int = 1000) -> Page:
        """Read on from a position (`START`: from the first version still there).

        When all was trimmed, reading from `START` gives no payloads and the position of the
        head, so that reading page by page always comes to an end.

        Raises:
            PositionLost: `after` is of another epoch or beyond the head (a restored backup),
                or versions after it were trimmed.
        """
        ...

    async def head(self, room: RoomId) -> Position:
        """Say where the log ends; `START` for a room that has none."""
        ...

    def follow(self, room: RoomId) -> AbstractAsyncContextManager[AsyncIterator[int]]:
        """Hear of new versions. A hint only: it may be lost, late, repeated or reordered.

        A slow reader gets the newest version, not a queue of all.
        """
        ...

    async def save_checkpoint(self, room: RoomId, checkpoint: Checkpoint) -> None:
        """Keep the newest checkpoint of a room (an older one than the kept is ignored).

        Raises:
            PositionLost: it is of another epoch, or beyond the head; nothing was kept.
        """
        ...

    async def load_checkpoint(self, room: RoomId) -> Checkpoint | None:
        """Get the newest checkpoint."""
        ...

    async def saved(self, room: RoomId) -> Position | None:
        """Say where the newest checkpoint stands, which another node may have saved."""
        ...

    async def trim(self, room: RoomId, up_to: Position) -> None:
        """Forget versions up to and including `up_to`; never beyond the checkpoint kept.

        Raises:
            PositionLost: `up_to` is of another epoch; nothing was forgotten.
        """
        ...

    async def due(self, now: int, limit: int = 100) -> list[RoomId]:
        """List rooms whose `wake_at` has come and that nobody holds, the earliest first."""
        ...

    async def hold(self, rooms: Iterable[RoomId], until: int) -> None:
        """Note that a node has rooms open until a time (ms UTC), so that no other opens them.

        A hint for `due` alone: it keeps nobody out, is never taken back, and may be lost.
        """
        ...

    async def put(self, puts: Sequence[Put], now: int = 0) -> bool:
        """Put all or none; False (and nothing put) when an `if_absent` found a live value.

        Args:
            now: ms UTC; what has expired by then is no obstacle to `if_absent`. Left out,
                every value that was not swept counts as live, which is on the safe side for
                things that work once.
        """
        ...

    async def get(self, table: str, key: str, now: int) -> bytes | None:
        """Get a value that has not expired."""
        ...

    async def get_many(self, table: str, keys: Sequence[str], now: int) -> dict[str, bytes]:
        """Get the values that exist."""
        ...

    async def scan(
        self, table: str, now: int, *, after: str = "", limit: int = 1000
    ) -> list[tuple[str, bytes]]:
        """List live values in the order of their keys, from behind `after`."""
        ...

    async def sweep(self, now: int) -> int:
        """Delete what has expired; return how many."""
        ...

    async def renew_lease(self, node: NodeId, now: int, until: int) -> bool:
        """Take or renew a node's claim to be alive; False when it had lapsed and was reaped.

        A node's id belongs to one run of its process. Once dropped, it never gets a claim
        again, however late it comes back from a pause.
        """
        ...

    async def leases(self) -> dict[NodeId, int]:
        """List nodes and until when each holds its claim, lapsed ones included."""
        ...

    async def drop_lease(self, node: NodeId) -> None:
        """Forget a node (it left in order, or its connections were reaped)."""
        ...
