"""The windows about inviting: many at once, lists, mails, guest links, and the ledger."""

import re
from pathlib import Path

import pytest
from playwright.async_api import Locator, Page, expect

from tests.journeys.conftest import People, Person, copied
from tests.journeys.test_two_doors import (
    choose,
    come_as_guest,
    group,
    host_a_room,
    link_in,
    make_guest_link,
    row,
)
from tests.mailbox import Mailbox
from tests.running import RunningServer

SIZES = [(1280, 860), (320, 640)]
NUMBER_OF_A_CROWD = 120


async def host_page(server: RunningServer, person: Person, entry: str = "Weekly seminar") -> Page:
    """Sign in as the host, and open a media page."""
    page = person.page
    await page.goto(server.host_url)
    await page.get_by_role("link", name=entry).first.click()
    await expect(page.get_by_role("button", name="Share")).to_be_visible()
    return page


async def paste(field: Locator, text: str) -> None:
    """Paste a text as from another program."""
    await field.focus()
    await field.page.evaluate("text => navigator.clipboard.writeText(text)", text)
    await field.page.keyboard.press("Control+V")


def chip(page: Page, email: str) -> Locator:
    return page.locator(f"[data-email='{email}']")


@pytest.mark.parametrize(("width", "height"), SIZES)
async def test_several_are_invited_at_once_and_the_mail_is_seen_before(
    server: RunningServer, people: People, mailbox: Mailbox, width: int, height: int
) -> None:
    host = await host_page(server, await people.new(width, height))
    await choose(host, "More actions", "Invite users")
    field = host.get_by_label("E-mail", exact=True)
    await paste(field, "ada@example.org, Bob Builder <bob@example.org>;\noops")
    await expect(chip(host, "bob@example.org")).to_contain_text("Bob Builder")
    await expect(host.get_by_text("This is not an e-mail address.")).to_be_visible()

    # A bad one stops it, goes back into the field, and comes out right.
    await host.get_by_role("button", name="Invite 2 people").click()
    await expect(host.get_by_text("One row cannot be invited as it is")).to_be_visible()
    assert mailbox.deliveries == []
    await host.get_by_role("button", name="Correct oops").click()
    await expect(field).to_have_value("oops")
    await field.fill("cy@example.org,")
    await expect(chip(host, "cy@example.org")).to_be_visible()
    await host.get_by_label("First name of ada@example.org").fill("Ada")
    await host.get_by_label("Speaker").check()
    await host.get_by_role("button", name="Add a message").click()
    await host.get_by_label("Personal message").fill("<b>Do</b> come!")

    # The preview is what is sent but for the link; nothing is sent by it.
    await host.get_by_role("combobox", name="Language").select_option("de")
    await host.get_by_role("button", name="Preview mail").click()
    frame = host.frame_locator("iframe[title='The mail']")
    await expect(frame.get_by_text("<b>Do</b> come!")).to_be_visible()
    await expect(frame.get_by_text("Guten Tag")).to_be_visible()
    await host.get_by_role("button", name="Plain text").click()
    await expect(host.get_by_label("The mail", exact=True)).to_contain_text("/join#i.preview")
    previewed = await host.get_by_label("The mail", exact=True).text_content()
    await host.get_by_role("button", name="Back").click()
    assert mailbox.deliveries == []

    await host.get_by_role("button", name="Invite 3 people").click()
    await expect(host.get_by_text("3 invitations were made.")).to_be_visible()
    mails = {mail["To"].addresses[0].addr_spec: mail for mail in await mailbox.wait_for(3)}
    assert mails.keys() == {"ada@example.org", "bob@example.org", "cy@example.org"}
    ada = mails["ada@example.org"]
    body = ada.get_body(("plain",))
    assert body is not None
    sent = body.get_content().replace("\r\n", "\n")
    link = link_in(ada)
    assert previewed is not None
    assert sent == previewed.replace(f"{server.url}/join#i.preview", link)
    await expect(host.get_by_text("Mail sent", exact=True)).to_have_count(3)

    # Each link to copy and as a code, and all of them.
    shown = host.get_by_role("textbox", name="invite link for ada@example.org")
    await expect(shown).to_have_value(link)
    await host.get_by_role("button", name="QR code of invite link for ada@example.org").click()
    await expect(host.locator("qr-code svg")).to_be_visible()
    await host.get_by_role("button", name="Copy all as CSV").click()
    lines = (await copied(host, link)).splitlines()
    assert lines[0] == "email,name,link"
    assert f"ada@example.org,Ada,{link}" in lines
    await host.get_by_role("button", name="Done").click()

    # Invited again, she is updated and not made a second time.
    await choose(host, "More actions", "Invite users")
    await field.fill("ADA@example.org ")
    await expect(chip(host, "ADA@example.org")).to_contain_text("will be updated")


