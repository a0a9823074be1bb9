"""A room too large to send: the tab opens at once, counts are exact, rows come as one scrolls.

How many frames a second that is, `python -m load browse` says; here it is about what is seen.
It is one server whatever `NODES` says: the crowd is written into the file of the embedded store.
"""

import json
import re
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import pytest
import pytest_asyncio
from playwright.async_api import Locator, Page, expect

from load.browser import WATCHING
from load.inside.seed import seed
from protocol import commands as c
from tests.journeys.conftest import People
from tests.journeys.doorkeeper import Host
from tests.journeys.test_busy_room import guest
from tests.running import RunningServer

PEOPLE = 20_000
"""As many as are let in within seconds. Nothing here depends on how many there are."""
FIRST_VIEW_BYTES = 20_000
MOST_BYTES = 64_000
MOST_ROWS = 300
FAR_PX = 400_000
"""Far down, with thousands of rows above and below."""


@dataclass(frozen=True)
class Large:
    """A server with the room, and the link by which more people come in."""

    server: RunningServer
    url: str

    async def enter(self, people: People) -> Page:
        """Have a browser of the host's in the room, with all viewers to scroll through."""
        code, out, said = await self.server.usher(
            *("token", "--account", "host", "--name", "Hanna Host"),
            *("--email", "host@usher.example", "--operator"),
        )
        assert code == 0, said
        page = (await people.new()).page
        await page.goto(json.loads(out)["url"])
        await expect(page.get_by_role("heading", name="Entries", exact=True)).to_be_visible()
        await page.goto(f"{self.server.url}/e/e_demo-room")
        await page.get_by_role("button", name="Enter the room").click()
        await expect(page.get_by_text(re.compile(r"All participants \(20,"))).to_be_visible()
        return page


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def large(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Large]:
    """Fill a room by the rules of a real redemption, and serve it."""
    server = RunningServer(tmp_path_factory.mktemp("large"))
    await server.start()
    async with server.http() as http:
        await server.sign_in(http)
        host = Host(http)
        await host.set(capacity=1_000_000)
        await host.start()
        url = (await host.make_link())["url"]
    await server.stop()
    await seed(server.folder / "data", PEOPLE, 100)
    await server.start()
    try:
        yield Large(server, url)
    finally:
        await server.stop()


def groups(page: Page) -> Locator:
    return page.locator("participants-list .groups")


def focused(page: Page) -> Locator:
    """The row that has the focus."""
    return page.locator("[data-participant]:focus")


async def inside(page: Page) -> int:
    """How many there are, as the tab says."""
    title = await page.locator("participants-list h2").inner_text()
    return int("".join(one for one in title if one.isdigit()))


ARRIVED = """async (element) => {
  for (let frame = 0; frame < 1800; frame += 1) {
    await new Promise((done) => requestAnimationFrame(done));
    const box = element.getBoundingClientRect();
    const middle = (box.top + box.bottom) / 2;
    const grid = [...element.querySelectorAll("participant-group")]
      .map((group) => group.shadowRoot.querySelector("[data-group=viewers] [role=grid]"))
      .find((found) => found);
    const isInTheMiddle = (row) => {
      const { top, bottom } = row.getBoundingClientRect();
      return top <= middle && middle <= bottom;
    };
    const isHere = grid.ariaBusy === "false";
    if (isHere && [...grid.querySelectorAll("[data-participant]")].some(isInTheMiddle)) return true;
  }
  return false;
}"""


async def all_here(page: Page) -> None:
    """Wait until every row that is on screen has come.

    A list that has just been scrolled says that all its rows are here, and means those of before:
    so there has to be one in the middle.
    """
    assert await groups(page).evaluate(ARRIVED)


async def test_a_crowd_is_counted_searched_and_scrolled_without_being_sent(
    large: Large, people: People
) -> None:
    sizes = [0]
    page = await large.enter(people)
    page.on(
        "websocket",
        lambda socket: socket.on("framereceived", lambda frame: sizes.append(len(frame))),
    )
    await page.reload()
    await expect(page.get_by_text(f"All participants ({PEOPLE + 1:,})")).to_be_visible()
    assert 0 < sum(sizes) <= FIRST_VIEW_BYTES

    # Exact counts in every group, and few rows.
    await expect(page.get_by_text(f"Viewers ({PEOPLE + 1:,})")).to_be_visible()
    rows = page.locator("[data-participant]")
    assert await rows.count() <= MOST_ROWS

    # A search finds by name and by address, and says how many.
    search = page.get_by_role("searchbox")
    await search.fill("person 001234")
    await expect(page.get_by_text("Person 0012340", exact=True)).to_be_visible()
    await expect(rows).to_have_count(10)
    await search.fill("person19999@")
    await expect(rows).to_have_count(1)
    await search.fill("")

    # At the end is who comes last, and what was on the way was not all sent.
    await page.get_by_role("button", name="See more").first.click()
    await groups(page).evaluate("element => element.scrollTo(0, element.scrollHeight)")
    await expect(page.get_by_text(f"Person {PEOPLE - 1:07d}", exact=True)).to_be_visible()
    assert await rows.count() <= MOST_ROWS
    assert max(sizes) <= MOST_BYTES


