"""What is read of a quiz: by those who take it, by its editors, and by who reads attempts."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, TypeVar

from starlette.requests import Request
from starlette.responses import Response

from protocol.errors import ErrorCode
from protocol.ids import RoomId
from protocol.quiz import OwnAttempts, QuizSheet
from protocol.roles import EntryKind, Origin, Right
from server.core.names import fold, name_key, search_text
from server.core.quiz import Attempt, QuizBook
from server.core.state import RoomState
from server.core.takers import own_attempts, quiz_for, taker_of
from server.edge.bodies import limit_in, query_in, room_in
from server.edge.callers import Caller, Standing, caller_of, need_scope, standing
from server.edge.edge import Edge, take
from server.edge.exports import CSV_TYPE
from server.edge.lists import listed
from server.edge.ports import Scope
from server.edge.quiz_tables import attempt_view, attempts_csv, percent_of, quiz_summary
from server.edge.replies import Denied, reply

FILTERS = ("origin", "link", "q")
FORMATS = ("json", "csv")
NEWEST_FIRST = "-number"

Word = TypeVar("Word", bound=StrEnum)

SORTS: dict[str, Callable[[Attempt], Any]] = {
    "number": lambda one: one.number,
    "name": lambda one: name_key(one.person.name),
    "score": lambda one: percent_of(one) or 0,
}
"""By what attempts can be sorted; with a minus in front, from the other end."""


async def taken(edge: Edge, request: Request) -> Response:
    """Show the quiz as takers see it, with no right answer in it."""
    caller, room = await caller_of(edge, request), room_in(request)
    need_scope(caller, Scope.READ, Scope.ENTRIES)
    found = await standing(edge, caller, room)
    taker = taker_of(found.state, found.actor, edge.now)
    if taker is None and Right.EDIT_ENTRY not in found.rights:
        raise Denied(ErrorCode.NOT_FOUND)
    book = found.state.quiz
    if book is None or not book.quiz.questions:
        raise Denied(ErrorCode.NOT_FOUND)
    return reply(quiz_for(book, taker))


async def mine(edge: Edge, request: Request) -> Response:
    """Show the caller's own attempts, as far as takers may see them now."""
    caller, room = await caller_of(edge, request), room_in(request)
    found = await standing(edge, caller, room)
    taker = taker_of(found.state, found.actor, edge.now)
    if taker is None:
        raise Denied(ErrorCode.NOT_FOUND)
    book = found.state.quiz
    return reply(own_attempts(book, taker) if book else OwnAttempts())


async def sheet(edge: Edge, request: Request) -> Response:
    """Show the quiz with its right answers: to its editors, and to those who read attempts.

    With `version` the questions are those of that version, which somebody has answered.
    """
    caller, room = await caller_of(edge, request), room_in(request)
    found = await _reader(edge, caller, room)
    book, version = found.state.quiz, _number_in(request, "version")
    if book is None:
        return reply(QuizSheet())
    quiz = book.quiz
    if version:
        questions = book.questions_of(version)
        if not questions:
            raise Denied(ErrorCode.NOT_FOUND)
        quiz = quiz.model_copy(update={"questions": questions})
    return reply(
        QuizSheet(
            quiz=quiz,
            revision=book.revision,
            version=version or book.version,
            is_taken=book.is_taken,
        )
    )


async def _reader(edge: Edge, caller: Caller, room: RoomId) -> Standing:
    """Find somebody who may read attempts: who may edit the entry, or export from it."""
    need_scope(caller, Scope.READ, Scope.ENTRIES)
    found = await standing(edge, caller, room)
    if not found.rights & {Right.EDIT_ENTRY, Right.EXPORT}:
        raise Denied(ErrorCode.NOT_ALLOWED)
    if found.state.entry is None or found.state.entry.kind is not EntryKind.QUIZ:
        raise Denied(ErrorCode.NOT_FOUND)
    return found


@dataclass(frozen=True, slots=True, kw_only=True)
class Filters:
    """What the attempts are narrowed to; empty lets everything through.

    Args:
        origins: any of these.
        link: the id of a guest link.
        query: folded; a part of the name or of the address.
        is_staff: the reader may see, and so search by, addresses and links.
    """

    origins: frozenset[Origin]
    link: str
    query: str
    is_staff: bool

    def let_through(self, one: Attempt) -> bool:
        """Say whether an attempt is wanted."""
        if self.origins and one.origin not in self.origins:
            return False
        if self.link and one.link_id != self.link:
            return False
        email = one.person.email if self.is_staff else ""
        return not self.query or self.query in search_text(one.person.name, email)


