"""Signing in, signing out, minting tokens."""

import asyncio

import pytest

from protocol import commands as c
from protocol.ids import AccountId, DeviceId
from protocol.messages import Snapshot
from protocol.roles import Part
from protocol.views import Window
from server.edge.cookies import ACCOUNT, DEVICE
from server.edge.tickets import AccountClaim, read_device, sign_account, sign_device
from tests.edge.house import SECRETS, House
from tests.edge.lines import line


async def test_a_host_token_signs_in_once(house: House) -> None:
    browser = await house.browser()
    token = house.host_token()

    signed_in = await browser.done("POST", "/sign-in", {"token": token})
    me = await browser.done("GET", "/me")

    assert signed_in == {"me": me, "next": "/"}
    assert me == {
        "account_id": "hanna",
        "name": "Hanna",
        "email": "hanna@example.org",
        "is_operator": True,
    }
    other = await house.browser()
    await other.refused("token_invalid", "POST", "/sign-in", {"token": token})
    assert await other.done("GET", "/me") == {"is_operator": False}


async def test_of_many_at_once_a_token_signs_in_one(house: House) -> None:
    token = house.host_token()
    browsers = [await house.browser() for _ in range(10)]

    answers = await asyncio.gather(
        *(browser.call("POST", "/sign-in", {"token": token}) for browser in browsers)
    )

    assert sorted(answer.status_code for answer in answers) == [200] + 9 * [401]


async def test_a_token_expires(house: House) -> None:
    token = house.host_token(valid_s=10)
    house.clock.ahead_ms += 11_000
    browser = await house.browser()

    await browser.refused("token_invalid", "POST", "/sign-in", {"token": token})


@pytest.mark.parametrize("method", ["GET", "HEAD"])
async def test_opening_the_sign_in_page_spends_nothing(house: House, method: str) -> None:
    token = house.host_token()
    browser = await house.browser()
    for _ in range(20):
        await browser.http.request(method, f"{house.url}/sign-in?token={token}")
        await browser.http.request(method, f"/sign-in?token={token}")

    await browser.done("POST", "/sign-in", {"token": token})


@pytest.mark.parametrize("changes", [{"name": "\u200b"}, {"email": "nobody"}])
async def test_a_token_for_nobody_is_refused(house: House, changes: dict[str, str]) -> None:
    browser = await house.browser()

    token = house.host_token(**changes)

    await browser.refused("token_invalid", "POST", "/sign-in", {"token": token})


async def test_a_token_with_a_part_gives_it_and_leads_to_the_entry(house: House) -> None:
    await house.make_entry()

    browser = await house.account("Cora", Part.CO_PUBLISHER)

    view = await browser.done("GET", f"/entries/{house.room}")
    assert view["part"] == "co_publisher"
    token = house.host_token(entry_id=house.room, is_operator=False)
    assert (await browser.done("POST", "/sign-in", {"token": token}))["next"] == (
        f"/e/{house.room}"
    )


async def test_a_used_token_does_not_give_its_part_again(house: House) -> None:
    await house.make_entry()
    token = house.host_token(
        account_id=AccountId("cora"),
        email="cora@example.org",
        entry_id=house.room,
        part=Part.CO_EDITOR,
    )
    browser = await house.browser()
    await browser.done("POST", "/sign-in", {"token": token})
    host = await house.signed_in()
    await host.done("DELETE", f"/entries/{house.room}/collaborators/cora")

    await browser.refused("token_invalid", "POST", "/sign-in", {"token": token})

    assert AccountId("cora") not in (await house.state()).collaborators


async def test_the_entry_of_a_token_may_be_gone(house: House) -> None:
    browser = await house.browser()
    token = house.host_token(entry_id="e_gone", part=Part.CO_EDITOR)

    assert (await browser.done("POST", "/sign-in", {"token": token}))["next"] == "/"


async def test_the_device_stays_the_same_over_sign_ins(house: House) -> None:
    browser = await house.signed_in()
    device = read_device(SECRETS.ticket_keys, browser.cookie(DEVICE))

    await browser.done("POST", "/sign-in", {"token": house.host_token()})

    assert read_device(SECRETS.ticket_keys, browser.cookie(DEVICE)) == device


