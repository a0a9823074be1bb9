"""Hands, the stage, microphones and cameras."""

from collections.abc import Callable
from typing import Any

from protocol import commands as c
from protocol.errors import ErrorCode
from protocol.roles import Right, Role, StageMode, StagePlace
from server.core import events as e
from server.core.context import Answer, Context, Refused
from server.core.events import Event
from server.core.rights import rights_of_participant
from server.core.rules.people import UNDO_MS
from server.core.state import Participant


def _nothing() -> Answer:
    return Answer(events=[])


def _one(event: Event) -> Answer:
    return Answer(events=[event])


# --- hands ---------------------------------------------------------------------------------


def raise_hand(ctx: Context, _command: c.RaiseHand) -> Answer:
    """Raise one's own hand; up already: it keeps its place."""
    ctx.need(Right.RAISE_HAND)
    me = ctx.me()
    return _nothing() if me.hand_raised_at else _one(e.HandRaised(participant_id=me.id))


def lower_hand(ctx: Context, command: c.LowerHand) -> Answer:
    """Lower one's own hand, or somebody's."""
    if command.participant_id is None or ctx.is_me(command.participant_id):
        who = ctx.me()
    else:
        who = ctx.subject(command.participant_id, Right.LOWER_HANDS)
    if who.hand_raised_at is None:
        return _nothing()
    return _one(e.HandLowered(participant_id=who.id))


def clear_hands(ctx: Context, _command: c.ClearHands) -> Answer:
    """Lower all hands."""
    ctx.need(Right.LOWER_HANDS)
    if not len(ctx.state.hands):
        return _nothing()
    until = ctx.now + UNDO_MS
    return Answer(events=[e.HandsCleared(undo_until=until)], result={"undo_until": until})


def undo_clear_hands(ctx: Context, _command: c.UndoClearHands) -> Answer:
    """Raise the hands again that somebody has lowered all at once, within a few seconds."""
    ctx.need(Right.LOWER_HANDS)
    cleared = ctx.state.cleared_hands
    if cleared is None or ctx.now >= cleared.until:
        raise Refused(ErrorCode.CONFLICT)
    return _one(e.HandsRestored())


# --- the stage -----------------------------------------------------------------------------


def set_mode(ctx: Context, command: c.SetStageMode) -> Answer:
    """Set stage access; requests that make no sense any more stay until answered."""
    ctx.need(Right.MANAGE_STAGE)
    if ctx.session.stage_mode is command.mode:
        return _nothing()
    return _one(e.StageModeSet(mode=command.mode))


def request(ctx: Context, _command: c.RequestStage) -> Answer:
    """Ask for the stage, where asking is the way."""
    ctx.need(Right.REQUEST_STAGE)
    me = ctx.me()
    if ctx.session.stage_mode is not StageMode.BY_REQUEST:
        raise Refused(ErrorCode.NOT_ALLOWED)
    if me.stage is not StagePlace.OFF:
        return _nothing()
    return _one(e.StageRequested(participant_id=me.id))


def withdraw(ctx: Context, _command: c.WithdrawStageRequest) -> Answer:
    """Take one's own request back."""
    me = ctx.me()
    if me.stage is not StagePlace.REQUESTED:
        return _nothing()
    return _one(e.StageCleared(participant_id=me.id))


def decline_request(ctx: Context, command: c.DeclineStageRequest) -> Answer:
    """Turn a request down."""
    who = ctx.subject(command.participant_id, Right.MANAGE_STAGE)
    if who.stage is not StagePlace.REQUESTED:
        raise Refused(ErrorCode.CONFLICT)
    return _one(e.StageCleared(participant_id=who.id))


def offer(ctx: Context, command: c.OfferStage) -> Answer:
    """Invite somebody to the stage; when it is full, say so, or make room if told to."""
    who = ctx.subject(command.participant_id, Right.MANAGE_STAGE)
    if who.stage in (StagePlace.ON, StagePlace.OFFERED):
        return _nothing()
    events: list[Event] = []
    if _is_full(ctx):
        if not command.replace:
            raise Refused(ErrorCode.STAGE_FULL)
        events.append(e.StageLeft(participant_id=_longest_silent(ctx).id))
    return Answer(events=[*events, e.StageOffered(participant_id=who.id)])


