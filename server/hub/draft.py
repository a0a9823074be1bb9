"""What a batch of wishes comes to, before anything is appended; a lost race drops the draft."""

import logging
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from protocol.errors import ErrorCode
from protocol.ids import RoomId
from server.core import events as e
from server.core.attendance import Attendance, attendance_of
from server.core.decide import Env, Rejected, Step, step
from server.core.record import Record
from server.core.state import RoomState
from server.hub.alarms import room_moment
from server.hub.asks import Ask, Settled
from server.hub.replica import Advance
from server.store.archive import Archive
from server.store.interface import Put

log = logging.getLogger(__name__)


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
            log.exception("%s failed", type(ask.wish).__name__)
            ask.settle(Rejected(code=ErrorCode.INTERNAL))
            continue
        if step_.record is not None:
            steps.append((state, step_.record))
        state = step_.state
        answers.append((ask, step_))
    return Draft(steps, state, answers)


async def puts_of(draft: Draft, room: RoomId, attendance: Archive[Attendance]) -> list[Put]:
    """List what is kept beside the log in the same append: the index, sessions that are over.

    Cost: O(1) for each event; O(n) for one that begins a new session.
    """
    puts: list[Put] = []
    for before, record in draft.steps:
        for event in record.events:
            if isinstance(event, e.EntryCreated):
                puts.append(Put(table="entry", key=room, value=b"1"))
            if isinstance(event, e.SessionCreated) and before.session is not None:
                payload = await attendance.pack(attendance_of(before))
                key = f"{room} {before.session.id}"
                puts.append(Put(table="attendance", key=key, value=payload))
    return puts


def wake_at(state: RoomState, now: int) -> int | None:
    """Say by when some node has to open this room, should this one die.

    Where somebody holds a place, seats and graces run as well, so that is at once.
    """
    return now if state.mails_due or state.places else room_moment(state)
