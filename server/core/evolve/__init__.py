"""The fold: `evolve(state, event, at)` makes the next state, and never refuses a fact."""

from server.core.events import Event
from server.core.evolve import doors, entry, erasure, exports, people, quiz, session
from server.core.evolve.parts import Step
from server.core.record import Record
from server.core.replacing import replace
from server.core.state import RoomState

CAUSES_KEPT = 64
"""Newest commands remembered for each actor; a connection may have fewer than this in flight."""

_STEPS: dict[type, Step] = {
    **entry.STEPS,
    **doors.STEPS,
    **session.STEPS,
    **people.STEPS,
    **quiz.STEPS,
    **erasure.STEPS,
    **exports.STEPS,
}


def evolve(state: RoomState, event: Event, at: int) -> RoomState:
    """Make the state after one event.

    Total over events that were decided from this state; facts about people or links that are
    not there any more change nothing.

    Cost: O(log n) in the size of the room, but for the ends of sessions and bulk events,
    which cost O(log n) for each person changed.
    """
    return _STEPS[type(event)](state, event, at)


def evolve_record(state: RoomState, record: Record) -> RoomState:
    """Make the state after a record: all its events, and the memory of its command."""
    for event in record.events:
        state = evolve(state, event, record.at)
    if record.by:
        state = replace(state, used_at=record.at)
    if record.announcements:
        state = replace(state, announcements=state.announcements + record.announcements)
    if record.audit:
        state = replace(state, audit=record.audit)
    if record.cause:
        cause = record.cause
        known = state.causes.get(cause.actor) or ()
        kept = (*known, cause)[-CAUSES_KEPT:]
        state = replace(state, causes=state.causes.set(cause.actor, kept))
    return state


EVENT_TYPES = frozenset(_STEPS)
"""Every event that can be folded; a test holds it equal to the union."""
