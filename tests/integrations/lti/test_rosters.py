"""Parts out of launches go when the list of the course does not say them any more."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from protocol.ids import AccountId, RoomId
from protocol.roles import Part, Role
from server.core import orders as o
from server.core.actors import SERVER
from server.integrations.lti.courses import Courses
from server.integrations.lti.messages import LaunchMessage
from server.integrations.lti.rosters import Rosters
from tests.edge.house import PERSON_KEY, House, edge_of, opened_house

ROOM = RoomId("e_course")
LAUNCH = LaunchMessage(
    platform_id="l_1", deployment="1", subject="t1", context="course", link="talk", title="Talk"
)
TEACHER, SECOND, HELPER = AccountId("i_teacher"), AccountId("i_second"), AccountId("i_helper")


@pytest.fixture
async def house(tmp_path: Path) -> AsyncIterator[House]:
    async with opened_house(tmp_path) as running:
        yield running


async def course(house: House) -> Rosters:
    """A room of a course with three co-owners, one of whom was made one by hand."""
    courses = Courses(house.hub, house.hub.stores.store, PERSON_KEY, house.clock)
    await courses.make(ROOM, "Talk", LAUNCH, edge_of(house).entries)
    rosters = Rosters(house.hub, courses, house.hub.stores.store, house.clock)
    for account in (TEACHER, SECOND, HELPER):
        order = o.GrantPart(
            account_id=account, name=account, email=f"{account}@e.example", part=Part.CO_OWNER
        )
        await house.hub.ask(ROOM, order, SERVER)
        if account != HELPER:
            await rosters.note(ROOM, account, Role.HOST)
    return rosters


async def parts(house: House) -> dict[str, Part]:
    state = await house.hub.look(ROOM)
    assert state is not None
    return {one: who.part for one, who in state.collaborators.items() if who.part != Part.OWNER}


async def test_who_has_left_the_course_loses_the_part_that_it_gave(house: House) -> None:
    rosters = await course(house)

    await rosters.settle(LAUNCH, {TEACHER: Role.HOST}, house.clock() + 1)

    assert await parts(house) == {TEACHER: Part.CO_OWNER, HELPER: Part.CO_OWNER}


async def test_who_has_left_loses_the_part_in_rooms_that_are_too_many_to_choose_from(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("server.integrations.lti.courses.MAX_ROOMS", 1)
    rosters = await course(house)
    courses = Courses(house.hub, house.hub.stores.store, PERSON_KEY, house.clock)
    for before in ("e_a", "e_b"):
        await courses.make(RoomId(before), "Before", LAUNCH, edge_of(house).entries)
    assert ROOM not in [one.entry_id for one in await courses.rooms(LAUNCH)]

    await rosters.settle(LAUNCH, {TEACHER: Role.HOST}, house.clock() + 1)

    assert await parts(house) == {TEACHER: Part.CO_OWNER, HELPER: Part.CO_OWNER}


async def test_who_is_a_learner_now_is_lowered_and_nobody_is_raised(house: House) -> None:
    rosters = await course(house)

    await rosters.settle(LAUNCH, {TEACHER: Role.HOST, SECOND: Role.VIEWER}, house.clock() + 1)
    assert (await parts(house))[SECOND] is Part.CO_VIEWER
    await rosters.settle(LAUNCH, {TEACHER: Role.HOST, SECOND: Role.HOST}, house.clock() + 1)
    assert (await parts(house))[SECOND] is Part.CO_VIEWER


async def test_the_rooms_of_other_courses_are_left_alone(house: House) -> None:
    rosters = await course(house)
    other = LaunchMessage(platform_id="l_1", deployment="1", subject="t1", context="other")

    await rosters.settle(other, {}, house.clock() + 1)

    assert set(await parts(house)) == {TEACHER, SECOND, HELPER}


async def test_a_part_that_was_changed_by_hand_since_is_no_lists_to_change(house: House) -> None:
    rosters = await course(house)
    await rosters.note(ROOM, SECOND, Role.VIEWER)  # Came as a learner; was made a co-owner here.

    await rosters.settle(LAUNCH, {TEACHER: Role.HOST, SECOND: Role.VIEWER}, house.clock() + 1)

    assert (await parts(house))[SECOND] is Part.CO_OWNER


async def test_who_came_while_the_list_was_read_is_not_judged_by_it(house: House) -> None:
    asked_at = house.clock()
    rosters = await course(house)

    await rosters.settle(LAUNCH, {TEACHER: Role.HOST}, asked_at)

    assert set(await parts(house)) == {TEACHER, SECOND, HELPER}


async def test_what_the_room_does_not_take_comes_with_the_next_list(house: House) -> None:
    rosters = await course(house)
    room = await house.hub.room(ROOM)
    assert room is not None
    room.stop()  # As while a server restarts.
    await rosters.settle(LAUNCH, {TEACHER: Role.HOST}, house.clock() + 1)
    assert SECOND in await parts(house)
    house.hub.put_away(room)

    await rosters.settle(LAUNCH, {TEACHER: Role.HOST}, house.clock() + 1)

    assert SECOND not in await parts(house)
