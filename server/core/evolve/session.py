"""Steps of a session: its life, its lock, its gates, who is kept out."""

from typing import Any

from immutables import Map

from protocol.ids import ParticipantId
from protocol.roles import Gate, Presence, SessionState, WaitReason
from server.core import events as e
from server.core.evolve.parts import Step, change, off_stage, put, without
from server.core.identity import removal_keys
from server.core.replacing import replace
from server.core.state import Cause, Members, Participant, RoomState, Session, Sitting

ENDS_KEPT = 1_000
"""Of sessions; what was for an older one expired long ago."""
INTERVALS_KEPT = 500
"""Of one person in one session; beyond, their shortest absence counts as none."""


def _created(state: RoomState, event: e.SessionCreated, at: int) -> RoomState:
    nobody: Members = Map()
    return replace(
        state,
        session=Session(id=event.session_id, created_at=at, stage_mode=state.settings.stage_mode),
        participants=Map(),
        by_account=Map(),
        kept_out_keys=Map(),
        places=0,
        staff_here=nobody,
        at_gates=nobody,
        on_stage=nobody,
        hands=nobody,
        cleared_hands=None,
        microphones=nobody,
        cameras=nobody,
        causes=_lasting_causes(state),
        sittings=_sittings(state),
    )


def _sittings(state: RoomState) -> tuple[Sitting, ...]:
    """Put the session that a new one follows into the list of those that are over."""
    session = state.session
    if session is None:
        return state.sittings
    over = Sitting(
        id=session.id,
        opened_at=session.opened_at,
        ended_at=session.ended_at,
        people=sum(1 for one in state.participants.values() if one.intervals),
    )
    return (*state.sittings, over)[-ENDS_KEPT:]


def _lasting_causes(state: RoomState) -> Map[str, tuple[Cause, ...]]:
    """Keep what accounts and platforms asked for: their retries may come from another session."""
    known = {
        actor: causes
        for actor, causes in state.causes.items()
        if actor.startswith(("account:", "platform:"))
    }
    return Map(known)


def _session(room: RoomState, /, **fields: Any) -> RoomState:
    if room.session is None:
        return room
    return replace(room, session=replace(room.session, **fields))


def _early(state: RoomState, event: e.SessionEarlyChanged, _at: int) -> RoomState:
    return _session(state, state=SessionState.EARLY if event.is_early else SessionState.SCHEDULED)


def _opened(state: RoomState, _event: e.SessionOpened, at: int) -> RoomState:
    return _session(state, state=SessionState.OPEN, opened_at=at)


def _ended(state: RoomState, event: e.SessionEnded, at: int) -> RoomState:
    # All at once: person by person would cost a new state for each.
    nobody: Members = Map()
    everyone = {
        key: gone(participant, at) if participant.holds_place else participant
        for key, participant in state.participants.items()
    }
    return _session(
        replace(
            state,
            participants=Map(everyone),
            places=0,
            staff_here=nobody,
            at_gates=nobody,
            on_stage=nobody,
            hands=nobody,
            cleared_hands=None,
            microphones=nobody,
            cameras=nobody,
            session_ends=(*state.session_ends, at)[-ENDS_KEPT:],
        ),
        state=SessionState.ENDED,
        ended_at=at,
        end_reason=event.reason,
        host_absent_ends_at=None,
    )


def gone(participant: Participant, at: int) -> Participant:
    """Make the participant who has left: connections, hand and stage given up."""
    return replace(
        participant,
        presence=Presence.LEFT,
        connections=(),
        expires_at=None,
        hand_raised_at=None,
        **_stay_over(participant, at),
        **off_stage(participant, at),
    )


def _stay_over(participant: Participant, at: int) -> dict[str, Any]:
    """Fields of somebody who is not inside any more, with the interval closed."""
    since = participant.present_since
    if since is None:
        return {}
    # A clock that was set back gives an empty interval, not a negative one.
    return {
        "present_since": None,
        "intervals": _kept((*participant.intervals, (since, max(at, since)))),
    }


def _kept(intervals: tuple[tuple[int, int], ...]) -> tuple[tuple[int, int], ...]:
    """Bound the intervals of one person, so that no state grows by coming and going.

    First and last moment stay true, and the time inside is too long by the shortest absence.
    """
    if len(intervals) <= INTERVALS_KEPT:
        return intervals
    place = min(range(1, len(intervals)), key=lambda at: intervals[at][0] - intervals[at - 1][1])
    (since, before), (after, until) = intervals[place - 1 : place + 1]
    return (*intervals[: place - 1], (since, max(before, after, until)), *intervals[place + 1 :])


def _lock(state: RoomState, event: e.LockSet, _at: int) -> RoomState:
    return _session(state, is_locked=event.is_locked)


def _absence(state: RoomState, event: e.HostAbsenceBegan, _at: int) -> RoomState:
    return _session(state, host_absent_ends_at=event.ends_at)


def _no_absence(state: RoomState, _event: e.HostAbsenceEnded, _at: int) -> RoomState:
    return _session(state, host_absent_ends_at=None)


