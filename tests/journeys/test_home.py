"""The home page: finding an entry, and making one; and starting it from its page."""

import json
import re
from contextlib import AsyncExitStack
from pathlib import Path

import pytest
from playwright.async_api import Page, expect

from tests.gallery.house import open_house
from tests.journeys.conftest import People
from tests.journeys.test_keyboard import press, tab_to
from tests.running import RunningServer, Serve

SIZES = [(1280, 860), (360, 740)]
sizes = pytest.mark.parametrize("size", SIZES, ids=["desktop", "phone"])


async def at_home(server: RunningServer, people: People, size: tuple[int, int]) -> Page:
    page = (await people.new(*size)).page
    await page.goto(server.host_url)
    await expect(page.get_by_role("heading", name="Entries")).to_be_visible()
    return page


@sizes
async def test_an_entry_is_found_by_words_kind_and_order(
    server: RunningServer, people: People, size: tuple[int, int]
) -> None:
    page = await at_home(server, people, size)
    names = page.locator("[data-entry] .name")
    await expect(page.get_by_text("7 entries")).to_be_visible()

    await page.get_by_label("Order").select_option("By name")
    assert (await names.all_inner_texts())[:2] == ["Channel stand-up", "Check yourself"]
    await page.get_by_role("searchbox", name="Find an entry").fill("room stand")
    await expect(names).to_have_text(["Channel stand-up"])
    await expect(page.get_by_text("1 of 7 entries")).to_be_visible()

    # The way back from an entry leads to the same list.
    await names.click()
    await expect(page.get_by_role("heading", name="Channel stand-up")).to_be_visible()
    await page.go_back()
    await expect(names).to_have_text(["Channel stand-up"])

    await page.get_by_role("searchbox").fill("nothing is called so")
    await expect(page.get_by_text("Nothing matches")).to_be_visible()
    await page.get_by_role("button", name="Show all entries").click()
    await expect(names).to_have_count(7)
    await page.get_by_label("Kind").select_option("Video (1)")
    await expect(names).to_have_text(["How guests get in"])


@sizes
async def test_what_runs_comes_first_with_how_many_are_inside(
    server: RunningServer, people: People, size: tuple[int, int]
) -> None:
    page = await at_home(server, people, size)
    await page.get_by_role("link", name="Opening lecture").click()

    # One press starts it, and one is inside.
    await page.get_by_role("button", name="Start session").click()
    await expect(page.get_by_text("Live", exact=True)).to_be_visible()
    await expect(page.get_by_text("All participants (1)")).to_be_attached()

    home = await page.context.new_page()
    await home.goto(server.url)
    first = home.locator("[data-entry]").first
    await expect(first).to_contain_text("Opening lecture")
    await expect(first).to_contain_text("Live")
    await expect(first).to_contain_text("1 person inside")
    await home.get_by_role("button", name="Enter Opening lecture").click()
    await expect(home.get_by_text("All participants (1)")).to_be_attached()


async def test_whoever_may_not_start_has_no_such_button(
    server: RunningServer, people: People
) -> None:
    code, out, said = await server.usher(
        *("token", "--account", "vera", "--name", "Vera", "--email", "vera@example.org"),
        *("--entry", "e_demo-room", "--part", "co_viewer"),
    )
    assert code == 0, said
    vera = (await people.new()).page
    await vera.goto(json.loads(out)["url"])
    await expect(vera.get_by_role("button", name="Enter the room")).to_be_visible()
    await expect(vera.get_by_role("button", name="Start session")).to_have_count(0)

    # Nor can she make entries; the one that she has a part in is hers to find.
    await vera.goto(server.url)
    await expect(vera.locator("[data-entry]")).to_have_count(1)
    await expect(vera.get_by_text("Co-viewer")).to_be_visible()
    await expect(vera.get_by_role("button", name="Create")).to_have_count(0)


@sizes
async def test_a_video_is_created_with_its_faults_beside_the_fields(
    server: RunningServer, people: People, size: tuple[int, int]
) -> None:
    page = await at_home(server, people, size)
    await page.get_by_role("button", name="Create").click()
    dialog = page.locator("create-entry")
    await dialog.get_by_role("radio", name="Video").check(force=True)
    await dialog.get_by_role("button", name="Create").click()
    name = dialog.get_by_label("Name")
    await expect(name).to_be_focused()
    await expect(dialog.get_by_text("It needs a name.")).to_be_visible()

    await name.fill("Welcome")
    await expect(dialog.get_by_text("It needs a name.")).to_have_count(0)
    address = dialog.get_by_label("Address of the content (optional)")
    await address.fill("files.example/welcome.mp4")
    await dialog.get_by_role("button", name="Create").click()
    await expect(address).to_be_focused()
    await expect(dialog.get_by_text("An address begins with https://")).to_be_visible()

    # What was typed does not go by mistake.
    await page.keyboard.press("Escape")
    await expect(page.get_by_text("Close without creating it?")).to_be_visible()
    await page.get_by_role("button", name="Cancel").last.click()
    await address.fill("")
    await dialog.get_by_role("button", name="Create").click()
    await expect(page.get_by_role("heading", name="Welcome")).to_be_visible()
    await page.goto(server.url)
    card = page.locator("[data-entry]").filter(has_text="Welcome")
    await expect(card).to_contain_text("Draft")


