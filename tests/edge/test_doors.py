"""What both doors have in common: refusals that help nobody who guesses."""

import base64
import time
from pathlib import Path

import pytest

from protocol.ids import RoomId
from server.core.tokens import LinkClaim, make_token
from server.edge.settings import Rate, Rates
from tests.edge.house import SECRETS, House, opened_house

DOORS = ("/doors/guest", "/doors/invitation")


def bodies(door: str, token: str) -> dict[str, dict[str, str]]:
    form = {"token": token, "email": "gil@example.org"}
    if door == "/doors/guest":
        form["name"] = "Gil"
    return {f"{door}/look": {"token": token}, door: form}


def respelled(token: str) -> str:
    """Spell the same bytes differently: the last character has bits that count for nothing."""
    data = base64.urlsafe_b64decode(token + "=" * (-len(token) % 4))
    for char in "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_":
        other = token[:-1] + char
        if other != token and base64.urlsafe_b64decode(other + "=" * (-len(other) % 4)) == data:
            return other
    return f"{token}="


@pytest.mark.parametrize("door", DOORS)
async def test_no_bent_token_opens_a_door(house: House, door: str) -> None:
    await house.make_open()
    _, guest = await house.make_link()
    _, invitation = await house.invite("ada@example.org")
    token = guest if door == "/doors/guest" else invitation
    other_key = make_token(
        LinkClaim(kind="guest", room_id=house.room, link_id="l_1", generation=1), b"x" * 32
    )
    no_room = make_token(
        LinkClaim(kind="guest", room_id=RoomId("e_none"), link_id="l_1", generation=1),
        SECRETS.link_keys[0],
    )
    bent = [
        token[:-1],
        token + "A",
        token[:-1] + ("A" if token[-1] != "A" else "B"),
        token.swapcase(),
        f"{token}==",
        f" {token}",
        respelled(token),
        invitation if door == "/doors/guest" else guest,
        other_key,
        no_room,
        "%00",
        "\u2603" * 100,
    ]
    browser = await house.browser()
    before = await house.version()

    problems = []
    for wrong in bent:
        for path, body in bodies(door, wrong).items():
            answer = await browser.call("POST", path, body)
            assert answer.status_code == 404, (wrong, path)
            problems.append(answer.text)

    # Unknown, wrong and made for something else read the same, to the last byte.
    assert len(set(problems)) == 1
    assert await house.version() == before


async def test_refusals_come_at_the_same_time_whatever_was_wrong(tmp_path: Path) -> None:
    async with opened_house(tmp_path, refusal_floor_ms=200) as house:
        await house.make_open()
        _, token = await house.invite("ada@example.org")
        browser = await house.browser()
        took = []
        for body in (
            {"token": "x", "email": "ada@example.org"},
            {"token": token, "email": "eve@example.org"},
            {
                "token": token[:-2] + ("A" if token[-2] != "A" else "B") + token[-1],
                "email": "ada@example.org",
            },
            {"token": token, "unknown": 1},
        ):
            started = time.monotonic()
            answer = await browser.call("POST", "/doors/invitation", body)
            took.append(time.monotonic() - started)
            assert answer.status_code >= 400

    assert min(took) >= 0.2


async def test_asking_for_a_code_takes_the_same_time_with_any_address(tmp_path: Path) -> None:
    async with opened_house(tmp_path, refusal_floor_ms=200) as house:
        await house.make_open()
        _, token = await house.invite("ada@example.org")
        browser = await house.browser()
        for email in ("ada@example.org", "eve@example.org"):
            started = time.monotonic()
            body = {"token": token, "email": email}
            await browser.done("POST", "/doors/invitation/code", body)
            assert time.monotonic() - started >= 0.2


async def test_guessing_tokens_is_limited_for_an_address(tmp_path: Path) -> None:
    rates = Rates(misses_per_address=Rate(burst=3, per_s=0.001))
    async with opened_house(tmp_path, rates=rates) as house:
        await house.make_open()
        _, token = await house.make_link()
        browser = await house.browser()
        for number in range(3):
            body = {"token": f"guess{number}"}
            await browser.refused("link_not_found", "POST", "/doors/guest/look", body)

        answer = await browser.call("POST", "/doors/guest/look", {"token": token})

    assert answer.status_code == 429
    assert int(answer.headers["retry-after"]) > 100
    assert answer.json()["retry_after_ms"] > 100_000


async def test_guessing_addresses_is_limited_for_a_link(tmp_path: Path) -> None:
    rates = Rates(misses_per_link=Rate(burst=3, per_s=0.001))
    async with opened_house(tmp_path, rates=rates) as house:
        await house.make_open()
        _, token = await house.invite("ada@example.org")
        for number in range(3):
            browser = await house.browser()
            body = {"token": token, "email": f"guess{number}@example.org"}
            await browser.refused("email_mismatch", "POST", "/doors/invitation", body)

        browser = await house.browser()
        body = {"token": token, "email": "ada@example.org"}
        await browser.refused("rate_limited", "POST", "/doors/invitation", body)


async def test_one_address_is_not_tried_on_link_after_link(tmp_path: Path) -> None:
    rates = Rates(misses_per_email=Rate(burst=2, per_s=0.001))
    async with opened_house(tmp_path, rates=rates) as house:
        await house.make_open()
        tokens = [(await house.invite(f"p{n}@example.org"))[1] for n in range(3)]
        browser = await house.browser()
        codes = []
        for token, typed in zip(tokens, ("EVE@x.org", "eve@x.org ", "eve@X.org"), strict=True):
            body = {"token": token, "email": typed}
            codes.append((await browser.call("POST", "/doors/invitation", body)).json()["code"])

    assert codes == ["email_mismatch", "email_mismatch", "rate_limited"]


async def test_floods_at_the_door_are_limited_for_an_address(tmp_path: Path) -> None:
    rates = Rates(doors_per_address=Rate(burst=5, per_s=0.001))
    async with opened_house(tmp_path, rates=rates) as house:
        browser = await house.browser()
        codes = [
            (await browser.call("POST", "/doors/guest/look", {"token": "x"})).status_code
            for _ in range(7)
        ]

    assert codes == 5 * [404] + 2 * [429]


async def test_clients_behind_a_trusted_proxy_are_told_apart(tmp_path: Path) -> None:
    rates = Rates(misses_per_address=Rate(burst=1, per_s=0.001))
    async with opened_house(tmp_path, rates=rates, trusted_proxies=("127.0.0.1",)) as house:
        codes = []
        for address in ("198.51.100.1", "198.51.100.1", "198.51.100.2"):
            browser = await house.browser(**{"X-Forwarded-For": f"1.2.3.4, {address}"})
            answer = await browser.call("POST", "/doors/guest/look", {"token": "x"})
            codes.append(answer.status_code)

    assert codes == [404, 429, 404]


async def test_redemptions_of_one_link_are_limited_and_it_can_be_cut_off(tmp_path: Path) -> None:
    rates = Rates(redemptions_per_link=Rate(burst=4, per_s=0.001))
    async with opened_house(tmp_path, rates=rates) as house:
        await house.make_open()
        _, token = await house.make_link()
        _, other = await house.make_link()
        for number in range(4):
            await house.guest(token, f"Guest{number}")
        browser = await house.browser()
        form = {"token": token, "name": "Gil", "email": "gil@example.org"}
        await browser.refused("rate_limited", "POST", "/doors/guest", form)

        await browser.done("POST", "/doors/guest", form | {"token": other})
