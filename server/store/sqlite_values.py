"""What is said to SQLite about small values and leases. Plain functions of a connection.

Those that write run in the writer's thread, inside a transaction; none of them commits.
"""

import sqlite3
from collections.abc import Sequence

from protocol.ids import NodeId
from server.store.interface import Put

SWEEP_AT_ONCE = 1_000
"""Values deleted in one transaction, so that rooms get their turn."""
KEYS_AT_ONCE = 500
"""In one statement; SQLite takes up to 32,766 parameters."""
DROPPED_KEPT_MS = 7 * 24 * 3_600_000
"""How long a dropped node is remembered; a process paused for longer has no connections left."""


class Taken(Exception):
    """An `if_absent` found a live value."""


def put(connection: sqlite3.Connection, puts: Sequence[Put], now: int) -> None:
    """Put all.

    Raises:
        Taken: an `if_absent` found a live value; the caller undoes the rest.
    """
    for each in puts:
        if each.if_absent and _is_live(connection, each, now):
            raise Taken
        if each.value is None:
            connection.execute(
                "DELETE FROM value WHERE kind = ? AND key = ?", (each.table, each.key)
            )
        else:
            connection.execute(
                "INSERT INTO value (kind, key, value, expires_at) VALUES (?, ?, ?, ?) "
                "ON CONFLICT DO UPDATE "
                "SET value = excluded.value, expires_at = excluded.expires_at",
                (each.table, each.key, each.value, each.expires_at),
            )


def get_many(
    connection: sqlite3.Connection, table: str, keys: Sequence[str], now: int
) -> dict[str, bytes]:
    """Get the live values that exist."""
    found: dict[str, bytes] = {}
    for start in range(0, len(keys), KEYS_AT_ONCE):
        some = keys[start : start + KEYS_AT_ONCE]
        places = ", ".join("?" * len(some))
        rows = connection.execute(
            f"SELECT key, value FROM value WHERE kind = ? AND key IN ({places}) "  # noqa: S608 - question marks
            "AND (expires_at IS NULL OR expires_at > ?)",
            (table, *some, now),
        )
        found.update(rows.fetchall())
    return found


def scan(
    connection: sqlite3.Connection, table: str, now: int, after: str, limit: int
) -> list[tuple[str, bytes]]:
    """List live values in the order of their keys."""
    return connection.execute(
        "SELECT key, value FROM value WHERE kind = ? AND key > ? "
        "AND (expires_at IS NULL OR expires_at > ?) "
        "ORDER BY key LIMIT ?",
        (table, after, now, limit),
    ).fetchall()


def sweep(connection: sqlite3.Connection, now: int) -> int:
    """Delete some of what has expired; return how many, at most `SWEEP_AT_ONCE`."""
    return connection.execute(
        "DELETE FROM value WHERE (kind, key) IN "
        "(SELECT kind, key FROM value WHERE expires_at <= ? LIMIT ?)",
        (now, SWEEP_AT_ONCE),
    ).rowcount


def renew_lease(connection: sqlite3.Connection, node: NodeId, until: int) -> bool:
    """Take or renew a claim; False when it was dropped."""
    changed = connection.execute(
        "INSERT INTO lease (node, until) VALUES (?, ?) "
        "ON CONFLICT DO UPDATE SET until = excluded.until WHERE NOT is_dropped",
        (node, until),
    ).rowcount
    return changed == 1


def leases(connection: sqlite3.Connection) -> dict[NodeId, int]:
    """List nodes that were not dropped."""
    rows = connection.execute("SELECT node, until FROM lease WHERE NOT is_dropped")
    return {NodeId(node): until for node, until in rows}


def drop_lease(connection: sqlite3.Connection, node: NodeId) -> None:
    """Forget a node, but for the fact that it was dropped."""
    connection.execute("UPDATE lease SET is_dropped = 1 WHERE node = ?", (node,))


def forget_dropped(connection: sqlite3.Connection, now: int) -> None:
    """Forget nodes that were dropped long ago."""
    connection.execute(
        "DELETE FROM lease WHERE is_dropped AND until <= ?", (now - DROPPED_KEPT_MS,)
    )


def _is_live(connection: sqlite3.Connection, each: Put, now: int) -> bool:
    row = connection.execute(
        "SELECT 1 FROM value WHERE kind = ? AND key = ? AND (expires_at IS NULL OR expires_at > ?)",
        (each.table, each.key, now),
    ).fetchone()
    return row is not None
