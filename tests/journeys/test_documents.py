"""Documents on a media page: of any host and script, by keyboard, on paper and on a phone."""

import re
from collections.abc import AsyncIterator
from typing import Any

import pytest
import pytest_asyncio
from playwright.async_api import Page, expect

from tests.journeys.conftest import People, Person
from tests.journeys.papers import DINGBATS, MINCHO, OtherHost, other_host, paper
from tests.running import RunningServer

ENTRY = "e_demo-document"
NOVEL = paper(*(f"This is page {number}" for number in range(1, 31)))


@pytest_asyncio.fixture(loop_scope="module")
async def elsewhere() -> AsyncIterator[OtherHost]:
    async with other_host(
        novel__pdf=NOVEL,
        plain__pdf=b"not a document",
        map__svg=b'<svg xmlns="http://www.w3.org/2000/svg" width="300" height="200"/>',
        tokyo__pdf=paper("こんにちは東京", font=MINCHO, charset="shift-jis"),
        signs__pdf=paper("4", font=DINGBATS),
        locked__pdf=paper("A secret plan", password="sesame"),
    ) as host:
        yield host


async def sign_in(page: Page, server: RunningServer) -> None:
    """Open the printed URL, and wait until it has worked."""
    await page.goto(server.host_url)
    await expect(page.get_by_role("heading", name="Entries")).to_be_visible()


async def show(person: Person, server: RunningServer, address: str) -> Page:
    """Put an address under the document as its owner, and open its page."""
    page = person.page
    await sign_in(page, server)
    await change(page, server, content_url=address)
    await page.goto(f"{server.url}/e/{ENTRY}")
    return page


async def change(page: Page, server: RunningServer, **fields: Any) -> None:
    answer = await page.request.patch(
        f"{server.url}/api/v1/entries/{ENTRY}",
        data=fields,
        headers={"Origin": server.url, "X-Usher": "1"},
    )
    assert answer.ok, await answer.text()


def region(page: Page) -> Any:
    return page.get_by_role("region", name="Handout")


async def test_a_document_is_read_in_the_page(server: RunningServer, people: People) -> None:
    page = (await people.new()).page
    await sign_in(page, server)
    await page.goto(f"{server.url}/e/{ENTRY}")

    # Its words are there for reading aloud and for selecting, over the picture of the page.
    words = page.get_by_text("This document stands for any document of yours")
    await expect(words).to_be_attached()
    await expect(page.locator("pdf-viewer canvas")).to_be_visible()
    box = await words.bounding_box()
    assert box is not None
    assert box["width"] > 200
    wide = await page.locator("pdf-viewer .page").first.bounding_box()
    await region(page).focus()
    await page.keyboard.press("+")
    await expect(page.get_by_role("button", name="Smaller")).to_be_enabled()
    larger = await page.locator("pdf-viewer .page").first.bounding_box()
    assert wide is not None
    assert larger is not None
    assert larger["width"] > wide["width"]


async def test_a_document_of_another_host_is_read_and_turned_by_keyboard(
    server: RunningServer, people: People, elsewhere: OtherHost
) -> None:
    page = await show(await people.new(), server, f"{elsewhere.url}/novel.pdf")
    field = page.get_by_label("Page", exact=True)
    await expect(page.get_by_text("of 30", exact=True)).to_be_visible()
    await expect(page.get_by_text("This is page 1", exact=True)).to_be_attached()

    await region(page).focus()
    await page.keyboard.press("ArrowRight")
    await page.keyboard.press("ArrowRight")
    await expect(field).to_have_value("3")
    await page.keyboard.press("ArrowLeft")
    await expect(field).to_have_value("2")
    await field.fill("999")
    await field.press("Enter")
    await expect(field).to_have_value("30")
    await expect(page.get_by_text("This is page 30", exact=True)).to_be_attached()


async def test_words_are_found_on_pages_that_are_not_drawn(
    server: RunningServer, people: People, elsewhere: OtherHost
) -> None:
    page = await show(await people.new(), server, f"{elsewhere.url}/novel.pdf")
    await expect(page.get_by_text("of 30", exact=True)).to_be_visible()
    await region(page).focus()
    await page.keyboard.press("Control+f")
    field = page.get_by_role("searchbox", name="Find in the document")
    await expect(field).to_be_focused()
    await page.keyboard.type("PAGE 2")

    # Page 2, and 20 to 29.
    await expect(page.get_by_text("1 of 11", exact=True)).to_be_visible()
    await field.press("Shift+Enter")
    await expect(page.get_by_text("11 of 11", exact=True)).to_be_visible()
    await expect(page.get_by_text("This is page 29", exact=True)).to_be_in_viewport()
    assert await page.evaluate("CSS.highlights.get('pdf-find-at').size") == 1
    await field.fill("nowhere")
    await expect(page.get_by_text("Nothing found")).to_be_visible()
    await field.press("Escape")
    await expect(field).to_be_hidden()
    await expect(region(page)).to_be_focused()


async def test_another_script_is_shown_without_its_fonts(
    server: RunningServer, people: People, elsewhere: OtherHost
) -> None:
    page = await show(await people.new(), server, f"{elsewhere.url}/tokyo.pdf")

    await expect(page.get_by_text("こんにちは東京")).to_be_attached()


async def test_a_font_that_the_machine_does_not_have_comes_from_here(
    server: RunningServer, people: People, elsewhere: OtherHost
) -> None:
    person = await people.new()
    got: dict[str, int] = {}
    person.page.context.on("response", lambda one: got.update({one.url: one.status}))
    page = await show(person, server, f"{elsewhere.url}/signs.pdf")
    await expect(page.locator("pdf-viewer canvas")).to_be_visible()

    [font] = [url for url in got if "/standard_fonts/" in url]
    assert font.startswith(f"{server.url}/assets/pdf-")
    assert got[font] == 200