async def test_what_the_server_refuses_stands_beside_its_field(
    server: RunningServer, people: People
) -> None:
    page = await at_home(server, people, SIZES[0])
    await page.get_by_role("button", name="Create").click()
    # Nothing but characters that nobody sees: the page lets it pass, the server does not.
    await page.get_by_label("Name").fill("\u200b\u200b")
    await page.locator("create-entry").get_by_role("button", name="Create").click()
    await expect(page.get_by_text("The server does not take this value.")).to_be_visible()
    await expect(page.get_by_label("Name")).to_be_focused()


async def test_an_event_is_created_without_a_mouse(server: RunningServer, people: People) -> None:
    page = await at_home(server, people, SIZES[0])
    await press(page, "Create")
    live = page.get_by_role("radio", name="Live event")
    await expect(live).to_be_focused()
    await page.keyboard.press("ArrowDown")
    await expect(page.get_by_role("radio", name="Room", exact=True)).to_be_checked()
    await page.keyboard.press("ArrowUp")
    await expect(live).to_be_checked()
    await tab_to(page, page.get_by_label("Name"))
    await page.keyboard.type("Town hall")
    starts = page.get_by_label("Starts (optional)")
    await tab_to(page, starts)
    # Reads the same whichever way round dates are, and with or without a morning.
    await page.keyboard.type("11112099")
    await page.keyboard.press("Tab")
    await page.keyboard.type("0600")
    await page.keyboard.type("A")
    assert await starts.input_value() == "2099-11-11T06:00"
    await tab_to(page, page.get_by_label("Name"), "Shift+Tab")
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("heading", name="Town hall")).to_be_visible()
    await expect(page.get_by_text("Starts Wednesday")).to_be_visible()

    await page.goto(server.url)
    card = page.locator("[data-entry]").filter(has_text="Town hall")
    await expect(card).to_contain_text("Scheduled")
    await expect(card).to_contain_text(re.compile(r"Starts (11 Nov|Nov 11,) 2099"))


async def test_many_people_on_a_page_are_turned_over(
    people: People, tmp_path: Path, serve: Serve
) -> None:
    async with open_house(tmp_path, serve=serve) as house, AsyncExitStack() as stack:
        hall = await house.entry("document", "Handout", content_url="/assets/demo/handout.pdf")
        url = await hall.guest_link()
        for number in range(60):
            email = f"guest{number}@example.org"
            await stack.enter_async_context(hall.guest(url, f"Guest {number:02}", email))
        person = await people.new()
        await person.context.add_cookies(house.cookies())  # type: ignore[arg-type]
        page = person.page
        await page.goto(f"{house.url}/e/{hall.entry_id}")
        await page.get_by_text("On this page now (61)").click()
        rows = page.locator("page-presence [data-participant]")
        pages = page.get_by_role("navigation", name="Pages of people")
        await expect(rows).to_have_count(50)
        await expect(page.get_by_text("1 to 50 of 61")).to_be_visible()
        await pages.get_by_role("button", name="Next").click()
        await expect(rows).to_have_count(11)
        await expect(page.get_by_text("51 to 61 of 61")).to_be_visible()
        last = await rows.locator(".name").all_inner_texts()
        await pages.get_by_role("button", name="Previous").click()
        await expect(rows).to_have_count(50)
        assert not set(last) & set(await rows.locator(".name").all_inner_texts())


@sizes
async def test_both_doors_are_two_presses_from_home(
    server: RunningServer, people: People, size: tuple[int, int]
) -> None:
    page = await at_home(server, people, size)
    await page.get_by_role("link", name="Opening lecture").click()
    await page.get_by_role("button", name="Share").click()
    # Both are on screen at once, without scrolling, and each says whom it is for.
    for door, whom in (
        ("Invite users", "For people you know"),
        ("Manage guest access", "For everybody: one link"),
    ):
        await expect(page.get_by_role("button", name=door)).to_be_in_viewport()
        await expect(page.get_by_text(whom)).to_be_in_viewport()

    # A third press is inside the door.
    await page.get_by_role("button", name="Manage guest access").click()
    await expect(page.get_by_label("Enable guest access")).to_be_visible()


async def test_doors_of_a_room_in_a_channel_are_named_where_they_are(
    server: RunningServer, people: People
) -> None:
    page = await at_home(server, people, SIZES[0])
    await page.get_by_role("link", name="Channel stand-up").click()
    await expect(page.get_by_text("managed inside, in the Participants tab")).to_be_visible()
