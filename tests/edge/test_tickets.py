"""Credentials that we sign."""

import base64
import json
from collections.abc import Callable

import jwt
import pytest

from protocol.ids import AccountId, DeviceId, ParticipantId, RoomId, SessionId
from protocol.roles import Part
from server.edge.tickets import (
    DEVICE,
    MAX_CHARS,
    TICKET,
    AccountClaim,
    Ticket,
    read_account,
    read_device,
    read_host_token,
    read_ticket,
    sign_account,
    sign_device,
    sign_host_token,
    sign_ticket,
)

NOW = 1_800_000_000_000
OLD, NEW = b"o" * 32, b"n" * 32
RING = (NEW, OLD)
A_TICKET = Ticket(
    session_id=SessionId("e_1.s_1"),
    participant_id=ParticipantId("p_1"),
    device_id=DeviceId("d_1"),
    exp=NOW // 1000 + 60,
)
AN_ACCOUNT = AccountClaim(account_id=AccountId("ada"), is_operator=True, exp=NOW // 1000 + 60)


def host_token(keys: tuple[bytes, ...] = RING, **changes: object) -> str:
    fields: dict[str, object] = {
        "account_id": AccountId("ada"),
        "name": "Ada",
        "email": "ada@example.org",
        "now": NOW,
        "jti": "t_1",
        "valid_s": 60,
    }
    return sign_host_token(keys, **(fields | changes))  # type: ignore[arg-type]


def test_what_was_signed_is_read_again() -> None:
    assert read_ticket(RING, sign_ticket(RING, A_TICKET).reveal(), NOW) == A_TICKET
    assert read_account(RING, sign_account(RING, AN_ACCOUNT).reveal(), NOW) == AN_ACCOUNT
    assert read_device(RING, sign_device(RING, DeviceId("d_1")).reveal()) == "d_1"
    token = read_host_token(RING, host_token(entry_id=RoomId("e_1"), part=Part.CO_OWNER), NOW)
    assert token is not None
    assert (token.sub, token.entry_id, token.part) == ("ada", "e_1", Part.CO_OWNER)


def test_every_key_of_the_ring_verifies_and_others_do_not() -> None:
    old = sign_ticket((OLD,), A_TICKET).reveal()

    assert read_ticket(RING, old, NOW) == A_TICKET
    assert read_ticket((NEW,), old, NOW) is None
    assert read_ticket((b"x" * 32,), sign_ticket(RING, A_TICKET).reveal(), NOW) is None


@pytest.mark.parametrize(
    "read",
    [
        lambda now: read_ticket(RING, sign_ticket(RING, A_TICKET).reveal(), now),
        lambda now: read_account(RING, sign_account(RING, AN_ACCOUNT).reveal(), now),
        lambda now: read_host_token(RING, host_token(), now),
    ],
    ids=["ticket", "account", "host token"],
)
def test_each_expires_to_the_millisecond(read: Callable[[int], object]) -> None:
    end = NOW + 60_000

    assert read(end - 1) is not None
    assert read(end) is None


def test_none_is_read_as_another() -> None:
    texts = {
        "ticket": sign_ticket(RING, A_TICKET).reveal(),
        "account": sign_account(RING, AN_ACCOUNT).reveal(),
        "device": sign_device(RING, DeviceId("d_1")).reveal(),
        "host token": host_token(),
    }
    readers: dict[str, Callable[[str], object]] = {
        "ticket": lambda text: read_ticket(RING, text, NOW),
        "account": lambda text: read_account(RING, text, NOW),
        "device": lambda text: read_device(RING, text),
        "host token": lambda text: read_host_token(RING, text, NOW),
    }

    for kind, text in texts.items():
        for name, read in readers.items():
            assert (read(text) is not None) is (kind == name), (kind, name)


def _unsigned(claims: dict[str, object]) -> str:
    parts = [{"alg": "none", "typ": "JWT"}, claims]
    encoded = [base64.urlsafe_b64encode(json.dumps(p).encode()).decode().strip("=") for p in parts]
    return ".".join([*encoded, ""])


@pytest.mark.parametrize(
    "text",
    [
        "",
        ".",
        "..",
        "a.b.c",
        "\u2603",
        "x" * (MAX_CHARS + 1),
        _unsigned({"aud": DEVICE, "device_id": "d_1"}),
        jwt.encode({"aud": DEVICE, "device_id": "d_1"}, NEW + NEW, algorithm="HS512"),
        jwt.encode({"device_id": "d_1"}, NEW, algorithm="HS256"),
        jwt.encode({"aud": [DEVICE, TICKET], "device_id": "d_1"}, NEW, algorithm="HS256"),
        jwt.encode({"aud": DEVICE}, NEW, algorithm="HS256"),
        jwt.encode({"aud": DEVICE, "device_id": "with space"}, NEW, algorithm="HS256"),
        jwt.encode({"aud": DEVICE, "device_id": 7}, NEW, algorithm="HS256"),
        sign_device(RING, DeviceId("d_1")).reveal() + "x",
        sign_device(RING, DeviceId("d_1")).reveal()[:-3],
    ],
    ids=[
        "empty",
        "one dot",
        "two dots",
        "no base64",
        "not ascii",
        "too long",
        "alg none",
        "another algorithm",
        "no audience",
        "two audiences",
        "no device",
        "no id",
        "a number",
        "something behind it",
        "cut short",
    ],
)
def test_what_is_not_ours_is_nothing(text: str) -> None:
    assert read_device(RING, text) is None


def test_nothing_shows_what_it_holds() -> None:
    token = read_host_token(RING, host_token(), NOW)
    ticket = sign_ticket(RING, A_TICKET)

    assert "example.org" not in repr(token)
    assert "Ada" not in repr(token)
    assert ticket.reveal() not in repr(ticket)
