"""The adapter as a whole, where the conformance suite does not reach."""

import asyncio
import sqlite3
import threading
from collections.abc import AsyncIterator
from contextlib import closing
from pathlib import Path

import pytest

from protocol.ids import RoomId
from server.store.interface import (
    START,
    Checkpoint,
    Conflict,
    Corrupt,
    Position,
    PositionLost,
    Put,
    Store,
    Unavailable,
    Unusable,
)
from server.store.sqlite import SqliteStore
from server.store.sqlite_log import PART_BYTES

ROOM = RoomId("e_1")
PATIENCE_S = 20


async def opened(path: Path, *, exclusive: bool = True) -> None:
    async with SqliteStore.open(path, exclusive=exclusive):
        pass


async def first_of(hints: AsyncIterator[int]) -> int:
    return await anext(hints)


def test_it_is_a_store(sqlite_store: SqliteStore) -> None:
    _store: Store = sqlite_store


class TestOpening:
    async def test_makes_what_is_not_there(self, tmp_path: Path) -> None:
        path = tmp_path / "a" / "b" / "usher.db"
        await opened(path)
        assert path.exists()

    async def test_twice_is_refused_and_the_first_goes_on(
        self, sqlite_store: SqliteStore, path: Path
    ) -> None:
        with pytest.raises(Unusable, match="Another server is running on"):
            await opened(path)
        assert (await sqlite_store.append(ROOM, START, [b"a"])).version == 1

    async def test_again_after_closing_works(self, path: Path) -> None:
        for _ in range(3):
            await opened(path)

    async def test_refuses_foreign_newer_and_damaged_files_and_lets_go_of_them(
        self, path: Path
    ) -> None:
        path.parent.mkdir()
        with closing(sqlite3.connect(path)) as foreign:
            foreign.execute("CREATE TABLE theirs (x)")
        with pytest.raises(Unusable, match="another application"):
            await opened(path)
        await asyncio.to_thread(path.write_bytes, b"once upon a time " * 1_000)
        with pytest.raises(Corrupt, match="no database"):
            await opened(path)
        await asyncio.to_thread(path.unlink)
        await opened(path)
        with closing(sqlite3.connect(path)) as newer:
            newer.execute("PRAGMA user_version = 99")
        with pytest.raises(Unusable, match="newer server"):
            await opened(path)
        with closing(sqlite3.connect(path)) as back:
            back.execute("PRAGMA user_version = 1")
        await opened(path)

    async def test_that_is_cancelled_leaves_no_lock(self, path: Path) -> None:
        for turns in range(6):
            task = asyncio.create_task(opened(path))
            for _ in range(turns):
                await asyncio.sleep(0)
            task.cancel()
            await asyncio.wait([task], timeout=PATIENCE_S)
            await opened(path)


class TestSharing:
    async def test_lets_the_command_line_put_and_get_beside_a_server(
        self, sqlite_store: SqliteStore, path: Path
    ) -> None:
        await sqlite_store.put([Put(table="t", key="a", value=b"server")])
        async with SqliteStore.open(path, exclusive=False) as beside:
            assert await beside.get("t", "a", 0) == b"server"
            assert await beside.put([Put(table="t", key="b", value=b"beside")])
            assert await sqlite_store.get("t", "b", 0) == b"beside"
        assert (await sqlite_store.append(ROOM, START, [b"a"])).version == 1

    async def test_is_refused_before_a_server_was_there(self, path: Path) -> None:
        with pytest.raises(Unusable, match="start the server once"):
            await opened(path, exclusive=False)

    async def test_does_not_keep_a_server_from_starting(self, path: Path) -> None:
        await opened(path)
        async with SqliteStore.open(path, exclusive=False), SqliteStore.open(path) as server:
            assert (await server.append(ROOM, START, [b"a"])).version == 1

    async def test_sees_each_others_appends_as_conflicts(
        self, sqlite_store: SqliteStore, path: Path
    ) -> None:
        async with SqliteStore.open(path, exclusive=False) as beside:
            head = await beside.append(ROOM, START, [b"a"])
            with pytest.raises(Conflict):
                await sqlite_store.append(ROOM, START, [b"b"])
            assert await sqlite_store.head(ROOM) == head


