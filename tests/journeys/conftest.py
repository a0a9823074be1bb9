"""People with browsers of their own: real headless Chromium, one profile for each person."""

import asyncio
import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
from playwright.async_api import Browser, BrowserContext, Page, async_playwright, expect
from playwright.async_api import Error as PlaywrightError
from pytest_asyncio import is_async_test

from tests.conftest import FAILED
from tests.journeys.apart import NODES, name_of, serving_apart
from tests.mailbox import Mailbox
from tests.running import RunningServer, Serve, running_server

BROWSER_ARGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
PATIENCE_MS = 30_000
LOOK_S = 5
"""For a look at what is there anyway: a test that has failed has little of its time left."""


@dataclass
class Person:
    """Somebody at a computer of their own."""

    context: BrowserContext
    page: Page
    faults: list[str] = field(default_factory=list)
    """What their browser complained about: script errors, refused resources."""


@dataclass
class People:
    """Makes people, each in a fresh browser profile."""

    browser: Browser
    everybody: list[Person] = field(default_factory=list)

    async def new(self, width: int = 1280, height: int = 860, **options: Any) -> Person:
        """Make somebody; `options` are those of Playwright's `new_context`."""
        context = await self.browser.new_context(
            viewport={"width": width, "height": height},
            **{"locale": "en-GB", **name_of(self.browser, len(self.everybody)), **options},
        )
        context.set_default_timeout(PATIENCE_MS)
        await context.grant_permissions(["clipboard-read", "clipboard-write"])
        page = await context.new_page()
        person = Person(context, page)
        page.on("pageerror", lambda error: person.faults.append(str(error)))
        page.on(
            "console",
            lambda message: (
                person.faults.append(message.text)
                if message.type == "error" and "Content Security Policy" in message.text
                else None
            ),
        )
        self.everybody.append(person)
        return person


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Have the journeys of a module share a loop, as they share a browser."""
    shared = pytest.mark.asyncio(loop_scope="module")
    for item in items:
        if Path(__file__).parent in item.path.parents and is_async_test(item):
            item.add_marker(shared, append=False)


# Machines that run these are shared and slow at times; what is awaited comes at once elsewhere.
expect.set_options(timeout=PATIENCE_MS)


@asynccontextmanager
async def launched() -> AsyncIterator[Browser]:
    """Run Debian's Chromium for the length of a block."""
    chromium = shutil.which("chromium")
    assert chromium, "Debian's chromium is missing; `make test` installs it"
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(
            executable_path=chromium, args=list(BROWSER_ARGS)
        )
        yield browser
        await browser.close()


@asynccontextmanager
async def people_in(browser: Browser, test: pytest.Item) -> AsyncIterator[People]:
    """Make people for one test, and ask at its end whether their pages had faults."""
    made = People(browser)
    yield made
    if test.stash.get(FAILED, False):
        for number, person in enumerate(made.everybody):
            seen = f"{person.page.url}\n{await seen_by(person.page)}"
            test.add_report_section("teardown", f"screen of person {number}", seen)
    for person in made.everybody:
        await person.context.close()
    assert [fault for person in made.everybody for fault in person.faults] == []


async def copied(page: Page, text: str) -> str:
    """Wait until what was copied has this text in it, and give all of it.

    The button is done before the clipboard has it, which may hold what another copied there.
    """
    await page.wait_for_function(
        "async (text) => (await navigator.clipboard.readText()).includes(text)", arg=text
    )
    whole: str = await page.evaluate("navigator.clipboard.readText()")
    return whole


async def seen_by(page: Page) -> str:
    """Give the words on a page, those of its components included; or why there are none."""
    try:
        async with asyncio.timeout(LOOK_S):
            return await page.locator("body").aria_snapshot()
    except (PlaywrightError, TimeoutError) as fault:
        return f"nothing: {fault}"


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def browser() -> AsyncIterator[Browser]:
    """One browser for a module, whose tests share a loop; profiles are fresh all the same."""
    # What is tried runs in other processes; a debugging loop here only slows the driver down.
    asyncio.get_running_loop().set_debug(enabled=False)
    async with launched() as running:
        yield running


@pytest_asyncio.fixture(loop_scope="module")
async def people(browser: Browser, request: pytest.FixtureRequest) -> AsyncIterator[People]:
    async with people_in(browser, request.node) as made:
        yield made


@pytest_asyncio.fixture(loop_scope="module")
async def mailbox() -> AsyncIterator[Mailbox]:
    async with Mailbox() as opened:
        yield opened


@pytest.fixture(scope="session")
def serve(request: pytest.FixtureRequest) -> Serve:
    """Run what journeys are about, for the length of a block: a server, or nodes."""
    if NODES == 1:
        return running_server
    return serving_apart(request.getfixturevalue("redis_url"))


@pytest_asyncio.fixture(loop_scope="module")
async def server(tmp_path: Path, mailbox: Mailbox, serve: Serve) -> AsyncIterator[RunningServer]:
    env = {"USHER_SMTP_URL": mailbox.url, "USHER_MAIL_FROM": "Usher <usher@example.org>"}
    async with serve(tmp_path, env) as running:
        yield running
