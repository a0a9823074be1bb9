"""A server of its own for each test; or one for all tests of a module, on the module's loop."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio

from tests.edge.halls import Hall, opened_hall
from tests.edge.house import House, opened_house


@pytest.fixture
async def house(tmp_path: Path) -> AsyncIterator[House]:
    async with opened_house(tmp_path) as running:
        yield running


@pytest_asyncio.fixture(loop_scope="module", scope="module")
async def hall(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Hall]:
    async with opened_hall(tmp_path_factory.mktemp("hall")) as running:
        yield running
