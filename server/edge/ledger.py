"""The ledger of invitations, read: filtered, sorted, in pages, counted; and links of several.

An entry may hold as many as fifty thousand invitations. Whatever looks at all of them lets
others have their turn in between; the state it looks at does not change meanwhile.
"""

import asyncio
import heapq
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, TypeVar

from starlette.requests import Request
from starlette.responses import Response, StreamingResponse

from protocol.errors import ErrorCode
from protocol.http import InvitationIds, InvitationLink, InvitationLinks, LedgerSummary
from protocol.ids import InvitationId
from protocol.roles import InvitationType, LedgerState, Right
from server.core.names import fold, name_key, search_text
from server.core.rights import INVITATION_ROLES, rank_of
from server.core.rows import ledger_row
from server.core.state import Invitation, RoomState
from server.core.validity import expires_at, ledger_state
from server.edge.bodies import body_of, limit_in, query_in, room_in
from server.edge.callers import caller_of, need, need_scope
from server.edge.edge import Edge, take
from server.edge.exports import CSV_TYPE
from server.edge.ledger_csv import ledger_csv
from server.edge.lists import listed
from server.edge.manage import link_url
from server.edge.ports import Scope
from server.edge.replies import Denied, reply

FILTERS = ("state", "type", "by", "q")
FORMATS = ("json", "csv")
NEWEST_FIRST = "-invited_at"
AT_A_TIME = 500
"""Invitations looked at before others have their turn."""
INVITERS_SHOWN = 100

Key = Callable[[RoomState, Invitation, int], Any]
Word = TypeVar("Word", bound=StrEnum)

_ORDER = {state: place for place, state in enumerate(LedgerState)}
_NEVER = 1 << 53

