"""Who is at a node that is cut off from the store, while others are not, goes elsewhere."""

import asyncio
import itertools
from collections.abc import AsyncIterator

import pytest

from protocol.errors import ErrorCode
from server.hub import stranded
from server.hub.hub import Hub
from server.hub.stranded import Stranded
from tests.hub.conftest import Stage


class Surroundings:
    """Whether another node is ready, and how often that was asked."""

    def __init__(self) -> None:
        self.is_ready = False
        self.asked = 0

    async def __call__(self) -> bool:
        self.asked += 1
        return self.is_ready


@pytest.fixture
async def surroundings(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[Surroundings]:
    monkeypatch.setattr(stranded, "PERIOD_S", 0.01)
    monkeypatch.setattr(stranded, "PATIENCE_S", 0.05)
    found = Surroundings()
    looking = asyncio.create_task(Stranded(stage.hub, found).run())
    yield found
    looking.cancel()


def is_cut_off(monkeypatch: pytest.MonkeyPatch, answer: bool) -> None:
    monkeypatch.setattr(Hub, "is_sure", not answer)


async def test_they_are_told_when_to_come_back(
    stage: Stage, surroundings: Surroundings, monkeypatch: pytest.MonkeyPatch
) -> None:
    guest = (await stage.opened(1)).guest
    surroundings.is_ready = True
    is_cut_off(monkeypatch, True)
    await guest.until(lambda one: one.is_closed)
    assert guest.goodbye is not None
    assert guest.goodbye.problem.code is ErrorCode.RESTARTING
    assert guest.goodbye.problem.retry_after_ms


async def test_where_nobody_reaches_the_store_everybody_stays(
    stage: Stage, surroundings: Surroundings, monkeypatch: pytest.MonkeyPatch
) -> None:
    guest = (await stage.opened(1)).guest
    is_cut_off(monkeypatch, True)
    await stage.until_true(lambda: surroundings.asked > 20)
    assert not guest.is_closed


async def test_a_node_that_reaches_the_store_asks_nobody(
    stage: Stage, surroundings: Surroundings, monkeypatch: pytest.MonkeyPatch
) -> None:
    guest = (await stage.opened(1)).guest
    surroundings.is_ready = True
    looks = itertools.count()
    monkeypatch.setattr(Hub, "is_sure", property(lambda _: next(looks) >= 0))
    await stage.until_true(lambda: next(looks) > 40)
    assert surroundings.asked == 0
    assert not guest.is_closed


async def test_another_node_that_was_ready_once_and_is_no_more_counts_for_nothing(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(stranded, "PERIOD_S", 0.001)
    monkeypatch.setattr(stranded, "PATIENCE_S", 3_600)
    is_cut_off(monkeypatch, True)
    found = Surroundings()
    found.is_ready = True
    one = Stranded(stage.hub, found)
    looking = asyncio.create_task(one.run())
    await stage.until_true(lambda: one._since is not None)
    found.is_ready = False
    await stage.until_true(lambda: one._since is None)
    looking.cancel()
