"""The Participants tab: groups, sizes, menus, search, selection, news."""

import asyncio
import re
import sys
from contextlib import suppress
from pathlib import Path

from playwright.async_api import WebSocketRoute, expect

from protocol import commands as c
from protocol.client import Client
from tests.gallery.house import Hall
from tests.gallery.room import ROW, hosted, opened
from tests.gallery.screens import Visit, screen

ROOT = Path(__file__).parents[2]
CROWD = 1_500
LETTING_IN_S = 90


async def busy(visit: Visit) -> tuple[Hall, dict[str, Client]]:
    """A room with people in every group, the host in the browser."""
    hall = await opened(visit)
    url = await hall.guest_link()
    await hall.guest_link("Newsletter", uses=50)
    clients = await hall.fill(visit.stack, url, 12)
    host = await visit.host_of(hall)
    for name in ("Ada Okafor", "Ben Sato"):
        await hall.bring_up(host, clients[name])
    await clients["Ada Okafor"].ask(c.SetMicrophone(is_on=True))
    await clients["Ada Okafor"].ask(c.SetCamera(is_on=True))
    await host.ask(c.JoinStage())
    await clients["Grace Kim"].ask(c.RaiseHand())
    await clients["Élise Martin"].ask(c.RaiseHand())
    await clients["Farid Nasser"].ask(c.RequestStage())
    await invited(hall)
    await host.ask(c.SetLock(is_locked=True))
    await visit.bring(hall, url, "Rosa Delgado", "Tariq Aziz")
    await visit.enter(hall)
    await visit.shows("[data-group=waiting]")
    return hall, clients


async def invited(hall: Hall) -> None:
    """Some invitations for the ledger."""
    await hall.invite("ada@example.org", first_name="Ada", last_name="Lovelace")
    await hall.invite("maximilian.von.hohenlohe@a-very-long-name-of-an-institute.example.org")
    await hall.invite("mod@example.org", "moderator", first_name="Mo", last_name="Derator")


@screen("tab", "every group")
async def every_group(visit: Visit) -> None:
    await busy(visit)


@screen("tab", "two dozen guests, nobody on stage")
async def twenty_five(visit: Visit) -> None:
    hall = await opened(visit)
    await hall.fill(visit.stack, await hall.guest_link(), 24)
    await visit.enter(hall)
    await visit.shows(ROW)


@screen("tab", "a crowd", is_slow=True)
async def crowd(visit: Visit) -> None:
    hall = await opened(visit)
    house = visit.house
    url = await house.sign_in_url(
        "crowd", "Cora Crowd", "crowd@usher.example", entry_id=hall.entry_id, part="co_owner"
    )
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "load", "join", "--members", str(CROWD), "--hold", "300"),
        *("--url", house.url, "--host-url", url, "--entry", hall.entry_id),
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.DEVNULL,
        cwd=ROOT,
    )

    async def end() -> None:
        with suppress(ProcessLookupError):
            process.kill()
        await process.wait()

    visit.stack.push_async_callback(end)
    assert process.stdout is not None
    async with asyncio.timeout(LETTING_IN_S):
        while b"inside after" not in (line := await process.stdout.readline()):
            assert line, "the load generator ended"
    await visit.enter(hall)
    await visit.shows(ROW)
    await visit.shows("[data-group=viewers]")


# --- menus -----------------------------------------------------------------------------------


@screen("tab", "menu of the tab")
async def tab_menu(visit: Visit) -> None:
    await hosted(visit, "Ada Okafor")
    await visit.press("More for all participants")
    await visit.page.get_by_role("menu").wait_for()


@screen("tab", "both doors")
async def both_doors(visit: Visit) -> None:
    await hosted(visit, "Ada Okafor")
    await visit.press("Invite")
    await visit.page.get_by_role("menu").wait_for()


@screen("tab", "menu of a person")
async def person_menu(visit: Visit) -> None:
    await hosted(visit, "Ada Okafor", "Ben Sato")
    await visit.press("More for {name}", name="Ada Okafor")
    await visit.page.get_by_role("menu").wait_for()


@screen("tab", "menu of oneself")
async def own_menu(visit: Visit) -> None:
    await hosted(visit, "Ada Okafor")
    await visit.press("More for {name}", name="Hanna Host")
    await visit.page.get_by_role("menu").wait_for()


@screen("tab", "menu of those waiting")
async def waiting_menu(visit: Visit) -> None:
    await busy(visit)
    await visit.press("More for those waiting")
    await visit.page.get_by_role("menu").wait_for()


