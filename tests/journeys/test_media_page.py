"""The doors of content that is not live: from the three dots of a media page."""

from playwright.async_api import expect

from tests.journeys.conftest import People
from tests.journeys.test_two_doors import choose, come_as_guest, link_in
from tests.mailbox import Mailbox
from tests.running import RunningServer


async def test_a_guest_of_a_document_sees_it_and_nothing_else(
    server: RunningServer, people: People
) -> None:
    owner = (await people.new()).page
    await owner.goto(server.host_url)
    await owner.get_by_role("link", name="Handout").first.click()
    await choose(owner, "More actions", "Manage guest access")
    await owner.get_by_label("Enable guest access").click()
    await owner.get_by_role("button", name="Add guest link").click()
    await owner.get_by_label("Link name").fill("Newsletter")
    await owner.get_by_label("Number of uses").fill("1")
    await owner.get_by_role("button", name="Create link").click()
    url = await owner.get_by_role("textbox", name="guest link Newsletter").input_value()

    guest = await come_as_guest(await people.new(), url, "Gus Guest", "gus@example.org")
    await expect(guest.locator("pdf-viewer")).to_be_visible()
    await expect(guest.get_by_role("heading", name="Handout")).to_be_visible()
    await expect(guest.get_by_role("button", name="More actions")).to_have_count(0)
    assert "#" not in guest.url

    # Its one use is up for anybody else, and the guest's own return costs none.
    other = (await people.new()).page
    await other.goto(url)
    await expect(other.get_by_text("used as often as it may be").first).to_be_visible()
    await guest.goto(server.url)
    await guest.goto(url)
    await guest.get_by_role("button", name="Continue as Gus Guest").click()
    await expect(guest.locator("pdf-viewer")).to_be_visible()


async def test_a_stranger_sees_neither_the_content_nor_who_is_there(
    server: RunningServer, people: People
) -> None:
    stranger = (await people.new()).page
    for entry in ("e_demo-video", "e_demo-document", "e_demo-room", "e_no-such"):
        await stranger.goto(f"{server.url}/e/{entry}")
        await expect(stranger.get_by_role("heading").first).to_be_visible()
        await expect(stranger.locator("iframe, video")).to_have_count(0)
        await expect(stranger.get_by_role("button", name="Share")).to_have_count(0)


async def test_a_collaborator_is_invited_from_the_share_button(
    server: RunningServer, people: People, mailbox: Mailbox
) -> None:
    owner = (await people.new()).page
    await owner.goto(server.host_url)
    await owner.get_by_role("link", name="How guests get in").first.click()
    await owner.get_by_role("button", name="Share").click()
    await owner.get_by_role("button", name="Invite users").click()
    await owner.get_by_label("E-mail", exact=True).fill("cora@example.org")
    await owner.get_by_label("Collaborator").check()
    await owner.get_by_role("button", name="Generate invite link").click()
    await expect(owner.get_by_role("button", name="Done")).to_be_visible()
    [mail] = await mailbox.wait_for(1)

    cora = (await people.new()).page
    await cora.goto(link_in(mail))
    await cora.get_by_label("Your e-mail").fill("cora@example.org")
    await cora.get_by_role("button", name="Join").click()
    await expect(cora.locator("video")).to_be_visible()
