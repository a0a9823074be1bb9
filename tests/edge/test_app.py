"""The list of routes, and what none of them answers."""

import httpx
import pytest

from protocol.routes import API
from server.edge.operations import OPERATIONS
from tests.edge.house import House


def test_no_line_of_the_list_stands_twice() -> None:
    lines = [(one.method, one.path) for one in OPERATIONS]

    assert len(lines) == len(set(lines))


@pytest.mark.parametrize("path", ["/nowhere", "/entries/", "/sessions", "/entries/x/nothing"])
async def test_what_is_not_there_is_a_problem(house: House, path: str) -> None:
    host = await house.signed_in()

    await host.refused("not_found", "GET", path)


async def test_another_method_is_a_problem_that_names_the_right_ones(house: House) -> None:
    host = await house.signed_in()

    answer = await host.call("DELETE", "/me")

    assert (answer.status_code, answer.json()["code"]) == (405, "bad_request")
    assert set(answer.headers["allow"].split(", ")) == {"GET", "HEAD"}


async def test_reading_never_writes(house: House) -> None:
    """Every GET there is, with every right there is, changes no log: only an export is noted."""
    await house.make_open()
    await house.make_link()
    await house.invite("ada@example.org")
    host = await house.signed_in()
    before = await house.version()

    for operation in OPERATIONS:
        if operation.method == "GET":
            path = operation.path.replace("{entry_id}", house.room)
            await host.call("HEAD", path)
            if not path.endswith("/audit/export"):
                await host.call("GET", path)

    assert await house.version() == before
    await host.call("GET", f"/entries/{house.room}/audit/export")
    assert await house.version() == before + 1


async def test_a_socket_address_is_nothing_over_http(house: House) -> None:
    async with httpx.AsyncClient(base_url=house.url) as http:
        answer = await http.get(f"{API}/sessions/e_1.s_1/socket")

    assert answer.status_code == 404
