"""Headers of every reply, and requests that are not addressed to us."""

import asyncio

import httpx
import pytest

from protocol.version import SUBPROTOCOL_MSGPACK
from server.edge.headers import host_name, mail_policy, safe_headers
from server.edge.settings import EdgeSettings
from tests.edge.house import House

CSP = (
    "default-src 'self'; script-src 'self'; style-src 'self'; connect-src 'self' ws: wss:; "
    "img-src * data: blob:; media-src * blob:; frame-src *; object-src 'none'; "
    "base-uri 'none'; form-action 'self'; frame-ancestors 'self'"
)


@pytest.mark.parametrize("path", ["/", "/api/v1/me", "/api/v1/nowhere", "/healthz", "/assets/x.js"])
async def test_every_reply_has_the_safe_headers(house: House, path: str) -> None:
    async with httpx.AsyncClient(base_url=house.url) as http:
        answer = await http.get(path)

    assert answer.headers["content-security-policy"] == CSP
    assert answer.headers["referrer-policy"] == "no-referrer"
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["cross-origin-opener-policy"] == "same-origin"
    assert "camera=(self)" in answer.headers["permissions-policy"]
    assert answer.headers["cache-control"] == "no-store"
    assert "strict-transport-security" not in answer.headers
    assert "server" not in answer.headers


def test_https_is_asked_for_again_and_frames_are_named() -> None:
    settings = EdgeSettings(
        public_url="https://usher.example", frame_ancestors=("https://lms.example",)
    )
    headers = safe_headers(settings)

    assert headers["Strict-Transport-Security"] == "max-age=31536000"
    assert headers["Content-Security-Policy"].endswith("frame-ancestors 'self' https://lms.example")


def test_only_the_page_of_mails_may_have_styles_beside_the_words() -> None:
    settings = EdgeSettings(public_url="https://usher.example")

    assert "unsafe" not in safe_headers(settings)["Content-Security-Policy"]
    assert "script-src 'self';" in mail_policy(settings)
    assert "style-src 'self' 'unsafe-inline';" in mail_policy(settings)


@pytest.mark.parametrize(
    "host",
    [
        "evil.example",
        "127.0.0.1.evil.example",
        "evil.example:80",
        "localhost.evil.example",
        "",
        "127.0.0.1@evil.example",
        "127.0.0.1:80.evil.example",
        "[::2]",
    ],
)
async def test_another_name_in_the_host_header_gets_nothing(house: House, host: str) -> None:
    """A page of another name that was made to lead here (DNS rebinding)."""
    async with httpx.AsyncClient(base_url=house.url) as http:
        answer = await http.get("/api/v1/me", headers={"Host": host})

    assert answer.status_code in (400, 403)
    if answer.status_code == 403:
        assert answer.json()["code"] == "bad_origin"


async def handshake(house: House, *hosts: str) -> tuple[int, str]:
    """Ask for a socket with all that it takes, addressed to whom it may be; give the answer."""
    session = await house.make_open()
    _, token = await house.make_link()
    browser, _ = await house.guest(token)
    lines = [
        f"GET /api/v1/sessions/{session}/socket HTTP/1.1",
        *(f"Host: {host.format(port=house.port)}" for host in hosts),
        *("Connection: Upgrade", "Upgrade: websocket", "Sec-WebSocket-Version: 13"),
        *("Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==", f"Origin: {house.url}"),
        *(f"Sec-WebSocket-Protocol: {SUBPROTOCOL_MSGPACK}", f"Cookie: {browser.cookie_header}"),
        *("", ""),
    ]
    reader, writer = await asyncio.open_connection("127.0.0.1", house.port)
    writer.write("\r\n".join(lines).encode())
    async with asyncio.timeout(20):
        status = int((await reader.readline()).split()[1])
        said = (await reader.read(4096)).decode()
    writer.close()
    return status, said


@pytest.mark.parametrize("host", ["127.0.0.1:{port}", "localhost:{port}"])
async def test_a_handshake_that_is_addressed_to_us_opens_a_socket(house: House, host: str) -> None:
    """So that what is refused below is refused for its address, and for nothing else."""
    status, _ = await handshake(house, host)

    assert status == 101


@pytest.mark.parametrize(
    "hosts",
    [
        ("evil.example",),
        ("127.0.0.1.evil.example:{port}",),
        ("127.0.0.1:{port}.evil.example",),
        ("127.0.0.1@evil.example",),
        ("[::2]",),
        ("127.0.0.1:{port}", "evil.example"),
        ("",),
        (),
    ],
)
async def test_a_handshake_for_another_name_is_refused_before_it_is_answered(
    house: House, hosts: tuple[str, ...]
) -> None:
    """With the victim's cookie and our own origin: as a page has it whose name leads here."""
    status, said = await handshake(house, *hosts)

    assert status in (400, 403)
    assert "Sec-WebSocket-Accept" not in said
    assert not house.watchers
    assert not house.sockets


async def test_the_host_is_compared_without_case_and_port(house: House) -> None:
    async with httpx.AsyncClient(base_url=house.url) as http:
        for host in ("LOCALHOST", "localhost:1", "[::1]:99"):
            assert (await http.get("/api/v1/me", headers={"Host": host})).status_code == 200


async def test_health_is_answered_under_any_name(house: House) -> None:
    async with httpx.AsyncClient(base_url=house.url) as http:
        answer = await http.get("/healthz", headers={"Host": "10.2.3.4:8000"})

    assert (answer.status_code, answer.text) == (200, "ok\n")


async def test_forwarded_headers_of_strangers_change_nothing(house: House) -> None:
    headers = {
        "X-Forwarded-Host": "evil.example",
        "X-Forwarded-Proto": "https",
        "Forwarded": "host=evil.example;proto=https",
        "X-Original-URL": "/outbox",
    }
    host = await house.signed_in()
    await house.make_open()
    await house.make_link()

    access = await host.call("GET", f"/entries/{house.room}/guest-access", headers=headers)

    assert access.status_code == 200
    assert "evil" not in access.text
    assert access.json()["links"][0]["url"].startswith(f"{house.url}/join#g.")


def test_a_host_is_a_name_without_port_and_brackets() -> None:
    assert [host_name(text) for text in ("A.example:1", "[::1]:2", "b", "c:")] == [
        "a.example",
        "::1",
        "b",
        "c",
    ]


@pytest.mark.parametrize(
    "host", ["", ":1", "[::1", "[::1]evil", "a:1.evil.example", "a:b", "a]:1", "[evil.example]"]
)
def test_what_is_no_name_with_a_port_is_no_host_of_anybody(host: str) -> None:
    assert host_name(host) == ""
