"""The server is killed with -9 while many people join and act."""

from pathlib import Path

import pytest

from tests.crowd import Crowd
from tests.running import Serve

PEOPLE = 200


@pytest.mark.timeout(300)
async def test_nothing_acknowledged_is_lost_and_everybody_comes_back_as_who_they_were(
    tmp_path: Path, serve: Serve
) -> None:
    async with (
        serve(tmp_path, {"USHER_PING_MS": "1000"}) as server,
        Crowd(server, PEOPLE).inside() as crowd,
    ):
        for _ in range(3):
            await crowd.many_act()
            await server.kill()
            await server.start()
