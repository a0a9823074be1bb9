"""Readings of records: filtered, sorted, and kept for a moment."""

import pytest

from protocol.ids import SessionId
from protocol.roles import Origin, Role
from server.core.attendance import Attendance
from server.core.names import fold
from server.edge import records
from server.edge.records import COST_FACTOR, FINAL_S, LIVE_S, SORTS, Filter, Reading, Records
from tests.edge.test_exports import T0, attended, record

SESSION = SessionId("e.s")


class Clock:
    """Seconds that a test sets."""

    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


class Source:
    """Makes records, and counts them."""

    def __init__(self, made: Attendance, clock: Clock, cost_s: float = 0.0) -> None:
        self.made = made
        self.clock = clock
        self.cost_s = cost_s
        self.asked = 0

    async def __call__(self) -> Attendance:
        self.asked += 1
        self.clock.now += self.cost_s
        return self.made


def live(*names: str) -> Attendance:
    people = tuple(attended(name, (T0, T0 + 1), is_here=True) for name in names)
    return Attendance(session_id=SESSION, people=people, until=T0 + 1)


def names_of(reading: Reading, **wanted: object) -> list[str]:
    return [one.person.name for one in reading.chosen(Filter(**wanted))]  # type: ignore[arg-type]


def test_people_are_searched_filtered_and_sorted() -> None:
    reading = Reading.of(
        record(
            attended("Zoë", (T0, T0 + 5), stage_ms=1),
            attended("ada", (T0, T0 + 9), link_name="Other", hands=2),
            attended("Bob", (T0, T0 + 1), origin=Origin.ACCOUNT, link_name="", role=Role.HOST),
        )
    )

    assert names_of(reading) == ["Zoë", "ada", "Bob"]
    assert names_of(reading, sort="name") == ["ada", "Bob", "Zoë"]
    assert names_of(reading, sort="-present") == ["ada", "Zoë", "Bob"]
    assert names_of(reading, sort="-stage")[0] == "Zoë"
    assert names_of(reading, sort="-hands")[0] == "ada"
    assert names_of(reading, search=fold("ZOE")) == ["Zoë"]
    assert names_of(reading, search="bob@example") == ["Bob"]
    assert names_of(reading, origin=Origin.GUEST_LINK) == ["Zoë", "ada"]
    assert names_of(reading, origin=Origin.GUEST_LINK, link_name="Other") == ["ada"]
    assert names_of(reading, role=Role.HOST) == ["Bob"]
    assert names_of(reading, search="ada", role=Role.HOST) == []


def test_equals_stay_in_the_order_in_which_they_came() -> None:
    reading = Reading.of(record(*(attended(name, (T0, T0 + 1)) for name in ("b", "a", "c"))))
    for sort in SORTS.keys() - {"name"}:
        assert names_of(reading, sort=sort) == ["b", "a", "c"]
        assert names_of(reading, sort=f"-{sort}") == ["b", "a", "c"]


async def test_a_live_record_is_made_anew_no_sooner_than_it_pays() -> None:
    clock = Clock()
    kept = Records(clock)
    source = Source(live("ada"), clock, cost_s=0.5)

    async def read() -> Reading:
        return await kept.reading(SESSION, source, sees_staff=True, is_final=False)

    first = await read()
    clock.now += COST_FACTOR * 0.5 - 0.1
    assert await read() is first
    assert kept.refresh_s(first) == 1
    clock.now += 0.2
    assert await read() is not first
    assert source.asked == 2

    quick = Source(live("ada"), clock)
    other = await kept.reading(SessionId("e.t"), quick, sees_staff=True, is_final=False)
    assert kept.refresh_s(other) == LIVE_S


async def test_the_end_is_seen_at_once_and_what_is_frozen_stays_for_a_while() -> None:
    clock = Clock()
    kept = Records(clock)
    ended = Source(record(attended("ada", (T0, T0 + 1))), clock)

    before = await kept.reading(
        SESSION, Source(live("ada"), clock), sees_staff=True, is_final=False
    )
    after = await kept.reading(SESSION, ended, sees_staff=True, is_final=True)
    assert before.record.until is not None
    assert after.record.until is None
    clock.now += FINAL_S - 1
    assert await kept.reading(SESSION, ended, sees_staff=True, is_final=True) is after
    clock.now += 2
    assert await kept.reading(SESSION, ended, sees_staff=True, is_final=True) is not after


async def test_who_sees_no_staff_fields_never_gets_a_reading_with_them() -> None:
    clock = Clock()
    kept = Records(clock)
    source = Source(live("ada"), clock)

    seen = await kept.reading(SESSION, source, sees_staff=True, is_final=False)
    bare = await kept.reading(SESSION, source, sees_staff=False, is_final=False)

    assert seen.record.people[0].person.email
    assert not bare.record.people[0].person.email
    assert bare.chosen(Filter(search="example")) == []


async def test_large_records_do_not_pile_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(records, "MAX_PEOPLE", 3)
    clock = Clock()
    kept = Records(clock)
    sources = [Source(record(*(attended(n, (T0, T0 + 1)) for n in "ab")), clock) for _ in range(3)]

    for number, source in enumerate(sources):
        session = SessionId(f"e.{number}")
        await kept.reading(session, source, sees_staff=True, is_final=True)
    await kept.reading(SessionId("e.2"), sources[2], sees_staff=True, is_final=True)
    await kept.reading(SessionId("e.0"), sources[0], sees_staff=True, is_final=True)

    assert [source.asked for source in sources] == [2, 1, 1]
