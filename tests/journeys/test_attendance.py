"""The attendance view, as a host and a moderator live it: checked against what happened."""

import csv
import io
import json
import re
from pathlib import Path
from typing import Any

from playwright.async_api import BrowserContext, Locator, Page, expect

from tests.journeys.conftest import People
from tests.journeys.test_two_doors import (
    choose,
    come_as_guest,
    group,
    host_a_room,
    link_in,
    row,
)
from tests.mailbox import Mailbox
from tests.running import RunningServer


async def make_links(host: Page, *names: str) -> dict[str, str]:
    """Make guest links in the tab; give their URLs by name."""
    await choose(host, "More for all participants", "Invite guests")
    await host.get_by_role("switch", name="Enable guest access").first.click()
    urls = {}
    for name in names:
        await host.get_by_role("button", name="Add guest link").click()
        await host.get_by_label("Link name").fill(name)
        await host.get_by_role("button", name="Create link").click()
        urls[name] = await host.get_by_role("textbox", name=f"guest link {name}").input_value()
    await host.keyboard.press("Escape")
    return urls


async def invite(host: Page, name: str, email: str) -> None:
    await choose(host, "More for all participants", "Invite users")
    await host.get_by_label("E-mail", exact=True).fill(email)
    await host.get_by_label("First name").fill(name)
    await host.get_by_role("button", name="Generate invite link").click()
    await host.get_by_role("button", name="Done").click()


async def open_attendance(context: BrowserContext, page: Page) -> Page:
    """Choose Attendance in the menu of the tab, which opens a page beside it."""
    async with context.expect_page() as opened:
        await choose(page, "More for all participants", "Attendance")
    return await opened.value


def of(view: Page, name: str) -> Locator:
    """Somebody's line in the list."""
    return view.locator("[data-person]").filter(has_text=name)


async def downloaded(view: Page, form: str, folder: Path) -> str:
    async with view.expect_download() as going:
        await view.get_by_role("link", name=f"Download everybody as {form}").click()
    got = await going.value
    assert re.fullmatch(rf"attendance-\S+\.{form.lower()}", got.suggested_filename)
    path = folder / got.suggested_filename
    await got.save_as(path)
    return path.read_text(encoding="utf-8")


