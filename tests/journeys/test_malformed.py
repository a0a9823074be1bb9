"""Malformed input, of every kind that we could think of, against the real server process.

Each case is refused with its documented error, and leaves the room exactly as it was.
"""

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import httpx
import msgpack
import pytest
import pytest_asyncio
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, InvalidStatus
from websockets.typing import Subprotocol

from protocol.codec import MSGPACK
from protocol.errors import REFUSALS, ErrorCode
from protocol.messages import Goodbye, Hello, Reply, Welcome
from protocol.version import SUBPROTOCOL_MSGPACK, WIRE_VERSION
from tests.running import RunningServer, Serve

ENTRY = "/entries/e_demo-room"
OTHER = "/entries/e_demo-event"
HELLO = MSGPACK.encode(Hello(wire_version=WIRE_VERSION))


@dataclass
class House:
    """A running server with an open room, its host, one guest, and what they know."""

    server: RunningServer
    host: httpx.AsyncClient
    spent_token: str
    guest_token: str
    invite_token: str
    link_id: str
    session_id: str
    ticket: str
    other_participant: str

    @property
    def socket_url(self) -> str:
        path = f"/api/v1/sessions/{self.session_id}/socket"
        return f"ws://127.0.0.1:{self.server.port}{path}"

    async def facts(self) -> Any:
        """What the room looks like to its host, all of it."""
        paths = (
            ENTRY,
            f"{ENTRY}/guest-access",
            f"{ENTRY}/invitations",
            f"{ENTRY}/blocks",
            f"/sessions/{self.session_id}/counts",
            OTHER,
        )
        answers = [await self.host.get(path) for path in paths]
        assert all(answer.status_code == 200 for answer in answers)
        return [answer.json() for answer in answers]


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def house(tmp_path_factory: pytest.TempPathFactory, serve: Serve) -> AsyncIterator[House]:
    folder: Path = tmp_path_factory.mktemp("malformed")
    async with serve(folder) as server, server.http() as host:
        await server.sign_in(host)

        async def done(method: str, path: str, body: Any = None) -> Any:
            answer = await host.request(method, path, json=body)
            assert answer.status_code == 200, answer.text
            return answer.json()

        await done("POST", f"{ENTRY}/session/start", {})
        await done("PUT", f"{ENTRY}/guest-access", {"is_on": True})
        link = await done("POST", f"{ENTRY}/guest-links", {"name": "Open day"})
        url = (await done("GET", f"{ENTRY}/guest-access"))["links"][0]["url"]
        invited = await done(
            "POST",
            f"{ENTRY}/invitations",
            {"invitees": [{"email": "ada@example.org"}], "invitation_type": "speaker"},
        )
        [invitation_id] = invited["result"]["invitation_ids"]
        invite_url = (await done("GET", f"{ENTRY}/invitations/{invitation_id}/link"))["url"]
        token = urlsplit(url).fragment.partition(".")[2]
        async with server.http() as guest:
            form = {"token": token, "name": "Gus", "email": "gus@example.org"}
            admitted = (await guest.post("/doors/guest", json=form)).json()
        other = await done("POST", f"{OTHER}/enter", {})
        yield House(
            server,
            host,
            urlsplit(server.host_url).fragment,
            token,
            urlsplit(invite_url).fragment.partition(".")[2],
            link["result"]["link_id"],
            admitted["session_id"],
            admitted["ticket"],
            other["participant_id"],
        )


# --- over HTTP -----------------------------------------------------------------------------

Call = Callable[[House], Awaitable[httpx.Response]]


def write(method: str, path: str, body: Any = None, **more: Any) -> Call:
    """A write by the signed-in host."""

    async def call(house: House) -> httpx.Response:
        filled = path.format(link=house.link_id, other=house.other_participant)
        return await house.host.request(method, filled, json=body, **more)

    return call


def raw(path: str, content: bytes, **headers: str) -> Call:
    """A write by the signed-in host whose body is no JSON that a library would make."""

    async def call(house: House) -> httpx.Response:
        all_headers = {"Content-Type": "application/json", **headers}
        return await house.host.post(path, content=content, headers=all_headers)

    return call