def _is_full(ctx: Context) -> bool:
    return len(ctx.state.on_stage) >= ctx.state.settings.stage_capacity


def _longest_silent(ctx: Context) -> Participant:
    """Find who on stage is silent for longest, among those whom the actor may manage."""
    people = (ctx.state.participants[one] for one in ctx.state.on_stage)
    silent = [
        p
        for p in people
        if p.silent_since is not None and p.role.rank <= ctx.rank and not ctx.is_me(p.id)
    ]
    if not silent:
        raise Refused(ErrorCode.STAGE_FULL)
    return min(silent, key=lambda p: (p.silent_since or 0, p.role.rank, p.id))


def revoke_offer(ctx: Context, command: c.RevokeStageOffer) -> Answer:
    """Take an offer back, whoever made it."""
    who = ctx.subject(command.participant_id, Right.MANAGE_STAGE)
    if who.stage is not StagePlace.OFFERED:
        raise Refused(ErrorCode.CONFLICT)
    return _one(e.StageCleared(participant_id=who.id))


def answer_offer(ctx: Context, command: c.AnswerStageOffer) -> Answer:
    """Take or turn down one's own offer."""
    me = ctx.me()
    if me.stage is not StagePlace.OFFERED:
        raise Refused(ErrorCode.CONFLICT)
    if not command.is_accepted:
        return _one(e.StageCleared(participant_id=me.id))
    if _is_full(ctx):
        raise Refused(ErrorCode.STAGE_FULL)
    return _one(e.StageJoined(participant_id=me.id))


def join(ctx: Context, _command: c.JoinStage) -> Answer:
    """Come to the stage unasked, where the mode or one's right allows it."""
    me = ctx.me()
    if me.stage is StagePlace.ON:
        return _nothing()
    if not may_join(ctx, me):
        raise Refused(ErrorCode.NOT_ALLOWED)
    if _is_full(ctx):
        raise Refused(ErrorCode.STAGE_FULL)
    return _one(e.StageJoined(participant_id=me.id))


def may_join(ctx: Context, me: Participant) -> bool:
    """Say whether somebody may come to the stage without being asked."""
    rights = rights_of_participant(ctx.state, me)
    match ctx.session.stage_mode:
        case StageMode.EVERYONE:
            return Right.JOIN_STAGE in rights or Right.REQUEST_STAGE in rights
        case StageMode.BY_REQUEST:
            return Right.JOIN_STAGE in rights
        case StageMode.INVITE_ONLY:
            return Right.MANAGE_STAGE in rights


def leave(ctx: Context, _command: c.LeaveStage) -> Answer:
    """Leave the stage."""
    me = ctx.me()
    return _one(e.StageLeft(participant_id=me.id)) if me.stage is StagePlace.ON else _nothing()


def remove_from_stage(ctx: Context, command: c.RemoveFromStage) -> Answer:
    """Take somebody off the stage."""
    who = ctx.subject(command.participant_id, Right.MANAGE_STAGE)
    if who.stage is not StagePlace.ON:
        raise Refused(ErrorCode.CONFLICT)
    return _one(e.StageLeft(participant_id=who.id))


# --- microphones and cameras ---------------------------------------------------------------


def set_microphone(ctx: Context, command: c.SetMicrophone) -> Answer:
    """Switch one's own microphone: on only on stage, and not while hard muted."""
    me = ctx.me()
    if me.has_microphone_on == command.is_on:
        return _nothing()
    if command.is_on:
        _refuse_off_stage(me)
        if ctx.session.is_hard_muted and not me.role.is_staff:
            raise Refused(ErrorCode.NOT_ALLOWED)
    return _one(e.MicrophoneSet(participant_id=me.id, is_on=command.is_on))


