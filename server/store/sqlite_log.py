"""What is said to SQLite about logs and checkpoints. Plain functions of a connection.

Those that write run in the writer's thread, inside a transaction; those that read run in one
snapshot. None of them commits.
"""

import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass

from protocol.ids import RoomId
from server.store.interface import (
    START,
    Checkpoint,
    Conflict,
    Corrupt,
    Page,
    Position,
    PositionLost,
)

TRIM_AT_ONCE = 2_000
"""Versions deleted in one transaction, a few milliseconds, so that other rooms get their turn."""
PART_BYTES = 1024 * 1024
"""Of a checkpoint written in one transaction, for the same reason."""


@dataclass(frozen=True, slots=True)
class Log:
    """The row of one log. `trimmed` is the last version that is gone."""

    number: int
    head: Position
    trimmed: int


def log_of(connection: sqlite3.Connection, room: RoomId) -> Log | None:
    """Look a log up."""
    row = connection.execute(
        "SELECT number, epoch, version, trimmed FROM room WHERE id = ?", (room,)
    ).fetchone()
    return None if row is None else Log(row[0], Position(row[1], row[2]), row[3])


def head_of(connection: sqlite3.Connection, room: RoomId) -> Position:
    """Say where a log ends."""
    log = log_of(connection, room)
    return START if log is None else log.head


def append(
    connection: sqlite3.Connection,
    room: RoomId,
    expected: Position,
    payloads: Sequence[bytes],
    *,
    wake_at: int | None,
    epoch: str,
) -> Position:
    """Append payloads; a new log gets the epoch.

    Raises:
        Conflict: the head is not the expected one.
    """
    log = log_of(connection, room)
    head = START if log is None else log.head
    if head != expected:
        raise Conflict(room, head)
    if log is None:
        position = Position(epoch, len(payloads))
        number = connection.execute(
            "INSERT INTO room (id, epoch, version, wake_at) VALUES (?, ?, ?, ?)",
            (room, epoch, position.version, wake_at),
        ).lastrowid
    else:
        number, position = log.number, Position(head.epoch, head.version + len(payloads))
        connection.execute(
            "UPDATE room SET version = ?, wake_at = ? WHERE number = ?",
            (position.version, wake_at, number),
        )
    connection.executemany(
        "INSERT INTO record (room, version, payload) VALUES (?, ?, ?)",
        ((number, version, each) for version, each in enumerate(payloads, expected.version + 1)),
    )
    return position


def read(connection: sqlite3.Connection, room: RoomId, after: Position, limit: int) -> Page:
    """Read on from a position.

    Raises:
        PositionLost: it is not in this log, or what follows it was trimmed.
        Corrupt: versions are missing that nobody trimmed.
    """
    log = log_of(connection, room)
    if log is None:
        if after != START:
            raise PositionLost(f"{room} has no log, and {after} was asked for.")
        return Page(START, (), START)
    if after != START:
        _check(room, log, after)
        if after.version < log.trimmed:
            raise PositionLost(f"{room} was trimmed up to version {log.trimmed}.")
    first = max(after.version, log.trimmed)
    rows = connection.execute(
        "SELECT version, payload FROM record WHERE room = ? AND version > ? "
        "ORDER BY version LIMIT ?",
        (log.number, first, limit),
    ).fetchall()
    last = first + len(rows)
    if len(rows) < min(limit, log.head.version - first) or (rows and rows[-1][0] != last):
        raise Corrupt(f"The log of {room} has a hole behind version {first}.")
    return Page(Position(log.head.epoch, last), tuple(row[1] for row in rows), log.head)


