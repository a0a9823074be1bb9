import asyncio
from collections.abc import Sequence
from pathlib import Path

import msgpack
import pytest

from protocol.ids import PersonId
from server.core.person import Person
from server.store.interface import Corrupt, Put, Store, Unusable
from server.store.masterkeys import MasterKeys
from server.store.sealing import TABLE, Sealed, Sealer, checked, seal, unseal
from server.store.sqlite import SqliteStore
from tests.store.samples import ANN, BOB, person

ERASED_ANN = Person(ANN.id, is_erased=True)


async def sealed_by(sealer: Sealer, *people: Person) -> list[Sealed]:
    keys = await sealer.keys_to_seal(people)
    return [seal(each, keys) for each in people]


async def opened_by(sealer: Sealer, *sealed: Sealed) -> list[Person]:
    keys = await sealer.keys_to_open(sealed)
    return [unseal(each, keys) for each in sealed]


async def test_people_come_back(sealer: Sealer) -> None:
    people = [ANN, BOB, person(3), person(1, "Ann", "ann@example.org"), Person(PersonId(""))]
    assert await opened_by(sealer, *await sealed_by(sealer, *people)) == people


async def test_another_process_with_the_same_master_key_opens_them(
    store: Store, sealer: Sealer, master: MasterKeys
) -> None:
    sealed = await sealed_by(sealer, ANN, BOB)
    assert await opened_by(Sealer(store, master), *sealed) == [ANN, BOB]


async def test_nothing_of_a_person_is_readable(sealer: Sealer) -> None:
    [sealed] = await sealed_by(sealer, ANN)
    data = msgpack.packb(sealed)
    assert ANN.name.encode() not in data
    assert ANN.email.encode() not in data


async def test_sealing_twice_gives_different_bytes(sealer: Sealer) -> None:
    first, second = await sealed_by(sealer, ANN, ANN)
    assert first.data != second.data


async def test_sealed_data_belongs_to_one_person(sealer: Sealer) -> None:
    ann, bob = await sealed_by(sealer, ANN, BOB)
    with pytest.raises(Corrupt):
        await opened_by(sealer, Sealed(BOB.id, ann.data))
    with pytest.raises(Corrupt):
        await opened_by(sealer, Sealed(ANN.id, bob.data))


async def test_a_change_of_any_byte_is_found(sealer: Sealer) -> None:
    [sealed] = await sealed_by(sealer, ANN)
    data = sealed.data or b""
    for place in range(len(data)):
        changed = data[:place] + bytes([data[place] ^ 0x80]) + data[place + 1 :]
        with pytest.raises(Corrupt):
            await opened_by(sealer, Sealed(ANN.id, changed))
    for end in range(len(data)):
        with pytest.raises(Corrupt):
            await opened_by(sealer, Sealed(ANN.id, data[:end]))


async def test_what_opens_and_is_no_person_is_corrupt(sealer: Sealer) -> None:
    keys = await sealer.keys_to_seal([ANN])
    key = keys[ANN.id]
    assert key is not None
    for data in (b"", b"\x01", b"\x91\xa1a", b"\xc1"):
        with pytest.raises(Corrupt, match="not the name and e-mail"):
            await opened_by(sealer, Sealed(ANN.id, key.lock(data, ANN.id)))


@pytest.mark.parametrize(
    "plain", [None, [], ["p"], ["p", 1], [1, b""], ["p", b"", b""], {"p": b""}, "p", b"p"]
)
def test_plain_data_that_is_no_sealed_person_is_corrupt(plain: object) -> None:
    with pytest.raises(Corrupt):
        checked(plain)


