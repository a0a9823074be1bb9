"""What is special about logs in Redis: forks, hole, and checkpoints in parts."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path

import pytest

from protocol.ids import RoomId
from server.store.interface import START, Checkpoint, Conflict, Corrupt, Position, PositionLost
from server.store.redis import RedisStore
from server.store.redis_log import ROOMS_KNOWN, VERSIONS_KNOWN, Tags
from server.store.redis_url import RedisUrl
from tests.redis_servers import RedisServer, eventually, redis_server

ROOM = RoomId("e_1")
LOG, META = "usher:{e_1}:log", "usher:{e_1}:meta"


@pytest.fixture
async def redis(tmp_path: Path) -> AsyncIterator[RedisServer]:
    async with redis_server(tmp_path / "redis") as running:
        yield running


@pytest.fixture
async def store(redis: RedisServer) -> AsyncIterator[RedisStore]:
    async with RedisStore.open(RedisUrl.parse(redis.url)) as opened:
        yield opened


@pytest.fixture
async def other(redis: RedisServer) -> AsyncIterator[RedisStore]:
    """Another process."""
    async with RedisStore.open(RedisUrl.parse(redis.url)) as opened:
        yield opened


async def forked(redis: RedisServer, store: RedisStore, other: RedisStore) -> Position:
    """Have another process's record in the place of one that was seen here.

    As a failover leaves it that lost the last append, and another one that came after.
    """
    head = await store.append(ROOM, START, [b"1"])
    before = await redis.call("DUMP", LOG), await redis.call("DUMP", META)
    seen = await store.append(ROOM, head, [b"lost"])
    for key, dump in zip((LOG, META), before, strict=True):
        assert isinstance(dump, bytes)
        await redis.call("RESTORE", key, 0, dump, "REPLACE")
    assert await other.append(ROOM, await other.head(ROOM), [b"kept"]) == seen
    return seen


class TestFork:
    async def test_is_found_by_reading_on(
        self, redis: RedisServer, store: RedisStore, other: RedisStore
    ) -> None:
        seen = await forked(redis, store, other)
        with pytest.raises(PositionLost):
            await store.read(ROOM, seen)
        await self.everybody_starts_anew(store, other, seen)

    async def test_is_found_by_appending(
        self, redis: RedisServer, store: RedisStore, other: RedisStore
    ) -> None:
        seen = await forked(redis, store, other)
        with pytest.raises(Conflict):
            await store.append(ROOM, seen, [b"3"])
        await self.everybody_starts_anew(store, other, seen)

    async def test_is_found_by_looking_at_the_head(
        self, redis: RedisServer, store: RedisStore, other: RedisStore
    ) -> None:
        seen = await forked(redis, store, other)
        assert await store.head(ROOM) != seen
        await self.everybody_starts_anew(store, other, seen)

    async def test_is_found_by_saving_a_checkpoint(
        self, redis: RedisServer, store: RedisStore, other: RedisStore
    ) -> None:
        seen = await forked(redis, store, other)
        with pytest.raises(PositionLost):
            await store.save_checkpoint(ROOM, Checkpoint(seen, b"of what was lost"))
        await self.everybody_starts_anew(store, other, seen)

    async def test_deeper_in_the_log_is_found_as_well(
        self, redis: RedisServer, store: RedisStore, other: RedisStore
    ) -> None:
        seen = await forked(redis, store, other)
        await other.append(ROOM, seen, [b"3", b"4"])
        with pytest.raises(PositionLost):
            await store.read(ROOM, seen)

    async def everybody_starts_anew(
        self, store: RedisStore, other: RedisStore, seen: Position
    ) -> None:
        for each in (store, other):
            with pytest.raises(PositionLost):
                await each.read(ROOM, seen)
            page = await each.read(ROOM, START)
            assert page.payloads == (b"1", b"kept")
            assert page.head.epoch != seen.epoch

    async def beheaded(self, redis: RedisServer, store: RedisStore, other: RedisStore) -> Position:
        """Have a log lose what both have seen last, and nothing else in its place."""
        head = await store.append(ROOM, START, [b"1"])
        dumps = await redis.call("DUMP", LOG), await redis.call("DUMP", META)
        seen = await store.append(ROOM, head, [b"lost"])
        assert (await other.read(ROOM, head)).position == seen
        for key, dump in zip((LOG, META), dumps, strict=True):
            assert isinstance(dump, bytes)
            await redis.call("RESTORE", key, 0, dump, "REPLACE")
        return seen

    @pytest.mark.parametrize("found_by", ["reading on", "appending", "saving a checkpoint"])
    async def test_a_lost_tail_alone_is_found_as_well(
        self, redis: RedisServer, store: RedisStore, other: RedisStore, found_by: str
    ) -> None:
        """And ends the epoch: the next record would have the version of the one that was lost."""
        seen = await self.beheaded(redis, store, other)
        look: dict[str, Callable[[], Awaitable[object]]] = {
            "reading on": lambda: store.read(ROOM, seen),
            "appending": lambda: store.append(ROOM, seen, [b"3"]),
            "saving a checkpoint": lambda: store.save_checkpoint(ROOM, Checkpoint(seen, b"lost")),
        }
        with pytest.raises((PositionLost, Conflict)):
            await look[found_by]()
        anew = await store.head(ROOM)
        assert anew.version == 1
        assert anew.epoch != seen.epoch
        assert (await store.append(ROOM, anew, [b"kept"])).epoch == anew.epoch
        await self.everybody_starts_anew(store, other, seen)


async def test_a_log_with_a_hole_is_corrupt(redis: RedisServer, store: RedisStore) -> None:
    await store.append(ROOM, START, [b"1", b"2", b"3"])
    await redis.call("XDEL", LOG, "2-0")
    with pytest.raises(Corrupt, match="behind version 1"):
        await store.read(ROOM, START)


async def test_a_long_read_comes_in_pages(store: RedisStore) -> None:
    big = bytes(3 * 1024 * 1024)
    head = await store.append(ROOM, START, [big] * 5)
    page = await store.read(ROOM, START)
    assert 1 <= len(page.payloads) < 5
    total = len(page.payloads)
    while page.position != head:
        page = await store.read(ROOM, page.position)
        total += len(page.payloads)
    assert total == 5


async def test_parts_of_a_checkpoint_that_was_given_up_go_by_themselves(
    redis: RedisServer, store: RedisStore
) -> None:
    head = await store.append(ROOM, START, [b"1"])
    saving = asyncio.create_task(store.save_checkpoint(ROOM, Checkpoint(head, bytes(40 << 20))))

    async def has_begun() -> bool:
        return bool(await _parts(redis))

    await eventually(has_begun, "a part of the checkpoint")
    saving.cancel()
    await asyncio.wait([saving])
    assert await store.load_checkpoint(ROOM) is None
    ttl = await redis.call("TTL", (await _parts(redis))[0])
    assert isinstance(ttl, int)
    assert 0 < ttl <= 3_600


async def _parts(redis: RedisServer) -> list[bytes]:
    found = await redis.call("KEYS", "*checkpoint*")
    assert isinstance(found, list)
    return found


async def test_only_one_checkpoint_stays(redis: RedisServer, store: RedisStore) -> None:
    head = await store.append(ROOM, START, [b"1", b"2", b"3"])
    for version in (1, 2, 3):
        await store.save_checkpoint(ROOM, Checkpoint(Position(head.epoch, version), bytes(3 << 20)))
    assert len(await _parts(redis)) == 1


def test_tags_are_few() -> None:
    tags = Tags()
    for version in range(100):
        tags.note(ROOM, Position("e", version), b"%d" % version)
    known = [version for version in range(100) if tags.of(ROOM, Position("e", version))]
    assert known == list(range(100 - VERSIONS_KNOWN, 100))
    for number in range(ROOMS_KNOWN):
        tags.note(RoomId(f"r{number}"), Position("e", 1), b"t")
    assert not tags.of(ROOM, Position("e", 99))
