"""What the conformance suite cannot see from outside: holes, parts, bounded steps."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing

import pytest

from protocol.ids import RoomId
from server.store import sqlite_log
from server.store.interface import START, Checkpoint, Corrupt, Position, PositionLost
from server.store.migrations import migrate
from server.store.sqlite_log import TRIM_AT_ONCE

ROOM = RoomId("e_1")


@pytest.fixture
def connection() -> Iterator[sqlite3.Connection]:
    with closing(sqlite3.connect(":memory:", isolation_level=None)) as opened:
        opened.execute("PRAGMA foreign_keys = ON")
        migrate(opened)
        yield opened


def fill(connection: sqlite3.Connection, count: int) -> Position:
    return sqlite_log.append(connection, ROOM, START, [b"x"] * count, wake_at=None, epoch="epoch")


def checkpoint(connection: sqlite3.Connection, position: Position, *parts: bytes) -> None:
    number = sqlite_log.begin_checkpoint(connection, ROOM, position)
    assert number is not None
    for part, payload in enumerate(parts):
        assert sqlite_log.add_part(connection, number, part, payload)
    sqlite_log.finish_checkpoint(connection, number)


def count_of(connection: sqlite3.Connection, table: str) -> int:
    return len(connection.execute(f"SELECT 1 FROM {table}").fetchall())  # noqa: S608 - a name of ours


def test_a_log_has_the_epoch_that_it_began_with(connection: sqlite3.Connection) -> None:
    head = fill(connection, 1)
    again = sqlite_log.append(connection, ROOM, head, [b"y"], wake_at=None, epoch="another")
    assert again == Position("epoch", 2)


@pytest.mark.parametrize("gone", [1, 5, 10])
def test_a_hole_that_nobody_trimmed_is_found(connection: sqlite3.Connection, gone: int) -> None:
    fill(connection, 10)
    connection.execute("DELETE FROM record WHERE version = ?", (gone,))
    with pytest.raises(Corrupt, match="has a hole"):
        sqlite_log.read(connection, ROOM, START, 100)
    with pytest.raises(Corrupt, match="has a hole"):
        sqlite_log.read(connection, ROOM, Position("epoch", gone - 1), 1)


def test_a_trim_takes_bounded_steps(connection: sqlite3.Connection) -> None:
    head = fill(connection, 2 * TRIM_AT_ONCE + 1)
    checkpoint(connection, head, b"c")
    left = []
    while sqlite_log.trim(connection, ROOM, head):
        left.append(count_of(connection, "record"))
    assert left == [TRIM_AT_ONCE + 1, 1]
    assert count_of(connection, "record") == 0


class TestParts:
    def test_make_one_checkpoint(self, connection: sqlite3.Connection) -> None:
        head = fill(connection, 3)
        checkpoint(connection, head, b"one", b"", b"three")
        found = sqlite_log.load_checkpoint(connection, ROOM)
        assert found == Checkpoint(head, b"onethree")

    def test_count_for_nothing_until_all_are_there(self, connection: sqlite3.Connection) -> None:
        head = fill(connection, 3)
        checkpoint(connection, Position("epoch", 1), b"old")
        number = sqlite_log.begin_checkpoint(connection, ROOM, head)
        assert number is not None
        sqlite_log.add_part(connection, number, 0, b"new")
        kept = Checkpoint(Position("epoch", 1), b"old")
        assert sqlite_log.load_checkpoint(connection, ROOM) == kept
        assert not sqlite_log.trim(connection, ROOM, head)
        assert count_of(connection, "record") == 2

    def test_of_an_older_checkpoint_are_given_up_when_a_newer_one_is_whole(
        self, connection: sqlite3.Connection
    ) -> None:
        head = fill(connection, 3)
        number = sqlite_log.begin_checkpoint(connection, ROOM, Position("epoch", 2))
        assert number is not None
        assert sqlite_log.add_part(connection, number, 0, b"slow")
        checkpoint(connection, head, b"fast")
        assert not sqlite_log.add_part(connection, number, 1, b"slow")
        sqlite_log.finish_checkpoint(connection, number)
        assert sqlite_log.load_checkpoint(connection, ROOM) == Checkpoint(head, b"fast")
        assert count_of(connection, "checkpoint") == count_of(connection, "checkpoint_part") == 1

    def test_of_a_newer_checkpoint_survive_an_older_one(
        self, connection: sqlite3.Connection
    ) -> None:
        head = fill(connection, 3)
        number = sqlite_log.begin_checkpoint(connection, ROOM, head)
        assert number is not None
        sqlite_log.add_part(connection, number, 0, b"newer, ")
        checkpoint(connection, Position("epoch", 2), b"older")
        assert sqlite_log.add_part(connection, number, 1, b"and slow")
        sqlite_log.finish_checkpoint(connection, number)
        found = sqlite_log.load_checkpoint(connection, ROOM)
        assert found == Checkpoint(head, b"newer, and slow")
        assert count_of(connection, "checkpoint") == 1

    def test_of_the_same_version_from_two_writers_never_mix(
        self, connection: sqlite3.Connection
    ) -> None:
        head = fill(connection, 3)
        numbers = [sqlite_log.begin_checkpoint(connection, ROOM, head) or 0 for _ in range(2)]
        for part in range(2):
            for number, text in zip(numbers, [b"a", b"b"], strict=True):
                sqlite_log.add_part(connection, number, part, text)
        for number in numbers:
            sqlite_log.finish_checkpoint(connection, number)
        found = sqlite_log.load_checkpoint(connection, ROOM)
        assert found == Checkpoint(head, b"aa")

    def test_of_a_checkpoint_that_is_not_newer_are_not_begun(
        self, connection: sqlite3.Connection
    ) -> None:
        head = fill(connection, 3)
        checkpoint(connection, head, b"c")
        assert sqlite_log.begin_checkpoint(connection, ROOM, head) is None
        with pytest.raises(PositionLost):
            sqlite_log.begin_checkpoint(connection, RoomId("nowhere"), head)


@pytest.mark.parametrize(
    ("question", "index"),
    [
        ("SELECT version, payload FROM record WHERE room = 1 AND version > 5", "PRIMARY KEY"),
        ("SELECT id FROM room WHERE wake_at <= 9 ORDER BY wake_at, id", "room_by_wake_at"),
        ("SELECT number FROM room WHERE id = 'e'", "sqlite_autoindex_room"),
    ],
)
def test_no_question_walks_a_whole_table(
    connection: sqlite3.Connection, question: str, index: str
) -> None:
    plan = [row[3] for row in connection.execute(f"EXPLAIN QUERY PLAN {question}")]
    assert len(plan) == 1
    assert plan[0].startswith("SEARCH")
    assert index in plan[0]
