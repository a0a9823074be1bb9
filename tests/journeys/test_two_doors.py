"""The two doors and the Participants tab, as a host, guests and an invitee live them."""

import re
from email.message import EmailMessage

from playwright.async_api import Locator, Page, expect

from tests.journeys.conftest import People, Person
from tests.mailbox import Mailbox
from tests.running import RunningServer

ROOM = "Weekly seminar"


def group(page: Page | Locator, name: str) -> Locator:
    """A group of the Participants tab."""
    return page.locator(f"[data-group={name}]")


def row(page: Page | Locator, name: str) -> Locator:
    """Somebody's row, in whichever group."""
    return page.locator("[data-participant]").filter(has_text=name)


async def choose(page: Page | Locator, menu: str, item: str) -> None:
    """Open a menu by its button, and choose an item by its words."""
    await page.get_by_role("button", name=menu, exact=True).click()
    await (
        page.get_by_role("menuitem", name=item)
        .or_(page.get_by_role("menuitemradio", name=item))
        .or_(page.get_by_role("menuitemcheckbox", name=item))
        .first.click()
    )


async def host_a_room(server: RunningServer, person: Person) -> Page:
    """Open the printed URL, enter the room and start the session."""
    page = person.page
    await page.goto(server.host_url)
    await page.get_by_role("link", name=ROOM).first.click()
    await page.get_by_role("button", name="Enter the room").click()
    await expect(page.get_by_text("All participants (1)")).to_be_visible()
    await page.get_by_role("button", name="Start session").click()
    await expect(page.get_by_text("Live", exact=True)).to_be_visible()
    return page


async def make_guest_link(host: Page) -> str:
    """Make a guest link in the tab, and copy it."""
    await choose(host, "More for all participants", "Invite guests")
    await (
        host.get_by_role("switch", name="Enable guest access")
        .or_(host.get_by_label("Enable guest access"))
        .first.click()
    )
    await host.get_by_role("button", name="Add guest link").click()
    await host.get_by_label("Link name").fill("Open day")
    await host.get_by_role("button", name="Create link").click()
    field = host.get_by_role("textbox", name="guest link Open day")
    url = await field.input_value()
    await host.keyboard.press("Escape")
    return url


async def come_as_guest(person: Person, url: str, name: str, email: str) -> Page:
    """Open a guest link and complete the form."""
    page = person.page
    await page.goto(url)
    await page.get_by_label("Name").fill(name)
    await page.get_by_label("E-mail").fill(email)
    await page.get_by_role("button", name="Join").click()
    return page


def link_in(message: EmailMessage) -> str:
    """The invite link in a mail."""
    body = message.get_body(("plain",))
    assert body is not None
    found = re.search(r"http://\S+/join#i\.\S+", body.get_content())
    assert found
    return found.group()


async def test_a_guest_comes_rises_falls_and_comes_back(
    server: RunningServer, people: People
) -> None:
    host = await host_a_room(server, await people.new())
    url = await make_guest_link(host)
    guest_person = await people.new()
    guest = await come_as_guest(guest_person, url, "Gus Guest", "gus@example.org")

    # Seen at once, with label and link; the token is out of the address.
    await expect(row(group(host, "viewers"), "Gus Guest")).to_be_visible()
    await expect(row(host, "Gus Guest")).to_contain_text("Guest")
    await expect(row(host, "Gus Guest")).to_contain_text("via Open day")
    await expect(guest.get_by_text("All participants (2)")).to_be_visible()
    assert "#" not in guest.url
    assert "/s/" in guest.url
    await expect(guest.get_by_text("host@usher.example")).to_have_count(0)

    # Hand, stage.
    await guest.get_by_role("button", name="Raise hand").click()
    await expect(row(group(host, "raised_hands"), "Gus Guest")).to_be_visible()
    await choose(host, "More for Gus Guest", "Invite to stage")
    await guest.get_by_role("button", name="Join stage").click()
    await choose(host, "More for Gus Guest", "Lower hand")
    await expect(row(group(host, "on_stage"), "Gus Guest")).to_be_visible()

    # Moderator, and undone.
    await choose(host, "More for Gus Guest", "Set as moderator")
    await expect(guest.get_by_text("made you a moderator")).to_be_visible()
    await expect(guest.get_by_text("host@usher.example")).to_be_visible()
    await host.get_by_role("button", name="Undo").click()
    await expect(guest.get_by_text("host@usher.example")).to_have_count(0)

    # Removed and blocked: the same link does not let them back in, until unblocked.
    await choose(host, "More for Gus Guest", "Remove and block")
    await host.get_by_role("button", name="Remove and block", exact=True).click()
    await expect(guest.get_by_text("You cannot join this session").first).to_be_visible()
    await expect(row(host, "Gus Guest")).to_have_count(0)
    await guest.goto(url)
    await guest.reload()
    await join_again(guest)
    await expect(guest.get_by_text("You cannot join this session").first).to_be_visible()
    await choose(host, "More for all participants", "Blocked people")
    await host.get_by_role("button", name="Unblock Gus Guest").click()
    await host.keyboard.press("Escape")
    await guest.goto(url)
    await guest.reload()
    await join_again(guest)
    await expect(row(host, "Gus Guest")).to_be_visible()


