"""What a media page shows: a video with captions, a document; and how pages look and speak."""

from playwright.async_api import Page, expect

from tests.journeys.conftest import People
from tests.running import RunningServer


async def sign_in(page: Page, server: RunningServer) -> None:
    """Open the printed URL, and wait until it has worked."""
    await page.goto(server.host_url)
    await expect(page.get_by_role("heading", name="Entries")).to_be_visible()


async def test_a_document_is_read_in_the_page(server: RunningServer, people: People) -> None:
    host = await people.new()
    page = host.page
    await sign_in(page, server)
    await page.goto(f"{server.url}/e/e_demo-document")

    # Its words are there for reading aloud and for selecting, over the picture of the page.
    await expect(
        page.get_by_text("This document stands for any document of yours")
    ).to_be_attached()
    await expect(page.locator("pdf-viewer canvas")).to_be_visible()
    wide = await page.locator("pdf-viewer .page").first.bounding_box()
    await page.get_by_role("region", name="Handout").focus()
    await page.keyboard.press("+")
    await expect(page.get_by_role("button", name="Smaller")).to_be_enabled()
    larger = await page.locator("pdf-viewer .page").first.bounding_box()
    assert wide is not None
    assert larger is not None
    assert larger["width"] > wide["width"]
    assert host.faults == []


async def test_what_is_no_document_leads_to_the_file(server: RunningServer, people: People) -> None:
    page = (await people.new(360, 740)).page
    await sign_in(page, server)
    await page.goto(f"{server.url}/e/e_demo-document")
    await page.get_by_role("button", name="More actions").click()
    await page.get_by_role("menuitem", name="Edit…").click()
    await page.get_by_label("Address of the content").fill(f"{server.url}/assets/theme.pdf")
    await page.get_by_role("button", name="Save").click()
    await page.reload()

    await expect(page.get_by_text("The document cannot be shown here")).to_be_visible()
    link = page.get_by_role("link", name="Open the file itself")
    assert await link.get_attribute("href") == f"{server.url}/assets/theme.pdf"


async def test_a_video_has_captions_that_its_owner_can_change(
    server: RunningServer, people: People
) -> None:
    host = await people.new()
    page = host.page
    await sign_in(page, server)
    await page.goto(f"{server.url}/e/e_demo-video")
    video = page.locator("video")
    await expect(video).to_be_visible()
    first = "video => video.textTracks[0].cues && video.textTracks[0].cues[0].text"
    await page.wait_for_function(
        "() => document.querySelector('entry-page').shadowRoot.querySelector('entry-content')"
        ".shadowRoot.querySelector('video').textTracks[0].cues?.length > 0"
    )
    assert "A guest link is for anybody" in await video.evaluate(first)

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