async def test_a_document_is_saved_and_printed_whole(
    server: RunningServer, people: People, elsewhere: OtherHost
) -> None:
    person = await people.new()
    # The window of the browser's own printing is not to be seen from here; what goes into it is.
    await person.page.add_init_script(
        "window.print = () => {"
        " window.printed = document.querySelectorAll('.usher-print img').length; }"
    )
    page = await show(person, server, f"{elsewhere.url}/novel.pdf")
    async with page.expect_download() as download:
        await page.get_by_role("button", name="Download").click()
    saved = await download.value
    assert saved.suggested_filename == "Handout.pdf"
    assert (await saved.path()).read_bytes() == NOVEL

    await page.get_by_role("button", name="Print").click()
    await page.wait_for_function("() => window.printed === 30")
    await page.emulate_media(media="print")
    await expect(page.locator(".usher-print img").first).to_be_visible()
    await expect(page.locator("entry-page")).to_be_hidden()
    await page.emulate_media(media="screen")
    await page.evaluate("dispatchEvent(new Event('afterprint'))")
    await expect(page.locator(".usher-print")).to_have_count(0)
    await expect(page.locator("entry-page")).to_be_visible()


async def test_a_locked_document_asks_for_its_password(
    server: RunningServer, people: People, elsewhere: OtherHost
) -> None:
    page = await show(await people.new(360, 740), server, f"{elsewhere.url}/locked.pdf")
    field = page.get_by_label("Password")
    await field.fill("open")
    await page.get_by_role("button", name="Open the document").click()
    await expect(page.get_by_text("That is not the password")).to_be_visible()
    await expect(page.get_by_role("link", name="Open the file itself")).to_be_visible()
    await field.fill("sesame")
    await field.press("Enter")

    await expect(page.get_by_text("A secret plan")).to_be_attached()


@pytest.mark.parametrize(
    ("path", "lets_others_read", "said"),
    [
        ("/none.pdf", True, "no document at its address any more"),
        ("/plain.pdf", True, "damaged, or it is no PDF"),
        ("/novel.pdf", False, "could not be fetched from 127.0.0.1"),
    ],
)
async def test_what_cannot_be_shown_says_why_and_leads_to_the_file(
    server: RunningServer,
    people: People,
    elsewhere: OtherHost,
    path: str,
    said: str,
    *,
    lets_others_read: bool,
) -> None:
    elsewhere.lets_others_read = lets_others_read
    page = await show(await people.new(360, 740), server, elsewhere.url + path)

    await expect(page.get_by_text("The document cannot be shown here")).to_be_visible()
    await expect(page.get_by_text(said)).to_be_visible()
    link = page.get_by_role("link", name="Open the file itself")
    assert await link.get_attribute("href") == elsewhere.url + path

    elsewhere.files[path] = NOVEL
    elsewhere.lets_others_read = True
    await page.get_by_role("button", name="Try again").click()
    await expect(page.get_by_text("of 30", exact=True)).to_be_visible()


async def test_a_new_address_is_shown_to_those_who_have_the_page_open(
    server: RunningServer, people: People, elsewhere: OtherHost
) -> None:
    page = (await people.new()).page
    await sign_in(page, server)
    await page.goto(f"{server.url}/e/{ENTRY}")
    await expect(page.locator("pdf-viewer canvas").first).to_be_visible()
    await change(page, server, content_url=f"{elsewhere.url}/novel.pdf")

    await expect(page.get_by_text("of 30", exact=True)).to_be_visible()


async def test_pictures_of_other_hosts_are_shown_or_say_that_they_are_not(
    server: RunningServer, people: People, elsewhere: OtherHost
) -> None:
    person = await people.new()
    page = await show(person, server, f"{elsewhere.url}/map.svg")
    picture = page.get_by_role("img", name="Handout")
    await expect(picture).to_be_visible()
    assert await picture.evaluate("picture => picture.naturalWidth") == 300
    await change(page, server, content_url=f"{elsewhere.url}/none.svg")

    await expect(page.get_by_text("The picture could not be fetched")).to_be_visible()


async def test_on_a_phone_the_bar_breaks_between_groups(
    server: RunningServer, people: People
) -> None:
    person = await people.new(360, 740)
    page = person.page
    await page.add_init_script(
        """window.seen = [];
        new MutationObserver(() => {
          const viewer = document.querySelector("entry-page")?.shadowRoot
            ?.querySelector("entry-content")?.shadowRoot?.querySelector("pdf-viewer");
          const bar = viewer?.shadowRoot?.querySelector(".bar");
          if (bar) window.seen.push(bar.textContent);
        }).observe(document, { childList: true, subtree: true });"""
    )
    await sign_in(page, server)
    await page.goto(f"{server.url}/e/{ENTRY}")
    await expect(page.get_by_label("Page", exact=True)).to_be_visible()

    assert not [text for text in await page.evaluate("window.seen") if re.search(r"of 0\b", text)]
    for names in (
        ("Smaller", "Fit the width", "Larger"),
        ("Previous page", "Next page"),
        ("Find in the document", "Print", "Download"),
    ):
        middles = set()
        for name in names:
            box = await page.get_by_role("button", name=name, exact=True).bounding_box()
            assert box is not None
            assert 24 <= box["height"] <= 60
            assert box["x"] >= 0
            assert box["x"] + box["width"] <= 360
            middles.add(round(box["y"] + box["height"] / 2))
        assert len(middles) == 1, names