def stranger(method: str, path: str, body: Any = None, **headers: str) -> Call:
    """A call by somebody without cookies; `{spent}` and other names in the body are filled in."""

    async def call(house: House) -> httpx.Response:
        names = {
            "spent": house.spent_token,
            "guest": house.guest_token,
            "invite": house.invite_token,
            "flipped": house.guest_token[:-2]
            + ("A" if house.guest_token[-2] != "A" else "B")
            + "A",
        }
        filled = {
            key: value.format(**names) if isinstance(value, str) else value
            for key, value in (body or {}).items()
        }
        async with house.server.http() as http:
            return await http.request(method, path, json=filled, headers=headers)

    return call


def bare(method: str, path: str, **headers: str) -> Call:
    """The host's cookies without the headers that our pages send."""

    async def call(house: House) -> httpx.Response:
        async with httpx.AsyncClient(
            base_url=f"{house.server.url}/api/v1", cookies=house.host.cookies
        ) as http:
            return await http.request(method, path, json={"is_on": False}, headers=headers)

    return call


FORM = {"token": "{guest}", "name": "Eve", "email": "eve@example.org"}

OVER_HTTP: dict[str, tuple[Call, str]] = {
    "a wrong type": (write("PUT", f"{ENTRY}/guest-access", {"is_on": "yes"}), "bad_request"),
    "a number for a truth": (write("PUT", f"{ENTRY}/guest-access", {"is_on": 1}), "bad_request"),
    "null for a truth": (write("PUT", f"{ENTRY}/guest-access", {"is_on": None}), "bad_request"),
    "a missing field": (write("PUT", f"{ENTRY}/guest-access", {}), "bad_request"),
    "an unknown field": (
        write("PUT", f"{ENTRY}/guest-access", {"is_on": False, "force": True}),
        "bad_request",
    ),
    "an actor in the body": (
        write("PUT", f"{ENTRY}/session/lock", {"is_locked": True, "actor": "host"}),
        "bad_request",
    ),
    "another type in the body": (
        write("PUT", f"{ENTRY}/session/lock", {"is_locked": True, "type": "end_session"}),
        "bad_request",
    ),
    "an array for a body": (write("PUT", f"{ENTRY}/session/lock", [1]), "bad_request"),
    "a name of 5,000 letters": (
        write("POST", f"{ENTRY}/guest-links", {"name": "x" * 5_000}),
        "bad_request",
    ),
    "an empty name": (write("POST", f"{ENTRY}/guest-links", {"name": ""}), "bad_request"),
    "a name of invisible letters": (
        write("POST", f"{ENTRY}/guest-links", {"name": "\u200b\u2060"}),
        "bad_request",
    ),
    "no uses": (write("POST", f"{ENTRY}/guest-links", {"name": "x", "uses": 0}), "bad_request"),
    "uses below nought": (
        write("POST", f"{ENTRY}/guest-links", {"name": "x", "uses": -1}),
        "bad_request",
    ),
    "half a use": (
        write("POST", f"{ENTRY}/guest-links", {"name": "x", "uses": 1.5}),
        "bad_request",
    ),
    "uses beyond 64 bits": (
        write("POST", f"{ENTRY}/guest-links", {"name": "x", "uses": 2**70}),
        "bad_request",
    ),
    "an unknown role": (
        write("PUT", f"{ENTRY}/participants/p_1/role", {"role": "king"}),
        "bad_request",
    ),
    "a participant of another room": (
        write("PUT", f"{ENTRY}/participants/{{other}}/role", {"role": "viewer"}),
        "not_found",
    ),
    "a link of another room": (write("DELETE", f"{OTHER}/guest-links/{{link}}"), "not_found"),
    "an id with a path in it": (
        write("DELETE", f"{ENTRY}/guest-links/..%2f..%2fentries"),
        "not_found",
    ),
    "an entry that is not there": (
        write("PUT", "/entries/e_nothing/guest-access", {"is_on": True}),
        "not_found",
    ),
    "a bad address among good ones": (
        write(
            "POST",
            f"{ENTRY}/invitations",
            {
                "invitees": [{"email": "bob@example.org"}, {"email": "bob\r\nBcc: eve@x.org"}],
                "invitation_type": "viewer",
            },
        ),
        "bad_request",
    ),
    "an invitation type of other content": (
        write(
            "POST",
            f"{ENTRY}/invitations",
            {"invitees": [{"email": "bob@example.org"}], "invitation_type": "collaborator"},
        ),
        "bad_request",
    ),
    "501 people at once": (
        write(
            "POST",
            f"{ENTRY}/invitations",
            {
                "invitees": [{"email": f"p{n}@example.org"} for n in range(501)],
                "invitation_type": "viewer",
            },
        ),
        "bad_request",
    ),
    "an address that runs script": (
        write("PATCH", ENTRY, {"content_url": "javascript:alert(1)"}),
        "bad_request",
    ),
    "an end before the start": (
        write("PATCH", ENTRY, {"starts_at": 5, "ends_at": 4}),
        "bad_request",
    ),
    "JSON cut short": (raw(f"{ENTRY}/guest-links", b'{"name": "x"'), "bad_request"),
    "JSON with a key twice": (
        raw(f"{ENTRY}/guest-links", b'{"name": "x", "name": "y"}'),
        "bad_request",
    ),
    "JSON with NaN": (raw(f"{ENTRY}/guest-links", b'{"name": "x", "uses": NaN}'), "bad_request"),
    "JSON 10,000 deep": (
        raw(f"{ENTRY}/guest-links", b'{"name":' + b"[" * 10_000 + b"]" * 10_000 + b"}"),
        "bad_request",
    ),
    "bad UTF-8": (raw(f"{ENTRY}/guest-links", b'{"name": "\xff\xfe"}'), "bad_request"),
    "a lone surrogate": (raw(f"{ENTRY}/guest-links", b'{"name": "\\ud800"}'), "bad_request"),
    "a body of 2 MiB": (raw(f"{ENTRY}/guest-links", b" " * 2_097_152), "too_large"),
    "a form for a body": (
        raw(f"{ENTRY}/guest-links", b"name=x", **{"Content-Type": "text/plain"}),
        "bad_request",
    ),
    "a sign-in URL replayed": (
        stranger("POST", "/sign-in", {"token": "{spent}"}),
        "token_invalid",
    ),
    "a forged sign-in token": (
        stranger("POST", "/sign-in", {"token": "eyJhbGciOiJub25lIn0.eyJzdWIiOiJob3N0In0."}),
        "token_invalid",
    ),
    "a guest token that is nonsense": (
        stranger("POST", "/doors/guest", FORM | {"token": "nonsense"}),
        "link_not_found",
    ),
    "a guest token with a bit flipped": (
        stranger("POST", "/doors/guest", FORM | {"token": "{flipped}"}),
        "link_not_found",
    ),
    "a guest token extended": (
        stranger("POST", "/doors/guest", FORM | {"token": "{guest}AAAA"}),
        "link_not_found",
    ),
    "an invite token at the guest door": (
        stranger("POST", "/doors/guest", FORM | {"token": "{invite}"}),
        "link_not_found",
    ),
    "a guest token at the invite door": (
        stranger("POST", "/doors/invitation", {"token": "{guest}", "email": "ada@example.org"}),
        "link_not_found",
    ),
    "a role in the guest form": (
        stranger("POST", "/doors/guest", FORM | {"role": "host"}),
        "bad_request",
    ),
    "no e-mail in the guest form": (
        stranger("POST", "/doors/guest", FORM | {"email": "nobody"}),
        "bad_request",
    ),
    "another's e-mail at the invite door": (
        stranger("POST", "/doors/invitation", {"token": "{invite}", "email": "eve@example.org"}),
        "email_mismatch",
    ),
    "a code that was never sent": (
        stranger(
            "POST",
            "/doors/invitation/verify",
            {"token": "{invite}", "email": "ada@example.org", "code": "000000"},
        ),
        "code_expired",
    ),
    "a stranger's write": (
        stranger("PUT", f"{ENTRY}/guest-access", {"is_on": False}),
        "not_signed_in",
    ),
    "a forged account cookie": (
        stranger("PUT", f"{ENTRY}/guest-access", {"is_on": False}, Cookie="usher_account=a.b.c"),
        "not_signed_in",
    ),
    "a forged key": (
        stranger("PUT", f"{ENTRY}/guest-access", {"is_on": False}, Authorization="Bearer uk_1_2"),
        "not_signed_in",
    ),
    "the host's cookie from another origin": (
        bare("PUT", f"{ENTRY}/guest-access", Origin="https://evil.example", **{"X-Usher": "1"}),
        "bad_origin",
    ),
    "the host's cookie without our header": (bare("PUT", f"{ENTRY}/guest-access"), "bad_origin"),
    "a host header that leads here": (
        bare("GET", ENTRY, Host="evil.example"),
        "bad_origin",
    ),
}