class TestKeys:
    async def test_are_durable_before_they_are_used(self, store: Store, sealer: Sealer) -> None:
        await sealer.keys_to_seal([ANN])
        assert await store.get(TABLE, ANN.id, 0) is not None

    async def test_raced_by_many_writers_end_as_one(self, store: Store, master: MasterKeys) -> None:
        # Overlapping sets, so that some lose a race for one key and win it for another.
        crowd = [person(number, f"Name {number}") for number in range(40)]
        sealers = [Sealer(store, master) for _ in range(8)]
        all_keys = await asyncio.gather(
            *(each.keys_to_seal(crowd[start : start + 20]) for start, each in enumerate(sealers))
        )
        for owner in (each.id for each in crowd):
            assert len({keys[owner] for keys in all_keys if owner in keys}) <= 1

    async def test_are_made_for_any_number_of_people(self, sealer: Sealer) -> None:
        crowd = [person(number) for number in range(1_234)]
        keys = await sealer.keys_to_seal(crowd)
        assert keys.keys() == {each.id for each in crowd}
        assert len(set(keys.values())) == len(crowd)

    async def test_that_do_not_fit_into_memory_are_read_again(
        self, store: Store, master: MasterKeys
    ) -> None:
        sealer = Sealer(store, master, cached_keys=3)
        crowd = [person(number, f"Name {number}") for number in range(10)]
        sealed = await sealed_by(sealer, *crowd)
        for _ in range(2):
            assert await opened_by(sealer, *sealed) == crowd
        assert len(sealer._cache) == 3

    async def test_in_memory_spare_the_store(self, store: Store, sealer: Sealer) -> None:
        [sealed] = await sealed_by(sealer, ANN)
        await store.put([Put(table=TABLE, key=ANN.id, value=None)])
        assert await opened_by(sealer, sealed) == [ANN]

    async def test_that_are_missing_are_damage_and_not_erasure(
        self, store: Store, sealer: Sealer, master: MasterKeys
    ) -> None:
        [sealed] = await sealed_by(sealer, ANN)
        await store.put([Put(table=TABLE, key=ANN.id, value=None)])
        with pytest.raises(Corrupt, match="1 people are missing, first p_1"):
            await opened_by(Sealer(store, master), sealed)

    async def test_under_an_unknown_master_key_are_unusable(
        self, store: Store, sealer: Sealer
    ) -> None:
        [sealed] = await sealed_by(sealer, ANN)
        stranger = Sealer(store, MasterKeys.of(("other", bytes(32))))
        with pytest.raises(Unusable, match="master key '2026'"):
            await opened_by(stranger, sealed)
        with pytest.raises(Unusable):
            await sealed_by(stranger, ANN)


