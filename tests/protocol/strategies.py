"""Hypothesis strategies for every shape of the contract, read off its own annotations."""

import importlib
import pkgutil
import re
from collections.abc import Callable
from enum import Enum
from types import NoneType, UnionType
from typing import Annotated, Any, Literal, NewType, Union, get_args, get_origin

from annotated_types import Ge, Gt, Le, Lt, MaxLen, MinLen
from hypothesis import reject
from hypothesis import strategies as st
from pydantic import StringConstraints, ValidationError
from pydantic.fields import FieldInfo

import protocol
from protocol.model import Wire

# Any text but halves of surrogate pairs, which no codec carries.
TEXT = st.characters(codec="utf-8")
INTEGERS = st.integers(-(2**63), 2**64 - 1)
FLOATS = st.floats(allow_nan=False, allow_infinity=False)

PLAIN = st.recursive(
    st.none() | st.booleans() | INTEGERS | FLOATS | st.text(TEXT, max_size=8),
    lambda inner: (
        st.lists(inner, max_size=4) | st.dictionaries(st.text(TEXT, max_size=4), inner, max_size=4)
    ),
    max_leaves=6,
)
"""What free-form fields (`result`, `fields`) may hold."""


def all_shapes(of: type[Wire] = Wire) -> list[type[Wire]]:
    """Every class of the contract, those that tests define left out.

    All of its modules are read first, so that it does not depend on what else was collected.
    """
    for module in pkgutil.iter_modules(protocol.__path__, "protocol."):
        if not module.ispkg:
            importlib.import_module(module.name)
    found = []
    for shape in of.__subclasses__():
        if shape.__module__.startswith("protocol."):
            found += [shape, *all_shapes(shape)]
    return found


def shaped(shape: type[Wire]) -> st.SearchStrategy[Any]:
    """Valid instances of one class of the contract."""
    fields = {name: _of_field(field) for name, field in shape.model_fields.items()}
    required = {name for name, field in shape.model_fields.items() if field.is_required()}
    return st.fixed_dictionaries(
        {name: fields[name] for name in fields if name in required},
        optional={name: fields[name] for name in fields if name not in required},
    ).map(lambda values: _made(shape, values))


def _made(shape: type[Wire], values: dict[str, Any]) -> Wire:
    """Make an instance; where fields depend on each other, one that does not fit is passed over."""
    if not shape.__pydantic_decorators__.model_validators:
        return shape(**values)
    try:
        return shape(**values)
    except ValidationError:
        reject()


def one_of_union(union: Any) -> st.SearchStrategy[Any]:
    """Valid instances of one of the closed unions."""
    return _of(union, [])


def _of_field(field: FieldInfo) -> st.SearchStrategy[Any]:
    return _of(field.annotation, list(field.metadata))


def _of(hint: Any, rules: list[Any]) -> st.SearchStrategy[Any]:
    origin = get_origin(hint)
    if origin is Annotated:
        inner, *more = get_args(hint)
        return _of(inner, _spread(more) + rules)
    if origin in (Union, UnionType):
        return st.one_of(*(_of(option, rules) for option in get_args(hint)))
    if isinstance(hint, NewType):
        return _of(hint.__supertype__, rules)
    if origin is not None:
        return _CONTAINERS[origin](get_args(hint), _spread(rules))
    if isinstance(hint, type) and issubclass(hint, Wire):
        return st.deferred(lambda: shaped(hint))
    if isinstance(hint, type) and issubclass(hint, Enum):
        return st.sampled_from(hint)
    return _SCALARS[hint](_spread(rules))


def _spread(rules: list[Any]) -> list[Any]:
    flat: list[Any] = []
    for rule in rules:
        flat += _spread(rule.metadata) if isinstance(rule, FieldInfo) else [rule]
    return flat


def _bounds(rules: list[Any]) -> tuple[int, int | None, str | None]:
    least, most, pattern = 0, None, None
    for rule in rules:
        if isinstance(rule, StringConstraints):
            least = rule.min_length or least
            most = rule.max_length or most
            pattern = str(rule.pattern) if rule.pattern else pattern
        least = rule.min_length if isinstance(rule, MinLen) else least
        most = rule.max_length if isinstance(rule, MaxLen) else most
        pattern = getattr(rule, "pattern", None) or pattern
    return least, most, pattern


def _string(rules: list[Any]) -> st.SearchStrategy[str]:
    least, most, pattern = _bounds(rules)
    if pattern is not None:
        # Within ASCII this engine and pydantic's mean the same by \\s.
        return st.from_regex(
            re.compile(pattern, re.ASCII), fullmatch=True, alphabet=st.characters(codec="ascii")
        )
    return st.text(TEXT, min_size=least, max_size=min(most or 12, max(least, 12)))


def _integer(rules: list[Any]) -> st.SearchStrategy[int]:
    least, most = -(2**63), 2**63 - 1
    for rule in rules:
        least = int(rule.ge) if isinstance(rule, Ge) else least  # type: ignore[call-overload]
        least = int(rule.gt) + 1 if isinstance(rule, Gt) else least  # type: ignore[call-overload]
        most = int(rule.le) if isinstance(rule, Le) else most  # type: ignore[call-overload]
        most = int(rule.lt) - 1 if isinstance(rule, Lt) else most  # type: ignore[call-overload]
    return st.integers(least, most)


def _tuple(args: tuple[Any, ...], rules: list[Any]) -> st.SearchStrategy[tuple[Any, ...]]:
    if args[-1] is not Ellipsis:
        return st.tuples(*(_of(arg, []) for arg in args))
    least, most, _ = _bounds(rules)
    inner = _of(args[0], [])
    return st.lists(inner, min_size=least, max_size=min(most or 3, 3)).map(tuple)


def _dict(args: tuple[Any, ...], _rules: list[Any]) -> st.SearchStrategy[dict[Any, Any]]:
    return st.dictionaries(_of(args[0], []), _of(args[1], []), max_size=3)


def _literal(args: tuple[Any, ...], _rules: list[Any]) -> st.SearchStrategy[Any]:
    return st.sampled_from(args)


_CONTAINERS: dict[Any, Callable[[tuple[Any, ...], list[Any]], st.SearchStrategy[Any]]] = {
    Literal: _literal,
    tuple: _tuple,
    dict: _dict,
}
_SCALARS: dict[Any, Callable[[list[Any]], st.SearchStrategy[Any]]] = {
    str: _string,
    int: _integer,
    float: lambda _rules: st.floats(allow_nan=False, allow_infinity=False),
    bool: lambda _rules: st.booleans(),
    NoneType: lambda _rules: st.none(),
    Any: lambda _rules: PLAIN,
}
