"""Roles, single rights, names, removal and blocks."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from protocol import commands as c
from protocol.errors import ErrorCode
from protocol.ids import BlockId, ParticipantId
from protocol.roles import BlockBy, Right, Role, SessionState, StageMode, StagePlace
from server.core import events as e
from server.core.actors import ParticipantActor
from server.core.context import Answer, Context, Refused, cleaned_name
from server.core.events import Event
from server.core.identity import block_keys, known_by, removal_keys
from server.core.rights import GRANTABLE, rights_of, rights_of_participant
from server.core.state import BlockRecord, Participant, Undo

UNDO_MS = 10_000
"""For how long a role change can be undone."""
MAX_BLOCKS = 5_000
"""People that one entry may keep out."""
NONE: frozenset[Right] = frozenset()
"""No single rights."""


def set_role(ctx: Context, command: c.SetRole) -> Answer:
    """Give a role at once: never above the actor's own, never to somebody above the actor."""
    who = ctx.subject(command.participant_id, Right.SET_ROLE)
    if command.role.rank > ctx.rank:
        raise Refused(ErrorCode.NOT_ALLOWED)
    if who.role is command.role and not who.is_custom:
        return Answer(events=[])
    if not command.role.is_staff and not command.even_if_last:
        _refuse_last(ctx, who)
    _refuse_gift(ctx, who, replace(who, role=command.role, granted=NONE, revoked=NONE))
    granted = e.RoleGranted(
        participant_id=who.id, role=command.role, undo=_undo(ctx, who), by=ctx.my_person()
    )
    return Answer(
        events=[granted, *_step_down(ctx, who, command.role)],
        result={"undo_until": ctx.now + UNDO_MS},
    )


def _refuse_gift(ctx: Context, who: Participant, changed: Participant) -> None:
    """Refuse to give somebody, oneself included, rights that the actor lacks.

    Ranks alone do not tell: a moderator from whom a right was taken must not get it back by
    their own hand, nor give it to a friend.
    """
    had = rights_of_participant(ctx.state, who)
    gained = rights_of_participant(ctx.state, changed) - had
    if not gained <= rights_of(ctx.state, ctx.actor):
        raise Refused(ErrorCode.NOT_ALLOWED)


def _undo(ctx: Context, who: Participant) -> Undo:
    actor = ctx.actor
    return Undo(
        role=who.role,
        granted=who.granted,
        revoked=who.revoked,
        by=actor.participant_id if isinstance(actor, ParticipantActor) else None,
        until=ctx.now + UNDO_MS,
    )


def _refuse_last(ctx: Context, who: Participant) -> None:
    """Warn before the last host or moderator steps down out of a running session."""
    session = ctx.state.session
    if session is None or session.state is not SessionState.OPEN or not who.role.is_staff:
        return
    if len(ctx.state.staff_here) == 1 and who.id in ctx.state.staff_here:
        raise Refused(ErrorCode.LAST_HOST)


def _step_down(ctx: Context, who: Participant, role: Role) -> list[Event]:
    """Take somebody made a viewer off the stage, unless it is open to everyone."""
    session = ctx.state.session
    is_open = session is not None and session.stage_mode is StageMode.EVERYONE
    if role is not Role.VIEWER or who.role is Role.VIEWER or is_open:
        return []
    return [e.StageLeft(participant_id=who.id)] if who.stage is StagePlace.ON else []


def undo_role(ctx: Context, command: c.UndoRole) -> Answer:
    """Undo somebody's last change of role or rights, within its few seconds.

    Whoever changed their own role may take it back; for others' the right is needed now.
    """
    me = ctx.actor.participant_id if isinstance(ctx.actor, ParticipantActor) else None
    who = ctx.state.participants.get(command.participant_id)
    if who is None or not who.is_in:
        raise Refused(ErrorCode.NOT_FOUND)
    undo = who.undo
    is_my_own = undo is not None and me == who.id and undo.by == me
    if not is_my_own:
        who = ctx.subject(command.participant_id, Right.SET_ROLE)
    if undo is None or ctx.now >= undo.until:
        raise Refused(ErrorCode.CONFLICT)
    if not is_my_own:
        if undo.role.rank > ctx.rank:
            raise Refused(ErrorCode.NOT_ALLOWED)
        earlier = replace(who, role=undo.role, granted=undo.granted, revoked=undo.revoked)
        _refuse_gift(ctx, who, earlier)
    if not undo.role.is_staff:
        _refuse_last(ctx, who)
    restored = e.RoleGranted(
        participant_id=who.id,
        role=undo.role,
        granted=undo.granted,
        revoked=undo.revoked,
        by=ctx.my_person(),
    )
    return Answer(events=[restored, *_step_down(ctx, who, undo.role)])


def set_rights(ctx: Context, command: c.SetRights) -> Answer:
    """Give or take single rights: none that the actor lacks, none on the entry itself."""
    who = ctx.subject(command.participant_id, Right.EDIT_RIGHTS)
    granted, revoked = frozenset(command.granted), frozenset(command.revoked)
    if granted & revoked or not granted | revoked <= GRANTABLE:
        raise Refused(ErrorCode.BAD_REQUEST, "granted")
    if not granted <= rights_of(ctx.state, ctx.actor):
        raise Refused(ErrorCode.NOT_ALLOWED)
    if (granted, revoked) == (who.granted, who.revoked):
        return Answer(events=[])
    _refuse_gift(ctx, who, replace(who, granted=granted, revoked=revoked))
    changed = e.RoleGranted(
        participant_id=who.id,
        role=who.role,
        granted=granted,
        revoked=revoked,
        undo=_undo(ctx, who),
        by=ctx.my_person(),
    )
    return Answer(events=[changed], result={"undo_until": ctx.now + UNDO_MS})


