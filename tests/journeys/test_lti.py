"""A course on another site, in a real browser: the way from a click into the room, and back."""

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from urllib.parse import parse_qsl

import httpx
import pytest
import pytest_asyncio
from playwright.async_api import FrameLocator, Page, expect

from tests.gallery import checks
from tests.journeys.conftest import People
from tests.running import RunningServer, Serve
from tests.school import School, opened_school

Course = tuple[RunningServer, School]


def key_of(server: RunningServer) -> Path:
    return server.folder / "data/operator.key"


def operating(server: RunningServer) -> httpx.AsyncClient:
    headers = {"Authorization": f"Bearer {key_of(server).read_text()}"}
    return httpx.AsyncClient(base_url=f"{server.url}/api/v1", headers=headers, timeout=20)


@asynccontextmanager
async def opened_course(folder: Path, serve: Serve) -> AsyncIterator[Course]:
    env = {"USHER_INNER_PLATFORMS": "127.0.0.0/8 ::1", "USHER_DEMO": "0"}
    async with serve(folder, env) as server, opened_school(server.url) as school:
        # The browser of the tests keeps nothing in frames of other sites, so the platform does.
        school.storage = "_parent"
        if not key_of(server).exists():
            # Nodes on Redis leave that to the command line.
            code, _, errors = await server.usher("entry", "list")
            assert code == 0, errors
        yield server, school


@pytest_asyncio.fixture(loop_scope="module")
async def stranger(tmp_path: Path, serve: Serve) -> AsyncIterator[Course]:
    """A course of a platform that is not registered."""
    async with opened_course(tmp_path, serve) as opened:
        yield opened


@pytest_asyncio.fixture(loop_scope="module")
async def course(stranger: Course) -> Course:
    server, school = stranger
    async with operating(server) as operator:
        answer = await operator.put("/lti/platforms", json=school.form)
    assert answer.status_code == 200, answer.text
    return stranger


async def activity(page: Page, school: School, user: str, link: str = "") -> FrameLocator:
    """Open an activity of the course, which is shown in a frame."""
    await page.goto(f"{school.url}/course?as={user}&link={link}")
    return page.frame_locator("iframe")


async def test_teacher_and_student_meet_in_the_room_that_the_teacher_has_chosen(
    course: Course, people: People
) -> None:
    server, school = course
    teacher, student = await people.new(), await people.new()

    # The teacher has a room made for the course.
    choosing = await activity(teacher.page, school, "t1")
    await expect(choosing.get_by_role("heading", name="Choose a room for Harbours")).to_be_visible()
    await choosing.get_by_label("Name of a new room").fill("Tides and cranes")
    await choosing.get_by_role("button", name="Make the room").click()
    await expect(choosing.get_by_role("heading", name="Saved")).to_be_visible()
    await expect(choosing.get_by_text("Tides and cranes")).to_be_visible()

    # Both open the activity that was made of it; the student waits for the teacher to start.
    waiting = await activity(student.page, school, "s1", "link-1")
    await expect(waiting.get_by_text("You are here as Sol Student")).to_be_visible()
    tab = await activity(teacher.page, school, "t1", "link-1")
    await expect(tab.get_by_text("All participants (1)")).to_be_visible()
    await tab.get_by_role("button", name="Start session").click()
    await expect(waiting.get_by_text("All participants (2)")).to_be_visible()
    await expect(tab.get_by_text("Sol Student")).to_be_visible()
    await expect(tab.get_by_role("button", name="Start session")).to_have_count(0)

    # Each in their role: one may moderate, the other may not.
    await waiting.get_by_role("button", name="Raise hand").click()
    await expect(tab.get_by_text("Raised hands (1)")).to_be_visible()
    await expect(tab.get_by_role("button", name="More for Sol Student")).to_be_visible()
    await expect(waiting.get_by_role("button", name="More for Tamar Teacher")).to_have_count(0)

    # The room can be chosen again, and nothing of a launch is left in an address or a cookie.
    again = await activity(teacher.page, school, "t1")
    await expect(again.get_by_role("button", name="Tides and cranes")).to_be_visible()
    for person in (teacher, student):
        assert await person.context.cookies(server.url) == []
        frame = person.page.frames[-1]
        assert "#" not in frame.url
        assert frame.url.startswith(server.url)


async def test_in_a_window_of_its_own_the_launch_ends_in_the_room_page(
    course: Course, people: People
) -> None:
    _, school = course
    teacher = await people.new()
    await teacher.page.goto(f"{school.url}/course?as=t1&link=talk&window=1")
    await expect(teacher.page.get_by_role("heading", name="Weekly talk")).to_be_visible()
    assert "#" not in teacher.page.url


async def test_where_nothing_can_be_kept_in_a_frame_a_window_opens(
    course: Course, people: People
) -> None:
    """This browser keeps nothing in frames of other sites; nor does this platform."""
    server, school = course
    school.storage = ""
    teacher = await people.new()
    frame = await activity(teacher.page, school, "t1", "talk")
    await expect(frame.get_by_role("link", name="Open in a new window")).to_be_visible()
    [inner] = teacher.page.main_frame.child_frames
    await checks.prepare(inner)
    assert await checks.axe(inner) + await checks.reflow(inner) == []
    async with teacher.context.expect_page() as opening:
        await frame.get_by_role("link", name="Open in a new window").click()
    window = await opening.value
    await expect(window.get_by_role("heading", name="Weekly talk")).to_be_visible()
    assert window.url.startswith(server.url)


