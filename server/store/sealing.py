"""Personal data under a key of the person, so that forgetting one key erases it everywhere.

A `Person` is the only value with a name, an e-mail or somebody's own words in it. Wherever one
is stored, it is sealed with AES-256-GCM under a random key of that person, bound to the person's
id. The key is wrapped by the server's master key and kept in the store, table `person_key`.
Erasing puts a tombstone in the place of the key: logs, checkpoints and backups of them keep
their bytes, and nobody can read the person out of them again, and no new key is ever made for
that id.

What this does not reach: names in the memory of running processes (rooms that are open, and
the cache of keys of *other* processes; see `Sealer.forget`), and copies of the table
`person_key` in backups, which therefore should be kept for a shorter time than logs.
"""

import asyncio
import secrets
from collections import OrderedDict
from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import NamedTuple, TypeAlias

import msgpack

from protocol.ids import PersonId
from server.core.person import Person
from server.store.interface import Corrupt, Put, Store
from server.store.masterkeys import KEY_BYTES, MasterKeys, SecretKey
from server.store.packed import unexpected, unpacked

TABLE = "person_key"
CACHED_KEYS = 20_000
"""Unwrapped keys held in memory, about 350 bytes each; beyond that the least recently used goes."""
FETCHED_AT_ONCE = 500
"""Keys per question to the store. They are unwrapped on the event loop, in about 5 ms."""

Keys: TypeAlias = Mapping[PersonId, SecretKey | None]
"""The keys of some people; None for those who were erased."""


_PERSON = "the name and e-mail of a person"
_SEALED = "a sealed person"


class Sealed(NamedTuple):
    """A person as it is stored: the id, and the sealed data, or None for somebody erased."""

    owner: PersonId
    data: bytes | None


def seal(person: Person, keys: Keys) -> Sealed:
    """Seal one person. Of somebody erased, only the id is kept."""
    key = None if person.is_erased else keys[person.id]
    if key is None:
        return Sealed(person.id, None)
    data = [person.name, person.email, *([person.words] if person.words else [])]
    return Sealed(person.id, key.lock(msgpack.packb(data), person.id))


def unseal(sealed: Sealed, keys: Keys) -> Person:
    """Open one person; empty and marked when the person was erased.

    Raises:
        Corrupt: the data was changed, or belongs to another person.
    """
    owner, data = sealed
    key = None if data is None else keys[owner]
    if data is None or key is None:
        return Person(owner, is_erased=True)
    match unpacked(key.unlock(data, owner), _PERSON):
        case [str(name), str(email)]:
            return Person(owner, name, email)
        case [str(name), str(email), [*words]]:
            texts = tuple(one for one in words if isinstance(one, str))
            if len(texts) == len(words):
                return Person(owner, name, email, words=texts)
    raise unexpected(_PERSON)


def checked(plain: object) -> Sealed:
    """Check that plain data is a sealed person.

    Raises:
        Corrupt: it is not.
    """
    match plain:
        case [str(owner), bytes() | None as data]:
            return Sealed(PersonId(owner), data)
    raise unexpected(_SEALED)