def trim(connection: sqlite3.Connection, room: RoomId, up_to: Position) -> bool:
    """Forget some of the versions up to a position; True when more of them are left.

    Raises:
        PositionLost: the position is of another epoch.
    """
    log = log_of(connection, room)
    if log is None or log.head.epoch != up_to.epoch:
        raise PositionLost(f"{up_to} is not in the log of {room}.")
    kept = _kept(connection, log.number)
    end = min(up_to.version, kept[1] if kept else 0)
    step = min(end, log.trimmed + TRIM_AT_ONCE)
    if step <= log.trimmed:
        return False
    connection.execute("DELETE FROM record WHERE room = ? AND version <= ?", (log.number, step))
    connection.execute("UPDATE room SET trimmed = ? WHERE number = ?", (step, log.number))
    return step < end


def renew_epochs(connection: sqlite3.Connection) -> int:
    """Give every log a new epoch; return how many there are."""
    return connection.execute("UPDATE room SET epoch = lower(hex(randomblob(8)))").rowcount


def due(connection: sqlite3.Connection, now: int, limit: int) -> list[RoomId]:
    """List the rooms that somebody has to open."""
    rows = connection.execute(
        "SELECT id FROM room WHERE wake_at <= ? ORDER BY wake_at, id LIMIT ?", (now, limit)
    )
    return [RoomId(row[0]) for row in rows]


def begin_checkpoint(
    connection: sqlite3.Connection, room: RoomId, position: Position
) -> int | None:
    """Begin to write a checkpoint.

    Returns:
        Its number for `add_part` and `finish_checkpoint`; None when the one kept is as new.

    Raises:
        PositionLost: the position is not in this log.
    """
    log = log_of(connection, room)
    if log is None:
        raise PositionLost(f"{room} has no log.")
    _check(room, log, position)
    kept = _kept(connection, log.number)
    if kept and kept[1] >= position.version:
        return None
    return connection.execute(
        "INSERT INTO checkpoint (room, version) VALUES (?, ?)", (log.number, position.version)
    ).lastrowid


def add_part(connection: sqlite3.Connection, checkpoint: int, part: int, payload: bytes) -> bool:
    """Write one part of a checkpoint; False when a newer checkpoint came first."""
    changed = connection.execute(
        "INSERT INTO checkpoint_part (checkpoint, part, payload) "
        "SELECT id, ?, ? FROM checkpoint WHERE id = ?",
        (part, payload, checkpoint),
    ).rowcount
    return changed == 1


def finish_checkpoint(connection: sqlite3.Connection, checkpoint: int) -> None:
    """Make a checkpoint count. Those that are not newer go, finished or given up."""
    row = connection.execute(
        "UPDATE checkpoint SET is_whole = 1 WHERE id = ? RETURNING room, version", (checkpoint,)
    ).fetchone()
    if row is not None:
        connection.execute(
            "DELETE FROM checkpoint WHERE room = ? AND version <= ? AND id <> ?",
            (*row, checkpoint),
        )


def load_checkpoint(connection: sqlite3.Connection, room: RoomId) -> Checkpoint | None:
    """Read the newest whole checkpoint."""
    log = log_of(connection, room)
    kept = None if log is None else _kept(connection, log.number)
    if log is None or kept is None:
        return None
    rows = connection.execute(
        "SELECT payload FROM checkpoint_part WHERE checkpoint = ? ORDER BY part", (kept[0],)
    )
    payload = b"".join(row[0] for row in rows)
    return Checkpoint(Position(log.head.epoch, kept[1]), payload)


def saved(connection: sqlite3.Connection, room: RoomId) -> Position | None:
    """Say where the newest whole checkpoint stands."""
    log = log_of(connection, room)
    kept = None if log is None else _kept(connection, log.number)
    return None if log is None or kept is None else Position(log.head.epoch, kept[1])


def _kept(connection: sqlite3.Connection, number: int) -> tuple[int, int] | None:
    """Find the number and the version of the one whole checkpoint."""
    row: tuple[int, int] | None = connection.execute(
        "SELECT id, version FROM checkpoint WHERE room = ? AND is_whole", (number,)
    ).fetchone()
    return row


def _check(room: RoomId, log: Log, position: Position) -> None:
    if position.epoch != log.head.epoch or position.version > log.head.version:
        raise PositionLost(f"{position} is not in the log of {room}, which ends at {log.head}.")
