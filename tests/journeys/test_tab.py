"""The list of the tab: keyboard, menus where one points, several at once, search and help."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager

from playwright.async_api import Locator, Page, expect

from protocol import commands as c
from protocol.client import Client
from tests.journeys.conftest import People, Person
from tests.journeys.test_busy_room import guest
from tests.journeys.test_two_doors import choose, group, host_a_room, make_guest_link, row
from tests.running import RunningServer

FOUR = ("Ada Okafor", "Ben Sato", "Chiara Rossi", "Dmitri Volkov")
CROWD = tuple(f"Person {number:02d}" for number in range(40))


@asynccontextmanager
async def room(
    server: RunningServer, person: Person, names: tuple[str, ...] = FOUR
) -> AsyncIterator[tuple[Page, dict[str, Client]]]:
    """A room with a host in a browser, and guests."""
    host = await host_a_room(server, person)
    url = await make_guest_link(host)
    async with AsyncExitStack() as stack:
        guests = {name: await stack.enter_async_context(guest(server, url, name)) for name in names}
        await expect(host.get_by_text(f"All participants ({len(names) + 1})")).to_be_visible()
        yield host, guests


def scroller(page: Page) -> Locator:
    return page.locator("participants-list .groups")


async def top_of(one: Locator) -> float:
    """How far from the upper edge of the window something is, in px."""
    box = await one.bounding_box()
    assert box is not None
    return box["y"]


async def focus(one: Locator) -> None:
    """Put the focus on a row as its first click does."""
    await one.locator(".name").click()
    await expect(one).to_be_focused()


async def press_until_focused(page: Page, key: str, wanted: Locator) -> None:
    """Press a key as somebody does who sees where the focus is: a row may have one button more."""
    has_focus = "one => one.getRootNode().activeElement === one && !one.shadowRoot?.activeElement"
    async with asyncio.timeout(60):
        while not await wanted.evaluate(has_focus):
            await page.keyboard.press(key)
    await expect(wanted).to_be_focused()


async def test_rows_are_walked_and_worked_with_the_keyboard(
    server: RunningServer, people: People
) -> None:
    async with room(server, await people.new()) as (host, guests):
        await guests["Chiara Rossi"].ask(c.RaiseHand())
        await expect(row(group(host, "raised_hands"), "Chiara Rossi")).to_be_visible()
        await host.get_by_role("searchbox").focus()
        await host.keyboard.press("ArrowDown")
        await expect(row(host, "Chiara Rossi")).to_be_focused()

        # Over the border of groups, to the ends and back.
        await host.keyboard.press("ArrowDown")
        await expect(row(host, "Hanna Host")).to_be_focused()
        await host.keyboard.press("End")
        await expect(row(host, "Dmitri Volkov")).to_be_focused()
        await host.keyboard.press("Home")
        await expect(row(host, "Chiara Rossi")).to_be_focused()

        # A key does it, and focus stays with the person who is moved by that.
        await host.keyboard.press("l")
        await expect(row(group(host, "viewers"), "Chiara Rossi")).to_be_focused()
        await expect(group(host, "raised_hands").locator("[data-participant]")).to_have_count(0)
        await host.keyboard.press("k")
        await expect(row(host, "Chiara Rossi")).to_contain_text("Speaker")
        await expect(row(host, "Chiara Rossi")).to_be_focused()

        # The menu by Enter and by Shift+F10; Escape gives the focus back.
        for key in ("Enter", "Shift+F10"):
            await host.keyboard.press(key)
            await expect(host.get_by_role("menu", name="More for Chiara Rossi")).to_be_visible()
            await host.keyboard.press("Escape")
            await expect(host.get_by_role("menu")).to_have_count(0)
            await expect(row(host, "Chiara Rossi")).to_be_focused()

        # To the buttons of the row and back.
        await press_until_focused(
            host, "ArrowRight", host.get_by_role("button", name="More for Chiara Rossi")
        )
        await press_until_focused(host, "ArrowLeft", row(host, "Chiara Rossi"))

        # Whoever leaves hands the focus to who stands there then.
        await host.keyboard.press("Delete")
        await expect(host.get_by_text("Chiara Rossi was removed.")).to_be_visible()
        await expect(row(host, "Chiara Rossi")).to_have_count(0)
        await expect(row(host, "Ada Okafor")).to_be_focused()


async def test_a_right_click_and_a_long_press_open_the_menu_of_the_three_dots(
    server: RunningServer, people: People
) -> None:
    person = await people.new()
    async with room(server, person) as (host, _):
        opener = host.get_by_role("button", name="More for Ben Sato")
        await opener.click()
        by_button = await host.get_by_role("menuitem").all_inner_texts()
        await host.keyboard.press("Escape")
        await expect(opener).to_be_focused()

        box = await row(host, "Ben Sato").bounding_box()
        assert box is not None
        x, y = box["x"] + 90, box["y"] + 20
        await host.mouse.click(x, y, button="right")
        await expect(host.get_by_role("menu", name="More for Ben Sato")).to_be_visible()
        assert await host.get_by_role("menuitem").all_inner_texts() == by_button
        menu = await host.get_by_role("menu").bounding_box()
        assert menu is not None
        assert abs(menu["x"] - x) < 30

        # A press elsewhere closes it and does nothing else.
        await host.mouse.click(300, 300)
        await expect(host.get_by_role("menu")).to_have_count(0)

        # With a finger: it opens while the finger is down, and stays when it is lifted.
        cdp = await person.context.new_cdp_session(host)
        finger = [{"x": x, "y": y}]
        await cdp.send("Input.dispatchTouchEvent", {"type": "touchStart", "touchPoints": finger})
        await expect(host.get_by_role("menu", name="More for Ben Sato")).to_be_visible()
        await cdp.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})
        await host.get_by_role("menuitem", name="Select", exact=True).click()
        await expect(host.get_by_text("1 selected")).to_be_visible()
        await expect(host.get_by_role("checkbox", name="Select Ben Sato")).to_be_checked()


async def test_several_are_selected_and_told_of_in_one_sentence(
    server: RunningServer, people: People
) -> None:
    async with room(server, await people.new()) as (host, guests):
        for name in ("Ada Okafor", "Ben Sato"):
            await guests[name].ask(c.RaiseHand())
        await expect(group(host, "raised_hands").locator("[data-participant]")).to_have_count(2)

        # A range with Shift, and one more from another group with a box.
        await host.get_by_role("checkbox", name="Select Ada Okafor").check()
        await row(host, "Ben Sato").locator(".name").click(modifiers=["Shift"])
        await expect(host.get_by_text("2 selected")).to_be_visible()
        await host.get_by_role("checkbox", name="Select Dmitri Volkov").check()
        await expect(host.get_by_text("3 selected")).to_be_visible()

        # Each action says to how many it applies; people stay selected in their new group.
        await host.get_by_role("button", name="Lower hands (2)").click()
        await expect(host.get_by_text("2 hands lowered.")).to_be_visible()
        await expect(row(group(host, "viewers"), "Ada Okafor")).to_be_visible()
        await expect(host.get_by_text("3 selected")).to_be_visible()
        await expect(host.get_by_role("button", name="Lower hands")).to_have_count(0)

        # Roles at once, and undone at once.
        await host.get_by_role("button", name="Set as speaker (3)").click()
        await expect(host.get_by_text("3 people are now speakers.")).to_be_visible()
        await expect(row(host, "Dmitri Volkov")).to_contain_text("Speaker")
        await host.get_by_role("button", name="Undo").click()
        await expect(host.get_by_text("Undone for 3 people.")).to_be_visible()
        await expect(row(host, "Dmitri Volkov")).not_to_contain_text("Speaker")

        # Who leaves drops out, Escape lets go of the rest.
        await guests["Dmitri Volkov"].ask(c.Leave())
        await expect(host.get_by_text("2 selected")).to_be_visible()
        await focus(row(host, "Ada Okafor"))
        await host.keyboard.press("Escape")
        await expect(host.get_by_text("2 selected")).to_have_count(0)

        # Everybody of a group who is loaded, by one key; told of when nobody is selected any more.
        await host.keyboard.press("Control+a")
        await expect(host.get_by_text("3 selected")).to_be_visible()
        await host.keyboard.press("Delete")
        await expect(host.get_by_text("3 people removed.")).to_be_visible()
        await expect(host.get_by_text("3 selected")).to_have_count(0)
        await host.get_by_role("button", name="Undo").last.click()
        await expect(host.get_by_text("Undone for 3 people.").last).to_be_visible()


async def test_those_who_wait_are_let_in_together(server: RunningServer, people: People) -> None:
    async with room(server, await people.new(), ()) as (host, _), AsyncExitStack() as stack:
        url = await make_guest_link_again(host)
        await choose(host, "More for all participants", "Lock room")
        for name in FOUR:
            await stack.enter_async_context(guest(server, url, name))
        waiting = group(host, "waiting").locator("[data-participant]")
        await expect(waiting).to_have_count(4)
        await host.get_by_role("checkbox", name="Select Ada Okafor").check()
        await host.keyboard.press("Shift+ArrowDown")
        await expect(host.get_by_text("2 selected")).to_be_visible()
        await host.get_by_role("button", name="Admit (2)").click()
        await expect(host.get_by_text("2 people let in.")).to_be_visible()
        await expect(waiting).to_have_count(2)
        await focus(row(group(host, "waiting"), "Chiara Rossi"))
        await host.keyboard.press("Escape")
        await host.keyboard.press("d")
        await expect(host.get_by_text("Chiara Rossi was turned away.")).to_be_visible()


async def make_guest_link_again(host: Page) -> str:
    """The guest link that is there already."""
    await choose(host, "More for all participants", "Invite guests")
    url = await host.get_by_role("textbox", name="guest link Open day").input_value()
    await host.keyboard.press("Escape")
    return url


async def test_help_lists_the_keys_and_switches_them_off(
    server: RunningServer, people: People
) -> None:
    async with room(server, await people.new()) as (host, _):
        search = host.get_by_role("searchbox")
        await host.keyboard.press("/")
        await expect(search).to_be_focused()
        # In a field a key is a letter.
        await host.keyboard.type("?s")
        await expect(search).to_have_value("?s")
        await expect(host.get_by_text("Nobody here matches “?s”.")).to_be_visible()
        await host.keyboard.press("Escape")
        await expect(search).to_have_value("")

        await focus(row(host, "Ada Okafor"))
        await host.keyboard.press("?")
        sheet = host.get_by_role("dialog", name="Keyboard shortcuts")
        await expect(sheet).to_be_visible()
        await expect(host.get_by_text("Set as speaker")).to_be_visible()
        await host.get_by_role("switch", name="Single-key shortcuts").uncheck()
        await host.get_by_role("button", name="Done").click()
        await expect(row(host, "Ada Okafor")).to_be_focused()
        await host.keyboard.press("k")
        await host.keyboard.press("?")
        await host.keyboard.press("Control+k")
        await expect(search).to_be_focused()
        await expect(sheet).to_have_count(0)
        await expect(row(host, "Ada Okafor")).not_to_contain_text("Speaker")

        # They come back where they went, for those who use no keys as well.
        await choose(host, "More for all participants", "Keyboard shortcuts")
        await host.get_by_role("switch", name="Single-key shortcuts").check()
        await host.get_by_role("button", name="Done").click()
        await focus(row(host, "Ada Okafor"))
        await host.keyboard.press("k")
        await expect(row(host, "Ada Okafor")).to_contain_text("Speaker")


async def test_a_search_marks_what_it_found_and_comes_back_to_where_one_was(
    server: RunningServer, people: People
) -> None:
    async with room(server, await people.new(), CROWD) as (host, _):
        await host.get_by_role("button", name="See more of Viewers").click()
        await focus(row(host, "Person 05"))
        for _ in range(3):
            await host.keyboard.press("PageDown")
        last = row(host, "Person 39")
        await expect(last).to_be_focused()
        place = await top_of(last)

        search = host.get_by_role("searchbox")
        await search.fill("SON 1")
        await expect(host.get_by_text("10 found", exact=True).first).to_be_visible()
        await expect(host.locator("mark")).to_have_text(["son 1"] * 10)
        await host.get_by_role("button", name="Clear the search").click()
        await expect(search).to_be_focused()
        await expect(last).to_be_visible()
        assert abs(await top_of(last) - place) < 2


async def test_new_hands_are_told_without_moving_anything(
    server: RunningServer, people: People
) -> None:
    async with room(server, await people.new(), CROWD) as (host, guests):
        await host.get_by_role("button", name="See more of Viewers").click()
        await focus(row(host, "Person 03"))
        await host.keyboard.press("PageDown")
        await host.keyboard.press("PageDown")
        held = host.locator("[data-participant]:focus")
        name = (await held.locator("b").inner_text()).strip()
        place = await top_of(held)

        await guests["Person 00"].ask(c.RaiseHand())
        await guests["Person 01"].ask(c.RaiseHand())
        said = host.locator("[data-news]")
        await expect(said).to_have_text("Person 00 and Person 01 raised a hand.")
        await expect(row(host, name)).to_be_focused()
        assert abs(await top_of(row(host, name)) - place) < 2

        # The chip leads there, and has said what it had to say.
        chip = host.get_by_role("button", name="2 new hands")
        await chip.click()
        await expect(row(group(host, "raised_hands"), "Person 00")).to_be_focused()
        await expect(row(group(host, "raised_hands"), "Person 01")).to_be_visible()
        await expect(chip).to_have_count(0)

        # Seen at once where it comes in, so there is nothing to point at.
        await guests["Person 02"].ask(c.RaiseHand())
        await expect(said).to_have_text("Person 02 raised a hand.")
        await expect(chip).to_have_count(0)


async def test_more_and_less_of_a_group_keep_the_focus(
    server: RunningServer, people: People
) -> None:
    async with room(server, await people.new(), CROWD) as (host, _):
        more = host.get_by_role("button", name="See more of Viewers")
        await more.focus()
        await host.keyboard.press("Enter")
        await expect(row(host, "Person 19")).to_be_focused()
        await host.get_by_role("button", name="See less of Viewers").focus()
        await host.keyboard.press("Enter")
        await expect(host.get_by_role("button", name="Viewers (41)")).to_be_focused()
        await expect(more).to_be_attached()

        # Going on by arrows over the end of what is shown shows the rest.
        await host.keyboard.press("ArrowDown")
        for _ in range(25):
            await host.keyboard.press("ArrowDown")
        await expect(row(host, "Person 24")).to_be_focused()


async def test_on_a_phone_the_page_scrolls_and_the_list_holds_its_place(
    server: RunningServer, people: People
) -> None:
    person = await people.new(360, 740)
    async with room(server, person, CROWD) as (host, guests):
        await host.get_by_role("button", name="See more of Viewers").click()
        await focus(row(host, "Person 03"))
        for _ in range(2):
            await host.keyboard.press("PageDown")
        held = host.locator("[data-participant]:focus")
        name = (await held.locator("b").inner_text()).strip()
        place = await top_of(held)
        assert await host.evaluate("scrollY") > 0
        for number in range(3):
            await guests[f"Person {number:02d}"].ask(c.RaiseHand())
        await expect(host.get_by_role("button", name="3 new hands")).to_be_visible()
        assert abs(await top_of(row(host, name)) - place) < 2
        assert await host.evaluate("document.documentElement.scrollWidth") <= 360
