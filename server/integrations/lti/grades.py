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

from protocol.ids import RoomId, SessionId
from protocol.roles import Part, SessionState
from server.core.attendance import Attended, attendance_of
from server.core.record import Record
from server.core.state import RoomState
from server.integrations.lti.courses import Courses
from server.integrations.lti.platforms import Platforms
from server.integrations.lti.score_sender import ScoreSender
from server.integrations.lti.scores import Ended, ScoreKeep, Share
from server.integrations.rounds import Rounds
from server.store.interface import StoreError

log = logging.getLogger(__name__)

ROOMS_AT_ONCE = 8
STORE_WAIT_S = 5.0


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
        self._ended: dict[SessionId, tuple[RoomId, RoomState]] = {}
        self._rounds = Rounds(
            self._work,
            monotonic,
            at_once=ROOMS_AT_ONCE,
            group_of=lambda session: session,
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
            self._ended[session.id] = (room, state)
            self._rounds.note(session.id)

    async def run(self) -> None:
        """Put down the scores of sessions that end, until cancelled."""
        await self._rounds.run()

    async def _work(self, session: SessionId) -> float | None:
        """Put down what a session gives; say in how many seconds to try again."""
        heard = self._ended.get(session)
        if heard is None:
            return None
        room, state = heard
        try:
            await self._grade(room, state)
        except StoreError as problem:
            log.warning("room %s: grades wait for the store: %r", room, problem)
            return STORE_WAIT_S
        if self._ended.get(session) is heard:
            del self._ended[session]
        return None

    async def _grade(self, room: RoomId, state: RoomState) -> None:
        if self._parts is None or state.session is None or state.session.ended_at is None:
            return
        entry = await self._parts.courses.entry(room)
        if entry is None or not entry.line_items:
            return
        platform = (await self._parts.platforms.all()).get(entry.platform_id)
        ended = Ended(
            platform_id=entry.platform_id,
            room=room,
            session=state.session.id,
            line_items=entry.line_items,
            at=state.session.ended_at,
        )
        if platform is None or await self.keep.is_over(ended):
            return
        # Of what ended while grades were switched off, nothing is sent later either.
        shares = list(shares_of(state)) if platform.sends_grades else []
        await self.keep.put_down(ended, shares)
        self._parts.sender.note(platform.platform_id)


def shares_of(state: RoomState) -> Iterator[Share]:
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
        is_viewer = collaborator is not None and collaborator.part is Part.CO_VIEWER
        if account and is_viewer and not one.person.is_erased:
            percent = share_of(one, opened_at, ended_at)
            yield Share(account_id=account, person=one.person, percent=percent)


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
