"""What stands between a filled form and the room: a text to agree to, and a server that is busy."""

import json
import re
from collections.abc import AsyncIterator, Awaitable, Callable

import pytest
import pytest_asyncio
from playwright.async_api import Page, Route, expect

from protocol.errors import ErrorCode
from server.edge.replies import Denied, problem_reply
from tests.journeys.conftest import People
from tests.journeys.doorkeeper import DESKTOP, PHONE, Host, Way, every_way, hosting, joiner
from tests.journeys.test_settings import reopen
from tests.running import RunningServer

TEXT = "We record this session and keep it for a year."
OTHER_TEXT = "We record this session and keep it for ten years."
MISSING = "Tick this box to come in."
AGREE = "I agree to this text"
BUSY_S = 2

Answer = Callable[[Route], Awaitable[None]]


@pytest_asyncio.fixture(loop_scope="module")
async def host(server: RunningServer) -> AsyncIterator[Host]:
    async with hosting(server) as host:
        yield host


async def inside(page: Page, count: int) -> None:
    await expect(page.get_by_text(f"All participants ({count})")).to_be_visible()


@every_way
async def test_who_does_not_agree_stays_outside_and_who_does_is_let_in(
    host: Host, people: People, way: Way
) -> None:
    await host.start()
    await host.set(consent=TEXT)
    url = (await host.make_link())["url"]
    gus = await joiner(people, way)
    await gus.page.goto(url)
    await gus.sees(TEXT)
    await gus.fits()
    agree = gus.page.get_by_role("checkbox", name=AGREE)
    await expect(agree).not_to_be_checked()

    # Without the tick nothing is sent, and the cursor is put where it is missing.
    await gus.fill_guest_form("Gus Guest", "gus@example.org")
    await gus.press("Join")
    await gus.sees(MISSING)
    await expect(agree).to_be_focused()
    await gus.fits()
    assert (await host.link())["uses"] == 0

    await gus.page.keyboard.press("Space")
    await expect(gus.page.get_by_text(MISSING)).to_have_count(0)
    await gus.press("Join")
    await inside(gus.page, 1)
    [person] = await host.attended()
    assert person["consent"]
    assert person["consented_at"]

    # Whoever agreed comes back without being asked again.
    await gus.page.goto(url)
    await gus.page.reload()
    await gus.press("Continue as Gus Guest")
    await inside(gus.page, 1)


async def test_a_host_writes_the_text_and_who_read_another_one_reads_again(
    server: RunningServer, host: Host, people: People
) -> None:
    await host.start()
    url = (await host.make_link())["url"]
    owner = (await people.new()).page
    await sign_in(server, owner)
    await write(server, owner, TEXT)

    gus = await joiner(people, PHONE)
    await gus.page.goto(url)
    await gus.fill_guest_form("Gus Guest", "gus@example.org")
    await gus.page.get_by_role("checkbox", name=AGREE).check()
    await write(server, owner, OTHER_TEXT)
    await gus.press("Join")
    await gus.sees("It may have changed: read it again.")
    await expect(gus.page.get_by_text(OTHER_TEXT)).to_be_focused()
    await expect(gus.page.get_by_role("checkbox", name=AGREE)).not_to_be_checked()
    await expect(gus.page.get_by_label("Name", exact=True)).to_have_value("Gus Guest")
    assert await host.attended() == []
    await gus.page.get_by_role("checkbox", name=AGREE).check()
    await gus.press("Join")
    await inside(gus.page, 1)


async def sign_in(server: RunningServer, page: Page) -> None:
    code, out, said = await server.usher(
        *("token", "--account", "host", "--name", "Hanna Host", "--email", "host@usher.example"),
        "--operator",
    )
    assert code == 0, said
    await page.goto(json.loads(out)["url"])
    await expect(page.get_by_role("heading", name="Entries")).to_be_visible()


async def write(server: RunningServer, page: Page, text: str) -> None:
    """Have the host set what guests agree to, in the settings of the entry."""
    await page.goto(f"{server.url}/e/e_demo-room")
    await reopen(page)
    await page.get_by_label("Text that guests agree to").fill(text)
    await page.get_by_role("button", name="Save").click()
    await expect(page.get_by_text("Changes saved.").first).to_be_visible()


@pytest.mark.parametrize("way", [DESKTOP, PHONE], ids=lambda way: way.name)
async def test_a_busy_server_is_asked_again_when_it_said_to(
    host: Host, people: People, way: Way
) -> None:
    await host.start()
    url = (await host.make_link(uses=1))["url"]
    gus = await joiner(people, way)
    page = gus.page

    # The first look at the link, and the form itself: each is refused once.
    await page.route("**/api/v1/doors/guest/look", busy(), times=1)
    await page.goto(url)
    await gus.sees("The server is busy.")
    await gus.fits()
    await gus.fill_guest_form("Gus Guest", "gus@example.org")
    await page.route("**/api/v1/doors/guest", busy(), times=1)
    await gus.press("Join")
    await gus.sees("Nothing that you typed is lost.")
    await expect(page.get_by_text(re.compile(r"^Trying again in \d seconds?$"))).to_be_visible()
    await expect(page.get_by_label("Name", exact=True)).to_have_value("Gus Guest")
    await gus.fits()
    await inside(page, 1)
    assert (await host.link())["uses"] == 1


def busy() -> Answer:
    """Answer as a server does that lets in as many as it can already."""
    reply = problem_reply(Denied(ErrorCode.OVERLOADED, retry_after_s=BUSY_S))

    async def answer(route: Route) -> None:
        await route.fulfill(
            status=reply.status_code, headers=dict(reply.headers), body=bytes(reply.body)
        )

    return answer
