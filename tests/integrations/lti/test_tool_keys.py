from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio

from server.integrations.lti import tool_keys
from server.integrations.lti.tool_keys import LISTED_MS, TABLE, ToolKeys
from server.store.sqlite import SqliteStore

OLD, NEW = b"o" * 32, b"n" * 32


class Nodes:
    """Nodes on one store, with one clock."""

    def __init__(self, store: SqliteStore) -> None:
        self.store = store
        self.now = 1_800_000_000_000

    def keys(self, *ring: bytes) -> ToolKeys:
        return ToolKeys(self.store, ring, lambda: self.now)


@pytest_asyncio.fixture
async def nodes(tmp_path: Path) -> AsyncIterator[Nodes]:
    async with SqliteStore.open(tmp_path / "usher.sqlite3") as store:
        yield Nodes(store)


async def listed(keys: ToolKeys) -> list[str]:
    return [key.id for key, _ in await keys.listed()]


async def test_the_list_is_read_again_without_opening_a_key_again(
    nodes: Nodes, monkeypatch: pytest.MonkeyPatch
) -> None:
    keys = nodes.keys(NEW)
    first = await listed(keys)
    # Nothing can be opened from here on.
    monkeypatch.delattr(tool_keys, "load_pem_private_key")

    assert await listed(keys) == first


async def test_a_key_made_at_another_node_is_listed_at_once(nodes: Nodes) -> None:
    here, there = nodes.keys(NEW), nodes.keys(NEW)
    [first] = await listed(here)
    nodes.now += 1
    second = await there.rotate()

    assert await listed(here) == [second.id, first]


async def test_a_key_that_counts_no_more_is_deleted_by_the_next_change(nodes: Nodes) -> None:
    keys = nodes.keys(NEW)
    await listed(keys)
    nodes.now += 1
    second = await keys.rotate()
    nodes.now += LISTED_MS
    third = await keys.rotate()

    assert await listed(keys) == [third.id, second.id]
    assert len(await nodes.store.scan(TABLE, nodes.now)) == 2


async def test_keys_locked_anew_open_without_the_key_of_before(nodes: Nodes) -> None:
    first = await listed(nodes.keys(OLD))
    assert await nodes.keys(NEW, OLD).rewrap() == 1
    assert await nodes.keys(NEW, OLD).rewrap() == 0

    assert await listed(nodes.keys(NEW)) == first


async def test_a_key_that_does_not_open_is_passed_over_and_logged_once(
    nodes: Nodes, caplog: pytest.LogCaptureFixture
) -> None:
    [lost] = await listed(nodes.keys(OLD))
    keys = nodes.keys(NEW)
    made = await listed(keys)

    assert await listed(keys) == made != [lost]
    assert await nodes.keys(NEW).rewrap() == 0
    said = [one.getMessage() for one in caplog.records if one.name == tool_keys.__name__]
    assert said == ["a key for platforms does not open and is passed over: first"]