class TestClosing:
    async def test_leaves_one_file_with_everything_in_it(self, path: Path) -> None:
        async with SqliteStore.open(path) as store:
            await store.append(ROOM, START, [b"a"] * 10)
        assert {each.name for each in path.parent.iterdir()} == {"usher.db", "usher.db.lock"}
        with closing(sqlite3.connect(path)) as connection:
            assert connection.execute("SELECT count(*) FROM record").fetchone() == (10,)

    async def test_finishes_writes_that_were_under_way(self, path: Path) -> None:
        async with SqliteStore.open(path) as store:
            rooms = [RoomId(f"e_{number}") for number in range(20)]
            tasks = [asyncio.create_task(store.append(room, START, [b"a"])) for room in rooms]
            await asyncio.sleep(0)
        assert [(await task).version for task in tasks] == [1] * 20
        async with SqliteStore.open(path) as store:
            assert [(await store.head(room)).version for room in rooms] == [1] * 20

    async def test_lets_nothing_more_in(self, path: Path) -> None:
        async with SqliteStore.open(path) as store:
            pass
        for call in (store.head(ROOM), store.append(ROOM, START, [b"a"]), store.sweep(0)):
            with pytest.raises(Unavailable, match="closed"):
                await call

    async def test_ends_those_who_follow(self, path: Path) -> None:
        async with SqliteStore.open(path) as store:

            async def listen() -> list[int]:
                async with store.follow(ROOM) as hints:
                    return [version async for version in hints]

            task = asyncio.create_task(listen())
            await asyncio.sleep(0)
        async with asyncio.timeout(PATIENCE_S):
            assert await task == []

    async def test_that_is_cancelled_holds_the_file_until_the_last_write_is_done(
        self, path: Path
    ) -> None:
        is_open = asyncio.Event()
        may_write = threading.Event()

        async def serve() -> None:
            async with SqliteStore.open(path) as store:
                is_open.set()
                await store._writer.run(lambda _: may_write.wait(PATIENCE_S))

        task = asyncio.create_task(serve())
        await is_open.wait()
        for _ in range(20):
            task.cancel()
            await asyncio.sleep(0)
        with pytest.raises(Unusable, match="Another server is running on"):
            await opened(path)
        may_write.set()
        await asyncio.wait([task], timeout=PATIENCE_S)
        assert task.cancelled()
        await opened(path)


class TestHints:
    async def test_come_with_every_commit_and_only_then(self, sqlite_store: SqliteStore) -> None:
        async with sqlite_store.follow(ROOM) as hints, asyncio.timeout(PATIENCE_S):
            head = await sqlite_store.append(ROOM, START, [b"a", b"b"])
            assert await anext(hints) == 2
            await sqlite_store.append(RoomId("e_2"), START, [b"a"])
            with pytest.raises(Conflict):
                await sqlite_store.append(ROOM, START, [b"no"])
            await sqlite_store.append(ROOM, head, [], wake_at=5)
            news = asyncio.create_task(first_of(hints))
            await sqlite_store.head(ROOM)
            assert not news.done()
            await sqlite_store.append(ROOM, head, [b"c"])
            assert await news == 3

    async def test_come_also_when_the_writer_has_gone(self, sqlite_store: SqliteStore) -> None:
        async with sqlite_store.follow(ROOM) as hints, asyncio.timeout(PATIENCE_S):
            writer = asyncio.create_task(sqlite_store.append(ROOM, START, [b"a"]))
            await asyncio.sleep(0)
            writer.cancel()
            assert await anext(hints) == 1

    async def test_of_many_commits_are_the_newest_alone(self, sqlite_store: SqliteStore) -> None:
        async with sqlite_store.follow(ROOM) as hints, asyncio.timeout(PATIENCE_S):
            position = START
            for _ in range(20):
                position = await sqlite_store.append(ROOM, position, [b"a"])
            assert await anext(hints) == 20