def rename(ctx: Context, command: c.Rename) -> Answer:
    """Change a displayed name, one's own or somebody's."""
    if command.participant_id is None or ctx.is_me(command.participant_id):
        ctx.need(Right.RENAME_SELF)
        who = ctx.me()
    else:
        who = ctx.subject(command.participant_id, Right.RENAME_OTHERS)
    name = cleaned_name(command.name)
    if name == who.person.name:
        return Answer(events=[])
    person = replace(who.person, name=name)
    return Answer(events=[e.ParticipantRenamed(participant_id=who.id, person=person)])


def _outcast(ctx: Context, participant_id: ParticipantId, right: Right) -> Participant:
    """Get somebody to remove: here, at a gate, or gone a moment ago; never oneself."""
    ctx.need(right)
    who = ctx.known(participant_id)
    if ctx.is_same(who):
        raise Refused(ErrorCode.NOT_ALLOWED)
    return who


def remove(ctx: Context, command: c.Remove) -> Answer:
    """Remove somebody; every way in which they are known keeps them out of this session."""
    who = _outcast(ctx, command.participant_id, Right.REMOVE)
    _ = ctx.session
    if who.kept_out:
        return Answer(events=[])
    keys = removal_keys(who)
    event = e.ParticipantRemoved(participant_id=who.id, keys=keys)
    return Answer(events=[event, *_others_of(ctx, who, keys)])


def _others_of(ctx: Context, who: Participant, keys: tuple[str, ...]) -> list[Event]:
    """Remove whoever else here is the same person by these keys: removal acts on the person.

    Those who came by a blocked link are not: `revoke_guest_link` is there for that.

    Cost: O(n) in the size of the room.
    """
    personal = {key for key in keys if not key.startswith("link:")}
    devices = who.device_ids
    return [
        e.ParticipantRemoved(participant_id=other.id, keys=())
        for other in ctx.state.participants.values()
        if other.id != who.id
        and other.holds_place
        and (other.person.id == who.person.id or not devices.isdisjoint(other.device_ids))
        and other.role.rank <= min(ctx.rank, Role.MODERATOR.rank)
        and not ctx.is_same(other)
        and personal.intersection(known_by(other))
    ]


def readmit(ctx: Context, command: c.Readmit) -> Answer:
    """Undo a removal or a decline. Nobody readmits themselves."""
    who = _outcast(ctx, command.participant_id, Right.REMOVE)
    _ = ctx.session
    if who.kept_out not in ("removed", "declined"):
        raise Refused(ErrorCode.CONFLICT)
    return Answer(events=[e.ParticipantReadmitted(participant_id=who.id)])


def block(ctx: Context, command: c.Block) -> Answer:
    """Remove somebody and keep them out of the entry, sessions to come included."""
    who = _outcast(ctx, command.participant_id, Right.BLOCK)
    if who.kept_out == "blocked":
        return Answer(events=[])
    if len(ctx.state.blocks) >= MAX_BLOCKS:
        raise Refused(ErrorCode.TOO_LARGE)
    if BlockBy.LINK in command.by and who.link_id is None:
        raise Refused(ErrorCode.BAD_REQUEST, "by")
    keys = block_keys(who, command.by)
    if not keys:
        raise Refused(ErrorCode.BAD_REQUEST, "by")
    made = BlockRecord(
        id=BlockId(ctx.fresh.id("b")),
        participant_id=who.id,
        person=who.person,
        by=command.by,
        keys=keys,
        link_id=who.link_id,
        blocked_at=ctx.now,
        blocked_by=ctx.my_person(),
    )
    events = [e.BlockAdded(block=made), *_others_of(ctx, who, keys)]
    return Answer(events=events, result={"block_id": made.id})


def unblock(ctx: Context, command: c.Unblock) -> Answer:
    """Undo a block."""
    ctx.need(Right.BLOCK)
    found = ctx.state.blocks.get(command.block_id)
    if found is None:
        raise Refused(ErrorCode.NOT_FOUND)
    blocked = ctx.state.participants.get(found.participant_id)
    if blocked is not None and ctx.is_same(blocked):
        raise Refused(ErrorCode.NOT_ALLOWED)
    return Answer(events=[e.BlockRemoved(block_id=found.id)])


def leave(ctx: Context, _command: c.Leave) -> Answer:
    """Leave on purpose, from inside or from a gate."""
    if not isinstance(ctx.actor, ParticipantActor):
        raise Refused(ErrorCode.NOT_ALLOWED)
    who = ctx.state.participants.get(ctx.actor.participant_id)
    if who is None or not who.holds_place:
        return Answer(events=[])
    return Answer(events=[e.ParticipantLeft(participant_id=who.id)])


RULES: dict[type, Callable[[Context, Any], Answer]] = {
    c.SetRole: set_role,
    c.UndoRole: undo_role,
    c.SetRights: set_rights,
    c.Rename: rename,
    c.Remove: remove,
    c.Readmit: readmit,
    c.Block: block,
    c.Unblock: unblock,
    c.Leave: leave,
}
