"""Operators look after a site in the browser: how it runs, and who is told what."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest_asyncio
from playwright.async_api import Locator, Page, expect

from tests.integrations.receiver import receiving
from tests.journeys.conftest import People
from tests.running import RunningServer, Serve


@pytest_asyncio.fixture(loop_scope="module")
async def server(tmp_path: Path, serve: Serve) -> AsyncIterator[RunningServer]:
    env = {"USHER_INNER_WEBHOOKS": "127.0.0.0/8", "USHER_NODE": "hall 1"}
    async with serve(tmp_path, env) as running:
        yield running


async def test_the_operator_sees_a_room_fill(server: RunningServer, people: People) -> None:
    host = (await people.new()).page
    await host.goto(server.host_url)
    await host.get_by_role("link", name="Operation").click()
    await expect(host.get_by_text("hall 1")).to_be_visible()
    async with server.http() as http:
        await server.sign_in_again(http)
        await http.post("/entries/e_demo-room/session/start", json={})
    room = await host.context.new_page()
    await room.goto(f"{server.url}/e/e_demo-room")
    await room.get_by_role("button", name="Enter").click()

    row = host.get_by_role("row", name="Weekly seminar")
    await expect(row.get_by_role("cell").nth(1)).to_contain_text("1")


async def test_a_webhook_is_added_tried_read_and_ended_in_the_browser(
    server: RunningServer, people: People
) -> None:
    host = (await people.new()).page
    await host.goto(server.host_url)
    async with receiving() as platform:
        await host.get_by_role("link", name="Operation").click()
        await host.get_by_role("link", name="Webhooks").click()
        await host.get_by_role("button", name="Add a webhook").click()
        await host.get_by_role("button", name="Add", exact=True).click()
        await expect(host.get_by_role("alert")).to_contain_text("begins with https://")
        await host.get_by_label("Address").fill(platform.url)
        await host.get_by_role("button", name="Add", exact=True).click()

        card = host.get_by_role("article", name=platform.url, exact=True)
        await card.get_by_role("button", name="Send a test").click()
        await expect(card.locator("p[role=status]")).to_contain_text("status 204")
        await card.get_by_role("button", name="Show the secret").click()
        secret = await card.get_by_label("Secret that signs", exact=True).input_value()
        assert platform.received[0].is_signed_by(secret)

        async with server.http() as http:
            await server.sign_in_again(http)
            await http.post("/entries/e_demo-room/session/start", json={})
        await platform.until(lambda one: "session.started" in one.types)
        await card.get_by_role("button", name="Send again").click()
        await host.get_by_label("Which entries").fill("Weekly seminar")
        await host.locator("webhook-replay").get_by_role("button", name="Send again").click()
        await expect(card.locator("p[role=status]")).to_contain_text("1 message is sent again")
        await platform.until(lambda one: one.types.count("session.started") == 2)

        await card.get_by_role("button", name="Deliveries").click()
        await expect(card.get_by_role("row", name="Session started").first).to_contain_text("204")
        await card.get_by_role("button", name="Pause").click()
        await expect(card.get_by_text("Paused")).to_be_visible()

        # The next one takes over nothing of one that is ended: no shown secret, no log.
        add = host.get_by_role("button", name="Add a webhook")
        await add.click()
        await host.get_by_label("Address").fill(f"{platform.url}/next")
        entry = host.get_by_label("Which entries")
        await entry.fill("e_nothing-here")
        await host.get_by_role("button", name="Add", exact=True).click()
        await expect(host.locator("webhook-form").get_by_role("alert")).to_be_visible()
        await entry.fill("e_demo-room")
        await host.get_by_role("button", name="Add", exact=True).click()
        other = host.get_by_role("article", name=f"{platform.url}/next")
        await expect(other).to_be_visible()
        await end(host, card)
        await expect(host.get_by_role("article")).to_have_count(1)
        await expect(add).to_be_focused()
        await expect(other.get_by_role("button", name="Show the secret")).to_be_visible()
        await expect(other.locator("copy-field, table")).to_have_count(0)
        await end(host, other)
        await expect(host.get_by_text("Nobody is told anything yet.")).to_be_visible()


async def end(host: Page, card: Locator) -> None:
    await card.get_by_role("button", name="End it").click()
    asked = host.locator("confirm-dialog:has(dialog[open])")
    await asked.get_by_role("button", name="End it").click()
