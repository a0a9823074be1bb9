import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from server.store.interface import Unusable
from server.store.migrations import (
    APPLICATION_ID,
    MIGRATIONS,
    check_owner,
    migrate,
    version_of,
)

MORE = (*MIGRATIONS, ("CREATE TABLE more (x)", "INSERT INTO more VALUES (1)"))


@pytest.fixture
def connection(tmp_path: Path) -> Iterator[sqlite3.Connection]:
    with closing(sqlite3.connect(tmp_path / "x.db", isolation_level=None)) as opened:
        yield opened


def tables(connection: sqlite3.Connection) -> set[str]:
    rows = connection.execute("SELECT name FROM sqlite_schema WHERE type = 'table'")
    return {row[0] for row in rows}


def test_an_empty_file_gets_every_table_the_mark_and_the_version(
    connection: sqlite3.Connection,
) -> None:
    check_owner(connection)
    migrate(connection)
    assert tables(connection) >= {"room", "record", "checkpoint", "value", "lease"}
    assert connection.execute("PRAGMA application_id").fetchone() == (APPLICATION_ID,)
    assert version_of(connection) == len(MIGRATIONS)
    check_owner(connection)


def test_migrating_again_changes_nothing(connection: sqlite3.Connection) -> None:
    migrate(connection)
    before = list(connection.iterdump())
    migrate(connection)
    assert list(connection.iterdump()) == before


def test_only_steps_that_are_ahead_are_taken(connection: sqlite3.Connection) -> None:
    migrate(connection)
    migrate(connection, MORE)
    assert version_of(connection) == len(MIGRATIONS) + 1
    assert connection.execute("SELECT x FROM more").fetchall() == [(1,)]


def test_a_step_that_fails_leaves_the_version_before_it(connection: sqlite3.Connection) -> None:
    migrate(connection)
    before = list(connection.iterdump())
    with pytest.raises(sqlite3.OperationalError):
        migrate(connection, (*MIGRATIONS, ("CREATE TABLE more (x)", "nonsense")))
    assert not connection.in_transaction
    assert list(connection.iterdump()) == before
    assert version_of(connection) == len(MIGRATIONS)


def test_steps_before_one_that_fails_stay(connection: sqlite3.Connection) -> None:
    with pytest.raises(sqlite3.OperationalError):
        migrate(connection, (*MORE, ("nonsense",)))
    assert version_of(connection) == len(MORE)
    migrate(connection, MORE)


def test_a_file_of_another_application_is_refused(connection: sqlite3.Connection) -> None:
    for statement in (
        "PRAGMA application_id = 77",
        "PRAGMA application_id = 0; CREATE TABLE x (y)",
    ):
        connection.executescript(statement)
        with pytest.raises(Unusable, match="another application"):
            check_owner(connection)


def test_a_file_with_a_version_and_no_mark_is_refused(connection: sqlite3.Connection) -> None:
    connection.execute("PRAGMA user_version = 1")
    with pytest.raises(Unusable, match="another application"):
        check_owner(connection)


def test_a_file_of_a_newer_server_is_refused_and_both_versions_are_named(
    connection: sqlite3.Connection,
) -> None:
    migrate(connection, MORE)
    with pytest.raises(Unusable, match=r"newer server: its tables have version 2, .* up to 1\."):
        check_owner(connection)
