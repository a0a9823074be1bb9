"""Attendance records as they were a moment ago, so that pages which refresh cost little.

Folding the record of 100,000 people takes about a second of one core. Everybody who looks at a
session reads the same fold, and a live one is made anew only after a time that grows with what
it cost: however many look, at most a twentieth of a core goes into it.
"""

import asyncio
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field

from protocol.ids import SessionId
from protocol.roles import Origin, Role
from server.core.attendance import Attendance, Attended, Way, without_staff_fields
from server.core.curve import Curve, Totals, curve_of, totals_of
from server.core.names import name_key, search_text

LIVE_S = 2.0
"""For so long at least a live record is good."""
COST_FACTOR = 20
"""And for so many times as long as it took to make."""
FINAL_S = 60.0
"""A frozen record changes only when somebody is erased: that shows after this at the latest, or
after `COST_FACTOR` times as long as it took to read."""
MAX_PEOPLE = 150_000
"""In all records in memory, at about 900 bytes each; the one asked for last always stays."""

SORTS: dict[str, Callable[[Attended], object]] = {
    "joined": lambda one: one.joined_at,
    "name": lambda one: name_key(one.person.name),
    "present": lambda one: one.present_ms,
    "stage": lambda one: one.stage_ms,
    "hands": lambda one: one.hands,
}
"""By what people can be sorted; with a minus before it, the other way round."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Filter:
    """Whom a page of people is about, and in which order.

    Args:
        search: a part of a name or an e-mail, folded; empty: everybody.
        link_name: with `origin`, those who came by links of this name; None: by any.
        sort: a key of `SORTS`, perhaps with a minus before it.
    """

    search: str = ""
    origin: Origin | None = None
    link_name: str | None = None
    role: Role | None = None
    sort: str = "joined"


@dataclass(slots=True, kw_only=True)
class Reading:
    """A record with what is computed from it.

    Args:
        by_way: totals of each way in, in the order of `curve.ways`.
    """

    record: Attendance
    curve: Curve
    totals: Totals
    by_way: tuple[Totals, ...]
    _texts: list[str] = field(default_factory=list)
    _sorted: dict[str, list[int]] = field(default_factory=dict)

    @classmethod
    def of(cls, record: Attendance) -> "Reading":
        """Compute all of it. Cost: O(n log n)."""
        curve = curve_of(record)
        parts: dict[Way, list[Attended]] = {way: [] for way in curve.ways}
        for one in record.people:
            parts[one.way].append(one)
        by_way = tuple(totals_of(parts[way]) for way in curve.ways)
        return cls(record=record, curve=curve, totals=totals_of(record.people), by_way=by_way)

    def chosen(self, wanted: Filter) -> list[Attended]:
        """List the people of a filter in its order. Cost: O(n); the first time O(n log n)."""
        people = self.record.people
        order = self._order(wanted.sort)
        if wanted.search:
            texts = self._searched()
            order = [at for at in order if wanted.search in texts[at]]
        return [people[at] for at in order if _fits(people[at], wanted)]

    def _order(self, sort: str) -> Sequence[int]:
        if sort not in self._sorted:
            key = SORTS[sort.removeprefix("-")]
            people = self.record.people
            # Sorted is stable, so that equals stay in the order in which they came.
            self._sorted[sort] = sorted(
                range(len(people)),
                key=lambda at: key(people[at]),  # type: ignore[arg-type, return-value]
                reverse=sort.startswith("-"),
            )
        return self._sorted[sort]

    def _searched(self) -> list[str]:
        if not self._texts and self.record.people:
            people = [one.person for one in self.record.people]
            self._texts = [search_text(one.name, one.email) for one in people]
        return self._texts


def _fits(one: Attended, wanted: Filter) -> bool:
    return (
        (wanted.origin is None or one.origin is wanted.origin)
        and (wanted.link_name is None or one.link_name == wanted.link_name)
        and (wanted.role is None or one.role is wanted.role)
    )


@dataclass(frozen=True, slots=True)
class _Kept:
    reading: Reading
    good_until: float


class Records:
    """Readings of the sessions that somebody looks at.

    Args:
        monotonic: seconds, never stepping back.
    """

    def __init__(self, monotonic: Callable[[], float]) -> None:
        """Start without any."""
        self._monotonic = monotonic
        self._kept: OrderedDict[tuple[SessionId, bool, int], _Kept] = OrderedDict()
        # One at a time: folding is work of the processor, and two at once only take longer.
        self._folding = asyncio.Lock()

    async def reading(
        self,
        session: SessionId,
        record: Callable[[], Awaitable[Attendance]],
        *,
        sees_staff: bool,
        is_final: bool,
        erasures: int = 0,
    ) -> Reading:
        """Give a reading of a session that is recent enough.

        Args:
            session: of which.
            record: makes the record, if it is needed.
            sees_staff: whoever reads it may see what is for staff.
            is_final: it is frozen. What was kept while it ran does not count any more.
            erasures: how often people were erased in the room; what was kept before is dropped.

        Cost: O(1), or O(n log n) in a thread.
        """
        key = (session, sees_staff, erasures)
        async with self._folding:
            known = self._kept.get(key)
            if known is not None and self._is_good(known, is_final=is_final):
                self._kept.move_to_end(key)
                return known.reading
            for older in [one for one in self._kept if one[0] == session and one[2] < erasures]:
                del self._kept[older]
            begun = self._monotonic()
            made = await record()
            reading = await asyncio.to_thread(_read, made, sees_staff)
            now = self._monotonic()
            good_s = max(FINAL_S if is_final else LIVE_S, COST_FACTOR * (now - begun))
            self._kept[key] = _Kept(reading, now + good_s)
            self._kept.move_to_end(key)
            self._make_room()
            return reading

    def clear(self) -> None:
        """Forget every reading, because somebody was erased."""
        self._kept.clear()

    def refresh_s(self, reading: Reading) -> int:
        """Say in how many seconds a live reading will be made anew, at least one."""
        for known in self._kept.values():
            if known.reading is reading:
                return max(1, round(known.good_until - self._monotonic()))
        return round(LIVE_S)

    def _is_good(self, known: _Kept, *, is_final: bool) -> bool:
        was_final = known.reading.record.until is None
        return was_final == is_final and self._monotonic() < known.good_until

    def _make_room(self) -> None:
        """Forget what is out of date, and the oldest while there is too much."""
        now = self._monotonic()
        for key in [key for key, known in self._kept.items() if known.good_until <= now]:
            del self._kept[key]
        while len(self._kept) > 1 and self._people() > MAX_PEOPLE:
            self._kept.popitem(last=False)

    def _people(self) -> int:
        return sum(len(known.reading.record.people) for known in self._kept.values())


def _read(record: Attendance, sees_staff: bool) -> Reading:  # noqa: FBT001 - for a thread
    return Reading.of(record if sees_staff else without_staff_fields(record))
