"""The joiner's way, as guests and invitees live it: with a mouse, on a small phone, by keyboard."""

import re
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit
from zoneinfo import ZoneInfo

import pytest
import pytest_asyncio
from icalendar import Calendar
from playwright.async_api import Page, expect

from tests.journeys.conftest import People
from tests.journeys.doorkeeper import (
    DESKTOP,
    KEYBOARD,
    PHONE,
    TITLE,
    Host,
    Joiner,
    Way,
    card,
    code_in,
    every_way,
    hosting,
    joiner,
    save,
)
from tests.mailbox import Mailbox
from tests.running import RunningServer

RESEND_MS = 40_000
"""Longer than the countdown before another code may be asked for."""


@pytest_asyncio.fixture(loop_scope="module")
async def host(server: RunningServer) -> AsyncIterator[Host]:
    async with hosting(server) as host:
        yield host


async def inside(page: Page, count: int) -> None:
    await expect(page.get_by_text(f"All participants ({count})")).to_be_visible()


# --- the guest's form ----------------------------------------------------------------------


@every_way
async def test_a_form_helps_and_is_remembered_until_one_says_forget(
    host: Host, people: People, way: Way
) -> None:
    await host.start()
    first, second = await host.make_link("Open day"), await host.make_link("Second")
    gus = await joiner(people, way)
    page = gus.page
    await page.goto(first["url"])
    await gus.sees(TITLE)
    await gus.fits()

    # What is at fault is said in its place, and the cursor is put there.
    await gus.press("Join")
    await gus.sees("Type your name as others should see it.")
    await expect(page.get_by_label("Name", exact=True)).to_be_focused()
    await gus.fill_guest_form("Gus Guest", "gus")
    await gus.press("Join")
    await gus.sees("An e-mail address has an @ in it.")
    await expect(page.get_by_label("E-mail", exact=True)).to_be_focused()
    await gus.fits()

    # What was probably meant is asked once, and taken with one press.
    await gus.type("E-mail", "gus@gmial.com")
    await page.keyboard.press("Enter")
    await gus.fits()
    await gus.press("Did you mean gus@gmail.com?")
    await expect(page.get_by_label("E-mail", exact=True)).to_have_value("gus@gmail.com")
    assert (await host.link())["uses"] == 0
    await gus.press("Join")
    await inside(page, 1)
    await gus.fits()
    [guest] = await host.attended()
    assert (guest["name"], guest["email"]) == ("Gus Guest", "gus@gmail.com")

    # Left, and back in without any form.
    await gus.press("Leave")
    await gus.sees("You left")
    await gus.fits()
    await gus.press("Come back in")
    await inside(page, 1)

    # The same link knows this device; another link has the form filled in.
    await page.goto(first["url"])
    await page.reload()
    await gus.press("Continue as Gus Guest")
    await inside(page, 1)
    assert (await host.link())["uses"] == 1
    await page.goto(second["url"])
    await page.reload()
    await expect(page.get_by_label("Name", exact=True)).to_have_value("Gus Guest")
    await expect(page.get_by_label("E-mail", exact=True)).to_have_value("gus@gmail.com")
    await gus.fits()

    # Forgotten, also after the page is loaded anew.
    await gus.press("Forget me on this device")
    await gus.sees("This device no longer remembers you.")
    await expect(page.get_by_label("Name", exact=True)).to_be_focused()
    await expect(page.get_by_label("Name", exact=True)).to_have_value("")
    await page.reload()
    await expect(page.get_by_label("Name", exact=True)).to_have_value("")
    await expect(page.get_by_role("button", name="Forget me on this device")).to_have_count(0)


# --- the invite lobby ----------------------------------------------------------------------


async def reach_code(ada: Joiner, url: str) -> None:
    """Name the invited address where a code is asked for, and have it sent."""
    await ada.page.goto(url)
    await ada.type("Your e-mail", "ada@example.org")
    await ada.press("Join")
    await ada.press("Send me a code")
    await expect(ada.page.get_by_label("Code")).to_be_focused()


