"""Which store is used, and that its keys belong to it."""

import asyncio
from pathlib import Path

import pytest

from server.keyring import load_or_make
from server.settings import Settings
from server.store.interface import Store, Unavailable, Unusable
from server.store.redis import RedisStore
from server.store.sqlite import SqliteStore
from server.stores import opened_store, sealer_for, shared_in
from tests.redis_servers import PATIENCE_S, RedisServer, own_prefix


async def test_without_a_word_it_is_the_file_in_the_data_folder(tmp_path: Path) -> None:
    async with opened_store(Settings(data=tmp_path / "data")) as store:
        assert isinstance(store, SqliteStore)
        assert shared_in(store) is None


async def test_with_a_url_it_is_redis(tmp_path: Path, redis_url: str) -> None:
    settings = Settings(data=tmp_path, redis_url=own_prefix(redis_url, tmp_path))
    async with opened_store(settings) as store:
        assert isinstance(store, RedisStore)
        assert shared_in(store) is store
    assert settings.redis_url not in repr(settings)


async def test_a_url_that_is_none_is_refused(tmp_path: Path) -> None:
    with pytest.raises(Unusable, match="REDIS_URL"):
        async with opened_store(Settings(data=tmp_path, redis_url="ftp://a")):
            pass


@pytest.mark.parametrize("is_shared", [True, False])
async def test_keys_of_another_server_are_refused_in_words(
    tmp_path: Path, redis_url: str, is_shared: bool
) -> None:
    url = own_prefix(redis_url, tmp_path) if is_shared else ""
    settings = Settings(data=tmp_path / "data", redis_url=url)
    (tmp_path / "data").mkdir()
    keys = load_or_make(tmp_path / "keys.json")
    for _ in range(2):
        async with opened_store(settings) as store:
            await sealer_for(store, keys)
    others = load_or_make(tmp_path / "others.json")
    async with opened_store(settings) as store:
        with pytest.raises(Unusable, match="USHER_KEYS"):
            await sealer_for(store, others)


async def test_a_redis_that_starts_later_is_waited_for(tmp_path: Path) -> None:
    redis = RedisServer(tmp_path / "redis")
    settings = Settings(data=tmp_path, redis_url=redis.url)
    with pytest.raises(Unavailable):
        async with opened_store(settings):
            pass

    async def opened() -> Store:
        async with opened_store(settings, patience_s=PATIENCE_S) as store:
            return store

    async with asyncio.TaskGroup() as tasks:
        waiting = tasks.create_task(opened())
        await redis.start()
    await redis.stop()
    assert isinstance(waiting.result(), RedisStore)
