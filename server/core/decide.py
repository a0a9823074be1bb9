"""Decide: a wish, the state and the moment give events or a refusal. Nothing else happens.

`decide` answers one wish; `step` wraps it into a record of the log, with what follows by
itself, and with the memory that makes a retry harmless.

Source: Jérémie Chassaing, Functional Event Sourcing Decider (2021).
"""

import hashlib
import json
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any

from protocol.commands import Command, CreateEntry, Leave
from protocol.errors import ErrorCode
from protocol.ids import CommandId, RoomId
from protocol.model import Wire
from protocol.roles import Gate
from server.core.actors import Actor, ParticipantActor
from server.core.announcements import count_announcements
from server.core.audit import audit_lines, head_after
from server.core.audit_labels import Scene
from server.core.chain import Line
from server.core.consequences import consequences
from server.core.context import Answer, Context, Fresh, Refused
from server.core.events import Event
from server.core.evolve import evolve, evolve_record
from server.core.orders import Order
from server.core.record import Record
from server.core.rules import (
    accounts,
    admission,
    entry,
    erasure,
    exports,
    guest_access,
    invitations,
    people,
    quiz,
    stage,
)
from server.core.rules import session as session_rules
from server.core.state import Cause, RoomState

RULES: dict[type, Callable[[Context, Any], Answer]] = {
    **entry.RULES,
    **quiz.RULES,
    **guest_access.RULES,
    **invitations.RULES,
    **session_rules.RULES,
    **stage.RULES,
    **people.RULES,
    **admission.RULES,
    **accounts.RULES,
    **erasure.RULES,
    **exports.RULES,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Env:
    """What is not in the state: the room's id, the moment, randomness, the server's key.

    Args:
        now: ms UTC.
        seed: random bytes for fresh ids; the same seed gives the same decision again.
        person_key: derives person ids from e-mail addresses.
    """

    room: RoomId
    now: int
    seed: bytes
    person_key: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Decided:
    """Yes: what happens, and facts for the one who asked."""

    events: tuple[Event, ...]
    result: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Rejected:
    """No, with a stable code. Only `facts` (a missed try) are recorded; all else is unchanged.

    Args:
        where: for `bad_request`, the field.
    """

    code: ErrorCode
    where: str | None = None
    facts: tuple[Event, ...] = ()


def decide(state: RoomState, wish: Command | Order, actor: Actor, env: Env) -> Decided | Rejected:
    """Answer one wish of one actor, by the state as it is. Total: every wish has an answer."""
    ctx = Context(
        state=state,
        actor=actor,
        now=env.now,
        fresh=Fresh(env.seed),
        person_key=env.person_key,
    )
    try:
        if isinstance(wish, CreateEntry):
            answer = entry.create(ctx, wish, env.room)
        else:
            # Orders look for themselves: a door of a deleted entry has its own words for it.
            is_gone = state.entry is None or state.entry.is_deleted
            if is_gone and isinstance(wish, Wire):
                return Rejected(code=ErrorCode.NOT_FOUND)
            _refuse_at_gate(state, wish, actor)
            answer = RULES[type(wish)](ctx, wish)
    except Refused as no:
        return Rejected(code=no.code, where=no.where, facts=no.facts)
    return Decided(events=tuple(answer.events), result=answer.result)


def _refuse_at_gate(state: RoomState, wish: Command | Order, actor: Actor) -> None:
    """Refuse everything but leaving to those who are not inside, with what they wait for."""
    if not isinstance(actor, ParticipantActor) or isinstance(wish, Leave):
        return
    participant = state.participants.get(actor.participant_id)
    if participant is None or participant.gate is None or participant.kept_out:
        return
    is_early = participant.gate is Gate.COUNTDOWN
    raise Refused(ErrorCode.NOT_STARTED if is_early else ErrorCode.WAITING)


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One answered wish, ready for the log.

    Args:
        record: to append; None when nothing happened.
        state: after the record.
        result: for the one who asked, when the answer is yes.
        rejected: when the answer is no.
        audit: what the audit log says of it.
    """

    record: Record | None
    state: RoomState
    result: dict[str, Any] = field(default_factory=dict)
    rejected: Rejected | None = None
    audit: tuple[Line, ...] = ()


def step(
    state: RoomState,
    wish: Command | Order,
    actor: Actor,
    env: Env,
    command_id: CommandId | None = None,
) -> Step:
    """Answer a wish with a record and the state after it.

    A command id that this actor used before finds its first answer again, with no second
    effect; with another body it is refused as `command_reused`. Only leaving is decided anew: who
    asks again because the line was lost before the answer has come in again to ask.
    """
    digest = _digest(wish) if command_id is not None else ""
    known = _known(state, actor, command_id)
    if known is not None and known.digest != digest:
        return _no(state, Rejected(code=ErrorCode.COMMAND_REUSED))
    if known is not None and not isinstance(wish, Leave):
        return Step(record=None, state=state, result=json.loads(known.result))
    decided = decide(state, wish, actor, env)
    if isinstance(decided, Rejected):
        if not decided.facts:
            return _no(state, decided)
        record = Record(at=env.now, events=decided.facts, by=actor.key)
        return Step(record=record, state=evolve_record(state, record), rejected=decided)
    if not decided.events:
        return Step(record=None, state=state, result=decided.result)
    draft = state
    for event in decided.events:
        draft = evolve(draft, event, env.now)
    events = (*decided.events, *consequences(draft, decided.events, env.now))
    cause: Cause | None = None
    if command_id is not None and known is None:
        cause = Cause(
            actor=actor.key,
            command_id=command_id,
            digest=digest,
            result=json.dumps(decided.result),
        )
    for event in events[len(decided.events) :]:
        draft = evolve(draft, event, env.now)
    scene = Scene(before=state, after=draft, actor=actor, now=env.now)
    lines = audit_lines(scene, events, env.seed)
    record = Record(
        at=env.now,
        events=events,
        cause=cause,
        by=actor.key,
        announcements=count_announcements(state, events, draft),
        audit=head_after(lines),
    )
    rest = replace(record, events=())
    return Step(record=record, state=evolve_record(draft, rest), result=decided.result, audit=lines)


def _known(state: RoomState, actor: Actor, command_id: CommandId | None) -> Cause | None:
    causes = state.causes.get(actor.key) or ()
    return next((cause for cause in causes if cause.command_id == command_id), None)


def _no(state: RoomState, rejected: Rejected) -> Step:
    return Step(record=None, state=state, rejected=rejected)


def _digest(wish: Command | Order) -> str:
    body = repr(wish)
    if isinstance(wish, Wire):
        # What is stated counts too: `null` clears, and what is left out stays.
        body = f"{sorted(wish.model_fields_set - {'type'})} {wish.model_dump_json()}"
    return hashlib.blake2b(body.encode(), digest_size=16).hexdigest()
