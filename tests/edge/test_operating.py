"""What operators see of a site that runs, and that nobody else does."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from protocol.commands import RaiseHand
from protocol.messages import Snapshot
from protocol.views import Window
from server.edge.ports import Scope
from server.hub.settings import HubSettings
from tests.edge.house import House, opened_house, until
from tests.edge.lines import line


@pytest.fixture
async def told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[House]:
    """Run a house whose node says how it is all the time."""
    monkeypatch.setattr("server.hub.housekeeping.TELL_S", 0.02)
    settings = HubSettings(tick_ms=5, node_name="hall 1")
    async with opened_house(tmp_path, settings=settings) as house:
        yield house


async def test_the_operator_sees_nodes_and_the_busiest_rooms(told: House) -> None:
    session = await told.make_open()
    _, token = await told.make_link()
    _, admitted = await told.guest(token, "Canary-Guest")
    operator = await told.signed_in()
    async with line(told, session, ticket=admitted["ticket"]) as guest:
        await guest.hello(Window())
        await guest.hear(Snapshot)
        await guest.do(RaiseHand())

        async def is_told() -> bool:
            [node] = (await operator.done("GET", "/operator"))["nodes"]
            return bool(node["connections"] and node["p99_ms"] and node["joins_per_s"])

        while not await is_told():
            pass
        answer = await operator.call("GET", "/operator")
        site = answer.json()

    [node] = site["nodes"]
    assert (node["name"], node["is_alive"], node["rooms"]) == ("hall 1", True, 1)
    assert node["commands_per_s"] > 0
    assert node["deliveries_per_s"] > 0
    [room] = site["rooms"]
    assert (room["entry_id"], room["people"], room["connections"]) == (told.room, 1, 1)
    assert room["entry_name"]
    assert "Canary" not in answer.text


async def test_nobody_else_sees_that(house: House) -> None:
    stranger, account = await house.browser(), await house.signed_in(is_operator=False)
    await stranger.refused("not_signed_in", "GET", "/operator")
    await account.refused("not_allowed", "GET", "/operator")
    reader = await house.platform(Scope.READ)
    assert (await reader.done("GET", "/operator"))["now"] > 0
    other = await house.platform(Scope.TOKENS)
    await other.refused("not_allowed", "GET", "/operator")


async def test_a_socket_that_takes_nothing_is_counted_until_it_goes(house: House) -> None:
    session = await house.make_open()
    _, token = await house.make_link()
    _, admitted = await house.guest(token)
    async with line(house, session, ticket=admitted["ticket"]) as guest:
        await guest.hello(Window())
        await guest.hear(Snapshot)
        room = await house.hub.room(house.room)
        assert room is not None
        [watcher] = room.watchers
        socket: Any = watcher.outlet
        socket.pause_writing()
        assert house.hub.tally.slow == 1
        socket.resume_writing()
        assert house.hub.tally.slow == 0
        socket.pause_writing()
    await until(lambda: house.hub.tally.slow == 0)