class TestLargeCheckpoints:
    @pytest.fixture
    async def head(self, sqlite_store: SqliteStore) -> Position:
        return await sqlite_store.append(ROOM, START, [b"a"] * 5)

    async def test_let_other_rooms_write_in_between(
        self, sqlite_store: SqliteStore, head: Position
    ) -> None:
        other = await sqlite_store.append(RoomId("e_2"), START, [b"a"])
        checkpoint = Checkpoint(head, b"x" * (20 * PART_BYTES))
        saving = asyncio.create_task(sqlite_store.save_checkpoint(ROOM, checkpoint))
        in_between = 0
        while not saving.done():
            other = await sqlite_store.append(RoomId("e_2"), other, [b"b"])
            in_between += not saving.done()
        assert in_between >= 5
        assert await sqlite_store.load_checkpoint(ROOM) == checkpoint

    async def test_that_are_cancelled_count_for_nothing_and_are_cleared_away(
        self, sqlite_store: SqliteStore, path: Path, head: Position
    ) -> None:
        large = Checkpoint(head, b"x" * (20 * PART_BYTES))
        for turns in (1, 5, 20):
            saving = asyncio.create_task(sqlite_store.save_checkpoint(ROOM, large))
            for _ in range(turns):
                await asyncio.sleep(0)
            saving.cancel()
            await asyncio.wait([saving], timeout=PATIENCE_S)
            if saving.cancelled():
                assert await sqlite_store.load_checkpoint(ROOM) is None
        small = Checkpoint(head, b"small")
        await sqlite_store.save_checkpoint(ROOM, small)
        assert await sqlite_store.load_checkpoint(ROOM) in (small, large)
        with closing(sqlite3.connect(path)) as connection:
            assert connection.execute("SELECT count(*) FROM checkpoint").fetchone() == (1,)


async def test_a_restored_log_does_not_look_like_a_continuation(path: Path) -> None:
    other = RoomId("e_2")
    async with SqliteStore.open(path) as store:
        backed_up = await store.append(ROOM, START, [b"a", b"b"])
        await store.append(other, START, [b"a"])
        await store.save_checkpoint(ROOM, Checkpoint(backed_up, b"c"))
    backup = await asyncio.to_thread(path.read_bytes)
    async with SqliteStore.open(path) as store:
        lost = await store.append(ROOM, backed_up, [b"lost", b"lost"])
    await asyncio.to_thread(path.write_bytes, backup)
    async with SqliteStore.open(path) as store:
        assert await store.renew_epochs() == 2
        head = await store.head(ROOM)
        assert head.version == 2
        assert len({backed_up.epoch, head.epoch, (await store.head(other)).epoch}) == 3
        await store.append(ROOM, head, [b"other", b"other"])
        for seen in (backed_up, lost):
            with pytest.raises(PositionLost):
                await store.read(ROOM, seen)
        assert await store.load_checkpoint(ROOM) == Checkpoint(head, b"c")


async def test_a_hole_in_the_file_is_not_read_over(sqlite_store: SqliteStore, path: Path) -> None:
    await sqlite_store.append(ROOM, START, [b"a"] * 5)
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        connection.execute("DELETE FROM record WHERE version = 3")
    with pytest.raises(Corrupt, match="has a hole"):
        await sqlite_store.read(ROOM, START)


async def test_a_mistake_of_the_caller_is_raised_as_it_is(sqlite_store: SqliteStore) -> None:
    with pytest.raises(sqlite3.ProgrammingError):
        await sqlite_store.append(ROOM, START, [[]])  # type: ignore[list-item]
    with pytest.raises(UnicodeEncodeError):
        await sqlite_store.put([Put(table="t", key="\ud800", value=b"x")])
    assert await sqlite_store.head(ROOM) == START
