"""Shapes of classes and of unions of classes: maps by field name, unions with a tag.

What is left out is as much part of the format as what is there: a field that equals its
default is not written, and an absent field takes its default.
"""

import dataclasses
from collections.abc import Callable, Mapping
from dataclasses import MISSING, dataclass
from operator import attrgetter
from typing import Any

import msgpack

from server.store.interface import Corrupt, NewerData
from server.store.shapes import Misfit, People, Refer, Shape, damaged, optional, plain_shape
from server.store.upcasts import TAG, Fields, Upcasts, brought_up, newest_tag

_ALWAYS = object()
"""Equals nothing: the default of a field that is always written."""


@dataclass(slots=True)
class Structure:
    """A frozen dataclass on its way into a shape.

    Made in two steps, because a class may contain itself: first the shape exists, then its
    fields are learnt with `learn`.

    Args:
        kind: the class.
        upcasts: the table, in which this class may have older shapes.
    """

    kind: type[Any]
    upcasts: Upcasts
    shape: Shape = dataclasses.field(init=False)
    tag: str = dataclasses.field(init=False)
    _slots: list[tuple[str, Shape, Any]] = dataclasses.field(init=False, default_factory=list)
    _by_name: dict[str, Shape] = dataclasses.field(init=False, default_factory=dict)
    _decoders: dict[str, Callable[[Any, People], Any]] = dataclasses.field(
        init=False, default_factory=dict
    )
    _required: set[str] = dataclasses.field(init=False, default_factory=set)
    _values: Callable[[Any], tuple[Any, ...]] = dataclasses.field(init=False)

    def __post_init__(self) -> None:
        """Name the newest shape and make the four functions."""
        self.tag = newest_tag(self.kind.__name__, self.upcasts)
        self._values = _all_of([each.name for each in dataclasses.fields(self.kind)])
        self.shape = Shape(
            encode=self._encode, decode=self._decode, write=self._write, read=self._read
        )

    def learn(self, shape_of: Callable[[Any], Shape], hints: Mapping[str, Any]) -> None:
        """Learn the fields.

        Raises:
            TypeError: a field cannot be given to the constructor, or has an unsupported type.
        """
        for each in dataclasses.fields(self.kind):
            if not each.init:
                raise TypeError(f"{self.kind.__name__}.{each.name} cannot be read back")
            shape = shape_of(hints[each.name])
            self._slots.append((each.name, shape, _left_out(each)))
            self._by_name[each.name] = shape
            self._decoders[each.name] = shape.decode
            if each.default is MISSING and each.default_factory is MISSING:
                self._required.add(each.name)

    @property
    def has_old_shapes(self) -> bool:
        """Older data may have to be brought up to date."""
        return self.tag != self.kind.__name__

    def encode_tagged(self, value: Any, refer: Refer) -> Fields:
        """Encode as a member of a union."""
        return {TAG: self.tag} | self._fields(value, refer)

    def decode_newest(self, plain: Fields, people: People) -> Any:
        """Decode data of the newest shape, its tag taken off."""
        values: dict[str, Any] = {}
        name = ""
        try:
            for name, each in plain.items():
                decode = self._decoders.get(name)
                if decode is None:
                    raise self._unknown(name)
                values[name] = decode(each, people)
        except Misfit as misfit:
            raise damaged(f"{self.kind.__name__}.{name}", misfit) from None
        return self._made(values)

    def _written(self, value: Any) -> list[tuple[str, Shape, Any]]:
        """Choose the fields that differ from their defaults."""
        return [
            (name, shape, item)
            for (name, shape, default), item in zip(self._slots, self._values(value), strict=True)
            if not (item is default or (item == default and type(item) is type(default)))
        ]

    def _fields(self, value: Any, refer: Refer) -> Fields:
        return {name: shape.encode(item, refer) for name, shape, item in self._written(value)}

    def _encode(self, value: Any, refer: Refer) -> Fields:
        if self.has_old_shapes:
            return self.encode_tagged(value, refer)
        return self._fields(value, refer)

    def _decode(self, plain: Any, people: People) -> Any:
        if type(plain) is not dict:
            raise Misfit(f"expected a {self.kind.__name__}")
        if self.has_old_shapes or TAG in plain:
            if type(plain.setdefault(TAG, self.kind.__name__)) is not str:
                raise Misfit("expected the name of a class")
            plain = _newest(plain, {self.tag}, self.upcasts)
            del plain[TAG]
        return self.decode_newest(plain, people)

    def _write(self, value: Any, packer: msgpack.Packer, refer: Refer) -> None:
        written = self._written(value)
        packer.pack_map_header(len(written) + self.has_old_shapes)
        if self.has_old_shapes:
            packer.pack(TAG)
            packer.pack(self.tag)
        for name, shape, item in written:
            packer.pack(name)
            shape.write(item, packer, refer)

    def _read(self, unpacker: msgpack.Unpacker, people: People) -> Any:
        count = unpacker.read_map_header()
        if self.has_old_shapes and not count:
            return self._decode({}, people)
        values: dict[str, Any] = {}
        for index in range(count):
            name = _name(unpacker)
            if name == TAG or (self.has_old_shapes and not index):
                plain = {name: unpacker.unpack()}
                if plain == {TAG: self.tag}:
                    continue
                # In one go, because a function of the table wants all of the data.
                plain |= {_name(unpacker): unpacker.unpack() for _ in range(index + 1, count)}
                return self._decode(plain, people)
            shape = self._by_name.get(name)
            if shape is None:
                raise self._unknown(name)
            try:
                values[name] = shape.read(unpacker, people)
            except Misfit as misfit:
                raise damaged(f"{self.kind.__name__}.{name}", misfit) from None
        return self._made(values)

    def _unknown(self, name: object) -> Exception:
        if type(name) is not str:
            return Corrupt(f"A field of {self.kind.__name__} has no name.")
        return NewerData(f"The field {name} of {self.kind.__name__} is unknown here.")

    def _made(self, values: dict[str, Any]) -> Any:
        try:
            return self.kind(**values)
        except (TypeError, ValueError):
            missing = sorted(self._required - values.keys())
            lacking = f"; it lacks {', '.join(missing)}" if missing else ""
            raise Corrupt(
                f"No {self.kind.__name__} can be made from what is stored{lacking}."
            ) from None


