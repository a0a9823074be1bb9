"""A room too large to send: the tab opens at once, counts are exact, rows come as one scrolls."""

import asyncio
import json
import re
import sys
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path

import pytest
from playwright.async_api import Locator, Page, expect

from tests.journeys.conftest import People
from tests.journeys.test_busy_room import guest
from tests.journeys.test_two_doors import ROOM, choose
from tests.running import RunningServer

PEOPLE = 1_500
ROOT = Path(__file__).parent.parent.parent
FIRST_VIEW_BYTES = 20_000
MOST_ROWS = 300
LETTING_IN_S = 90


@asynccontextmanager
async def crowd(server: RunningServer) -> AsyncIterator[None]:
    """Let a crowd in with the load generator, and keep it there."""
    code, out, said = await server.usher(
        "token",
        *("--account", "host", "--name", "Hanna Host", "--email", "host@usher.example"),
        "--operator",
    )
    assert code == 0, said
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "load", "join", "--members", str(PEOPLE), "--hold", "300"),
        *("--url", server.url, "--host-url", json.loads(out)["url"]),
        stdout=asyncio.subprocess.PIPE,
        cwd=ROOT,
    )
    try:
        assert process.stdout is not None
        async with asyncio.timeout(LETTING_IN_S):
            while b"inside after" not in (line := await process.stdout.readline()):
                assert line, "the load generator ended"
        yield
    finally:
        process.kill()
        await process.wait()


@pytest.mark.timeout(240)
async def test_a_crowd_is_counted_searched_and_scrolled_without_being_sent(
    server: RunningServer, people: People
) -> None:
    async with crowd(server):
        person = await people.new()
        host, sizes = person.page, [0]
        host.on(
            "websocket",
            lambda socket: socket.on("framereceived", lambda frame: sizes.append(len(frame))),
        )
        await host.goto(server.host_url)
        await host.get_by_role("link", name=ROOM).first.click()
        await host.get_by_role("button", name="Enter the room").click()
        await expect(host.get_by_text(f"All participants ({PEOPLE + 1:,})")).to_be_visible()
        assert sum(sizes) <= FIRST_VIEW_BYTES

        # Exact counts in every group, and few rows.
        await expect(host.get_by_text(re.compile(rf"Viewers \({PEOPLE + 1:,}\)"))).to_be_visible()
        rows = host.locator("[data-participant]")
        assert await rows.count() <= MOST_ROWS

        # A search finds by name and by address, and says how many.
        search = host.get_by_role("searchbox")
        await search.fill("guest 0123")
        await expect(host.get_by_text("Guest 01230", exact=True)).to_be_visible()
        await expect(rows).to_have_count(10)
        await search.fill("guest1499@")
        await expect(rows).to_have_count(1)
        await search.fill("")

        # Scrolling to the end loads as it goes.
        await host.get_by_role("button", name="See more").first.click()
        last = host.get_by_text(f"Guest {PEOPLE - 1:05d}", exact=True)
        groups = host.locator("participants-list .groups")
        for _ in range(40):
            await groups.evaluate("element => element.scrollTo(0, element.scrollHeight)")
            if await last.count():
                break
            await asyncio.sleep(0.1)
        await expect(last).to_be_visible()
        assert await rows.count() <= MOST_ROWS
        assert max(sizes) <= 64_000


SCROLL = """async (element) => {
  const frame = () => new Promise((done) => requestAnimationFrame(done));
  let most = 0, bare = 0;
  const look = (root) => {
    const all = [...root.querySelectorAll("*")];
    return all.flatMap((one) => [one, ...(one.shadowRoot ? look(one.shadowRoot) : [])]);
  };
  for (let step = 0; step < 200; step += 1) {
    element.scrollTop += step % 3 === 2 ? 4000 : 700;
    await frame();
    const found = look(element).filter((one) => one.matches("[data-participant]"));
    most = Math.max(most, found.length);
    if (!look(element).some((one) => one.matches("[role=grid]"))) bare += 1;
  }
  return { most, bare };
}"""


@pytest.mark.timeout(240)
async def test_a_crowd_is_walked_through_and_held_in_place_while_people_come(
    server: RunningServer, people: People
) -> None:
    async with crowd(server):
        host = (await people.new()).page
        await host.goto(server.host_url)
        await host.get_by_role("link", name=ROOM).first.click()
        await host.get_by_role("button", name="Enter the room").click()
        await host.get_by_role("button", name="See more").first.click()
        groups = host.locator("participants-list .groups")

        # However fast one scrolls there are few rows, and the group never goes away.
        found = await groups.evaluate(SCROLL)
        assert found["most"] <= MOST_ROWS
        assert found["bare"] == 0

        # Keys reach what is far from loaded, and come back.
        await groups.evaluate("element => element.scrollTo(0, 0)")
        first = host.locator("[data-group=viewers] [data-participant]").first
        await first.locator(".name").click()
        await host.keyboard.press("End")
        await expect(focused(host)).to_contain_text(f"Guest {PEOPLE - 1:05d}")
        await host.keyboard.press("PageUp")
        await expect(focused(host)).not_to_contain_text(f"Guest {PEOPLE - 1:05d}")
        await expect(focused(host)).to_be_visible()

        # People who come in above push nothing away from under one's eyes.
        name = await focused(host).locator("b").inner_text()
        box = await focused(host).bounding_box()
        at = await groups.evaluate("element => element.scrollTop")
        await choose(host, "More for all participants", "Invite guests")
        link = host.get_by_role("textbox", name=f"guest link Load of {PEOPLE}")
        url = await link.input_value()
        await host.keyboard.press("Escape")
        async with AsyncExitStack() as stack:
            for number in range(6):
                await stack.enter_async_context(guest(server, url, f"Aaron {number}"))
            await expect(host.get_by_text(f"All participants ({PEOPLE + 7:,})")).to_be_visible()
            held = host.locator("[data-participant]").filter(has_text=name)
            now = await held.bounding_box()
            assert box is not None
            assert now is not None
            assert abs(now["y"] - box["y"]) < 2
            assert await groups.evaluate("element => element.scrollTop") > at


def focused(page: Page) -> Locator:
    """The row that has the focus."""
    return page.locator("[data-participant]:focus")
