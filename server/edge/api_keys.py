"""API keys: `uk_<id>_<secret>`, shown once, kept as a keyed hash.

The secret has 192 random bits, so the hash need not be slow. It is keyed, so that whoever can
write into the database alone cannot make a key.
"""

import hashlib
import hmac
import re
import secrets
from dataclasses import dataclass, field

import msgpack

from protocol.errors import ErrorCode
from server.edge.ports import ApiKey, Scope
from server.store.interface import Corrupt

ID_BYTES = 6
SECRET_BYTES = 24

_SHAPE = re.compile(r"uk_([0-9a-f]{12})_([0-9a-f]{48})")


@dataclass(frozen=True, slots=True, kw_only=True)
class NewKey:
    """A key that was just made. This is the only time that it is seen whole."""

    id: str
    key: str = field(repr=False)


class TooManyKeysError(Exception):
    """There are as many keys as there may be; carries `too_large`, as it is called everywhere."""

    code = ErrorCode.TOO_LARGE

    def __init__(self, most: int) -> None:
        """Say how many."""
        super().__init__(f"There are {most} API keys already; revoke one that nobody uses.")


def fresh_key() -> NewKey:
    """Make a key out of nothing but chance."""
    key_id = secrets.token_hex(ID_BYTES)
    return NewKey(id=key_id, key=f"uk_{key_id}_{secrets.token_hex(SECRET_BYTES)}")


def id_of(key: str) -> str:
    """Read the id off a key; empty for what is not the shape of one."""
    found = _SHAPE.fullmatch(key)
    return found.group(1) if found else ""


def pack(known: ApiKey, key: str, ring: tuple[bytes, ...]) -> bytes:
    """Make what is stored of a key: all but its secret."""
    packed: bytes = msgpack.packb(
        [_digest(key, ring[0]), known.name, sorted(known.scopes), known.created_at]
    )
    return packed


def unpack(key_id: str, stored: bytes) -> ApiKey:
    """Read what is stored of a key.

    Raises:
        Corrupt: it is something else.
    """
    return _parts(key_id, stored)[1]


def opened(key: str, stored: bytes | None, ring: tuple[bytes, ...]) -> ApiKey | None:
    """Say whose key this is, if it is the one that was stored.

    Costs the same when nothing was stored under that id.
    """
    digest, known = _parts(id_of(key), stored) if stored is not None else (b"", None)
    is_right = False
    for secret in ring:
        is_right |= hmac.compare_digest(_digest(key, secret), digest)
    return known if is_right else None


def _parts(key_id: str, stored: bytes) -> tuple[bytes, ApiKey]:
    try:
        digest, name, scopes, created_at = msgpack.unpackb(stored)
        known = ApiKey(
            id=key_id,
            name=name,
            scopes=frozenset(Scope(one) for one in scopes),
            created_at=created_at,
        )
    except (ValueError, TypeError, msgpack.exceptions.UnpackException):
        raise Corrupt(f"What is stored of the API key {key_id} is not a key.") from None
    return digest, known


def _digest(key: str, secret: bytes) -> bytes:
    message = f"usher api key\0{key}".encode("utf-8", "surrogatepass")
    return hmac.digest(secret, message, hashlib.sha256)
