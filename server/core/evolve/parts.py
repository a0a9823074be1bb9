"""Shared by the steps: putting a participant back, with every derived set kept true."""

from collections.abc import Callable
from typing import Any, TypeVar

from immutables import Map

from protocol.ids import ParticipantId
from protocol.roles import StagePlace
from server.core.replacing import replace
from server.core.state import Members, Participant, RoomState

Step = Callable[[RoomState, Any, int], RoomState]
"""How one kind of event changes the state: (state, event, at) → state."""

K = TypeVar("K")
V = TypeVar("V")


def without(members: Map[K, V], key: K) -> Map[K, V]:
    """Make the map without a key; the same map when it has no such key."""
    return members.delete(key) if key in members else members


def put(state: RoomState, new: Participant, **more: Any) -> RoomState:
    """Put a participant in, and move them between the derived sets.

    Args:
        more: further fields of the state that change in the same step.
    """
    old = state.participants.get(new.id)
    changed: dict[str, Any] = {"participants": state.participants.set(new.id, new), **more}
    held, holds = old is not None and old.holds_place, new.holds_place
    if held != holds:
        changed["places"] = state.places + (1 if holds else -1)
    for name, test in _SETS:
        was, is_now = old is not None and test(old), test(new)
        if was != is_now:
            members: Members = getattr(state, name)
            changed[name] = members.set(new.id, None) if is_now else without(members, new.id)
    return replace(state, **changed)


def change(state: RoomState, participant_id: ParticipantId, **fields: Any) -> RoomState:
    """Change fields of a participant; nothing happens when there is no such participant."""
    participant = state.participants.get(participant_id)
    if participant is None:
        return state
    return put(state, replace(participant, **fields))


def off_stage(participant: Participant, at: int) -> dict[str, Any]:
    """Fields of somebody who is not on stage any more, with their time there added up."""
    fields: dict[str, Any] = {
        "stage": StagePlace.OFF,
        "stage_since": None,
        "silent_since": None,
        "has_microphone_on": False,
        "has_camera_on": False,
    }
    if participant.stage is StagePlace.ON and participant.stage_since is not None:
        fields["stage_ms"] = participant.stage_ms + max(0, at - participant.stage_since)
    return fields


_SETS = (
    ("staff_here", lambda p: p.is_in and p.role.is_staff),
    ("at_gates", lambda p: p.gate is not None and p.holds_place),
    ("on_stage", lambda p: p.stage is StagePlace.ON),
    ("hands", lambda p: p.hand_raised_at is not None),
    ("microphones", lambda p: p.has_microphone_on),
    ("cameras", lambda p: p.has_camera_on),
)
