"""A Redis that would lose rooms is refused in words, and one that might is warned of."""

import logging
from pathlib import Path

import pytest

from server.store.interface import Unusable
from server.store.redis import RedisStore
from server.store.redis_check import check
from server.store.redis_keys import Names
from server.store.redis_url import RedisUrl
from server.store.redis_wire import Wire
from tests.redis_servers import redis_server


@pytest.mark.parametrize("policy", ["allkeys-lru", "volatile-ttl"])
async def test_one_that_evicts_is_refused(tmp_path: Path, policy: str) -> None:
    async with redis_server(tmp_path, "--maxmemory-policy", policy) as redis:
        with pytest.raises(Unusable, match="maxmemory-policy noeviction"):
            async with RedisStore.open(RedisUrl.parse(redis.url)):
                pass


async def test_without_an_append_only_file_it_is_said_what_a_restart_loses(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    async with (
        redis_server(tmp_path) as redis,
        RedisStore.open(RedisUrl.parse(redis.url)),
    ):
        assert "appendonly yes" in caplog.text
        caplog.clear()
        await redis.call("CONFIG", "SET", "appendonly", "yes")
        async with RedisStore.open(RedisUrl.parse(redis.url)):
            assert caplog.text == ""


async def test_replicas_that_nobody_waits_for_are_pointed_out(
    sentinel_url: str, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.WARNING):
        async with RedisStore.open(RedisUrl.parse(sentinel_url.replace("replicas=1", ""))):
            assert "replicas=1" in caplog.text
        caplog.clear()
        async with RedisStore.open(RedisUrl.parse(sentinel_url)):
            assert "replicas" not in caplog.text
        async with RedisStore.open(RedisUrl.parse(sentinel_url.replace("=1", "=9"))):
            assert "nothing is acknowledged" in caplog.text


async def test_data_of_a_newer_server_is_left_alone(tmp_path: Path) -> None:
    async with redis_server(tmp_path) as redis:
        await redis.call("SET", Names("usher:").shared("format"), "99")
        with pytest.raises(Unusable, match="newer server"):
            async with RedisStore.open(RedisUrl.parse(redis.url)):
                pass
        async with RedisStore.open(RedisUrl.parse(f"{redis.url}?prefix=other:")):
            pass


@pytest.mark.parametrize("version", ["6.2.14", "5.0", "0"])
async def test_an_old_one_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, version: str
) -> None:
    async with redis_server(tmp_path) as redis, Wire.opened(RedisUrl.parse(redis.url)) as wire:
        [info] = await wire.info()

        async def older() -> list[dict[str, object]]:
            return [info | {"redis_version": version}]

        # No such server can be installed here; everything else is what a real one says.
        monkeypatch.setattr(wire, "info", older)
        with pytest.raises(Unusable, match=r"Redis 7\.0"):
            await check(wire, Names("usher:"))
