"""The three gates, in order: identity (a door's business), time, people.

Rules for editing: `GATES` is checked from the top, and the first that holds somebody back is
where they stand. Every fact that it depends on is named in `WAKERS` of the consequences, so
that people move on by themselves when it changes.
"""

from collections.abc import Callable
from dataclasses import dataclass

from protocol.roles import Gate, Origin, Right, Role, SessionState, WaitReason
from server.core.rights import rights_of_participant
from server.core.state import Participant, RoomState


@dataclass(frozen=True, slots=True)
class Stand:
    """Where somebody stands: at a gate and why, or (gate None) inside."""

    gate: Gate | None
    reason: WaitReason | None = None


def _before_the_start(state: RoomState, participant: Participant) -> bool:
    session = state.session
    return (
        session is not None
        and session.state in (SessionState.SCHEDULED, SessionState.EARLY)
        and Right.ENTER_EARLY not in rights_of_participant(state, participant)
    )


def _sent_back(_state: RoomState, participant: Participant) -> bool:
    return participant.wait_reason is WaitReason.SENT_BACK


def _locked_out(state: RoomState, participant: Participant) -> bool:
    session = state.session
    return (
        session is not None
        and session.is_locked
        and participant.role is not Role.HOST
        and Right.PASS_LOCK not in rights_of_participant(state, participant)
    )


def _needs_approval(state: RoomState, participant: Participant) -> bool:
    if participant.is_admitted or participant.role is not Role.VIEWER:
        return False
    if participant.origin is not Origin.GUEST_LINK or participant.link_id is None:
        return False
    link = state.links.get(participant.link_id)
    return state.settings.approve_guests or (link is not None and link.needs_approval)


GATES: tuple[tuple[Callable[[RoomState, Participant], bool], Stand], ...] = (
    (_before_the_start, Stand(Gate.COUNTDOWN)),
    (_sent_back, Stand(Gate.WAITING_ROOM, WaitReason.SENT_BACK)),
    (_locked_out, Stand(Gate.WAITING_ROOM, WaitReason.LOCKED)),
    (_needs_approval, Stand(Gate.WAITING_ROOM, WaitReason.APPROVAL)),
)

INSIDE = Stand(None)


def stand_of(state: RoomState, participant: Participant) -> Stand:
    """Say at which gate somebody who is known stands, by the state as it is."""
    return next((stand for test, stand in GATES if test(state, participant)), INSIDE)
