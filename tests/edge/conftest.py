"""A server of its own for each test."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.edge.house import House, opened_house


@pytest.fixture
async def house(tmp_path: Path) -> AsyncIterator[House]:
    async with opened_house(tmp_path) as running:
        yield running