@every_way
async def test_an_invitee_proves_the_mailbox_with_a_pasted_code(
    host: Host, people: People, mailbox: Mailbox, way: Way
) -> None:
    await host.set(code_on_first_use=True)
    await host.start()
    url = await host.invite(mailbox)
    ada = await joiner(people, way)
    page = ada.page
    await page.goto(url)
    await ada.sees(TITLE)
    await ada.fits()

    # Another address is a fault, and the cursor is put where it is mended.
    await ada.type("Your e-mail", "eve@example.org")
    await ada.press("Join")
    await expect(page.get_by_role("alert")).to_contain_text("not the invited e-mail")
    await expect(page.get_by_label("Your e-mail")).to_be_focused()
    await ada.fits()

    # A further step is no fault.
    await ada.type("Your e-mail", " Ada@Example.org ")
    await ada.press("Join")
    await ada.sees("Prove that the mailbox is yours")
    await expect(page.get_by_role("alert")).to_have_count(0)
    await expect(page.locator(".problem")).to_have_count(0)
    await expect(page.get_by_role("button", name="Send me a code")).to_be_focused()
    await ada.fits()
    await ada.press("Send me a code")
    field = page.get_by_label("Code")
    await expect(field).to_be_focused()
    await expect(field).to_have_attribute("autocomplete", "one-time-code")
    await expect(field).to_have_attribute("inputmode", "numeric")
    await expect(page.get_by_role("button", name="Send a new code in")).to_be_disabled()
    await ada.fits()

    # A wrong code is one.
    await ada.press("Continue")
    await ada.sees("Type the code from the mail.")
    code = code_in((await mailbox.wait_for(2))[1])
    await ada.type("Code", "000000" if code.replace(" ", "") != "000000" else "000001")
    await ada.press("Continue")
    await expect(page.get_by_role("alert")).to_contain_text("That code is not right.")
    await expect(field).to_have_attribute("aria-invalid", "true")
    await expect(field).to_be_focused()
    await ada.fits()

    # Pasted as a mail shows it, with words and a space.
    digits = code.replace(" ", "")
    pasted = f"Your code: {digits[:3]} {digits[3:]}.\n"
    await page.evaluate("text => navigator.clipboard.writeText(text)", pasted)
    await page.keyboard.press("Control+a")
    await page.keyboard.press("Control+v")
    await expect(field).to_have_value(digits)
    await page.keyboard.press("Enter")
    await inside(page, 1)
    assert "#" not in page.url
    invitation = await host.invitation()
    assert (invitation["uses"], invitation["state"]) == (1, "inside")


@pytest.mark.parametrize("way", [PHONE, KEYBOARD], ids=lambda way: way.name)
async def test_a_code_expires_with_wrong_tries_and_another_is_sent(
    host: Host, people: People, mailbox: Mailbox, way: Way
) -> None:
    await host.set(code_on_first_use=True)
    await host.start()
    url = await host.invite(mailbox)
    ada = await joiner(people, way)
    page = ada.page
    await reach_code(ada, url)
    code = code_in((await mailbox.wait_for(2))[1]).replace(" ", "")
    wrong = f"{(int(code) + 1) % 1_000_000:06d}"
    for _ in range(5):
        await ada.type("Code", wrong)
        await ada.press("Continue")
        await expect(page.get_by_role("alert")).to_contain_text("That code is not right.")
        await expect(page.get_by_role("button", name="Continue")).to_be_enabled()
    await ada.type("Code", code)
    await ada.press("Continue")
    await expect(page.get_by_role("alert")).to_contain_text("That code is no longer valid.")
    await ada.fits()

    # The countdown runs out, and a new code makes the old one void.
    again = page.get_by_role("button", name="Send a new code", exact=True)
    await expect(again).to_be_enabled(timeout=RESEND_MS)
    await ada.press("Send a new code")
    await ada.sees("a new code is on its way")
    await expect(page.get_by_role("alert")).to_have_count(0)
    await expect(page.get_by_role("button", name="Send a new code in")).to_be_disabled()
    newer = code_in((await mailbox.wait_for(3))[2])
    await ada.type("Code", newer)
    await ada.press("Continue")
    await inside(page, 1)


async def test_an_invitation_that_stays_on_its_device_says_so(
    host: Host, people: People, mailbox: Mailbox
) -> None:
    await host.set(device_policy="refuse")
    await host.start()
    url = await host.invite(mailbox)
    first, second = await joiner(people, DESKTOP), await joiner(people, PHONE)
    await first.page.goto(url)
    await first.type("Your e-mail", "ada@example.org")
    await first.press("Join")
    await inside(first.page, 1)
    await second.page.goto(url)
    await second.type("Your e-mail", "ada@example.org")
    await second.press("Join")
    await second.press("Send me a code")
    await expect(card(second.page)).to_contain_text("is in use on another device and stays there")
    await expect(card(second.page)).to_contain_text("ask the host to release it")
    await second.fits()


# --- before the start ----------------------------------------------------------------------

ZONES = ["America/New_York", "Asia/Kolkata"]


