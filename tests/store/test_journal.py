import asyncio
from pathlib import Path

import pytest
from immutables import Map

from protocol.ids import ParticipantId, RoomId
from server.core.person import Person
from server.core.record import Record
from server.core.state import RoomState
from server.store.interface import (
    START,
    Checkpoint,
    Conflict,
    Corrupt,
    NewerData,
    Position,
    PositionLost,
    Put,
    Store,
)
from server.store.journal import INLINE_BYTES, Journal, Loaded, RecordPage
from server.store.masterkeys import MasterKeys
from server.store.payload import Content, Kind, Place, pack
from server.store.sealing import TABLE, Sealer
from server.store.sqlite import SqliteStore
from tests.store.samples import ANN, BOB, Cleared, Hall, Raised, Renamed, Step, person

ROOM = RoomId("e_1")
U1 = ParticipantId("u_1")
NOW = 1_800_000_000_000
NOT_TYPED = (
    *("head", "follow", "due", "put", "get", "get_many", "scan", "sweep"),
    *("renew_lease", "leases", "drop_lease"),
)


def step(at: int, *people: Person) -> Step:
    return Step(at=at, events=tuple(Renamed(participant_id=U1, person=each) for each in people))


@pytest.fixture
def journal(store: Store, sealer: Sealer) -> Journal[Step, Hall]:
    return Journal(store, sealer, Step, Hall, keep_records=3)


class TestRecords:
    async def test_come_back_with_the_people_in_them(self, journal: Journal[Step, Hall]) -> None:
        records = (step(1, ANN, BOB), step(2), Step(at=3, events=(Cleared(),), note="x"))
        position = await journal.append(ROOM, START, records)
        assert position.version == 3
        assert await journal.read(ROOM, START) == RecordPage(position, records, position)

    async def test_are_read_page_by_page(self, journal: Journal[Step, Hall]) -> None:
        records = tuple(step(at, person(at, f"Name {at}")) for at in range(7))
        head = await journal.append(ROOM, START, records)
        position = START
        read: list[Step] = []
        while position != head:
            page = await journal.read(ROOM, position, limit=3)
            position, read = page.position, [*read, *page.records]
            assert page.head == head
        assert tuple(read) == records

    async def test_of_an_empty_room_are_none(self, journal: Journal[Step, Hall]) -> None:
        assert await journal.read(ROOM, START) == RecordPage(START, (), START)

    async def test_come_back_from_a_page_that_is_decoded_in_a_thread(
        self, journal: Journal[Step, Hall]
    ) -> None:
        records = tuple(
            Step(at=at, note=f"{at} {hash(str(at))}" * 200, events=(Raised(participant_id=U1),))
            for at in range(100)
        )
        await journal.append(ROOM, START, records)
        assert sum(len(each.note) for each in records) > INLINE_BYTES
        assert (await journal.read(ROOM, START)).records == records

    async def test_conflict_as_the_store_says(self, journal: Journal[Step, Hall]) -> None:
        head = await journal.append(ROOM, START, [step(1)])
        put = Put(table="t", key="k", value=b"x")
        with pytest.raises(Conflict) as conflict:
            await journal.append(ROOM, START, [step(2)], puts=[put])
        assert conflict.value.head == head
        assert await journal.get("t", "k", NOW) is None

    async def test_take_puts_and_a_wake_time_along(self, journal: Journal[Step, Hall]) -> None:
        put = Put(table="t", key="k", value=b"x")
        await journal.append(ROOM, START, [step(1)], puts=[put], wake_at=NOW)
        assert await journal.get("t", "k", NOW) == b"x"
        assert await journal.due(NOW) == [ROOM]

    async def test_written_by_racing_journals_all_come_back(
        self, store: Store, master: MasterKeys
    ) -> None:
        async def write(name: str) -> None:
            journal = Journal(store, Sealer(store, master), Step, Hall)
            position = START
            for number in range(5):
                while True:
                    try:
                        # The same people, so that their keys are raced for as well.
                        record = Step(at=number, note=name, events=step(0, ANN, BOB).events)
                        position = await journal.append(ROOM, position, [record])
                        break
                    except Conflict as conflict:
                        position = conflict.head

        await asyncio.gather(*(write(name) for name in "abcd"))
        page = await Journal(store, Sealer(store, master), Step, Hall).read(ROOM, START)
        assert sorted((each.note, each.at) for each in page.records) == [
            (name, number) for name in "abcd" for number in range(5)
        ]
        assert {each.events for each in page.records} == {step(0, ANN, BOB).events}


