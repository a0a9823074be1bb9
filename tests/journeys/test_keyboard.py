"""Whole journeys without a mouse: no line here clicks."""

import re
from email.message import EmailMessage

from playwright.async_api import Locator, Page, expect

from tests.journeys.conftest import People
from tests.journeys.test_two_doors import ROOM, group, link_in, row
from tests.mailbox import Mailbox
from tests.running import RunningServer

MOST_STOPS = 80
"""More stops than any page has; whoever needs more goes in circles."""
MOST_ITEMS = 30


async def has_focus(one: Locator) -> bool:
    return await one.count() > 0 and bool(await one.first.evaluate("one => one.matches(':focus')"))


async def tab_to(page: Page, one: Locator, key: str = "Tab") -> None:
    """Go on with Tab until it has the focus, as a person without a mouse does."""
    await expect(one.first).to_be_visible()
    for _ in range(MOST_STOPS):
        if await has_focus(one):
            return
        await page.keyboard.press(key)
    raise AssertionError(f"Tab does not reach {one}")


async def press(page: Page, name: str, role: str = "button") -> None:
    """Tab to a control by its name, and press it."""
    await tab_to(page, page.get_by_role(role, name=name, exact=True))  # type: ignore[arg-type]
    await page.keyboard.press("Space" if role in ("switch", "checkbox", "radio") else "Enter")


async def choose(page: Page, item: str) -> None:
    """Choose an item of the menu that is open, with arrows and Enter."""
    items = page.get_by_role("menuitem", name=item)
    wanted = items.or_(page.get_by_role("menuitemcheckbox", name=item)).first
    await expect(wanted).to_be_visible()
    for _ in range(MOST_ITEMS):
        if await has_focus(wanted):
            await page.keyboard.press("Enter")
            return
        await page.keyboard.press("ArrowDown")
    raise AssertionError(f"arrows do not reach {item}")


async def choose_of(page: Page, opener: str, item: str) -> None:
    """Open a menu with the keyboard, and choose an item."""
    await press(page, opener)
    await choose(page, item)


async def walk_to(page: Page, name: str) -> None:
    """Go to somebody's row in the list with arrows."""
    await tab_to(page, page.get_by_role("searchbox"))
    for _ in range(MOST_ITEMS):
        await page.keyboard.press("ArrowDown")
        if await has_focus(row(page, name)):
            return
    raise AssertionError(f"arrows do not reach {name}")


async def choose_for(page: Page, name: str, item: str) -> None:
    """Open the menu of a row by Enter on it, and choose an item."""
    await walk_to(page, name)
    await page.keyboard.press("Enter")
    await choose(page, item)


async def host_a_room(server: RunningServer, host: Page) -> None:
    await host.goto(server.host_url)
    await press(host, ROOM, "link")
    await press(host, "Enter the room")
    await expect(host.get_by_text("All participants (1)")).to_be_visible()
    await press(host, "Start session")
    await expect(host.get_by_text("Live", exact=True)).to_be_visible()


async def make_guest_link(host: Page) -> str:
    await choose_of(host, "More for all participants", "Invite guests")
    await press(host, "Enable guest access", "switch")
    await press(host, "Add guest link")
    await expect(host.get_by_label("Link name")).to_be_focused()
    await host.keyboard.type("Open day")
    await host.keyboard.press("Enter")
    url = await host.get_by_role("textbox", name="guest link Open day").input_value()
    await host.keyboard.press("Escape")
    await expect(host.get_by_role("dialog")).to_have_count(0)
    return url


async def come_as_guest(guest: Page, url: str) -> None:
    """The guest's form, sent with Enter in its last field."""
    await guest.goto(url)
    await tab_to(guest, guest.get_by_label("Name", exact=True))
    await guest.keyboard.type("Gus Guest")
    await guest.keyboard.press("Tab")
    await guest.keyboard.type("gus@example.org")
    await guest.keyboard.press("Enter")


