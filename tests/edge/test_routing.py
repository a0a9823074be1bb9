"""The wrapper around every handler: each failure becomes a reply, none a stack trace."""

import logging
from unittest.mock import patch

import pytest

from server.edge.directory import StoreDirectory
from server.hub.hub import Hub
from server.store.interface import Unavailable
from tests.edge.house import House


async def test_a_store_that_does_not_answer_is_overload(house: House) -> None:
    host = await house.signed_in()

    with patch.object(StoreDirectory, "account", side_effect=Unavailable("disk full")):
        answer = await host.call("GET", "/me")

    assert (answer.status_code, answer.json()["code"]) == (503, "overloaded")
    assert answer.headers["retry-after"] == "1"
    assert "disk" not in answer.text


async def test_a_fault_of_ours_is_told_without_its_inside(
    house: House, caplog: pytest.LogCaptureFixture
) -> None:
    host = await house.signed_in()
    with patch.object(StoreDirectory, "account", side_effect=ZeroDivisionError("inside")):
        answer = await host.call("GET", "/me")

    assert (answer.status_code, answer.json()["code"]) == (500, "internal")
    assert "inside" not in answer.text
    assert "Traceback" not in answer.text
    assert any(one.levelno == logging.ERROR for one in caplog.records)


async def test_a_server_that_stops_says_so_instead_of_not_found(house: House) -> None:
    await house.make_open()
    _, token = await house.make_link()
    host = await house.signed_in()

    with patch.object(Hub, "room", return_value=None):
        house.hub._is_stopping = True
        answer = await host.call("GET", f"/entries/{house.room}")
        door = await host.call("POST", "/doors/guest/look", {"token": token})
        house.hub._is_stopping = False

    for one in (answer, door):
        assert (one.status_code, one.json()["code"]) == (503, "restarting")
        assert "retry-after" in one.headers
