"""Steps of single participants: presence, hand, stage, microphone, camera, role, name."""

from typing import Any

from protocol.roles import Presence, StagePlace
from server.core import events as e
from server.core.evolve.parts import Step, change, off_stage, put
from server.core.evolve.session import gone
from server.core.replacing import replace
from server.core.state import ClearedHands, Participant, RoleChange, RoomState

ROLE_CHANGES_KEPT = 50
"""Of one person in one session; of older ones only the number stays, so no state grows by play."""


def _joined(state: RoomState, event: e.ParticipantJoined, _at: int) -> RoomState:
    participant = event.participant
    more: dict[str, Any] = {}
    if participant.account_id:
        more["by_account"] = state.by_account.set(participant.account_id, participant.id)
    return put(state, participant, **more)


def _returned(state: RoomState, event: e.ParticipantReturned, _at: int) -> RoomState:
    return change(
        state,
        event.participant_id,
        presence=Presence.SEAT,
        expires_at=event.expires_at,
        device_id=event.device_id,
    )


def _linked(state: RoomState, event: e.ParticipantLinked, _at: int) -> RoomState:
    participant = state.participants.get(event.participant_id)
    if participant is None:
        return state
    more: dict[str, Any] = {}
    fields: dict[str, Any] = {}
    if event.account_id:
        more["by_account"] = state.by_account.set(event.account_id, participant.id)
        fields["account_id"] = event.account_id
    if event.invitation_id:
        known = (one for one in participant.invitations if one != event.invitation_id)
        fields["earlier_invitations"] = tuple(known)
        fields["invitation_id"] = event.invitation_id
    return put(state, replace(participant, **fields), **more)


def _connected(state: RoomState, event: e.ConnectionOpened, at: int) -> RoomState:
    participant = state.participants.get(event.participant_id)
    if participant is None:
        return state
    # Whoever stands at a gate is connected and yet not in the session.
    since = at if participant.present_since is None else participant.present_since
    return change(
        state,
        participant.id,
        presence=Presence.PRESENT,
        connections=(*participant.connections, event.connection),
        expires_at=None,
        present_since=since if participant.gate is None else participant.present_since,
    )


def _disconnected(state: RoomState, event: e.ConnectionClosed, _at: int) -> RoomState:
    participant = state.participants.get(event.participant_id)
    if participant is None:
        return state
    left = tuple(c for c in participant.connections if c.id != event.connection_id)
    if len(left) == len(participant.connections):
        return state
    if left:
        return change(state, participant.id, connections=left)
    return change(
        state,
        participant.id,
        connections=(),
        presence=Presence.RECONNECTING,
        expires_at=event.expires_at,
    )


def _left(state: RoomState, event: e.ParticipantLeft, at: int) -> RoomState:
    participant = state.participants.get(event.participant_id)
    return state if participant is None else put(state, gone(participant, at))


def _hand_up(state: RoomState, event: e.HandRaised, at: int) -> RoomState:
    participant = state.participants.get(event.participant_id)
    if participant is None:
        return state
    return change(state, participant.id, hand_raised_at=at, hands=participant.hands + 1)


def _hand_down(state: RoomState, event: e.HandLowered, _at: int) -> RoomState:
    return change(state, event.participant_id, hand_raised_at=None)


def _hands_down(state: RoomState, event: e.HandsCleared, _at: int) -> RoomState:
    lowered = []
    for participant_id in state.hands:
        lowered.append((participant_id, state.participants[participant_id].hand_raised_at or 0))
        state = change(state, participant_id, hand_raised_at=None)
    cleared = ClearedHands(hands=tuple(sorted(lowered)), until=event.undo_until)
    return replace(state, cleared_hands=cleared if event.undo_until else None)


def _hands_up_again(state: RoomState, _event: e.HandsRestored, _at: int) -> RoomState:
    """Whoever raised the hand anew meanwhile, or went, is left as they are."""
    for participant_id, raised_at in state.cleared_hands.hands if state.cleared_hands else ():
        participant = state.participants.get(participant_id)
        if participant is not None and participant.is_in and participant.hand_raised_at is None:
            state = change(state, participant_id, hand_raised_at=raised_at)
    return replace(state, cleared_hands=None)


