"""Killed, cut off, torn: what was acknowledged is there, and nothing is there by half."""

import asyncio
import os
import shutil
import signal
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest

from protocol.ids import RoomId
from server.store.interface import START, Store, Unusable
from server.store.migrations import MIGRATIONS, check_owner, migrate, version_of
from server.store.sqlite import SqliteStore
from tests.store.crash_child import ROOMS

ROOT = Path(__file__).parents[2]
KILLED_AFTER = (1, 2, 3, 5, 8, 13, 21, 34, 55, 89)
"""Acknowledgements. Each life goes on where the one before it was cut off."""


def start(path: Path) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-m", "tests.store.crash_child", str(path)],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        text=True,
    )


def acknowledged_until_killed(path: Path, count: int) -> dict[RoomId, int]:
    acknowledged: dict[RoomId, int] = {}
    with start(path) as child:
        assert child.stdout is not None
        for number, line in enumerate(child.stdout, 1):
            room, version = line.split()
            acknowledged[RoomId(room)] = int(version)
            # What was written to the pipe before the kill is read after it.
            if number == count:
                child.send_signal(signal.SIGKILL)
        child.wait()
    assert child.returncode == -signal.SIGKILL
    return acknowledged


async def check_rooms(store: Store, acknowledged: dict[RoomId, int]) -> None:
    for room in (RoomId(f"e_{number}") for number in range(ROOMS)):
        page = await store.read(room, START, 100_000)
        head = page.head.version
        assert head >= acknowledged.get(room, 0)
        assert head % 3 == 0, "half a batch"
        first = head - len(page.payloads) + 1
        assert [each.decode() for each in page.payloads] == [
            f"{room} {(version - 1) // 3} {(version - 1) % 3}" for version in range(first, head + 1)
        ]
        batch = await store.get("batch", room, 0)
        assert batch == (str(head // 3 - 1).encode() if head else None)
        await check_checkpoint(store, room, first)


async def check_checkpoint(store: Store, room: RoomId, first: int) -> None:
    checkpoint = await store.load_checkpoint(room)
    if checkpoint is None:
        assert first == 1
        return
    version = checkpoint.position.version
    assert first <= version + 1, "trimmed beyond the checkpoint"
    expected = f"{version:010}".encode()
    assert checkpoint.payload.count(expected) * len(expected) == len(checkpoint.payload)


def integrity_of(path: Path) -> str:
    with closing(sqlite3.connect(path)) as connection:
        found: str = connection.execute("PRAGMA integrity_check").fetchone()[0]
        assert not connection.execute("PRAGMA foreign_key_check").fetchall()
    return found


async def test_a_killed_server_loses_nothing_that_was_acknowledged(path: Path) -> None:
    acknowledged: dict[RoomId, int] = {}
    for count in KILLED_AFTER:
        acknowledged |= await asyncio.to_thread(acknowledged_until_killed, path, count)
        async with SqliteStore.open(path) as store:
            await check_rooms(store, acknowledged)
        assert integrity_of(path) == "ok"
    assert sum(acknowledged.values()) >= sum(KILLED_AFTER) * 3


@pytest.mark.parametrize("damage", ["cut", "flipped"])
async def test_a_torn_wal_loses_whole_commits_from_its_end_and_nothing_else(
    path: Path, tmp_path: Path, damage: str
) -> None:
    rooms = [RoomId("e_1"), RoomId("e_2")]
    async with SqliteStore.open(path) as store:
        heads = dict.fromkeys(rooms, START)
        for batch in range(8):
            for room in rooms:
                payloads = [f"{room} {batch} {number}".encode() * 100 for number in range(3)]
                heads[room] = await store.append(room, heads[room], payloads)
        # As a power cut would leave them: the file and its WAL, and no clean close.
        wal = path.with_name(f"{path.name}-wal").read_bytes()
        data = await asyncio.to_thread(path.read_bytes)
    found: list[int] = []
    for number, place in enumerate(range(0, len(wal), len(wal) // 40)):
        torn = tmp_path / f"torn{number}" / "usher.db"
        torn.parent.mkdir()
        torn.write_bytes(data)
        flipped = wal[:place] + bytes([wal[place] ^ 1]) + wal[place + 1 :]
        torn.with_name("usher.db-wal").write_bytes(wal[:place] if damage == "cut" else flipped)
        async with SqliteStore.open(torn) as store:
            found.append(await whole_batches(store, rooms))
        assert integrity_of(torn) == "ok"
        shutil.rmtree(torn.parent)
    assert found == sorted(found)
    assert found[0] == 0
    assert found[-1] >= 14


async def whole_batches(store: Store, rooms: list[RoomId]) -> int:
    """Count the batches, which were written to the rooms in turn; none may be there by half."""
    counts = []
    for room in rooms:
        page = await store.read(room, START)
        batches, odd = divmod(len(page.payloads), 3)
        assert not odd
        assert page.position == page.head
        assert [each[: len(f"{room} 0 0")].decode() for each in page.payloads] == [
            f"{room} {batch} {number}" for batch in range(batches) for number in range(3)
        ]
        counts.append(batches)
    assert counts[0] - counts[1] in (0, 1)
    return sum(counts)


def test_a_crash_in_a_migration_leaves_the_version_before_it(path: Path) -> None:
    path.parent.mkdir()
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        migrate(connection)
    # The child runs a further migration, which kills its own process in the middle.
    script = """
import os, signal, sqlite3, sys
from server.store.migrations import MIGRATIONS, migrate
connection = sqlite3.connect(sys.argv[1], isolation_level=None)
connection.create_function("die", 0, lambda: os.kill(os.getpid(), signal.SIGKILL))
migrate(connection, [*MIGRATIONS, ["CREATE TABLE more (x)", "SELECT die()"]])
"""
    child = subprocess.run([sys.executable, "-c", script, path], cwd=ROOT, check=False)
    assert child.returncode == -signal.SIGKILL
    with closing(sqlite3.connect(path)) as connection:
        check_owner(connection)
        assert version_of(connection) == len(MIGRATIONS)
        assert not connection.execute("SELECT * FROM sqlite_schema WHERE name = 'more'").fetchall()


async def test_a_second_server_is_refused_while_the_first_one_lives_and_no_longer(
    path: Path,
) -> None:
    def first_line(child: subprocess.Popen[str]) -> str:
        assert child.stdout is not None
        return child.stdout.readline()

    child = start(path)
    try:
        assert await asyncio.to_thread(first_line, child)
        with pytest.raises(Unusable, match="Another server is running on"):
            async with SqliteStore.open(path):
                pass
    finally:
        os.kill(child.pid, signal.SIGKILL)
        await asyncio.to_thread(child.communicate)
    async with SqliteStore.open(path) as store:
        assert (await store.head(RoomId("e_0"))).version >= 0
