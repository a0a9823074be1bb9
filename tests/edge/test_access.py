"""The access log: one line for each request, and never a secret."""

import logging

import pytest

from protocol.messages import Snapshot
from protocol.views import Window
from server.logs import formatter
from tests.edge.house import House
from tests.edge.lines import line


def lines_of(caplog: pytest.LogCaptureFixture) -> list[str]:
    return [one.getMessage() for one in caplog.records if one.name == "usher.access"]


async def test_a_request_is_one_line_with_its_route(
    house: House, caplog: pytest.LogCaptureFixture
) -> None:
    await house.make_entry()
    host = await house.signed_in()
    caplog.set_level(logging.INFO)
    caplog.clear()

    await host.done("GET", f"/entries/{house.room}")
    await host.refused("not_found", "GET", "/entries/e_other")
    await host.call("GET", "/nowhere?token=secret")

    found = lines_of(caplog)
    assert len(found) == 3
    assert found[0].startswith("GET /api/v1/entries/{entry_id} 200 ")
    assert found[1].startswith("GET /api/v1/entries/{entry_id} 404 ")
    assert found[1].endswith(" not_found")
    assert found[2].startswith("GET (no route) 404 ")


async def test_a_socket_is_one_line_when_it_is_over(
    house: House, caplog: pytest.LogCaptureFixture
) -> None:
    session = await house.make_open()
    _, token = await house.make_link()
    _, admitted = await house.guest(token)
    caplog.set_level(logging.INFO)
    caplog.clear()

    async with line(house, session, ticket=admitted["ticket"]) as guest:
        await guest.hello(Window())
        await guest.hear(Snapshot)
        await guest.socket.send("not binary")
        await guest.end()

    found = [one for one in lines_of(caplog) if one.startswith("WS")]
    assert len(found) == 1
    assert found[0].startswith("WS /api/v1/sessions/{session_id}/socket 4021 ")


async def test_no_secret_and_no_person_is_ever_logged(
    house: House, caplog: pytest.LogCaptureFixture
) -> None:
    """Everything that could leak once, wherever it may be put, and then every log read."""
    caplog.set_level(logging.DEBUG)
    session = await house.make_open()
    _, guest_token = await house.make_link()
    _, invite_token = await house.invite("canary-invitee@example.org")
    host_token = house.host_token()
    platform = await house.platform()
    browser = await house.browser()
    await browser.done("POST", "/sign-in", {"token": host_token})
    await browser.refused("token_invalid", "POST", "/sign-in", {"token": host_token})
    guest, admitted = await house.guest(guest_token, "Canary-Guest")
    await guest.done("POST", "/doors/invitation/look", {"token": invite_token})
    form = {"token": invite_token, "email": "canary-invitee@example.org"}
    await guest.done("POST", "/doors/invitation/code", form)
    code = house.codes.sent[-1][1]
    await guest.call("POST", "/doors/invitation/verify", {**form, "code": "000000"})
    await guest.done("POST", "/doors/invitation/verify", {**form, "code": code})
    for path in (
        f"/entries/{guest_token}",
        f"/join/g.{guest_token}",
        f"/me?ticket={admitted['ticket']}",
        f"/sessions/{session}?access_token={admitted['ticket']}",
        f"/doors/guest?token={invite_token}",
    ):
        await browser.call("GET", path)
    await browser.call("POST", "/doors/guest", content=guest_token.encode())
    await platform.done("GET", "/entries")
    async with line(house, session, ticket=admitted["ticket"]) as socket:
        await socket.hello(Window())
        await socket.hear(Snapshot)
        await socket.socket.send(admitted["ticket"])
        await socket.end()

    line_of = formatter(is_text=False).format
    logged = "\n".join(
        one.getMessage() + (one.exc_text or "") + line_of(one)
        for one in caplog.records
        # What is logged by the other side of the wire, in this process, is not ours.
        if not one.name.startswith(("httpx", "httpcore", "websockets.client"))
    )
    secrets = [
        guest_token,
        invite_token,
        host_token,
        admitted["ticket"],
        platform.http.headers["authorization"].partition(" ")[2],
        *(one.value for one in guest.http.cookies.jar),
        *(one.value for one in browser.http.cookies.jar),
        "canary-invitee",
        "Canary-Guest",
        "canary-guest",
    ]
    assert "usher.access" in {one.name for one in caplog.records}
    assert [one for one in secrets if one and one in logged] == []
