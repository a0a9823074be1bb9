"""What the page of a video shows; and how pages look and speak."""

import asyncio

from playwright.async_api import Page, expect

from tests.journeys.conftest import PATIENCE_MS, People
from tests.running import RunningServer


async def sign_in(page: Page, server: RunningServer) -> None:
    """Open the printed URL, and wait until it has worked."""
    await page.goto(server.host_url)
    await expect(page.get_by_role("heading", name="Entries")).to_be_visible()


async def test_a_video_has_captions_that_its_owner_can_change(
    server: RunningServer, people: People
) -> None:
    host = await people.new()
    page = host.page
    await sign_in(page, server)
    await page.goto(f"{server.url}/e/e_demo-video")
    video = page.locator("video")
    await expect(video).to_be_visible()
    async with asyncio.timeout(PATIENCE_MS / 1000):
        first = ""
        while "A guest link is for anybody" not in first:
            first = await video.evaluate("video => video.textTracks[0].cues?.[0]?.text ?? ''")

    await page.get_by_role("button", name="More actions").click()
    await page.get_by_role("menuitem", name="Edit…").click()
    field = page.get_by_label("Captions", exact=True)
    await field.fill("de Deutsch /assets/demo/video.de.vtt\nen")
    await page.get_by_role("button", name="Save").click()
    await expect(page.get_by_text("Line 2 is not a language")).to_be_visible()
    await field.fill("de Deutsch /assets/demo/video.de.vtt")
    await page.get_by_role("button", name="Save").click()
    await expect(field).to_be_hidden()
    await page.reload()
    await expect(page.locator("track")).to_have_attribute("srclang", "de")
    assert host.faults == []


async def test_language_and_colours_are_kept_on_the_device(
    server: RunningServer, people: People
) -> None:
    page = (await people.new()).page
    await sign_in(page, server)
    await page.get_by_role("button", name="English").click()
    await page.get_by_role("menuitemradio", name="Dark").click()
    await expect(page.locator("html")).to_have_attribute("data-theme", "dark")
    await page.get_by_role("button", name="English").click()
    await page.get_by_role("menuitemradio", name="العربية").click()
    await expect(page.locator("html")).to_have_attribute("dir", "rtl")
    await page.goto(f"{server.url}/e/e_demo-room")
    await expect(page.locator("html")).to_have_attribute("lang", "ar")
    await expect(page.locator("html")).to_have_attribute("data-theme", "dark")
    await expect(page.get_by_text("غرفة", exact=True)).to_be_visible()