async def test_who_came_went_and_was_promoted_is_told_live_and_after_the_end(
    server: RunningServer, people: People, mailbox: Mailbox, tmp_path: Path
) -> None:
    host_person = await people.new()
    host = await host_a_room(server, host_person)
    urls = await make_links(host, "Open day", "Partner schools")
    await invite(host, "Ada", "ada@example.org")

    # Two guests by two links, one of whom leaves; an invitee; one is made moderator.
    gus_person = await people.new()
    gus = await come_as_guest(gus_person, urls["Open day"], "=Gus Guest", "gus@example.org")
    await expect(gus.get_by_text("All participants (2)")).to_be_visible()
    pia = await come_as_guest(
        await people.new(), urls["Partner schools"], "Pia Partner", "pia@example.org"
    )
    await expect(pia.get_by_text("All participants (3)")).to_be_visible()
    [mail] = await mailbox.wait_for(1)
    ada = (await people.new()).page
    await ada.goto(link_in(mail))
    await ada.get_by_label("Your e-mail").fill("ada@example.org")
    await ada.get_by_role("button", name="Join").click()
    await expect(host.get_by_text("All participants (4)")).to_be_visible()
    await gus.get_by_role("button", name="Raise hand").click()
    await expect(row(group(host, "raised_hands"), "=Gus Guest")).to_be_visible()
    await choose(host, "More for =Gus Guest", "Set as moderator")
    await expect(gus.get_by_text("made you a moderator")).to_be_visible()
    await pia.get_by_role("button", name="Leave").click()
    await expect(host.get_by_text("All participants (3)")).to_be_visible()

    # The host looks: totals, each person, how they came, what they were.
    view = await open_attendance(host_person.context, host)
    await expect(view.get_by_role("heading", name="Attendance")).to_be_visible()
    await expect(view.locator("session-badge")).to_contain_text("Live")
    await expect(view.locator(".tile").filter(has_text="People")).to_contain_text("4")
    await expect(view.locator(".tile").filter(has_text="People")).to_contain_text("3 inside now")
    await expect(view.locator("[data-person]")).to_have_count(4)
    await expect(of(view, "=Gus Guest")).to_contain_text("Moderator")
    await expect(of(view, "=Gus Guest")).to_contain_text("was Viewer")
    await expect(of(view, "=Gus Guest")).to_contain_text("Open day")
    await expect(of(view, "ada@example.org")).to_contain_text("Invitation")
    await expect(of(view, "Pia Partner")).not_to_contain_text("Inside now")
    await view.get_by_role("button", name="Details of =Gus Guest").click()
    await expect(view.locator("attendance-person")).to_contain_text(
        "Viewer to Moderator, by Hanna Host"
    )

    # Filters, search and order.
    await view.get_by_role("button", name="Show only: Partner schools").click()
    await expect(view.locator("[data-person]")).to_have_count(1)
    await expect(view.get_by_text("1 of 4 people")).to_be_visible()
    await view.get_by_role("button", name="Clear filters").click()
    await view.get_by_label("Search by name or e-mail").fill("ADA@")
    await expect(view.locator("[data-person]")).to_have_count(1)
    await view.get_by_label("Search by name or e-mail").fill("")
    await view.get_by_role("combobox", name="Role").select_option(label="Moderator")
    await expect(view.locator("[data-person]")).to_have_count(1)
    await view.get_by_role("combobox", name="Role").select_option(label="Every role")
    await view.get_by_role("button", name="Person").click()
    await expect(view.locator("[data-person]").first).to_contain_text("=Gus Guest")

    # It is live: somebody who comes while it is open is there without a reload.
    lou = await come_as_guest(await people.new(), urls["Open day"], "Lou Late", "lou@example.org")
    await expect(lou.get_by_text("All participants (4)")).to_be_visible()
    await expect(of(view, "Lou Late")).to_be_visible()
    await expect(view.locator("attendance-person")).to_be_visible()

    # The end: frozen in the open view; the guest who moderates reads it, too.
    await host.get_by_role("button", name="End for everyone").click()
    await host.get_by_role("button", name="End session").click()
    await expect(view.get_by_text(re.compile("^Ended "))).to_be_visible()
    await expect(view.get_by_text("Inside now")).to_have_count(0)
    await host.get_by_role("link", name="See attendance").click()
    await expect(host.locator("[data-person]")).to_have_count(5)
    await gus.get_by_role("link", name="See attendance").click()
    await expect(gus.locator("[data-person]")).to_have_count(5)
    await expect(lou.get_by_text("This session has ended").first).to_be_visible()
    await expect(lou.get_by_role("link", name="See attendance")).to_have_count(0)

    # The files say what happened.
    check_csv(await downloaded(view, "CSV", tmp_path))
    check_json(json.loads(await downloaded(view, "JSON", tmp_path)))
    async with gus.expect_download() as going:
        await gus.get_by_role("button", name="Download the plot as a picture").click()
    await (await going.value).save_as(tmp_path / "plot.png")
    assert (tmp_path / "plot.png").read_bytes().startswith(b"\x89PNG")

    # A new session begins, and the one before is still there to be chosen.
    await host.get_by_role("link", name="Weekly seminar").click()
    await choose(host, "More actions", "Start new session")
    await expect(host.get_by_text("Live", exact=True).first).to_be_visible()
    async with host_person.context.expect_page() as opened:
        await choose(host, "More actions", "Attendance")
    later = await opened.value
    await expect(later.get_by_text("Nobody has come in yet.")).to_be_visible()
    past = later.get_by_label("Session", exact=True).locator("option").nth(1)
    await expect(past).to_contain_text("5 people")
    value = await past.get_attribute("value")
    assert value
    await later.get_by_label("Session", exact=True).select_option(value)
    await expect(later.locator("[data-person]")).to_have_count(5)
    await later.reload()
    await expect(later.locator("[data-person]")).to_have_count(5)