# --- search, selection, news -----------------------------------------------------------------


@screen("tab", "search")
async def search(visit: Visit) -> None:
    await busy(visit)
    await visit.page.get_by_role("searchbox").fill("ro")
    await visit.shows("mark")


@screen("tab", "search that finds nobody")
async def search_none(visit: Visit) -> None:
    await hosted(visit, "Ada Okafor")
    await visit.page.get_by_role("searchbox").fill("zzzz")
    await visit.page.locator(ROW).first.wait_for(state="detached")


@screen("tab", "several selected")
async def selected(visit: Visit) -> None:
    await hosted(visit, "Ada Okafor", "Ben Sato", "Chiara Rossi")
    await visit.page.locator(ROW).last.scroll_into_view_if_needed()
    for name in ("Ada Okafor", "Ben Sato"):
        box = visit.named("checkbox", "Select {name}", name=name).first
        await box.focus()
        await visit.page.keyboard.press("Space")
        await expect(box).to_be_checked()
    await visit.shows("bulk-bar")


@screen("tab", "keyboard shortcuts")
async def shortcuts(visit: Visit) -> None:
    await hosted(visit, "Ada Okafor")
    await visit.page.locator(ROW).first.focus()
    await visit.page.keyboard.press("?")
    await visit.dialog()


@screen("tab", "news of what one did")
async def toast(visit: Visit) -> None:
    await hosted(visit, "Ada Okafor", "Ben Sato")
    await visit.choose("More for {name}", "Set as moderator", name="Ada Okafor")
    await visit.shows("toast-list .note")


@screen("tab", "refused, with the reason and a way on")
async def refused(visit: Visit) -> None:
    hall = await opened(visit, stage_capacity=1)
    await visit.bring(hall, await hall.guest_link(), "Ada Okafor", "Ben Sato")
    host = await visit.host_of(hall)
    await host.ask(c.JoinStage())
    await visit.enter(hall)
    await visit.choose("More for {name}", "Invite to stage", name="Ada Okafor")
    await visit.shows("toast-list .note.bad")


@screen("tab", "asked for, and not answered yet")
async def asked(visit: Visit) -> None:
    visit.is_spent = True
    await visit.page.route_web_socket(re.compile("/socket$"), mute_after_a_command)
    await hosted(visit, "Ada Okafor", "Ben Sato")
    await visit.choose("More for {name}", "Set as speaker", name="Ada Okafor")
    await visit.shows("participant-row.pending")


def mute_after_a_command(browser: WebSocketRoute) -> None:
    """Carry what is said until the browser asks for a change, and no answer from then on."""
    server = browser.connect_to_server()
    asked = False

    def ask(message: str | bytes) -> None:
        nonlocal asked
        asked = asked or b"set_role" in (message.encode() if isinstance(message, str) else message)
        server.send(message)

    browser.on_message(ask)
    server.on_message(lambda message: None if asked else browser.send(message))


@screen("tab", "new hands, out of sight")
async def new_hands(visit: Visit) -> None:
    hall = await opened(visit)
    clients = await hall.fill(visit.stack, await hall.guest_link(), 24)
    await visit.enter(hall)
    await visit.page.locator("participant-group .more button").first.click()
    for _ in range(3):
        await visit.page.keyboard.press("PageDown")
    for name in ("Ada Okafor", "Ben Sato"):
        await clients[name].ask(c.RaiseHand())
    await visit.shows(".chip")


@screen("tab", "news of who waits")
async def knock(visit: Visit) -> None:
    hall = await opened(visit)
    url = await hall.guest_link()
    await hall.do("PUT", "/session/lock", {"is_locked": True})
    await visit.enter(hall)
    await visit.shows(ROW)
    await visit.bring(hall, url, "Lou Late")
    await visit.shows("toast-list .note")


@screen("tab", "somebody reconnects")
async def reconnecting(visit: Visit) -> None:
    _, [ada, _] = await hosted(visit, "Ada Okafor", "Ben Sato")
    ada.line.drop()
    await visit.shows("participant-row.away")


@screen("tab", "embedded")
async def embedded(visit: Visit) -> None:
    hall = await opened(visit)
    await hall.fill(visit.stack, await hall.guest_link(), 5)
    url = await visit.house.sign_in_url(
        "em", "Emma Embed", "em@example.org", entry_id=hall.entry_id, part="co_owner"
    )
    await visit.open(f"/embed#{url.partition('#')[2]}")
    await visit.shows(ROW)
