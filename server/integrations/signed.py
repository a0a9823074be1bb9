"""Tokens that other servers have signed: which key, which algorithm, for whom, and when.

The library checks the signature; which algorithms there are is for us to say, and what a
token says about its key is believed only as far as the issuer's own list of keys goes. Time
is an argument.
"""

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import jwt
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey

from server.integrations.calls import Calls, Unreachable, json_in

ALGORITHMS = {
    "RS256": "RSA",
    "RS384": "RSA",
    "RS512": "RSA",
    "PS256": "RSA",
    "ES256": "EC",
    "ES384": "EC",
}
"""Signatures that only the owner of a private key can make, and the kind of key of each. Never
`none`, and never a shared secret: a public key could be taken for one (key confusion)."""
MIN_RSA_BITS = 2_048
MAX_CHARS = 64 * 1024
MAX_KEYS = 50
SKEW_S = 60
"""How far the clocks of two servers may differ."""
KEPT_S = 3_600.0
"""How long a key counts that its issuer may have taken back."""
ASKED_AGAIN_S = 10.0
"""Unknown keys are asked for no oftener: anybody can name one."""


class Untrusted(Exception):
    """A token is not to be believed; the word says why, for the log and for operators."""

    def __init__(self, why: str) -> None:
        """Keep the word: one of ours, never one out of the token."""
        super().__init__(why)
        self.why = why


@dataclass
class _Kept:
    keys: dict[str, Mapping[str, Any]] = field(default_factory=dict)
    had_at: float = float("-inf")
    asked_at: float = float("-inf")
    lock: asyncio.Lock = field(default_factory=asyncio.Lock)


class RemoteKeys:
    """The public keys of others, fetched when they are needed and kept for an hour.

    Args:
        calls: fetches them.
        monotonic: seconds.
    """

    def __init__(self, calls: Calls, monotonic: Callable[[], float]) -> None:
        """Know no keys yet."""
        self._calls = calls
        self._monotonic = monotonic
        self._kept: dict[str, _Kept] = {}

    async def claims(self, url: str, token: str) -> dict[str, Any]:
        """Read what a token claims, once its signature is found right.

        An unknown key is asked for at once, so that an issuer may change keys at any time.

        Args:
            url: of the issuer's keys; not out of the token.
            token: as it came.

        Raises:
            Untrusted: `shape`, `algorithm`, `key` or `signature`.
            Unreachable: the keys cannot be fetched.
        """
        algorithm, key_id = _head(token)
        found = await self._key(url, key_id)
        if found.get("kty") != ALGORITHMS[algorithm] or found.get("alg", algorithm) != algorithm:
            raise Untrusted("algorithm")
        try:
            key = jwt.PyJWK(dict(found), algorithm).key
        except (jwt.PyJWTError, ValueError, TypeError):
            raise Untrusted("key") from None
        if isinstance(key, RSAPublicKey) and key.key_size < MIN_RSA_BITS:
            raise Untrusted("key")
        return _claims(token, key, algorithm)

    def forget(self, url: str) -> None:
        """Forget the keys at an address."""
        self._kept.pop(url, None)

    async def _key(self, url: str, key_id: str | None) -> Mapping[str, Any]:
        """Find a key. Whoever names one that nobody knows neither delays nor loses the others."""
        kept = self._kept.setdefault(url, _Kept())
        found = self._fresh(kept, key_id)
        if found is not None:
            return found
        async with kept.lock:
            found = self._fresh(kept, key_id)
            if found is None and self._monotonic() - kept.asked_at > ASKED_AGAIN_S:
                kept.asked_at = self._monotonic()
                kept.keys = await self._fetched(url)
                kept.had_at = self._monotonic()
                found = self._fresh(kept, key_id)
        if found is not None:
            return found
        if not kept.keys or self._is_old(kept):
            raise Unreachable("the keys could not be fetched a moment ago")
        raise Untrusted("key")

    def _fresh(self, kept: _Kept, key_id: str | None) -> Mapping[str, Any] | None:
        return None if self._is_old(kept) else _pick(kept.keys, key_id)

    def _is_old(self, kept: _Kept) -> bool:
        return self._monotonic() - kept.had_at > KEPT_S

    async def _fetched(self, url: str) -> dict[str, Mapping[str, Any]]:
        answer = await self._calls.get(url, {"Accept": "application/json"})
        if not answer.is_success:
            raise Unreachable(f"the keys came with status {answer.status}")
        match json_in(answer):
            case {"keys": [*listed]}:
                return {
                    str(one.get("kid", f"#{number}")): one
                    for number, one in enumerate(listed[:MAX_KEYS])
                    if isinstance(one, dict) and one.get("use", "sig") == "sig"
                }
        raise Unreachable("what came is no list of keys")


