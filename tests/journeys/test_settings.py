"""The settings of an entry: faults, two who edit at once, leaving without saving, collaborators."""

import json
from pathlib import Path

import pytest
from playwright.async_api import Locator, Page, expect

from tests.gallery.house import Hall, House, open_house
from tests.journeys.conftest import People, Person
from tests.journeys.test_keyboard import press, tab_to
from tests.running import RunningServer, Serve

SIZES = [(1280, 860), (360, 740)]
sizes = pytest.mark.parametrize("size", SIZES, ids=["desktop", "phone"])


async def editing(house: House, hall: Hall, people: People, size: tuple[int, int]) -> Person:
    """The host, with the settings open."""
    person = await people.new(*size)
    await person.context.add_cookies(house.cookies())  # type: ignore[arg-type]
    await person.page.goto(f"{house.url}/e/{hall.entry_id}")
    await reopen(person.page)
    return person


async def reopen(page: Page) -> None:
    await page.get_by_role("button", name="More actions").click()
    await page.get_by_role("menuitem", name="Edit…").click()
    await expect(page.get_by_label("Name", exact=True)).to_be_visible()


def sheet(page: Page) -> Locator:
    return page.locator("entry-settings")


@sizes
async def test_what_is_set_is_kept_and_faults_stand_beside_their_fields(
    people: People, tmp_path: Path, serve: Serve, size: tuple[int, int]
) -> None:
    async with open_house(tmp_path, serve=serve) as house:
        host = await editing(house, await house.entry(), people, size)
        page = host.page
        await expect(page.get_by_text("No unsaved changes")).to_be_visible()

        await page.get_by_label("Name", exact=True).fill("")
        places = page.get_by_label("Places on stage")
        await places.fill("0")
        await page.get_by_label("All guests wait to be admitted").check()
        await expect(page.get_by_text("3 unsaved changes")).to_be_visible()
        await page.get_by_role("button", name="Save").click()
        await expect(page.get_by_label("Name", exact=True)).to_be_focused()
        await expect(page.get_by_text("It needs a name.")).to_be_visible()
        await expect(page.get_by_text("A whole number from 1 to 1,000.")).to_be_attached()
        await expect(page.get_by_text("2 fields need a look")).to_be_visible()

        await page.get_by_label("Name", exact=True).fill("Office hours")
        await places.fill("9")
        await expect(page.get_by_text("need a look")).to_have_count(0)
        await page.get_by_role("button", name="Save").click()
        await expect(page.get_by_text("Changes saved.").first).to_be_visible()
        await expect(page.get_by_role("heading", name="Office hours")).to_be_visible()

        await page.reload()
        await reopen(page)
        await expect(places).to_have_value("9")
        await expect(page.get_by_label("All guests wait to be admitted")).to_be_checked()
        assert host.faults == []


@sizes
async def test_what_was_typed_is_not_lost_by_mistake(
    people: People, tmp_path: Path, serve: Serve, size: tuple[int, int]
) -> None:
    async with open_house(tmp_path, serve=serve) as house:
        host = await editing(house, await house.entry(), people, size)
        page = host.page
        description = page.get_by_label("Description")
        await description.fill("Bring a question.")
        await page.keyboard.press("Escape")
        await expect(page.get_by_text("1 change is not saved yet.")).to_be_visible()
        await page.locator("confirm-dialog").get_by_role("button", name="Cancel").last.click()
        await expect(description).to_have_value("Bring a question.")

        # Nor by closing the tab: the browser asks, and one stays.
        async with page.expect_event("dialog") as asked:
            await page.close(run_before_unload=True)
        dialog = await asked.value
        assert dialog.type == "beforeunload"
        await dialog.dismiss()

        await sheet(page).get_by_role("button", name="Cancel").first.click()
        await page.get_by_role("button", name="Discard").click()
        await expect(description).to_be_hidden()
        await reopen(page)
        await expect(description).to_have_value("")