async def test_known_users_are_found_and_taken_with_the_keyboard_alone(
    server: RunningServer, people: People, mailbox: Mailbox
) -> None:
    host = await host_page(server, await people.new())
    opener = host.get_by_role("button", name="More actions")
    await opener.focus()
    await host.keyboard.press("Enter")
    await expect(host.get_by_role("menuitem", name="Invite users")).to_be_focused()
    await host.keyboard.press("Enter")
    field = host.get_by_label("E-mail", exact=True)
    await expect(field).to_be_focused()
    await host.keyboard.type("hanna")
    await expect(host.get_by_role("option", name="Hanna Host")).to_be_visible()
    await host.keyboard.press("Escape")
    await expect(host.get_by_role("option", name="Hanna Host")).to_have_count(0)
    await expect(field).to_be_focused()
    await host.keyboard.type(" h")
    await host.get_by_role("option", name="Hanna Host").wait_for()
    await host.keyboard.press("ArrowDown")
    active = await field.get_attribute("aria-activedescendant")
    assert active
    await host.keyboard.press("Enter")
    await expect(chip(host, "host@usher.example")).to_contain_text("Hanna Host")
    await host.keyboard.press("Backspace")
    await expect(chip(host, "host@usher.example")).to_have_count(0)

    # Typed, but not sent: Escape asks, and Cancel loses nothing.
    await host.keyboard.type("ada@example.org,bob@example.org")
    await host.keyboard.press("Escape")
    await expect(host.get_by_text("Discard what you have filled in?")).to_be_visible()
    await host.keyboard.press("Escape")
    await expect(chip(host, "ada@example.org")).to_be_visible()
    await field.focus()
    await host.keyboard.press("Enter")
    await expect(chip(host, "bob@example.org")).to_be_visible()
    await host.keyboard.press("Enter")
    await expect(host.get_by_text("2 invitations were made.")).to_be_visible()
    await mailbox.wait_for(2)
    await expect(host.get_by_role("button", name="Done")).to_be_focused()
    await host.keyboard.press("Enter")
    await expect(opener).to_be_focused()


@pytest.mark.parametrize(("width", "height"), SIZES)
async def test_a_list_is_mended_row_by_row_before_anybody_is_invited(
    server: RunningServer,
    people: People,
    mailbox: Mailbox,
    tmp_path: Path,
    width: int,
    height: int,
) -> None:
    host = await host_page(server, await people.new(width, height))
    await choose(host, "More actions", "Invite users")
    await host.get_by_role("tab", name="A list").click()
    file = tmp_path / "people.csv"
    rows = [
        "Nachname;Vorname;E-Mail",
        "Last name;First name;E-Mail",
        "Müller;Zoë;zoe@example.org",
        "Row;Bad;bad@",
        "Müller;Again;ZOE@example.org",
        "Nobody;;",
    ]
    file.write_text("\r\n".join(rows[1:]), encoding="utf-16")
    await host.locator("input[type=file]").set_input_files(file)
    await expect(host.get_by_text("1 can be invited")).to_be_visible()
    await expect(host.get_by_text("3 cannot")).to_be_visible()
    await expect(host.get_by_text("Zoë Müller")).to_be_visible()
    bad = host.locator("[data-line='3']")
    await expect(bad).to_contain_text("This is not an e-mail address.")
    await expect(host.locator("[data-line='4']")).to_contain_text("in line 2 already")
    await expect(host.locator("[data-line='5']")).to_contain_text("The e-mail address is missing.")
    await host.get_by_role("button", name=re.compile("^Invite 1")).click()
    await expect(host.get_by_text("3 rows cannot be invited as they are")).to_be_visible()

    await host.get_by_label("E-mail in line 3").fill("bad@example.org")
    await host.get_by_label("E-mail in line 3").press("Tab")
    await expect(host.get_by_text("2 can be invited")).to_be_visible()
    await host.get_by_role("button", name="Skip line 4").click()
    await host.get_by_role("button", name="Skip the row with a problem").click()
    await expect(host.get_by_text("2 skipped")).to_be_visible()
    await host.get_by_role("button", name="Invite 2 people").click()
    await expect(host.get_by_text("2 invitations were made.")).to_be_visible()
    mails = await mailbox.wait_for(2)
    names = sorted(mail["To"].addresses[0].display_name for mail in mails)
    assert names == ["Bad Row", "Zoë Müller"]


