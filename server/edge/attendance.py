"""What is read of who was there: the list of sessions, the summary, the people, the downloads.

Who reads what: those with a part in the entry, and platforms, the record of every session, as
long as they may export; a participant that of their own session alone, also when it has just
ended. A guest who was made a moderator for an hour learns nothing of last week's people.
"""

import asyncio
import re
from collections.abc import Iterator
from dataclasses import dataclass

from starlette.requests import Request
from starlette.responses import Response, StreamingResponse

from protocol.attendance import AttendancePage, SittingsView, SittingView
from protocol.errors import ErrorCode
from protocol.ids import RoomId, SessionId, room_of
from protocol.roles import Origin, Right, Role, SessionState
from server.core import orders as o
from server.core.actors import Actor
from server.core.attendance import Attendance, attendance_of
from server.core.names import fold
from server.core.rights import rights_at_end, rights_of, rights_of_participant
from server.core.state import RoomState, Session
from server.edge.bodies import limit_in, query_in, room_in, session_in
from server.edge.callers import Caller, caller_of, need_scope, standing
from server.edge.edge import Edge, take
from server.edge.exports import (
    CSV_TYPE,
    attendance_csv,
    attendance_json,
    attended_view,
    summary_of,
)
from server.edge.ports import Scope
from server.edge.records import SORTS, Filter, Reading
from server.edge.replies import Denied, reply, settled

FORMATS = ("json", "csv")
_PLACE = re.compile(r"[0-9]{1,7}")
NOTHING: frozenset[Right] = frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class _Reader:
    """A caller who may read the record of a session.

    Args:
        is_current: the session is the present one of the room, running or over.
    """

    state: RoomState
    actor: Actor
    sees_staff: bool
    is_current: bool


async def sittings(edge: Edge, request: Request) -> Response:
    """List the sessions whose record the caller may read, the newest first."""
    room = room_in(request)
    caller = await _caller(edge, request)
    state = (await standing(edge, caller, room)).state
    entry, now = state.entry, state.session
    if entry is None or now is None:
        raise Denied(ErrorCode.NOT_FOUND)
    past, own = rights_to_records(caller, state)
    if Right.EXPORT not in past | own:
        raise Denied(ErrorCode.NOT_ALLOWED)
    listed = [
        SittingView(
            session_id=now.id, state=now.state, opened_at=now.opened_at, ended_at=now.ended_at
        )
    ]
    if Right.EXPORT in past:
        listed += [
            SittingView(
                session_id=one.id,
                state=SessionState.ENDED,
                opened_at=one.opened_at,
                ended_at=one.ended_at,
                people=one.people,
            )
            for one in reversed(state.sittings)
        ]
    return reply(SittingsView(entry_id=entry.id, entry_name=entry.name, sessions=tuple(listed)))


async def summary(edge: Edge, request: Request) -> Response:
    """Show totals and the curve of a session that is over, or so far."""
    reader, reading = await _reading(edge, request)
    grace_s = reader.state.settings.grace_s
    return reply(summary_of(reading, grace_s, edge.records.refresh_s(reading)))


async def people(edge: Edge, request: Request) -> Response:
    """Show a stretch of the people of a session, searched, filtered and sorted.

    Cost: O(n) in the people of the session, in a thread; the first time O(n log n).
    """
    wanted = _filter_in(request)
    text = query_in(request, "first", "0")
    if not _PLACE.fullmatch(text):
        raise Denied(ErrorCode.BAD_REQUEST, where="first")
    first, limit = int(text), limit_in(request)
    _, reading = await _reading(edge, request)
    chosen = await asyncio.to_thread(reading.chosen, wanted)
    some = chosen[first : first + limit]
    page = AttendancePage(
        found=len(chosen), first=first, people=tuple(attended_view(one) for one in some)
    )
    return reply(page)