async def test_a_launch_that_began_elsewhere_says_what_to_do(
    course: Course, people: People
) -> None:
    """Somebody else's launch, slipped to a person, does not make them enter as somebody else."""
    server, school = course
    thief, victim = await people.new(), await people.new()
    async with thief.page.expect_request(f"{server.url}/lti/launch") as sending:
        # It is held back there, unused.
        await thief.page.route(f"{server.url}/lti/launch", lambda route: route.abort())
        await thief.page.goto(f"{school.url}/course?as=t1&link=talk")
    request = await sending.value
    fields = dict(parse_qsl(request.post_data or ""))
    await victim.page.goto(f"{school.url}/keeper.js")
    await victim.page.evaluate(
        """([action, fields]) => {
            const form = Object.assign(document.createElement("form"), { method: "post", action });
            for (const [name, value] of Object.entries(fields))
                form.append(Object.assign(document.createElement("input"), { name, value }));
            document.documentElement.append(form);
            form.submit();
        }""",
        [f"{server.url}/lti/launch", fields],
    )
    await expect(victim.page.get_by_text("begun in another window or browser")).to_be_visible()


async def test_a_line_that_is_dead_on_the_way_is_told_and_the_launch_goes_on(
    course: Course, people: People
) -> None:
    server, school = course
    teacher = await people.new()
    entering = f"{server.url}/api/v1/lti/enter"
    await teacher.page.route(entering, lambda route: route.abort())
    frame = await activity(teacher.page, school, "t1", "talk")
    await expect(frame.get_by_text("The server cannot be reached.")).to_be_visible()
    await teacher.page.unroute(entering)
    await expect(frame.get_by_text("All participants (1)")).to_be_visible()


async def test_where_a_chosen_room_is_gone_another_can_be_chosen(
    course: Course, people: People
) -> None:
    server, school = course
    teacher = await people.new()
    first = await activity(teacher.page, school, "t1")
    await first.get_by_label("Name of a new room").fill("Tides and cranes")
    await first.get_by_role("button", name="Make the room").click()
    await expect(first.get_by_role("heading", name="Saved")).to_be_visible()

    frame = await activity(teacher.page, school, "t1")
    gone = frame.get_by_role("button", name="Tides and cranes")
    await expect(gone).to_be_visible()
    [room] = school.links["link-1"]["custom"].values()
    async with operating(server) as operator:
        assert (await operator.delete(f"/entries/{room}")).is_success
    await frame.get_by_label("Name of a new room").fill("Cranes alone")
    await gone.click()
    await expect(frame.get_by_role("alert")).to_contain_text("There is no such thing here")
    # Nothing that was typed is lost.
    await frame.get_by_role("button", name="Make the room").click()
    await expect(frame.get_by_text("Cranes alone")).to_be_visible()
    await expect(frame.get_by_role("heading", name="Saved")).to_be_visible()


# --- a platform that registers itself ------------------------------------------------------


async def adding(
    server: RunningServer, school: School, page: Page, way: str
) -> FrameLocator | Page:
    """Paste the address that an operator has made into the platform; give the page of ours."""
    code, out, errors = await server.usher("lti", "register")
    assert code == 0, errors
    url = httpx.URL(f"{school.url}/tools", params={"add": json.loads(out)["url"], way: "1"})
    await page.goto(str(url))
    if way == "frame":
        return page.frame_locator("iframe")
    async with page.context.expect_page() as opening:
        await page.get_by_role("link", name="Add in a window").click()
    return await opening.value


@pytest.mark.parametrize("way", ["frame", "window"])
async def test_a_platform_registers_itself_and_its_launches_work(
    stranger: Course, people: People, way: str
) -> None:
    server, school = stranger
    admin, teacher = await people.new(), await people.new()
    tool = await adding(server, school, admin.page, way)
    await expect(tool.get_by_role("heading", name="Connect this learning platform")).to_be_visible()
    shown = tool if isinstance(tool, Page) else admin.page.main_frame.child_frames[0]
    await checks.prepare(shown)
    assert await checks.axe(shown) + await checks.reflow(shown) == []
    assert school.registered == {}

    # The platform hears that it is done, closes our page and shows what it has.
    connect = tool.get_by_role("button", name="Connect")
    if isinstance(tool, Page):
        async with tool.expect_event("close"):
            await connect.click()
    else:
        await connect.click()
    await expect(admin.page.get_by_role("heading", name="Tools")).to_be_visible()
    await expect(admin.page.get_by_role("listitem")).to_have_text("usher")

    choosing = await activity(teacher.page, school, "t1")
    await expect(choosing.get_by_role("heading", name="Choose a room for Harbours")).to_be_visible()


async def test_a_platform_that_was_away_can_be_tried_again(
    stranger: Course, people: People
) -> None:
    server, school = stranger
    admin = await people.new()
    tool = await adding(server, school, admin.page, "frame")
    school.is_away = True
    await tool.get_by_role("button", name="Connect").click()
    await expect(tool.get_by_text("The other server did not answer as it should")).to_be_visible()
    school.is_away = False
    await tool.get_by_role("button", name="Try again").click()
    await expect(admin.page.get_by_role("listitem")).to_have_text("usher")


async def test_a_platform_that_is_connected_already_is_told_so(
    course: Course, people: People
) -> None:
    server, school = course
    admin = await people.new()
    tool = await adding(server, school, admin.page, "frame")
    await tool.get_by_role("button", name="Connect").click()
    await expect(tool.get_by_role("alert")).to_contain_text("This platform is connected already")
    await expect(tool.get_by_role("button")).to_have_count(0)


async def test_a_platform_that_is_not_registered_reads_so_in_its_frame(
    stranger: Course, people: People
) -> None:
    _, school = stranger
    teacher = await people.new()
    frame = await activity(teacher.page, school, "t1", "talk")
    await expect(frame.get_by_text("This learning platform is not registered here")).to_be_visible()
