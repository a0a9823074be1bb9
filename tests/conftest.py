"""What holds for all tests."""

import asyncio
import os
import threading
from asyncio import constants
from collections.abc import Awaitable, Generator, Iterator
from contextlib import AbstractAsyncContextManager, contextmanager

import pytest
from hypothesis import HealthCheck, settings

from tests.redis_servers import (
    VALKEY,
    RedisCluster,
    RedisServer,
    SentinelTrio,
    redis_cluster,
    redis_server,
    sentinel_trio,
)
from tests.running import RunningServer

# Machines that run these are shared and slow at times: no test is about how long it takes.
settings.register_profile("usher", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("usher")

# Of where a coroutine was made that nobody awaited, the line says enough. Ten frames, noted for
# every callback as well, are a sixth of the time of what runs in this process.
vars(constants)["DEBUG_STACK_DEPTH"] = 1

LONG = ("faults", "journeys", "load", "simulation")
"""Folders whose files take longest: begun first, so that in the end nobody waits for one."""


def pytest_xdist_auto_num_workers() -> int:
    """Have one more worker than cores: they wait for browsers, servers and leases as well."""
    return len(os.sched_getaffinity(0)) + 1


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Put what takes longest first; the workers take files in this order."""
    items.sort(key=lambda item: item.path.parent.name not in LONG)


FAILED = pytest.StashKey[bool]()
"""That a test has failed, for fixtures that tell then what there was to see."""
LOG_SHOWN = 4_000


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item,
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Show the end of the log of each server that a test failed with."""
    report = yield
    if report.when == "call" and report.failed:
        item.stash[FAILED] = True
        for name, fixture in getattr(item, "funcargs", {}).items():
            if isinstance(fixture, RunningServer) and fixture.has_started:
                report.sections.append((f"log of {name}", fixture.log[-LOG_SHOWN:]))
    return report


Servers = RedisServer | RedisCluster | SentinelTrio


@contextmanager
def _kept(
    running: AbstractAsyncContextManager[Servers],
) -> Iterator[str]:
    """Keep servers running on a loop of their own; give their URL."""
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever, name="servers of the tests")
    thread.start()
    try:
        servers = asyncio.run_coroutine_threadsafe(_entered(running), loop).result()
        try:
            yield servers.url
        finally:
            ending = running.__aexit__(None, None, None)
            asyncio.run_coroutine_threadsafe(_awaited(ending), loop).result()
    finally:
        loop.call_soon_threadsafe(loop.stop)
        thread.join()
        loop.close()


async def _entered(running: AbstractAsyncContextManager[Servers]) -> Servers:
    return await running.__aenter__()


async def _awaited(work: Awaitable[object]) -> None:
    await work


@pytest.fixture(scope="session")
def redis_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """One Redis server that every test may use, behind a prefix of its own."""
    with _kept(redis_server(tmp_path_factory.mktemp("redis"), "--appendonly", "yes")) as url:
        yield url


@pytest.fixture(scope="session")
def cluster_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A Redis Cluster that every test may use, behind a prefix of its own."""
    with _kept(redis_cluster(tmp_path_factory.mktemp("cluster"))) as url:
        yield f"{url}?replicas=1"


@pytest.fixture(scope="session")
def sentinel_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A Redis with Sentinels that every test may use, behind a prefix of its own."""
    with _kept(sentinel_trio(tmp_path_factory.mktemp("sentinel"))) as url:
        yield f"{url}?replicas=1"


@pytest.fixture(scope="session")
def valkey_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """One Valkey server that every test may use, behind a prefix of its own."""
    folder = tmp_path_factory.mktemp("valkey")
    with _kept(redis_server(folder, "--appendonly", "yes", program=VALKEY)) as url:
        yield url


@pytest.fixture(scope="session")
def valkey_cluster_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A Valkey Cluster that every test may use, behind a prefix of its own."""
    with _kept(redis_cluster(tmp_path_factory.mktemp("valkeys"), program=VALKEY)) as url:
        yield f"{url}?replicas=1"
