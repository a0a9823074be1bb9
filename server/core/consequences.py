"""What follows by itself from what was decided: gates that open, timers that start.

Run after the events of a command on the draft they lead to, so that a record always leaves
the room in a state that needs nothing more done.
"""

from protocol.roles import Gate, SessionState, WaitReason
from server.core import events as e
from server.core.events import Event
from server.core.gates import stand_of
from server.core.state import RoomState

GATE_WAKERS = (e.SessionOpened, e.LockSet, e.SettingsEdited, e.GuestLinkEdited)
"""Facts upon which everybody at a gate is looked at again."""


def consequences(state: RoomState, events: tuple[Event, ...], now: int) -> list[Event]:
    """List what follows from `events`, which led to `state`.

    Cost: O(g) in the number of people at gates when a gate may have opened, else O(1).
    """
    found: list[Event] = []
    if any(isinstance(event, GATE_WAKERS) for event in events):
        found += _moved_on(state)
    found += _role_at_gate(state, events)
    return found + _staff_timers(state, found, now)


def _moved_on(state: RoomState) -> list[Event]:
    moved: list[Event] = []
    people = [state.participants[one] for one in state.at_gates]
    for participant in sorted(people, key=lambda p: (p.waiting_since or p.joined_at, p.id)):
        stand = stand_of(state, participant)
        if stand.gate is None:
            moved.append(e.ParticipantAdmitted(participant_id=participant.id))
        elif stand.gate is not participant.gate:
            moved.append(
                e.GateSet(participant_id=participant.id, gate=stand.gate, reason=stand.reason)
            )
    return moved


def _role_at_gate(state: RoomState, events: tuple[Event, ...]) -> list[Event]:
    """Let in whoever got at a gate a role that passes it."""
    moved: list[Event] = []
    for event in events:
        if not isinstance(event, e.RoleGranted):
            continue
        participant = state.participants.get(event.participant_id)
        if participant is None or participant.gate is None:
            continue
        if participant.wait_reason is WaitReason.SENT_BACK:
            continue
        if stand_of(state, participant).gate is None:
            moved.append(e.ParticipantAdmitted(participant_id=participant.id))
    return moved


def _staff_timers(state: RoomState, moved: list[Event], now: int) -> list[Event]:
    session, entry = state.session, state.entry
    if session is None or entry is None or not entry.kind.is_live:
        return []
    is_staff_here = len(state.staff_here) > 0 or _lets_staff_in(state, moved)
    match session.state:
        case SessionState.SCHEDULED if is_staff_here:
            return [e.SessionEarlyChanged(is_early=True)]
        case SessionState.EARLY if not is_staff_here:
            return [e.SessionEarlyChanged(is_early=False)]
        case SessionState.OPEN if is_staff_here and session.host_absent_ends_at is not None:
            return [e.HostAbsenceEnded()]
        case SessionState.OPEN if not is_staff_here and session.host_absent_ends_at is None:
            ends_at = now + entry.settings.host_absent_s * 1000
            return [e.HostAbsenceBegan(ends_at=ends_at)]
        case _:
            return []


def _lets_staff_in(state: RoomState, moved: list[Event]) -> bool:
    people = (
        state.participants[event.participant_id]
        for event in moved
        if isinstance(event, e.ParticipantAdmitted)
    )
    return any(p.role.is_staff and p.is_here and p.gate is not Gate.LOBBY for p in people)
