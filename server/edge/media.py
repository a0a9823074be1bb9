"""What pages read of an entry: the home page's list, the media page, users to invite."""

from collections.abc import Iterator

from starlette.requests import Request
from starlette.responses import Response

from protocol.errors import ErrorCode
from protocol.http import EntrySummary, EntryView, PeopleFound
from protocol.ids import RoomId
from protocol.roles import InvitationType, Part, Right
from protocol.views import Counts, Window
from server.core.actors import AccountActor, ParticipantActor, PlatformActor
from server.core.audience import Audience
from server.core.content import may_open
from server.core.project import project
from server.core.rights import INVITATION_ROLES, rank_of
from server.core.rules.invitations import types_for
from server.core.state import Entry, RoomState, Session
from server.edge.bodies import limit_in, query_in, room_in
from server.edge.callers import Caller, Standing, caller_of, need, need_scope, standing
from server.edge.edge import Edge, take
from server.edge.lists import listed
from server.edge.ports import Scope
from server.edge.replies import Denied, reply
from server.hub.room import Room

MAX_LOOKED_AT = 200
"""Entries looked at for one page of a list; most may be none of the caller's."""
MIN_QUERY_CHARS = 2
MAX_FOUND = 20
NO_ROWS = Window(groups={})


async def entries(edge: Edge, request: Request) -> Response:
    """List the entries in which the caller has a part; for a platform, all.

    A page may be short although more follow; the header `Link` then names the next one.
    """
    caller = await caller_of(edge, request)
    need_scope(caller, Scope.READ, Scope.ENTRIES)
    if caller.key is None and caller.account is None:
        raise Denied(ErrorCode.NOT_SIGNED_IN)
    limit = limit_in(request)
    after = query_in(request, "after")
    found: list[EntrySummary] = []
    rooms = await edge.directory.entries(after, MAX_LOOKED_AT)
    for room_id in rooms:
        after = room_id
        summary = await _summary(edge, caller, room_id)
        if summary is not None:
            found.append(summary)
        if len(found) == limit:
            break
    has_more = bool(rooms) and (after != rooms[-1] or len(rooms) == MAX_LOOKED_AT)
    return listed(request, found, after if has_more else None, limit)


async def _summary(edge: Edge, caller: Caller, room_id: RoomId) -> EntrySummary | None:
    room = await edge.hub.room(room_id)
    if room is None or room.state.entry is None or room.state.entry.is_deleted:
        return None
    entry, session = _parts(room.state)
    part = part_of(caller, room.state)
    if part is None and caller.key is None:
        return None
    return EntrySummary(
        entry_id=entry.id,
        kind=entry.kind,
        name=entry.name,
        description=entry.description,
        starts_at=entry.starts_at,
        ends_at=entry.ends_at,
        session_state=session.state,
        has_content=_has_content(room.state, entry),
        people=counts_of(room, Audience.ROOM, edge.now).all,
        part=part,
        used_at=max(room.state.used_at, entry.created_at),
    )


def _has_content(state: RoomState, entry: Entry) -> bool:
    has_quiz = state.quiz is not None and bool(state.quiz.quiz.questions)
    return entry.kind.is_live or bool(entry.content_url) or has_quiz


async def entry(edge: Edge, request: Request) -> Response:
    """Show a media page to somebody who has to do with it; to others there is none."""
    caller = await caller_of(edge, request)
    need_scope(caller, Scope.READ, Scope.ENTRIES)
    room_id = room_in(request)
    found = await standing(edge, caller, room_id)
    room = await edge.hub.room(room_id)
    if room is None:
        raise Denied(edge.hub.why_no_room())
    return reply(view_of(edge, caller, found, room))


