"""What has to be loaded: the guest's page, and the tab that other sites embed."""

import gzip
import logging
import re
from pathlib import Path

import pytest
from playwright.async_api import Response

from tests.gallery.house import open_house
from tests.journeys.conftest import People

DIST = Path(__file__).parents[2] / "web" / "dist"
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


def test_the_embedded_tab_is_small_with_everything_it_imports() -> None:
    module = DIST / "module" / "participants-tab.js"
    if not module.exists():
        pytest.fail("the module is not built: `npm run build` in web/ makes it")
    sizes = {path.name: zipped(path) for path in imported(module)}
    log.info("The embedded tab: %s", table(sizes))
    assert sum(sizes.values()) < TAB_BYTES, table(sizes)


def imported(path: Path) -> list[Path]:
    """A module, and all that it imports, and all that these import; not what it loads later."""
    found: list[Path] = []
    due = [path]
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
