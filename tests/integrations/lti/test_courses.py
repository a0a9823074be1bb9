"""How many rooms and activities of a course there may be, over a real server."""

from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest

from protocol.ids import RoomId
from server.integrations.lti.courses import MAX_LINE_ITEMS, Courses
from server.integrations.lti.messages import LaunchMessage
from tests.edge.house import PERSON_KEY, House, edge_of, opened_house

LAUNCH = LaunchMessage(
    platform_id="l_1", deployment="1", subject="t1", context="course", link="talk", title="Talk"
)


@pytest.fixture
async def house(tmp_path: Path) -> AsyncIterator[House]:
    async with opened_house(tmp_path) as running:
        yield running


def courses_of(house: House) -> Courses:
    return Courses(house.hub, house.hub.stores.store, PERSON_KEY, house.clock)


async def test_so_many_rooms_of_a_course_can_be_chosen_and_the_others_stay_what_they_are(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("server.integrations.lti.courses.MAX_ROOMS", 2)
    courses, entries = courses_of(house), edge_of(house).entries
    made = [RoomId(f"e_{number}") for number in range(3)]
    await courses.make(RoomId("e_0"), "Other", replace(LAUNCH, context="other"), entries)
    for room in made[:2]:
        await courses.make(room, f"Room {room}", LAUNCH, entries)
    assert [one.entry_id for one in await courses.rooms(LAUNCH)] == made[:2]

    await courses.make(made[2], "One more", LAUNCH, entries)

    assert [one.entry_id for one in await courses.rooms(LAUNCH)] == made[:2]
    assert [room async for room in courses.every_room(LAUNCH)] == made
    names_it = replace(LAUNCH, entry_id=made[2])
    assert await courses.room_for(names_it, entries, may_make=False) == made[2]


async def test_scores_go_to_so_many_activities_of_a_room_the_newest(house: House) -> None:
    courses, entries = courses_of(house), edge_of(house).entries
    items = [f"https://school.example/items/{number}" for number in range(MAX_LINE_ITEMS + 1)]

    async def launched(number: int) -> tuple[str, ...]:
        message = replace(LAUNCH, link="talk", line_item=items[number])
        entry = await courses.entry(await courses.room_for(message, entries, may_make=True))
        assert entry is not None
        return entry.line_items

    for number in range(MAX_LINE_ITEMS):
        kept = await launched(number)
    assert kept == tuple(items[:-1])
    assert await launched(0) == kept
    assert await launched(MAX_LINE_ITEMS) == tuple(items[1:])
