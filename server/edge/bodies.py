"""What arrives over HTTP: bodies, ids in paths, queries; and the guard against forged writes."""

import asyncio
import re
from collections.abc import Hashable, Sequence
from functools import cache
from typing import Any, TypeVar, cast
from urllib.parse import parse_qsl

from pydantic import TypeAdapter
from starlette.requests import ClientDisconnect, HTTPConnection, Request

from protocol.codec import shaped
from protocol.errors import ErrorCode
from protocol.ids import ID_PATTERN, CommandId, RoomId, SessionId
from protocol.plain import Limits, Plain, parse_json
from server.edge.callers import bearer_of
from server.edge.cookies import has_credentials
from server.edge.edge import Edge
from server.edge.replies import Denied

T = TypeVar("T")

SAFE_METHODS = ("GET", "HEAD", "OPTIONS")
OURS = "x-usher"
"""A header that no form can send and no foreign script without being asked about first."""
IDEMPOTENCY_KEY = "Idempotency-Key"
DRAINED = 4
"""So many times the largest body is read and dropped, in order to say that it is too large."""
MAX_FIELDS = 100
MAX_LIMIT = 200
DEFAULT_LIMIT = 50

_ID = re.compile(ID_PATTERN.removeprefix("^").removesuffix("$"))
_DIGITS = re.compile(r"[0-9]{1,6}")


def refuse_forged(edge: Edge, request: Request) -> None:
    """Refuse a write that a foreign page may have made a browser send.

    Whoever gives a bearer is no browser acting on its own; a browser's write has to come from
    a page of an allowed origin and carry our header. Origin is compared exactly.

    Raises:
        Denied: `bad_origin`.
    """
    if request.method in SAFE_METHODS or bearer_of(request) is not None:
        return
    origins = request.headers.getlist("origin")
    is_ours = len(origins) == 1 and origins[0] in edge.settings.origins
    if origins and not is_ours:
        raise Denied(ErrorCode.BAD_ORIGIN)
    if has_credentials(request) and not (is_ours and request.headers.get(OURS) == "1"):
        raise Denied(ErrorCode.BAD_ORIGIN)


async def plain_body(edge: Edge, request: Request) -> dict[str, Plain]:
    """Read a JSON object; no body at all is an empty one.

    Raises:
        Denied: `too_large`, `too_slow`, or `bad_request` when it is not called JSON.
        Malformed: it is not a JSON object.
    """
    data = await _data(edge, request)
    if not data:
        return {}
    media_type = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if media_type != "application/json":
        raise Denied(ErrorCode.BAD_REQUEST, where="Content-Type")
    limits = Limits(max_frame_bytes=edge.settings.max_body_bytes)
    plain = parse_json(data, limits)
    if not isinstance(plain, dict):
        raise Denied(ErrorCode.BAD_REQUEST)
    return plain


async def form_of(edge: Edge, request: Request) -> dict[str, str]:
    """Read the fields of a form, as browsers send it.

    Raises:
        Denied: `too_large`, `too_slow`, or `bad_request` for what is no form, or has a field
            twice.
    """
    data = await _data(edge, request)
    media_type = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if media_type != "application/x-www-form-urlencoded":
        raise Denied(ErrorCode.BAD_REQUEST, where="Content-Type")
    try:
        pairs = parse_qsl(data.decode(), keep_blank_values=True, max_num_fields=MAX_FIELDS)
    except ValueError:
        raise Denied(ErrorCode.BAD_REQUEST) from None
    return once_each(pairs)


def once_each(pairs: Sequence[tuple[str, str]]) -> dict[str, str]:
    """Make fields of pairs; two parsers must not read two values of one.

    Raises:
        Denied: `bad_request`, when a name occurs twice.
    """
    fields = dict(pairs)
    if len(fields) != len(pairs):
        raise Denied(ErrorCode.BAD_REQUEST)
    return fields


async def body_of(edge: Edge, request: Request, shape: type[T]) -> T:
    """Read a body of a shape; see `plain_body`."""
    adapter: TypeAdapter[T] = _adapter(cast(Hashable, shape))
    return shaped(dict(await plain_body(edge, request)), adapter)


@cache
def _adapter(shape: Hashable) -> TypeAdapter[Any]:
    return TypeAdapter(cast(Any, shape))


async def _data(edge: Edge, request: Request) -> bytes:
    """Read the bytes of a body, never more than allowed, and not for ever."""
    most = edge.settings.max_body_bytes
    data, size = bytearray(), 0
    try:
        async with asyncio.timeout(edge.settings.body_timeout_s):
            async for chunk in request.stream():
                size += len(chunk)
                if size <= most:
                    data += chunk
                # A little more is read and dropped: answering in the middle of a body resets
                # the connection, and the client never reads why.
                elif size > DRAINED * most:
                    break
    except TimeoutError:
        raise Denied(ErrorCode.TOO_SLOW) from None
    except ClientDisconnect:
        raise Denied(ErrorCode.BAD_REQUEST) from None
    if size > most:
        raise Denied(ErrorCode.TOO_LARGE)
    return bytes(data)


def room_in(request: HTTPConnection) -> RoomId:
    """Take the id of an entry out of the path.

    Raises:
        Denied: `not_found`, for what cannot be an id.
    """
    return RoomId(checked_id(request.path_params["entry_id"]))


def session_in(request: HTTPConnection) -> SessionId:
    """Take the id of a session out of the path.

    Raises:
        Denied: `not_found`, for what cannot be an id.
    """
    return SessionId(checked_id(request.path_params["session_id"]))


def checked_id(text: str) -> str:
    """Let an id pass.

    Raises:
        Denied: `not_found`, for what cannot be one.
    """
    if not _ID.fullmatch(text):
        raise Denied(ErrorCode.NOT_FOUND)
    return text


def command_id_in(request: Request) -> CommandId | None:
    """Take the id under which a command may be repeated without a second effect.

    Raises:
        Denied: `bad_request`, for what cannot be an id, or more than one.
    """
    values = request.headers.getlist(IDEMPOTENCY_KEY)
    if not values:
        return None
    if len(values) > 1 or not _ID.fullmatch(values[0]):
        raise Denied(ErrorCode.BAD_REQUEST, where=IDEMPOTENCY_KEY)
    return CommandId(values[0])


def query_in(request: Request, name: str, default: str = "", *, max_chars: int = 200) -> str:
    """Take one parameter out of the query.

    Raises:
        Denied: `bad_request`, when it is there twice or too long.
    """
    values = request.query_params.getlist(name)
    if len(values) > 1 or any(len(value) > max_chars for value in values):
        raise Denied(ErrorCode.BAD_REQUEST, where=name)
    return values[0] if values else default


def limit_in(request: Request, default: int = DEFAULT_LIMIT, most: int = MAX_LIMIT) -> int:
    """Take how many of a list are wanted: at least one, at most `most`.

    Raises:
        Denied: `bad_request`, when it is not a number within these bounds.
    """
    text = query_in(request, "limit", str(default))
    if not _DIGITS.fullmatch(text) or not 1 <= int(text) <= most:
        raise Denied(ErrorCode.BAD_REQUEST, where="limit")
    return int(text)