async def join_again(guest: Page) -> None:
    """Come by the link again on a device that it knows."""
    known = guest.get_by_role("button", name="Continue as Gus Guest")
    await known.or_(guest.get_by_label("Name")).first.wait_for()
    if await known.count():
        await known.click()
        return
    await guest.get_by_label("Name").fill("Gus Guest")
    await guest.get_by_label("E-mail").fill("gus@example.org")
    await guest.get_by_role("button", name="Join").click()


async def test_whoever_arrives_at_a_locked_room_waits_and_the_end_is_told_to_all(
    server: RunningServer, people: People
) -> None:
    host = await host_a_room(server, await people.new())
    url = await make_guest_link(host)
    first = await come_as_guest(await people.new(), url, "Fay First", "fay@example.org")
    await expect(first.get_by_text("All participants (2)")).to_be_visible()
    await choose(host, "More for all participants", "Lock room")
    await expect(host.get_by_text("Locked", exact=True)).to_be_visible()

    late = await come_as_guest(await people.new(), url, "Lou Late", "lou@example.org")
    await expect(late.get_by_text("The room is locked.")).to_be_visible()
    await expect(late.get_by_text("Fay First")).to_have_count(0)
    await expect(row(group(host, "waiting"), "Lou Late")).to_be_visible()
    await host.get_by_role("button", name="Admit Lou Late").click()
    await expect(late.get_by_text("All participants (3)")).to_be_visible()

    await host.get_by_role("button", name="End for everyone").click()
    await host.get_by_role("button", name="End session").click()
    for page in (host, first, late):
        await expect(page.get_by_text("This session has ended").first).to_be_visible()
        await expect(page.get_by_text("ended it for everyone").first).to_be_visible()


async def test_an_invitation_lets_in_one_address_on_one_device(
    server: RunningServer, people: People, mailbox: Mailbox
) -> None:
    host = await host_a_room(server, await people.new())
    await choose(host, "More for all participants", "Invite users")
    await host.get_by_label("E-mail", exact=True).fill("ada@example.org")
    await host.get_by_label("First name").fill("Ada")
    await host.get_by_label("Speaker").check()
    await host.get_by_role("button", name="Generate invite link").click()
    await host.get_by_role("button", name="Done").click()
    [mail] = await mailbox.wait_for(1)
    assert mail["To"].addresses[0].addr_spec == "ada@example.org"
    url = link_in(mail)

    # Another address is refused; the invited one, in whatever case, gets in as a speaker.
    ada = (await people.new()).page
    await ada.goto(url)
    await ada.get_by_label("Your e-mail").fill("eve@example.org")
    await ada.get_by_role("button", name="Join").click()
    await expect(ada.get_by_text("not the invited e-mail")).to_be_visible()
    await expect(ada.get_by_text("ada@example.org")).to_have_count(0)
    await ada.get_by_label("Your e-mail").fill(" Ada@Example.org ")
    await ada.get_by_role("button", name="Join").click()
    await expect(row(group(host, "viewers"), "Ada")).to_contain_text("Speaker")

    # A second device is refused, and let in with a mailed code; the first one is closed.
    other = (await people.new()).page
    await other.goto(url)
    await other.get_by_label("Your e-mail").fill("ada@example.org")
    await other.get_by_role("button", name="Join").click()
    await expect(other.get_by_text("another device")).to_be_visible()
    await other.get_by_role("button", name="Send me a code").click()
    code_mail = (await mailbox.wait_for(2))[1]
    body = code_mail.get_body(("plain",))
    assert body is not None
    found = re.search(r"\b(\d{3})\s?(\d{3})\b", body.get_content())
    assert found
    await other.get_by_label("Code").fill("".join(found.groups()))
    await other.get_by_role("button", name="Continue").click()
    await expect(other.get_by_text("All participants (2)")).to_be_visible()
    await expect(ada.get_by_text("You went on in another place").first).to_be_visible()
    await expect(host.get_by_text("All participants (2)")).to_be_visible()