def union(members: list[Structure], upcasts: Upcasts) -> Shape:
    """Make the shape of a union of classes, told apart by a tag."""
    by_kind = {member.kind: member for member in members}
    by_tag = {member.tag: member for member in members}

    def encode(value: Any, refer: Refer) -> Any:
        member = by_kind.get(type(value))
        if member is None:
            raise TypeError(f"A {type(value).__name__} is not in the union.")
        return member.encode_tagged(value, refer)

    def decode(plain: Any, people: People) -> Any:
        if type(plain) is not dict or type(plain.get(TAG)) is not str:
            raise Misfit("expected a tagged map")
        plain = _newest(plain, by_tag.keys(), upcasts)
        return by_tag[plain.pop(TAG)].decode_newest(plain, people)

    return plain_shape(encode, decode)


def union_or_none(members: list[Structure], upcasts: Upcasts, *, has_none: bool) -> Shape:
    """Make the shape of a union of classes, of which None may be one."""
    shape = union(members, upcasts)
    return optional(shape) if has_none else shape


def _newest(plain: Fields, known: Any, upcasts: Upcasts) -> Fields:
    tag = plain[TAG]
    if tag in known:
        return plain
    for step in brought_up(plain, upcasts):
        if step[TAG] in known:
            return step
    raise NewerData(f"The type {tag} is unknown here.")


def _name(unpacker: msgpack.Unpacker) -> str:
    """Read the name of a field, which what is damaged may have anything in the place of."""
    name = unpacker.unpack()
    if type(name) is not str:
        raise Misfit("expected the name of a field")
    return name


def _left_out(each: dataclasses.Field[Any]) -> Any:
    """Find which value of a field is not written.

    A default that is made by a factory counts only when it is an empty container. Others are
    values with defaults of their own, which may change in time.
    """
    if each.default is not MISSING:
        return each.default
    if each.default_factory is not MISSING:
        made = each.default_factory()
        if hasattr(made, "__len__") and not len(made):
            return made
    return _ALWAYS


def _all_of(names: list[str]) -> Callable[[Any], tuple[Any, ...]]:
    """Make the fastest way to get all fields of a value as a tuple."""
    if len(names) > 1:
        return attrgetter(*names)
    return lambda value: tuple(getattr(value, name) for name in names)
