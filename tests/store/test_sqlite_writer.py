import asyncio
import logging
import resource
import sqlite3
import threading
from collections.abc import AsyncIterator, Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest

from server.store import sqlite_file
from server.store.interface import Unavailable
from server.store.sqlite_writer import MAX_BATCH, WAL_BYTES, Writer

PATIENCE_S = 20


@pytest.fixture
def made(path: Path) -> Path:
    sqlite_file.make(path)
    sqlite_file.prepare(path)
    return path


@pytest.fixture
async def writer(made: Path) -> AsyncIterator[Writer]:
    writer = Writer(sqlite_file.writer(made), made, max_waiting=2_000)
    yield writer
    writer.stop_taking()
    await asyncio.to_thread(writer.close)


@pytest.fixture
def reader(made: Path) -> Iterator[sqlite3.Connection]:
    with closing(sqlite_file.reader(made)) as connection:
        yield connection


def insert(connection: sqlite3.Connection, node: str) -> str:
    connection.execute("INSERT INTO lease (node, until) VALUES (?, 0)", (node,))
    return node


def nodes(connection: sqlite3.Connection) -> list[str]:
    return [row[0] for row in connection.execute("SELECT node FROM lease ORDER BY node")]


class Gate:
    """A job that holds the writer up until it is opened, so that others queue up behind it."""

    def __init__(self) -> None:
        self.is_reached = threading.Event()
        self._is_open = threading.Event()

    def __call__(self, _connection: sqlite3.Connection) -> None:
        self.is_reached.set()
        assert self._is_open.wait(PATIENCE_S)

    async def reached(self) -> None:
        assert await asyncio.to_thread(self.is_reached.wait, PATIENCE_S)

    def open(self) -> None:
        self._is_open.set()


@contextmanager
def commits_of(writer: Writer) -> Iterator[list[str]]:
    """Every statement that SQLite runs for the writer, as it says itself."""
    statements: list[str] = []
    writer._connection.set_trace_callback(statements.append)
    yield statements
    writer._connection.set_trace_callback(None)


async def test_a_job_is_committed_when_it_returns(
    writer: Writer, reader: sqlite3.Connection
) -> None:
    assert await writer.run(lambda c: insert(c, "a")) == "a"
    assert nodes(reader) == ["a"]


class TestGroupCommit:
    async def test_makes_one_commit_of_all_that_wait(self, writer: Writer) -> None:
        gate = Gate()
        with commits_of(writer) as statements:
            first = asyncio.create_task(writer.run(gate))
            await gate.reached()
            others = [
                asyncio.create_task(writer.run(lambda c, n=number: insert(c, f"n{n}")))  # type: ignore[misc]
                for number in range(100)
            ]
            await asyncio.sleep(0)
            gate.open()
            await asyncio.gather(first, *others)
        assert statements.count("COMMIT") == 2
        assert statements.count("SAVEPOINT job") == 101

    async def test_bounds_the_size_of_a_batch(self, writer: Writer) -> None:
        gate = Gate()
        with commits_of(writer) as statements:
            first = asyncio.create_task(writer.run(gate))
            await gate.reached()
            others = [asyncio.create_task(writer.run(nodes)) for _ in range(MAX_BATCH + 1)]
            await asyncio.sleep(0)
            gate.open()
            await asyncio.gather(first, *others)
        assert statements.count("COMMIT") == 3

    async def test_keeps_the_order_of_the_calls(
        self, writer: Writer, reader: sqlite3.Connection
    ) -> None:
        seen: list[int] = []
        await asyncio.gather(
            *(writer.run(lambda _c, n=number: seen.append(n)) for number in range(300))  # type: ignore[misc]
        )
        assert seen == list(range(300))

    async def test_undoes_a_job_that_fails_and_no_other(
        self, writer: Writer, reader: sqlite3.Connection
    ) -> None:
        def fail(connection: sqlite3.Connection) -> None:
            insert(connection, "undone")
            raise LookupError("no")

        gate = Gate()
        calls = [writer.run(gate)] + [
            writer.run(work)
            for work in (
                lambda c: insert(c, "a"),
                fail,
                lambda c: insert(c, "b"),
                lambda c: insert(c, "a"),
                lambda c: c.execute("nonsense"),
                lambda c: insert(c, "c"),
            )
        ]
        tasks = [asyncio.create_task(call) for call in calls]
        await gate.reached()
        gate.open()
        results = await asyncio.gather(*tasks, return_exceptions=True)
        kinds = [type(result) for result in results[1:]]
        assert kinds == [str, LookupError, str, sqlite3.IntegrityError, Unavailable, str]
        assert nodes(reader) == ["a", "b", "c"]


