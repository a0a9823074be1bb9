"""Old shapes of stored data, brought up to date while they are read.

How to change what is stored

- A new field: give it a default, and nothing else is needed. Never change a default later:
  fields that equal it are left out when written, so old data would change its meaning.
- Anything else (a field split, renamed or meant differently; a class replaced by another):
  add one line to `UPCASTS`. The key is the name of the class and the shape version that the
  function takes; the first shape of every class is 1. The function gets the plain data of one
  value (a map by field name, the tag included) and returns that of the next shape:

      def _link_uses_split(plain: Fields) -> Fields:
          plain["uses_by_form"] = plain.pop("uses")
          return plain

      UPCASTS = {("GuestLink", 1): _link_uses_split}

  To turn a class that is gone into another, set `plain[TAG]` to the name of the other.

Lines are never removed and functions never edited: logs keep every shape that was written.
"""

from collections.abc import Callable, Iterator, Mapping
from types import MappingProxyType
from typing import Any, Final, TypeAlias

TAG: Final = "$"
"""Key of the tag in the plain data of a class: `Name`, or `Name.2` for its second shape."""

Fields: TypeAlias = dict[str, Any]
Upcasts: TypeAlias = Mapping[tuple[str, int], Callable[[Fields], Fields]]

UPCASTS: Final[Upcasts] = MappingProxyType({})
"""None yet: every class still has its first shape."""


def newest_tag(name: str, upcasts: Upcasts) -> str:
    """Build the tag under which a class is written now.

    Example:
        >>> newest_tag("HandRaised", {("HandRaised", 1): lambda plain: plain})
        'HandRaised.2'
    """
    version = 1
    while (name, version) in upcasts:
        version += 1
    return _tag(name, version)


def brought_up(plain: Fields, upcasts: Upcasts) -> Iterator[Fields]:
    """Take plain data through the table, step by step; the first item is what came in.

    The reader stops at the first tag that it knows. Each step has a tag, also when the data
    had none (a class that stands where no other could).
    """
    yield plain
    while True:
        tag = plain[TAG]
        name, version = _parts(tag)
        step = upcasts.get((name, version))
        if step is None:
            return
        plain = step(plain)
        if plain[TAG] == tag:
            plain[TAG] = _tag(name, version + 1)
        yield plain


def _tag(name: str, version: int) -> str:
    return name if version == 1 else f"{name}.{version}"


def _parts(tag: str) -> tuple[str, int]:
    name, _, version = tag.partition(".")
    return name, int(version) if version.isdecimal() else 1