class Sealer:
    """Seals and opens people, and erases them.

    Args:
        store: where the wrapped keys are.
        master: wraps and unwraps them.
        cached_keys: how many unwrapped keys are held in memory.
    """

    def __init__(self, store: Store, master: MasterKeys, cached_keys: int = CACHED_KEYS) -> None:
        """Keep the store and the master keys; nothing is read yet."""
        self._store = store
        self._master = master
        self._cached_keys = cached_keys
        self._cache: OrderedDict[PersonId, SecretKey | None] = OrderedDict()
        # Moves with every erasure, so that a key fetched before one is not cached after it.
        self._erasures = 0
        # Rewrapping reads and writes back; an erasure in between would be undone.
        self._rewriting = asyncio.Lock()

    async def keys_to_seal(self, people: Iterable[Person]) -> Keys:
        """Get the keys of some people, making those that never were; they are durable on return.

        Raises:
            Unavailable: the store cannot answer.
            Unusable: a key is wrapped by a master key that is not given, or is damaged.

        Cost: one read of the store for those not cached, one write for those that are new.
        """
        wanted = {person.id for person in people if not person.is_erased}
        found = await self._existing(wanted)
        while missing := list(wanted - found.keys())[:FETCHED_AT_ONCE]:
            await self._make(missing)
            found |= await self._existing(missing)
        return found

    async def keys_to_open(self, sealed: Iterable[Sealed]) -> Keys:
        """Get the keys of some sealed people.

        Raises:
            Corrupt: there is sealed data, and neither a key nor a tombstone.
            Unavailable, Unusable: as for `keys_to_seal`.
        """
        wanted = {owner for owner, data in sealed if data is not None}
        found = await self._existing(wanted)
        if missing := wanted - found.keys():
            raise Corrupt(f"The keys of {len(missing)} people are missing, first {min(missing)}.")
        return found

    async def seal_person(self, person: Person) -> bytes:
        """Seal a person for a place outside the logs (the table of accounts)."""
        keys = await self.keys_to_seal([person])
        sealed: bytes = msgpack.packb(seal(person, keys))
        return sealed

    async def open_person(self, stored: bytes) -> Person:
        """Open what `seal_person` gave.

        Raises:
            Corrupt: it is something else.
        """
        [person] = await self.open_people([stored])
        return person

    async def open_people(self, stored: Sequence[bytes]) -> list[Person]:
        """Open many at the cost of one read of the store.

        Raises:
            Corrupt: one of them is something else.
        """
        people = [checked(unpacked(each, _SEALED)) for each in stored]
        keys = await self.keys_to_open(people)
        return [unseal(each, keys) for each in people]

    async def erase(self, person_id: PersonId) -> None:
        """Forget a person for good: everything sealed is unreadable on return, everywhere.

        Whoever holds an open room keeps the name in memory until it reads the room anew.
        """
        async with self._rewriting:
            await self._store.put(
                [Put(table=TABLE, key=person_id, value=self._master.wrap(None, ""))]
            )
            self.forget(person_id)

    def forget(self, person_id: PersonId) -> None:
        """Drop a key from memory, because another process erased the person."""
        self._erasures += 1
        self._cache.pop(person_id, None)

    async def rewrap(self) -> int:
        """Wrap every key under the first master key, so that older ones can be taken away.

        Run it in the one process that also erases. It can be cut short and run again.

        Returns:
            How many keys were wrapped anew.
        """
        count, after = 0, ""
        while True:
            async with self._rewriting:
                page = await self._store.scan(TABLE, 0, after=after, limit=FETCHED_AT_ONCE)
                puts = [
                    Put(table=TABLE, key=key, value=self._rewrapped(stored, key))
                    for key, stored in page
                    if not self._master.is_current(stored)
                ]
                if puts:
                    await self._store.put(puts)
            if not page:
                return count
            count += len(puts)
            after = page[-1][0]

    def _rewrapped(self, stored: bytes, owner: str) -> bytes:
        return self._master.wrap(self._master.unwrap(stored, owner), owner)

    async def _make(self, owners: Collection[PersonId]) -> None:
        """Make keys, unless somebody else was first; who was is found by reading again."""
        await self._store.put(
            [
                Put(
                    table=TABLE,
                    key=owner,
                    value=self._master.wrap(SecretKey(secrets.token_bytes(KEY_BYTES)), owner),
                    if_absent=True,
                )
                for owner in owners
            ]
        )

    async def _existing(self, owners: Collection[PersonId]) -> dict[PersonId, SecretKey | None]:
        found: dict[PersonId, SecretKey | None] = {}
        missing = []
        for owner in owners:
            if owner in self._cache:
                self._cache.move_to_end(owner)
                found[owner] = self._cache[owner]
            else:
                missing.append(owner)
        for start in range(0, len(missing), FETCHED_AT_ONCE):
            found |= await self._fetched(missing[start : start + FETCHED_AT_ONCE])
        return found

    async def _fetched(self, owners: Sequence[PersonId]) -> dict[PersonId, SecretKey | None]:
        erasures = self._erasures
        stored = await self._store.get_many(TABLE, owners, 0)
        found = {PersonId(key): self._master.unwrap(value, key) for key, value in stored.items()}
        if erasures == self._erasures:
            self._cache |= found
            while len(self._cache) > self._cached_keys:
                self._cache.popitem(last=False)
        return found
