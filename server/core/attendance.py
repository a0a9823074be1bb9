"""The attendance record of a session: who was there, how they came, when, and for how long.

Rule for reconnects: a connection that comes back within the grace time continues the same
interval; one that comes back later begins another.
"""

from dataclasses import dataclass

from protocol.ids import ParticipantId, SessionId
from protocol.roles import Origin, Role, StagePlace
from server.core.person import Person
from server.core.state import RoomState


@dataclass(frozen=True, slots=True, kw_only=True)
class Attended:
    """One person's presence in a session; moments in ms UTC, durations in ms."""

    participant_id: ParticipantId
    person: Person
    origin: Origin
    link_name: str = ""
    role: Role
    joined_at: int
    intervals: tuple[tuple[int, int], ...] = ()
    stage_ms: int = 0
    hands: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Attendance:
    """The record of one session, frozen when it ends, live until then."""

    session_id: SessionId
    opened_at: int | None = None
    ended_at: int | None = None
    people: tuple[Attended, ...] = ()


def attendance_of(state: RoomState, now: int | None = None) -> Attendance:
    """Fold the current session's record out of the state.

    Args:
        now: closes the intervals of those who are here or on stage, for a live record, ms UTC.

    Raises:
        LookupError: the room has no session.

    Cost: O(n log n) in the people of the session.
    """
    session = state.session
    if session is None:
        raise LookupError
    people = []
    for participant in state.participants.values():
        intervals = participant.intervals
        if participant.present_since is not None and now is not None:
            since = participant.present_since
            intervals = (*intervals, (since, max(since, now)))
        if not intervals:
            continue
        link = state.links.get(participant.link_id) if participant.link_id else None
        stage_ms = participant.stage_ms
        on_stage_since = participant.stage_since if participant.stage is StagePlace.ON else None
        if on_stage_since is not None and now is not None:
            stage_ms += max(0, now - on_stage_since)
        people.append(
            Attended(
                participant_id=participant.id,
                person=participant.person,
                origin=participant.origin,
                link_name=link.name if link else "",
                role=participant.role,
                joined_at=participant.joined_at,
                intervals=intervals,
                stage_ms=stage_ms,
                hands=participant.hands,
            )
        )
    people.sort(key=lambda one: (one.joined_at, one.participant_id))
    return Attendance(
        session_id=session.id,
        opened_at=session.opened_at,
        ended_at=session.ended_at,
        people=tuple(people),
    )