def _message(state: RoomState, event: e.WaitingMessageSet, _at: int) -> RoomState:
    return _session(state, waiting_message=event.text)


def _mode(state: RoomState, event: e.StageModeSet, _at: int) -> RoomState:
    return _session(state, stage_mode=event.mode)


def _hard_mute(state: RoomState, event: e.HardMuteSet, at: int) -> RoomState:
    state = _session(state, is_hard_muted=event.is_on)
    if event.is_on:
        for participant_id in state.microphones:
            participant = state.participants[participant_id]
            if not participant.role.is_staff:
                state = change(state, participant_id, has_microphone_on=False, silent_since=at)
    return state


def _gate(state: RoomState, event: e.GateSet, at: int) -> RoomState:
    participant = state.participants.get(event.participant_id)
    if participant is None:
        return state
    is_waiting = event.gate is Gate.WAITING_ROOM
    # Whoever is sent back gives up hand and stage: nothing of them shows in the room.
    return put(
        state,
        replace(
            participant,
            gate=event.gate,
            wait_reason=event.reason,
            waiting_since=(participant.waiting_since or at) if is_waiting else None,
            is_admitted=participant.is_admitted and event.reason is not WaitReason.SENT_BACK,
            hand_raised_at=None,
            **_stay_over(participant, at),
            **off_stage(participant, at),
        ),
    )


def _admitted(state: RoomState, event: e.ParticipantAdmitted, at: int) -> RoomState:
    participant = state.participants.get(event.participant_id)
    if participant is None:
        return state
    since = participant.present_since
    if since is None and participant.is_here:
        since = at
    return put(
        state,
        replace(
            participant,
            gate=None,
            wait_reason=None,
            waiting_since=None,
            present_since=since,
            is_admitted=participant.is_admitted or event.by_staff,
        ),
    )


def _keep_out(
    state: RoomState, participant_id: ParticipantId, keys: tuple[str, ...], why: str, at: int
) -> RoomState:
    participant = state.participants.get(participant_id)
    if participant is None:
        return state
    kept_out = state.kept_out_keys
    for key in keys:
        kept_out = kept_out.set(key, participant_id)
    return put(state, replace(gone(participant, at), kept_out=why), kept_out_keys=kept_out)


def _declined(state: RoomState, event: e.ParticipantDeclined, at: int) -> RoomState:
    return _keep_out(state, event.participant_id, event.keys, "declined", at)


def _removed(state: RoomState, event: e.ParticipantRemoved, at: int) -> RoomState:
    return _keep_out(state, event.participant_id, event.keys, "removed", at)


def _readmitted(state: RoomState, event: e.ParticipantReadmitted, _at: int) -> RoomState:
    return _let_back(state, event.participant_id)


def _let_back(state: RoomState, participant_id: ParticipantId) -> RoomState:
    participant = state.participants.get(participant_id)
    if participant is None:
        return state
    # Their device may be known by somebody else's removal, too: it is let back all the same.
    theirs = removal_keys(participant)
    kept_out = state.kept_out_keys
    for key, kept in state.kept_out_keys.items():
        if kept == participant_id or key in theirs:
            kept_out = kept_out.delete(key)
    return put(state, replace(participant, kept_out=""), kept_out_keys=kept_out)


def _blocked(state: RoomState, event: e.BlockAdded, at: int) -> RoomState:
    block = event.block
    keys = state.blocked_keys
    for key in block.keys:
        keys = keys.set(key, block.id)
    state = replace(state, blocks=state.blocks.set(block.id, block), blocked_keys=keys)
    participant = state.participants.get(block.participant_id)
    if participant is None:
        return state
    return put(state, replace(gone(participant, at), kept_out="blocked"))


def _unblocked(state: RoomState, event: e.BlockRemoved, _at: int) -> RoomState:
    block = state.blocks.get(event.block_id)
    if block is None:
        return state
    blocks = state.blocks.delete(block.id)
    # A key may belong to an older block that still stands.
    keys = state.blocked_keys
    for key in block.keys:
        keys = without(keys, key)
        for other in blocks.values():
            if key in other.keys:
                keys = keys.set(key, other.id)
    state = replace(state, blocks=blocks, blocked_keys=keys)
    return _let_back(state, block.participant_id)


STEPS: dict[type, Step] = {
    e.SessionCreated: _created,
    e.SessionEarlyChanged: _early,
    e.SessionOpened: _opened,
    e.SessionEnded: _ended,
    e.LockSet: _lock,
    e.HostAbsenceBegan: _absence,
    e.HostAbsenceEnded: _no_absence,
    e.WaitingMessageSet: _message,
    e.StageModeSet: _mode,
    e.HardMuteSet: _hard_mute,
    e.GateSet: _gate,
    e.ParticipantAdmitted: _admitted,
    e.ParticipantDeclined: _declined,
    e.ParticipantRemoved: _removed,
    e.ParticipantReadmitted: _readmitted,
    e.BlockAdded: _blocked,
    e.BlockRemoved: _unblocked,
}
