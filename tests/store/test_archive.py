from dataclasses import replace

import msgpack
import pytest
from immutables import Map

from protocol.ids import ParticipantId
from protocol.roles import Role
from server.core.attendance import Attendance
from server.core.evolve import evolve_record
from server.core.person import Person, blank
from server.core.record import Record
from server.core.state import RoleChange, RoomState
from server.store.archive import Archive
from server.store.codec import Codec
from server.store.interface import Corrupt, NewerData, Store
from server.store.masterkeys import MasterKeys
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


async def test_who_is_left_out_is_and_nobody_else_is_sealed_anew(
    sealer: Sealer, store: Store, master: MasterKeys
) -> None:
    archive = Archive(sealer, Hall)
    stored = await archive.pack(HALL)
    other = Sealer(store, master)
    await other.erase(BOB.id)

    def without_ann(hall: Hall) -> Hall:
        sealer.forget(BOB.id)  # As when a node hears of it between reading and writing.
        return replace(hall, people=hall.people.set(ParticipantId("u_1"), blank(ANN)))

    left = await archive.rewritten(stored, without_ann)
    assert left is not None
    people = (await Archive(other, Hall).unpack(left)).people
    assert people == HALL.people.set(ParticipantId("u_1"), blank(ANN)).set(
        ParticipantId("u_2"), blank(BOB)
    )
    assert await archive.rewritten(stored, lambda hall: hall) is None


@pytest.mark.parametrize(
    "stored", [b"", b"\x01", b"\x92\x90\x01", b"\x92\x01\xc4\x00", b"\x92\x91\x01\xc4\x01\x80"]
)
async def test_what_is_no_archived_value_is_corrupt(sealer: Sealer, stored: bytes) -> None:
    with pytest.raises(Corrupt):
        await Archive(sealer, Hall).unpack(stored)


async def test_a_value_of_a_newer_server_is_refused(sealer: Sealer) -> None:
    with pytest.raises(NewerData):
        await Archive(sealer, Single).unpack(await Archive(sealer, Hall).pack(HALL))


OLD_RECORD = {
    "session_id": "e_1.s_1",
    "opened_at": 1_000,
    "ended_at": 9_000,
    "people": [
        {
            "participant_id": "u_1",
            "person": 0,
            "origin": "guest_link",
            "link_name": "Open day",
            "role": "viewer",
            "joined_at": 1_000,
            "intervals": [[1_000, 4_000], [6_000, 9_000]],
            "stage_ms": 500,
            "hands": 2,
        }
    ],
}
"""As it was written before records had role changes."""


def test_a_record_from_before_role_changes_is_read_and_written_the_same() -> None:
    codec = Codec(Attendance)
    old = msgpack.packb(OLD_RECORD)
    read = codec.decode(old, (ANN,))
    [one] = read.people
    assert one.person == ANN
    assert one.present_ms == 6_000
    assert (one.role_changes, one.older_role_changes, one.is_here) == ((), 0, False)
    assert read.until is None
    assert codec.encode(read).body == old


async def test_who_changed_a_role_is_sealed_and_erased_like_everybody(sealer: Sealer) -> None:
    archive = Archive(sealer, Attendance)
    change = RoleChange(at=2_000, before=Role.VIEWER, after=Role.SPEAKER, by=BOB)
    old = Codec(Attendance).decode(msgpack.packb(OLD_RECORD), (ANN,))
    record = replace(old, people=(replace(old.people[0], role_changes=(change,)),))
    stored = await archive.pack(record)
    assert BOB.name.encode() not in stored
    assert await archive.unpack(stored) == record
    await sealer.erase(BOB.id)
    [one] = (await archive.unpack(stored)).people
    assert one.role_changes == (replace(change, by=Person(BOB.id, is_erased=True)),)


def test_a_room_and_a_role_change_from_before_are_read() -> None:
    person = {
        "id": "u_1",
        "person": 0,
        "origin": "guest_link",
        "role": "speaker",
        "device_id": "d_1",
        "joined_at": 1_000,
        "presence": "left",
        "intervals": [[1_000, 4_000]],
    }
    state = Codec(RoomState).decode(msgpack.packb({"participants": ["u_1", person]}), (ANN,))
    participant = state.participants[ParticipantId("u_1")]
    assert (participant.role_changes, participant.older_role_changes) == ((), 0)
    assert state.sittings == ()

    granted = {"$": "RoleGranted", "participant_id": "u_1", "role": "viewer"}
    record = Codec(Record).decode(msgpack.packb({"at": 5_000, "events": [granted]}), ())
    after = evolve_record(state, record).participants[participant.id]
    assert after.role_changes == (
        RoleChange(at=5_000, before=Role.SPEAKER, after=Role.VIEWER, by=None),
    )