@pytest.mark.parametrize("name", OVER_HTTP)
async def test_over_http_it_is_refused_and_changes_nothing(house: House, name: str) -> None:
    call, code = OVER_HTTP[name]
    before = await house.facts()
    answer = await call(house)
    assert answer.headers["content-type"] == "application/problem+json", answer.text
    assert answer.json()["code"] == code
    assert answer.status_code == REFUSALS[ErrorCode(code)].status
    assert await house.facts() == before


# --- over the socket -----------------------------------------------------------------------

OVER_THE_SOCKET: dict[str, tuple[bytes | str, str]] = {
    "a text frame": ('{"type":"pong"}', "bad_request"),
    "bytes that are no msgpack": (b"\xc1\xc1\xc1", "bad_request"),
    "msgpack cut short": (msgpack.packb({"type": "pong"})[:-1], "bad_request"),
    "msgpack with more behind": (msgpack.packb({"type": "pong"}) + b"\x00", "bad_request"),
    "a list": (msgpack.packb(["pong"]), "bad_request"),
    "an unknown message": (msgpack.packb({"type": "shout"}), "bad_request"),
    "an unknown command": (
        msgpack.packb({"type": "do", "id": "a", "command": {"type": "explode"}}),
        "bad_request",
    ),
    "an unknown field": (msgpack.packb({"type": "pong", "at": 1}), "bad_request"),
    "an actor in a command": (
        msgpack.packb({"type": "do", "id": "a", "command": {"type": "raise_hand", "actor": "p_1"}}),
        "bad_request",
    ),
    "a key twice": (b"\x82\xa4type\xa4pong\xa4type\xa4pong", "bad_request"),
    "an extension type": (msgpack.packb({"type": msgpack.ExtType(4, b"x")}), "bad_request"),
    "a declared length of 4 GiB": (b"\xdd\xff\xff\xff\xff", "bad_request"),
    "nesting 10,000 deep": (b"\x91" * 10_000 + b"\xc0", "bad_request"),
    "bad UTF-8 in a string": (b"\x81\xa4type\xa2\xff\xfe", "bad_request"),
    "not a number": (
        msgpack.packb({"type": "hello", "wire_version": float("nan")}),
        "bad_request",
    ),
    "a window of a million rows": (
        msgpack.packb(
            {"type": "watch", "window": {"groups": {"viewers": {"first": 0, "count": 10**6}}}}
        ),
        "bad_request",
    ),
    "a second hello": (HELLO, "bad_request"),
}


