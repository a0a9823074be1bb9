"""Values to bytes and back, driven by their types.

Supported are frozen dataclasses, enums, `NewType`, `Annotated`, literals, bool, int, float,
str, bytes, `X | None`, tuples, frozensets, dicts, persistent maps, pydantic models, and unions
of dataclasses. A type that is not supported is found when the codec is made, not later.

A `Person` never gets into the bytes: its place in a list does, and the list is sealed by
`server.store.sealing`. How to change stored classes stands in `server.store.upcasts`.
"""

import dataclasses
import types
from dataclasses import dataclass
from enum import Enum
from typing import (
    Annotated,
    Any,
    Generic,
    Literal,
    NewType,
    TypeVar,
    Union,
    get_args,
    get_origin,
    get_type_hints,
)

import msgpack
from immutables import Map
from pydantic import BaseModel

from server.core.person import Person
from server.store import shapes
from server.store.interface import Corrupt
from server.store.shapes import Misfit, People, Shape
from server.store.structures import Structure, union_or_none
from server.store.upcasts import UPCASTS, Upcasts

T = TypeVar("T")

WHOLE_BYTES = 8 * 1024
"""Up to so many, a value is unpacked in one call, which is quicker; a larger one item by item."""

_SCALARS = frozenset({bool, int, str, bytes})


@dataclass(frozen=True, slots=True)
class Encoded:
    """What became of a value.

    Args:
        body: its bytes, without any personal data.
        people: everybody in it, once each; the body refers to their places here.
    """

    body: bytes
    people: tuple[Person, ...]


class Codec(Generic[T]):
    """Turn values of one type into bytes and back.

    Example:
        >>> from server.core.events import HandRaised
        >>> from protocol.ids import ParticipantId
        >>> codec = Codec(HandRaised)
        >>> encoded = codec.encode(HandRaised(participant_id=ParticipantId("u1")))
        >>> codec.decode(encoded.body, encoded.people)
        HandRaised(participant_id='u1')
    """

    def __init__(self, kind: type[T], upcasts: Upcasts = UPCASTS) -> None:
        """Put the functions for a type together.

        Args:
            kind: the type of the values.
            upcasts: how older shapes become newer ones.

        Raises:
            TypeError: the type, or one inside it, is not supported.
        """
        self._shape = _Compiler(upcasts).shape_of(kind)

    def encode(self, value: T) -> Encoded:
        """Write a value.

        Raises:
            ValueError: a text holds half of a surrogate pair.
            OverflowError: an integer does not fit into 64 bits.

        Cost: about 10 µs for a small event, a second for a room of 100,000.
        """
        people: dict[Person, int] = {}
        packer = msgpack.Packer(autoreset=False)

        def refer(person: Person) -> int:
            return people.setdefault(person, len(people))

        self._shape.write(value, packer, refer)
        return Encoded(packer.bytes(), tuple(people))

    def decode(self, body: bytes, people: People) -> T:
        """Read a value.

        Args:
            body: from `encode`.
            people: those of `Encoded`, in the same order.

        Raises:
            NewerData: a class, a field or an enum member is unknown here.
            Corrupt: the bytes are not of this type.
        """
        try:
            if len(body) <= WHOLE_BYTES:
                value: T = self._shape.decode(msgpack.unpackb(body), people)
                return value
            return self._read(body, people)
        except Misfit as misfit:
            raise shapes.damaged("the outermost value", misfit) from None
        except msgpack.exceptions.ExtraData:
            raise Corrupt("Stored data has something after its end.") from None
        except (ValueError, msgpack.exceptions.UnpackException):
            raise Corrupt("Stored data is not well formed.") from None

    def _read(self, body: bytes, people: People) -> T:
        # 0 sets the largest limit there is; what is read is our own and was checked by digest.
        unpacker = msgpack.Unpacker(max_buffer_size=0)
        unpacker.feed(body)
        value: T = self._shape.read(unpacker, people)
        if unpacker.tell() != len(body):
            raise Corrupt("Stored data has something after its end.")
        return value


class _Compiler:
    """Makes one shape per type; a class that occurs in many places is made once."""

    def __init__(self, upcasts: Upcasts) -> None:
        self._upcasts = upcasts
        self._structures: dict[type, Structure] = {}

    def shape_of(self, kind: Any) -> Shape:
        """Find the shape of a type.

        Raises:
            TypeError: it is not supported.
        """
        if kind is None:
            # Only `typing` turns None into its type; the aliases of other classes keep it.
            return self.shape_of(types.NoneType)
        if isinstance(kind, NewType):
            return self.shape_of(kind.__supertype__)
        origin = get_origin(kind)
        if origin is not None:
            return self._shape_of_generic(kind, origin, get_args(kind))
        if isinstance(kind, type):
            return self._shape_of_class(kind)
        raise TypeError(f"{kind!r} cannot be stored")

    def _shape_of_class(self, kind: type) -> Shape:
        if kind is Person:
            return shapes.person_shape()
        if kind in _SCALARS:
            return shapes.scalar(kind)
        if kind is float:
            return shapes.scalar(float, int)
        if kind is types.NoneType:
            return shapes.scalar(types.NoneType)
        if issubclass(kind, Enum):
            return shapes.enum_shape(kind)
        if issubclass(kind, BaseModel):
            return shapes.model(kind)
        return self._structure(kind).shape

    def _shape_of_generic(self, kind: Any, origin: Any, args: tuple[Any, ...]) -> Shape:
        if origin is Annotated:
            return self.shape_of(args[0])
        if origin is Literal:
            return shapes.literal(args)
        if origin in (Union, types.UnionType):
            return self._shape_of_union(args)
        if origin is tuple and args[-1] is not Ellipsis:
            return shapes.fixed([self.shape_of(each) for each in args])
        if origin in (tuple, frozenset):
            return shapes.sequence(origin, self.shape_of(args[0]))
        if origin in (dict, Map):
            return shapes.mapping(origin, self.shape_of(args[0]), self.shape_of(args[1]))
        raise TypeError(f"{kind!r} cannot be stored")

    def _shape_of_union(self, args: tuple[Any, ...]) -> Shape:
        some = [each for each in args if each is not types.NoneType]
        if len(some) == 1:
            return shapes.optional(self.shape_of(some[0]))
        if Person in some:
            raise TypeError("A person cannot be told from others by a tag")
        members = [self._structure(each) for each in some]
        return union_or_none(members, self._upcasts, has_none=len(some) < len(args))

    def _structure(self, kind: Any) -> Structure:
        if kind in self._structures:
            return self._structures[kind]
        if not (isinstance(kind, type) and dataclasses.is_dataclass(kind)):
            raise TypeError(f"{kind!r} cannot be stored")
        made = self._structures[kind] = Structure(kind, self._upcasts)
        made.learn(self.shape_of, get_type_hints(kind, include_extras=True))
        return made
