"""What has to be loaded: the guest's page, and the tab that other sites embed."""

import gzip
import logging
import re
from pathlib import Path

import pytest
from playwright.async_api import Page, Response

from tests.gallery.house import open_house
from tests.journeys.conftest import People

MODULE = Path(__file__).parents[2] / "web" / "dist" / "module" / "participants-tab.js"
GUEST_PAGE_BYTES = 100_000
TAB_BYTES = 60_000
STATIC = re.compile(r'(?:\bimport|\bfrom)\s*["\'](\./[^"\']+)["\']')

log = logging.getLogger(__name__)
"""Tells the sizes to those who ask: `pytest --log-cli-level=info`."""


async def test_the_guest_page_loads_with_few_bytes(people: People, tmp_path: Path) -> None:
    async with open_house(tmp_path) as house:
        hall = await (await house.entry()).start()
        url = await hall.guest_link()
        guest = await people.new()
        sizes: dict[str, int] = {}
        requests: dict[str, str] = {}
        cdp = await guest.context.new_cdp_session(guest.page)
        await cdp.send("Network.enable")
        cdp.on(
            "Network.requestWillBeSent",
            lambda it: requests.__setitem__(it["requestId"], it["request"]["url"]),
        )
        cdp.on(
            "Network.loadingFinished",
            lambda it: sizes.__setitem__(requests[it["requestId"]], int(it["encodedDataLength"])),
        )
        failed: list[Response] = []
        guest.page.on("response", lambda one: failed.append(one) if one.status >= 400 else None)
        await guest.page.goto(url)
        await guest.page.locator("input[type=email]").wait_for()
        await guest.page.wait_for_load_state("networkidle")
        assert failed == []
        log.info("The guest page: %s", table(sizes))
        assert sum(sizes.values()) < GUEST_PAGE_BYTES, table(sizes)
        # Nothing is left out by a mistake of the measuring: the page itself, and a script.
        assert len(sizes) > 3


@pytest.mark.parametrize("language", ["en", "es", "de", "fr", "ar", "he"])
def test_the_embedded_tab_is_small_with_everything_it_imports_and_says(language: str) -> None:
    sizes = {path.name: zipped(path) for path in of_the_tab(language)}
    log.info("The embedded tab in %s: %s", language, table(sizes))
    assert sum(sizes.values()) < TAB_BYTES, table(sizes)


@pytest.mark.parametrize("language", ["en", "es", "de", "fr", "ar", "he"])
def test_it_stays_small_for_those_who_have_to_wait_at_a_gate(language: str) -> None:
    sizes = {path.name: zipped(path) for path in of_the_tab(language, "room-gate")}
    log.info("The embedded tab with its gate in %s: %s", language, table(sizes))
    assert sum(sizes.values()) < TAB_BYTES, table(sizes)


def modules(page: Page) -> set[str]:
    """The files of the embedded tab that a page asks for from now on, its frames left out."""
    found: set[str] = set()
    page.on(
        "request",
        lambda one: (
            found.add(one.url.rpartition("/")[2])
            if "/module/" in one.url and one.frame is page.main_frame
            else None
        ),
    )
    return found


def of_the_tab(language: str, *later: str) -> list[Path]:
    """All that a first visit in one language loads; test_embed.py has a browser confirm it.

    Args:
        later: names of parts that come when they are needed, and are needed.
    """
    if not MODULE.exists():
        pytest.fail("the module is not built: `npm run build` in web/ makes it")
    parts = [path for name in later for path in MODULE.parent.glob(f"{name}-*.js")]
    assert len(parts) == len(later)
    code = imported(MODULE, *parts)
    words = [path.parent / name for path in code for name in said(path, language)]
    assert len(words) > 3
    return imported(*code, *words)


def said(path: Path, language: str) -> list[str]:
    """The files of words in a language that a module loads as soon as it runs."""
    return re.findall(
        rf"/{language}\.json[^,]*?(\./{language}-[\w-]+\.js)", path.read_text("utf-8")
    )


def imported(*paths: Path) -> list[Path]:
    """Modules, and all that they import, and all that these import; not what they load later."""
    found: list[Path] = []
    due = list(paths)
    while due:
        one = due.pop()
        if one not in found:
            found.append(one)
            due += [one.parent / name for name in STATIC.findall(one.read_text("utf-8"))]
    return found


def zipped(path: Path) -> int:
    return len(gzip.compress(path.read_bytes(), 9))


def table(sizes: dict[str, int]) -> str:
    """Sizes by name, the largest first."""
    rows = sorted(sizes.items(), key=lambda one: -one[1])
    lines = [f"{size:>9,}  {name.rpartition('/')[2] or name}" for name, size in rows]
    return "\n".join(["", *lines, f"{sum(sizes.values()):>9,}  all"])