class TestCheckpoints:
    async def test_are_absent_at_first(self, journal: Journal[Step, Hall]) -> None:
        assert await journal.load(ROOM) == Loaded(None, START)

    async def test_come_back_with_their_position(self, journal: Journal[Step, Hall]) -> None:
        head = await journal.append(ROOM, START, [step(1), step(2)])
        state = Hall(count=2, people=Map({U1: ANN, ParticipantId("u_2"): BOB}))
        await journal.save(ROOM, head, state)
        assert await journal.load(ROOM) == Loaded(state, head)

    async def test_of_a_large_room_come_back(self, journal: Journal[Step, Hall]) -> None:
        head = await journal.append(ROOM, START, [step(1)])
        crowd = {
            ParticipantId(f"u_{number}"): person(number, f"Name {number}", f"n{number}@example.org")
            for number in range(3_000)
        }
        state = Hall(people=Map(crowd))
        await journal.save(ROOM, head, state)
        assert (await journal.load(ROOM)).state == state

    async def test_let_go_of_all_but_the_stated_number_of_records_behind_them(
        self, journal: Journal[Step, Hall]
    ) -> None:
        head = await journal.append(ROOM, START, [step(at) for at in range(1, 11)])
        await journal.save(ROOM, Position(head.epoch, 8), Hall())
        page = await journal.read(ROOM, START)
        assert [each.at for each in page.records] == [6, 7, 8, 9, 10]
        # Somebody who lags by no more than that reads on; others load the checkpoint.
        assert len((await journal.read(ROOM, Position(head.epoch, 5))).records) == 5
        with pytest.raises(PositionLost):
            await journal.read(ROOM, Position(head.epoch, 4))

    async def test_of_a_short_log_let_go_of_nothing(self, journal: Journal[Step, Hall]) -> None:
        head = await journal.append(ROOM, START, [step(at) for at in range(3)])
        await journal.save(ROOM, head, Hall())
        assert len((await journal.read(ROOM, START)).records) == 3

    async def test_and_what_follows_them_are_the_whole_story(
        self, journal: Journal[Step, Hall]
    ) -> None:
        head = await journal.append(ROOM, START, [step(at) for at in range(6)])
        await journal.save(ROOM, head, Hall(count=6))
        end = await journal.append(ROOM, head, [step(6), step(7)])
        loaded = await journal.load(ROOM)
        page = await journal.read(ROOM, loaded.position)
        assert loaded.state == Hall(count=6)
        assert [each.at for each in page.records] == [6, 7]
        assert page.position == end


class TestErasure:
    async def test_empties_a_person_in_records_and_checkpoints(
        self, store: Store, sealer: Sealer, master: MasterKeys, journal: Journal[Step, Hall]
    ) -> None:
        head = await journal.append(ROOM, START, [step(1, ANN, BOB)])
        await journal.save(ROOM, head, Hall(count=2, people=Map({U1: ANN})))
        await sealer.erase(ANN.id)
        erased = Person(ANN.id, is_erased=True)
        fresh = Journal(store, Sealer(store, master), Step, Hall)
        for each in (journal, fresh):
            assert (await each.read(ROOM, START)).records == (step(1, erased, BOB),)
            assert (await each.load(ROOM)).state == Hall(count=2, people=Map({U1: erased}))

    async def test_leaves_what_was_before_empty_when_the_person_comes_again(
        self, journal: Journal[Step, Hall], sealer: Sealer
    ) -> None:
        head = await journal.append(ROOM, START, [step(1, ANN)])
        await sealer.erase(ANN.id)
        head = await journal.append(ROOM, head, [step(2, ANN)])
        await journal.save(ROOM, head, Hall(people=Map({U1: ANN})))
        erased = Person(ANN.id, is_erased=True)
        # Whoever comes again is somebody new, under another key (docs/decisions/009).
        assert (await journal.read(ROOM, START)).records == (step(1, erased), step(2, ANN))
        assert (await journal.load(ROOM)).state == Hall(people=Map({U1: ANN}))


