"""What follows by itself from what was decided: gates that open, timers that start.

Run after the events of a command on the draft they lead to, so that a record always leaves
the room in a state that needs nothing more done.
"""

from protocol.ids import ParticipantId
from protocol.roles import Gate, SessionState
from server.core import events as e
from server.core.events import Event
from server.core.gates import stand_of
from server.core.state import Participant, RoomState

GATE_WAKERS = (e.SessionOpened, e.LockSet, e.SettingsEdited, e.GuestLinkEdited)
"""Facts upon which everybody at a gate is looked at again."""


def consequences(state: RoomState, events: tuple[Event, ...], now: int) -> list[Event]:
    """List what follows from `events`, which led to `state`.

    Cost: O(g) in the number of people at gates when a gate may have opened, else O(1).
    """
    found: list[Event] = []
    if any(isinstance(event, GATE_WAKERS) for event in events):
        found += _moved_on(state)
    for event in events:
        if isinstance(event, e.RoleGranted):
            found += _after_grant(state, event.participant_id)
    return found + _staff_timers(state, found, now)


def _moved_on(state: RoomState) -> list[Event]:
    moved: list[Event] = []
    people = [state.participants[one] for one in state.at_gates]
    for participant in sorted(people, key=lambda p: (p.waiting_since or p.joined_at, p.id)):
        stand = stand_of(state, participant)
        if stand.gate is None:
            moved.append(e.ParticipantAdmitted(participant_id=participant.id))
        elif (stand.gate, stand.reason) != (participant.gate, participant.wait_reason):
            moved.append(
                e.GateSet(participant_id=participant.id, gate=stand.gate, reason=stand.reason)
            )
    return moved


def _after_grant(state: RoomState, participant_id: ParticipantId) -> list[Event]:
    """Move on whoever got another role or other rights, and hold them to a hard mute."""
    participant = state.participants.get(participant_id)
    if participant is None or not participant.holds_place:
        return []
    found: list[Event] = []
    stand = stand_of(state, participant)
    if participant.gate is not None:
        if stand.gate is None:
            found.append(e.ParticipantAdmitted(participant_id=participant_id))
        elif (stand.gate, stand.reason) != (participant.gate, participant.wait_reason):
            found.append(
                e.GateSet(participant_id=participant_id, gate=stand.gate, reason=stand.reason)
            )
    elif stand.gate is Gate.COUNTDOWN:
        # Before the start staff alone are inside; a lock on the other hand puts nobody out.
        found.append(e.GateSet(participant_id=participant_id, gate=stand.gate))
    elif _slips_hard_mute(state, participant):
        found.append(e.MicrophoneSet(participant_id=participant_id, is_on=False))
    return found


def _slips_hard_mute(state: RoomState, participant: Participant) -> bool:
    session = state.session
    is_hard_muted = session is not None and session.is_hard_muted
    return is_hard_muted and participant.has_microphone_on and not participant.role.is_staff


def _staff_timers(state: RoomState, moved: list[Event], now: int) -> list[Event]:
    session, entry = state.session, state.entry
    if session is None or entry is None or not entry.kind.is_live:
        return []
    is_staff_here = _keeps_staff(state, moved) or _lets_staff_in(state, moved)
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


def _keeps_staff(state: RoomState, moved: list[Event]) -> bool:
    going = {event.participant_id for event in moved if isinstance(event, e.GateSet)}
    return any(one not in going for one in state.staff_here)


def _lets_staff_in(state: RoomState, moved: list[Event]) -> bool:
    people = (
        state.participants[event.participant_id]
        for event in moved
        if isinstance(event, e.ParticipantAdmitted)
    )
    return any(p.role.is_staff and p.is_here and p.gate is not Gate.LOBBY for p in people)
