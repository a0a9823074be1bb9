"""The tab on a page of another site, inline and in a frame."""

import asyncio
import json
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
import pytest_asyncio
from playwright.async_api import Page, expect

from tests.journeys.conftest import People
from tests.journeys.test_budgets import MODULE, TAB_BYTES, modules, of_the_tab, zipped
from tests.journeys.test_two_doors import choose, come_as_guest, host_a_room, row
from tests.running import RunningServer, Serve, free_port

EXAMPLE = Path(__file__).parents[2] / "docs/examples/embed.py"
ROOM = "e_demo-room"


@asynccontextmanager
async def platform(server: RunningServer, port: int, part: str = "co_owner") -> AsyncIterator[str]:
    """Run the example platform against a server; give the address of its page."""
    code, out, errors = await server.usher(
        "key", "create", "--name", "example", "--scope", "tokens"
    )
    assert code == 0, errors
    key = json.loads(out)["key"]
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, str(EXAMPLE), "--server", server.url, "--key", key),
        *("--entry", ROOM, "--port", str(port), "--part", part),
    )
    try:
        await answering(f"http://localhost:{port}")
        yield f"http://localhost:{port}"
    finally:
        process.terminate()
        await process.wait()


@pytest_asyncio.fixture(loop_scope="module")
async def embedding(tmp_path: Path, serve: Serve) -> AsyncIterator[tuple[RunningServer, str]]:
    port = free_port()
    origin = f"http://localhost:{port}"
    env = {"USHER_ORIGINS": origin, "USHER_FRAMES": origin}
    async with serve(tmp_path, env) as server, platform(server, port) as url:
        yield server, url


async def answering(url: str) -> None:
    """Wait until the platform listens."""
    host, port = url.removeprefix("http://").split(":")
    async with asyncio.timeout(20):
        while True:
            try:
                _, writer = await asyncio.open_connection(host, int(port))
            except OSError:
                await asyncio.sleep(0.05)
                continue
            writer.close()
            return


async def test_the_tab_works_inline_and_framed_on_a_foreign_page(
    embedding: tuple[RunningServer, str], people: People
) -> None:
    server, url = embedding
    host = await host_a_room(server, await people.new())
    visitor = await people.new()
    loaded = modules(visitor.page)
    await visitor.page.goto(url)
    inline = visitor.page.locator("participants-tab")
    framed = visitor.page.frame_locator("iframe")

    await expect(inline.get_by_text("All participants (3)")).to_be_visible()
    await idle(visitor.page)
    assert loaded == {path.name for path in of_the_tab("en")}
    await expect(framed.get_by_text("All participants (3)")).to_be_visible()
    await expect(host.get_by_text("All participants (3)")).to_be_visible()
    await expect(host.get_by_text("Ines", exact=True)).to_be_visible()

    # A command over its socket, and a window over HTTP, both with the ticket alone.
    await inline.get_by_role("button", name="Raise hand").click()
    await expect(framed.get_by_text("Raised hands (1)")).to_be_visible()
    await inline.get_by_role("button", name="More for all participants").click()
    await inline.get_by_role("menuitem", name="Invite guests").click()
    await expect(inline.get_by_role("switch", name="Enable guest access")).to_be_visible()
    await visitor.page.keyboard.press("Escape")

    # The page is loaded again with a fresh token, and nobody is there twice.
    await visitor.page.reload()
    await expect(inline.get_by_text("All participants (3)")).to_be_visible()
    assert visitor.faults == []
    assert await visitor.context.cookies(server.url) == []


async def test_a_token_that_was_used_goes_on_in_its_own_browser_alone(
    embedding: tuple[RunningServer, str], people: People
) -> None:
    server, url = embedding
    await host_a_room(server, await people.new())
    visitor = await people.new()
    await visitor.page.goto(url)
    inline = visitor.page.locator("participants-tab")
    await expect(inline.get_by_text("All participants (3)")).to_be_visible()
    token = await inline.get_attribute("token")

    # What a page does that its browser kept: the same token again, in the same browser tab.
    await inline.evaluate("tab => tab.token = ''")
    await inline.evaluate("(tab, token) => tab.token = token", token)
    await expect(inline.get_by_text("All participants (3)")).to_be_visible()

    thief = await people.new()
    await thief.page.goto(f"{server.url}/embed#{token}")
    await expect(thief.page.get_by_text("not valid, or was used already")).to_be_visible()
    assert token is not None
    assert token not in thief.page.url


