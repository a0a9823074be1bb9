"""Moderating with confidence: what was done can be taken back, and a refusal says its reason."""

import re
from dataclasses import dataclass, field

import pytest
from playwright.async_api import Locator, Page, WebSocketRoute, expect

from protocol import commands as c
from protocol.client import Client
from protocol.roles import StagePlace
from tests.journeys.conftest import People
from tests.journeys.test_tab import focus, room
from tests.journeys.test_two_doors import choose, group, row
from tests.running import RunningServer

MENU = "More for all participants"
sizes = pytest.mark.parametrize("size", [(1280, 860), (360, 740)], ids=["desktop", "phone"])


@dataclass
class SlowLine:
    """The line of a page, on which what the server says can be held up for a while."""

    is_held: bool = False
    held: list[tuple[WebSocketRoute, str | bytes]] = field(default_factory=list)

    async def under(self, page: Page) -> "SlowLine":
        """Carry what goes between a page that is opened from now on and its server."""
        await page.route_web_socket(re.compile("/socket$"), self._carry)
        return self

    def _carry(self, browser: WebSocketRoute) -> None:
        def say(message: str | bytes) -> None:
            if self.is_held:
                self.held.append((browser, message))
            else:
                browser.send(message)

        browser.connect_to_server().on_message(say)

    def let_go(self) -> None:
        self.is_held = False
        for browser, message in self.held:
            browser.send(message)
        self.held.clear()


def names(rows: Locator) -> Locator:
    return rows.locator("[data-participant] .name b")


def is_offered(one: Client) -> bool:
    return one.you is not None and one.you.stage is StagePlace.OFFERED


async def raised(host: Page, *people: str) -> None:
    """The raised hands are those of these people, in this order."""
    await expect(names(group(host, "raised_hands"))).to_have_text(list(people))


@sizes
async def test_all_hands_are_lowered_and_come_back_in_their_order(
    server: RunningServer, people: People, size: tuple[int, int]
) -> None:
    async with room(server, await people.new(*size)) as (host, guests):
        for name in ("Chiara Rossi", "Ada Okafor", "Dmitri Volkov"):
            await guests[name].ask(c.RaiseHand())
        await raised(host, "Chiara Rossi", "Ada Okafor", "Dmitri Volkov")

        # At once, without a question: a button takes it back.
        await choose(host, MENU, "Clear raised hands")
        await expect(host.get_by_text("All hands are lowered.")).to_be_visible()
        await raised(host)
        await host.get_by_role("button", name="Undo").click()
        await raised(host, "Chiara Rossi", "Ada Okafor", "Dmitri Volkov")

        # So does a key. Who raised the hand anew meanwhile is there once, with the new place.
        await choose(host, MENU, "Clear raised hands")
        await expect(host.get_by_role("button", name="Undo")).to_be_visible()
        await raised(host)
        await guests["Ada Okafor"].ask(c.RaiseHand())
        await raised(host, "Ada Okafor")
        await host.keyboard.press("Control+z")
        await raised(host, "Chiara Rossi", "Dmitri Volkov", "Ada Okafor")

        # Once is enough.
        await host.keyboard.press("Control+z")
        await expect(host.get_by_role("button", name="Undo")).to_have_count(0)


async def test_a_key_takes_back_the_last_thing_first(server: RunningServer, people: People) -> None:
    async with room(server, await people.new()) as (host, _):
        await focus(row(host, "Ben Sato"))
        await host.keyboard.press("k")
        await expect(row(host, "Ben Sato")).to_contain_text("Speaker")
        await focus(row(host, "Ada Okafor"))
        await host.keyboard.press("Delete")
        await expect(row(host, "Ada Okafor")).to_have_count(0)
        await expect(host.get_by_role("button", name="Undo")).to_have_count(2)

        # In a field the key is the field's own.
        await host.get_by_role("searchbox").focus()
        await host.keyboard.press("Control+z")
        await expect(host.get_by_role("button", name="Undo")).to_have_count(2)

        await focus(row(host, "Chiara Rossi"))
        await host.keyboard.press("Control+z")
        await expect(host.get_by_role("button", name="Undo")).to_have_count(1)
        await expect(row(host, "Ben Sato")).to_contain_text("Speaker")
        await host.keyboard.press("Control+z")
        await expect(row(host, "Ben Sato")).not_to_contain_text("Speaker")


async def test_a_refusal_says_its_reason_and_changes_nothing(
    server: RunningServer, people: People
) -> None:
    async with room(server, await people.new()) as (host, guests):
        # Between the menu's opening and the click, the person leaves.
        await host.get_by_role("button", name="More for Ben Sato").click()
        item = host.get_by_role("menuitem", name="Mute").or_(
            host.get_by_role("menuitem", name="Invite to stage")
        )
        await expect(item.first).to_be_visible()
        await guests["Ben Sato"].ask(c.Leave())
        await item.first.click()
        await expect(host.locator("toast-list .note.bad")).to_contain_text("not any more")
        await expect(row(host, "Ben Sato")).to_have_count(0)
        await expect(host.get_by_text("All participants (4)")).to_be_visible()


async def test_what_was_asked_for_is_shown_at_once_and_marked_until_it_is_confirmed(
    server: RunningServer, people: People
) -> None:
    person = await people.new()
    line = await SlowLine().under(person.page)
    async with room(server, person) as (host, _):
        ben = row(host, "Ben Sato")
        line.is_held = True
        await focus(ben)
        await host.keyboard.press("k")
        await expect(ben).to_contain_text("Speaker")
        await expect(ben).to_have_attribute("aria-busy", "true")
        await focus(row(host, "Ada Okafor"))
        await host.keyboard.press("Delete")
        await expect(row(host, "Ada Okafor")).to_have_class(re.compile("going"))
        await expect(host.locator("toast-list .note")).to_have_count(0)

        line.let_go()
        await expect(host.get_by_text("Ben Sato is now a speaker.")).to_be_visible()
        await expect(host.get_by_text("Ada Okafor was removed.")).to_be_visible()
        await expect(ben).to_contain_text("Speaker")
        await expect(ben).not_to_have_attribute("aria-busy", "true")
        await expect(row(host, "Ada Okafor")).to_have_count(0)


async def test_a_full_stage_offers_to_let_somebody_else_go(
    server: RunningServer, people: People
) -> None:
    person = await people.new()
    line = await SlowLine().under(person.page)
    async with room(server, person) as (host, guests):
        async with server.http() as http:
            await server.sign_in_again(http)
            body = {"settings": {"stage_capacity": 1}, "only": ["stage_capacity"]}
            answer = await http.patch("/entries/e_demo-room/settings", json=body)
            assert answer.status_code == 200, answer.text
        await choose(host, "More for Ada Okafor", "Invite to stage")
        await guests["Ada Okafor"].until(is_offered, 20)
        await guests["Ada Okafor"].ask(c.AnswerStageOffer(is_accepted=True))
        await expect(host.locator("room-stage").get_by_text("Ada Okafor")).to_be_visible()

        # Shown as if it were so, and taken back with the reason.
        line.is_held = True
        await choose(host, "More for Ben Sato", "Invite to stage")
        await expect(row(host, "Ben Sato")).to_contain_text("invited to the stage")
        line.let_go()
        await expect(host.get_by_text("The stage is full.")).to_be_visible()
        await expect(row(host, "Ben Sato")).not_to_contain_text("invited to the stage")
        await host.get_by_role("button", name="Replace the longest silent").click()
        await expect(host.locator("room-stage").get_by_text("Ada Okafor")).to_have_count(0)
