"""Bytes and text to plain data, within hard limits and read in one way only.

Both parsers give dicts, lists, strings, integers, floats, booleans and null, and refuse the
same things, so that nothing can be said in one codec that means something else in the other.
What is refused and why:

- nesting deeper than `Limits.max_depth`: recursion in whatever walks the data later;
- duplicate keys: two readers of one message may each take another value (the Jitsi
  Videobridge fault of 2023);
- an array or map that declares more items than `Limits.max_items`: a msgpack parser reserves
  that many places before it reads the first, at every level of nesting;
- bytes, extension types and timestamps, NaN and infinities, integers beyond 64 bits, lone
  surrogates: JSON cannot say them, or readers in other languages differ.
"""

import json
import math
import re
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Never, TypeAlias

import msgpack

from protocol.errors import ErrorCode

Plain: TypeAlias = "bool | int | float | str | list[Plain] | dict[str, Plain] | None"
"""What JSON can say, and nothing else."""

MAX_INTEGER = 2**64 - 1
MIN_INTEGER = -(2**63)
MAX_DIGITS = 20
"""Of an integer in JSON; `int()` takes time that grows with the square of the digits."""


class Fault(StrEnum):
    """What was wrong with a message, for logs and tests."""

    TOO_LARGE = "too_large"
    NOT_TEXT = "not_text"
    NOT_BINARY = "not_binary"
    SYNTAX = "syntax"
    TOO_DEEP = "too_deep"
    TOO_MANY = "too_many"
    DUPLICATE_KEY = "duplicate_key"
    KEY = "key"
    TYPE = "type"
    NUMBER = "number"
    SURROGATE = "surrogate"
    SHAPE = "shape"
    NEWER = "newer"


_SENTENCES = {
    Fault.TOO_LARGE: "The message is larger than {limit} bytes.",
    Fault.NOT_TEXT: "A binary frame arrived on a connection that speaks text.",
    Fault.NOT_BINARY: "A text frame arrived on a connection that speaks binary.",
    Fault.SYNTAX: "The message is cut short, has something after its end, or is not well formed.",
    Fault.TOO_DEEP: "The message is nested more than {limit} deep.",
    Fault.TOO_MANY: "There are more than {limit} items in an array or map, or values in all.",
    Fault.DUPLICATE_KEY: "A map has the same key twice.",
    Fault.KEY: "A map has a key that is not a string.",
    Fault.TYPE: "The message holds bytes, a timestamp or an extension type.",
    Fault.NUMBER: "A number is not finite, or an integer does not fit into 64 bits.",
    Fault.SURROGATE: "A string holds half of a surrogate pair.",
    Fault.SHAPE: "The message does not have the shape of any message of the protocol.",
    Fault.NEWER: "The message is of a kind that came after this version.",
}


class Malformed(Exception):
    """A message from the other side is not one of ours. Nothing was done with it.

    The sentence is built from the facts and never holds anything that was received.

    Args:
        fault: what was wrong.
        limit: the limit that was passed, where there is one.
        where: dotted path of the first field at fault, in names of the contract only.
    """

    def __init__(self, fault: Fault, *, limit: int | None = None, where: str | None = None) -> None:
        """Keep the facts."""
        super().__init__(fault, limit, where)
        self.fault = fault
        self.limit = limit
        self.where = where

    @property
    def code(self) -> ErrorCode:
        """`too_large` when the message was larger than a frame may be, else `bad_request`."""
        return ErrorCode.TOO_LARGE if self.fault is Fault.TOO_LARGE else ErrorCode.BAD_REQUEST

    def __str__(self) -> str:
        """Say what happened, without the input."""
        sentence = _SENTENCES[self.fault].format(limit=self.limit)
        return f"{sentence} It is in {self.where}." if self.where else sentence


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """How much one message may hold.

    Args:
        max_frame_bytes: size of the payload, in bytes of UTF-8 for text.
        max_depth: how deep arrays and maps may nest; an array of numbers is 1 deep.
        max_items: how many items one array or map may have.
        max_values: how many values of any kind there may be in all; bounds the time that a
            message takes.
    """

    max_frame_bytes: int
    max_depth: int = 32
    max_items: int = 1_000
    max_values: int = 5_000


CLIENT_LIMITS = Limits(max_frame_bytes=64 * 1024)
"""What a client may send. The largest command names 500 people."""
SERVER_LIMITS = Limits(max_frame_bytes=4 * 1024 * 1024, max_items=10_000, max_values=200_000)
"""What a client takes from a server. A snapshot of five groups of 200 rows has about 200 KiB."""


