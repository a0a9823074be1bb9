"""Choosing a room for a course; the library of the platform checks what we sign."""

from typing import Any
from urllib.parse import urlencode

import pytest

from tests.integrations.lti.visits import Visits
from tests.school import COURSE

pytestmark = pytest.mark.asyncio(loop_scope="module")


async def choosing(visits: Visits, user: str = "t1", course: str = COURSE) -> dict[str, str]:
    """Come to the choice; give what has to be shown for it."""
    underway = await visits.begin(user, course=course)
    told = await visits.launched(underway)
    return {"launch": told["launch"], "key": underway.key}


async def delivered(visits: Visits, chosen: dict[str, Any]) -> str:
    """Carry a choice to the platform, as the browser does; give the name of the activity."""
    before = set(visits.school.links)
    answer = await visits.http.post(
        chosen["return_url"],
        content=urlencode({"JWT": chosen["jwt"]}),
        headers={"Content-Type": "application/x-www-form-urlencoded"},
    )
    assert answer.status_code == 200, answer.text
    [name] = set(visits.school.links) - before
    return name


async def test_a_room_is_made_and_both_come_into_it(visits: Visits) -> None:
    shown = await choosing(visits)
    chosen = await visits.done("/lti/choose", shown | {"name": "Tides"})
    link = await delivered(visits, chosen)
    teacher, student = await visits.admitted("t1", link), await visits.admitted("s1", link)

    room = visits.school.links[link]["custom"]["entry_id"]
    assert teacher["session_id"].startswith(f"{room}.")
    assert student["session_id"] == teacher["session_id"]


async def test_a_room_of_the_course_is_chosen_again_and_of_no_other_course(visits: Visits) -> None:
    made = await visits.done("/lti/choose", await choosing(visits) | {"name": "Ours"})
    room = visits.school.links[await delivered(visits, made)]["custom"]["entry_id"]
    again = await choosing(visits)
    offered = await visits.done("/lti/enter", again)
    assert {"entry_id": room, "name": "Ours"} in offered["rooms"]
    assert offered["course"] == "Harbours"
    await visits.done("/lti/choose", again | {"entry_id": room})

    elsewhere = await choosing(visits, course="course-9")
    assert (await visits.done("/lti/enter", elsewhere))["rooms"] == []
    assert await visits.refused("/lti/choose", elsewhere | {"entry_id": room}) == "not_found"


async def test_a_choice_is_made_once(visits: Visits) -> None:
    shown = await choosing(visits)
    await visits.done("/lti/choose", shown | {"name": "Once"})

    assert await visits.refused("/lti/choose", shown | {"name": "Twice"}) == "lti_launch_invalid"


async def test_a_choice_is_one_of_both(visits: Visits) -> None:
    shown = await choosing(visits)

    assert await visits.refused("/lti/choose", shown) == "bad_request"
    both = shown | {"name": "New", "entry_id": "e_old"}
    assert await visits.refused("/lti/choose", both) == "bad_request"


async def test_a_student_is_shown_no_rooms_and_makes_none(visits: Visits) -> None:
    shown = await choosing(visits, "s1")

    assert await visits.refused("/lti/enter", shown) == "not_allowed"
    assert await visits.refused("/lti/choose", shown | {"name": "Mine"}) == "not_allowed"


@pytest.mark.parametrize(
    "address",
    [
        "https://elsewhere.example/chosen",
        "http://localhost@elsewhere.example/chosen",
        "//elsewhere.example/chosen",
        "javascript:alert(1)",
        "HOST.elsewhere.example/chosen",
    ],
)
async def test_a_choice_goes_to_no_address_that_is_not_the_platforms(
    visits: Visits, address: str
) -> None:
    visits.school.return_url = address.replace("HOST", visits.school.url)
    shown = await choosing(visits)

    assert await visits.refused("/lti/choose", shown | {"name": "Away"}) == "lti_return_refused"
    assert "Away" not in str((await visits.done("/lti/enter", shown))["rooms"])


async def test_a_further_address_of_the_platform_can_be_registered(visits: Visits) -> None:
    await visits.register(return_origins=["https://school.example/some/path"])
    visits.school.return_url = "https://school.example/x"
    chosen = await visits.done("/lti/choose", await choosing(visits) | {"name": "Near"})
    await visits.register()

    assert chosen["return_url"] == "https://school.example/x"
