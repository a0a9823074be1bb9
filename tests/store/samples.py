"""Small classes in every shape that may be stored, and strategies for values of any such class."""

import dataclasses
import types
from dataclasses import dataclass, field
from enum import Enum, IntEnum, StrEnum
from typing import Annotated, Any, Literal, NewType, Union, get_args, get_origin, get_type_hints

from hypothesis import strategies as st
from immutables import Map
from pydantic import BaseModel

from protocol.ids import ParticipantId, PersonId
from protocol.model import Wire
from server.core.person import Person
from tests.protocol.strategies import shaped

TEXT = st.text(st.characters(codec="utf-8"), max_size=12)


class Colour(StrEnum):
    RED = "red"
    GREEN = "green"


class Rank(IntEnum):
    LOW = 1
    HIGH = 2


class Mark(Enum):
    CROSS = "x"
    NOUGHT = 0


class Options(Wire):
    """Strict, as all of the wire is, with an enum inside."""

    colour: Colour = Colour.RED
    size: int = 3
    note: str | None = None


Score = NewType("Score", int)


@dataclass(frozen=True, slots=True, kw_only=True)
class Leaf:
    name: str
    person: Person | None = None
    is_new: bool = True


@dataclass(frozen=True, slots=True)
class Single:
    """With one field, and given by place."""

    value: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Tree:
    """Holds itself."""

    label: str = ""
    branches: tuple["Tree", ...] = ()
    above: "Tree | None" = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Everything:
    """One field of each kind that the codec knows."""

    required: int
    flag: bool = False
    number: float = 0.5
    text: str = "unset"
    data: bytes = b""
    nothing: None = None
    colour: Colour = Colour.RED
    rank: Rank = Rank.LOW
    mark: Mark = Mark.CROSS
    choice: Literal["a", 1] = "a"
    score: Score = Score(0)
    noted: Annotated[int, "a note"] = 0
    maybe: int | None = None
    leaf: Leaf | None = None
    event: "Raised | Lowered | None" = None
    many: tuple[int, ...] = ()
    pair: tuple[int, str] = (0, "")
    set_: frozenset[Colour] = frozenset()
    table: dict[str, Leaf] = field(default_factory=dict)
    by_number: Map[int, Leaf] = field(default_factory=Map)
    members: Map[ParticipantId, None] = field(default_factory=Map)
    people: tuple[Person, ...] = ()
    options: Options = field(default_factory=Options)
    single: Single = Single(7)


@dataclass(frozen=True, slots=True, kw_only=True)
class Raised:
    participant_id: ParticipantId


@dataclass(frozen=True, slots=True, kw_only=True)
class Lowered:
    participant_id: ParticipantId
    by: Person | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Renamed:
    participant_id: ParticipantId
    person: Person


@dataclass(frozen=True, slots=True, kw_only=True)
class Cleared:
    """Has no fields."""


Happening = Raised | Lowered | Renamed | Cleared


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """A record of samples."""

    at: int
    events: tuple[Happening, ...] = ()
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Hall:
    """A state of samples."""

    count: int = 0
    people: Map[ParticipantId, Person] = field(default_factory=Map)
    options: Options = field(default_factory=Options)


def person(number: int, name: str = "", email: str = "") -> Person:
    return Person(PersonId(f"p_{number}"), name, email)


ANN = person(1, "Ann Ångström", "ann@example.org")
BOB = person(2, "Bob Bohr", "bob@example.org")

PEOPLE = st.builds(Person, TEXT.map(PersonId), TEXT, TEXT, st.just(value=False)) | st.builds(
    Person, TEXT.map(PersonId), st.just(""), st.just(""), st.just(value=True)
)

_SCALARS: dict[Any, st.SearchStrategy[Any]] = {
    Person: PEOPLE,
    bool: st.booleans(),
    int: st.integers(-(2**63), 2**63 - 1),
    float: st.floats(allow_nan=False),
    str: TEXT,
    bytes: st.binary(max_size=12),
    None: st.none(),
    types.NoneType: st.none(),
}


def values_of(kind: Any) -> st.SearchStrategy[Any]:
    """Values of any type that may be stored, read off the type itself."""
    if kind in _SCALARS:
        return _SCALARS[kind]
    if isinstance(kind, NewType):
        return values_of(kind.__supertype__)
    if get_origin(kind) is not None:
        return _generic(get_origin(kind), get_args(kind))
    if issubclass(kind, Enum):
        return st.sampled_from(kind)
    if issubclass(kind, BaseModel):
        return shaped(kind)
    return _instances(kind)


def _later(kind: Any) -> st.SearchStrategy[Any]:
    return st.deferred(lambda: values_of(kind))


def _instances(kind: Any) -> st.SearchStrategy[Any]:
    hints = get_type_hints(kind, include_extras=True)
    fields = {each.name: _later(hints[each.name]) for each in dataclasses.fields(kind)}
    required = {
        each.name
        for each in dataclasses.fields(kind)
        if each.default is dataclasses.MISSING and each.default_factory is dataclasses.MISSING
    }
    return st.fixed_dictionaries(
        {name: each for name, each in fields.items() if name in required},
        optional={name: each for name, each in fields.items() if name not in required},
    ).map(lambda given: kind(**given))


def _generic(origin: Any, args: tuple[Any, ...]) -> st.SearchStrategy[Any]:
    if origin is Annotated:
        return values_of(args[0])
    if origin is Literal:
        return st.sampled_from(args)
    if origin in (Union, types.UnionType):
        return st.one_of(*(values_of(each) for each in args))
    if origin is tuple and args[-1] is not Ellipsis:
        return st.tuples(*(values_of(each) for each in args))
    if origin is tuple:
        return st.lists(values_of(args[0]), max_size=3).map(tuple)
    if origin is frozenset:
        return st.frozensets(values_of(args[0]), max_size=3)
    keys, values = (values_of(each) for each in args)
    return st.dictionaries(keys, values, max_size=3).map(origin)