async def test_nothing_is_lost_when_the_connection_drops(
    server: RunningServer, people: People, mailbox: Mailbox
) -> None:
    person = await people.new()
    host = await host_page(server, person)
    await choose(host, "More actions", "Invite users")
    await host.get_by_label("E-mail", exact=True).fill("ada@example.org")
    await host.get_by_label("First name").fill("Ada")
    await person.context.set_offline(True)
    await host.get_by_role("button", name="Generate invite link").click()
    await expect(host.get_by_text("The server cannot be reached")).to_be_visible()
    await expect(chip(host, "ada@example.org")).to_be_visible()
    await person.context.set_offline(False)
    await host.get_by_role("button", name="Generate invite link").click()
    await expect(host.get_by_text("1 invitation was made.")).to_be_visible()
    [mail] = await mailbox.wait_for(1)
    assert mail["To"].addresses[0].display_name == "Ada"


@pytest.mark.parametrize(("width", "height"), SIZES)
async def test_a_guest_link_lives_its_whole_life(
    server: RunningServer, people: People, width: int, height: int
) -> None:
    host = await host_page(server, await people.new(width, height))
    await host.get_by_role("button", name="Share").click()
    await host.get_by_role("button", name="Manage guest access").click()

    # One press from nothing to a link that works.
    await host.get_by_role("button", name="Get a guest link").click()
    field = host.get_by_role("textbox", name="guest link Guests")
    url = await field.input_value()
    await host.get_by_role("button", name="Copy guest link Guests").click()
    await expect(host.get_by_text("Copied").first).to_be_visible()
    assert await copied(host, url) == url
    guest = await come_as_guest(await people.new(), url, "Gus Guest", "gus@example.org")
    await expect(guest.get_by_text("You are here as Gus Guest.")).to_be_visible()
    link = host.locator("[data-link]")
    await expect(link).to_contain_text(re.compile(r"Uses\s*1"))

    # The code, to save.
    await host.get_by_role("button", name="QR code of guest link Guests").click()
    for kind, magic in (("SVG", b"<svg"), ("PNG", b"\x89PNG")):
        async with host.expect_download() as download:
            await host.get_by_role("button", name=f"Save as {kind}").click()
        path = await (await download.value).path()
        assert path.read_bytes().startswith(magic)

    # Paused, edited, extended: each says what it means.
    await link.get_by_role("button", name="Pause").click()
    await expect(link).to_contain_text("Those inside stay.")
    late = (await people.new()).page
    await late.goto(url)
    await expect(late.get_by_text("This link is switched off").first).to_be_visible()
    await link.get_by_role("button", name="Resume").click()
    await expect(link.get_by_text("Active")).to_be_visible()
    await choose(host, "More for Guests", "Edit…")
    await host.get_by_label("Link name").fill("Poster")
    await host.get_by_label("Number of uses").fill("1")
    await host.get_by_label("Valid for days").fill("2")
    await host.get_by_role("button", name="Save", exact=True).click()
    await expect(link.get_by_text("Used up")).to_be_visible()
    await expect(link).to_contain_text("in 2 days")
    await choose(host, "More for Poster", "Extend by 7 days")
    await expect(link).to_contain_text("in 9 days")

    # Regenerated: the old address is dead. Deleted: its place is free.
    await choose(host, "More for Poster", "Regenerate…")
    await host.get_by_role("button", name="Regenerate", exact=True).click()
    shown = host.get_by_role("textbox", name="guest link Poster")
    await expect(shown).not_to_have_value(url)
    await late.reload()
    await expect(late.get_by_text("This link was withdrawn").first).to_be_visible()
    await choose(host, "More for Poster", "Delete…")
    await host.get_by_role("button", name="Delete", exact=True).click()
    await expect(link).to_have_count(0)
    await expect(host.get_by_role("button", name="Get a guest link")).to_be_visible()


