"""The marks and reach of our cookies."""

from http.cookies import SimpleCookie
from pathlib import Path

import pytest

from protocol.ids import DeviceId, ParticipantId, SessionId
from server.edge.cookies import ACCOUNT, DEVICE, INSIDE, MAX_INSIDE, TICKET
from server.edge.tickets import Ticket, sign_device, sign_ticket
from tests.edge.house import HOST, SECRETS, House, opened_house


def cookies_of(headers: list[str]) -> dict[tuple[str, str], dict[str, str]]:
    found = {}
    for text in headers:
        for name, morsel in SimpleCookie(text).items():
            found[name, morsel["path"]] = {**morsel, "value": morsel.value}
    return found


async def test_a_sign_in_sets_the_account_and_the_device(house: House) -> None:
    browser = await house.browser()

    answer = await browser.call("POST", "/sign-in", {"token": house.host_token()})

    found = cookies_of(answer.headers.get_list("set-cookie"))
    assert set(found) == {(ACCOUNT, "/"), (DEVICE, "/")}
    for morsel in found.values():
        assert morsel["httponly"]
        assert morsel["samesite"].lower() == "lax"
        assert not morsel["secure"]
        assert not morsel["domain"]
    assert int(found[ACCOUNT, "/"]["max-age"]) == 12 * 3600
    assert "hanna" not in str(found).lower()


async def test_a_door_sets_a_ticket_for_the_paths_of_its_session(house: House) -> None:
    session = await house.make_open()
    _, token = await house.make_link()
    browser = await house.browser()
    form = {"token": token, "name": "Gil", "email": "gil@example.org"}

    answer = await browser.call("POST", "/doors/guest", form)

    found = cookies_of(answer.headers.get_list("set-cookie"))
    assert (TICKET, f"/api/v1/sessions/{session}") in found
    assert (TICKET, f"/e/{house.room}") in found
    [inside] = [path for name, path in found if name.startswith(INSIDE)]
    assert inside == "/api/v1"
    assert all(morsel["httponly"] for morsel in found.values())


async def test_over_https_every_cookie_is_secure(tmp_path: Path) -> None:
    async with opened_house(tmp_path, cookie_secure=True) as house:
        browser = await house.browser()
        answer = await browser.call("POST", "/sign-in", {"token": house.host_token()})

    found = cookies_of(answer.headers.get_list("set-cookie"))
    assert set(found) == {(f"__Host-{ACCOUNT}", "/"), (f"__Host-{DEVICE}", "/")}
    assert all(morsel["secure"] and not morsel["domain"] for morsel in found.values())


async def test_a_device_that_a_neighbour_has_planted_is_not_taken_for_this_browser(
    tmp_path: Path,
) -> None:
    """Session fixation: else what is bound to it then would be open to whoever has planted it.

    A host beside ours can set cookies for the whole domain, but none whose name has the prefix.
    """
    planted = sign_device(SECRETS.ticket_keys, DeviceId("d_planted")).reveal()
    async with opened_house(tmp_path, cookie_secure=True) as house:
        browser = await house.browser()
        browser.http.cookies.set(DEVICE, planted, domain="127.0.0.1", path="/")
        answer = await browser.call("POST", "/sign-in", {"token": house.host_token()})

    found = cookies_of(answer.headers.get_list("set-cookie"))
    device = _device(found[f"__Host-{DEVICE}", "/"]["value"])
    assert device != DeviceId("d_planted")


async def test_over_https_nobody_is_signed_in_by_a_cookie_that_a_neighbour_can_set(
    tmp_path: Path,
) -> None:
    async with opened_house(tmp_path, cookie_secure=True) as house:
        browser = await house.browser()
        answer = await browser.call("POST", "/sign-in", {"token": house.host_token()})
        account = cookies_of(answer.headers.get_list("set-cookie"))[f"__Host-{ACCOUNT}", "/"]
        for name, is_taken in ((ACCOUNT, False), (f"__Host-{ACCOUNT}", True)):
            other = await house.browser()
            other.http.cookies.set(name, account["value"], domain="127.0.0.1", path="/")
            me = (await other.call("GET", "/me")).json()
            assert (me.get("account_id") == HOST) is is_taken


def test_a_browser_forgets_older_rooms_before_its_headers_grow(house: House) -> None:
    """See `test_a_ninth_room_takes_the_place_of_the_oldest`."""
    assert MAX_INSIDE == 8


@pytest.mark.parametrize("count", [MAX_INSIDE - 1, MAX_INSIDE + 3])
async def test_a_ninth_room_takes_the_place_of_the_oldest(house: House, count: int) -> None:
    await house.make_open()
    _, token = await house.make_link()
    browser = await house.browser()
    await browser.done("POST", "/doors/guest/look", {"token": token})
    names = []
    for number in range(count):
        ticket = Ticket(
            session_id=SessionId(f"e_{number}.s"),
            participant_id=ParticipantId("p"),
            device_id=_device(browser.cookie(DEVICE)),
            exp=house.clock() // 1000 + 100 + number,
        )
        names.append(f"{INSIDE}{number:016x}")
        value = sign_ticket(SECRETS.ticket_keys, ticket).reveal()
        browser.http.cookies.set(names[-1], value, domain="127.0.0.1", path="/api/v1")

    form = {"token": token, "name": "Gil", "email": "gil@example.org"}
    await browser.done("POST", "/doors/guest", form)

    kept = [one.name for one in browser.http.cookies.jar if one.name.startswith(INSIDE)]
    assert len(kept) == min(count + 1, MAX_INSIDE)
    assert names[-1] in kept
    assert (names[0] in kept) is (count < MAX_INSIDE)


def _device(text: str) -> DeviceId:
    from server.edge.tickets import read_device

    device = read_device(SECRETS.ticket_keys, text)
    assert device is not None
    return device


async def test_a_ticket_carried_to_another_browser_is_no_good_there(house: House) -> None:
    session = await house.make_open()
    _, token = await house.make_link()
    browser, _ = await house.guest(token)
    await browser.done("GET", f"/sessions/{session}")

    browser.http.cookies.delete(DEVICE)
    other = sign_device(SECRETS.ticket_keys, DeviceId("d_other")).reveal()
    browser.http.cookies.set(DEVICE, other, domain="127.0.0.1", path="/")

    await browser.refused("ticket_invalid", "GET", f"/sessions/{session}")