async def test_signing_out_forgets_account_and_tickets_but_not_the_device(house: House) -> None:
    session = await house.make_open()
    browser = await house.signed_in()
    await browser.done("POST", f"/entries/{house.room}/enter", {})
    await browser.done("GET", f"/sessions/{session}")

    await browser.done("POST", "/sign-out", {})

    kept = {one.name for one in browser.http.cookies.jar}
    assert kept == {DEVICE}
    await browser.refused("not_signed_in", "GET", f"/entries/{house.room}")


async def test_an_account_cookie_expires_and_cannot_be_made_up(house: House) -> None:
    browser = await house.signed_in()
    house.clock.ahead_ms += 12 * 3_600_000 + 1_000
    assert await browser.done("GET", "/me") == {"is_operator": False}

    claim = AccountClaim(account_id=AccountId("hanna"), is_operator=True, exp=2**40)
    for keys in ((b"x" * 32,), SECRETS.ticket_keys):
        forged = sign_account(keys, claim).reveal()
        browser.http.cookies.set(ACCOUNT, forged, domain="127.0.0.1", path="/")
        assert await browser.done("GET", "/me") == {"is_operator": False}


async def test_a_forged_device_is_another_device(house: House) -> None:
    await house.make_open()
    _, token = await house.make_link()
    browser, _ = await house.guest(token)
    device = read_device(SECRETS.ticket_keys, browser.cookie(DEVICE))
    thief = await house.browser()
    forged = sign_device((b"x" * 32,), device or DeviceId("")).reveal()
    thief.http.cookies.set(DEVICE, forged, domain="127.0.0.1", path="/")

    door = await thief.done("POST", "/doors/guest/look", {"token": token})

    assert door["is_returning"] is False


async def test_a_platform_mints_tokens_that_sign_in(house: House) -> None:
    await house.make_entry()
    platform = await house.platform("tokens")
    body = {
        "account_id": "lena",
        "name": "Lena",
        "email": "lena@example.org",
        "entry_id": house.room,
        "part": "co_viewer",
        "valid_s": 60,
    }

    minted = await platform.done("POST", "/tokens", body)

    assert minted["url"] == f"{house.url}/sign-in#{minted['token']}"
    browser = await house.browser()
    signed_in = await browser.done("POST", "/sign-in", {"token": minted["token"]})
    assert signed_in["next"] == f"/e/{house.room}"
    assert signed_in["me"]["is_operator"] is False


async def test_only_a_key_with_the_scope_mints(house: House) -> None:
    body = {"account_id": "lena", "name": "Lena", "email": "lena@example.org"}
    browser = await house.signed_in()
    await browser.refused("not_signed_in", "POST", "/tokens", body)
    reader = await house.platform("read", "entries")
    await reader.refused("not_allowed", "POST", "/tokens", body)
    platform = await house.platform("tokens")
    await platform.refused("bad_request", "POST", "/tokens", body | {"is_operator": True})
    problem = await platform.refused("bad_request", "POST", "/tokens", body | {"email": "lena"})
    assert problem["where"] == "email"


async def test_signing_out_closes_the_sockets_of_that_browser_and_of_no_other(
    house: House,
) -> None:
    session = await house.make_open()
    here, there = await house.signed_in(), await house.signed_in()
    for browser in (here, there):
        await browser.done("POST", f"/entries/{house.room}/enter", {})
    async with (
        line(house, session, browser=here) as one,
        line(house, session, browser=there) as other,
    ):
        for each in (one, other):
            await each.hello(Window())
            await each.hear(Snapshot)
        await here.done("POST", "/sign-out", {})
        await one.end()
        [host] = [p for p in (await house.state()).participants.values() if p.account_id]
        assert len(host.connections) == 1
        answer = await here.call("GET", f"/sessions/{session}")
        assert answer.status_code == 401
        await other.do(c.RaiseHand())