class TestCancellation:
    async def test_does_the_job_and_tells_those_who_follow(
        self, writer: Writer, reader: sqlite3.Connection
    ) -> None:
        gate = Gate()
        told: list[str] = []
        first = asyncio.create_task(writer.run(gate))
        await gate.reached()
        cancelled = asyncio.create_task(writer.run(lambda c: insert(c, "a"), told.append))
        await asyncio.sleep(0)
        cancelled.cancel()
        gate.open()
        await first
        assert await writer.run(lambda c: insert(c, "b")) == "b"
        assert cancelled.cancelled()
        assert nodes(reader) == ["a", "b"]
        assert told == ["a"]

    async def test_of_a_job_that_fails_disturbs_nobody(self, writer: Writer) -> None:
        gate = Gate()
        first = asyncio.create_task(writer.run(gate))
        await gate.reached()
        cancelled = asyncio.create_task(writer.run(lambda c: c.execute("nonsense")))
        behind = asyncio.create_task(writer.run(lambda c: insert(c, "b")))
        await asyncio.sleep(0)
        cancelled.cancel()
        gate.open()
        async with asyncio.timeout(PATIENCE_S):
            await first
            assert await behind == "b"


class TestFailure:
    async def run_batch(self, writer: Writer, size: int) -> list[object]:
        """A good job, one that finds a conflict, and a large one; all in one transaction."""

        def conflict(connection: sqlite3.Connection) -> None:
            raise LookupError(nodes(connection))

        gate = Gate()
        first = asyncio.create_task(writer.run(gate))
        await gate.reached()
        tasks = [
            asyncio.create_task(writer.run(work))
            for work in (lambda c: insert(c, "a"), conflict, lambda c: insert(c, "b" * size))
        ]
        await asyncio.sleep(0)
        gate.open()
        await first
        return list(await asyncio.gather(*tasks, return_exceptions=True))

    async def test_of_the_commit_fails_every_job_and_shows_nothing(
        self, writer: Writer, reader: sqlite3.Connection, caplog: pytest.LogCaptureFixture
    ) -> None:
        await writer.run(lambda c: insert(c, "before"))
        soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
        # The WAL cannot grow beyond this: a write error of the machine, in the middle of a commit.
        resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, hard))
        try:
            results = await self.run_batch(writer, 2_000_000)
        finally:
            resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
        assert [type(result) for result in results] == [Unavailable] * 3
        assert {str(result) for result in results} == {
            "The file cannot be used now: disk I/O error."
        }
        assert nodes(reader) == ["before"]
        assert "was not committed" in caplog.text
        assert await writer.run(lambda c: insert(c, "after")) == "after"
        assert nodes(reader) == ["after", "before"]

    async def test_for_want_of_space_fails_every_job_until_there_is_some(
        self, writer: Writer, reader: sqlite3.Connection
    ) -> None:
        pages = await writer.run(lambda c: c.execute("PRAGMA page_count").fetchone()[0])
        await writer.run(lambda c: c.execute(f"PRAGMA max_page_count = {pages + 5}").fetchone())
        results = await self.run_batch(writer, 500_000)
        # SQLite gives up the whole transaction, so the small job fails with the large one.
        assert [type(result) for result in results] == [Unavailable] * 3
        assert "full" in str(results[0])
        assert nodes(reader) == []
        await writer.run(lambda c: c.execute("PRAGMA max_page_count = 1000000").fetchone())
        assert await writer.run(lambda c: insert(c, "after")) == "after"
        assert nodes(reader) == ["after"]

    async def test_of_the_commit_alone_is_rolled_back(
        self, writer: Writer, reader: sqlite3.Connection
    ) -> None:
        def orphan(connection: sqlite3.Connection) -> None:
            # Checked by SQLite no earlier than at the commit, which leaves the transaction open.
            connection.execute("PRAGMA defer_foreign_keys = ON")
            connection.execute("INSERT INTO record (room, version, payload) VALUES (9, 1, x'00')")

        gate = Gate()
        first = asyncio.create_task(writer.run(gate))
        await gate.reached()
        tasks = [
            asyncio.create_task(writer.run(work)) for work in (lambda c: insert(c, "a"), orphan)
        ]
        await asyncio.sleep(0)
        gate.open()
        await first
        for task in tasks:
            with pytest.raises(Unavailable, match="FOREIGN KEY"):
                await task
        assert await writer.run(lambda c: insert(c, "b")) == "b"
        assert nodes(reader) == ["b"]

    async def test_because_the_file_became_read_only_fails_every_job(
        self, writer: Writer, reader: sqlite3.Connection
    ) -> None:
        await writer.run(lambda c: c.execute("PRAGMA query_only = ON"))
        with pytest.raises(Unavailable, match="readonly database"):
            await writer.run(lambda c: insert(c, "a"))
        writer._connection.execute("PRAGMA query_only = OFF")
        assert await writer.run(lambda c: insert(c, "b")) == "b"
        assert nodes(reader) == ["b"]

    async def test_of_any_kind_leaves_nobody_waiting(
        self, writer: Writer, caplog: pytest.LogCaptureFixture
    ) -> None:
        # A job that breaks what every job is in.
        with pytest.raises(Unavailable):
            await writer.run(lambda c: c.execute("COMMIT"))
        assert "was not committed" in caplog.text
        assert await writer.run(lambda c: insert(c, "after")) == "after"

    async def test_of_a_loop_that_closed_is_only_logged(
        self, made: Path, caplog: pytest.LogCaptureFixture
    ) -> None:
        def start() -> Writer:
            async def leave() -> Writer:
                writer = Writer(sqlite_file.writer(made), made, max_waiting=10)
                task = asyncio.create_task(writer.run(gate))
                await gate.reached()
                task.cancel()
                return writer

            return asyncio.run(leave())

        gate = Gate()
        writer = await asyncio.to_thread(start)
        gate.open()
        writer.stop_taking()
        await asyncio.to_thread(writer.close)
        assert "after their event loop had closed" in caplog.text


