"""The tab without a mouse."""

from playwright.async_api import expect

from tests.journeys.conftest import People
from tests.journeys.test_two_doors import host_a_room
from tests.running import RunningServer


async def test_menus_and_windows_are_used_with_the_keyboard_alone(
    server: RunningServer, people: People
) -> None:
    host = await host_a_room(server, await people.new())
    opener = host.get_by_role("button", name="More for all participants")
    await opener.focus()
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
    await opener.focus()
    await host.keyboard.press("Enter")
    item = host.get_by_role("menuitem", name="Invite users")
    for _ in range(30):
        if await item.evaluate("one => one.matches(':focus')"):
            break
        await host.keyboard.press("ArrowDown")
    await host.keyboard.press("Enter")
    await expect(host.get_by_label("E-mail", exact=True)).to_be_focused()
    await host.keyboard.type("ada@example.org")
    # The first makes a chip of it, the second invites.
    await host.keyboard.press("Enter")
    await host.keyboard.press("Enter")
    await expect(host.get_by_role("button", name="Done")).to_be_visible()
    await host.keyboard.press("Escape")
    await expect(host.get_by_role("button", name="Done")).to_have_count(0)