def filters_in(request: Request, found: Standing) -> Filters:
    """Take the filters out of the query.

    Raises:
        Denied: `bad_request`, for an origin that there is not.
    """
    try:
        origins = frozenset(Origin(one) for one in query_in(request, "origin").split(",") if one)
    except ValueError:
        raise Denied(ErrorCode.BAD_REQUEST, where="origin") from None
    is_staff = Right.SEE_STAFF in found.rights
    link = query_in(request, "link")
    if link and not is_staff:
        raise Denied(ErrorCode.NOT_ALLOWED)
    query = fold(query_in(request, "q", max_chars=100)).strip()
    return Filters(origins=origins, link=link, query=query, is_staff=is_staff)


async def attempts(edge: Edge, request: Request) -> Response:
    """List the attempts, the newest first, or give all that match as CSV.

    Cost: O(n log n) in all attempts, in a thread.
    """
    caller, room = await caller_of(edge, request), room_in(request)
    found = await _reader(edge, caller, room)
    filters, form = filters_in(request, found), query_in(request, "format", "json")
    sort = query_in(request, "sort") or NEWEST_FIRST
    if form not in FORMATS or sort.removeprefix("-") not in SORTS:
        raise Denied(ErrorCode.BAD_REQUEST, where="format" if form not in FORMATS else "sort")
    limit, after = limit_in(request), _number_in(request, "after")
    await take(edge.limits.searches_per_caller, caller.name)
    state, book = found.state, found.state.quiz
    if form == "csv":
        text = await asyncio.to_thread(_csv, state, book, filters, sort)
        disposition = f'attachment; filename="attempts-{room}.csv"'
        return Response(text, media_type=CSV_TYPE, headers={"Content-Disposition": disposition})
    if book is None:
        return listed(request, [])
    page = await asyncio.to_thread(_page, book, filters, sort, after, limit)
    rows = [attempt_view(state, book, one, is_staff=filters.is_staff) for one in page]
    return listed(request, rows, str(page[-1].number) if len(page) == limit else None, limit)


def _number_in(request: Request, name: str) -> int:
    text = query_in(request, name, "0", max_chars=9)
    if not (text.isascii() and text.isdigit()):
        raise Denied(ErrorCode.BAD_REQUEST, where=name)
    return int(text)


def _matching(book: QuizBook, filters: Filters, sort: str) -> list[Attempt]:
    key = SORTS[sort.removeprefix("-")]
    found = [one for one in book.attempts.values() if filters.let_through(one)]
    found.sort(key=lambda one: (key(one), one.number), reverse=sort.startswith("-"))
    return found


def _page(book: QuizBook, filters: Filters, sort: str, after: int, limit: int) -> list[Attempt]:
    """Give the attempts behind that of the number `after`; where it is gone, from the start."""
    found = _matching(book, filters, sort)
    start = next((place for place, one in enumerate(found, 1) if one.number == after), 0)
    return found[start : start + limit]


def _csv(state: RoomState, book: QuizBook | None, filters: Filters, sort: str) -> str:
    if book is None:
        raise Denied(ErrorCode.NOT_FOUND)
    return attempts_csv(state, book, _matching(book, filters, sort), is_staff=filters.is_staff)


async def summary(edge: Edge, request: Request) -> Response:
    """Put the attempts that match into numbers. Cost: O(n log n) in all attempts, in a thread."""
    caller, room = await caller_of(edge, request), room_in(request)
    found = await _reader(edge, caller, room)
    filters = filters_in(request, found)
    await take(edge.limits.searches_per_caller, caller.name)
    state, book = found.state, found.state.quiz
    if book is None:
        raise Denied(ErrorCode.NOT_FOUND)

    def summed() -> Response:
        some = _matching(book, filters, NEWEST_FIRST)
        return reply(quiz_summary(state, book, some, is_staff=filters.is_staff))

    return await asyncio.to_thread(summed)