async def test_a_form_half_filled_is_not_thrown_away_unasked(
    server: RunningServer, people: People
) -> None:
    host = await host_a_room(server, await people.new())
    await make_guest_link(host)
    await choose(host, "More for all participants", "Invite guests")
    await host.get_by_role("button", name="Add guest link").click()
    await host.get_by_label("Link name").fill("Half")
    await host.keyboard.press("Escape")
    await expect(host.get_by_text("The guest link is not saved yet.")).to_be_visible()
    await host.get_by_role("button", name="Cancel").last.click()
    await expect(host.get_by_label("Link name")).to_have_value("Half")
    await host.keyboard.press("Escape")
    await host.get_by_role("button", name="Discard").click()
    await expect(host.get_by_label("Link name")).to_have_count(0)


async def test_revoking_a_link_removes_those_who_came_by_it(
    server: RunningServer, people: People
) -> None:
    host = await host_a_room(server, await people.new())
    url = await make_guest_link(host)
    guest = await come_as_guest(await people.new(), url, "Gus Guest", "gus@example.org")
    await expect(row(group(host, "viewers"), "Gus Guest")).to_be_visible()
    await choose(host, "More for all participants", "Invite guests")
    await expect(host.locator("[data-link]")).to_contain_text(re.compile(r"Inside now\s*1"))
    await choose(host, "More for Open day", "Revoke and remove")
    await expect(host.get_by_text("removed from the room: 1 person now")).to_be_visible()
    await host.get_by_role("button", name="Revoke and remove", exact=True).click()
    await expect(guest.get_by_text("You were removed").first).to_be_visible()
    await expect(host.locator("[data-link]")).to_have_count(0)


async def invite_a_crowd(host: Page, count: int) -> None:
    """Invite many by a list, without mails."""
    await choose(host, "More actions", "Invite users")
    await host.get_by_role("tab", name="A list").click()
    people = "\n".join(f"p{number:03d}@example.org,Person,{number:03d}" for number in range(count))
    await host.get_by_label("People, one in a line").fill(people)
    await host.get_by_role("button", name="Preview", exact=True).click()
    await host.get_by_label("Send link by e-mail").uncheck()
    await host.get_by_role("button", name=f"Invite {count} people").click()
    await host.get_by_role("button", name="Done").click()


def ledger_row(page: Page, email: str) -> Locator:
    return page.locator(f"[data-ledger='{email}']")