async def opened(house: House) -> ClientConnection:
    socket = await connect(
        house.socket_url,
        subprotocols=[Subprotocol(SUBPROTOCOL_MSGPACK)],
        additional_headers={"Authorization": f"Bearer {house.ticket}"},
    )
    await socket.send(HELLO)
    async with asyncio.timeout(10):
        while not isinstance(MSGPACK.decode_server(await socket.recv()), Welcome):
            pass
    return socket


async def farewell(socket: ClientConnection) -> tuple[str | None, int | None]:
    """Hear the goodbye and the close."""
    code: str | None = None
    async with asyncio.timeout(10):
        try:
            while True:
                message = MSGPACK.decode_server(await socket.recv())
                if isinstance(message, Goodbye):
                    code = message.problem.code.value
        except ConnectionClosed:
            return code, socket.close_code


@pytest.mark.parametrize("name", OVER_THE_SOCKET)
async def test_over_the_socket_it_ends_the_connection_and_changes_nothing(
    house: House, name: str
) -> None:
    frame, code = OVER_THE_SOCKET[name]
    socket = await opened(house)
    before = await house.facts()
    await socket.send(frame)
    assert await farewell(socket) == (code, REFUSALS[ErrorCode(code)].close)
    after = await house.facts()
    assert without_people(after) == without_people(before)


