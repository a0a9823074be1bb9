import pytest
from immutables import Map

from protocol.ids import ParticipantId
from server.core.person import Person
from server.store.archive import Archive
from server.store.interface import Corrupt, NewerData
from server.store.sealing import Sealer
from tests.store.samples import ANN, BOB, Hall, Single

HALL = Hall(count=2, people=Map({ParticipantId("u_1"): ANN, ParticipantId("u_2"): BOB}))


async def test_a_value_comes_back_and_shows_nobody(sealer: Sealer) -> None:
    archive = Archive(sealer, Hall)
    stored = await archive.pack(HALL)
    assert ANN.name.encode() not in stored
    assert await archive.unpack(stored) == HALL


async def test_people_who_were_erased_are_empty_and_the_rest_stays(sealer: Sealer) -> None:
    archive = Archive(sealer, Hall)
    stored = await archive.pack(HALL)
    await sealer.erase(ANN.id)
    erased = Person(ANN.id, is_erased=True)
    assert (await archive.unpack(stored)).people == HALL.people.set(ParticipantId("u_1"), erased)


@pytest.mark.parametrize(
    "stored", [b"", b"\x01", b"\x92\x90\x01", b"\x92\x01\xc4\x00", b"\x92\x91\x01\xc4\x01\x80"]
)
async def test_what_is_no_archived_value_is_corrupt(sealer: Sealer, stored: bytes) -> None:
    with pytest.raises(Corrupt):
        await Archive(sealer, Hall).unpack(stored)


async def test_a_value_of_a_newer_server_is_refused(sealer: Sealer) -> None:
    with pytest.raises(NewerData):
        await Archive(sealer, Single).unpack(await Archive(sealer, Hall).pack(HALL))
