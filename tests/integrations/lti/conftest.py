"""One server process and one school for all tests of a module."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
import pytest_asyncio

from tests.integrations.lti.visits import Visits
from tests.running import running_server
from tests.school import opened_school


@asynccontextmanager
async def opened_visits(folder: Path) -> AsyncIterator[Visits]:
    env = {"USHER_INNER_PLATFORMS": "127.0.0.0/8 ::1", "USHER_DEMO": "0"}
    async with running_server(folder, env) as server, opened_school(server.url) as school:
        visits = Visits(server, school, (folder / "data/operator.key").read_text())
        try:
            await visits.register()
            yield visits
        finally:
            await visits.aclose()


@pytest_asyncio.fixture(loop_scope="module", scope="module")
async def visits(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Visits]:
    async with opened_visits(tmp_path_factory.mktemp("lti")) as opened:
        yield opened


@pytest.fixture(autouse=True)
def _straight(request: pytest.FixtureRequest) -> None:
    """Let no test find the school as another one has bent it."""
    if "visits" not in request.fixturenames:
        return
    visits: Visits = request.getfixturevalue("visits")
    visits.school.return_url = ""
    visits.school.bend = lambda claims: claims
    visits.school.scores.clear()
