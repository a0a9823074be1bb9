"""What is known beside the rooms, kept in the store: accounts, entries, keys, what was spent."""

import asyncio
from collections.abc import AsyncIterator, Callable, Iterable
from dataclasses import dataclass

from protocol.ids import AccountId, PersonId, RoomId, SessionId
from protocol.views import PersonView
from server.core.attendance import Attendance
from server.core.names import fold, search_text
from server.core.person import Person
from server.edge import api_keys
from server.edge.api_keys import NewKey, TooManyKeysError
from server.edge.ports import SITE, ApiKey, Scope
from server.store.archive import Archive
from server.store.interface import Put, Store
from server.store.sealing import Sealer

ACCOUNTS = "account"
PLACES = "account_place"
"""From where accounts are known, by `<account> <place>`."""
ENTRIES = "entry"
SPENT = "spent"
API_KEYS = "api_key"
ATTENDANCE = "attendance"
SERVER = "server"
HAS_OPERATOR = "has operator"
PAGE = 1_000
MAX_KEYS = 1_000
"""API keys of a site; all of them are read to list them."""
MAX_PLACES = 100
"""From which one account is known."""
VOUCHED_FOR = "i_"
"""Ids of accounts that a platform (LTI) or a provider (OpenID Connect) vouches for begin so."""
MAX_INDEXED = 50_000
"""Accounts that type-ahead knows, about 20 MB; with more, a platform's own search is better."""


@dataclass(frozen=True, slots=True)
class _Indexed:
    person_id: PersonId
    places: frozenset[str]
    text: str
    person: PersonView


