"""Messages to bytes and back, in msgpack and in JSON.

Reading has two steps: plain data within hard limits (`protocol.plain`), then strict
validation against the contract. The second step runs on JSON in both codecs, because only
there do strict rules take an enum from a string and a tuple from an array.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final, Literal, TypeVar, get_args

import msgpack
import pydantic_core
from pydantic import TypeAdapter, ValidationError

from protocol import commands, deltas, http, messages, quiz, views
from protocol.errors import ErrorCode
from protocol.framing import framed
from protocol.messages import ClientMessage, Do, ServerMessage
from protocol.model import Wire
from protocol.plain import (
    CLIENT_LIMITS,
    SERVER_LIMITS,
    Fault,
    Limits,
    Malformed,
    Plain,
    parse_json,
    parse_msgpack,
)
from protocol.roles import Group
from protocol.version import SUBPROTOCOL_JSON, SUBPROTOCOL_MSGPACK

__all__ = [
    "JSON",
    "MSGPACK",
    "Codec",
    "Malformed",
    "decode_body",
    "decode_problem",
    "decode_reply",
    "shaped",
]

T = TypeVar("T")

_CLIENT: Final[TypeAdapter[ClientMessage]] = TypeAdapter(ClientMessage)
_SERVER: Final[TypeAdapter[ServerMessage]] = TypeAdapter(ServerMessage)
_PROBLEM: Final = TypeAdapter(messages.Problem)

# Pings and pongs are most of what an idle connection says, so they are not taken apart anew.
_PING_TEXT: Final = b'{"type":"ping"}'
_PING_BYTES: Final[bytes] = msgpack.packb({"type": "ping"})
_STALE_TEXT: Final = b'{"type":"ping","is_stale":true}'
_STALE_BYTES: Final[bytes] = msgpack.packb({"type": "ping", "is_stale": True})
_PONG_TEXT: Final = b'{"type":"pong"}'
_PONG_BYTES: Final[bytes] = msgpack.packb({"type": "pong"})
_PONG: Final = messages.Pong()
_PINGS: Final = {
    (True, False): framed(_PING_TEXT, is_text=True),
    (True, True): framed(_STALE_TEXT, is_text=True),
    (False, False): framed(_PING_BYTES, is_text=False),
    (False, True): framed(_STALE_BYTES, is_text=False),
}
"""Frames by whether they are text, and whether they say that the view may be stale."""

MAX_PROBLEMS = 200
"""With more faults than this in one message, none is looked for by name."""


@dataclass(frozen=True, slots=True)
class Codec:
    """One way to write messages; chosen by the subprotocol of the WebSocket.

    Args:
        name: the subprotocol.
        is_text: frames are text frames (JSON), not binary ones (msgpack).
    """

    name: str
    is_text: bool

    @classmethod
    def named(cls, subprotocol: str) -> "Codec":
        """Choose by subprotocol.

        Raises:
            KeyError: there is no such subprotocol.

        Example:
            >>> Codec.named("usher.v1.json").is_text
            True
        """
        return _BY_NAME[subprotocol]

    @property
    def pong(self) -> bytes:
        """The payload of the answer to a ping, as our clients write it."""
        return _PONG_TEXT if self.is_text else _PONG_BYTES

    def encode(self, message: Wire) -> bytes:
        """Write a message; fields that are null are left out, to keep frames small.

        A null that a client states in a command is kept, because "clear this" differs from
        "leave this as it is". Nulls inside free-form maps (`Update.fields`) are kept too.

        Returns:
            The payload of one frame, text or binary by `is_text`.

        Cost: one pass over the message; a snapshot of 200 rows takes about a quarter of a
        millisecond.
        """
        if type(message) is messages.Ping:
            if message.is_stale:
                return _STALE_TEXT if self.is_text else _STALE_BYTES
            return _PING_TEXT if self.is_text else _PING_BYTES
        if isinstance(message, Do):
            plain = message.model_dump(exclude_none=True)
            plain["command"] |= _stated_nulls(message.command)
            return pydantic_core.to_json(plain) if self.is_text else _packed(plain)
        if type(message) in _COMMANDS:
            plain = message.model_dump(exclude_none=True) | _stated_nulls(message)
            return pydantic_core.to_json(plain) if self.is_text else _packed(plain)
        if self.is_text:
            return message.__pydantic_serializer__.to_json(message, exclude_none=True)
        return _packed(message.model_dump(exclude_none=True))

    def framed(self, message: Wire) -> bytes:
        """Write a message as the server puts it on the wire, header and all."""
        if type(message) is messages.Ping:
            return _PINGS[self.is_text, bool(message.is_stale)]
        return framed(self.encode(message), is_text=self.is_text)

    def frame(self, message: Wire) -> str | bytes:
        """Write a message as what a WebSocket library sends: text as `str`.

        Example:
            >>> JSON.frame(messages.Ping())
            '{"type":"ping"}'
        """
        data = self.encode(message)
        return data.decode() if self.is_text else data

    def decode_client(self, data: bytes | str, limits: Limits = CLIENT_LIMITS) -> ClientMessage:
        """Read what a client sent.

        Raises:
            Malformed: whatever else it is; no other exception leaves, for any input.
        """
        if data in (_PONG_TEXT.decode(), _PONG_BYTES) and isinstance(data, str) is self.is_text:
            return _PONG
        return shaped(self._plain(data, limits), _CLIENT, in_union=True)

    def decode_server(self, data: bytes | str, limits: Limits = SERVER_LIMITS) -> ServerMessage:
        """Read what a server sent, which may be newer than this.

        Fields that this version does not know are left out, and a problem's code is read as
        `internal`: its sentence, and whether to try again, are the server's own.

        Raises:
            Malformed: whatever else it is; no other exception leaves, for any input. With
                `Fault.NEWER`, it is a message or notice to pass over.
        """
        plain = self._plain(data, limits)
        return shaped(_as_known_here(plain), _SERVER, in_union=True, extra="ignore")

    def _plain(self, data: bytes | str, limits: Limits) -> Plain:
        if self.is_text:
            if not isinstance(data, str):
                raise Malformed(Fault.NOT_TEXT)
            return parse_json(data, limits)
        if isinstance(data, str):
            raise Malformed(Fault.NOT_BINARY)
        return parse_msgpack(data, limits)


MSGPACK: Final = Codec(SUBPROTOCOL_MSGPACK, is_text=False)
JSON: Final = Codec(SUBPROTOCOL_JSON, is_text=True)
_BY_NAME: Final = {MSGPACK.name: MSGPACK, JSON.name: JSON}


def decode_body(data: bytes, shape: TypeAdapter[T], limits: Limits) -> T:
    """Read the JSON body of an HTTP request or reply, under the same rules as a message.

    Raises:
        Malformed: it is not of this shape.

    Example:
        >>> shape = TypeAdapter(http.LinkToken)
        >>> decode_body(b'{"token":"x"}', shape, CLIENT_LIMITS)
        LinkToken(token='x')
    """
    return shaped(parse_json(data, limits), shape)


def decode_reply(data: bytes, shape: TypeAdapter[T], limits: Limits = SERVER_LIMITS) -> T:
    """Read the JSON body of a reply from a server that may be newer, as `decode_server` does.

    Raises:
        Malformed: it is not of this shape.
    """
    return shaped(parse_json(data, limits), shape, extra="ignore")


def decode_problem(data: bytes, limits: Limits = SERVER_LIMITS) -> messages.Problem:
    """Read a refusal over HTTP from a server that may be newer.

    Raises:
        Malformed: it is none of ours.
    """
    plain = parse_json(data, limits)
    return shaped(_with_known_code(plain), _PROBLEM, extra="ignore")


def shaped(
    plain: Plain,
    shape: TypeAdapter[T],
    *,
    in_union: bool = False,
    extra: Literal["forbid", "ignore"] = "forbid",
) -> T:
    """Validate plain data, strictly, as if it had arrived as JSON.

    Args:
        plain: from one of the parsers, with ids out of a path put in if need be.
        shape: what it should be.
        in_union: the shape is a union told apart by `type`.
        extra: what becomes of unknown fields.

    Raises:
        Malformed: it does not fit; `where` names the first field that does not.
    """
    try:
        return shape.validate_json(pydantic_core.to_json(plain), extra=extra)
    except ValidationError as error:
        where = _where(error, in_union=in_union)
    raise Malformed(Fault.SHAPE, where=where)


def _as_known_here(plain: Plain) -> Plain:
    """Take in what a newer server may say within a wire version; docs/wire.md names it."""
    if not isinstance(plain, dict):
        return plain
    kind, problem = plain.get("type"), plain.get("problem")
    if isinstance(kind, str) and kind not in _SAID:
        raise Malformed(Fault.NEWER, where="type")
    told = plain.get("kind")
    if kind == "notice" and isinstance(told, str) and told not in _NOTICES:
        raise Malformed(Fault.NEWER, where="kind")
    return plain if problem is None else plain | {"problem": _with_known_code(problem)}


def _with_known_code(problem: Plain) -> Plain:
    code = problem.get("code") if isinstance(problem, dict) else None
    if isinstance(problem, dict) and isinstance(code, str) and code not in _CODES:
        return problem | {"code": ErrorCode.INTERNAL.value}
    return problem


def _packed(plain: object) -> bytes:
    packed: bytes = msgpack.packb(plain, default=pydantic_core.to_jsonable_python)
    return packed


def _stated_nulls(command: Wire) -> dict[str, None]:
    return {name: None for name in command.model_fields_set if getattr(command, name) is None}


def _where(error: ValidationError, *, in_union: bool) -> str | None:
    """Name the first field at fault, in words of the contract alone.

    A key that was made up by the sender never becomes part of the path: it ends there.
    """
    if error.error_count() > MAX_PROBLEMS:
        return None
    first = error.errors(include_url=False, include_context=False, include_input=False)[0]
    path = list(_without_tags(first["loc"], in_union=in_union))
    if first["type"].startswith("union_tag"):
        path.append("type")
    return ".".join(path) or None


def _without_tags(location: tuple[int | str, ...], *, in_union: bool) -> Iterator[str]:
    """Leave out where pydantic says which member of a union it took.

    Only the place tells: `remove` is a command, and also a field of another command.
    """
    is_tag = in_union
    for part in location:
        if not is_tag:
            if isinstance(part, str) and part not in _FIELDS:
                return
            yield str(part)
        is_tag = part == "command" and not is_tag


def _field_names() -> frozenset[str]:
    found = {group.value for group in Group}
    for module in (commands, deltas, http, messages, quiz, views):
        for shape in vars(module).values():
            if isinstance(shape, type) and issubclass(shape, Wire):
                found |= shape.model_fields.keys()
    return frozenset(found)


_FIELDS = _field_names()
_COMMANDS = frozenset(get_args(get_args(commands.Command)[0]))
_SAID: Final = frozenset(
    shape.model_fields["type"].default for shape in get_args(get_args(ServerMessage)[0])
)
_NOTICES: Final = frozenset(messages.NoticeKind)
_CODES: Final = frozenset(ErrorCode)
