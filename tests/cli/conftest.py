from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.running import RunningServer, running_server


@pytest.fixture
async def server(tmp_path: Path) -> AsyncIterator[RunningServer]:
    async with running_server(tmp_path) as running:
        yield running
