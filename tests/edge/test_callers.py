"""Who is calling."""

import pytest

from protocol.ids import ParticipantId
from protocol.messages import Snapshot
from protocol.views import Window
from server.edge.callers import Caller, need_scope
from server.edge.ports import ApiKey, Scope
from server.edge.replies import Denied
from tests.edge.house import House
from tests.edge.lines import line


async def test_nobody_is_nobody(house: House) -> None:
    browser = await house.browser()

    assert await browser.done("GET", "/me") == {"is_operator": False}


@pytest.mark.parametrize("bearer", ["Bearer uk_1_2", "Bearer uk_000000000000_" + "0" * 48])
async def test_a_bad_key_is_refused_wherever_it_is_given(house: House, bearer: str) -> None:
    browser = await house.browser(Authorization=bearer)

    await browser.refused("not_signed_in", "GET", "/me")


async def test_a_key_that_is_revoked_works_no_more(house: House) -> None:
    await house.make_entry()
    platform = await house.platform("read")
    await platform.done("GET", "/entries")
    [known] = await house.directory.keys()

    await house.directory.revoke_key(known.id)

    await platform.refused("not_signed_in", "GET", "/entries")


async def test_a_key_in_the_address_counts_for_nothing(house: House) -> None:
    made = await house.directory.create_key("lms", ["read"])
    browser = await house.browser()

    for query in (f"key={made.key}", f"access_token={made.key}", f"authorization={made.key}"):
        await browser.refused("not_signed_in", "GET", f"/entries?{query}")


async def test_with_a_bearer_the_cookies_count_for_nothing(house: House) -> None:
    await house.make_open()
    _, token = await house.make_link()
    _, admitted = await house.guest(token)
    host = await house.signed_in()

    bearer = {"Authorization": f"Bearer {admitted['ticket']}"}

    assert await host.done("GET", "/me", headers=bearer) == {"is_operator": False}
    path = f"/entries/{house.room}/guest-access"
    await host.refused("not_allowed", "GET", path, headers=bearer)


async def test_an_erased_account_is_signed_in_no_more(house: House) -> None:
    browser = await house.account("Ada")
    assert (await browser.done("GET", "/me"))["name"] == "Ada"

    await house.sealer.erase(house.person("Ada", "ada@example.org").id)

    assert await browser.done("GET", "/me") == {"is_operator": False}


async def test_a_ticket_of_an_earlier_session_is_nobody_in_the_next(house: House) -> None:
    session = await house.make_open()
    _, token = await house.invite("ada@example.org", "moderator")
    browser = await house.browser()
    body = {"token": token, "email": "ada@example.org"}
    admitted = await browser.done("POST", "/doors/invitation", body)
    host = await house.signed_in()
    base = f"/entries/{house.room}/session"
    async with line(house, session, browser=browser) as inside:
        await inside.hello(Window())
        await inside.hear(Snapshot)
        await host.done("POST", f"{base}/end", {})
        await inside.end()
    await host.done("POST", f"{base}/start", {})

    await browser.refused("not_signed_in", "PUT", f"{base}/lock", {"is_locked": True})
    assert ParticipantId(admitted["participant_id"]) not in (await house.state()).participants


def test_scopes_bind_keys_and_not_people() -> None:
    key = ApiKey(id="1", name="lms", scopes=frozenset({Scope.READ}), created_at=0)

    need_scope(Caller(address="x"), Scope.ENTRIES)
    need_scope(Caller(key=key, address="x"), Scope.READ, Scope.ENTRIES)
    with pytest.raises(Denied):
        need_scope(Caller(key=key, address="x"), Scope.ENTRIES)


def test_callers_are_named_by_what_they_prove() -> None:
    key = ApiKey(id="1", name="lms", scopes=frozenset(), created_at=0)

    assert Caller(key=key, address="x").name == "key:1"
    assert Caller(address="x").name == "address:x"
