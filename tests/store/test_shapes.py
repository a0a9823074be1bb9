"""The leaves and containers, where the tests of the codec do not reach them through a class."""

import pytest
from immutables import Map
from msgpack import Packer, Unpacker, packb

from server.store import shapes
from server.store.interface import Corrupt, NewerData
from server.store.shapes import Misfit, Shape
from tests.store.samples import ANN, Colour, Mark, Options


def nobody(_person: object) -> int:
    raise AssertionError


NUMBER = shapes.scalar(int)
TEXT = shapes.scalar(str)
SHAPES = [
    (NUMBER, 5),
    (shapes.scalar(float, int), 0.5),
    (shapes.enum_shape(Colour), Colour.GREEN),
    (shapes.enum_shape(Mark), Mark.NOUGHT),
    (shapes.literal(["a", 1]), 1),
    (shapes.optional(NUMBER), None),
    (shapes.optional(NUMBER), 0),
    (shapes.model(Options), Options(colour=Colour.GREEN)),
    (shapes.sequence(tuple, NUMBER), (1, 2, 3)),
    (shapes.sequence(frozenset, TEXT), frozenset({"a", "b"})),
    (shapes.fixed([NUMBER, TEXT]), (1, "a")),
    (shapes.mapping(dict, NUMBER, TEXT), {1: "a", 2: "b"}),
    (shapes.mapping(Map, TEXT, shapes.fixed([NUMBER])), Map(a=(1,))),
]


@pytest.mark.parametrize(("shape", "value"), SHAPES)
def test_plain_data_and_the_packer_say_the_same(shape: Shape, value: object) -> None:
    packer = Packer(autoreset=False)
    shape.write(value, packer, nobody)
    plain = shape.encode(value, nobody)
    assert packer.bytes() == packb(plain)
    unpacker = Unpacker()
    unpacker.feed(packer.bytes())
    read = shape.read(unpacker, ())
    assert read == shape.decode(plain, ()) == value
    assert type(read) is type(value)


@pytest.mark.parametrize("plain", [True, 1.0, "1", None, [1]])
def test_a_scalar_is_of_exactly_its_type(plain: object) -> None:
    with pytest.raises(Misfit):
        NUMBER.decode(plain, ())


def test_a_literal_is_of_exactly_its_type_too() -> None:
    shape = shapes.literal(["a", 1])
    with pytest.raises(NewerData):
        shape.decode(True, ())


def test_a_person_is_a_place_in_a_list() -> None:
    shape = shapes.person_shape()
    assert shape.encode(ANN, lambda _: 3) == 3
    assert shape.decode(1, ("another", ANN)) is ANN  # type: ignore[arg-type]


@pytest.mark.parametrize("plain", [[1], {}, "ab", 2])
def test_a_map_is_keys_and_values_in_turn(plain: object) -> None:
    shape = shapes.mapping(dict, NUMBER, NUMBER)
    with pytest.raises(Misfit):
        shape.decode(plain, ())
    unpacker = Unpacker()
    unpacker.feed(packb(plain))
    with pytest.raises(Misfit):
        shape.read(unpacker, ())


def test_a_misfit_becomes_an_error_that_names_the_place() -> None:
    error = shapes.damaged("Leaf.name", Misfit("expected str"))
    assert isinstance(error, Corrupt)
    assert str(error) == "Stored data does not fit at Leaf.name: expected str."
