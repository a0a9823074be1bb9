"""How values of one type become plain data and back: closures, put together once per type.

Plain data is what msgpack can say. This module has the leaves (numbers, texts, enums, people)
and the containers; classes and unions of them are in `server.store.structures`.

Two pairs of functions for each type, with the same bytes as result: `encode` and `decode` work
on plain data; `write` and `read` work item by item on the packer, so that a room of 100,000
never exists as one tree of dicts, and no single call holds up the event loop for long.
"""

from collections.abc import Callable, Hashable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from enum import Enum
from typing import Any, TypeAlias

import msgpack
import pydantic_core
from pydantic import BaseModel, ValidationError

from server.core.person import Person
from server.store.interface import Corrupt, NewerData

Refer: TypeAlias = Callable[[Person], int]
"""Gives the place of a person in the list that travels beside the data."""
People: TypeAlias = Sequence[Person]
"""That list, while reading."""


class Misfit(Exception):
    """Plain data is not of the expected kind. Becomes `Corrupt`, with the name of the field."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Shape:
    """The four functions for one type.

    Args:
        encode: value to plain data.
        decode: plain data to value; raises `Misfit`, `Corrupt` or `NewerData`.
        write: value to packer.
        read: unpacker to value.
    """

    encode: Callable[[Any, Refer], Any]
    decode: Callable[[Any, People], Any]
    write: Callable[[Any, msgpack.Packer, Refer], None]
    read: Callable[[msgpack.Unpacker, People], Any]


def plain_shape(encode: Callable[[Any, Refer], Any], decode: Callable[[Any, People], Any]) -> Shape:
    """Make a shape that is written and read in one go."""

    def write(value: Any, packer: msgpack.Packer, refer: Refer) -> None:
        packer.pack(encode(value, refer))

    def read(unpacker: msgpack.Unpacker, people: People) -> Any:
        return decode(unpacker.unpack(), people)

    return Shape(encode=encode, decode=decode, write=write, read=read)


def _as_it_is(value: Any, _refer: Refer) -> Any:
    return value


def scalar(*kinds: type) -> Shape:
    """Make the shape of exactly these built-in types.

    Exactly, because True is also an integer, and 1 is not what was written for True.
    """
    wanted = " or ".join(kind.__name__ for kind in kinds)

    def decode(plain: Any, _people: People) -> Any:
        if type(plain) in kinds:
            return plain
        raise Misfit(f"expected {wanted}")

    return plain_shape(_as_it_is, decode)


def enum_shape(enum: type[Enum]) -> Shape:
    """Make the shape of an enum: its values. One that is unknown is newer, not wrong."""
    members = {member.value: member for member in enum}

    def encode(value: Any, _refer: Refer) -> Any:
        return value.value

    def decode(plain: Any, _people: People) -> Any:
        try:
            return members[plain]
        except KeyError:
            raise NewerData(f"A member of {enum.__name__} is unknown here.") from None
        except TypeError:
            raise Misfit(f"expected a {enum.__name__}") from None

    # A member of a StrEnum is packed as the string that it is; `.value` is a slow property.
    return plain_shape(_as_it_is if issubclass(enum, str) else encode, decode)


def literal(choices: Sequence[Hashable]) -> Shape:
    """Make the shape of a few literal values. One that is unknown is newer, not wrong."""

    def decode(plain: Any, _people: People) -> Any:
        if any(plain == choice and type(plain) is type(choice) for choice in choices):
            return plain
        raise NewerData("A literal is unknown here.")

    return plain_shape(_as_it_is, decode)


def person_shape() -> Shape:
    """Make the shape of a person: a place in the list of people. No name is ever in the data."""

    def encode(value: Any, refer: Refer) -> Any:
        return refer(value)

    def decode(plain: Any, people: People) -> Any:
        if type(plain) is int and 0 <= plain < len(people):
            return people[plain]
        raise Misfit("expected the place of a person")

    return plain_shape(encode, decode)


def optional(inner: Shape) -> Shape:
    """Make the shape of `X | None`."""

    def encode(value: Any, refer: Refer) -> Any:
        return None if value is None else inner.encode(value, refer)

    def decode(plain: Any, people: People) -> Any:
        return None if plain is None else inner.decode(plain, people)

    return plain_shape(encode, decode)


def model(kind: type[BaseModel]) -> Shape:
    """Make the shape of a pydantic model: all of its fields, those with defaults included.

    Settings get other defaults in time; what was stored keeps the values it had.
    """

    def encode(value: Any, _refer: Refer) -> Any:
        return value.model_dump(mode="json")

    def decode(plain: Any, _people: People) -> Any:
        try:
            # By way of JSON, because only there a strict model takes an enum from a string.
            return kind.model_validate_json(pydantic_core.to_json(plain))
        except ValidationError as error:
            raise _why(kind, error) from None

    return plain_shape(encode, decode)


_NEWER = frozenset({"extra_forbidden", "enum", "literal_error"})


def _why(kind: type[BaseModel], error: ValidationError) -> Exception:
    found = error.errors(include_url=False, include_context=False, include_input=False)[0]
    where = ".".join(str(part) for part in found["loc"])
    if found["type"] in _NEWER:
        return NewerData(f"{kind.__name__}.{where} is unknown here, or has an unknown value.")
    return Misfit(f"{where} does not fit into {kind.__name__} ({found['type']})")


def sequence(build: Callable[[Iterable[Any]], Any], item: Shape) -> Shape:
    """Make the shape of many of one kind: a tuple of any length, or a set."""

    def encode(value: Any, refer: Refer) -> Any:
        return [item.encode(each, refer) for each in value]

    def decode(plain: Any, people: People) -> Any:
        return build([item.decode(each, people) for each in _list(plain)])

    def write(value: Any, packer: msgpack.Packer, refer: Refer) -> None:
        packer.pack_array_header(len(value))
        for each in value:
            packer.pack(item.encode(each, refer))

    def read(unpacker: msgpack.Unpacker, people: People) -> Any:
        return build([item.decode(unpacker.unpack(), people) for _ in range(_count(unpacker))])

    return Shape(encode=encode, decode=decode, write=write, read=read)


def fixed(items: Sequence[Shape]) -> Shape:
    """Make the shape of a tuple with a stated length."""

    def encode(value: Any, refer: Refer) -> Any:
        return [item.encode(each, refer) for item, each in zip(items, value, strict=True)]

    def decode(plain: Any, people: People) -> Any:
        if len(_list(plain)) != len(items):
            raise Misfit(f"expected {len(items)} items")
        return tuple(item.decode(each, people) for item, each in zip(items, plain, strict=True))

    return plain_shape(encode, decode)


Build: TypeAlias = Callable[[Iterable[tuple[Any, Any]]], Any]


def mapping(build: Build, key: Shape, item: Shape) -> Shape:
    """Make the shape of a map: keys and values in turn, so that keys may be of any kind."""
    parts = (key, item)

    def encode(value: Any, refer: Refer) -> Any:
        return [
            shape.encode(part, refer)
            for pair in value.items()
            for shape, part in zip(parts, pair, strict=True)
        ]

    def decode(plain: Any, people: People) -> Any:
        in_turn = iter(_list(plain))
        return build(_pairs(len(plain), lambda: next(in_turn), parts, people))

    def write(value: Any, packer: msgpack.Packer, refer: Refer) -> None:
        packer.pack_array_header(2 * len(value))
        for name, each in value.items():
            packer.pack(key.encode(name, refer))
            packer.pack(item.encode(each, refer))

    def read(unpacker: msgpack.Unpacker, people: People) -> Any:
        return build(_pairs(_count(unpacker), unpacker.unpack, parts, people))

    return Shape(encode=encode, decode=decode, write=write, read=read)


def _pairs(
    count: int, following: Callable[[], Any], parts: tuple[Shape, Shape], people: People
) -> Iterator[tuple[Any, Any]]:
    key, item = parts
    if count % 2:
        raise Misfit("expected keys and values in turn")
    for _ in range(count // 2):
        name = key.decode(following(), people)
        yield name, item.decode(following(), people)


def _count(unpacker: msgpack.Unpacker) -> int:
    try:
        count: int = unpacker.read_array_header()
    except ValueError:
        raise Misfit("expected a list") from None
    return count


def _list(plain: Any) -> list[Any]:
    if type(plain) is list:
        return plain
    raise Misfit("expected a list")


def damaged(where: str, misfit: Misfit) -> Corrupt:
    """Say which field did not fit. Names of ours only, never what was found."""
    return Corrupt(f"Stored data does not fit at {where}: {misfit}.")
