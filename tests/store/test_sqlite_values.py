"""What the conformance suite cannot see from outside: bounds, and what is left behind."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing

import pytest

from protocol.ids import NodeId
from server.store import sqlite_values
from server.store.interface import Put
from server.store.migrations import migrate
from server.store.sqlite_values import DROPPED_KEPT_MS, KEYS_AT_ONCE, SWEEP_AT_ONCE

NOW = 1_800_000_000_000


@pytest.fixture
def connection() -> Iterator[sqlite3.Connection]:
    with closing(sqlite3.connect(":memory:", isolation_level=None)) as opened:
        migrate(opened)
        yield opened


def test_an_obstacle_stops_the_putting_where_it_is(connection: sqlite3.Connection) -> None:
    puts = [Put(table="t", key="a", value=b"1", if_absent=True)] * 2
    with pytest.raises(sqlite_values.Taken):
        sqlite_values.put(connection, puts, NOW)


@pytest.mark.parametrize("count", [0, 1, KEYS_AT_ONCE, KEYS_AT_ONCE + 1, 3 * KEYS_AT_ONCE])
def test_any_number_of_keys_can_be_asked_for(connection: sqlite3.Connection, count: int) -> None:
    puts = [Put(table="t", key=str(number), value=b"x") for number in range(count)]
    sqlite_values.put(connection, puts, NOW)
    keys = [str(number) for number in range(count)]
    assert len(sqlite_values.get_many(connection, "t", keys, NOW)) == count


def test_keys_may_hold_any_text(connection: sqlite3.Connection) -> None:
    keys = ["", "a\0b", "a", "%_'\"", "\U0001f600", "x" * 10_000]
    sqlite_values.put(connection, [Put(table="t", key=k, value=k.encode()) for k in keys], NOW)
    found = sqlite_values.get_many(connection, "t", keys, NOW)
    assert found == {key: key.encode() for key in keys}


def test_a_sweep_takes_bounded_steps(connection: sqlite3.Connection) -> None:
    puts = [
        Put(table="t", key=str(number), value=b"x", expires_at=NOW)
        for number in range(2 * SWEEP_AT_ONCE + 1)
    ]
    sqlite_values.put(connection, puts, NOW)
    counts = [sqlite_values.sweep(connection, NOW) for _ in range(4)]
    assert counts == [SWEEP_AT_ONCE, SWEEP_AT_ONCE, 1, 0]


def test_a_dropped_node_is_remembered_for_longer_than_any_pause(
    connection: sqlite3.Connection,
) -> None:
    node = NodeId("a")
    sqlite_values.renew_lease(connection, node, NOW)
    sqlite_values.drop_lease(connection, node)
    sqlite_values.forget_dropped(connection, NOW + DROPPED_KEPT_MS - 1)
    assert not sqlite_values.renew_lease(connection, node, NOW)
    sqlite_values.forget_dropped(connection, NOW + DROPPED_KEPT_MS)
    assert connection.execute("SELECT count(*) FROM lease").fetchone() == (0,)


def test_a_lapsed_lease_is_not_forgotten_before_it_is_dropped(
    connection: sqlite3.Connection,
) -> None:
    sqlite_values.renew_lease(connection, NodeId("a"), NOW)
    sqlite_values.forget_dropped(connection, NOW + 10 * DROPPED_KEPT_MS)
    assert sqlite_values.leases(connection) == {NodeId("a"): NOW}


@pytest.mark.parametrize(
    ("question", "index"),
    [
        ("SELECT value FROM value WHERE kind = 't' AND key IN ('a', 'b')", "PRIMARY KEY"),
        ("SELECT key FROM value WHERE kind = 't' AND key > 'a' ORDER BY key", "PRIMARY KEY"),
        ("SELECT kind, key FROM value WHERE expires_at <= 5", "value_by_expiry"),
    ],
)
def test_no_question_walks_a_whole_table(
    connection: sqlite3.Connection, question: str, index: str
) -> None:
    plan = [row[3] for row in connection.execute(f"EXPLAIN QUERY PLAN {question}")]
    assert len(plan) == 1
    assert plan[0].startswith("SEARCH")
    assert index in plan[0]
