"""Counting mails over a sliding window."""

from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from server.integrations.mail.limits import SharedLimits, SlidingLimit
from server.store.redis import RedisStore
from server.store.redis_url import RedisUrl
from tests.redis_servers import own_prefix, redis_server


def test_the_limit_is_per_key() -> None:
    limit = SlidingLimit(most=2, window_ms=1000)
    for _ in range(2):
        assert limit.has_room("bob", 0)
        limit.take("bob", 0)
    assert not limit.has_room("bob", 0)
    assert limit.has_room("ada", 0)


def test_room_returns_when_the_window_has_moved_on() -> None:
    limit = SlidingLimit(most=1, window_ms=1000)
    limit.take("bob", 0)
    assert not limit.has_room("bob", 999)
    assert limit.has_room("bob", 1000)


@settings(deadline=None)
@given(st.lists(st.integers(0, 300), max_size=60))
def test_no_window_ever_holds_more_than_the_limit(pauses: list[int]) -> None:
    limit = SlidingLimit(most=3, window_ms=1000)
    now, taken = 0, []
    for pause in pauses:
        now += pause
        if limit.has_room("bob", now):
            limit.take("bob", now)
            taken.append(now)
    for moment in taken:
        assert sum(moment - 1000 < each <= moment for each in taken) <= 3


def test_memory_is_bounded_and_the_quietest_key_goes_first() -> None:
    limit = SlidingLimit(most=1, window_ms=1000, max_keys=2)
    for now, key in enumerate(["ada", "bob", "cem"]):
        limit.take(key, now)
    assert len(limit) == 2
    assert limit.has_room("ada", 3)
    assert not limit.has_room("bob", 3)


def test_what_no_longer_counts_is_forgotten() -> None:
    limit = SlidingLimit(most=1, window_ms=1000)
    for number in range(100):
        limit.take(number, number)
    limit.take("bob", 5000)
    assert len(limit) == 1


async def test_nodes_count_together_and_the_store_reads_no_address(
    tmp_path: Path, redis_url: str
) -> None:
    url = RedisUrl.parse(own_prefix(redis_url, tmp_path))
    async with RedisStore.open(url) as one, RedisStore.open(url) as other:
        nodes = [SharedLimits(store, b"key") for store in (one, other)]
        taken = [await nodes[n % 2].take("mailbox", "bob@example.org", 3, 60_000) for n in range(5)]
        assert taken == [True, True, True, False, False]
        assert await nodes[0].take("mailbox", "ada@example.org", 3, 60_000)
        names = [one.names.window("mailbox:*"), one.names.window("*bob*")]
        found = [await one.wire.command("KEYS", name) for name in names]
        assert [len(each) for each in found] == [2, 0]


async def test_a_store_that_is_gone_stops_no_mail(tmp_path: Path) -> None:
    async with (
        redis_server(tmp_path) as redis,
        RedisStore.open(RedisUrl.parse(redis.url)) as store,
    ):
        limits = SharedLimits(store, b"key")
        assert await limits.take("entry", "e_room", 1, 60_000)
        assert not await limits.take("entry", "e_room", 1, 60_000)
        await redis.kill()
        assert await limits.take("entry", "e_room", 1, 60_000)