def view_of(edge: Edge, caller: Caller, found: Standing, room: Room) -> EntryView:
    """Make what somebody is shown of an entry.

    Raises:
        Denied: `not_found`, when that is nothing.
    """
    state = found.state
    entry, session = _parts(state)
    part = part_of(caller, state)
    may = is_shown(caller, state, edge.now)
    may_enter = _may_enter(caller, state)
    if not (may or may_enter):
        raise Denied(ErrorCode.NOT_FOUND)
    sees_people = Right.SEE_STAFF in found.rights
    return EntryView(
        entry_id=entry.id,
        kind=entry.kind,
        name=entry.name,
        description=entry.description,
        content_url=(entry.content_url or None) if may else None,
        captions=entry.captions if may else (),
        starts_at=entry.starts_at,
        ends_at=entry.ends_at,
        session_id=session.id,
        session_state=session.state,
        may_open=may,
        may_enter=may_enter,
        part=part,
        rights=tuple(sorted(found.rights)),
        settings=entry.settings if Right.EDIT_ENTRY in found.rights else None,
        people=counts_of(room, Audience.ROOM, edge.now).all if sees_people else None,
        invitation_types=tuple(_invitation_types(found, entry)),
    )


def is_shown(caller: Caller, state: RoomState, now: int) -> bool:
    """Say whether somebody is shown the content of an entry, and may know where it is."""
    participant = caller.participant(state)
    is_let_in = participant is not None and may_open(state, participant, now)
    return caller.key is not None or part_of(caller, state) is not None or is_let_in


def _may_enter(caller: Caller, state: RoomState) -> bool:
    return (
        part_of(caller, state) is not None
        or caller.participant(state) is not None
        or _is_invited(caller, state)
    )


def may_come_to(caller: Caller, state: RoomState) -> bool:
    """Say whether somebody has to do with an entry at all, so that its page is shown to them."""
    return caller.key is not None or _may_enter(caller, state)


def _parts(state: RoomState) -> tuple[Entry, Session]:
    if state.entry is None or state.session is None:
        raise Denied(ErrorCode.NOT_FOUND)
    return state.entry, state.session


def part_of(caller: Caller, state: RoomState) -> Part | None:
    """Say which lasting part the caller's account plays in an entry."""
    if caller.account is None:
        return None
    collaborator = state.collaborators.get(caller.account.account_id)
    return collaborator.part if collaborator else None


def _is_invited(caller: Caller, state: RoomState) -> bool:
    return caller.account is not None and caller.account.person.id in state.invited


def _invitation_types(found: Standing, entry: Entry) -> Iterator[InvitationType]:
    """List what the caller may give by an invitation: nothing above themselves."""
    if Right.INVITE in found.rights:
        rank = rank_of(found.state, found.actor)
        for one in types_for(entry.kind):
            if INVITATION_ROLES[one].rank <= rank:
                yield one


def counts_for(edge: Edge, found: Standing, room: Room) -> Counts:
    """Count the people of a room as somebody in it may know it."""
    audience = Audience.ROOM
    if Right.SEE_STAFF in found.rights:
        audience |= Audience.STAFF
    if Right.INVITE in found.rights:
        audience |= Audience.INVITERS
    return counts_of(room, audience, edge.now)


def counts_of(room: Room, audience: Audience, now: int) -> Counts:
    """Count the people of a room as an audience may know it. Cost: none that grows."""
    return project(room.state, room.replica.roster, audience, NO_ROWS, now).counts


async def users(edge: Edge, request: Request) -> Response:
    """Find known users, for those who may invite in the entry named."""
    caller = await caller_of(edge, request)
    need_scope(caller, Scope.READ, Scope.ENTRIES)
    room = query_in(request, "entry_id")
    query = query_in(request, "q", max_chars=100)
    if not room:
        raise Denied(ErrorCode.BAD_REQUEST, where="entry_id")
    found = await need(edge, caller, RoomId(room), Right.INVITE)
    await take(edge.limits.searches_per_caller, caller.name)
    people = []
    if len(query.strip()) >= MIN_QUERY_CHARS:
        people = await edge.directory.search(query, MAX_FOUND, await _places(edge, found))
    return reply(PeopleFound(people=tuple(people)))


async def _places(edge: Edge, found: Standing) -> frozenset[str] | None:
    """Say from which places somebody may know people: from those they are known from themselves.

    So nobody out of one school finds the people of another. A platform's key finds everybody;
    a guest who was made a moderator, and has no account, nobody.
    """
    match found.actor:
        case PlatformActor():
            return None
        case AccountActor(account_id=account_id):
            return await edge.directory.known_from(account_id)
        case ParticipantActor(participant_id=participant_id):
            known = found.state.participants[participant_id].account_id
            return await edge.directory.known_from(known) if known else frozenset()
        case _:
            return frozenset()