def without_people(facts: Any) -> str:
    """Facts without who is connected at the moment: the sender's own line has gone."""
    text = json.dumps([fact for fact in facts if "raised_hands" not in fact], sort_keys=True)
    return text.replace('"people": 1', '"people": 0').replace('"inside": 1', '"inside": 0')


async def test_a_frame_of_a_megabyte_is_not_read(house: House) -> None:
    socket = await opened(house)
    await socket.send(b"\x00" * 1_048_576)
    _, close_code = await farewell(socket)
    assert close_code == 1009


async def test_a_flood_of_commands_is_answered_each_and_slowed_down(house: House) -> None:
    socket = await opened(house)
    for number in range(200):
        command = {"type": "raise_hand" if number % 2 else "lower_hand"}
        await socket.send(msgpack.packb({"type": "do", "id": f"f{number}", "command": command}))
    replies: list[Reply] = []
    async with asyncio.timeout(60):
        while len(replies) < 200:
            message = MSGPACK.decode_server(await socket.recv())
            if isinstance(message, Reply):
                replies.append(message)
    codes = {reply.problem.code for reply in replies if reply.problem}
    assert codes == {ErrorCode.RATE_LIMITED}
    await socket.close()


OPENINGS: dict[str, tuple[dict[str, str], str, int]] = {
    "neither origin nor ticket": ({}, SUBPROTOCOL_MSGPACK, 403),
    "our origin and no ticket": ({"Origin": "{own}"}, SUBPROTOCOL_MSGPACK, 401),
    "a forged ticket": ({"Authorization": "Bearer a.b.c"}, SUBPROTOCOL_MSGPACK, 401),
    "another origin": ({"Origin": "https://evil.example"}, SUBPROTOCOL_MSGPACK, 403),
    "an origin that looks alike": (
        {"Origin": "http://127.0.0.1.evil.example"},
        SUBPROTOCOL_MSGPACK,
        403,
    ),
    "origin null": ({"Origin": "null"}, SUBPROTOCOL_MSGPACK, 403),
    "a subprotocol of something else": ({}, "graphql-ws", 400),
}


@pytest.mark.parametrize("name", OPENINGS)
async def test_a_socket_that_must_not_open_is_refused_before_it_does(
    house: House, name: str
) -> None:
    headers, subprotocol, status = OPENINGS[name]
    headers = {key: value.format(own=house.server.url) for key, value in headers.items()}
    if "ticket" not in name:
        headers["Authorization"] = f"Bearer {house.ticket}"
    with pytest.raises(InvalidStatus) as caught:
        await connect(
            house.socket_url,
            subprotocols=[Subprotocol(subprotocol)],
            additional_headers=headers,
        )
    assert caught.value.response.status_code == status


async def test_a_ticket_of_one_session_opens_no_other(house: House) -> None:
    entry = (await house.host.get(OTHER)).json()
    with pytest.raises(InvalidStatus) as caught:
        await connect(
            house.socket_url.replace(house.session_id, entry["session_id"]),
            subprotocols=[Subprotocol(SUBPROTOCOL_MSGPACK)],
            additional_headers={"Authorization": f"Bearer {house.ticket}"},
        )
    assert caught.value.response.status_code == 401


async def test_none_of_it_left_a_secret_in_the_log(house: House) -> None:
    log = house.server.log
    for secret in (house.spent_token, house.guest_token, house.invite_token, house.ticket):
        assert secret not in log
    assert "Traceback" not in log