class LateAnswers(SqliteStore):
    """A store whose answers, once read, arrive when they may."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self.is_asked = asyncio.Event()
        self.may_answer = asyncio.Event()
        self.put = store.put  # type: ignore[method-assign]

    async def get_many(self, table: str, keys: Sequence[str], now: int) -> dict[str, bytes]:
        found = await self._store.get_many(table, keys, now)
        if not self.is_asked.is_set():
            self.is_asked.set()
            await self.may_answer.wait()
        return found


class TestErasure:
    async def test_reaches_everything_that_was_sealed(
        self, store: Store, sealer: Sealer, master: MasterKeys
    ) -> None:
        older = person(1, "Ann Older", "ann@old.example.org")
        sealed = await sealed_by(sealer, ANN, older, BOB)
        await sealer.erase(ANN.id)
        for each in (sealer, Sealer(store, master)):
            assert await opened_by(each, *sealed) == [ERASED_ANN, ERASED_ANN, BOB]

    async def test_lasts_for_what_was_sealed_before_when_the_person_comes_again(
        self, store: Store, sealer: Sealer, master: MasterKeys
    ) -> None:
        before = await sealed_by(sealer, ANN)
        for _ in range(2):
            await sealer.erase(ANN.id)
            again = await sealed_by(sealer, ANN, ERASED_ANN)
            for each in (sealer, Sealer(store, master)):
                assert await opened_by(each, *before, *again) == [ERASED_ANN, ANN, ERASED_ANN]
            before = again[:1]

    async def test_is_of_one_mind_when_two_nodes_seal_somebody_who_comes_again(
        self, store: Store, sealer: Sealer, master: MasterKeys
    ) -> None:
        await sealer.erase(ANN.id)
        nodes = [Sealer(store, master) for _ in range(4)]
        sealed = await asyncio.gather(*(sealed_by(node, ANN) for node in nodes))
        assert await opened_by(nodes[0], *(one for [one] in sealed)) == [ANN] * 4

    async def test_may_come_before_the_first_key(self, sealer: Sealer) -> None:
        await sealer.erase(ANN.id)
        [sealed] = await sealed_by(sealer, ANN)
        assert await opened_by(sealer, sealed) == [ANN]

    async def test_may_be_repeated(self, sealer: Sealer) -> None:
        [sealed] = await sealed_by(sealer, ANN)
        for _ in range(2):
            await sealer.erase(ANN.id)
            assert await opened_by(sealer, sealed) == [ERASED_ANN]

    async def test_by_another_process_is_seen_once_it_is_told(
        self, store: Store, sealer: Sealer, master: MasterKeys
    ) -> None:
        [sealed] = await sealed_by(sealer, ANN)
        await Sealer(store, master).erase(ANN.id)
        sealer.forget(ANN.id)
        assert await opened_by(sealer, sealed) == [ERASED_ANN]

    @pytest.mark.parametrize("has_looked", [False, True])
    async def test_elsewhere_lets_whoever_comes_again_be_known_here_at_once(
        self, store: Store, sealer: Sealer, master: MasterKeys, has_looked: bool
    ) -> None:
        """This node has heard nothing yet, or knows of the erasure alone."""
        elsewhere = Sealer(store, master)
        before = await sealed_by(sealer, ANN)
        await elsewhere.erase(ANN.id)
        if has_looked:
            sealer.forget(ANN.id)
            assert await opened_by(sealer, *before) == [ERASED_ANN]
        again = await elsewhere.seal_person(ANN)
        assert await sealer.open_person(again) == ANN
        assert await opened_by(sealer, *before) == [ERASED_ANN]

    async def test_while_a_key_is_being_fetched_leaves_no_key_in_memory(
        self, store: Store, sealer: Sealer, master: MasterKeys
    ) -> None:
        [sealed] = await sealed_by(sealer, ANN)
        late = LateAnswers(store)
        fresh = Sealer(late, master)
        fetching = asyncio.create_task(opened_by(fresh, sealed))
        await late.is_asked.wait()
        await fresh.erase(ANN.id)
        late.may_answer.set()
        # Who asked before the erasure may still be answered; nobody who asks after it.
        assert await fetching in ([ANN], [ERASED_ANN])
        assert await opened_by(fresh, sealed) == [ERASED_ANN]

    async def test_marks_a_person_beside_others_of_the_same_id(self, sealer: Sealer) -> None:
        ann, erased = await sealed_by(sealer, ANN, ERASED_ANN)
        assert await opened_by(sealer, ann, erased) == [ANN, ERASED_ANN]

    async def test_needs_no_key_for_somebody_who_was_read_back_erased(
        self, store: Store, sealer: Sealer
    ) -> None:
        assert await sealed_by(sealer, ERASED_ANN) == [Sealed(ANN.id, None)]
        assert await store.get(TABLE, ANN.id, 0) is None

    async def test_leaves_the_key_in_no_file(self, path: Path, master: MasterKeys) -> None:
        async with SqliteStore.open(path) as store:
            sealer = Sealer(store, master)
            await sealed_by(sealer, *(person(number, "x") for number in range(300)))
            wrapped = await store.get(TABLE, "p_7", 0) or b""
            assert is_in_a_file(path, wrapped[-32:])
            await sealer.erase(PersonId("p_7"))
            await store.sweep(0)
            # The sweep has the WAL emptied behind its last write, so another write waits for it.
            await store.sweep(0)
            assert not is_in_a_file(path, wrapped[-32:])


def is_in_a_file(path: Path, data: bytes) -> bool:
    return any(data in each.read_bytes() for each in path.parent.iterdir())


class TestRotation:
    NEW = ("2027", b"n" * 32)
    OLD = ("2026", bytes(range(32)))

    async def test_opens_what_was_sealed_before(self, store: Store, sealer: Sealer) -> None:
        sealed = await sealed_by(sealer, ANN)
        rotated = Sealer(store, MasterKeys.of(self.NEW, self.OLD))
        assert await opened_by(rotated, *sealed) == [ANN]

    async def test_lets_the_old_key_go_once_everything_is_rewrapped(
        self, store: Store, sealer: Sealer
    ) -> None:
        crowd = [person(number, f"Name {number}") for number in range(1_100)]
        sealed = await sealed_by(sealer, *crowd)
        await sealer.erase(crowd[0].id)
        rotated = Sealer(store, MasterKeys.of(self.NEW, self.OLD))
        assert await rotated.rewrap() == len(crowd) - 1
        assert await rotated.rewrap() == 0
        alone = Sealer(store, MasterKeys.of(self.NEW))
        opened = await opened_by(alone, *sealed)
        assert opened == [Person(crowd[0].id, is_erased=True), *crowd[1:]]

    async def test_beside_an_erasure_does_not_bring_the_key_back(
        self, store: Store, sealer: Sealer
    ) -> None:
        crowd = [person(number, f"Name {number}") for number in range(50)]
        sealed = await sealed_by(sealer, *crowd)
        rotated = Sealer(store, MasterKeys.of(self.NEW, self.OLD))
        await asyncio.gather(rotated.rewrap(), *(rotated.erase(each.id) for each in crowd))
        opened = await opened_by(Sealer(store, MasterKeys.of(self.NEW, self.OLD)), *sealed)
        assert all(each.is_erased and not each.name for each in opened)


class TestOutsideOfLogs:
    async def test_people_come_back(self, sealer: Sealer) -> None:
        stored = [await sealer.seal_person(each) for each in (ANN, BOB)]
        assert await sealer.open_people(stored) == [ANN, BOB]
        assert await sealer.open_person(stored[0]) == ANN
        assert ANN.email.encode() not in stored[0]

    async def test_erasure_reaches_them(self, sealer: Sealer) -> None:
        stored = await sealer.seal_person(ANN)
        await sealer.erase(ANN.id)
        assert await sealer.open_person(stored) == ERASED_ANN

    @pytest.mark.parametrize("stored", [b"", b"\xc1", b"\x01", b"\x92\xa1p\x01"])
    async def test_what_is_no_person_is_corrupt(self, sealer: Sealer, stored: bytes) -> None:
        with pytest.raises(Corrupt):
            await sealer.open_person(stored)
