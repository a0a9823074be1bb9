"""Without a mail server, the host of the embedded default reads the mails in the outbox."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest_asyncio
from playwright.async_api import expect

from tests.journeys.conftest import People
from tests.running import RunningServer, Serve


@pytest_asyncio.fixture(loop_scope="module")
async def server(tmp_path: Path, serve: Serve) -> AsyncIterator[RunningServer]:
    async with serve(tmp_path) as running:
        yield running


async def test_a_mail_can_be_read_and_its_link_works(server: RunningServer, people: People) -> None:
    code, _, said = await server.usher(
        "invite", "send", "e_demo-room", "ada@example.org", "--type", "speaker"
    )
    assert code == 0, said
    host = (await people.new()).page
    await host.goto(server.host_url)
    await host.get_by_role("link", name="Operation").click()
    await host.get_by_role("link", name="Outbox").click()
    await expect(host.get_by_text("ada@example.org").first).to_be_visible()
    url = await host.locator("a[href*='/join#i.']").first.get_attribute("href")
    assert url
    ada = (await people.new()).page
    await ada.goto(url)
    await expect(ada.get_by_label("Your e-mail")).to_be_visible()


async def test_nobody_else_can_open_the_outbox(server: RunningServer, people: People) -> None:
    stranger = (await people.new()).page
    await stranger.goto(f"{server.url}/outbox")
    await expect(stranger.get_by_role("heading").first).to_be_visible()
    async with server.http() as http:
        assert (await http.get("/outbox")).status_code in (401, 403, 404)