class TestBounds:
    async def test_refuse_a_job_too_many_and_take_one_later(self, made: Path) -> None:
        writer = Writer(sqlite_file.writer(made), made, max_waiting=3)
        gate = Gate()
        first = asyncio.create_task(writer.run(gate))
        await gate.reached()
        others = [asyncio.create_task(writer.run(nodes)) for _ in range(2)]
        await asyncio.sleep(0)
        with pytest.raises(Unavailable, match="behind: 3 writes wait"):
            await writer.run(nodes)
        gate.open()
        await asyncio.gather(first, *others)
        assert await writer.run(nodes) == []
        writer.stop_taking()
        await asyncio.to_thread(writer.close)

    async def test_keep_the_wal_short(self, made: Path, writer: Writer) -> None:
        wal = made.with_name("usher.db-wal")
        for number in range(WAL_BYTES // 1_000_000 + 4):
            await writer.run(lambda c, n=number: insert(c, str(n) * 1_000_000))  # type: ignore[misc]
        # The WAL is emptied behind a batch, so one more has to have begun.
        await writer.run(nodes)
        assert wal.stat().st_size < WAL_BYTES

    async def test_let_the_wal_grow_on_while_a_reader_is_in_the_way(
        self, made: Path, writer: Writer, reader: sqlite3.Connection
    ) -> None:
        reader.execute("BEGIN")
        assert nodes(reader) == []
        for number in range(WAL_BYTES // 1_000_000 + 4):
            await writer.run(lambda c, n=number: insert(c, str(n) * 1_000_000))  # type: ignore[misc]
        assert nodes(reader) == []
        reader.execute("COMMIT")
        assert len(nodes(reader)) == WAL_BYTES // 1_000_000 + 4
        writer.empty_wal_soon()
        for _ in range(2):
            await writer.run(nodes)
        assert made.with_name("usher.db-wal").stat().st_size == 0


class TestClosing:
    async def test_finishes_what_waits_and_refuses_what_comes(
        self, made: Path, reader: sqlite3.Connection
    ) -> None:
        writer = Writer(sqlite_file.writer(made), made, max_waiting=100)
        gate = Gate()
        first = asyncio.create_task(writer.run(gate))
        await gate.reached()
        second = asyncio.create_task(writer.run(lambda c: insert(c, "a")))
        await asyncio.sleep(0)
        writer.stop_taking()
        writer.stop_taking()
        with pytest.raises(Unavailable, match="closed"):
            await writer.run(nodes)
        gate.open()
        await asyncio.to_thread(writer.close)
        await first
        assert await second == "a"
        assert nodes(reader) == ["a"]

    async def test_leaves_an_empty_wal(self, made: Path) -> None:
        writer = Writer(sqlite_file.writer(made), made, max_waiting=100)
        await writer.run(lambda c: insert(c, "a"))
        writer.stop_taking()
        await asyncio.to_thread(writer.close)
        # SQLite itself deletes the WAL when the last connection closes.
        assert not made.with_name("usher.db-wal").exists()

    async def test_says_so_when_the_wal_cannot_be_emptied(
        self, made: Path, caplog: pytest.LogCaptureFixture
    ) -> None:
        connection = sqlite_file.writer(made)
        writer = Writer(connection, made, max_waiting=100)
        await writer.run(lambda c: insert(c, "a"))
        writer.stop_taking()
        connection.close()
        with caplog.at_level(logging.WARNING):
            await asyncio.to_thread(writer.close)
        assert "could not be emptied on closing" in caplog.text
