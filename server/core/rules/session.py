"""The life of a session: start, end, lock, and the waiting room."""

from collections.abc import Callable
from typing import Any

from protocol import commands as c
from protocol.errors import ErrorCode
from protocol.ids import ParticipantId
from protocol.roles import EndReason, Gate, Right, Role, SessionState, WaitReason
from server.core import events as e
from server.core.context import Answer, Context, Refused
from server.core.events import Event
from server.core.identity import removal_keys
from server.core.names import clean_text
from server.core.state import Participant


def start(ctx: Context, _command: c.StartSession) -> Answer:
    """Open the session; after one has ended, open a new one. Open already: nothing happens."""
    ctx.need(Right.START_SESSION)
    entry, session = ctx.entry, ctx.state.session
    if session is None:
        raise Refused(ErrorCode.NOT_FOUND)
    match session.state:
        case SessionState.OPEN:
            return Answer(events=[], result={"session_id": session.id})
        case SessionState.ENDED:
            session_id = ctx.session_id(entry.id)
            return Answer(
                events=[e.SessionCreated(session_id=session_id), e.SessionOpened()],
                result={"session_id": session_id},
            )
        case _:
            return Answer(events=[e.SessionOpened()], result={"session_id": session.id})


def end(ctx: Context, _command: c.EndSession) -> Answer:
    """End the session for everyone. What is not live has no end."""
    ctx.need(Right.END_SESSION)
    if not ctx.entry.kind.is_live:
        raise Refused(ErrorCode.CONFLICT)
    _ = ctx.session
    return Answer(events=[e.SessionEnded(reason=EndReason.BY_HOST)])


def set_lock(ctx: Context, command: c.SetLock) -> Answer:
    """Lock or unlock. What is committed after the lock obeys it; there is no leniency."""
    ctx.need(Right.LOCK)
    if ctx.session.is_locked == command.is_locked:
        return Answer(events=[])
    return Answer(events=[e.LockSet(is_locked=command.is_locked)])


def _waiting(ctx: Context, participant_id: ParticipantId) -> Participant | None:
    """Get somebody who waits; None when they do not (any more), so that a bulk goes on."""
    participant = ctx.state.participants.get(participant_id)
    if participant is None or participant.gate is not Gate.WAITING_ROOM:
        return None
    return participant if participant.holds_place else None


def _admit(people: list[Participant]) -> Answer:
    events: list[Event] = [
        e.ParticipantAdmitted(participant_id=participant.id, by_staff=True)
        for participant in people
    ]
    return Answer(events=events, result={"admitted": len(events)})


def admit(ctx: Context, command: c.Admit) -> Answer:
    """Let people in. Those who do not wait any more are passed over; nobody: `not_found`."""
    ctx.need(Right.ADMIT)
    _ = ctx.session
    ids = dict.fromkeys(command.participant_ids)
    people = [found for one in ids if (found := _waiting(ctx, one)) is not None]
    if not people:
        raise Refused(ErrorCode.NOT_FOUND)
    if any(ctx.is_same(participant) for participant in people):
        raise Refused(ErrorCode.NOT_ALLOWED)
    return _admit(people)


def admit_all(ctx: Context, command: c.AdmitAll) -> Answer:
    """Let in everybody who waits, or everybody who came by one link."""
    ctx.need(Right.ADMIT)
    _ = ctx.session
    people = [found for one in ctx.state.at_gates if (found := _waiting(ctx, one)) is not None]
    people = [p for p in people if not ctx.is_same(p)]
    if command.link_id is not None:
        people = [p for p in people if p.link_id == command.link_id]
    people.sort(key=lambda p: (p.waiting_since or 0, p.id))
    return _admit(people)


def decline(ctx: Context, command: c.Decline) -> Answer:
    """Turn people away. Those who do not wait any more are passed over; nobody: `not_found`."""
    ctx.need(Right.ADMIT)
    _ = ctx.session
    ids = dict.fromkeys(command.participant_ids)
    people = [found for one in ids if (found := _waiting(ctx, one)) is not None]
    if not people:
        raise Refused(ErrorCode.NOT_FOUND)
    if any(participant.role.rank > ctx.rank for participant in people):
        raise Refused(ErrorCode.NOT_ALLOWED)
    events = [e.ParticipantDeclined(participant_id=p.id, keys=removal_keys(p)) for p in people]
    return Answer(events=events, result={"declined": len(events)})


def send_back(ctx: Context, command: c.SendBack) -> Answer:
    """Send somebody back to the waiting room. Hosts cannot be."""
    participant = ctx.subject(command.participant_id, Right.ADMIT)
    if participant.role is Role.HOST or ctx.is_same(participant):
        raise Refused(ErrorCode.NOT_ALLOWED)
    return Answer(
        events=[
            e.GateSet(
                participant_id=participant.id,
                gate=Gate.WAITING_ROOM,
                reason=WaitReason.SENT_BACK,
            )
        ]
    )


def message_waiting(ctx: Context, command: c.MessageWaiting) -> Answer:
    """Say something to those who wait; an empty text takes it back."""
    ctx.need(Right.ADMIT)
    _ = ctx.session
    return Answer(events=[e.WaitingMessageSet(text=clean_text(command.text))])


RULES: dict[type, Callable[[Context, Any], Answer]] = {
    c.StartSession: start,
    c.EndSession: end,
    c.SetLock: set_lock,
    c.Admit: admit,
    c.AdmitAll: admit_all,
    c.Decline: decline,
    c.SendBack: send_back,
    c.MessageWaiting: message_waiting,
}
