"""The attendance record of a session: who was there, how they came, when, and for how long.

The rule for devices and reconnects, in full:

- A person is one line of the record, however many tabs and devices they have. Their presence
  is the union of all of them: it begins with the first connection and ends with the last.
- A connection that comes back within the entry's grace time (`grace_s`, 30 s by default)
  continues the same interval. After the grace they have left, and the interval ends there, the
  grace included; whoever comes back later begins another interval.
- Leaving on purpose, removal and the end of the session end the interval at once.
- Of one person 500 intervals are kept; beyond, those around their shortest absence become one.
- Presence is being inside: time at a gate (lobby, countdown, waiting room) and a seat that is
  held do not count, and whoever was never let in is not in the record.
"""

from dataclasses import dataclass, replace

from protocol.ids import ParticipantId, SessionId
from protocol.roles import Origin, Role, StagePlace
from server.core.person import Person, blank
from server.core.state import Consent, Participant, RoleChange, RoomState


@dataclass(frozen=True, slots=True, kw_only=True)
class Attended:
    """One person's presence in a session; moments in ms UTC, durations in ms.

    Args:
        role: the last one. What it was before stands in `role_changes`.
        role_changes: the newest ones, the newest last; `older_role_changes` counts the rest.
        is_here: in a live record: the last interval goes on.
        consent: to which text of the guest form they agreed, and when.
    """

    participant_id: ParticipantId
    person: Person
    origin: Origin
    link_name: str = ""
    role: Role
    joined_at: int
    intervals: tuple[tuple[int, int], ...] = ()
    stage_ms: int = 0
    hands: int = 0
    role_changes: tuple[RoleChange, ...] = ()
    older_role_changes: int = 0
    is_here: bool = False
    consent: Consent | None = None

    @property
    def present_ms(self) -> int:
        """For how long they were there in all."""
        return sum(until - since for since, until in self.intervals)

    @property
    def way(self) -> "Way":
        """How they came."""
        return Way(self.origin, self.link_name)


@dataclass(frozen=True, slots=True, order=True)
class Way:
    """How people came: by account, by invitation, or by the guest links of one name."""

    origin: Origin
    link_name: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Attendance:
    """The record of one session, frozen when it ends, live until then.

    Args:
        until: of a live record, up to when it goes; None when it is frozen.
    """

    session_id: SessionId
    opened_at: int | None = None
    ended_at: int | None = None
    people: tuple[Attended, ...] = ()
    until: int | None = None


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
    people = [
        _attended(state, one, now)
        for one in state.participants.values()
        if one.intervals or (now is not None and one.present_since is not None)
    ]
    people.sort(key=lambda one: (one.joined_at, one.participant_id))
    return Attendance(
        session_id=session.id,
        opened_at=session.opened_at,
        ended_at=session.ended_at,
        people=tuple(people),
        until=now,
    )


def _attended(state: RoomState, participant: Participant, now: int | None) -> Attended:
    intervals, stage_ms = participant.intervals, participant.stage_ms
    since = participant.present_since
    if since is not None and now is not None:
        intervals = (*intervals, (since, max(since, now)))
    on_stage_since = participant.stage_since if participant.stage is StagePlace.ON else None
    if on_stage_since is not None and now is not None:
        stage_ms += max(0, now - on_stage_since)
    link = state.links.get(participant.link_id) if participant.link_id else None
    return Attended(
        participant_id=participant.id,
        person=participant.person,
        origin=participant.origin,
        link_name=link.name if link else "",
        role=participant.role,
        joined_at=participant.joined_at,
        intervals=intervals,
        stage_ms=stage_ms,
        hands=participant.hands,
        role_changes=participant.role_changes,
        older_role_changes=participant.older_role_changes,
        is_here=since is not None and now is not None,
        consent=participant.consent,
    )


def without_guests(record: Attendance) -> Attendance:
    """Leave out who the guests were, whose names were kept for long enough. Cost: O(n)."""
    guests = {one.person.id for one in record.people if one.origin is Origin.GUEST_LINK}

    def without(one: Attended) -> Attended:
        is_guest = one.origin is Origin.GUEST_LINK
        changes = tuple(
            replace(change, by=blank(change.by))
            if change.by is not None and change.by.id in guests
            else change
            for change in one.role_changes
        )
        person = blank(one.person) if is_guest else one.person
        return replace(one, person=person, role_changes=changes)

    return replace(record, people=tuple(without(one) for one in record.people))


def without_staff_fields(record: Attendance) -> Attendance:
    """Leave out what only staff may see: e-mails, and by which link a guest came.

    Whoever was given the right to export and nothing else reads this. Cost: O(n).
    """
    people = tuple(
        replace(one, person=replace(one.person, email=""), link_name="") for one in record.people
    )
    return replace(record, people=people)
