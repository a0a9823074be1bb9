"""What arrives over HTTP, and writes that foreign pages may have made a browser send."""

import asyncio
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.edge.browsers import Browser
from tests.edge.house import House, opened_house


async def lock(browser: Browser, house: House, **headers: str) -> httpx.Response:
    path = f"/entries/{house.room}/session/lock"
    return await browser.call("PUT", path, {"is_locked": True}, headers=headers)


FOREIGN = (
    "https://evil.example",
    "null",
    "",
    "http://127.0.0.1",
    "http://127.0.0.1:{port}.evil.example",
)


@pytest.mark.parametrize("origin", FOREIGN)
async def test_a_write_from_a_foreign_page_is_refused(house: House, origin: str) -> None:
    await house.make_open()
    host = await house.signed_in()
    before = await house.version()

    answer = await lock(host, house, Origin=origin.format(port=house.port))

    assert (answer.status_code, answer.json()["code"]) == (403, "bad_origin")
    assert await house.version() == before


@pytest.mark.parametrize("left_out", ["Origin", "X-Usher"])
async def test_a_write_with_a_cookie_needs_origin_and_header(house: House, left_out: str) -> None:
    await house.make_open()
    host = await house.signed_in()
    host.http.headers.pop(left_out)

    answer = await lock(host, house)

    assert answer.json()["code"] == "bad_origin"


async def test_the_header_has_one_value_only(house: House) -> None:
    await house.make_open()
    host = await house.signed_in()

    assert (await lock(host, house, **{"X-Usher": "2"})).json()["code"] == "bad_origin"


async def test_a_key_needs_neither(house: House) -> None:
    await house.make_open()
    platform = await house.platform("entries")

    assert (await lock(platform, house)).status_code == 200


async def test_a_bearer_beside_a_cookie_does_not_excuse_the_cookie(house: House) -> None:
    """A request that is not checked for forgery must not act for the browser."""
    await house.make_open()
    host = await house.signed_in()
    host.http.headers.pop("Origin")
    before = await house.version()

    for bearer in ("Bearer x", "Bearer uk_x", "Bearer", "Basic aG9zdDpob3N0"):
        answer = await lock(host, house, Authorization=bearer)
        assert answer.status_code == 401

    assert await house.version() == before


async def test_signing_a_victim_in_from_a_foreign_page_is_refused(house: House) -> None:
    browser = await house.browser(Origin="https://evil.example")

    await browser.refused("bad_origin", "POST", "/sign-in", {"token": house.host_token()})


@pytest.mark.parametrize(
    "media_type",
    ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x", ""],
)
async def test_a_body_has_to_be_called_json(house: House, media_type: str) -> None:
    """A form of a foreign page can send the other types without being asked about first."""
    await house.make_open()
    host = await house.signed_in()
    path = f"/entries/{house.room}/session/lock"

    problem = await host.refused(
        "bad_request",
        "PUT",
        path,
        content=b'{"is_locked":true}',
        headers={"Content-Type": media_type},
    )

    assert problem["where"] == "Content-Type"


async def test_json_may_name_its_encoding(house: House) -> None:
    await house.make_open()
    host = await house.signed_in()

    await host.done(
        "PUT",
        f"/entries/{house.room}/session/lock",
        content=b'{"is_locked":true}',
        headers={"Content-Type": "Application/JSON; charset=utf-8"},
    )


async def test_too_large_a_body_is_refused_by_its_announcement(tmp_path: Path) -> None:
    async with opened_house(tmp_path, max_body_bytes=100) as house:
        browser = await house.browser()
        answer = await browser.call("POST", "/doors/guest/look", {"token": "x" * 200})

        assert (answer.status_code, answer.json()["code"]) == (413, "too_large")
        assert answer.headers["connection"] == "close"


async def test_too_large_a_body_is_refused_while_it_comes(tmp_path: Path) -> None:
    async def large() -> Any:
        for _ in range(10):
            yield b" " * 10_000

    async with opened_house(tmp_path, max_body_bytes=50_000) as house:
        browser = await house.browser()
        headers = {"Content-Type": "application/json"}
        answer = await browser.http.post("/doors/guest/look", content=large(), headers=headers)

    assert (answer.status_code, answer.json()["code"]) == (413, "too_large")


async def test_a_body_that_does_not_come_is_not_waited_for(tmp_path: Path) -> None:
    async with opened_house(tmp_path, body_timeout_s=0.2) as house:
        reader, writer = await asyncio.open_connection("127.0.0.1", house.port)
        writer.write(
            f"POST /api/v1/doors/guest/look HTTP/1.1\r\nHost: 127.0.0.1:{house.port}\r\n"
            "Content-Type: application/json\r\nContent-Length: 20\r\n\r\n{".encode()
        )
        async with asyncio.timeout(10):
            status = await reader.readline()
        writer.close()

    assert b" 408 " in status


async def test_a_body_that_is_cut_off_changes_nothing(house: House) -> None:
    await house.make_open()
    _, token = await house.make_link()
    before = await house.version()
    _, writer = await asyncio.open_connection("127.0.0.1", house.port)
    writer.write(
        f"POST /api/v1/doors/guest HTTP/1.1\r\nHost: 127.0.0.1:{house.port}\r\n"
        f'Content-Type: application/json\r\nContent-Length: 900\r\n\r\n{{"token":"{token}"'.encode()
    )
    await writer.drain()
    writer.close()
    await writer.wait_closed()
    browser = await house.browser()
    await browser.done("GET", "/me")

    assert await house.version() == before


async def test_pages_of_allowed_origins_may_read_replies(tmp_path: Path) -> None:
    async with opened_house(tmp_path, allowed_origins=("https://lms.example",)) as house:
        browser = await house.browser()
        asked = await browser.http.options(
            "/doors/guest",
            headers={
                "Origin": "https://lms.example",
                "Access-Control-Request-Method": "POST",
                "Access-Control-Request-Headers": "X-Usher, Content-Type",
            },
        )
        foreign = await browser.call("GET", "/me", headers={"Origin": "https://evil.example"})
        named = await browser.call("GET", "/me", headers={"Origin": "https://lms.example"})

    assert asked.status_code == 200
    assert asked.headers["access-control-allow-origin"] == "https://lms.example"
    assert named.headers["access-control-allow-origin"] == "https://lms.example"
    assert "access-control-allow-origin" not in foreign.headers


async def test_without_other_origins_no_reply_names_one(house: House) -> None:
    browser = await house.browser()

    answer = await browser.call("GET", "/me")

    assert "access-control-allow-origin" not in answer.headers


@pytest.mark.parametrize("path", ["/entries/%7Bx%7D", "/entries/a%20b", f"/entries/{'x' * 81}"])
async def test_what_cannot_be_an_id_is_not_found(house: House, path: str) -> None:
    host = await house.signed_in()

    await host.refused("not_found", "GET", path)
