"""What a batch of wishes comes to, before anything is appended; a lost race drops the draft."""

import logging
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from structlog.contextvars import bound_contextvars

from protocol.errors import ErrorCode
from protocol.ids import RoomId, SessionId
from server.core import events as e
from server.core.actors import Actor, ParticipantActor
from server.core.announcements import Announcement, announcements_of
from server.core.attendance import attendance_of, without_guests
from server.core.chain import Line
from server.core.decide import Env, Rejected, Step, step
from server.core.evolve.session import ENDS_KEPT
from server.core.record import Record
from server.core.state import RoomState
from server.hub.alarms import room_moment
from server.hub.asks import Ask, Settled
from server.hub.audit_rows import audit_puts
from server.hub.forgetting import forgetting_put
from server.hub.replica import Advance
from server.hub.settings import Stores
from server.hub.tracing import Trace
from server.store.interface import Corrupt, NewerData, Put

log = logging.getLogger(__name__)

ATTENDANCE = "attendance"
"""The table of the records of sessions that are over, by `<room> <session>`."""


@dataclass(frozen=True, slots=True)
class Draft:
    """A batch, decided: what is to be appended, the state after it, and the answers."""

    steps: Sequence[Advance]
    state: RoomState
    answers: Sequence[tuple[Ask, Step]]

    @property
    def records(self) -> list[Record]:
        """What is to be appended."""
        return [record for _, record in self.steps]

    @property
    def is_granted(self) -> bool:
        """Something was not refused, whether or not it changes anything."""
        return any(step_.rejected is None for _, step_ in self.answers)

    @property
    def is_refused(self) -> bool:
        """Nothing is to be appended, and something was refused."""
        return not self.steps and any(step_.rejected for _, step_ in self.answers)

    def granted_traces(self) -> list[Trace]:
        """List what follows the wishes that were granted."""
        return [
            ask.trace
            for ask, step_ in self.answers
            if ask.trace is not None and step_.rejected is None
        ]

    @property
    def lines(self) -> list[Line]:
        """What the audit log says of it."""
        return [line for _, step_ in self.answers for line in step_.audit]

    def settle(self, version: int) -> None:
        """Answer every wish, now that what it has brought about is in the log."""
        for ask, step_ in self.answers:
            if step_.rejected is not None:
                ask.settle(step_.rejected)
            else:
                ask.settle(Settled(version=version, result=step_.result))


def drafted(state: RoomState, batch: Iterable[Ask], env: Callable[[Ask], Env]) -> Draft:
    """Decide every wish, each after the one before it.

    A wish that finds a fault of ours is answered `internal`, and harms none of the others.
    """
    steps: list[Advance] = []
    answers: list[tuple[Ask, Step]] = []
    for ask in batch:
        try:
            step_ = step(state, ask.wish, ask.actor, env(ask), ask.command_id)
        except Exception:
            with bound_contextvars(**_names(ask.actor)):
                log.exception("%s failed", type(ask.wish).__name__)
            ask.settle(Rejected(code=ErrorCode.INTERNAL))
            continue
        if step_.record is not None:
            steps.append((state, step_.record))
        state = step_.state
        answers.append((ask, step_))
    return Draft(steps, state, answers)


def _names(actor: Actor) -> dict[str, str]:
    """Name the connection that somebody acts on, for a line in the log."""
    match actor:
        case ParticipantActor(connection_id=connection_id):
            return {"connection_id": connection_id}
        case _:
            return {}


async def puts_of(draft: Draft, room: RoomId, stores: Stores, now: int) -> list[Put]:
    """List what is kept beside the log in the same append.

    The index of entries, sessions that are over, what the outside is to be told, and the lines
    of the audit log.

    Cost: O(1) for each event; O(n) for one that begins a new session, or erases those of old ones.
    """
    if not draft.steps:
        return []
    puts = await stores.announced(_announced(draft))
    for before, record in draft.steps:
        for event in record.events:
            if isinstance(event, e.EntryCreated):
                puts.append(Put(table="entry", key=room, value=b"1"))
            if isinstance(event, e.SessionCreated) and before.session is not None:
                payload = await stores.attendance.pack(attendance_of(before))
                key = f"{room} {before.session.id}"
                puts.append(Put(table=ATTENDANCE, key=key, value=payload))
                puts += await _dropped(before, room, stores, now)
            if isinstance(event, e.GuestsErased):
                puts += await _without_guests(event.session_ids, room, stores, now)
                puts.append(forgetting_put(event, room, draft.state.audit.number))
    puts += await audit_puts(draft.lines, room, stores)
    return puts


async def _dropped(before: RoomState, room: RoomId, stores: Stores, now: int) -> list[Put]:
    """Forget the guests of the session that falls off the list, which nobody looks at any more.

    Its time would not come otherwise. An entry that keeps names for good keeps these as well.
    """
    if len(before.sittings) < ENDS_KEPT or not before.settings.names_kept_days:
        return []
    return await _without_guests((before.sittings[0].id,), room, stores, now)


async def _without_guests(
    session_ids: Sequence[SessionId], room: RoomId, stores: Stores, now: int
) -> list[Put]:
    """Write the records of old sessions again, without who the guests were.

    One that cannot be read is left as it is: it must not keep the room from everything else.
    """
    keys = [f"{room} {session_id}" for session_id in session_ids]
    puts: list[Put] = []
    for key, stored in (await stores.store.get_many(ATTENDANCE, keys, now)).items():
        try:
            payload = await stores.attendance.rewritten(stored, without_guests)
        except (Corrupt, NewerData):
            log.exception("the guests of an old session of room %s cannot be forgotten", room)
            continue
        if payload is not None:
            puts.append(Put(table=ATTENDANCE, key=key, value=payload))
    return puts


def _announced(draft: Draft) -> list[Announcement]:
    afters = [*(before for before, _ in draft.steps[1:]), draft.state]
    return [
        one
        for (before, record), after in zip(draft.steps, afters, strict=True)
        for one in announcements_of(before, record, after)
    ]


def wake_at(state: RoomState, now: int) -> int | None:
    """Say by when some node has to open this room, should this one die.

    Where somebody holds a place, seats and graces run as well, so that is at once.
    """
    return now if state.mails_due or state.places else room_moment(state)