SORTS: dict[str, Key] = {
    "invited_at": lambda _state, one, _now: one.created_at,
    "name": lambda _state, one, _now: name_key(one.person.name or one.person.email),
    "email": lambda _state, one, _now: fold(one.person.email),
    "state": lambda state, one, now: _ORDER[ledger_state(state, one, now)],
    "expires_at": lambda state, one, _now: expires_at(state, one) or _NEVER,
}
"""By what the list can be sorted; with a minus in front, from the other end."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Filters:
    """What a ledger is narrowed to; empty lets everything through.

    Args:
        states, types: any of these.
        by: the name of whoever invited.
        query: folded; a part of the name or of the address.
    """

    states: frozenset[LedgerState]
    types: frozenset[InvitationType]
    by: str
    query: str

    @property
    def is_empty(self) -> bool:
        """Everything is let through."""
        return not (self.states or self.types or self.by or self.query)

    def let_through(self, state: RoomState, one: Invitation, now: int) -> bool:
        """Say whether an invitation is wanted. What costs most is looked at last."""
        return (
            (not self.types or one.invitation_type in self.types)
            and (not self.by or one.invited_by.name == self.by)
            and (not self.states or ledger_state(state, one, now) in self.states)
            and (not self.query or self.query in search_text(one.person.name, one.person.email))
        )


def filters_in(request: Request) -> Filters:
    """Take the filters out of the query.

    Raises:
        Denied: `bad_request`, for a state or type that there is not.
    """
    return Filters(
        states=frozenset(_words_in(request, "state", LedgerState)),
        types=frozenset(_words_in(request, "type", InvitationType)),
        by=query_in(request, "by", max_chars=120),
        query=fold(query_in(request, "q", max_chars=100)).strip(),
    )


def _words_in(request: Request, name: str, words: type[Word]) -> list[Word]:
    """Take several words of a closed set, with commas between them."""
    try:
        return [words(one) for one in query_in(request, name).split(",") if one]
    except ValueError:
        raise Denied(ErrorCode.BAD_REQUEST, where=name) from None


async def ledger(edge: Edge, request: Request) -> Response:
    """List the invitations, by default in the order of their ids; as CSV, all that match."""
    caller, room = await caller_of(edge, request), room_in(request)
    need_scope(caller, Scope.READ, Scope.ENTRIES)
    state = (await need(edge, caller, room, Right.INVITE)).state
    limit, after = limit_in(request), InvitationId(query_in(request, "after"))
    filters, sort = filters_in(request), query_in(request, "sort")
    if sort.removeprefix("-") not in ("", *SORTS) or sort == "-":
        raise Denied(ErrorCode.BAD_REQUEST, where="sort")
    form = query_in(request, "format", "json")
    if form not in FORMATS:
        raise Denied(ErrorCode.BAD_REQUEST, where="format")
    now = edge.now
    if form == "csv":
        await take(edge.limits.searches_per_caller, caller.name)
        every = await _sorted(state, filters, sort or NEWEST_FIRST, InvitationId(""), now)
        disposition = f'attachment; filename="invitations-{room}.csv"'
        # Part by part in a thread: a large ledger never stands in memory as one text.
        return StreamingResponse(
            ledger_csv(state, every, now),
            media_type=CSV_TYPE,
            headers={"Content-Disposition": disposition},
        )
    if filters.is_empty and not sort:
        ids = heapq.nsmallest(limit, (one for one in state.invitations if one > after))
    else:
        await take(edge.limits.searches_per_caller, caller.name)
        ids = (await _sorted(state, filters, sort, after, now))[:limit]
    rows = [ledger_row(state, one, now) for one in ids]
    return listed(request, rows, ids[-1] if len(ids) == limit else None, limit)


async def _sorted(
    state: RoomState, filters: Filters, sort: str, after: InvitationId, now: int
) -> list[InvitationId]:
    """Give the ids behind `after` in an order. Where `after` itself is gone: from the start."""
    key = SORTS.get(sort.removeprefix("-"))

    def place(one: Invitation) -> tuple[Any, InvitationId]:
        return (key(state, one, now) if key else one.id), one.id

    is_reversed = sort.startswith("-")
    places = [place(one) for one in await _matching(state, filters, now)]
    places.sort(reverse=is_reversed)
    last = state.invitations.get(after)
    if last is not None:
        mark = place(last)
        places = [one for one in places if (one < mark if is_reversed else one > mark)]
    return [one for _, one in places]


async def _matching(state: RoomState, filters: Filters, now: int) -> list[Invitation]:
    found = []
    for number, one in enumerate(state.invitations.values(), start=1):
        if number % AT_A_TIME == 0:
            await asyncio.sleep(0)
        if filters.let_through(state, one, now):
            found.append(one)
    return found


async def summary(edge: Edge, request: Request) -> Response:
    """Count the invitations: all, those of each state and type, and those that match."""
    caller = await caller_of(edge, request)
    need_scope(caller, Scope.READ, Scope.ENTRIES)
    state = (await need(edge, caller, room_in(request), Right.INVITE)).state
    filters, now = filters_in(request), edge.now
    await take(edge.limits.searches_per_caller, caller.name)
    states: Counter[LedgerState] = Counter()
    types: Counter[InvitationType] = Counter()
    inviters: Counter[str] = Counter()
    for number, one in enumerate(state.invitations.values(), start=1):
        if number % AT_A_TIME == 0:
            await asyncio.sleep(0)
        states[ledger_state(state, one, now)] += 1
        types[one.invitation_type] += 1
        inviters[one.invited_by.name] += 1
    total = len(state.invitations)
    matching = total if filters.is_empty else len(await _matching(state, filters, now))
    names = sorted((name for name, _ in inviters.most_common(INVITERS_SHOWN)), key=name_key)
    return reply(
        LedgerSummary(
            total=total, matching=matching, states=states, types=types, inviters=tuple(names)
        )
    )


async def links(edge: Edge, request: Request) -> Response:
    """Show several invitations with their URLs, where the caller may see them."""
    caller = await caller_of(edge, request)
    need_scope(caller, Scope.ENTRIES)
    room = room_in(request)
    found = await need(edge, caller, room, Right.INVITE)
    body = await body_of(edge, request, InvitationIds)
    rank, state, now = rank_of(found.state, found.actor), found.state, edge.now

    def shown(one: Invitation) -> InvitationLink:
        is_mine = INVITATION_ROLES[one.invitation_type].rank <= rank
        url = None
        if is_mine and one.revoked_at is None:
            url = link_url(edge, room, "invitation", one.id, one.generation)
        return InvitationLink(invitation=ledger_row(state, one.id, now), url=url)

    known = (state.invitations.get(one) for one in dict.fromkeys(body.invitation_ids))
    return reply(InvitationLinks(links=tuple(shown(one) for one in known if one is not None)))
