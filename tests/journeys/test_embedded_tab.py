"""The tab on a page of another site: what a host does in it, and what it looks like there."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from dataclasses import dataclass
from urllib.parse import urlsplit

import pytest
import pytest_asyncio
from playwright.async_api import Locator, Page, expect

from protocol.roles import Role
from tests.gallery import checks
from tests.gallery.house import Hall, House, open_house
from tests.gallery.room import CUT
from tests.journeys.conftest import People, Person, copied
from tests.journeys.doorkeeper import narrow_enough
from tests.journeys.test_two_doors import choose, group, row
from tests.running import Serve, free_port

PAGE = """<!doctype html>
<html lang="en">
  <head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
    <title>A course page</title>{head}
    <script type="module" src="{server}/module/participants-tab.js"></script></head>
  <body><main><h1>Introduction to harbours</h1>{tab}</main></body>
</html>"""
INLINE = '<participants-tab server="{server}" token="{token}" lang="{lang}"></participants-tab>'
FRAMED = (
    '<iframe src="{server}/embed#{token}" title="Participants" allow="clipboard-write"'
    ' width="100%" height="640"></iframe>'
)
every_placing = pytest.mark.parametrize("tab", [INLINE, FRAMED], ids=["inline", "framed"])


class Site:
    """Another site: a server that hands out the pages that it was given."""

    def __init__(self) -> None:
        self.origin = f"http://localhost:{free_port()}"
        self._pages: dict[str, bytes] = {}

    def publish(self, body: str, policy: str) -> str:
        """Put up a page; give its address."""
        path = f"/course/{len(self._pages)}"
        head = f"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: {len(body)}\r\n"
        rest = f"Content-Security-Policy: {policy}\r\nConnection: close\r\n\r\n{body}"
        self._pages[path] = f"{head}{rest}".encode("ascii")
        return f"{self.origin}{path}"

    async def answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Answer one request."""
        asked = (await reader.readuntil(b"\r\n\r\n")).split(b" ", 2)[1].decode()
        writer.write(self._pages.get(asked, b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n"))
        await writer.drain()
        writer.close()


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def site() -> AsyncIterator[Site]:
    made = Site()
    port = int(made.origin.rpartition(":")[2])
    async with await asyncio.start_server(made.answer, "localhost", port):
        yield made


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def house(
    site: Site, tmp_path_factory: pytest.TempPathFactory, serve: Serve
) -> AsyncIterator[House]:
    env = {"USHER_ORIGINS": site.origin, "USHER_FRAMES": site.origin}
    async with open_house(tmp_path_factory.mktemp("house"), env, serve) as opened:
        yield opened


@dataclass
class Course:
    """A page of another site, on which somebody has the tab of a room."""

    site: Site
    hall: Hall
    person: Person

    @property
    def page(self) -> Page:
        return self.person.page

    async def token(self) -> str:
        """A host token, as the site's own server has it made."""
        about = {"entry_id": self.hall.entry_id, "part": "co_owner"}
        email = "ines@university.example"
        url = await self.hall.house.sign_in_url("course-ines", "Ines", email, **about)
        return urlsplit(url).fragment

    async def open(
        self, tab: str = INLINE, *, head: str = "", lang: str = "en", policy: str = ""
    ) -> Locator:
        """Open the page, with the tab on it in one of two ways; give the tab."""
        server = self.hall.house.url
        about = {"server": server, "token": await self.token(), "lang": lang}
        body = PAGE.format(head=head, server=server, tab=tab.format(**about))
        await self.page.goto(self.site.publish(body, policy))
        around = self.page.frame_locator("iframe") if tab is FRAMED else self.page
        return around.locator("participants-tab")


@pytest_asyncio.fixture(loop_scope="module")
async def course(site: Site, house: House, people: People) -> Course:
    """A page of a room of its own, not opened yet."""
    hall = await (await house.entry()).start()
    person = await people.new()
    return Course(site, hall, person)


@every_placing
async def test_a_role_and_a_removal_are_taken_back(course: Course, tab: str) -> None:
    hall = course.hall
    url = await hall.guest_link()
    async with AsyncExitStack() as stack:
        ben = await stack.enter_async_context(hall.guest(url, "Ben Sato", "ben@example.org"))
        shown = await course.open(tab)
        await expect(shown.get_by_text("All participants (2)")).to_be_visible()

        await choose(shown, "More for Ben Sato", "Set as speaker")
        await ben.until(lambda one: one.you is not None and one.you.role is Role.SPEAKER)
        await shown.get_by_role("button", name="Undo").click()
        await ben.until(lambda one: one.you is not None and one.you.role is Role.VIEWER)
        await expect(row(shown, "Ben Sato")).not_to_contain_text("Speaker")

        await choose(shown, "More for Ben Sato", "Remove from room")
        await expect(row(shown, "Ben Sato")).to_have_count(0)
        await shown.get_by_role("button", name="Undo").last.click()
        await expect(shown.get_by_text("Ben Sato may come back in.")).to_be_visible()
        await stack.enter_async_context(hall.guest(url, "Ben Sato", "ben@example.org"))
        await expect(row(shown, "Ben Sato")).to_be_visible()


@pytest.mark.parametrize("width", [1280, 360], ids=["desktop", "phone"])
async def test_both_windows_and_the_file_work_in_a_frame(course: Course, width: int) -> None:
    await course.page.set_viewport_size({"width": width, "height": 740})
    page = course.page
    shown = await course.open(FRAMED)
    await choose(shown, "More for all participants", "Invite users")
    for email in ("ana@example.org,", "bo@example.org,"):
        await shown.get_by_label("E-mail", exact=True).fill(email)
    await shown.get_by_role("button", name="Invite 2 people").click()
    await shown.get_by_role("button", name="Done").click()
    await expect(shown.get_by_text("Invited, not here (2)")).to_be_visible()

    await choose(shown, "More for all participants", "Invite guests")
    await shown.get_by_role("switch", name="Enable guest access").click()
    await shown.get_by_role("button", name="Add guest link").click()
    await shown.get_by_label("Link name").fill("Course")
    await shown.get_by_role("button", name="Create link").click()
    link = await shown.get_by_role("textbox", name="guest link Course").input_value()
    await shown.get_by_role("button", name="Copy guest link Course").click()
    assert await copied(page, link) == link
    await page.keyboard.press("Escape")
    async with course.hall.guest(link, "Cy Guest"):
        await expect(row(shown, "Cy Guest")).to_contain_text("via Course")

    async with page.expect_download() as coming:
        await choose(shown, "More for all participants", "Export attendance (CSV)")
    assert "Cy Guest" in (await (await coming.value).path()).read_text("utf-8")


LOOKS = """<style>
  html { color-scheme: light dark; }
  participants-tab { --font: Georgia, serif; --radius-large: 3px; --row: 5rem; }
</style>"""


async def test_it_looks_as_its_page_says_in_light_in_dark_and_from_right_to_left(
    course: Course,
) -> None:
    await course.page.set_viewport_size({"width": 360, "height": 740})
    page = course.page
    await page.emulate_media(color_scheme="light", reduced_motion="reduce")
    async with course.hall.guest(await course.hall.guest_link(), "Ben Sato"):
        shown = await course.open(head=LOOKS, lang="he")
        ben = row(shown, "Ben Sato")
        await expect(ben).to_be_visible()

        # Custom properties reach what lies deep inside.
        box = await ben.bounding_box()
        assert box is not None
        assert box["height"] == 80
        assert await styled(shown, "border-top-left-radius") == "3px"
        assert (await styled(ben.locator("b"), "font-family")).startswith("Georgia")

        # Right to left: the name at the right of its dots, and nothing sticks out.
        assert await shown.get_attribute("dir") == "rtl"
        name = await ben.locator("b").bounding_box()
        dots = await ben.get_by_role("button").last.bounding_box()
        assert name is not None
        assert dots is not None
        assert dots["x"] + dots["width"] < name["x"]
        await narrow_enough(page)

        # Light and dark are the page's to say, and may change while one looks.
        light = await lightness(shown)
        await checks.prepare(page)
        assert await checks.axe(page) == []
        await page.evaluate("document.documentElement.style.colorScheme = 'dark'")
        assert await lightness(shown) < 0.3 < 0.9 < light
        assert await checks.axe(page) == []


async def styled(one: Locator, name: str) -> str:
    value: str = await one.evaluate("(one, name) => getComputedStyle(one)[name]", name)
    return value


async def lightness(one: Locator) -> float:
    """How light the ground is that something stands on, from 0 to 1, as it is painted."""
    value: float = await one.evaluate(
        """(one) => {
          const swatch = document.createElement("canvas").getContext("2d");
          swatch.fillStyle = getComputedStyle(one).backgroundColor;
          swatch.fillRect(0, 0, 1, 1);
          const [red, green, blue] = swatch.getImageData(0, 0, 1, 1).data;
          return (red + green + blue) / 765;
        }"""
    )
    return value


async def test_a_page_with_a_strict_policy_has_to_name_the_server_alone(course: Course) -> None:
    page, server = course.page, course.hall.house.url
    lines = f"{server} {server.replace('http', 'ws')}"
    shown = await course.open(
        policy=f"default-src 'none'; script-src {server}; connect-src {lines}"
    )
    await expect(shown.get_by_text("All participants (1)")).to_be_visible()

    # Menus, windows, notices and codes, which all are styled as they open. No mouse is needed.
    await shown.get_by_role("searchbox").focus()
    await page.keyboard.press("ArrowDown")
    await expect(row(shown, "Ines")).to_be_focused()
    await page.keyboard.press("Shift+F10")
    await expect(shown.get_by_role("menu", name="More for Ines")).to_be_visible()
    await page.keyboard.press("Escape")
    await choose(shown, "More for all participants", "Lock room")
    await choose(shown, "More for all participants", "Invite guests")
    await shown.get_by_role("button", name="Get a guest link").click()
    await shown.get_by_role("button", name="QR code of guest link Guests").click()
    await expect(shown.locator("usher-qr-code")).to_be_visible()
    await page.keyboard.press("Escape")
    await choose(shown, "More for all participants", "Invite users")
    await shown.get_by_label("E-mail", exact=True).fill("ana@example.org,")
    await shown.get_by_role("button", name="Preview mail").click()
    await expect(shown.frame_locator("iframe").get_by_text("Weekly seminar").first).to_be_visible()
    # Each person's pages are asked for faults at the end, those of a policy among them.


STATES = """
  const states = window.states = [];
  addEventListener("usher-state", (event) => states.push([event.state, event.code]));
  addEventListener("DOMContentLoaded", () => {
    document.querySelector("participants-tab").renew = window.freshToken;
  });
"""


async def test_whoever_left_or_lost_the_line_comes_back(course: Course) -> None:
    page = course.page
    await page.add_init_script(CUT)
    await page.add_init_script(STATES)
    await page.expose_function("freshToken", course.token)
    shown = await course.open()
    await expect(shown.get_by_text("All participants (1)")).to_be_visible()

    # A hand that was up is up when the line is back.
    await shown.get_by_role("button", name="Raise hand").click()
    await expect(row(group(shown, "raised_hands"), "Ines")).to_be_visible()
    await page.context.set_offline(True)
    await page.evaluate("window.cutSockets()")
    await expect(shown.get_by_text("Reconnecting…")).to_be_visible()
    await page.context.set_offline(False)
    await expect(shown.get_by_text("Reconnecting…")).to_have_count(0)
    await expect(row(group(shown, "raised_hands"), "Ines")).to_be_visible()

    await choose(shown, "More for Ines", "Leave")
    await shown.get_by_role("button", name="Come back in").click()
    await expect(shown.get_by_text("All participants (1)")).to_be_visible()
    await course.hall.do("POST", "/session/end")
    await expect(shown.get_by_text("This session has ended").first).to_be_visible()
    assert await page.evaluate("window.states") == [
        *(["entering", None], ["inside", None], ["over", None]),
        *(["entering", None], ["inside", None], ["over", "session_ended"]),
    ]