SCROLL = """async (element) => {
  const frame = () => new Promise((done) => requestAnimationFrame(done));
  let most = 0;
  for (let step = 0; step < 150; step += 1) {
    element.scrollTop += step % 3 === 2 ? 8000 : 700;
    await frame();
    most = Math.max(most, window.watching.rows());
  }
  return most;
}"""


async def test_however_fast_one_scrolls_there_are_few_rows_and_the_right_ones(
    large: Large, people: People
) -> None:
    page = await large.enter(people)
    await page.evaluate(WATCHING)
    await page.get_by_role("button", name="See more").first.click()
    assert await groups(page).evaluate(SCROLL) <= MOST_ROWS

    # Where one comes to rest everybody is in their place, without a hole or a repetition.
    await all_here(page)
    shown = await page.locator("[data-group=viewers] [data-participant]").evaluate_all(
        """rows => rows.filter((row) => row !== row.getRootNode().activeElement).map((row) => {
             const { top } = row.getBoundingClientRect();
             return [Number(row.dataset.index), top, row.shadowRoot.querySelector("b").textContent];
           })"""
    )
    assert len(shown) > 10
    for (at, top, name), (next_at, next_top, next_name) in pairwise(shown):
        assert next_at == at + 1
        assert next_top - top == pytest.approx(52, abs=1)
        assert int(next_name.split()[1]) == int(name.split()[1]) + 1

    # Keys reach what is far from loaded, and come back.
    await groups(page).evaluate("element => element.scrollTo(0, 0)")
    first = page.locator("[data-group=viewers] [data-participant]").first
    await first.locator(".name").click()
    await page.keyboard.press("End")
    await expect(focused(page)).to_contain_text(f"Person {PEOPLE - 1:07d}")
    await page.keyboard.press("PageUp")
    await expect(focused(page)).not_to_contain_text(f"Person {PEOPLE - 1:07d}")
    await expect(focused(page)).to_be_visible()


PUSH = """() => {
  document.pushed = document.createElement("div");
  document.pushed.style.blockSize = "60px";
  document.pushed.style.flex = "none";
  window.watching.scroller().prepend(document.pushed);
}"""


async def test_counts_tick_and_hands_go_up_and_nothing_moves(large: Large, people: People) -> None:
    page = await large.enter(people)
    await page.evaluate(WATCHING)
    before = await inside(page)

    # What watches would see a jump: something that pushes all of the list down, for once.
    await page.evaluate("watching.begin()")
    await page.evaluate(PUSH)
    assert (await told(page))["shifts"] != []
    await page.evaluate("document.pushed.remove()")
    await page.evaluate("watching.begin()")
    await told(page)

    # At the top: people come whose place is far below.
    async with AsyncExitStack() as stack:
        await page.evaluate("watching.begin()")
        for number in range(3):
            await stack.enter_async_context(guest(large.server, large.url, f"Zoe {number}"))
            await expect(page.get_by_text(f"Viewers ({before + number + 1:,})")).to_be_visible()
        assert (await told(page))["shifts"] == []

    # Far down: people come and raise hands above what one reads.
    await page.get_by_role("button", name="See more").first.click()
    # The focus goes on to the first of the rows that come by it.
    await expect(focused(page)).to_be_visible()
    await page.get_by_role("searchbox").focus()
    await groups(page).evaluate("(element, px) => element.scrollTo(0, px)", FAR_PX)
    await all_here(page)
    row = page.locator("[data-group=viewers] [data-participant]").nth(12)
    name = await row.locator("b").inner_text()
    held = page.locator("[data-participant]").filter(has_text=name)
    was, at = await held.bounding_box(), await groups(page).evaluate("one => one.scrollTop")
    async with AsyncExitStack() as stack:
        await page.evaluate("watching.begin()")
        for number in range(6):
            person = f"Aaron {number}"
            client = await stack.enter_async_context(guest(large.server, large.url, person))
            if number % 2:
                await client.ask(c.RaiseHand())
        # Said, and shown where it is in nobody's way.
        await expect(page.get_by_role("button", name="3 new hands")).to_be_visible()
        await expect(page.locator("[data-news]")).to_contain_text("raised")
        found = await told(page)
        assert found["shifts"] == []
        assert found["rows_most"] <= MOST_ROWS
        now = await held.bounding_box()
        assert was is not None
        assert now is not None
        assert now["y"] == pytest.approx(was["y"], abs=1)
        assert await groups(page).evaluate("one => one.scrollTop") > at
        await expect(page.get_by_role("searchbox")).to_be_focused()

        # And one goes there when one likes.
        await page.get_by_role("button", name="3 new hands").click()
        await expect(focused(page)).to_contain_text("Aaron 1")
        await expect(page.get_by_text("Raised hands (3)")).to_be_visible()


async def told(page: Page) -> dict[str, Any]:
    found: dict[str, Any] = await page.evaluate("watching.end()")
    return found
