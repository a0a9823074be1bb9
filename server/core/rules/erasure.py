"""Erasing people: because they ask for it, or because their names were kept for long enough."""

from bisect import bisect_right
from collections.abc import Callable, Iterator
from typing import Any

from protocol.errors import ErrorCode
from protocol.ids import SessionId
from protocol.roles import Origin, SessionState
from server.core import events as e
from server.core import orders as o
from server.core.actors import PlatformActor, ServerActor
from server.core.context import Answer, Context, Refused
from server.core.events import Event
from server.core.person import Person
from server.core.state import Participant, RoomState, Sitting

DAY_MS = 86_400_000
MOST_SESSIONS = 50
"""Old sessions whose guests are forgotten at once."""


def erase_people(ctx: Context, order: o.ErasePeople) -> Answer:
    """Forget people. Whoever of them is inside leaves first: nobody is shown without a name."""
    if not isinstance(ctx.actor, PlatformActor | ServerActor):
        raise Refused(ErrorCode.NOT_ALLOWED)
    ids = frozenset(order.person_ids)
    if not any(person.id in ids and not person.is_erased for person in people_in(ctx.state)):
        return Answer(events=[])
    going: list[Event] = [
        e.ParticipantLeft(participant_id=one.id)
        for one in ctx.state.participants.values()
        if one.person.id in ids and one.holds_place
    ]
    return Answer(events=[*going, e.PeopleErased(person_ids=tuple(sorted(ids)))])


def people_in(state: RoomState) -> Iterator[Person]:
    """Go through everybody whom a room names. Cost: O(n) in all that the room holds."""
    for participant in state.participants.values():
        yield participant.person
        yield from (one.by for one in participant.role_changes if one.by is not None)
    for invitation in state.invitations.values():
        yield invitation.person
        yield invitation.invited_by
    for block in state.blocks.values():
        yield block.person
        yield block.blocked_by
    yield from (one.person for one in state.collaborators.values())
    yield from (one.person for one in state.visits.values())
    if state.quiz is not None:
        yield from (one.person for one in state.quiz.attempts.values())


def erasing_at(state: RoomState) -> int | None:
    """Say when guests' names have been kept for long enough next, ms UTC; None: never.

    A session that is over is due as a whole; an entry without sessions is looked through once
    a day. Cost: O(log n) in the number of sessions.
    """
    session = state.session
    kept_ms = state.settings.names_kept_days * DAY_MS
    if session is None or not kept_ms:
        return None
    ended_at = _next_end(state)
    if ended_at is not None:
        return ended_at + kept_ms
    if session.state is SessionState.ENDED or not state.visits or _is_live(state):
        return None
    if not state.names_erased_to:
        return session.created_at + kept_ms
    return state.names_erased_to + kept_ms + DAY_MS


def _is_live(state: RoomState) -> bool:
    return state.entry is not None and state.entry.kind.is_live


def _next_end(state: RoomState) -> int | None:
    """Find the end of the oldest session that still has names."""
    at = bisect_right(state.sittings, state.names_erased_to, key=_ended_at)
    if at < len(state.sittings):
        return _ended_at(state.sittings[at])
    session = state.session
    if session is None or session.state is not SessionState.ENDED or session.ended_at is None:
        return None
    return session.ended_at if session.ended_at > state.names_erased_to else None


def _ended_at(sitting: Sitting) -> int:
    return sitting.ended_at or 0


def guests_due(state: RoomState, now: int) -> list[Event]:
    """Forget the guests whose names have been kept for long enough by now."""
    due_at = erasing_at(state)
    if due_at is None or now < due_at:
        return []
    before = now - state.settings.names_kept_days * DAY_MS
    over: list[SessionId] = [
        one.id
        for one in state.sittings
        if one.ended_at is not None and state.names_erased_to < one.ended_at <= before
    ]
    if len(over) > MOST_SESSIONS:
        # The rest at once afterwards: each record is read and written again in one append.
        del over[MOST_SESSIONS:]
        before = next(_ended_at(one) for one in state.sittings if one.id == over[-1])
    gone = tuple(one.id for one in state.participants.values() if _is_due(one, before))
    return [e.GuestsErased(participant_ids=gone, session_ids=tuple(over), before=before)]


def _is_due(participant: Participant, before: int) -> bool:
    last_at = participant.intervals[-1][1] if participant.intervals else participant.joined_at
    is_guest = participant.origin is Origin.GUEST_LINK and not participant.person.is_erased
    return is_guest and not participant.holds_place and last_at <= before


RULES: dict[type, Callable[[Context, Any], Answer]] = {o.ErasePeople: erase_people}
