"""Credentials that we sign: tickets, account cookies, device cookies, host tokens.

All are JSON Web Tokens with HS256 (RFC 7519), each kind for an audience of its own, so that
one is never read as another. The algorithm is pinned: what a token says about it is not
believed. Time is an argument; the library's own clock is not asked.
"""

from dataclasses import dataclass, field
from typing import Any, TypeVar

import jwt
from pydantic import TypeAdapter

from protocol.codec import shaped
from protocol.ids import AccountId, Checked, DeviceId, ParticipantId, RoomId, SessionId
from protocol.plain import Malformed
from protocol.roles import Part
from protocol.secret import Secret
from protocol.text import Email, Name

ALGORITHM = "HS256"
TICKET = "usher:ticket"
ACCOUNT = "usher:account"
DEVICE = "usher:device"
SIGN_IN = "usher:sign-in"
MAX_CHARS = 8_192
"""Longer than any of them."""

T = TypeVar("T")


@dataclass(frozen=True, slots=True, kw_only=True)
class Ticket:
    """Proves an admission when a connection opens. `exp` is in seconds, as the standard has it."""

    session_id: Checked[SessionId]
    participant_id: Checked[ParticipantId]
    device_id: Checked[DeviceId]
    exp: int


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountClaim:
    """Somebody is signed in. Who that is, the directory knows."""

    account_id: Checked[AccountId]
    is_operator: bool = False
    exp: int


@dataclass(frozen=True, slots=True, kw_only=True)
class _Device:
    device_id: Checked[DeviceId]


@dataclass(frozen=True, slots=True, kw_only=True)
class HostToken:
    """A platform vouches for somebody, once.

    Args:
        part: in the entry, granted when the token is redeemed.
        browser: hash of the key that a browser has to show with the token; empty: any may come.
        jti: names the token, so that it is spent by use.
    """

    sub: Checked[AccountId]
    name: Name = field(repr=False)
    email: Email = field(repr=False)
    is_operator: bool = False
    entry_id: Checked[RoomId] | None = None
    part: Part | None = None
    browser: str = ""
    jti: Checked[str]
    exp: int


_TICKET = TypeAdapter(Ticket)
_ACCOUNT = TypeAdapter(AccountClaim)
_DEVICE = TypeAdapter(_Device)
_HOST_TOKEN = TypeAdapter(HostToken)


def sign_ticket(keys: tuple[bytes, ...], ticket: Ticket) -> Secret:
    """Make the text of a ticket."""
    return Secret(sign_claims(keys, TICKET, _TICKET.dump_python(ticket, mode="json")), "ticket")


def read_ticket(keys: tuple[bytes, ...], text: str, now: int) -> Ticket | None:
    """Read a ticket; None for what is not a good one at `now` (ms UTC)."""
    ticket = read_claims(keys, TICKET, text, _TICKET)
    return ticket if ticket is not None and now < ticket.exp * 1000 else None


def sign_account(keys: tuple[bytes, ...], claim: AccountClaim) -> Secret:
    """Make the value of an account cookie."""
    return Secret(sign_claims(keys, ACCOUNT, _ACCOUNT.dump_python(claim, mode="json")), "account")


def read_account(keys: tuple[bytes, ...], text: str, now: int) -> AccountClaim | None:
    """Read an account cookie; None for what is not a good one at `now` (ms UTC)."""
    claim = read_claims(keys, ACCOUNT, text, _ACCOUNT)
    return claim if claim is not None and now < claim.exp * 1000 else None


def sign_device(keys: tuple[bytes, ...], device_id: DeviceId) -> Secret:
    """Make the value of a device cookie. It does not expire, the cookie does."""
    return Secret(sign_claims(keys, DEVICE, {"device_id": device_id}), "device")


def read_device(keys: tuple[bytes, ...], text: str) -> DeviceId | None:
    """Read a device cookie; None for what is not a good one."""
    claim = read_claims(keys, DEVICE, text, _DEVICE)
    return claim.device_id if claim else None


def sign_host_token(
    keys: tuple[bytes, ...],
    *,
    account_id: AccountId,
    name: str,
    email: str,
    now: int,
    jti: str,
    valid_s: int,
    is_operator: bool = False,
    entry_id: RoomId | None = None,
    part: Part | None = None,
    browser: str = "",
) -> str:
    """Make a token that signs somebody in, once.

    Args:
        keys: the ring; the first signs.
        account_id: the platform's id of the person.
        name: shown to others.
        email: of the person.
        now: ms UTC.
        jti: fresh and not to be guessed.
        valid_s: how long it can be used.
        is_operator: they host this server: may make entries and open the outbox.
        entry_id: where the browser goes next.
        part: given in that entry when the token is used.
        browser: hash of the key of the one browser that may use it; empty: any.
    """
    token = HostToken(
        sub=account_id,
        name=name,
        email=email,
        is_operator=is_operator,
        entry_id=entry_id,
        part=part,
        browser=browser,
        jti=jti,
        exp=now // 1000 + valid_s,
    )
    return sign_claims(
        keys, SIGN_IN, _HOST_TOKEN.dump_python(token, mode="json", exclude_none=True)
    )


def read_host_token(keys: tuple[bytes, ...], text: str, now: int) -> HostToken | None:
    """Read a host token; None for what is not a good one at `now` (ms UTC).

    Whether it was used before is for the directory to say.
    """
    token = read_claims(keys, SIGN_IN, text, _HOST_TOKEN)
    return token if token is not None and now < token.exp * 1000 else None


def sign_claims(keys: tuple[bytes, ...], audience: str, claims: dict[str, Any]) -> str:
    """Sign claims for an audience that no other kind of credential has."""
    return jwt.encode(claims | {"aud": audience}, keys[0], algorithm=ALGORITHM)


def read_claims(
    keys: tuple[bytes, ...], audience: str, text: str, shape: TypeAdapter[T]
) -> T | None:
    """Read what one of the keys has signed for an audience; None for anything else.

    Expiry is for the caller to look at. Every key is tried, whether or not one has fitted already.
    """
    claims: dict[str, Any] | None = None
    for key in keys:
        claims = _claims(key, audience, text[:MAX_CHARS]) or claims
    if claims is None or len(text) > MAX_CHARS:
        return None
    del claims["aud"]
    try:
        return shaped(claims, shape)
    except Malformed:
        return None


def _claims(key: bytes, audience: str, text: str) -> dict[str, Any] | None:
    try:
        return jwt.decode(
            text,
            key,
            algorithms=[ALGORITHM],
            audience=audience,
            options={
                "require": ["aud"],
                "verify_exp": False,
                "verify_iat": False,
                "verify_nbf": False,
                "strict_aud": True,
            },
        )
    except (jwt.InvalidTokenError, ValueError):
        return None
