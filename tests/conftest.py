"""What holds for all tests."""

import asyncio
from collections.abc import Iterator
from contextlib import AbstractAsyncContextManager, contextmanager

import pytest
from hypothesis import HealthCheck, settings

from tests.redis_servers import (
    RedisCluster,
    RedisServer,
    SentinelTrio,
    redis_cluster,
    redis_server,
    sentinel_trio,
)

# Machines that run these are shared and slow at times: no test is about how long it takes.
settings.register_profile("usher", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("usher")


@contextmanager
def _kept(
    running: AbstractAsyncContextManager[RedisServer | RedisCluster | SentinelTrio],
) -> Iterator[str]:
    """Keep servers running between the loops of the tests; give their URL."""
    with asyncio.Runner() as runner:
        servers = runner.run(running.__aenter__())
        try:
            yield servers.url
        finally:
            runner.run(running.__aexit__(None, None, None))


@pytest.fixture(scope="session")
def redis_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """One Redis server that every test may use, behind a prefix of its own."""
    with _kept(redis_server(tmp_path_factory.mktemp("redis"), "--appendonly", "yes")) as url:
        yield url


@pytest.fixture(scope="session")
def cluster_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A Redis Cluster that every test may use, behind a prefix of its own."""
    with _kept(redis_cluster(tmp_path_factory.mktemp("cluster"))) as url:
        yield url


@pytest.fixture(scope="session")
def sentinel_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A Redis with Sentinels that every test may use, behind a prefix of its own."""
    with _kept(sentinel_trio(tmp_path_factory.mktemp("sentinel"))) as url:
        yield f"{url}?replicas=1"
