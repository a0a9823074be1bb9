from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from protocol.ids import PersonId, RoomId
from server.store.interface import Corrupt, NewerData
from server.store.payload import DEFLATE_FROM_BYTES, Content, Kind, Place, pack, unpack
from server.store.sealing import Sealed

PLACE = Place(Kind.RECORD, RoomId("e_1"), 7)
CONTENT = Content([Sealed(PersonId("p_1"), b"sealed"), Sealed(PersonId("p_2"), None)], b"body")


@given(
    st.lists(
        st.builds(Sealed, st.text(st.characters(codec="utf-8")), st.none() | st.binary()),
        max_size=4,
    ),
    st.binary() | st.binary().map(lambda data: data * 2_000),
)
def test_content_comes_back(sealed: list[Sealed], body: bytes) -> None:
    content = Content(sealed, body)
    assert unpack(PLACE, pack(PLACE, content)) == content


def test_what_is_large_is_deflated() -> None:
    assert len(pack(PLACE, Content([], b"x" * DEFLATE_FROM_BYTES))) < DEFLATE_FROM_BYTES / 10
    assert len(pack(PLACE, Content([], b"x" * 1_000))) > 1_000


@pytest.mark.parametrize("body", [b"body", b"0123456789abcdef" * 500])
def test_a_flip_of_any_bit_is_found(body: bytes) -> None:
    payload = pack(PLACE, Content(CONTENT.sealed, body))
    for place in range(len(payload)):
        for bit in range(8):
            flipped = bytearray(payload)
            flipped[place] ^= 1 << bit
            # In the first byte, a flip looks like a format of the future.
            with pytest.raises(NewerData if place == 0 and flipped[0] else Corrupt):
                unpack(PLACE, bytes(flipped))


def test_a_torn_or_lengthened_payload_is_found() -> None:
    payload = pack(PLACE, CONTENT)
    for end in range(len(payload)):
        with pytest.raises(Corrupt):
            unpack(PLACE, payload[:end])
    with pytest.raises(Corrupt):
        unpack(PLACE, payload + b"\x00")


@pytest.mark.parametrize(
    "place",
    [
        Place(Kind.RECORD, RoomId("e_1"), 8),
        Place(Kind.RECORD, RoomId("e_2"), 7),
        Place(Kind.CHECKPOINT, RoomId("e_1"), 7),
    ],
)
def test_a_payload_belongs_to_one_place(place: Place) -> None:
    with pytest.raises(Corrupt, match="not in its place"):
        unpack(place, pack(PLACE, CONTENT))


def test_a_format_of_the_future_is_newer_data() -> None:
    with pytest.raises(NewerData, match="format 2 of the record of e_1 at version 7"):
        unpack(PLACE, b"\x02" + pack(PLACE, CONTENT)[1:])


@pytest.mark.parametrize("sealed", [["p"], [1, 2], "text"])
def test_a_head_that_is_no_list_of_people_is_corrupt(sealed: Any) -> None:
    with pytest.raises(Corrupt):
        unpack(PLACE, pack(PLACE, Content([sealed], b"")))
    with pytest.raises(Corrupt):
        unpack(PLACE, pack(PLACE, Content(5, b"")))  # type: ignore[arg-type]
