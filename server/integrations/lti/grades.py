"""Attendance as a grade, where a platform is set to take it.

The rule in full:

- When a session ends, everybody who is a viewer by their part in the course, and was in the
  session at any time, gets as many percent as their share of the session: the time during which
  they were inside between its opening and its end, divided by the time between the two, rounded.
- Presence is that of the attendance record: several devices count once, a line that comes back
  within the grace time was never gone.
- The latest session in which somebody was there counts: its grade takes the place of the one
  before. Whoever was not there at all gets no grade, and keeps the one they have.
- Teachers and moderators get none.

What somebody gets is put down before it is sent, and kept until their platform has taken it.
"""

import logging
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from protocol.ids import AccountId, RoomId
from protocol.roles import Part, SessionState
from server.core.attendance import Attended, attendance_of
from server.core.record import Record
from server.core.state import RoomState
from server.integrations.lti.courses import Courses
from server.integrations.lti.platforms import Platforms
from server.integrations.lti.score_sender import ScoreSender
from server.integrations.lti.scores import PendingScore, ScoreKeep
from server.integrations.rounds import Rounds
from server.store.interface import StoreError

log = logging.getLogger(__name__)

ROOMS_AT_ONCE = 8
STORE_WAIT_S = 5.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Present:
    """For how much of a session somebody was there, in percent."""

    account_id: AccountId
    percent: int


@dataclass(frozen=True, slots=True)
class _Parts:
    platforms: Platforms
    courses: Courses
    sender: ScoreSender


class Grades:
    """Hears of ended sessions, and puts down what they give. `Tool.running` owns its work.

    Args:
        keep: for the scores.
        monotonic: seconds.
    """

    def __init__(self, keep: ScoreKeep, monotonic: Callable[[], float]) -> None:
        """Hear of nothing yet; what scores are made with follows in `attach`."""
        self.keep = keep
        self._parts: _Parts | None = None
        self._ended: dict[RoomId, RoomState] = {}
        self._rounds = Rounds(
            self._work,
            monotonic,
            at_once=ROOMS_AT_ONCE,
            group_of=lambda room: room,
            rest_until=lambda _: 0.0,
        )

    def attach(self, *, platforms: Platforms, courses: Courses, sender: ScoreSender) -> None:
        """Take what scores are made with."""
        self._parts = _Parts(platforms, courses, sender)

    def on_commit(self, room: RoomId, state: RoomState, _records: tuple[Record, ...]) -> None:
        """Hear of a room.

        A session that is over is looked at again whenever its room is opened, so that a node
        that dies before it has put down all loses nothing.
        """
        session = state.session
        if session is not None and session.state is SessionState.ENDED and session.opened_at:
            self._ended[room] = state
            self._rounds.note(room)

    async def run(self) -> None:
        """Put down the scores of sessions that end, until cancelled."""
        await self._rounds.run()

    async def _work(self, room: RoomId) -> float | None:
        """Put down what a session gives; say in how many seconds to try again."""
        state = self._ended.get(room)
        if state is None:
            return None
        try:
            await self._grade(room, state)
        except StoreError as problem:
            log.warning("room %s: grades wait for the store: %r", room, problem)
            return STORE_WAIT_S
        if self._ended.get(room) is state:
            del self._ended[room]
        return None

    async def _grade(self, room: RoomId, state: RoomState) -> None:
        if self._parts is None or state.session is None:
            return
        session, ended_at = state.session.id, state.session.ended_at
        entry = await self._parts.courses.entry(room)
        if entry is None or not entry.line_items or ended_at is None:
            return
        platform = (await self._parts.platforms.all()).get(entry.platform_id)
        if platform is None or not platform.sends_grades or await self.keep.has(session):
            return
        scores = [
            PendingScore(
                platform_id=platform.platform_id,
                room=room,
                session=session,
                account_id=share.account_id,
                line_item=item,
                percent=share.percent,
                at=ended_at,
            )
            for share in shares_of(state)
            for item in entry.line_items
        ]
        await self.keep.put_down(session, scores)
        self._parts.sender.note(platform.platform_id)


def shares_of(state: RoomState) -> Iterator[Present]:
    """Say how much of a session that is over each of its viewers was there for.

    Raises:
        LookupError: the room has no session.
    """
    record = attendance_of(state)
    opened_at, ended_at = record.opened_at, record.ended_at
    if opened_at is None or ended_at is None:
        return
    for one in record.people:
        account = state.participants[one.participant_id].account_id
        collaborator = state.collaborators.get(account) if account else None
        if account and collaborator is not None and collaborator.part is Part.CO_VIEWER:
            percent = share_of(one, opened_at, ended_at)
            yield Present(account_id=account, percent=percent)


def share_of(one: Attended, opened_at: int, ended_at: int) -> int:
    """Say for how many percent of a session somebody was there.

    Args:
        one: their line of the attendance record.
        opened_at, ended_at: ms UTC.
    """
    lasted = ended_at - opened_at
    if lasted <= 0:
        return 100
    there = sum(
        max(0, min(until, ended_at) - max(since, opened_at)) for since, until in one.intervals
    )
    return min(100, round(100 * there / lasted))