async def test_a_host_and_a_guest_need_no_mouse(server: RunningServer, people: People) -> None:
    host = (await people.new()).page
    await host_a_room(server, host)
    url = await make_guest_link(host)
    await choose_of(host, "More for all participants", "Lock room")
    await expect(host.get_by_text("Locked", exact=True)).to_be_visible()

    # The guest waits, and is let in.
    guest = (await people.new()).page
    await come_as_guest(guest, url)
    await expect(guest.get_by_text("The room is locked.")).to_be_visible()
    await expect(row(group(host, "waiting"), "Gus Guest")).to_be_visible()
    await walk_to(host, "Gus Guest")
    await host.keyboard.press("a")
    await expect(row(group(host, "viewers"), "Gus Guest")).to_be_visible()

    # A hand, the stage, and down again.
    await press(guest, "Raise hand")
    await expect(row(group(host, "raised_hands"), "Gus Guest")).to_be_visible()
    await choose_for(host, "Gus Guest", "Invite to stage")
    await expect(guest.get_by_role("button", name="Join stage")).to_be_focused()
    await guest.keyboard.press("Enter")
    await choose_for(host, "Gus Guest", "Lower hand")
    await expect(row(group(host, "on_stage"), "Gus Guest")).to_be_visible()
    await press(guest, "Leave stage")
    await expect(row(group(host, "viewers"), "Gus Guest")).to_be_visible()

    # Promoted and undone, from the notice.
    await choose_for(host, "Gus Guest", "Set as moderator")
    await expect(row(host, "Gus Guest")).to_contain_text("Moderator")
    await press(host, "Undo")
    await expect(row(host, "Gus Guest")).not_to_contain_text("Moderator")

    # The end, for everybody; the window asks, and has the focus on what does nothing.
    await press(host, "End for everyone")
    await expect(host.get_by_role("button", name="Cancel")).to_be_focused()
    await press(host, "End session")
    for page in (host, guest):
        await expect(page.get_by_text("This session has ended").first).to_be_visible()


async def test_an_invitee_needs_no_mouse(
    server: RunningServer, people: People, mailbox: Mailbox
) -> None:
    host = (await people.new()).page
    await host_a_room(server, host)
    await choose_of(host, "More for all participants", "Invite users")
    await expect(host.get_by_label("E-mail", exact=True)).to_be_focused()
    await host.keyboard.type("ada@example.org,")
    await host.keyboard.press("Tab")
    await tab_to(host, host.get_by_label("First name"))
    await host.keyboard.type("Ada")
    await tab_to(host, host.get_by_role("radio").first)
    await host.keyboard.press("ArrowDown")
    await expect(host.get_by_role("radio", name="Speaker")).to_be_checked()
    await press(host, "Generate invite link")
    await press(host, "Done")
    await expect(host.get_by_role("dialog")).to_have_count(0)
    [mail] = await mailbox.wait_for(1)
    url = link_in(mail)

    # Another address first, then the invited one.
    ada = (await people.new()).page
    await name_oneself(ada, url, "eve@example.org")
    await expect(ada.get_by_text("not the invited e-mail")).to_be_visible()
    await expect(ada.get_by_label("Your e-mail")).to_be_focused()
    await ada.keyboard.press("Control+a")
    await ada.keyboard.type("ada@example.org")
    await ada.keyboard.press("Enter")
    await expect(row(group(host, "viewers"), "Ada")).to_contain_text("Speaker")

    # On a second device with a mailed code.
    other = (await people.new()).page
    await name_oneself(other, url, "ada@example.org")
    await press(other, "Send me a code")
    await expect(other.get_by_label("Code")).to_be_focused()
    await other.keyboard.type(code_in((await mailbox.wait_for(2))[1]))
    await other.keyboard.press("Enter")
    await expect(other.get_by_text("All participants (2)")).to_be_visible()
    await press(other, "Leave")
    await press(other, "Come back in")
    await expect(other.get_by_text("All participants (2)")).to_be_visible()


async def name_oneself(page: Page, url: str, email: str) -> None:
    await page.goto(url)
    await tab_to(page, page.get_by_label("Your e-mail"))
    await page.keyboard.type(email)
    await page.keyboard.press("Enter")


def code_in(message: EmailMessage) -> str:
    body = message.get_body(("plain",))
    assert body is not None
    found = re.search(r"\b(\d{3})\s?(\d{3})\b", body.get_content())
    assert found
    return "".join(found.groups())


async def test_menus_and_windows_give_the_focus_back(server: RunningServer, people: People) -> None:
    host = (await people.new()).page
    await host_a_room(server, host)
    opener = host.get_by_role("button", name="More for all participants")
    await tab_to(host, opener)
    await host.keyboard.press("Enter")
    await expect(host.get_by_role("menu")).to_be_visible()
    await host.keyboard.press("ArrowDown")
    await host.keyboard.press("Escape")
    await expect(host.get_by_role("menu")).to_have_count(0)
    await expect(opener).to_be_focused()

    # A letter jumps to an item, Enter chooses it.
    await host.keyboard.press("Enter")
    await host.keyboard.press("L")
    await host.keyboard.press("Enter")
    await expect(host.get_by_text("Locked", exact=True)).to_be_visible()

    # A window takes the focus and gives it back.
    await choose_of(host, "More for all participants", "Blocked people")
    await expect(host.get_by_text("Nobody is blocked here.")).to_be_visible()
    await host.keyboard.press("Escape")
    await expect(host.get_by_role("dialog")).to_have_count(0)
    await expect(opener).to_be_focused()
