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
"""

import asyncio
import contextlib
import logging
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from protocol.ids import AccountId, RoomId, SessionId
from protocol.lti import PlatformView
from protocol.roles import Part, SessionState
from server.core.attendance import Attended, attendance_of
from server.core.record import Record
from server.core.state import RoomState
from server.edge.replies import Denied
from server.integrations.calls import Unreachable
from server.integrations.identities import Way, account_of
from server.integrations.lti.courses import CourseEntry, Courses
from server.integrations.lti.people import People
from server.integrations.lti.platforms import Platforms
from server.integrations.lti.services import Score, Services
from server.store.interface import Put, Store, StoreError

log = logging.getLogger(__name__)

TABLE = "lti_graded"
TAKEN_MS = 10 * 60_000
"""A node that has taken a session to grade and is not done by then has died."""
DONE_MS = 90 * 24 * 3_600_000
WAITING = 10_000
RETRIES_S = (5.0, 60.0)
_TAKEN, _DONE = b"taken", b"done"


@dataclass(frozen=True, slots=True, kw_only=True)
class Present:
    """For how much of a session somebody was there, in percent."""

    account_id: AccountId
    percent: int


@dataclass(frozen=True, slots=True)
class _Parts:
    platforms: Platforms
    courses: Courses
    people: People
    services: Services


class Grades:
    """Hears of ended sessions, and sends what they give. `Tool.running` owns its work.

    Args:
        store: keeps which sessions are done.
        person_key: from which ids of accounts are derived.
        clock: ms UTC.
    """

    def __init__(self, store: Store, person_key: bytes, clock: Callable[[], int]) -> None:
        """Hear of nothing yet; what grades are sent with follows in `attach`."""
        self._store = store
        self._key = person_key
        self._clock = clock
        self._parts: _Parts | None = None
        self._ended: asyncio.Queue[tuple[RoomId, RoomState]] = asyncio.Queue(WAITING)

    def attach(
        self, *, platforms: Platforms, courses: Courses, people: People, services: Services
    ) -> None:
        """Take what grades are sent with."""
        self._parts = _Parts(platforms, courses, people, services)

    def on_commit(self, room: RoomId, state: RoomState, _records: tuple[Record, ...]) -> None:
        """Hear of a room.

        A session that is over is looked at again whenever its room is opened, so that a node
        that dies before it has sent all loses nothing.
        """
        session = state.session
        if session is not None and session.state is SessionState.ENDED and session.opened_at:
            with contextlib.suppress(asyncio.QueueFull):
                self._ended.put_nowait((room, state))

    async def run(self) -> None:
        """Send the grades of one session after the other, until cancelled."""
        while True:
            room, state = await self._ended.get()
            try:
                await self._grade(room, state)
            except (Unreachable, StoreError, Denied) as fault:
                log.warning("room %s: grades not sent: %s", room, fault)
            except Exception:
                log.exception("room %s: grades could not be sent", room)

    async def _grade(self, room: RoomId, state: RoomState) -> None:
        """Send the grades of a session, on one node and once."""
        if self._parts is None or state.session is None:
            return
        entry = await self._parts.courses.entry(room)
        if entry is None or not entry.line_items:
            return
        platform = (await self._parts.platforms.all()).get(entry.platform_id)
        if platform is None or not platform.sends_grades:
            return
        session = state.session.id
        if not await self._take(session):
            return
        at = state.session.ended_at or self._clock()
        try:
            count = await self._send(platform, entry, list(shares_of(state)), at)
        except Unreachable:
            await self._store.put([Put(table=TABLE, key=session, value=None)])
            raise
        await self._mark(session, _DONE, DONE_MS)
        log.info("room %s: %d grades sent", room, count)

    async def _take(self, session: SessionId) -> bool:
        now = self._clock()
        put = Put(table=TABLE, key=session, value=_TAKEN, expires_at=now + TAKEN_MS, if_absent=True)
        return await self._store.put([put], now)

    async def _mark(self, session: SessionId, value: bytes, kept_ms: int) -> None:
        until = self._clock() + kept_ms
        await self._store.put([Put(table=TABLE, key=session, value=value, expires_at=until)])

    async def _send(
        self, platform: PlatformView, entry: CourseEntry, shares: list[Present], at: int
    ) -> int:
        assert self._parts is not None  # noqa: S101 - `_grade` has looked
        count = 0
        for share in shares:
            subject = await self._parts.people.subject(share.account_id)
            # Somebody invited from elsewhere is nobody to this platform.
            if subject is None or account_of(Way.LTI, platform.issuer, subject, self._key) != (
                share.account_id
            ):
                continue
            score = Score(subject=subject, percent=share.percent, at=at)
            for item in entry.line_items:
                await self._sent(platform, item, score)
            count += 1
        return count

    async def _sent(self, platform: PlatformView, item: str, score: Score) -> None:
        assert self._parts is not None  # noqa: S101 - `_grade` has looked
        for wait_s in RETRIES_S:
            try:
                await self._parts.services.send_score(platform, item, score)
            except Unreachable as fault:
                log.warning("platform %s: a grade waits: %s", platform.platform_id, fault)
                await asyncio.sleep(wait_s)
            else:
                return
        await self._parts.services.send_score(platform, item, score)


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
