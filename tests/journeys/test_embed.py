"""The tab on a page of another site, inline and in a frame."""

import asyncio
import json
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from playwright.async_api import expect

from tests.journeys.conftest import People
from tests.journeys.test_two_doors import host_a_room
from tests.running import RunningServer, free_port, running_server

EXAMPLE = Path(__file__).parents[2] / "docs/examples/embed.py"
ROOM = "e_demo-room"


@asynccontextmanager
async def platform(server: RunningServer, port: int) -> AsyncIterator[str]:
    """Run the example platform against a server; give the address of its page."""
    code, out, errors = await server.usher(
        "key", "create", "--name", "example", "--scope", "tokens"
    )
    assert code == 0, errors
    key = json.loads(out)["key"]
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, str(EXAMPLE), "--server", server.url, "--key", key),
        *("--entry", ROOM, "--port", str(port)),
    )
    try:
        yield f"http://localhost:{port}"
    finally:
        process.terminate()
        await process.wait()


@pytest.fixture
async def embedding(tmp_path: Path) -> AsyncIterator[tuple[RunningServer, str]]:
    port = free_port()
    origin = f"http://localhost:{port}"
    env = {"USHER_ORIGINS": origin, "USHER_FRAMES": origin}
    async with running_server(tmp_path, env) as server, platform(server, port) as url:
        await answering(url)
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
    await visitor.page.goto(url)
    inline = visitor.page.locator("participants-tab")
    framed = visitor.page.frame_locator("iframe")

    await expect(inline.get_by_text("All participants (3)")).to_be_visible()
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
