"""The joiner's way with the line cut at every step: told, taken up again, nothing lost or twice."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path

import pytest
import pytest_asyncio
from playwright.async_api import Page, expect

from tests.cable import Cable
from tests.journeys.conftest import People
from tests.journeys.doorkeeper import (
    DESKTOP,
    PHONE,
    Host,
    Joiner,
    Way,
    card,
    code_in,
    every_way,
    hosting,
    joiner,
)
from tests.mailbox import Mailbox
from tests.running import RunningServer, Serve

OFFLINE = "The server cannot be reached."
LOST = "Reconnecting…"
"""What the page of a room says, at its gates too."""
BACK_MS = 45_000
"""A page that lost its line waits longer each time, up to half a minute."""
LOOK, GUEST, RETURN = (
    "/api/v1/doors/guest/look",
    "/api/v1/doors/guest",
    "/api/v1/doors/guest/return",
)
INVITATION_LOOK = "/api/v1/doors/invitation/look"
INVITATION = "/api/v1/doors/invitation"
CODE, VERIFY = "/api/v1/doors/invitation/code", "/api/v1/doors/invitation/verify"

two_ways = pytest.mark.parametrize("way", [DESKTOP, PHONE], ids=lambda way: way.name)


@dataclass(frozen=True)
class House:
    """A server behind a line that can be cut; its host sits beside it and is never cut off."""

    server: RunningServer
    cable: Cable
    host: Host


@pytest_asyncio.fixture(loop_scope="module")
async def house(tmp_path: Path, mailbox: Mailbox, serve: Serve) -> AsyncIterator[House]:
    async with Cable() as cable:
        env = {
            "USHER_SMTP_URL": mailbox.url,
            "USHER_MAIL_FROM": "Usher <usher@example.org>",
            "USHER_URL": cable.url,
        }
        async with serve(tmp_path, env) as server:
            cable.target = server.port
            async with hosting(server, cable.url) as host:
                yield House(server, cable, host)


async def inside(page: Page, count: int) -> None:
    await expect(page.get_by_text(f"All participants ({count})")).to_be_visible(timeout=BACK_MS)


async def told(one: Joiner) -> None:
    """The form says that the line is dead, and keeps its place on the screen."""
    await expect(one.page.get_by_text(OFFLINE).first).to_be_visible()
    await one.fits()


# --- a guest -------------------------------------------------------------------------------


@every_way
async def test_every_answer_to_a_guest_may_be_lost(house: House, people: People, way: Way) -> None:
    host, cable = house.host, house.cable
    await host.start()
    url = (await host.make_link(uses=1))["url"]
    gus = await joiner(people, way)
    page = gus.page

    # The first look at the link.
    cable.cut_at(LOOK)
    await page.goto(url)
    await cable.sprung()
    await told(gus)
    await cable.mend()
    await expect(page.get_by_label("Name", exact=True)).to_be_visible()

    # The answer that lets in: with one use of one, the second try has to be the first.
    await gus.fill_guest_form("Gus Guest", "gus@example.org")
    cable.cut_at(GUEST)
    await gus.press("Join")
    await cable.sprung()
    assert b'"participant_id"' in cable.lost[-1]
    await told(gus)
    await expect(page.get_by_label("Name", exact=True)).to_have_value("Gus Guest")
    assert (await host.link())["uses"] == 1
    await cable.mend()
    await inside(page, 1)
    assert (await host.link())["uses"] == 1
    assert [one["name"] for one in await host.attended()] == ["Gus Guest"]

    # The answer on coming back by the link.
    await page.goto(url)
    await page.reload()
    cable.cut_at(RETURN)
    await gus.press("Continue as Gus Guest")
    await cable.sprung()
    await told(gus)
    await cable.mend()
    await inside(page, 1)
    assert (await host.link())["uses"] == 1
    assert len(await host.attended()) == 1


@two_ways
async def test_a_line_that_dies_before_the_next_page_ends_in_no_error_page(
    house: House, people: People, way: Way
) -> None:
    host, cable = house.host, house.cable
    await host.start()
    url = (await host.make_link())["url"]
    gus = await joiner(people, way)
    await gus.page.goto(url)
    await gus.fill_guest_form("Gus Guest", "gus@example.org")
    cable.cut_at(GUEST, is_reply_lost=False)
    await gus.press("Join")
    await cable.sprung()
    await told(gus)
    await expect(gus.page.get_by_label("Name", exact=True)).to_have_value("Gus Guest")
    await cable.mend()
    await inside(gus.page, 1)
    assert (await host.link())["uses"] == 1


@two_ways
async def test_a_browser_offline_says_so_before_anything_is_sent(
    house: House, people: People, way: Way
) -> None:
    host = house.host
    await host.start()
    url = (await host.make_link())["url"]
    gus = await joiner(people, way)
    page = gus.page
    await page.goto(url)
    await gus.type("Name", "Gus Guest")
    await gus.person.context.set_offline(True)
    await told(gus)
    await gus.type("E-mail", "gus@example.org")
    await gus.press("Join")
    assert (await host.link())["uses"] == 0
    await expect(page.get_by_label("E-mail", exact=True)).to_have_value("gus@example.org")
    await gus.person.context.set_offline(False)
    await inside(page, 1)
    assert (await host.link())["uses"] == 1

    # Left, and back in: the page waits for the line instead of ending in a page of errors.
    await gus.press("Leave")
    await gus.sees("You left")
    await gus.person.context.set_offline(True)
    await gus.press("Come back in")
    await gus.sees("You come back in as soon as it can be.")
    await gus.fits()
    await gus.person.context.set_offline(False)
    await inside(page, 1)
    assert len(await host.attended()) == 1


# --- an invitee ----------------------------------------------------------------------------


@every_way
async def test_every_answer_to_an_invitee_may_be_lost(
    house: House, people: People, mailbox: Mailbox, way: Way
) -> None:
    host, cable = house.host, house.cable
    await host.set(code_on_first_use=True)
    await host.start()
    url = await host.invite(mailbox)
    ada = await joiner(people, way)
    page = ada.page
    cable.cut_at(INVITATION_LOOK)
    await page.goto(url)
    await cable.sprung()
    await told(ada)
    await cable.mend()

    # The question for a code, then the code itself on its way.
    await ada.type("Your e-mail", "ada@example.org")
    cable.cut_at(INVITATION)
    await ada.press("Join")
    await cable.sprung()
    await told(ada)
    await expect(page.get_by_label("Your e-mail")).to_have_value("ada@example.org")
    await cable.mend()
    await expect(page.get_by_role("button", name="Send me a code")).to_be_visible()
    cable.cut_at(CODE)
    await ada.press("Send me a code")
    await cable.sprung()
    await told(ada)
    await cable.mend()
    await expect(page.get_by_label("Code")).to_be_focused()

    # Both mails may have come; the newest code is the one that counts.
    code = code_in((await mailbox.wait_for(3))[2])
    await ada.type("Code", code)
    cable.cut_at(VERIFY)
    await ada.press("Continue")
    await cable.sprung()
    assert b'"participant_id"' in cable.lost[-1]
    await told(ada)
    await expect(page.get_by_label("Code")).to_have_value(code)
    await cable.mend()
    await inside(page, 1)
    assert (await host.invitation())["uses"] == 1
    assert len(await host.attended()) == 1


@two_ways
async def test_an_invitation_for_one_use_is_used_once_although_the_answer_was_lost(
    house: House, people: People, mailbox: Mailbox, way: Way
) -> None:
    host, cable = house.host, house.cable
    await host.start()
    url = await host.invite(mailbox)
    ada = await joiner(people, way)
    await ada.page.goto(url)
    await ada.type("Your e-mail", "ada@example.org")
    cable.cut_at(INVITATION)
    await ada.press("Join")
    await cable.sprung()
    assert b'"participant_id"' in cable.lost[-1]
    await told(ada)
    await cable.mend()
    await inside(ada.page, 1)
    invitation = await host.invitation()
    assert (invitation["uses"], invitation["max_uses"]) == (1, 1)

    # Bound to this device, and let straight in again over a line that fails again.
    cable.cut_at(INVITATION)
    await ada.page.goto("about:blank")
    await ada.page.goto(url)
    await cable.sprung()
    await told(ada)
    await cable.mend()
    await inside(ada.page, 1)
    assert (await host.invitation())["uses"] == 1
    assert len(await host.attended()) == 1


# --- the gates and the room ----------------------------------------------------------------


@two_ways
async def test_at_a_gate_and_inside_a_dead_line_is_told_and_taken_up_again(
    house: House, people: People, way: Way
) -> None:
    host, cable = house.host, house.cable
    await host.schedule(3600)
    url = (await host.make_link())["url"]
    gus = await joiner(people, way)
    page = gus.page
    await page.goto(url)
    await gus.fill_guest_form("Gus Guest", "gus@example.org")
    await gus.press("Join")
    await gus.sees("Starts in")

    # The countdown goes on by itself, and whoever missed the start is let in with the line.
    await cable.cut()
    await gus.sees(LOST)
    await gus.sees("Starts in")
    before = await page.get_by_role("timer").inner_text()
    await expect(page.get_by_role("timer")).not_to_have_text(before)
    await gus.fits()
    await cable.mend()
    await expect(page.get_by_text(LOST)).to_have_count(0, timeout=BACK_MS)
    await gus.sees("Starts in")
    await cable.cut()
    await gus.sees(LOST)
    await host.start()
    await cable.mend()
    await inside(page, 1)

    # Inside: one person, who never left.
    await cable.cut()
    await gus.sees(LOST)
    await gus.fits()
    await cable.mend()
    await expect(page.get_by_text(LOST)).to_have_count(0, timeout=BACK_MS)
    await inside(page, 1)
    [guest] = await host.attended()
    assert len(guest["intervals"]) == 1

    # Somebody else waits, and is let in while nobody can tell them; then the end is missed too.
    await host.lock()
    lou = await joiner(people, way)
    await lou.page.goto(url)
    await lou.fill_guest_form("Lou Late", "lou@example.org")
    await lou.press("Join")
    await lou.sees("You are in the waiting room")
    await cable.cut()
    await lou.sees(LOST)
    await lou.sees("You are in the waiting room")
    await lou.fits()
    await host.ask("POST", "/session/admit-all")
    await cable.mend()
    await inside(lou.page, 2)
    await inside(page, 2)
    await cable.cut()
    await lou.sees(LOST)
    await host.end()
    await cable.mend()
    for one in (gus, lou):
        await expect(card(one.page)).to_contain_text("This session has ended", timeout=BACK_MS)


@two_ways
async def test_whoever_leaves_over_a_dead_line_has_left_and_may_come_back(
    house: House, people: People, way: Way
) -> None:
    host, cable = house.host, house.cable
    await host.start()
    url = (await host.make_link(uses=2))["url"]
    gus = await joiner(people, way)
    page = gus.page
    await page.goto(url)
    await gus.fill_guest_form("Gus Guest", "gus@example.org")
    await gus.press("Join")
    await inside(page, 1)
    await cable.cut()
    await gus.sees(LOST)
    await gus.press("Leave")
    await gus.sees("You left")
    await expect(page.get_by_text(LOST)).to_have_count(0)
    await gus.press("Come back in")
    await gus.sees("You come back in as soon as it can be.")
    await gus.fits()
    await cable.mend()
    await inside(page, 1)

    # The same at a gate.
    await host.lock()
    lou = await joiner(people, way)
    await lou.page.goto(url)
    await lou.fill_guest_form("Lou Late", "lou@example.org")
    await lou.press("Join")
    await lou.sees("You are in the waiting room")
    await cable.cut()
    await lou.sees(LOST)
    await lou.press("Leave")
    await lou.sees("You left")
    await cable.mend()
    await lou.press("Come back in")
    await lou.sees("You are in the waiting room")
    assert (await host.link())["uses"] == 2
    assert len({one["participant_id"] for one in await host.attended()}) == 1


# --- a server that stops and starts --------------------------------------------------------


@two_ways
async def test_a_server_that_stops_and_starts_again_costs_nobody_their_place(
    server: RunningServer, people: People, way: Way
) -> None:
    async with hosting(server) as host:
        await host.start()
        url = (await host.make_link(uses=2))["url"]
        await host.lock()
    gus, fay = await joiner(people, way), await joiner(people, way)

    # One waits at the gate, another is at the form.
    await gus.page.goto(url)
    await gus.fill_guest_form("Gus Guest", "gus@example.org")
    await gus.press("Join")
    await gus.sees("You are in the waiting room")
    await fay.page.goto(url)
    await fay.type("Name", "Fay First")
    await server.stop()
    await gus.sees(LOST)
    await fay.type("E-mail", "fay@example.org")
    await fay.press("Join")
    await told(fay)
    await server.start()
    await expect(gus.page.get_by_text(LOST)).to_have_count(0, timeout=BACK_MS)
    await gus.sees("You are in the waiting room")
    await expect(fay.page.get_by_text("You are in the waiting room")).to_be_visible(timeout=BACK_MS)
    async with hosting(server) as host:
        assert (await host.link())["uses"] == 2
        await host.ask("POST", "/session/admit-all")
        await inside(gus.page, 2)
        await inside(fay.page, 2)

        # Inside, killed as by a power cut; both come back.
        await server.kill()
        await gus.sees(LOST)
        await server.start()
        await expect(gus.page.get_by_text(LOST)).to_have_count(0, timeout=BACK_MS)
        await inside(gus.page, 2)
        await inside(fay.page, 2)
        assert (await host.link())["uses"] == 2
