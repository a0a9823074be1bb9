"""Personal data under a key of the person, so that forgetting one key erases it everywhere.

A `Person` is the only value with a name, an e-mail or somebody's own words in it. Wherever one
is stored, it is sealed with AES-256-GCM under a random key of that person, bound to the person's
id. The key is wrapped by the server's master key and kept in the store, table `person_key`.
Erasing puts a tombstone in the place of the key: logs, checkpoints and backups of them keep
their bytes, and nobody can read the person out of them again. Whoever comes again is given
another key beside the tombstone (`later`), under which nothing of before opens
(docs/decisions/009-erasing-a-person.md).

What this does not reach: names in the memory of running processes (rooms that are open, and
the cache of keys of *other* processes; see `Sealer.forget`), and copies of the table
`person_key` in backups, which therefore should be kept for a shorter time than logs.
"""

import asyncio
import secrets
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from typing import NamedTuple, TypeAlias, TypeVar

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

T = TypeVar("T")
Keys: TypeAlias = Mapping[PersonId, SecretKey | None]
"""The keys of some people; None for those who were erased."""


AGAIN = "+"
"""Between the id of a person who was erased and the number of the key that came after."""

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
    try:
        plain = key.unlock(data, owner)
    except Corrupt:
        if key.is_renewed:  # It was sealed before the person was erased and came again.
            return Person(owner, is_erased=True)
        raise
    match unpacked(plain, _PERSON):
        case [str(name), str(email)]:
            return Person(owner, name, email)
        case [str(name), str(email), [*words]]:
            texts = tuple(one for one in words if isinstance(one, str))
            if len(texts) == len(words):
                return Person(owner, name, email, words=texts)
    raise unexpected(_PERSON)


def later(name: str) -> str:
    """Name the key that somebody gets who comes again after the key of this name was forgotten.

    Example:
        >>> later("p_1"), later("p_1+2")
        ('p_1+2', 'p_1+3')
    """
    owner, _, number = name.partition(AGAIN)
    return f"{owner}{AGAIN}{int(number or 1) + 1}"


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
        found = _some(await self._existing(wanted))
        while missing := list(wanted - found.keys())[:FETCHED_AT_ONCE]:
            await self._make(missing)
            for owner in missing:
                self._cache.pop(owner, None)
            found |= _some(await self._existing(missing))
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

    async def opened(self, sealed: Collection[Sealed], make: Callable[[Keys], Awaitable[T]]) -> T:
        """Make something of sealed people, with keys read anew if those at hand do not fit.

        Somebody may have been erased at another node, and have come again with another key,
        before this node has heard of it (`server.store.erasures`).

        Args:
            sealed: whose keys are needed.
            make: called once, or twice.

        Raises:
            Corrupt: it is damaged, whatever the keys.
            Unavailable, Unusable: as for `keys_to_seal`.
        """
        try:
            return await make(await self.keys_to_open(sealed))
        except Corrupt:
            for owner, _ in sealed:
                self._cache.pop(owner, None)
            return await make(await self.keys_to_open(sealed))

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

        async def unsealed(keys: Keys) -> list[Person]:
            return [unseal(each, keys) for each in people]

        return await self.opened(people, unsealed)

    async def erase(self, person_id: PersonId, also: Sequence[Put] = ()) -> None:
        """Forget a person: everything sealed so far is unreadable on return, everywhere.

        Whoever still holds the name in memory and writes it again brings it back: let rooms
        forget it first.

        Args:
            also: put in the same step.
        """
        async with self._rewriting:
            [(name, key)] = (await self._newest([person_id])).values()
            puts = list(also)
            if key is not None or name == person_id:
                puts.append(Put(table=TABLE, key=name, value=self._master.wrap(None, "")))
            if puts:
                await self._store.put(puts)
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
        newest = await self._newest(owners)
        await self._store.put(
            [
                Put(
                    table=TABLE,
                    key=name,
                    value=self._master.wrap(SecretKey(secrets.token_bytes(KEY_BYTES)), name),
                    if_absent=True,
                )
                for name, key in newest.values()
                if key is None
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
        found = {
            owner: key
            for owner, (name, key) in (await self._newest(owners)).items()
            if key is not None or name != owner
        }
        if erasures == self._erasures:
            # That there is none is not kept: whoever was erased may come again at another node.
            self._cache |= _some(found)
            while len(self._cache) > self._cached_keys:
                self._cache.popitem(last=False)
        return found

    async def _newest(
        self, owners: Collection[PersonId]
    ) -> dict[PersonId, tuple[str, SecretKey | None]]:
        """Find the key behind the last tombstone of each, or (None) where one would be made.

        Cost: one read of the store, and another for each time that one of them was erased.
        """
        names: dict[PersonId, str] = {owner: owner for owner in owners}
        found: dict[PersonId, tuple[str, SecretKey | None]] = {}
        while names:
            stored = await self._store.get_many(TABLE, list(names.values()), 0)
            erased: dict[PersonId, str] = {}
            for owner, name in names.items():
                value = stored.get(name)
                key = None if value is None else self._master.unwrap(value, name)
                if value is not None and key is None:
                    erased[owner] = later(name)
                else:
                    is_renewed = name != owner
                    found[owner] = name, key and replace(key, is_renewed=is_renewed)
            names = erased
        return found


def _some(keys: Mapping[PersonId, SecretKey | None]) -> dict[PersonId, SecretKey | None]:
    """Leave out those who were erased and have not come again."""
    return {owner: key for owner, key in keys.items() if key is not None}
