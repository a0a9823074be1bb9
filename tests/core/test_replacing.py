import dataclasses
from dataclasses import dataclass, fields
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.core import state as states
from server.core.replacing import replace
from server.core.state import EMPTY, RoomState


@dataclass(frozen=True, slots=True)
class Pair:
    left: object
    right: object = None


@given(st.integers(), st.text(), st.dictionaries(st.sampled_from(["left", "right"]), st.integers()))
def test_it_is_what_the_standard_library_makes(
    left: int, right: str, changes: dict[str, int]
) -> None:
    before = Pair(left, right)
    made = replace(before, **changes)
    assert made == dataclasses.replace(before, **changes)
    assert type(made) is Pair
    assert before == Pair(left, right)


def test_the_copy_is_as_frozen_as_any() -> None:
    made = replace(Pair(1), left=2)
    with pytest.raises(dataclasses.FrozenInstanceError):
        made.left = 3  # type: ignore[misc]


def test_every_field_of_a_room_comes_along() -> None:
    values: dict[str, Any] = {each.name: object() for each in fields(RoomState)}
    marked = RoomState(**values)
    made = replace(marked, places=7)
    for each in fields(RoomState):
        expected = 7 if each.name == "places" else getattr(marked, each.name)
        assert getattr(made, each.name) is expected


def test_a_field_that_is_not_there_is_refused() -> None:
    with pytest.raises(AttributeError):
        replace(EMPTY, colour="red")  # type: ignore[call-arg]


def test_a_class_that_does_more_than_hold_fields_is_refused() -> None:
    @dataclass(frozen=True, slots=True)
    class Checked:
        size: int

        def __post_init__(self) -> None:
            raise ValueError

    @dataclass(frozen=True)
    class Open:
        size: int

    for value in (object.__new__(Checked), Open(1)):
        with pytest.raises(TypeError, match="no plain frozen value"):
            replace(value, size=2)


def test_every_value_of_a_state_can_be_copied() -> None:
    kinds = [
        each
        for each in vars(states).values()
        if isinstance(each, type)
        and dataclasses.is_dataclass(each)
        and each.__module__ == states.__name__
    ]
    assert len(kinds) > 10
    for kind in kinds:
        blank = kind(**{each.name: None for each in fields(kind)})
        assert replace(blank) == blank
