import asyncio
import sqlite3
import threading
from collections.abc import AsyncIterator
from contextlib import closing
from pathlib import Path

import pytest

from server.store import sqlite_file
from server.store.interface import Corrupt, Unavailable
from server.store.sqlite_readers import Readers

PATIENCE_S = 20


@pytest.fixture
def made(path: Path) -> Path:
    sqlite_file.make(path)
    sqlite_file.prepare(path)
    return path


@pytest.fixture
async def readers(made: Path) -> AsyncIterator[Readers]:
    readers = Readers([sqlite_file.reader(made) for _ in range(2)], max_waiting=50)
    yield readers
    readers.stop_taking()
    await asyncio.to_thread(readers.close)


def count(connection: sqlite3.Connection) -> int:
    found: int = connection.execute("SELECT count(*) FROM lease").fetchone()[0]
    return found


def fail(_connection: sqlite3.Connection) -> None:
    raise LookupError("no")


async def test_every_question_gets_its_own_answer(readers: Readers) -> None:
    answers = await asyncio.gather(
        *(
            readers.run(lambda c, n=number: c.execute("SELECT ?", (n,)).fetchone()[0])  # type: ignore[misc]
            for number in range(50)
        )
    )
    assert answers == list(range(50))


async def test_an_answer_is_of_one_moment(made: Path, readers: Readers) -> None:
    def count_twice(connection: sqlite3.Connection) -> tuple[int, int]:
        before = count(connection)
        with closing(sqlite_file.writer(made)) as writer:
            writer.execute("INSERT INTO lease (node, until) VALUES ('a', 1)")
        return before, count(connection)

    assert await readers.run(count_twice) == (0, 0)
    assert await readers.run(count) == 1


async def test_a_cancelled_question_gives_its_connection_back_and_its_answer_to_nobody(
    readers: Readers,
) -> None:
    is_reached, is_open = threading.Event(), threading.Event()

    def wait(connection: sqlite3.Connection) -> int:
        is_reached.set()
        assert is_open.wait(PATIENCE_S)
        return count(connection)

    slow = asyncio.create_task(readers.run(wait))
    assert await asyncio.to_thread(is_reached.wait, PATIENCE_S)
    slow.cancel()
    with pytest.raises(asyncio.CancelledError):
        await slow
    quick = [
        readers.run(lambda c, n=number: c.execute("SELECT ?", (n,)).fetchone()[0])  # type: ignore[misc]
        for number in range(20)
    ]
    assert await asyncio.gather(*quick) == list(range(20))
    is_open.set()
    assert await asyncio.gather(*(readers.run(count) for _ in range(2))) == [0, 0]


async def test_a_question_that_fails_leaves_the_connection_in_order(readers: Readers) -> None:
    for _ in range(5):
        with pytest.raises(Unavailable):
            await readers.run(lambda c: c.execute("SELECT * FROM nowhere"))
        with pytest.raises(LookupError):
            await readers.run(fail)
    assert await readers.run(count) == 0


async def test_damage_is_told_from_a_passing_fault(made: Path, readers: Readers) -> None:
    # The file is cut behind the back of its connections.
    with made.open("r+b") as file:
        file.truncate(4096)
    with pytest.raises(Corrupt):
        await readers.run(lambda c: c.execute("SELECT * FROM value").fetchall())


async def test_nothing_can_be_written(readers: Readers) -> None:
    with pytest.raises(Unavailable, match="readonly"):
        await readers.run(lambda c: c.execute("DELETE FROM lease"))


async def test_a_question_too_many_is_refused(made: Path) -> None:
    readers = Readers([sqlite_file.reader(made)], max_waiting=1)
    is_reached, is_open = threading.Event(), threading.Event()

    def wait(_connection: sqlite3.Connection) -> None:
        is_reached.set()
        assert is_open.wait(PATIENCE_S)

    slow = asyncio.create_task(readers.run(wait))
    assert await asyncio.to_thread(is_reached.wait, PATIENCE_S)
    with pytest.raises(Unavailable, match="behind: 1 reads wait"):
        await readers.run(count)
    is_open.set()
    await slow
    assert await readers.run(count) == 0
    readers.stop_taking()
    with pytest.raises(Unavailable, match="closed"):
        await readers.run(count)
    await asyncio.to_thread(readers.close)
