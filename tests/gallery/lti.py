"""The way from a course of a learning platform, and the tab in a frame of another site."""

from typing import Any
from urllib.parse import urlsplit

import httpx

from protocol.errors import ErrorCode
from tests.gallery.screens import Visit, screen
from tests.school import School, opened_school


async def operated(visit: Visit, method: str, path: str, body: Any) -> Any:
    """Ask with the operator's key."""
    key = (visit.house.server.folder / "data/operator.key").read_text()
    headers = {"Authorization": f"Bearer {key}"}
    async with httpx.AsyncClient(base_url=visit.house.url, headers=headers) as operator:
        answer = await operator.request(method, f"/api/v1/lti{path}", json=body)
        assert answer.is_success, answer.text
        return answer.json()


async def school_of(visit: Visit) -> School:
    """A platform that the server knows, for one visit."""
    school = await visit.stack.enter_async_context(opened_school(visit.house.url))
    await operated(visit, "PUT", "/platforms", school.form)
    return school


async def choosing(visit: Visit, school: School) -> None:
    """In a window of its own, where a choice looks as it does in a frame."""
    await visit.open(f"{school.url}/course?as=t1&link=&window=1")
    await visit.shows("lti-page form")


@screen("lti", "choose a room, there is none yet")
async def choose_first(visit: Visit) -> None:
    await choosing(visit, await school_of(visit))


@screen("lti", "choose a room, without a name")
async def choose_nameless(visit: Visit) -> None:
    await choose_first(visit)
    await visit.page.locator("lti-page #name").fill("")
    await visit.page.keyboard.press("Enter")
    await visit.shows("lti-page .fault")


@screen("lti", "choose a room, or make another")
async def choose_again(visit: Visit) -> None:
    school = await school_of(visit)
    for name in ("Tides and cranes", "Office hours of the whole faculty of harbour engineering"):
        await choosing(visit, school)
        await visit.page.locator("lti-page #name").fill(name)
        await visit.page.keyboard.press("Enter")
        await visit.sees("Saved")
    await choosing(visit, school)
    await visit.sees("Tides and cranes")


@screen("lti", "connect a platform")
async def connect(visit: Visit) -> None:
    await visit.open("/lti/anywhere#register.anything")
    await visit.shows("lti-page .button.primary")


@screen("lti", "connect a platform, the leave is used up")
async def connect_refused(visit: Visit) -> None:
    await connect(visit)
    await visit.page.keyboard.press("Tab")
    await visit.page.locator("lti-page .button.primary").click()
    await visit.page.get_by_role("alert").first.wait_for()


@screen("lti", "connect a platform, done")
async def connected(visit: Visit) -> None:
    """In a window that nobody closes."""
    school = await visit.stack.enter_async_context(opened_school(visit.house.url))
    told = await operated(visit, "POST", "/registrations", {})
    await visit.open(school.registering(told["url"]))
    await visit.page.locator("lti-page .button.primary").click()
    await visit.shows("lti-page .done")


def refusal(code: ErrorCode) -> None:
    @screen("lti", f"refused: {code}")
    async def refused(visit: Visit) -> None:
        await visit.open(f"/lti/anywhere#no.{code}")
        await visit.page.get_by_role("alert").first.wait_for()


for one in (ErrorCode.LTI_LAUNCH_INVALID, ErrorCode.LTI_OTHER_BROWSER):
    refusal(one)


@screen("lti", "the tab in a frame")
async def framed(visit: Visit) -> None:
    hall = await (await visit.house.entry()).start()
    await visit.bring(hall, await hall.guest_link(), "Ada Okafor", "Ben Sato")
    url = await visit.house.sign_in_url(
        "ines", "Ines", "ines@example.org", entry_id=hall.entry_id, part="co_owner"
    )
    await visit.open(f"/embed#{urlsplit(url).fragment}")
    await visit.sees("Ada Okafor")


@screen("lti", "the tab in a frame, for whoever waits")
async def framed_waiting(visit: Visit) -> None:
    hall = await visit.house.entry()
    url = await visit.house.sign_in_url(
        "vera", "Vera", "vera@example.org", entry_id=hall.entry_id, part="co_viewer"
    )
    await visit.open(f"/embed#{urlsplit(url).fragment}")
    await visit.shows("room-gate")


@screen("lti", "the tab in a frame, refused")
async def framed_refused(visit: Visit) -> None:
    await visit.open("/embed#nonsense")
    await visit.page.get_by_role("alert").first.wait_for()
