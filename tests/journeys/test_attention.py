"""*Notify me…*: a page out of sight calls its moderator back, and only if that was wished."""

from typing import Any

from playwright.async_api import Page, expect

from protocol import commands as c
from tests.journeys.conftest import People
from tests.journeys.test_busy_room import guest
from tests.journeys.test_tab import make_guest_link_again, room
from tests.journeys.test_two_doors import choose, group
from tests.running import RunningServer

MENU = "More for all participants"
LISTEN = """
window.calls = [];
const Real = window.Notification;
window.Notification = class extends Real {
  constructor(title, options) { super(title, options); window.calls.push([title, options.body]); }
};
const Sound = window.AudioContext;
window.AudioContext = class extends Sound {
  constructor() { super(); window.calls.push("sound"); }
};
"""
"""Notifications and sounds are made for real, and written down."""


async def look_away(page: Page) -> None:
    """Put the page out of sight, as another window over it does."""
    await page.evaluate(
        "Object.defineProperty(document, 'visibilityState', "
        "{ get: () => 'hidden', configurable: true })"
    )


async def look_back(page: Page) -> None:
    await page.evaluate("delete document.visibilityState")


async def calls(page: Page) -> list[Any]:
    made: list[Any] = await page.evaluate("window.calls.splice(0)")
    return made


async def test_knocks_and_hands_call_back_whoever_wished_for_it(
    server: RunningServer, people: People
) -> None:
    person = await people.new()
    await person.context.grant_permissions(["notifications"], origin=server.url)
    await person.context.add_init_script(LISTEN)
    async with room(server, person) as (host, guests):
        url = await make_guest_link_again(host)
        hands = group(host, "raised_hands").locator("[data-participant]")

        # Off as long as nobody asked for it.
        await look_away(host)
        await guests["Ada Okafor"].ask(c.RaiseHand())
        await expect(hands).to_have_count(1)
        assert await calls(host) == []

        await look_back(host)
        await choose(host, MENU, "Notify me…")
        for name in ("Desktop notifications", "A soft sound"):
            await expect(host.get_by_label(name)).not_to_be_checked()
            await host.get_by_label(name).check()
        await host.get_by_role("button", name="Try it").click()
        assert len(await calls(host)) == 2
        await host.get_by_role("button", name="Done").click()

        # Out of sight, it calls for a hand and for a knock.
        await look_away(host)
        await guests["Ben Sato"].ask(c.RaiseHand())
        await expect(hands).to_have_count(2)
        assert await calls(host) == ["sound", ["Weekly seminar", "2 hands are raised."]]
        await choose(host, MENU, "Lock room")
        async with guest(server, url, "Lou Late"):
            await expect(group(host, "waiting").locator("[data-participant]")).to_have_count(1)
            said = ["Weekly seminar", "1 person is waiting to enter."]
            assert await calls(host) == ["sound", said]

        # In sight, the page shows what is new by itself.
        await look_back(host)
        await guests["Chiara Rossi"].ask(c.RaiseHand())
        await expect(hands).to_have_count(3)
        assert await calls(host) == []