@pytest.mark.parametrize(("width", "height"), SIZES)
async def test_the_ledger_is_filtered_and_worked_through_in_bulk(
    server: RunningServer, people: People, mailbox: Mailbox, width: int, height: int
) -> None:
    host = await host_page(server, await people.new(width, height))
    await invite_a_crowd(host, NUMBER_OF_A_CROWD)
    await choose(host, "More actions", "Invitations")
    rows = host.locator("[data-ledger]")
    await expect(rows).to_have_count(50)
    await expect(host.get_by_text("1–50 of 120")).to_be_visible()
    await host.get_by_label("Sort by").select_option("name")
    await expect(rows.first).to_contain_text("Person 000")
    await host.get_by_role("button", name="Next", exact=True).click()
    await expect(rows.first).to_contain_text("Person 050")
    await host.get_by_role("button", name="Back", exact=True).click()
    async with host.expect_download() as download:
        await host.get_by_role("button", name="Download as CSV").click()
    text = (await (await download.value).path()).read_text(encoding="utf-8-sig")
    assert len(text.splitlines()) == 1 + NUMBER_OF_A_CROWD, "every page of them, and the headings"

    # One of them is changed; what is done shows at once.
    await choose(host, "More for Person 001", "Speaker")
    await expect(ledger_row(host, "p001@example.org")).to_contain_text("Speaker")
    await choose(host, "More for Person 002", "Revoke…")
    await host.get_by_role("button", name="Revoke", exact=True).click()
    await expect(ledger_row(host, "p002@example.org")).to_contain_text("Revoked")

    # All that match, on every page: mailed again, but for the one that was withdrawn.
    await host.get_by_label("Search", exact=True).fill("person 00")
    await expect(rows).to_have_count(10)
    await host.get_by_label("Select all on this page").check()
    await host.get_by_role("button", name="Resend", exact=True).click()
    await host.get_by_role("button", name="Send 10 mails").click()
    account = host.locator("[data-account]")
    await expect(account).to_contain_text("9 invitations sent again.")
    await expect(account).to_contain_text("1 refused")
    await expect(account).to_contain_text("Person 002")
    await mailbox.wait_for(9)
    await expect(host.get_by_text("Sent", exact=True)).to_have_count(9)

    await host.get_by_label("Search", exact=True).fill("")
    await host.get_by_label("State", exact=True).select_option("created")
    await expect(host.get_by_text("1–50 of 110")).to_be_visible()
    await host.get_by_label("Select all on this page").check()
    await host.get_by_role("button", name="Select all 110 that match").click()
    await host.get_by_role("button", name="Extend…").click()
    await host.get_by_label("Valid from now for").select_option("43200")
    await host.get_by_role("button", name="Extend", exact=True).click()
    await expect(account).to_contain_text("110 invitations extended.")
    await expect(rows.first).to_contain_text(re.compile("in 30 days|next month"))
    await host.get_by_label("Select all on this page").check()
    await host.get_by_role("button", name="Revoke…").click()
    await host.get_by_role("button", name="Revoke 50 invitations").click()
    await expect(account).to_contain_text("50 invitations revoked.")
    await expect(host.get_by_text("1–50 of 60")).to_be_visible()


async def test_the_ledger_follows_what_happens(
    server: RunningServer, people: People, mailbox: Mailbox
) -> None:
    host = await host_a_room(server, await people.new())
    await choose(host, "More for all participants", "Invitations")
    # Where there is nothing to find yet, there is only the way to the first.
    ledger = host.locator("ledger-window")
    await expect(ledger.get_by_role("button", name="Invite users")).to_be_focused()
    await expect(ledger.get_by_role("searchbox")).to_have_count(0)
    await ledger.get_by_role("button", name="Invite users").click()
    await host.get_by_label("E-mail", exact=True).fill("ada@example.org")
    await host.get_by_role("button", name="Generate invite link").click()
    await host.get_by_role("button", name="Done").click()
    [mail] = await mailbox.wait_for(1)
    await group(host, "invited").get_by_role("button", name="Invited, not here").click()
    await group(host, "invited").get_by_role("button", name="Show all").click()
    one = ledger_row(host, "ada@example.org")
    await expect(one).to_contain_text("Sent")
    ada = (await people.new()).page
    await ada.goto(link_in(mail))
    await expect(one).to_contain_text("Opened")
    await ada.get_by_label("Your e-mail").fill("ada@example.org")
    await ada.get_by_role("button", name="Join").click()
    await expect(one).to_contain_text("Inside now")
    await choose(host, "More for ada@example.org", "Reset device")
    await host.get_by_role("button", name="More for ada@example.org").click()
    await expect(host.get_by_role("menuitem", name="Resend")).to_be_visible()
    await expect(host.get_by_role("menuitem", name="Reset device")).to_have_count(0)