def parse_msgpack(data: bytes, limits: Limits) -> Plain:
    """Read one msgpack value.

    Raises:
        Malformed: for anything that is not exactly one value within the limits.
    """
    if len(data) > limits.max_frame_bytes:
        raise Malformed(Fault.TOO_LARGE, limit=limits.max_frame_bytes)
    try:
        value = msgpack.unpackb(
            data,
            raw=False,
            strict_map_key=True,
            object_pairs_hook=_map_of,
            max_array_len=limits.max_items,
            max_map_len=limits.max_items,
        )
    except msgpack.exceptions.StackError:
        raise Malformed(Fault.TOO_DEEP, limit=limits.max_depth) from None
    except (ValueError, msgpack.exceptions.UnpackException):
        raise Malformed(Fault.SYNTAX) from None
    return _checked(value, limits)


def parse_json(data: str | bytes, limits: Limits) -> Plain:
    """Read one JSON value: a text frame, or the body of an HTTP request.

    Raises:
        Malformed: for anything that is not exactly one value within the limits.
    """
    if len(data) > limits.max_frame_bytes:
        raise Malformed(Fault.TOO_LARGE, limit=limits.max_frame_bytes)
    text = _text_of(data, limits)
    # The parser of the standard library recurses, so depth is looked at before it runs.
    if text.count("[") + text.count("{") > limits.max_depth and _depth(text) > limits.max_depth:
        raise Malformed(Fault.TOO_DEEP, limit=limits.max_depth)
    try:
        value = _JSON.decode(text)
    except ValueError:
        raise Malformed(Fault.SYNTAX) from None
    return _checked(value, limits)


def _text_of(data: str | bytes, limits: Limits) -> str:
    if isinstance(data, bytes):
        try:
            return data.decode("utf-8")
        except UnicodeDecodeError:
            raise Malformed(Fault.SYNTAX) from None
    if not data.isascii() and len(data.encode("utf-8", "surrogatepass")) > limits.max_frame_bytes:
        raise Malformed(Fault.TOO_LARGE, limit=limits.max_frame_bytes)
    return data


def _map_of(pairs: list[tuple[Any, Any]]) -> dict[Any, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise Malformed(Fault.DUPLICATE_KEY)
    return found


def _integer(digits: str) -> int:
    if len(digits) > MAX_DIGITS:
        raise Malformed(Fault.NUMBER)
    return int(digits)


def _constant(_name: str) -> Never:
    raise Malformed(Fault.NUMBER)


_JSON = json.JSONDecoder(
    object_pairs_hook=_map_of, parse_int=_integer, parse_constant=_constant, strict=True
)

_BRACKETS_AND_STRINGS = re.compile(r'[\[{]|[\]}]|"[^"\\]*(?:\\.[^"\\]*)*"?', re.DOTALL)


def _depth(text: str) -> int:
    deepest = depth = 0
    for match in _BRACKETS_AND_STRINGS.finditer(text):
        start = match.group()[0]
        if start in "[{":
            depth += 1
            deepest = max(deepest, depth)
        elif start in "]}":
            depth -= 1
    return deepest


def _checked(value: Any, limits: Limits) -> Plain:
    _check(value, limits.max_depth, limits.max_values, limits)
    plain: Plain = value
    return plain


def _check(value: Any, levels: int, values: int, limits: Limits) -> int:
    """Check a value and all in it.

    Args:
        value: what a parser gave.
        levels: how many more levels may open.
        values: how many values may still come, this one included.
        limits: what is allowed.

    Returns:
        How many values may still come after it.
    """
    kind = type(value)
    if kind is not dict and kind is not list:
        _check_scalar(value)
        return values - 1
    if levels == 0:
        raise Malformed(Fault.TOO_DEEP, limit=limits.max_depth)
    if len(value) > limits.max_items:
        raise Malformed(Fault.TOO_MANY, limit=limits.max_items)
    if len(value) >= values:
        raise Malformed(Fault.TOO_MANY, limit=limits.max_values)
    if kind is dict:
        _check_keys(value)
        value = value.values()
    values -= 1
    for item in value:
        values = _check(item, levels - 1, values, limits)
        if values < 0:
            raise Malformed(Fault.TOO_MANY, limit=limits.max_values)
    return values


def _check_scalar(value: object) -> None:
    match value:
        case str():
            _check_string(value)
        case None | bool():
            pass
        case int():
            if not MIN_INTEGER <= value <= MAX_INTEGER:
                raise Malformed(Fault.NUMBER)
        case float():
            if not math.isfinite(value):
                raise Malformed(Fault.NUMBER)
        case _:
            raise Malformed(Fault.TYPE)


def _check_keys(value: dict[object, object]) -> None:
    for key in value:
        if not isinstance(key, str):
            raise Malformed(Fault.KEY)
        _check_string(key)


def _check_string(value: str) -> None:
    if value.isascii():
        return
    try:
        value.encode("utf-8")
    except UnicodeEncodeError:
        raise Malformed(Fault.SURROGATE) from None
