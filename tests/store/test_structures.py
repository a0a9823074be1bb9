"""Classes and unions, where the tests of the codec do not reach them."""

import dataclasses
from dataclasses import dataclass, field
from typing import Any

import msgpack
import pytest
from immutables import Map

from server.store.codec import Codec
from server.store.structures import Structure
from tests.store.samples import Options


@dataclass(frozen=True, slots=True, kw_only=True)
class Defaults:
    plain: int = 3
    empty: tuple[int, ...] = field(default_factory=tuple)
    filled: tuple[int, ...] = field(default_factory=lambda: (1, 2))
    mapped: Map[str, int] = field(default_factory=Map)
    options: Options = field(default_factory=Options)


def test_only_defaults_that_cannot_change_in_meaning_are_left_out() -> None:
    written = msgpack.unpackb(Codec(Defaults).encode(Defaults()).body)
    assert written.keys() == {"filled", "options"}


def test_what_was_left_out_and_what_never_was_there_read_the_same() -> None:
    assert Codec(Defaults).decode(msgpack.packb({}), ()) == Defaults()


@pytest.mark.parametrize(
    "change", [{"plain": 0}, {"empty": (0,)}, {"filled": ()}, {"mapped": Map(a=0)}]
)
def test_whatever_differs_from_its_default_comes_back(change: dict[str, Any]) -> None:
    value = dataclasses.replace(Defaults(), **change)
    assert Codec(Defaults).decode(Codec(Defaults).encode(value).body, ()) == value


def test_a_class_without_fields_comes_back() -> None:
    @dataclass(frozen=True, slots=True)
    class Nothing:
        pass

    assert Codec(Nothing).decode(Codec(Nothing).encode(Nothing()).body, ()) == Nothing()


def test_a_structure_names_the_newest_shape_of_its_class() -> None:
    structure = Structure(Defaults, {("Defaults", 1): lambda plain: plain})
    assert (structure.tag, structure.has_old_shapes) == ("Defaults.2", True)