async def download(edge: Edge, request: Request) -> Response:
    """Export who was there: everybody, whatever a page shows."""
    form = query_in(request, "format", "json")
    if form not in FORMATS:
        raise Denied(ErrorCode.BAD_REQUEST, where="format")
    session = session_in(request)
    reader, reading = await _reading(edge, request)
    await note_export(edge, request, room_of(session), reader.actor, session, form)
    parts: Iterator[bytes]
    if form == "csv":
        parts, media_type = attendance_csv(reading.record), CSV_TYPE
    else:
        parts = attendance_json(reading, reader.state.settings.grace_s)
        media_type = "application/json"
    disposition = f'attachment; filename="attendance-{session}.{form}"'
    # Part by part in a thread: a large record never stands in memory as one text.
    return StreamingResponse(
        parts, media_type=media_type, headers={"Content-Disposition": disposition}
    )


async def note_export(
    edge: Edge, request: Request, room: RoomId, actor: Actor, session: SessionId | None, form: str
) -> None:
    """Have the audit log say that a record is taken away; a HEAD takes nothing.

    Raises:
        Denied: that cannot be written now, and nothing is taken away unnoted.
    """
    if request.method == "GET":
        settled(await edge.hub.ask(room, o.NoteExport(session_id=session, form=form), actor))


async def _caller(edge: Edge, request: Request) -> Caller:
    caller = await caller_of(edge, request)
    need_scope(caller, Scope.READ, Scope.ENTRIES)
    return caller


async def _reading(edge: Edge, request: Request) -> tuple[_Reader, Reading]:
    session = session_in(request)
    caller = await _caller(edge, request)
    reader = await _reader(edge, caller, session)
    await take(edge.limits.searches_per_caller, caller.name)
    now = reader.state.session
    is_final = not reader.is_current or (now is not None and now.state is SessionState.ENDED)

    async def record() -> Attendance:
        if reader.is_current:
            until = None if is_final else edge.now
            return await asyncio.to_thread(attendance_of, reader.state, until)
        kept = await edge.directory.attendance(room_of(session), session)
        if kept is None:
            raise Denied(ErrorCode.NOT_FOUND)
        return kept

    reading = await edge.records.reading(
        session,
        record,
        sees_staff=reader.sees_staff,
        is_final=is_final,
        erasures=reader.state.erasures,
    )
    return reader, reading


async def _reader(edge: Edge, caller: Caller, session: SessionId) -> _Reader:
    room: RoomId = room_of(session)
    found = await standing(edge, caller, room)
    state = found.state
    is_current = state.session is not None and state.session.id == session
    past, own = rights_to_records(caller, state)
    rights = past | own if is_current else past
    if Right.EXPORT not in rights:
        raise Denied(ErrorCode.NOT_ALLOWED)
    return _Reader(
        state=state,
        actor=found.actor,
        sees_staff=Right.SEE_STAFF in rights,
        is_current=is_current,
    )


def rights_to_records(
    caller: Caller, state: RoomState
) -> tuple[frozenset[Right], frozenset[Right]]:
    """Say what a caller may do by key or by a part in the entry, and as a participant."""
    if caller.key is not None:
        return frozenset(Right), NOTHING
    lasting = rights_of(state, caller.account) if caller.account else NOTHING
    participant = caller.participant(state)
    if participant is None or state.session is None:
        return lasting, NOTHING
    if _is_over(state.session):
        return lasting, rights_at_end(state, participant)
    if participant.kept_out or not participant.is_in:
        return lasting, NOTHING
    return lasting, rights_of_participant(state, participant)


def _is_over(session: Session) -> bool:
    return session.state is SessionState.ENDED


def _filter_in(request: Request) -> Filter:
    sort = query_in(request, "sort", "joined")
    if sort.removeprefix("-") not in SORTS:
        raise Denied(ErrorCode.BAD_REQUEST, where="sort")
    origin, role = query_in(request, "origin"), query_in(request, "role")
    if origin and origin not in set(Origin):
        raise Denied(ErrorCode.BAD_REQUEST, where="origin")
    if role and role not in set(Role):
        raise Denied(ErrorCode.BAD_REQUEST, where="role")
    link = query_in(request, "link")
    return Filter(
        search=fold(query_in(request, "q")),
        origin=Origin(origin) if origin else None,
        link_name=link or None,
        role=Role(role) if role else None,
        sort=sort,
    )