def check_csv(text: str) -> None:
    assert text.startswith("\ufeff")
    rows = list(csv.DictReader(io.StringIO(text[1:], newline="")))
    by_name = {one["name"]: one for one in rows}
    assert set(by_name) == {"Hanna Host", "'=Gus Guest", "Pia Partner", "Ada", "Lou Late"}
    gus = by_name["'=Gus Guest"]
    assert (gus["email"], gus["came_by"], gus["link"]) == (
        "gus@example.org", "guest_link", "Open day",
    )  # fmt: skip
    assert (gus["role"], gus["hands_raised"], gus["is_here"]) == ("moderator", "1", "no")
    assert gus["role_changes"].endswith("viewer to moderator by Hanna Host")
    assert by_name["Ada"]["came_by"] == "invitation"
    moment = r"20\d\d-\d\d-\d\dT\d\d:\d\d:\d\dZ"
    for one in rows:
        assert re.fullmatch(rf"{moment}/{moment}", one["intervals"])
        float(one["minutes_present"])
    assert int(by_name["Pia Partner"]["seconds_present"]) <= int(gus["seconds_present"])


def check_json(record: dict[str, Any]) -> None:
    assert record["ended_at"] > record["opened_at"]
    assert (record["total"], record["peak"], record["grace_s"]) == (5, 4, 30)
    assert record["totals"]["hands"] == 1
    ways = {(one["origin"], one["link_name"]): one["totals"]["people"] for one in record["ways"]}
    assert ways == {
        ("account", ""): 1,
        ("invitation", ""): 1,
        ("guest_link", "Open day"): 2,
        ("guest_link", "Partner schools"): 1,
    }
    counts = [count for _, count in record["curve"]]
    assert counts == [1, 2, 3, 4, 3, 4, 0]
    for one in record["people"]:
        assert one["present_ms"] == sum(until - since for since, until in one["intervals"])


async def test_the_view_is_read_by_keyboard_on_a_phone_and_in_the_dark(
    server: RunningServer, people: People
) -> None:
    person = await people.new(360, 740)
    host = person.page
    await host.emulate_media(color_scheme="dark")
    await host_a_room(server, person)
    sessions = await host.evaluate("location.pathname.split('/')[2]")
    await host.goto(f"{server.url}/e/{sessions.split('.')[0]}/attendance")

    # The plot is one stop, told in words, moved along with the arrow keys.
    plot = host.get_by_role("slider", name="People over time")
    await plot.focus()
    await host.keyboard.press("Home")
    await expect(plot).to_have_attribute("aria-valuenow", "0")
    await expect(plot).to_have_attribute("aria-valuetext", re.compile(r"1 person Account 1"))
    await host.keyboard.press("ArrowRight")
    await expect(plot).to_have_attribute("aria-valuenow", "1")
    await host.keyboard.press("Tab")
    await host.keyboard.press("Enter")
    await expect(host.get_by_role("cell", name="1", exact=True).first).to_be_visible()

    # Cards instead of columns, nothing wider than the screen, details by Enter.
    await expect(host.get_by_label("Sort by")).to_be_visible()
    details = host.get_by_role("button", name="Details of Hanna Host")
    await details.focus()
    await host.keyboard.press("Enter")
    await expect(details).to_have_attribute("aria-expanded", "true")
    await expect(host.locator("attendance-person")).to_contain_text("1 stay")
    assert await host.evaluate("document.documentElement.scrollWidth") <= 360
    await host.set_viewport_size({"width": 320, "height": 640})
    assert await host.evaluate("document.documentElement.scrollWidth") <= 320


async def test_whoever_may_not_export_finds_no_way_in_and_is_told(
    server: RunningServer, people: People
) -> None:
    host = await host_a_room(server, await people.new())
    urls = await make_links(host, "Open day")
    gus = await come_as_guest(await people.new(), urls["Open day"], "Gus Guest", "g@example.org")
    await expect(gus.get_by_text("All participants (2)")).to_be_visible()
    entry = (await gus.evaluate("location.pathname.split('/')[2]")).split(".")[0]

    await gus.goto(f"{server.url}/e/{entry}/attendance")

    await expect(gus.locator("[data-code=not_allowed]")).to_be_visible()
    await expect(gus.get_by_text("g@example.org")).to_have_count(0)
