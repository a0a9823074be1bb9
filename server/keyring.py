"""The server's secrets: a ring of keys, from which a key for each purpose is derived.

The first key of the ring signs and seals; all of them verify and open, so that a key can be
rotated: put a new one in front, and take the old one out when nothing made with it is wanted
any more (links made with it stop working then, and what it wrapped has to be wrapped anew).
"""

import base64
import contextlib
import json
import os
import secrets
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

KEY_BYTES = 32
FILE_NAME = "keys.json"
OWNER_ONLY = 0o600


class KeyringError(Exception):
    """The keys cannot be used; the sentence says why, and holds no secret."""


@dataclass(frozen=True, slots=True)
class Key:
    """One secret of the ring. Printing it shows its id alone."""

    id: str
    secret: bytes

    def __repr__(self) -> str:
        """Hide the secret."""
        return f"Key({self.id})"


@dataclass(frozen=True, slots=True)
class Keyring:
    """The keys, the signing one first; and the one under which persons are known.

    Args:
        keys: the ring.
        person_secret: never rotated, because the ids of persons are derived from it.
    """

    keys: tuple[Key, ...]
    person_secret: bytes

    def __repr__(self) -> str:
        """Hide the secrets."""
        return f"Keyring({', '.join(key.id for key in self.keys)})"

    def derived(self, purpose: str) -> tuple[bytes, ...]:
        """Derive 32 bytes for a purpose from each key, the signing one first.

        Keys of different purposes tell nothing about each other (RFC 5869).
        """
        return tuple(_derive(key.secret, purpose) for key in self.keys)

    def named(self, purpose: str) -> tuple[tuple[str, bytes], ...]:
        """Derive for a purpose, each with its key's id."""
        return tuple((key.id, _derive(key.secret, purpose)) for key in self.keys)

    @property
    def person_key(self) -> bytes:
        """The key that derives the ids of persons from their addresses."""
        return _derive(self.person_secret, "person")

    @property
    def fingerprint(self) -> bytes:
        """Tells this ring from another by what is never rotated; says nothing of the secret."""
        return _derive(self.person_secret, "fingerprint")[:8]


def _derive(secret: bytes, purpose: str) -> bytes:
    info = f"usher v1 {purpose}".encode()
    return HKDF(algorithm=SHA256(), length=KEY_BYTES, salt=None, info=info).derive(secret)


def load_or_make(path: Path) -> Keyring:
    """Read a key file; on first start make one, readable by its owner only.

    Raises:
        KeyringError: the file is readable by others, or is not a key file.
    """
    try:
        mode = path.stat().st_mode & 0o777
    except FileNotFoundError:
        return _make(path)
    if mode & 0o077:
        raise KeyringError(
            f"{path.name} can be read by others (mode {mode:o}). "
            f"Run `chmod 600 {path.name}` in its folder, or renew the keys if they leaked."
        )
    return _read(path)


def changed(path: Path, change: Callable[[Keyring], Keyring]) -> Keyring:
    """Change a key file; who reads it meanwhile reads the old ring or the new one, whole.

    Raises:
        KeyringError: as for `load_or_make`, or from `change`; the file is as it was.
    """
    ring = change(load_or_make(path))
    draft = _written(path, ring)
    try:
        draft.replace(path)
    finally:
        draft.unlink(missing_ok=True)
    return _read(path)


def with_new(ring: Keyring) -> Keyring:
    """Add a key at the end, which verifies and does not sign yet."""
    return Keyring((*ring.keys, _fresh_key()), ring.person_secret)


def with_front(ring: Keyring, key_id: str) -> Keyring:
    """Have another key of the ring sign.

    Raises:
        KeyringError: there is no such key.
    """
    return Keyring((_named(ring, key_id), *_others(ring, key_id)), ring.person_secret)


def without(ring: Keyring, key_id: str) -> Keyring:
    """Take a key out that does not sign.

    Raises:
        KeyringError: there is no such key, or it is the one that signs.
    """
    if _named(ring, key_id) == ring.keys[0]:
        raise KeyringError(f"Key {key_id} signs. Have another one sign first: usher keys rotate.")
    return Keyring(_others(ring, key_id), ring.person_secret)


def _named(ring: Keyring, key_id: str) -> Key:
    for key in ring.keys:
        if key.id == key_id:
            return key
    raise KeyringError(f"There is no key {key_id}. usher keys list shows those that there are.")


def _others(ring: Keyring, key_id: str) -> tuple[Key, ...]:
    return tuple(key for key in ring.keys if key.id != key_id)


def _fresh_key() -> Key:
    return Key(secrets.token_hex(4), secrets.token_bytes(KEY_BYTES))


def _make(path: Path) -> Keyring:
    # Linked when it is whole: of nodes that start at once one makes the file, and no other
    # reads half of it.
    draft = _written(path, Keyring((_fresh_key(),), secrets.token_bytes(KEY_BYTES)))
    try:
        with contextlib.suppress(FileExistsError):
            os.link(draft, path)
    finally:
        draft.unlink()
    return _read(path)


def _written(path: Path, ring: Keyring) -> Path:
    """Write a ring beside the key file, readable by its owner only."""
    content = {
        "keys": [{"id": key.id, "secret": _text(key.secret)} for key in ring.keys],
        "person": _text(ring.person_secret),
    }
    draft = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
    handle = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, OWNER_ONLY)
    with os.fdopen(handle, "w", encoding="utf-8") as file:
        json.dump(content, file, indent=1)
        file.flush()
        os.fsync(file.fileno())
    return draft


def _read(path: Path) -> Keyring:
    try:
        content: Any = json.loads(path.read_text(encoding="utf-8"))
        keys = tuple(Key(str(one["id"]), _bytes(one["secret"])) for one in content["keys"])
        person = _bytes(content["person"])
    except (ValueError, KeyError, TypeError) as fault:
        raise KeyringError(f"{path.name} is not a key file of this server.") from fault
    if not keys or any(len(key.secret) != KEY_BYTES for key in keys) or len(person) != KEY_BYTES:
        raise KeyringError(f"{path.name} holds no usable key.")
    return Keyring(keys, person)


def _text(secret: bytes) -> str:
    return base64.b64encode(secret).decode()


def _bytes(text: str) -> bytes:
    return base64.b64decode(text, validate=True)
