"""Classes and unions, where the tests of the codec do not reach them."""

import dataclasses
from dataclasses import dataclass, field
from typing import Any

import msgpack
import pytest
from immutables import Map

from server.store import codec
from server.store.codec import Codec
from server.store.interface import Corrupt
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


@pytest.mark.parametrize("whole_bytes", [0, 100])
@pytest.mark.parametrize(
    "body",
    [
        b"\x81\x90\x01",
        b"\x82\xa5plain\x01\x90\x01",
        b"\x81\x80\x01",
        b"\x82\xa1$\xa1x\x90\x01",
        b"\x81\x05\x01",
        b"\x81\xa1$\x05",
    ],
)
def test_a_name_of_a_field_or_class_that_is_no_text_is_damage(
    body: bytes, whole_bytes: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(codec, "WHOLE_BYTES", whole_bytes)
    with pytest.raises(Corrupt, match=r"the outermost value|not well formed"):
        Codec(Defaults).decode(body, ())
