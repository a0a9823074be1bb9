"""Every screen and state of the gallery's catalogue, looked at as machines can."""

import asyncio
import contextlib
import shutil
from collections.abc import AsyncIterator

import pytest
import pytest_asyncio
from playwright.async_api import ViewportSize, async_playwright

from tests.gallery import checks
from tests.gallery.house import House, open_house
from tests.gallery.screens import PHONE, Look, Profiles, Screen, Visit, catalogue, visiting
from tests.journeys.conftest import BROWSER_ARGS

AT_ONCE = 3
"""Screens under way at the same time; a little more than there are cores on a small machine."""
NARROWEST: ViewportSize = {"width": 320, "height": 640}
ZOOMED: ViewportSize = {"width": 320, "height": 256}
"""What is left of 1280 × 1024 px at 400 %."""
DESK: ViewportSize = {"width": 1280, "height": 860}
RIGHT_TO_LEFT = {
    "attendance/live",
    "attendance/the audit log",
    "doors/guest form",
    "doors/code entry",
    "gates/countdown of days",
    "room/speaker on stage",
    "room/the stage, while people call for the host",
    "room/viewer is invited to the stage",
    "tab/every group",
    "tab/menu of a person",
    "tab/several selected",
    "windows/invite users, several, some with faults",
    "windows/invite a list, preview with faults",
    "windows/guest access with three links",
    "windows/the ledger",
    "media/share",
    "media/video, for its owner",
    "pages/documentation",
    "pages/home",
    "tab/invited, not here",
    "windows/the ledger, several selected",
    "quiz/a question",
    "quiz/editor",
}
SCREENS = tuple(one for one in catalogue() if not one.is_slow)

Findings = dict[str, asyncio.Task[list[str]]]


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def findings(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[Findings]:
    """Look at all screens that are asked for, on one server and with one browser."""
    wanted = {
        item.callspec.id
        for item in request.session.items
        if isinstance(item, pytest.Function) and item.module is request.module
    }
    # What is looked at runs in other processes; a debugging loop only slows the driver down.
    asyncio.get_running_loop().set_debug(enabled=False)
    chromium = shutil.which("chromium")
    async with open_house(tmp_path_factory.mktemp("house")) as house, async_playwright() as driver:
        browser = await driver.chromium.launch(executable_path=chromium, args=list(BROWSER_ARGS))
        gate = asyncio.Semaphore(AT_ONCE)
        profiles = Profiles(browser, house.url)

        async def look(screen: Screen) -> list[str]:
            async with gate:
                return await looked_at(screen, house, profiles)

        tasks = {one.id: asyncio.create_task(look(one)) for one in SCREENS if one.id in wanted}
        yield tasks
        for task in tasks.values():
            task.cancel()
            with contextlib.suppress(asyncio.CancelledError, Exception):
                await task
        await browser.close()


async def looked_at(screen: Screen, house: House, profiles: Profiles) -> list[str]:
    async with visiting(house, profiles, PHONE) as visit:
        found = [f"{screen.id}, {one}" async for one in in_the_usual_looks(screen, visit)]
    if screen.id in RIGHT_TO_LEFT:
        async with visiting(house, profiles, Look("phone", "dark", "ar")) as visit:
            found += [f"{screen.id}, {one}" async for one in right_to_left(screen, visit)]
    return found


async def in_the_usual_looks(screen: Screen, visit: Visit) -> AsyncIterator[str]:
    """One way there, and all looks from there: by the size of the window and by its colours."""
    page = visit.page
    await screen.reach(visit)
    await checks.prepare(page)
    await page.set_viewport_size(NARROWEST)
    for one in await checks.axe(page) + await checks.reflow(page):
        yield f"320 px: {one}"
    for one in await checks.text_spacing(page):
        yield f"320 px: {one}"
    await page.set_viewport_size(DESK)
    await page.emulate_media(color_scheme="dark")
    for one in await checks.axe(page):
        yield f"desktop, dark: {one}"
    await page.emulate_media(color_scheme="light")
    for one in await checks.axe(page, "color-contrast"):
        yield f"desktop, light: {one}"
    await page.set_viewport_size(ZOOMED)
    for one in await checks.reflow(page) + await checks.focus(page):
        yield f"zoomed to 400 %: {one}"
    for fault in visit.faults:
        yield f"fault of a script: {fault}"


async def right_to_left(screen: Screen, visit: Visit) -> AsyncIterator[str]:
    page = visit.page
    await screen.reach(visit)
    await checks.prepare(page)
    for one in await checks.axe(page) + await checks.reflow(page):
        yield f"right to left: {one}"


@pytest.mark.parametrize("screen", SCREENS, ids=[one.id for one in SCREENS])
async def test_a_screen_is_for_everybody(screen: Screen, findings: Findings) -> None:
    faults = await findings[screen.id]
    assert not faults, "\n" + "\n".join(faults)
