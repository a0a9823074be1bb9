"""What is read of who did what to whom: the page, the check of the chain, the downloads.

Who reads what is as for attendance: those with a part in the entry, and platforms, all of it, as
long as they may export and see what is for staff; a moderator who came by link or invitation the
lines of their own session alone. Nobody reads an address here that is closed to them elsewhere.
"""

import asyncio
import re
from collections.abc import AsyncIterator
from dataclasses import dataclass

from starlette.requests import Request
from starlette.responses import Response, StreamingResponse

from protocol.audit import AuditCheck, AuditLine, AuditPage
from protocol.errors import ErrorCode
from protocol.ids import RoomId, SessionId
from protocol.roles import Right
from server.core.actors import Actor
from server.core.chain import Break, Line, break_at, break_at_end
from server.core.state import Entry, RoomState
from server.edge.attendance import FORMATS, note_export, rights_to_records
from server.edge.audit_exports import audit_csv, audit_json, line_view, unreadable
from server.edge.bodies import limit_in, query_in, room_in
from server.edge.callers import caller_of, need_scope, standing
from server.edge.edge import Edge, take
from server.edge.exports import CSV_TYPE
from server.edge.ports import Scope
from server.edge.replies import Denied, reply
from server.hub.audit_rows import Damaged, audit_lines_kept

_NUMBER = re.compile(r"[0-9]{1,12}")
NEEDED = {Right.EXPORT, Right.SEE_STAFF}
CHECKS = 6
CHECK_AGAIN_S = 0.5
"""A line may be on its way here while the chain is read: only what stays so is a fault."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Reader:
    """A caller who may read the audit log of a room.

    Args:
        only: the one session whose lines they read; None: all.
        rights: what they may do, which decides on the addresses that they see.
    """

    entry: Entry
    state: RoomState
    actor: Actor
    only: SessionId | None
    rights: frozenset[Right]

    async def views(self, lines: AsyncIterator[Line | Damaged]) -> AsyncIterator[AuditLine]:
        """Show what the caller may read. Of which session a damaged line is nobody knows."""
        at = 0
        async for line in lines:
            if isinstance(line, Damaged):
                if self.only is None:
                    yield unreadable(line.number, at)
                continue
            at = line.at
            if self.only is None or line.session_id == self.only:
                yield line_view(line, self.rights)


async def page(edge: Edge, request: Request) -> Response:
    """Show a stretch of the audit log, the newest line first. Cost: O(k) in the lines of it."""
    text = query_in(request, "before", "")
    if text and not _NUMBER.fullmatch(text):
        raise Denied(ErrorCode.BAD_REQUEST, where="before")
    limit = limit_in(request)
    room = room_in(request)
    reader = await _reader(edge, request, room)
    newest = reader.state.audit.number + 1
    before = min(int(text), newest) if text else newest
    first = max(1, before - limit)
    kept = [line async for line in _stretch(edge, room, first, before)]
    lines = [line async for line in reader.views(_each(kept))]
    has_more = first > 1 and bool(kept) and len(lines) == len(kept)
    return reply(
        AuditPage(
            entry_id=room,
            entry_name=reader.entry.name,
            is_whole=reader.only is None,
            lines=tuple(reversed(lines)),
            next=first if has_more else None,
        )
    )


async def check(edge: Edge, request: Request) -> Response:
    """Check that no line was changed, dropped, moved or put in. Cost: O(n) in all lines."""
    room = room_in(request)
    reader = await _reader(edge, request, room)
    if reader.only is not None:
        raise Denied(ErrorCode.NOT_ALLOWED)
    tries = CHECKS
    while True:
        read = await _checked(edge, room)
        state = await edge.hub.look(room)
        if state is None:
            raise Denied(edge.hub.why_no_room())
        head = state.audit
        found = read.found or break_at_end(read.newest, head, edge.now)
        tries -= 1
        if found is None or not tries:
            break
        await asyncio.sleep(CHECK_AGAIN_S)
    return reply(
        AuditCheck(
            is_intact=found is None,
            lines=read.count,
            first=read.first,
            last=head.number,
            head=head.digest,
            broken_at=found.number if found else None,
            problem=found.problem if found else "",
        )
    )


async def download(edge: Edge, request: Request) -> Response:
    """Export the audit log, the oldest line first. That it was exported is its last line."""
    form = query_in(request, "format", "json")
    if form not in FORMATS:
        raise Denied(ErrorCode.BAD_REQUEST, where="format")
    room = room_in(request)
    reader = await _reader(edge, request, room)
    await note_export(edge, request, room, reader.actor, None, form)
    lines = reader.views(_kept(edge, room))
    parts: AsyncIterator[bytes]
    if form == "csv":
        parts, media_type = audit_csv(lines), CSV_TYPE
    else:
        parts = audit_json(lines, reader.entry, is_whole=reader.only is None)
        media_type = "application/json"
    disposition = f'attachment; filename="audit-{room}.{form}"'
    return StreamingResponse(
        parts, media_type=media_type, headers={"Content-Disposition": disposition}
    )


@dataclass(slots=True)
class _Read:
    """What was found while a chain was read, page by page: never all of it in memory."""

    count: int = 0
    first: int = 0
    newest: Line | None = None
    found: Break | None = None


async def _checked(edge: Edge, room: RoomId) -> _Read:
    read, now = _Read(), edge.now
    async for line in _kept(edge, room):
        read.count += 1
        read.first = read.first or line.number
        if read.found is not None:
            continue
        if isinstance(line, Damaged):
            read.found = Break(number=line.number, problem="changed")
            continue
        read.found = break_at(read.newest, line, now)
        read.newest = line
    return read


async def _stretch(
    edge: Edge, room: RoomId, first: int, before: int
) -> AsyncIterator[Line | Damaged]:
    async for line in _kept(edge, room, first - 1):
        if line.number >= before:
            return
        yield line


async def _each(lines: list[Line | Damaged]) -> AsyncIterator[Line | Damaged]:
    for line in lines:
        yield line


def _kept(edge: Edge, room: RoomId, after: int = 0) -> AsyncIterator[Line | Damaged]:
    return audit_lines_kept(room, edge.hub.stores, edge.now, after)


async def _reader(edge: Edge, request: Request, room: RoomId) -> _Reader:
    caller = await caller_of(edge, request)
    need_scope(caller, Scope.READ, Scope.ENTRIES)
    # Who has deleted an entry is read by those who answer for it, for as long as lines are kept.
    found = await standing(edge, caller, room, also_deleted=True)
    state, entry = found.state, found.state.entry
    if entry is None:
        raise Denied(ErrorCode.NOT_FOUND)
    past, own = rights_to_records(caller, state)
    only = None
    if not past >= NEEDED:
        if entry.is_deleted:
            raise Denied(ErrorCode.NOT_FOUND)
        if not own >= NEEDED or state.session is None:
            raise Denied(ErrorCode.NOT_ALLOWED)
        only = state.session.id
    await take(edge.limits.searches_per_caller, caller.name)
    return _Reader(entry=entry, state=state, actor=found.actor, only=only, rights=past | own)
