"""The adapters that have to behave alike.

How another adapter joins: add its name to `ADAPTERS`, and how it is opened to `opener`. `open`
gets an empty folder of the test and gives a store; opened again with the same folder it has to
find what was there. Every test in `test_conformance.py`, `test_conformance_values.py` and
`test_store_machine.py` then runs against it, unchanged, and so do those of the journal and the
sealing.
"""

from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from pathlib import Path

from server.store.interface import Store
from server.store.redis import RedisStore
from server.store.redis_url import RedisUrl
from server.store.sqlite import SqliteStore
from tests.redis_servers import own_prefix

ADAPTERS = ("sqlite", "redis", "cluster", "sentinel", "valkey", "valkey_cluster")
"""All but the first on real servers, which all tests of a run share, each behind its own prefix."""


@dataclass(frozen=True, slots=True)
class Adapter:
    name: str
    open: Callable[[Path], AbstractAsyncContextManager[Store]]


def sqlite(folder: Path) -> AbstractAsyncContextManager[Store]:
    return SqliteStore.open(folder / "usher.db")


def on_redis(url: str) -> Callable[[Path], AbstractAsyncContextManager[Store]]:
    def opened(folder: Path) -> AbstractAsyncContextManager[Store]:
        return RedisStore.open(RedisUrl.parse(own_prefix(url, folder)))

    return opened