def _requested(state: RoomState, event: e.StageRequested, at: int) -> RoomState:
    return change(state, event.participant_id, stage=StagePlace.REQUESTED, stage_since=at)


def _offered(state: RoomState, event: e.StageOffered, at: int) -> RoomState:
    return change(state, event.participant_id, stage=StagePlace.OFFERED, stage_since=at)


def _cleared(state: RoomState, event: e.StageCleared, _at: int) -> RoomState:
    return change(state, event.participant_id, stage=StagePlace.OFF, stage_since=None)


def _on_stage(state: RoomState, event: e.StageJoined, at: int) -> RoomState:
    return change(state, event.participant_id, stage=StagePlace.ON, stage_since=at, silent_since=at)


def _off_stage(state: RoomState, event: e.StageLeft, at: int) -> RoomState:
    participant = state.participants.get(event.participant_id)
    if participant is None:
        return state
    return put(state, replace(participant, **off_stage(participant, at)))


def _microphone(state: RoomState, event: e.MicrophoneSet, at: int) -> RoomState:
    silent = None if event.is_on else at
    return change(state, event.participant_id, has_microphone_on=event.is_on, silent_since=silent)


def _camera(state: RoomState, event: e.CameraSet, _at: int) -> RoomState:
    return change(state, event.participant_id, has_camera_on=event.is_on)


def _all_muted(state: RoomState, event: e.AllMuted, at: int) -> RoomState:
    for participant_id in state.microphones:
        if participant_id not in event.spared:
            state = change(state, participant_id, has_microphone_on=False, silent_since=at)
    return state


def _cameras_off(state: RoomState, event: e.AllCamerasTurnedOff, _at: int) -> RoomState:
    for participant_id in state.cameras:
        if participant_id not in event.spared:
            state = change(state, participant_id, has_camera_on=False)
    return state


def _nothing(state: RoomState, _event: e.UnmuteRequested, _at: int) -> RoomState:
    return state


def _role(state: RoomState, event: e.RoleGranted, at: int) -> RoomState:
    participant = state.participants.get(event.participant_id)
    if participant is None:
        return state
    return change(
        state,
        participant.id,
        role=event.role,
        granted=event.granted,
        revoked=event.revoked,
        undo=event.undo,
        **_remembered(participant, event, at),
    )


def _remembered(participant: Participant, event: e.RoleGranted, at: int) -> dict[str, Any]:
    """Fields that remember a change of role; none when only single rights changed."""
    if participant.role is event.role:
        return {}
    made = RoleChange(at=at, before=participant.role, after=event.role, by=event.by)
    known = (*participant.role_changes, made)
    forgotten = max(0, len(known) - ROLE_CHANGES_KEPT)
    return {
        "role_changes": known[forgotten:],
        "older_role_changes": participant.older_role_changes + forgotten,
    }


def _renamed(state: RoomState, event: e.ParticipantRenamed, _at: int) -> RoomState:
    return change(state, event.participant_id, person=event.person)


STEPS: dict[type, Step] = {
    e.ParticipantJoined: _joined,
    e.ParticipantReturned: _returned,
    e.ParticipantLinked: _linked,
    e.ConnectionOpened: _connected,
    e.ConnectionClosed: _disconnected,
    e.ParticipantLeft: _left,
    e.HandRaised: _hand_up,
    e.HandLowered: _hand_down,
    e.HandsCleared: _hands_down,
    e.HandsRestored: _hands_up_again,
    e.StageRequested: _requested,
    e.StageOffered: _offered,
    e.StageCleared: _cleared,
    e.StageJoined: _on_stage,
    e.StageLeft: _off_stage,
    e.MicrophoneSet: _microphone,
    e.CameraSet: _camera,
    e.AllMuted: _all_muted,
    e.AllCamerasTurnedOff: _cameras_off,
    e.UnmuteRequested: _nothing,
    e.RoleGranted: _role,
    e.ParticipantRenamed: _renamed,
}