def set_camera(ctx: Context, command: c.SetCamera) -> Answer:
    """Switch one's own camera: on only on stage."""
    me = ctx.me()
    if me.has_camera_on == command.is_on:
        return _nothing()
    if command.is_on:
        _refuse_off_stage(me)
    return _one(e.CameraSet(participant_id=me.id, is_on=command.is_on))


def _refuse_off_stage(me: Participant) -> None:
    if me.stage is not StagePlace.ON:
        raise Refused(ErrorCode.NOT_ALLOWED)


def mute(ctx: Context, command: c.Mute) -> Answer:
    """Mute somebody."""
    who = ctx.subject(command.participant_id, Right.MUTE_OTHERS)
    if not who.has_microphone_on:
        return _nothing()
    return _one(e.MicrophoneSet(participant_id=who.id, is_on=False))


def request_unmute(ctx: Context, command: c.RequestUnmute) -> Answer:
    """Ask somebody on stage to unmute."""
    who = ctx.subject(command.participant_id, Right.MUTE_OTHERS)
    if who.stage is not StagePlace.ON or who.has_microphone_on:
        raise Refused(ErrorCode.CONFLICT)
    return _one(e.UnmuteRequested(participant_id=who.id))


def turn_camera_off(ctx: Context, command: c.TurnCameraOff) -> Answer:
    """Switch somebody's camera off."""
    who = ctx.subject(command.participant_id, Right.MUTE_OTHERS)
    if not who.has_camera_on:
        return _nothing()
    return _one(e.CameraSet(participant_id=who.id, is_on=False))


def _spared(ctx: Context, ids: Any) -> tuple[Any, ...]:
    """List whom a bulk command passes over: the actor, and whoever stands above."""
    people = (ctx.state.participants[one] for one in ids)
    return tuple(sorted(p.id for p in people if ctx.is_same(p) or p.role.rank > ctx.rank))


def mute_all(ctx: Context, _command: c.MuteAll) -> Answer:
    """Mute everybody but the actor."""
    ctx.need(Right.MUTE_OTHERS)
    spared = _spared(ctx, ctx.state.microphones)
    if len(spared) == len(ctx.state.microphones):
        return _nothing()
    return _one(e.AllMuted(spared=spared))


def cameras_off(ctx: Context, _command: c.TurnCamerasOff) -> Answer:
    """Switch every camera off but the actor's."""
    ctx.need(Right.MUTE_OTHERS)
    spared = _spared(ctx, ctx.state.cameras)
    if len(spared) == len(ctx.state.cameras):
        return _nothing()
    return _one(e.AllCamerasTurnedOff(spared=spared))


def set_hard_mute(ctx: Context, command: c.SetHardMute) -> Answer:
    """Keep those below moderator muted, or release them."""
    ctx.need(Right.MUTE_OTHERS)
    if ctx.rank < Role.MODERATOR.rank:
        raise Refused(ErrorCode.NOT_ALLOWED)
    if ctx.session.is_hard_muted == command.is_on:
        return _nothing()
    return _one(e.HardMuteSet(is_on=command.is_on))


RULES: dict[type, Callable[[Context, Any], Answer]] = {
    c.RaiseHand: raise_hand,
    c.LowerHand: lower_hand,
    c.ClearHands: clear_hands,
    c.UndoClearHands: undo_clear_hands,
    c.SetStageMode: set_mode,
    c.RequestStage: request,
    c.WithdrawStageRequest: withdraw,
    c.DeclineStageRequest: decline_request,
    c.OfferStage: offer,
    c.RevokeStageOffer: revoke_offer,
    c.AnswerStageOffer: answer_offer,
    c.JoinStage: join,
    c.LeaveStage: leave,
    c.RemoveFromStage: remove_from_stage,
    c.SetMicrophone: set_microphone,
    c.SetCamera: set_camera,
    c.Mute: mute,
    c.RequestUnmute: request_unmute,
    c.TurnCameraOff: turn_camera_off,
    c.MuteAll: mute_all,
    c.TurnCamerasOff: cameras_off,
    c.SetHardMute: set_hard_mute,
}