def _pick(keys: Mapping[str, Mapping[str, Any]], key_id: str | None) -> Mapping[str, Any] | None:
    """Find a key; without an id only where there is no choice."""
    if key_id is not None:
        return keys.get(key_id)
    return next(iter(keys.values())) if len(keys) == 1 else None


def _head(token: str) -> tuple[str, str | None]:
    if len(token) > MAX_CHARS:
        raise Untrusted("shape")
    try:
        head = jwt.get_unverified_header(token)
    except (jwt.PyJWTError, ValueError):
        raise Untrusted("shape") from None
    algorithm, key_id = head.get("alg"), head.get("kid")
    if algorithm not in ALGORITHMS or head.get("crit"):
        raise Untrusted("algorithm")
    return algorithm, key_id if isinstance(key_id, str) else None


def _claims(token: str, key: Any, algorithm: str) -> dict[str, Any]:
    unchecked = ("verify_exp", "verify_iat", "verify_nbf", "verify_aud", "verify_iss")
    options: Any = dict.fromkeys((*unchecked, "verify_sub", "verify_jti"), False)
    try:
        return jwt.decode(token, key, algorithms=[algorithm], options=options)
    except jwt.InvalidSignatureError:
        raise Untrusted("signature") from None
    except (jwt.PyJWTError, ValueError):
        raise Untrusted("shape") from None


def check_claims(
    claims: Mapping[str, Any], *, issuer: str, client_id: str, nonce: str, now: int
) -> None:
    """Check who says it, to whom, in answer to what, and when.

    Args:
        claims: of a token whose signature is right.
        issuer: who has to have signed.
        client_id: who we are to them.
        nonce: sent along when this was asked for.
        now: ms UTC.

    Raises:
        Untrusted: `issuer`, `audience`, `nonce`, `expired`, `future` or `subject`.

    Source: OpenID Connect Core 1.0, section 3.1.3.7; 1EdTech Security Framework 1.0, 5.1.3.
    """
    if claims.get("iss") != issuer:
        raise Untrusted("issuer")
    _check_audience(claims, client_id)
    if claims.get("nonce") != nonce:
        raise Untrusted("nonce")
    now_s = now / 1000
    if _moment(claims, "exp") + SKEW_S <= now_s:
        raise Untrusted("expired")
    if _moment(claims, "iat") - SKEW_S > now_s:
        raise Untrusted("future")
    if "nbf" in claims and _moment(claims, "nbf") - SKEW_S > now_s:
        raise Untrusted("future")
    subject = claims.get("sub")
    if not isinstance(subject, str) or not 0 < len(subject) <= 255:
        raise Untrusted("subject")


def _check_audience(claims: Mapping[str, Any], client_id: str) -> None:
    """Be the audience; of several, the one to whom it was given (`azp`)."""
    audience = claims.get("aud")
    listed = audience if isinstance(audience, list) else [audience]
    if client_id not in listed:
        raise Untrusted("audience")
    if len(listed) > 1 and "azp" not in claims:
        raise Untrusted("audience")
    if claims.get("azp", client_id) != client_id:
        raise Untrusted("audience")


def _moment(claims: Mapping[str, Any], name: str) -> float:
    value = claims.get(name)
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise Untrusted("expired" if name == "exp" else "future")
    return value