class StoreDirectory:
    """`Directory` over the store. Get one with `opened`.

    Args:
        store: of the whole server.
        sealer: over the same store; accounts' names and addresses are kept sealed.
        key_ring: under which API keys are hashed; the first hashes, all verify.
        clock: ms UTC.
    """

    def __init__(
        self, store: Store, sealer: Sealer, key_ring: tuple[bytes, ...], clock: Callable[[], int]
    ) -> None:
        """Read nothing yet."""
        self._store = store
        self._sealer = sealer
        self._key_ring = key_ring
        self._clock = clock
        self._archive = Archive(sealer, Attendance)
        self._index: dict[AccountId, _Indexed] | None = None
        self._loading = asyncio.Lock()

    @classmethod
    async def opened(
        cls, store: Store, sealer: Sealer, key_ring: tuple[bytes, ...], clock: Callable[[], int]
    ) -> "StoreDirectory":
        """Make a directory. The index of accounts is read when somebody first searches."""
        return cls(store, sealer, key_ring, clock)

    # --- accounts --------------------------------------------------------------------------

    async def remember(
        self, account_id: AccountId, person: Person, known_from: str | None = SITE
    ) -> None:
        """See `Directory.remember`."""
        puts = []
        places = await self.known_from(account_id)
        if known_from is not None and known_from not in places:
            # What an account was taken to be known from (see `_assumed`) is written down, too.
            places |= {known_from}
            puts = [Put(table=PLACES, key=f"{account_id} {one}", value=b"1") for one in places]
        if await self.account(account_id) != person:
            sealed = await self._sealer.seal_person(person)
            puts.append(Put(table=ACCOUNTS, key=account_id, value=sealed))
        if not puts:
            return
        await self._store.put(puts)
        if self._index is not None and len(self._index) < MAX_INDEXED:
            self._index[account_id] = _indexed(account_id, person, places)

    async def known_from(self, account_id: AccountId) -> frozenset[str]:
        """See `Directory.known_from`."""
        places = await self._places_of(account_id)
        if not places and await self.account(account_id) is not None:
            return _assumed(account_id)
        return places

    async def _places_of(self, account_id: AccountId) -> frozenset[str]:
        after = f"{account_id} "
        found = await self._store.scan(PLACES, self._clock(), after=after, limit=MAX_PLACES)
        keys = [key for key, _ in found if key.startswith(after)]
        return frozenset(key.removeprefix(after) for key in keys)

    async def account(self, account_id: AccountId) -> Person | None:
        """See `Directory.account`."""
        stored = await self._store.get(ACCOUNTS, account_id, self._clock())
        if stored is None:
            return None
        person = await self._sealer.open_person(stored)
        return None if person.is_erased else person

    async def forget(self, account_id: AccountId) -> None:
        """See `Directory.forget`."""
        places = [f"{account_id} {place}" for place in await self._places_of(account_id)]
        puts = [Put(table=PLACES, key=key, value=None) for key in places]
        await self._store.put([Put(table=ACCOUNTS, key=account_id, value=None), *puts])
        if self._index is not None:
            self._index.pop(account_id, None)

    def was_erased(self, person_id: PersonId) -> None:
        """Leave out of the index, too, who was erased by any node."""
        index = self._index or {}
        for account_id in [key for key, one in index.items() if one.person_id == person_id]:
            del index[account_id]

    async def accounts(self) -> AsyncIterator[tuple[AccountId, Person]]:
        """See `Directory.accounts`. Cost: reads the whole table."""
        after = ""
        while page := await self._store.scan(ACCOUNTS, self._clock(), after=after, limit=PAGE):
            people = await self._sealer.open_people([stored for _, stored in page])
            for (key, _), person in zip(page, people, strict=True):
                if not person.is_erased:
                    yield AccountId(key), person
            after = page[-1][0]

    async def search(
        self, query: str, limit: int, places: frozenset[str] | None
    ) -> list[PersonView]:
        """See `Directory.search`. Whoever was erased since is not found.

        Cost: O(n) in the accounts, at most 50,000; the first search reads them all.
        """
        wanted = fold(query)
        if not wanted:
            return []
        index = await self._loaded()
        found = [
            one
            for one in index.values()
            if wanted in one.text and (places is None or places & one.places)
        ]
        found.sort(key=lambda one: (not one.text.startswith(wanted), one.text))
        return await self._still_known(one.person for one in found[: 2 * limit])

    async def _still_known(self, people: Iterable[PersonView]) -> list[PersonView]:
        """Leave out whom the index knows and the store has forgotten."""
        listed = list(people)
        ids = [one.account_id for one in listed]
        stored = await self._store.get_many(ACCOUNTS, ids, self._clock())
        opened = await self._sealer.open_people(list(stored.values()))
        alive = {key for key, person in zip(stored, opened, strict=True) if not person.is_erased}
        return [one for one in listed if one.account_id in alive]

    async def _loaded(self) -> dict[AccountId, _Indexed]:
        async with self._loading:
            if self._index is None:
                self._index = await self._read_index()
            return self._index

    async def _read_index(self) -> dict[AccountId, _Indexed]:
        index: dict[AccountId, _Indexed] = {}
        places = await self._all_places()
        async for account_id, person in self.accounts():
            if len(index) >= MAX_INDEXED:
                break
            known = places.get(account_id) or _assumed(account_id)
            index[account_id] = _indexed(account_id, person, known)
        return index

    async def _all_places(self) -> dict[str, frozenset[str]]:
        places: dict[str, frozenset[str]] = {}
        after = ""
        while page := await self._store.scan(PLACES, self._clock(), after=after, limit=PAGE):
            for key, _ in page:
                account_id, _, place = key.partition(" ")
                places[account_id] = places.get(account_id, frozenset()) | {place}
            after = page[-1][0]
        return places

    # --- entries and sessions --------------------------------------------------------------

    async def entries(self, after: str, limit: int) -> list[RoomId]:
        """See `Directory.entries`."""
        found = await self._store.scan(ENTRIES, self._clock(), after=after, limit=limit)
        return [RoomId(key) for key, _ in found]

    async def attendance(self, room: RoomId, session: SessionId) -> Attendance | None:
        """See `Directory.attendance`."""
        stored = await self._store.get(ATTENDANCE, f"{room} {session}", self._clock())
        return None if stored is None else await self._archive.unpack(stored)

    # --- what works once -------------------------------------------------------------------

    async def spend(self, nonce: str, expires_at: int) -> bool:
        """See `Directory.spend`."""
        put = Put(table=SPENT, key=nonce, value=b"1", expires_at=expires_at, if_absent=True)
        # Without the time: what has expired and was not swept still counts, to be safe.
        return await self._store.put([put])

    async def note_operator(self) -> None:
        """See `Directory.note_operator`."""
        await self._store.put([Put(table=SERVER, key=HAS_OPERATOR, value=b"1", if_absent=True)])

    async def has_operator(self) -> bool:
        """Say whether somebody has signed in as operator, ever."""
        return await self._store.get(SERVER, HAS_OPERATOR, self._clock()) is not None

    # --- API keys --------------------------------------------------------------------------

    async def api_key(self, key: str) -> ApiKey | None:
        """See `Directory.api_key`."""
        stored = await self._store.get(API_KEYS, api_keys.id_of(key), self._clock())
        return api_keys.opened(key, stored, self._key_ring)

    async def create_key(
        self, name: str, scopes: Iterable[str], *, is_ours: bool = False
    ) -> NewKey:
        """Make a key. Its text is in what is returned and nowhere else.

        Args:
            is_ours: the server's own, without which it does not start; there is always room.

        Raises:
            ValueError: there is no such scope.
            TooManyKeysError: there are as many as there may be.
        """
        if not is_ours and len(await self.keys()) >= MAX_KEYS:
            raise TooManyKeysError(MAX_KEYS)
        made = api_keys.fresh_key()
        known = ApiKey(
            id=made.id,
            name=name,
            scopes=frozenset(Scope(one) for one in scopes),
            created_at=self._clock(),
        )
        value = api_keys.pack(known, made.key, self._key_ring)
        await self._store.put([Put(table=API_KEYS, key=made.id, value=value)])
        return made

    async def keys(self) -> list[ApiKey]:
        """List the keys that work."""
        found: list[ApiKey] = []
        after = ""
        while page := await self._store.scan(API_KEYS, self._clock(), after=after, limit=PAGE):
            found += [api_keys.unpack(key, stored) for key, stored in page]
            after = page[-1][0]
        return found

    async def revoke_key(self, key_id: str) -> bool:
        """Make a key useless from now on; False when there is none of that id."""
        if await self._store.get(API_KEYS, key_id, self._clock()) is None:
            return False
        await self._store.put([Put(table=API_KEYS, key=key_id, value=None)])
        return True


def _assumed(account_id: AccountId) -> frozenset[str]:
    """Say from where an account is known that was kept before that was kept as well.

    One out of a launch or of a provider is known again from there when it comes again.
    """
    return frozenset() if account_id.startswith(VOUCHED_FOR) else frozenset({SITE})


def _indexed(account_id: AccountId, person: Person, places: frozenset[str]) -> _Indexed:
    view = PersonView(account_id=account_id, name=person.name, email=person.email)
    return _Indexed(person.id, places, search_text(person.name, person.email), view)
