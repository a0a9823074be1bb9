"""Our own keys: what we say to a platform is signed with one, and it reads them from a list.

The private halves lie in the store, locked under the server's key ring, so that all nodes have
the same. After a change the old key stays in the list for a week: platforms keep lists.
"""

import asyncio
import json
import logging
import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import jwt
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_pem_private_key,
)
from jwt.algorithms import RSAAlgorithm

from protocol.lti import ToolKeyView
from server.store.interface import Corrupt, Put, Store
from server.store.masterkeys import SecretKey

log = logging.getLogger(__name__)

TABLE = "lti_key"
FIRST = "first"
ALGORITHM = "RS256"
"""The one that every platform has to know (1EdTech Security Framework 1.0, section 5.1.1)."""
RSA_BITS = 2_048
LISTED_MS = 7 * 24 * 3_600_000


@dataclass(frozen=True, slots=True, kw_only=True)
class ToolKey:
    """One key pair. Printing it shows its id alone."""

    id: str
    made_at: int
    private: rsa.RSAPrivateKey

    def __repr__(self) -> str:
        """Hide the private half."""
        return f"ToolKey({self.id})"

    @property
    def public(self) -> dict[str, Any]:
        """The public half, as it stands in the list."""
        jwk: dict[str, Any] = RSAAlgorithm.to_jwk(self.private.public_key(), as_dict=True)
        return {**jwk, "kid": self.id, "alg": ALGORITHM, "use": "sig"}


class ToolKeys:
    """Our keys, in the store.

    Args:
        store: of the whole server.
        ring: under which the private halves are locked; the first locks, all unlock.
        clock: ms UTC.
    """

    def __init__(self, store: Store, ring: tuple[bytes, ...], clock: Callable[[], int]) -> None:
        """Read nothing yet."""
        self._store = store
        self._ring = tuple(SecretKey(secret) for secret in ring)
        self._clock = clock
        self._read: dict[bytes, ToolKey | None] = {}

    async def signed(self, claims: Mapping[str, Any]) -> str:
        """Sign claims with the newest key; the first is made when it is first wanted."""
        key = (await self._all())[0]
        return jwt.encode(dict(claims), key.private, algorithm=ALGORITHM, headers={"kid": key.id})

    async def listed(self) -> list[tuple[ToolKey, int | None]]:
        """List the keys that count, the signing one first, each with when it stops to."""
        keys = await self._all()
        newer = [None, *(key.made_at for key in keys)]
        now = self._clock()
        found = [
            (key, None if since is None else since + LISTED_MS)
            for key, since in zip(keys, newer, strict=False)
        ]
        return [(key, until) for key, until in found if until is None or now < until]

    async def views(self) -> list[ToolKeyView]:
        """List the keys for operators."""
        return [
            ToolKeyView(key_id=key.id, made_at=key.made_at, until=until)
            for key, until in await self.listed()
        ]

    async def rotate(self) -> ToolKey:
        """Sign with a fresh key from now on, and delete those that count no more."""
        counting = {key.id for key, _ in await self.listed()}
        stored = await self._stored()
        over = [name for name, key in stored.items() if key.id not in counting]
        key = await asyncio.to_thread(self._fresh)
        deleted = (Put(table=TABLE, key=name, value=None) for name in over)
        await self._store.put([self._put(key.id, key), *deleted])
        return key

    async def rewrap(self) -> int:
        """Lock every key under the first of the ring, so that the others can be taken away.

        Returns:
            How many were locked anew.
        """
        puts = [
            Put(table=TABLE, key=name, value=again)
            for name, value in await self._store.scan(TABLE, self._clock())
            if (again := self._rewrapped(value)) is not None
        ]
        if puts:
            await self._store.put(puts)
        return len(puts)

    async def _all(self) -> list[ToolKey]:
        """Give every key, the newest first."""
        keys = await self._stored()
        return sorted(keys.values(), key=lambda key: (-key.made_at, key.id))

    async def _stored(self) -> dict[str, ToolKey]:
        """Read every key by its name in the store; make one where none can be read."""
        stored = await self._store.scan(TABLE, self._clock())
        found = await self._opened_once(stored)
        if not found:
            # Two nodes may be first at once; one of both keys is kept.
            key = await asyncio.to_thread(self._fresh)
            name = key.id if stored else FIRST
            await self._store.put([self._put(name, key, is_first=True)])
            found = await self._opened_once(await self._store.scan(TABLE, self._clock()))
        return found

    async def _opened_once(self, stored: list[tuple[str, bytes]]) -> dict[str, ToolKey]:
        """Open what was not opened before: that takes long, and anybody may ask for the list."""
        known = self._read
        read = {
            value: known[value]
            if value in known
            else await asyncio.to_thread(self._opened, name, value)
            for name, value in stored
        }
        self._read = read
        return {name: key for name, value in stored if (key := read[value]) is not None}

    def _fresh(self) -> ToolKey:
        private = rsa.generate_private_key(public_exponent=65_537, key_size=RSA_BITS)
        return ToolKey(id=f"k_{secrets.token_hex(8)}", made_at=self._clock(), private=private)

    def _put(self, name: str, key: ToolKey, *, is_first: bool = False) -> Put:
        pem = key.private.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
        body = json.dumps({"id": key.id, "made_at": key.made_at, "pem": pem.decode()})
        value = self._ring[0].lock(body.encode(), TABLE)
        return Put(table=TABLE, key=name, value=value, if_absent=is_first)

    def _opened(self, name: str, value: bytes) -> ToolKey | None:
        """Open a key; None when it was locked with a key that is not in the ring any more."""
        try:
            body = json.loads(unlocked(self._ring, value, TABLE))
        except Corrupt:
            log.warning("a key for platforms does not open and is passed over: %s", name)
            return None
        private = load_pem_private_key(body["pem"].encode(), None)
        if not isinstance(private, rsa.RSAPrivateKey):
            raise Corrupt("What is stored as a key of ours is none.")
        return ToolKey(id=body["id"], made_at=body["made_at"], private=private)

    def _rewrapped(self, value: bytes) -> bytes | None:
        """Lock a key anew; None where that is not needed, or it does not open."""
        try:
            self._ring[0].unlock(value, TABLE)
        except Corrupt:
            pass
        else:
            return None
        try:
            return self._ring[0].lock(unlocked(self._ring, value, TABLE), TABLE)
        except Corrupt:
            return None


def unlocked(ring: tuple[SecretKey, ...], value: bytes, bound_to: str) -> bytes:
    """Unlock with whichever key of a ring it was locked with.

    Raises:
        Corrupt: with none of them.
    """
    for key in ring[:-1]:
        try:
            return key.unlock(value, bound_to)
        except Corrupt:
            continue
    return ring[-1].unlock(value, bound_to)
