"""Ids from outside have the shape of ids."""

import pytest
from pydantic import TypeAdapter, ValidationError

from protocol.ids import Checked, LinkId, RoomId, SessionId, room_of

CHECKED = TypeAdapter(Checked[LinkId])


@pytest.mark.parametrize("text", ["l_1", "A", "a.b@c:d+e-f", "x" * 80])
def test_an_id_is_taken(text: str) -> None:
    assert CHECKED.validate_python(text) == text


@pytest.mark.parametrize(
    "text",
    ["", "x" * 81, "a b", "a{b}", "a/b", "../a", "é", "a\n", "\na", "a\x00", "a?b", "a#b", "a%2f"],
)
def test_what_could_break_a_key_or_a_path_is_refused(text: str) -> None:
    with pytest.raises(ValidationError):
        CHECKED.validate_python(text)


def test_the_room_can_be_read_off_a_session() -> None:
    assert room_of(SessionId("e_1.s2")) == RoomId("e_1")
