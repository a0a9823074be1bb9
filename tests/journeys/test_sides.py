"""On a phone: the stage or the participants, by a switch at the foot of the page."""

from contextlib import AsyncExitStack

from playwright.async_api import expect

from protocol import commands as c
from tests.journeys.conftest import People
from tests.journeys.test_busy_room import guest
from tests.journeys.test_tab import CROWD, focus, make_guest_link_again, room, top_of
from tests.journeys.test_two_doors import choose, group, row
from tests.running import RunningServer


async def test_on_a_phone_one_looks_at_the_stage_or_at_the_participants(
    server: RunningServer, people: People
) -> None:
    person = await people.new(360, 740)
    async with room(server, person) as (host, guests), AsyncExitStack() as stack:
        url = await make_guest_link_again(host)
        await choose(host, "More for all participants", "Lock room")
        tabs = host.get_by_role("tablist", name="Stage or participants")
        to_stage = tabs.get_by_role("tab", name="Stage")
        to_list = tabs.get_by_role("tab", name="Participants")
        stage = host.get_by_role("tabpanel", name="Stage")
        everybody = host.get_by_role("tabpanel", name="Participants")
        await expect(to_list).to_have_attribute("aria-selected", "true")
        await expect(stage).to_have_count(0)
        await to_stage.click()
        await expect(stage).to_be_visible()
        await expect(everybody).to_have_count(0)

        # What happens meanwhile is counted on the switch, and read aloud.
        await guests["Ada Okafor"].ask(c.RaiseHand())
        await expect(to_list).to_have_accessible_name("Participants 1 hand is raised.")
        await expect(
            host.get_by_role("status").get_by_text("Ada Okafor raised a hand.")
        ).to_have_count(1)
        for name in ("Lou Late", "Max Mighty"):
            await stack.enter_async_context(guest(server, url, name))
        await expect(to_list).to_have_accessible_name(
            "Participants 1 hand is raised. 2 people are waiting to enter."
        )
        await expect(to_list).to_contain_text("3")

        # A notice leads to whom it is about, and the page remembers what one looked at last.
        await host.get_by_role("button", name="Show", exact=True).click()
        await expect(row(group(host, "waiting"), "Lou Late")).to_be_focused()
        await expect(to_list).to_have_attribute("aria-selected", "true")
        await to_stage.click()
        await host.reload()
        await expect(stage).to_be_visible()

        # By keyboard: one stop, arrows and ends; the keys of the list bring it forward.
        await to_stage.focus()
        await host.keyboard.press("ArrowRight")
        await expect(to_list).to_be_focused()
        await expect(everybody).to_be_visible()
        await host.keyboard.press("Home")
        await expect(to_stage).to_be_focused()
        await host.keyboard.press("Tab")
        await expect(stage).to_be_focused()
        await host.keyboard.press("/")
        await expect(host.get_by_role("searchbox")).to_be_focused()

        # Where there is room for both, both are there, and nothing is left of the switch.
        await to_stage.click()
        await host.set_viewport_size({"width": 1280, "height": 860})
        await expect(host.locator("room-stage")).to_be_visible()
        await expect(host.get_by_role("searchbox")).to_be_visible()
        await expect(tabs).to_have_count(0)


async def test_whoever_looks_at_the_stage_finds_the_list_where_it_was(
    server: RunningServer, people: People
) -> None:
    person = await people.new(360, 740)
    async with room(server, person, CROWD[:28]) as (host, guests):
        await host.get_by_role("button", name="See more of Viewers").click()
        await focus(row(host, "Person 03"))
        for _ in range(2):
            await host.keyboard.press("PageDown")
        held = host.locator("[data-participant]:focus")
        name = (await held.locator("b").inner_text()).strip()
        to_stage = host.get_by_role("tab", name="Stage")
        # Whoever drives the browser scrolls on the way to what is sticky, as nobody does by hand.
        await to_stage.hover()
        place = await top_of(held)
        await to_stage.click()
        await guests["Person 00"].ask(c.RaiseHand())
        await expect(host.get_by_role("tab", name="1 hand is raised.")).to_be_visible()
        await host.get_by_role("tab", name="Participants").click()
        await expect(row(host, name)).to_be_visible()
        assert abs(await top_of(row(host, name)) - place) < 2

        # Nobody has seen that hand yet.
        await expect(host.get_by_role("button", name="1 new hand")).to_be_visible()