@pytest.mark.parametrize("size", [(1280, 860), (360, 740)], ids=["desktop", "phone"])
async def test_a_room_is_moderated_from_a_page_of_another_site(
    embedding: tuple[RunningServer, str], people: People, size: tuple[int, int]
) -> None:
    server, url = embedding
    await host_a_room(server, await people.new())
    visitor = await people.new(*size)
    await visitor.page.goto(url)
    tab = visitor.page.locator("participants-tab")
    await expect(tab.get_by_text("All participants (3)")).to_be_visible()

    # Both doors are opened there, and somebody comes in by each link.
    await choose(tab, "More for all participants", "Invite guests")
    await tab.get_by_role("switch", name="Enable guest access").click()
    await tab.get_by_role("button", name="Add guest link").click()
    await tab.get_by_label("Link name").fill("Course")
    await tab.get_by_role("button", name="Create link").click()
    link = await tab.get_by_role("textbox", name="guest link Course").input_value()
    assert link.startswith(f"{server.url}/join#g.")
    await visitor.page.keyboard.press("Escape")
    await come_as_guest(await people.new(), link, "Ben Sato", "ben@guest.example")
    await choose(tab, "More for all participants", "Invite users")
    await tab.get_by_label("E-mail", exact=True).fill("cy@example.org,")
    await tab.get_by_role("button", name="Generate invite link").click()
    await tab.get_by_role("button", name="Done").click()
    await expect(tab.get_by_text("Invited, not here (1)")).to_be_visible()

    # Promoted, removed with a way back, and several at once.
    ben = row(tab, "Ben Sato")
    await expect(ben).to_be_visible()
    await choose(tab, "More for Ben Sato", "Set as speaker")
    await expect(ben).to_contain_text("Speaker")
    await choose(tab, "More for Ben Sato", "Remove")
    await expect(ben).to_have_count(0)
    await tab.get_by_role("button", name="Undo").first.click()
    await choose(tab, "More for all participants", "Keyboard shortcuts")
    await expect(tab.get_by_role("heading", name="Keyboard shortcuts")).to_be_visible()
    await visitor.page.keyboard.press("Escape")

    # A file comes with the ticket, as no link could bring it.
    for words, ending in (("Export attendance (CSV)", "csv"), ("Export attendance (JSON)", "json")):
        async with visitor.page.expect_download() as coming:
            await choose(tab, "More for all participants", words)
        file = await coming.value
        assert file.suggested_filename.endswith(f".{ending}")
        assert "Ines" in (await file.path()).read_text("utf-8")
    assert visitor.faults == []


async def test_whoever_waits_is_told_so_on_a_page_of_another_site(
    tmp_path: Path, people: People, serve: Serve
) -> None:
    port = free_port()
    origin = f"http://localhost:{port}"
    env = {"USHER_ORIGINS": origin, "USHER_FRAMES": origin}
    async with serve(tmp_path, env) as server, platform(server, port, "co_viewer") as url:
        # A browser in English, on a page that has the tab speak German.
        visitor = await people.new()
        loaded = modules(visitor.page)
        await visitor.page.goto(f"{url}?lang=de")
        tab = visitor.page.locator("participants-tab")
        await expect(tab.get_by_text("Sie sind hier als Ines")).to_be_visible()
        await host_a_room(server, await people.new())
        await expect(tab.get_by_text("Alle Teilnehmer (3)")).to_be_visible()
        assert visitor.faults == []

        # To wait takes a little more code and its words, and none of another language; that
        # all of it is small, test_budgets.py says for every language.
        await idle(visitor.page)
        counted = {path.name for path in of_the_tab("de", "room-gate")}
        assert loaded == counted
        assert sum(zipped(MODULE.parent / name) for name in loaded) < TAB_BYTES


async def idle(page: Page) -> None:
    """Wait until all is loaded that a browser puts off until it has nothing else to do."""
    await page.evaluate("() => new Promise((done) => requestIdleCallback(done))")
    await page.wait_for_load_state("networkidle")
