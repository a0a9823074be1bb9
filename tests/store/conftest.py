from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from server.store.interface import Store
from server.store.masterkeys import MasterKeys
from server.store.sealing import Sealer
from server.store.sqlite import SqliteStore
from tests.store.adapters import ADAPTERS, Adapter, on_redis, sqlite


@pytest.fixture(params=ADAPTERS)
def adapter(request: pytest.FixtureRequest) -> Adapter:
    name: str = request.param
    if name == "sqlite":
        return Adapter(name, sqlite)
    return Adapter(name, on_redis(request.getfixturevalue(f"{name}_url")))


@pytest.fixture
async def store(adapter: Adapter, tmp_path: Path) -> AsyncIterator[Store]:
    """Any adapter, empty."""
    async with adapter.open(tmp_path) as opened:
        yield opened


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """Where a SQLite file may be made."""
    return tmp_path / "data" / "usher.db"


@pytest.fixture
async def sqlite_store(path: Path) -> AsyncIterator[SqliteStore]:
    async with SqliteStore.open(path) as opened:
        yield opened


@pytest.fixture
def master() -> MasterKeys:
    return MasterKeys.of(("2026", bytes(range(32))))


@pytest.fixture
def sealer(store: Store, master: MasterKeys) -> Sealer:
    return Sealer(store, master)
