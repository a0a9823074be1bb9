"""What both doors have in common: refusals that help nobody who guesses."""

import base64
from pathlib import Path
from types import SimpleNamespace

import pytest

from protocol.ids import RoomId
from server.core.tokens import LinkClaim, make_token
from server.edge import doors, invitation_door
from server.edge.edge import Edge
from server.edge.operations import OPERATIONS
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


FLOOR_MS = 200


@pytest.mark.parametrize(
    ("took_ms", "waits_ms"), [(0, FLOOR_MS), (50, 150), (FLOOR_MS, 0), (3_000, 0)]
)
async def test_an_answer_waits_for_what_is_left_of_its_time(
    monkeypatch: pytest.MonkeyPatch, took_ms: int, waits_ms: int
) -> None:
    """On a clock that is handed in: to the millisecond."""
    waited: list[float] = []

    async def sleep(seconds: float) -> None:
        waited.append(seconds)

    monkeypatch.setattr("server.edge.doors.asyncio.sleep", sleep)
    world = SimpleNamespace(monotonic=lambda: 10 + took_ms / 1000)
    settings = SimpleNamespace(refusal_floor_ms=FLOOR_MS)

    await doors.even_out(SimpleNamespace(hub=SimpleNamespace(world=world), settings=settings), 10)  # type: ignore[arg-type]

    assert waited == [pytest.approx(waits_ms / 1000)]


@pytest.fixture
def evened(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """Note when the answers that wait had been asked for."""
    noted: list[float] = []
    even_out = doors.even_out

    async def noting(edge: Edge, started: float) -> None:
        noted.append(started)
        await even_out(edge, started)

    for module in (doors, invitation_door):
        monkeypatch.setattr(module, "even_out", noting)
    return noted


def test_every_door_evens_its_refusals_out() -> None:
    handlers = [one.handler for one in OPERATIONS if one.path.startswith("/doors/")]
    guarded = doors.at_the_door(handlers[0])

    assert len(handlers) >= 7
    assert {one.__code__ for one in handlers} == {guarded.__code__}


async def test_refusals_come_at_the_same_time_whatever_was_wrong(
    house: House, evened: list[float]
) -> None:
    """Not measured: each waits, once, for the same time since it was asked for."""
    await house.make_open()
    _, guest = await house.make_link(uses=1)
    await house.guest(guest)
    _, token = await house.invite("ada@example.org")
    bent = token[:-2] + ("A" if token[-2] != "A" else "B") + token[-1]
    browser = await house.browser()
    form = {"name": "Eve", "email": "eve@example.org"}
    refused = {
        "link_not_found": [
            ("/doors/invitation", {"token": "x", "email": "ada@example.org"}),
            ("/doors/invitation", {"token": bent, "email": "ada@example.org"}),
            ("/doors/invitation", {"token": guest, "email": "ada@example.org"}),
            ("/doors/guest", form | {"token": token}),
        ],
        "email_mismatch": [("/doors/invitation", {"token": token, "email": "eve@example.org"})],
        "code_expired": [
            (
                "/doors/invitation/verify",
                {"token": token, "email": "ada@example.org", "code": "123456"},
            )
        ],
        "link_used_up": [("/doors/guest", form | {"token": guest})],
        "bad_request": [("/doors/invitation", {"token": token, "unknown": "1"})],
    }

    for code, requests in refused.items():
        for path, body in requests:
            before = len(evened)
            await browser.refused(code, "POST", path, body)
            assert len(evened) == before + 1, (code, path)


async def test_asking_for_a_code_takes_the_same_time_with_any_address(
    house: House, evened: list[float]
) -> None:
    await house.make_open()
    _, token = await house.invite("ada@example.org")
    browser = await house.browser()
    for email in ("ada@example.org", "eve@example.org"):
        before = len(evened)
        await browser.done("POST", "/doors/invitation/code", {"token": token, "email": email})
        assert len(evened) == before + 1


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