async def test_no_file_holds_a_name_or_an_address(path: Path, master: MasterKeys) -> None:
    clear = [text.encode() for each in (ANN, BOB) for text in (each.name, each.email)]
    async with SqliteStore.open(path) as store:
        sealer = Sealer(store, master)
        journal = Journal(store, sealer, Step, Hall)
        position = START
        for at in range(30):
            position = await journal.append(ROOM, position, [step(at, ANN, BOB)])
        await journal.save(ROOM, position, Hall(people=Map({U1: ANN})))
        account = Put(table="account", key="a", value=await sealer.seal_person(BOB))
        await journal.put([account])
        files = [each.read_bytes() for each in path.parent.iterdir()]
        assert any(b"participant_id" in data for data in files)
        assert not any(text in data for data in files for text in clear)
    files = [each.read_bytes() for each in path.parent.iterdir()]
    assert any(b"participant_id" in data for data in files)
    assert not any(text in data for data in files for text in clear)


class TestDamage:
    async def payload(self, store: Store) -> bytes:
        [payload] = (await store.read(ROOM, START)).payloads
        return payload

    async def test_of_a_record_is_refused_and_named(
        self, store: Store, journal: Journal[Step, Hall]
    ) -> None:
        head = await journal.append(ROOM, START, [step(1)])
        payload = await self.payload(store)
        await store.append(ROOM, head, [payload[:-1] + b"x"])
        with pytest.raises(Corrupt, match="the record of e_1 at version 2"):
            await journal.read(ROOM, START)

    async def test_by_a_record_in_the_wrong_place_is_refused(
        self, store: Store, journal: Journal[Step, Hall]
    ) -> None:
        head = await journal.append(ROOM, START, [step(1)])
        await store.append(ROOM, head, [await self.payload(store)])
        with pytest.raises(Corrupt, match="not in its place"):
            await journal.read(ROOM, START)
        assert len((await journal.read(ROOM, START, limit=1)).records) == 1

    async def test_of_a_checkpoint_is_refused_and_named(
        self, store: Store, journal: Journal[Step, Hall]
    ) -> None:
        head = await journal.append(ROOM, START, [step(1)])
        await store.save_checkpoint(ROOM, Checkpoint(head, b"nonsense"))
        with pytest.raises(Corrupt, match="the checkpoint of e_1 at version 1"):
            await journal.load(ROOM)


class TestNewerData:
    async def test_in_a_record_closes_the_room_and_leaves_it_as_it_is(
        self, store: Store, journal: Journal[Step, Hall]
    ) -> None:
        head = await journal.append(ROOM, START, [step(1)])
        body = b"\x82\xa2at\x02\xa6events\x91\x81\xa1$\xa6Thrown"
        newer = pack(Place(Kind.RECORD, ROOM, 2), Content([], body))
        head = await store.append(ROOM, head, [newer])
        with pytest.raises(NewerData, match="Thrown"):
            await journal.read(ROOM, START)
        assert await journal.head(ROOM) == head

    async def test_in_a_checkpoint_closes_the_room(
        self, store: Store, journal: Journal[Step, Hall]
    ) -> None:
        head = await journal.append(ROOM, START, [step(1)])
        newer = pack(Place(Kind.CHECKPOINT, ROOM, 1), Content([], b"\x81\xa5added\x01"))
        await store.save_checkpoint(ROOM, Checkpoint(head, newer))
        with pytest.raises(NewerData, match="added of Hall"):
            await journal.load(ROOM)


async def test_what_has_no_types_is_the_stores_own(
    store: Store, journal: Journal[Step, Hall]
) -> None:
    for name in NOT_TYPED:
        assert getattr(journal, name) == getattr(store, name)


async def test_a_key_made_for_an_append_that_lost_is_used_the_next_time(
    store: Store, journal: Journal[Step, Hall]
) -> None:
    head = await journal.append(ROOM, START, [step(1)])
    with pytest.raises(Conflict):
        await journal.append(ROOM, START, [step(2, ANN)])
    before = await store.get(TABLE, ANN.id, 0)
    await journal.append(ROOM, head, [step(2, ANN)])
    assert await store.get(TABLE, ANN.id, 0) == before is not None


async def test_the_types_of_the_core_can_be_stored(store: Store, sealer: Sealer) -> None:
    journal = Journal(store, sealer, Record, RoomState)
    head = await journal.append(ROOM, START, [Record(at=1, events=())])
    await journal.save(ROOM, head, RoomState())
    assert await journal.load(ROOM) == Loaded(RoomState(), head)