async def test_two_who_edit_at_once_read_what_the_other_did(
    people: People, tmp_path: Path, serve: Serve
) -> None:
    async with open_house(tmp_path, serve=serve) as house:
        hall = await house.entry()
        one = (await editing(house, hall, people, SIZES[0])).page
        other = (await editing(house, hall, people, SIZES[1])).page
        await one.get_by_label("Name", exact=True).fill("Morning seminar")

        await other.get_by_label("Name", exact=True).fill("Evening seminar")
        await other.get_by_label("Description").fill("After work.")
        await other.get_by_role("button", name="Save").click()
        await expect(other.get_by_text("Changes saved.").first).to_be_visible()

        # What was not touched here comes in; what was stays, and says what happened.
        await expect(one.get_by_label("Description")).to_have_value("After work.")
        clash = one.get_by_text("Somebody else set this to “Evening seminar” meanwhile.")
        await expect(clash).to_be_visible()
        await expect(one.get_by_label("Name", exact=True)).to_have_value("Morning seminar")
        await one.get_by_role("button", name="Take theirs: Name").click()
        await expect(one.get_by_label("Name", exact=True)).to_have_value("Evening seminar")
        await expect(clash).to_have_count(0)
        await expect(one.get_by_text("No unsaved changes")).to_be_visible()


@sizes
async def test_a_collaborator_is_found_added_removed_and_brought_back(
    server: RunningServer, people: People, size: tuple[int, int]
) -> None:
    code, out, said = await server.usher(
        *("token", "--account", "vera", "--name", "Vera Lang", "--email", "vera@example.org"),
    )
    assert code == 0, said
    vera = (await people.new()).page
    await vera.goto(json.loads(out)["url"])
    await expect(vera.get_by_role("heading", name="Entries", exact=True)).to_be_visible()

    page = (await people.new(*size)).page
    await page.goto(server.host_url)
    await expect(page.get_by_role("heading", name="Entries")).to_be_visible()
    await page.goto(f"{server.url}/e/e_demo-video")
    await reopen(page)
    field = page.get_by_label("Name or e-mail")
    await field.fill("nobody@example.org")
    await sheet(page).get_by_role("button", name="Add", exact=True).click()
    await expect(page.get_by_text("Nobody with this address has signed in")).to_be_visible()

    await field.fill("ver")
    await expect(page.get_by_role("option", name="Vera Lang")).to_be_visible()
    await page.keyboard.press("ArrowDown")
    await page.keyboard.press("Enter")
    await page.get_by_label("Part", exact=True).select_option("Co-viewer")
    await sheet(page).get_by_role("button", name="Add", exact=True).click()
    part = page.get_by_label("Part of Vera Lang")
    await expect(part).to_have_value("co_viewer")
    await vera.reload()
    await expect(vera.locator("[data-entry]")).to_have_count(1)

    await page.get_by_role("button", name="Remove Vera Lang").click()
    await expect(part).to_have_count(0)
    await page.get_by_role("button", name="Undo: Vera Lang").press("Enter")
    await expect(part).to_have_value("co_viewer")
    await expect(part).to_be_focused()


async def test_settings_are_changed_without_a_mouse(
    people: People, tmp_path: Path, serve: Serve
) -> None:
    async with open_house(tmp_path, serve=serve) as house:
        page = (await editing(house, await house.entry(), people, SIZES[0])).page
        await press(page, "Doors")
        await expect(page.get_by_role("heading", name="Doors")).to_be_focused()
        approve = page.get_by_label("All guests wait to be admitted")
        await tab_to(page, approve)
        await page.keyboard.press("Space")
        await press(page, "Save")
        await expect(page.get_by_text("Changes saved.").first).to_be_visible()
        await expect(page.get_by_role("button", name="More actions")).to_be_focused()
        await page.keyboard.press("Enter")
        await page.keyboard.press("Escape")
        await reopen(page)
        await expect(approve).to_be_checked()
