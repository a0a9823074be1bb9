"""The tab on another site's page: in by a host token, without a cookie, over another origin."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from websockets.exceptions import InvalidStatus
from websockets.typing import Subprotocol

from protocol.ids import AccountId
from protocol.messages import Snapshot
from protocol.roles import Part
from protocol.version import SUBPROTOCOL_MSGPACK, TICKET_SUBPROTOCOL
from protocol.views import Window
from tests.edge.house import House, opened_house
from tests.edge.lines import line

PLATFORM = "https://platform.example"


@pytest.fixture
async def open_house(tmp_path: Path) -> AsyncIterator[House]:
    async with opened_house(tmp_path, allowed_origins=(PLATFORM,)) as house:
        yield house


def token_for(house: House, **changes: Any) -> str:
    fields = {"account_id": AccountId("ada"), "name": "Ada", "email": "ada@example.org"}
    return house.host_token(
        **{**fields, "is_operator": False, "entry_id": house.room, "part": Part.CO_OWNER} | changes
    )


async def enter(house: House, token: str, origin: str = PLATFORM) -> httpx.Response:
    async with httpx.AsyncClient(base_url=f"{house.url}/api/v1") as http:
        return await http.post("/embed/enter", json={"token": token}, headers={"Origin": origin})


def offer(ticket: str) -> dict[str, Any]:
    """Offer a ticket as pages do, which can set no header on a WebSocket."""
    offered = [Subprotocol(SUBPROTOCOL_MSGPACK), Subprotocol(f"{TICKET_SUBPROTOCOL}{ticket}")]
    return {"subprotocols": offered}


async def test_a_host_token_leads_straight_in_without_a_cookie(open_house: House) -> None:
    session = await open_house.make_open()

    answer = await enter(open_house, token_for(open_house))

    assert answer.status_code == 200
    assert answer.headers["access-control-allow-origin"] == PLATFORM
    assert "set-cookie" not in answer.headers
    admitted = answer.json()
    assert (admitted["session_id"], admitted["role"]) == (session, "host")
    async with line(open_house, session, origin=PLATFORM, **offer(admitted["ticket"])) as inside:
        await inside.hello(Window())
        await inside.hear(Snapshot)
        assert inside.you.name == "Ada"


async def test_the_ticket_is_never_chosen_as_the_subprotocol(open_house: House) -> None:
    session = await open_house.make_open()
    ticket = (await enter(open_house, token_for(open_house))).json()["ticket"]
    turned = {"subprotocols": offer(ticket)["subprotocols"][::-1]}

    async with line(open_house, session, origin=PLATFORM, **turned) as inside:
        assert inside.socket.subprotocol == SUBPROTOCOL_MSGPACK


async def test_the_token_is_spent(open_house: House) -> None:
    await open_house.make_open()
    token = token_for(open_house)
    assert (await enter(open_house, token)).status_code == 200

    again = await enter(open_house, token)
    signing_in = await open_house.browser()

    assert again.json()["code"] == "token_invalid"
    await signing_in.refused("token_invalid", "POST", "/sign-in", {"token": token})


async def test_a_token_without_an_entry_leads_nowhere(open_house: House) -> None:
    await open_house.make_open()

    answer = await enter(open_house, token_for(open_house, entry_id=None, part=None))

    assert answer.json()["code"] == "not_found"


async def test_a_page_of_another_origin_gets_nothing(open_house: House) -> None:
    session = await open_house.make_open()
    refused = await enter(open_house, token_for(open_house), "https://evil.example")
    ticket = (await enter(open_house, token_for(open_house))).json()["ticket"]

    assert refused.json()["code"] == "bad_origin"
    assert "access-control-allow-origin" not in refused.headers
    with pytest.raises(InvalidStatus) as no:
        async with line(open_house, session, origin="https://evil.example", **offer(ticket)):
            pass
    assert no.value.response.status_code == 403


async def test_a_bad_ticket_is_not_replaced_by_a_cookie(open_house: House) -> None:
    session = await open_house.make_open()
    host = await open_house.signed_in()
    await host.done("POST", f"/entries/{open_house.room}/enter", {})

    with pytest.raises(InvalidStatus) as no:
        async with line(open_house, session, browser=host, **offer("not.a.ticket")):
            pass
    assert no.value.response.status_code == 401


async def test_what_the_windows_ask_goes_by_the_ticket_of_whoever_is_inside(
    open_house: House,
) -> None:
    session = await open_house.make_open()
    ticket = (await enter(open_house, token_for(open_house))).json()["ticket"]
    headers = {"Authorization": f"Bearer {ticket}", "Origin": PLATFORM}
    base = f"/entries/{open_house.room}"

    async with line(open_house, session, origin=PLATFORM, **offer(ticket)) as inside:
        await inside.hello(Window())
        await inside.hear(Snapshot)
        async with httpx.AsyncClient(base_url=f"{open_house.url}/api/v1", headers=headers) as http:
            made = await http.put(f"{base}/guest-access", json={"is_on": True})
            access = await http.get(f"{base}/guest-access")
            found = await http.get("/users", params={"entry_id": open_house.room, "q": "ha"})

    assert made.status_code == 200
    assert access.json()["is_on"] is True
    assert found.status_code == 200
