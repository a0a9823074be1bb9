"""The tables of the SQLite file, as numbered steps from nothing to now.

To change them, add a step at the end; a step that was released is never edited. Each one is a
list of single statements and runs in one transaction together with its number, so a crash in
the middle leaves the version before it. Old servers refuse a file with a number they lack.
"""

import sqlite3
from collections.abc import Sequence
from typing import Final

from server.store.interface import Unusable

APPLICATION_ID: Final = 0x75736872
"""Marks the file as ours ("ushr"); `file` and SQLite's own tools show it."""

MIGRATIONS: Final[tuple[tuple[str, ...], ...]] = (
    (
        # One row per log. `trimmed` is the last version that is gone from `record`.
        """
        CREATE TABLE room (
            number INTEGER PRIMARY KEY,
            id TEXT NOT NULL UNIQUE,
            epoch TEXT NOT NULL,
            version INTEGER NOT NULL,
            trimmed INTEGER NOT NULL DEFAULT 0,
            wake_at INTEGER
        ) STRICT
        """,
        "CREATE INDEX room_by_wake_at ON room (wake_at, id) WHERE wake_at IS NOT NULL",
        # Without a rowid, so that the versions of one room lie side by side: a replica that
        # catches up reads a few pages in a row.
        """
        CREATE TABLE record (
            room INTEGER NOT NULL REFERENCES room,
            version INTEGER NOT NULL,
            payload BLOB NOT NULL,
            PRIMARY KEY (room, version)
        ) STRICT, WITHOUT ROWID
        """,
        # A large checkpoint is written in parts, each in a transaction of its own, so that
        # other rooms need not wait for it. Only a whole one is ever read.
        """
        CREATE TABLE checkpoint (
            id INTEGER PRIMARY KEY,
            room INTEGER NOT NULL REFERENCES room,
            version INTEGER NOT NULL,
            is_whole INTEGER NOT NULL DEFAULT 0
        ) STRICT
        """,
        "CREATE INDEX checkpoint_by_room ON checkpoint (room, version)",
        """
        CREATE TABLE checkpoint_part (
            checkpoint INTEGER NOT NULL REFERENCES checkpoint ON DELETE CASCADE,
            part INTEGER NOT NULL,
            payload BLOB NOT NULL,
            PRIMARY KEY (checkpoint, part)
        ) STRICT
        """,
        # Named after `Put`: the table there is a kind here.
        """
        CREATE TABLE value (
            kind TEXT NOT NULL,
            key TEXT NOT NULL,
            value BLOB NOT NULL,
            expires_at INTEGER,
            PRIMARY KEY (kind, key)
        ) STRICT, WITHOUT ROWID
        """,
        "CREATE INDEX value_by_expiry ON value (expires_at) WHERE expires_at IS NOT NULL",
        # A dropped node stays for a while, so that it cannot come back from a long pause as if
        # nothing had happened.
        """
        CREATE TABLE lease (
            node TEXT PRIMARY KEY,
            until INTEGER NOT NULL,
            is_dropped INTEGER NOT NULL DEFAULT 0
        ) STRICT, WITHOUT ROWID
        """,
    ),
)


def version_of(connection: sqlite3.Connection) -> int:
    """Read which step the file has reached; 0 for a new one."""
    version: int = connection.execute("PRAGMA user_version").fetchone()[0]
    return version


def check_owner(connection: sqlite3.Connection, known: int = len(MIGRATIONS)) -> None:
    """Check that the file is empty or ours, and not newer than this server.

    Args:
        connection: to the file; nothing in it is changed.
        known: the newest step known here.

    Raises:
        Unusable: it is somebody else's, or a newer server's.
    """
    owner = connection.execute("PRAGMA application_id").fetchone()[0]
    version = version_of(connection)
    if owner == APPLICATION_ID:
        if version > known:
            raise Unusable(
                f"The file was written by a newer server: its tables have version {version}, "
                f"and this server knows versions up to {known}.",
                "Start the version that wrote it, or bring back a copy from before.",
            )
        return
    tables = connection.execute("SELECT count(*) FROM sqlite_schema").fetchone()[0]
    if owner or version or tables:
        raise Unusable(
            "The file is a database of another application.",
            "Name another folder in USHER_DATA.",
        )


def migrate(
    connection: sqlite3.Connection, migrations: Sequence[Sequence[str]] = MIGRATIONS
) -> None:
    """Bring the tables up to date, step by step.

    Args:
        connection: in autocommit mode, to a file that `check_owner` has passed.
        migrations: all steps, the ones behind us included.

    Raises:
        sqlite3.Error: a step failed; the file is as the step before it left it.
    """
    for number in range(version_of(connection) + 1, len(migrations) + 1):
        connection.execute("BEGIN IMMEDIATE")
        try:
            for statement in migrations[number - 1]:
                connection.execute(statement)
            connection.execute(f"PRAGMA application_id = {APPLICATION_ID}")
            connection.execute(f"PRAGMA user_version = {number}")
            connection.execute("COMMIT")
        except BaseException:
            if connection.in_transaction:
                connection.execute("ROLLBACK")
            raise
