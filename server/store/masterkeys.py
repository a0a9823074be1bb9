"""The server's own keys, under which the keys of people are wrapped.

One wraps, all unwrap: to rotate, put a new key first, run `Sealer.rewrap`, and take the old
one away. A stolen store is of no use without them, so they live elsewhere (configuration, or
the server's key file).
"""

import hashlib
import secrets
from dataclasses import dataclass, field

import msgpack
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from server.store.interface import Corrupt, Unusable
from server.store.packed import unexpected, unpacked

KEY_BYTES = 32
"""AES-256."""
NONCE_BYTES = 12
"""Random. NIST SP 800-38D allows 2^32 of them under one key; we are far from that."""

_WRAPPED = b"\x01"
_ERASED = b"\x00"
_KEY = "the wrapped key of a person"


@dataclass(frozen=True, slots=True)
class SecretKey:
    """A key that shows a fingerprint instead of itself.

    Example:
        >>> SecretKey(bytes(32))
        SecretKey(66687aad)
    """

    secret: bytes = field(repr=False)
    is_renewed: bool = False
    """Of somebody who came again after they were erased: what was sealed before does not open."""

    def __post_init__(self) -> None:
        """Refuse what is not a key.

        Raises:
            ValueError: it does not have 32 bytes.
        """
        if len(self.secret) != KEY_BYTES:
            raise ValueError(f"A key has {KEY_BYTES} bytes.")

    def __repr__(self) -> str:
        """Show the kind and a short fingerprint."""
        return f"SecretKey({hashlib.sha256(self.secret).hexdigest()[:8]})"

    def lock(self, data: bytes, bound_to: str) -> bytes:
        """Encrypt data, bound to a name without which it does not open again."""
        nonce = secrets.token_bytes(NONCE_BYTES)
        return nonce + AESGCM(self.secret).encrypt(nonce, data, bound_to.encode())

    def unlock(self, data: bytes, bound_to: str) -> bytes:
        """Decrypt data.

        Raises:
            Corrupt: it was changed, or locked with another key or for another name.
        """
        try:
            return AESGCM(self.secret).decrypt(
                data[:NONCE_BYTES], data[NONCE_BYTES:], bound_to.encode()
            )
        except (InvalidTag, ValueError):
            raise Corrupt("Sealed data does not open with its key.") from None


@dataclass(frozen=True, slots=True)
class MasterKeys:
    """A key ring: the first key wraps, all of them unwrap.

    Args:
        ring: pairs of key id and key. An id is stored beside what the key wrapped, so it stays
            with its key for ever.
    """

    ring: tuple[tuple[str, SecretKey], ...]

    def __post_init__(self) -> None:
        """Refuse a ring that could not work.

        Raises:
            ValueError: it is empty, or an id occurs twice.
        """
        if not self.ring:
            raise ValueError("At least one master key is needed.")
        if len({key_id for key_id, _ in self.ring}) != len(self.ring):
            raise ValueError("Each master key needs an id of its own.")

    @classmethod
    def of(cls, *ring: tuple[str, bytes]) -> "MasterKeys":
        """Build a ring from bare bytes, the wrapping key first."""
        return cls(tuple((key_id, SecretKey(secret)) for key_id, secret in ring))

    def wrap(self, key: SecretKey | None, owner: str) -> bytes:
        """Make what is stored for a person: the wrapped key, or (None) a tombstone."""
        if key is None:
            return _ERASED
        key_id, master = self.ring[0]
        wrapped: bytes = msgpack.packb([key_id, master.lock(key.secret, owner)])
        return _WRAPPED + wrapped

    def unwrap(self, stored: bytes, owner: str) -> SecretKey | None:
        """Read what is stored for a person; None is a tombstone.

        Raises:
            Unusable: the master key that wrapped it is not in the ring.
            Corrupt: it was changed, or is somebody else's.
        """
        if stored == _ERASED:
            return None
        key_id, wrapped = _wrapped_parts(stored)
        for each_id, master in self.ring:
            if each_id == key_id:
                return SecretKey(master.unlock(wrapped, owner))
        raise Unusable(f"Personal data is sealed under master key {key_id!r}, which is not given.")

    def is_current(self, stored: bytes) -> bool:
        """Say whether no rewrapping is needed."""
        return stored == _ERASED or _wrapped_parts(stored)[0] == self.ring[0][0]


def _wrapped_parts(stored: bytes) -> tuple[str, bytes]:
    if stored[:1] == _WRAPPED:
        match unpacked(stored[1:], _KEY):
            case [str(key_id), bytes(wrapped)]:
                return key_id, wrapped
    raise unexpected(_KEY)
