"""What the server may call, and how long and how much it listens."""

import asyncio
import ipaddress
import socket
from collections.abc import AsyncIterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.edge.clients import networks
from server.integrations import outgoing as o
from server.integrations.outgoing import (
    BadTargetError,
    Outgoing,
    OutgoingError,
    checked_target,
    is_public,
)
from tests.integrations.receiver import Receiver, drips, hangs_up, receiving, redirect_to

LOOPBACK = networks(["127.0.0.0/8"])


@pytest.fixture
async def receiver() -> AsyncIterator[Receiver]:
    async with receiving() as one:
        yield one


@pytest.fixture
async def calls() -> AsyncIterator[Outgoing]:
    one = Outgoing(LOOPBACK)
    yield one
    await one.aclose()


async def test_an_answer_comes_back(calls: Outgoing, receiver: Receiver) -> None:
    answer = await calls.post(receiver.url, {"x": "y"}, b"{}")
    assert answer.status == 204
    assert receiver.received[0].headers["x"] == "y"
    assert receiver.received[0].body == b"{}"


@pytest.mark.parametrize(
    "url",
    [
        "https://127.0.0.1/",
        "https://10.0.0.1/",
        "https://172.16.0.1/",
        "https://192.168.0.1/",
        "https://169.254.169.254/latest/meta-data",
        "https://100.64.0.1/",
        "https://0.0.0.0/",
        "https://224.0.0.1/",
        "https://[::1]/",
        "https://[fe80::1]/",
        "https://[fd00::1]/",
        "https://[::ffff:127.0.0.1]/",
        "https://[64:ff9b::7f00:1]/",
        "https://[2002:7f00:1::]/",
        "https://2130706433/",
        "https://0x7f.1/",
        "https://localhost/",
    ],
)
async def test_no_inner_address_is_called_however_it_is_written(url: str) -> None:
    one = Outgoing()
    with pytest.raises(OutgoingError) as no:
        await one.post(url, {}, b"")
    assert str(no.value) in ("inner_address", "unknown_host")
    await one.aclose()


async def test_a_name_that_leads_inside_is_refused_whatever_else_it_leads_to(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    async def answers(*_args: object, **_more: object) -> list[tuple[object, ...]]:
        places = ("192.0.2.1", "127.0.0.1")
        return [(socket.AF_INET, 1, 6, "", (place, 443)) for place in places]

    monkeypatch.setattr(asyncio.get_running_loop(), "getaddrinfo", answers)
    one = Outgoing()
    with pytest.raises(BadTargetError, match="inner_address"):
        await one.post("https://rebound.example/", {}, b"")
    await one.aclose()


async def test_the_connection_goes_to_the_address_that_was_checked(
    receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[object] = []
    port = int(receiver.url.split(":")[2].split("/")[0])

    async def answers(host: object, *_args: object, **_more: object) -> list[tuple[object, ...]]:
        # The first answer is allowed; whoever asks a second time is led elsewhere.
        asked.append(host)
        place = "127.0.0.1" if asked.count("platform.example") == 1 else "127.0.0.2"
        return [(socket.AF_INET, 1, 6, "", (host if host != "platform.example" else place, port))]

    monkeypatch.setattr(asyncio.get_running_loop(), "getaddrinfo", answers)
    one = Outgoing(networks(["127.0.0.1"]))
    answer = await one.post(f"http://platform.example:{port}/", {}, b"")
    assert answer.status == 204
    assert asked.count("platform.example") == 1
    await one.aclose()


async def test_what_anybody_could_read_on_the_way_is_not_sent_into_the_world() -> None:
    one = Outgoing(LOOPBACK)
    with pytest.raises(BadTargetError, match="inner_address"):
        await one.post("http://192.0.2.1/", {}, b"")
    await one.aclose()


async def test_a_redirect_is_an_answer_and_is_not_followed(
    calls: Outgoing, receiver: Receiver
) -> None:
    receiver.answers.append(redirect_to("http://127.0.0.1:1/"))
    answer = await calls.post(receiver.url, {}, b"")
    assert answer.status == 302
    assert len(receiver.received) == 1


async def test_an_endless_answer_is_cut(calls: Outgoing, receiver: Receiver) -> None:
    receiver.answers.append(drips)
    answer = await calls.post(receiver.url, {}, b"")
    assert len(answer.body) == o.MAX_ANSWER_BYTES


async def test_an_answer_that_does_not_come_is_not_waited_for(
    calls: Outgoing, receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def says_nothing(_writer: asyncio.StreamWriter) -> None:
        await asyncio.Event().wait()

    monkeypatch.setattr(o, "CALL_S", 0.2)
    receiver.answers.append(says_nothing)
    with pytest.raises(OutgoingError, match="timeout"):
        await calls.post(receiver.url, {}, b"")


async def test_a_line_that_breaks_is_said_to_have_broken(
    calls: Outgoing, receiver: Receiver
) -> None:
    receiver.answers.append(hangs_up)
    with pytest.raises(OutgoingError, match="broken_connection"):
        await calls.post(receiver.url, {}, b"")


async def test_where_nobody_listens_there_is_no_connection(calls: Outgoing) -> None:
    with socket.socket() as held:
        held.bind(("127.0.0.1", 0))
        port = held.getsockname()[1]
        with pytest.raises(OutgoingError, match="no_connection"):
            await calls.post(f"http://127.0.0.1:{port}/", {}, b"")


@pytest.mark.parametrize(
    ("url", "why"),
    [
        ("ftp://a.example/", "not_a_url"),
        ("https:///path", "not_a_url"),
        ("https://a.example:99999/", "not_a_url"),
        ("https://a.example/ b", "not_a_url"),
        ("https://a.example/\r\nHost: b", "not_a_url"),
        ("https://ä.example/", "not_a_url"),
        ("https://me:secret@a.example/", "credentials_in_url"),
        ("https://a.example/#part", "credentials_in_url"),
        ("https://a.example/" + "x" * 2000, "not_a_url"),
        ("javascript:alert(1)", "not_a_url"),
    ],
)
def test_what_is_no_address_of_a_platform_is_refused(url: str, why: str) -> None:
    with pytest.raises(BadTargetError, match=why):
        checked_target(url)


@given(st.ip_addresses(v=4))
def test_an_address_hidden_in_one_of_version_6_is_as_public_as_it_is(
    address: ipaddress.IPv4Address,
) -> None:
    hidden = ipaddress.IPv6Address(f"::ffff:{address}")
    assert is_public(hidden) is is_public(address)
