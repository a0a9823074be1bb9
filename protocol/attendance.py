"""The attendance record as it is shown and downloaded: who was there, how they came, when.

Everything here is for those who may export. A field that is for staff is empty for somebody who
was given that one right and sees no staff surfaces.
"""

from typing import Annotated

from protocol.ids import ParticipantId, RoomId, SessionId
from protocol.model import Wire
from protocol.privacy import Seen
from protocol.roles import Origin, Role, SessionState
from protocol.text import Millis


class RoleChangeView(Wire):
    """One change of somebody's role. `by` is empty where nobody is known any more."""

    at: Millis
    before: Role
    after: Role
    by: str = ""


class AttendedView(Wire):
    """One person's presence; moments and durations in ms. Someone erased has no name.

    Args:
        role: the last one.
        intervals: from when to when they were inside; see docs/attendance.md for the rule.
        role_changes: the newest 50, the newest last.
        older_role_changes: how many more there were before those.
        is_here: the last interval goes on.
        consent: the version of the text that a guest agreed to, and when; empty: to none.
    """

    participant_id: ParticipantId
    name: str
    email: Annotated[str, Seen.STAFF]
    origin: Origin
    link_name: Annotated[str, Seen.STAFF]
    role: Role
    joined_at: Millis
    intervals: tuple[tuple[Millis, Millis], ...]
    present_ms: int
    stage_ms: int
    hands: int
    role_changes: tuple[RoleChangeView, ...] = ()
    older_role_changes: int = 0
    is_here: bool = False
    consent: str = ""
    consented_at: Millis | None = None


class TotalsView(Wire):
    """Sums over people; durations in ms.

    Args:
        here: how many are inside at the moment.
        on_stage: how many were on stage at all.
        raised: how many raised a hand at all; `hands` is how often that was.
    """

    people: int
    here: int
    present_ms: int
    average_ms: int
    median_ms: int
    on_stage: int
    stage_ms: int
    raised: int
    hands: int


class WayView(Wire):
    """Those who came in one way: by account, by invitation, or by the guest links of one name."""

    origin: Origin
    link_name: Annotated[str, Seen.STAFF]
    totals: TotalsView


class CurveView(Wire):
    """How many were inside: from each moment on until the next. Every point is exact.

    Args:
        totals: at each moment; at most 1,000, the highest and the last always among them.
        by_way: the same for each way in, in the order of `ways`.
        peak_at: when there were most for the first time.
        average: over the time from the first moment to the last.
    """

    moments: tuple[Millis, ...]
    totals: tuple[int, ...]
    by_way: tuple[tuple[int, ...], ...]
    peak: int
    peak_at: Millis | None = None
    average: float


class AttendanceSummary(Wire):
    """The record of one session without its people.

    Args:
        until: of a session that goes on: up to when this counts.
        grace_s: who reconnects within this time was never away.
        refresh_s: of a session that goes on: nothing new is known sooner.
    """

    session_id: SessionId
    opened_at: Millis | None = None
    ended_at: Millis | None = None
    until: Millis | None = None
    grace_s: int
    refresh_s: int
    totals: TotalsView
    ways: tuple[WayView, ...]
    curve: CurveView


class AttendancePage(Wire):
    """Some of the people of a record.

    Args:
        found: how many there are in all that were asked for.
        first: the place of the first one here, counted from 0.
    """

    found: int
    first: int
    people: tuple[AttendedView, ...]


class AttendanceView(Wire):
    """The whole record of one session, for download.

    Args:
        total: how many people were there.
        peak: most people at one moment.
        curve: (moment, how many from then on), thinned out to at most 1,000 points.
        until: of a session that goes on: up to when this counts.
        grace_s: who reconnects within this time was never away.
    """

    session_id: SessionId
    opened_at: Millis | None = None
    ended_at: Millis | None = None
    until: Millis | None = None
    grace_s: int
    total: int
    peak: int
    peak_at: Millis | None = None
    average: float
    totals: TotalsView
    ways: tuple[WayView, ...]
    curve: tuple[tuple[Millis, int], ...]
    people: tuple[AttendedView, ...]


class SittingView(Wire):
    """A session that has a record. `people`: of one that is over, how many were there."""

    session_id: SessionId
    state: SessionState
    opened_at: Millis | None = None
    ended_at: Millis | None = None
    people: int | None = None


class SittingsView(Wire):
    """The sessions of an entry that the caller may see the records of, the newest first."""

    entry_id: RoomId
    entry_name: str
    sessions: tuple[SittingView, ...]