@pytest.mark.parametrize(
    ("way", "zone"),
    [(DESKTOP, ZONES[0]), (PHONE, ZONES[1]), (KEYBOARD, ZONES[1])],
    ids=["desktop", "phone", "keyboard"],
)
async def test_whoever_is_early_waits_in_their_own_time_zone_with_a_calendar(
    host: Host, people: People, mailbox: Mailbox, way: Way, zone: str, tmp_path: Path
) -> None:
    starts_at = await host.schedule(26 * 3600)
    url = (await host.make_link())["url"]
    invited = await host.invite(mailbox)
    gus = await joiner(people, way, timezone_id=zone)
    ada = await joiner(people, way, timezone_id=zone)
    page = gus.page
    there = datetime.fromtimestamp(starts_at / 1000, ZoneInfo(zone))
    moment = f"{there:%A} {there.day} {there:%B} at {there:%H:%M} GMT"

    # The moment stands at the door already, and at the gate with a clock.
    await page.goto(url)
    await gus.sees(moment)
    await gus.fill_guest_form("Gus Guest", "gus@example.org")
    await gus.press("Join")
    await gus.sees("Starts in")
    await gus.sees(moment)
    clock = page.get_by_role("timer")
    await expect(clock).to_have_text(re.compile(r"1 day 0[12]:\d\d:\d\d"))
    before = await clock.inner_text()
    await expect(clock).not_to_have_text(before)
    await gus.fits()

    # Into a calendar: a file that says the same in every program, and two pages filled in.
    await gus.press_on(page.get_by_text("Add to calendar"))
    await gus.fits()
    file = await save(page, page.get_by_role("link", name="Calendar file (.ics)"), tmp_path)
    assert file.suffix == ".ics"
    event: Any
    [event] = Calendar.from_ical(file.read_bytes()).walk("VEVENT")
    assert event["SUMMARY"] == TITLE
    assert event["DTSTART"].dt == datetime.fromtimestamp(starts_at // 1000, UTC)
    assert (event["DTEND"].dt - event["DTSTART"].dt).total_seconds() == 5_400
    assert "#" not in event["URL"]
    google = page.get_by_role("link", name="Google Calendar")
    query = parse_qs(urlsplit(await google.get_attribute("href") or "").query)
    in_file = [event[name].to_ical().decode() for name in ("DTSTART", "DTEND")]
    assert query["dates"] == ["/".join(in_file)]
    outlook = page.get_by_role("link", name="Outlook")
    query = parse_qs(urlsplit(await outlook.get_attribute("href") or "").query)
    assert datetime.fromisoformat(query["enddt"][0]) == event["DTEND"].dt

    # An invitee waits at the same gate; both move on by themselves.
    await ada.page.goto(invited)
    await ada.sees(moment)
    await ada.type("Your e-mail", "ada@example.org")
    await ada.press("Join")
    await ada.sees("Starts in")
    await host.start()
    await inside(page, 2)
    await inside(ada.page, 2)


@every_way
async def test_a_start_that_is_late_is_waited_for(host: Host, people: People, way: Way) -> None:
    url = (await host.make_link())["url"]
    await host.schedule(20)
    gus = await joiner(people, way)
    await gus.page.goto(url)
    await gus.fill_guest_form("Gus Guest", "gus@example.org")
    await gus.press("Join")
    await expect(gus.page.get_by_text("Waiting for the host to start")).to_be_visible(
        timeout=40_000
    )
    await gus.sees("It should have started")
    await gus.fits()
    await host.start()
    await inside(gus.page, 1)


# --- the waiting room ----------------------------------------------------------------------


@every_way
async def test_a_locked_room_lets_some_in_and_others_not(
    host: Host, people: People, way: Way
) -> None:
    await host.start()
    url = (await host.make_link())["url"]
    await host.lock()
    gus = await joiner(people, way)
    await gus.page.goto(url)
    await gus.fill_guest_form("Gus Guest", "gus@example.org")
    await gus.press("Join")
    await gus.sees("You are in the waiting room")
    await gus.sees("The room is locked.")
    await gus.sees("You are here as Gus Guest.")
    await gus.fits()
    await host.ask("POST", "/session/admit-all")
    await inside(gus.page, 1)

    eve = await joiner(people, way)
    await eve.page.goto(url)
    await eve.fill_guest_form("Eve Else", "eve@example.org")
    await eve.press("Join")
    await eve.sees("You are in the waiting room")
    await host.ask("POST", "/session/decline", {"participant_ids": [await eve.participant_id()]})
    await expect(card(eve.page)).to_contain_text("The host did not let you in")
    await expect(card(eve.page)).to_contain_text("Ask them if you think it was a mistake.")
    await eve.fits()


# --- the ends ------------------------------------------------------------------------------


@every_way
async def test_the_end_is_told_inside_at_a_gate_and_to_whoever_comes_late(
    host: Host, people: People, way: Way
) -> None:
    await host.start()
    url = (await host.make_link())["url"]
    gus, lou = await joiner(people, way), await joiner(people, way)
    await gus.page.goto(url)
    await gus.fill_guest_form("Gus Guest", "gus@example.org")
    await gus.press("Join")
    await inside(gus.page, 1)
    await host.lock()
    await lou.page.goto(url)
    await lou.fill_guest_form("Lou Late", "lou@example.org")
    await lou.press("Join")
    await lou.sees("You are in the waiting room")
    await host.end()
    for one in (gus, lou):
        await expect(card(one.page)).to_contain_text("This session has ended")
        await expect(one.page.get_by_text("This session has ended")).to_have_count(1)
        await expect(
            card(one.page).get_by_role("link", name="Go to the media page")
        ).to_be_visible()
        await one.fits()


# --- refusals ------------------------------------------------------------------------------


async def refused(one: Joiner, heading: str, help_: str, step: str) -> None:
    """A card says what happened once, what helps, and has something to press."""
    shown = card(one.page)
    await expect(shown.get_by_role("heading", name=heading, exact=True)).to_be_visible()
    await expect(shown).to_contain_text(help_)
    await expect(shown.get_by_text(heading)).to_have_count(1)
    if urlsplit(one.page.url).path == "/join":
        await expect(one.page).to_have_title(f"{heading} – usher")
    way_on = shown.get_by_role("button", name=step).or_(shown.get_by_role("link", name=step))
    await expect(way_on.first).to_be_visible()
    await one.fits()


@every_way
async def test_every_closed_door_says_what_helps(host: Host, people: People, way: Way) -> None:
    await host.start()
    link = await host.make_link("Open day", uses=1)
    path, url = f"/guest-links/{link['id']}", link["url"]
    gus = await joiner(people, way)
    page = gus.page

    async def come(url: str) -> None:
        await page.goto("about:blank")
        await page.goto(url)

    await come(url[:-4])
    await refused(gus, "This link is not valid", "Check that you copied all of it", "Home")
    await come(url.partition("#")[0])
    await refused(gus, "This link is not valid", "or ask whoever sent it", "Home")

    # Switched off, and on again while one looks at the card.
    await host.ask("PUT", f"{path}/pause", {"is_paused": True})
    await come(url)
    await refused(
        gus, "This link is switched off at the moment", "Ask the host to switch it on", "Try again"
    )
    await host.ask("PUT", f"{path}/pause", {"is_paused": False})
    await gus.press("Try again")

    # Refused with the form filled in: trying again loses none of it.
    await gus.fill_guest_form("Gus Guest", "gus@example.org")
    await host.set(capacity=2, reserved_seats=1)
    fay = await joiner(people, DESKTOP)
    other = await host.make_link("Other")
    await fay.page.goto(other["url"])
    await fay.fill_guest_form("Fay First", "fay@example.org")
    await fay.press("Join")
    await inside(fay.page, 1)
    await gus.press("Join")
    await refused(gus, "The room is full", "Try again when somebody has left.", "Try again")
    await host.set(capacity=10)
    await gus.press("Try again")
    await expect(page.get_by_label("Name", exact=True)).to_have_value("Gus Guest")
    await expect(page.get_by_label("E-mail", exact=True)).to_have_value("gus@example.org")
    await gus.press("Join")
    await inside(page, 2)

    # Removed from inside; the same link does not help.
    [gone] = [one for one in await host.attended() if one["name"] == "Gus Guest"]
    await host.ask("POST", f"/participants/{gone['participant_id']}/remove")
    removed = "You were removed from this session by a host or moderator"
    await refused(gus, removed, "Ask them if you think it was a mistake.", "Go to the media page")
    await come(url)
    await gus.press("Continue as Gus Guest")
    await refused(gus, removed, "Ask them if you think it was a mistake.", "Home")

    # Used up for everybody else; regenerated; deleted.
    lou = await joiner(people, way)
    await lou.page.goto(url)
    used_up = "This link has been used as often as it may be"
    await refused(lou, used_up, "Ask the host for another.", "Home")
    await host.ask("POST", f"{path}/regenerate")
    await come(url)
    await refused(gus, "This link was withdrawn", "Ask whoever sent it for a new one.", "Home")
    newer = (await host.link())["url"]
    await host.ask("DELETE", path)
    await come(newer)
    await refused(gus, "This link was withdrawn", "Ask whoever sent it for a new one.", "Home")

    # A room without any way in: said once.
    session = (await host.read(""))["session_id"]
    eve = await joiner(people, way)
    await eve.page.goto(f"{urlsplit(url).scheme}://{urlsplit(url).netloc}/s/{session}")
    no_ticket = "Your admission is not valid here any more"
    await refused(eve, no_ticket, "Use your link again.", "Go to the media page")
    await expect(eve.page.get_by_text(re.compile("link", re.IGNORECASE))).to_have_count(1)
