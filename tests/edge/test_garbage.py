"""What is over goes at once, and does not wait for the collector, which hardly ever comes.

`spare_the_collector` has it look through what is older once in hours: of a cycle that got old,
all that hangs on it would be kept for as long.
"""

import asyncio
import gc
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from protocol.messages import Snapshot
from protocol.views import Window
from server.edge.heads import EdgeHttp
from server.edge.intake import Intake
from server.edge.line import Line
from server.edge.replies import Denied
from server.edge.settings import IntakeSettings
from server.edge.transport import EdgeSocket
from server.hub.watcher import Watcher
from tests.edge.house import opened_house, until
from tests.edge.lines import line

OF_A_CONNECTION = (EdgeHttp, EdgeSocket, Line, Watcher)


@pytest.fixture(autouse=True)
def no_collector() -> Iterator[None]:
    """Have nothing go that does not go by itself."""
    gc.collect()
    gc.disable()
    yield
    gc.enable()


def alive(*kinds: type) -> list[str]:
    return sorted(type(one).__name__ for one in gc.get_objects() if type(one) in kinds)


async def test_nothing_of_a_socket_is_left_when_it_is_closed(tmp_path: Path) -> None:
    async with opened_house(tmp_path) as house:
        # A task that is debugged keeps the frames in which it was made.
        asyncio.get_running_loop().set_debug(enabled=False)
        session = await house.make_open()
        admitted = await house.admitted_guest()
        await house.close_browsers()
        await until(lambda: not house.connections)
        before = alive(*OF_A_CONNECTION)
        for _ in range(5):
            async with line(house, session, ticket=admitted["ticket"]) as guest:
                await guest.hello(Window())
                await guest.hear(Snapshot)
            await until(lambda: not house.watchers and not house.connections)

        with suppress(TimeoutError):
            await until(lambda: alive(*OF_A_CONNECTION) == before, 5)
        assert alive(*OF_A_CONNECTION) == before


async def test_nothing_of_a_refusal_is_left_when_it_was_told() -> None:
    settings = IntakeSettings(at_once=1, line=5, short_line=0, standing_s=0)
    now = 0.0
    intake = Intake(settings, lambda: now, lambda: 0.5)

    async def come() -> str:
        try:
            async with intake.joining():
                return "in"
        except Denied as no:
            return no.code.value

    async with intake.joining():
        waiting = [asyncio.create_task(come()) for _ in range(5)]
        await until(lambda: intake.waiting == 5)
        now = 10.0
    told = await asyncio.gather(*waiting)
    waiting.clear()

    assert "overloaded" in told
    assert alive(Denied) == []
