"""Scenario `browse`: a real browser scrolls through a room, and tells where it stalls or jumps.

Frames are those of the page itself. How much CPU its main thread takes for each comes from the
browser's own recording: that is much the same on a busy machine, on which frames are late for
other reasons. While nothing is scrolled it is measured as well: no page can do better there.
"""

import json
import shutil
import tempfile
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from playwright.async_api import Browser, CDPSession, Page, async_playwright

from load.process import LoadError, started_server
from load.sizes import seeded

WATCHING = (Path(__file__).parent / "browser.js").read_text("utf-8")
"""Run in a page with a Participants tab, it gives `watching.begin()` and `watching.end()`."""
BUDGET_MS = 1000 / 60
OPENING_MS = 120_000
"""A server that has just started reads a large room first."""
CATEGORIES = ["devtools.timeline", "disabled-by-default-devtools.timeline", "cc", "toplevel"]
FRAME = "ProxyMain::BeginMainFrame"
READING, SKIMMING = 800, 8_000
"""Pixels a second: 15 rows and 150."""


@dataclass(frozen=True, slots=True, kw_only=True)
class BrowsePlan:
    """What to do.

    Args:
        people: in the room.
        seconds: for how long each way of scrolling lasts.
    """

    people: int
    seconds: float
    tell: Callable[[str], None]


async def browse(plan: BrowsePlan) -> dict[str, Any]:
    """Scroll as somebody reads, as somebody skims, and by dragging the bar from end to end.

    Raises:
        LoadError: there is no browser.
    """
    with tempfile.TemporaryDirectory(prefix="usher-load-") as name:
        folder = Path(name)
        await seeded(folder, plan.people)
        plan.tell(f"{plan.people} people are in the room")
        async with (
            started_server({"USHER_DEMO": "0"}, folder) as server,
            _browser() as browser,
        ):
            page = await _entered(browser, server.host_url)
            return await _Reader(browser, page, plan).all()


@dataclass(slots=True)
class _Reader:
    """Somebody with a hand on the wheel."""

    browser: Browser
    page: Page
    plan: BrowsePlan

    async def all(self) -> dict[str, Any]:
        cdp = await self.page.context.new_cdp_session(self.page)
        ms = 1000 * self.plan.seconds

        async def drag() -> None:
            await self.page.evaluate("ms => watching.drag(ms)", ms)

        ways: dict[str, Callable[[], Awaitable[None]]] = {
            "rest": lambda: self.page.wait_for_timeout(ms),
            "read": lambda: self._wheel(cdp, READING),
            "skim": lambda: self._wheel(cdp, SKIMMING),
            "drag": drag,
        }
        found: dict[str, dict[str, Any]] = {}
        for name, way in ways.items():
            found[name] = await self._watched(way)
            self.plan.tell(f"{name}: {json.dumps(found[name])}")
        rest = found["rest"]["frames_per_s"]
        for one in found.values():
            one["frames_to_rest"] = round(one["frames_per_s"] / rest, 3)
        return {"scenario": "browse", "people": self.plan.people, "ways": found}

    async def _wheel(self, cdp: CDPSession, px_per_s: int) -> None:
        box = await self.page.locator("participants-list .groups").bounding_box()
        if box is None:
            raise LoadError("the list is not shown")
        gesture = {
            "x": box["x"] + box["width"] / 2,
            "y": box["y"] + box["height"] / 2,
            "yDistance": -round(px_per_s * self.plan.seconds),
            "speed": px_per_s,
            "gestureSourceType": "mouse",
            "preventFling": True,
        }
        await cdp.send("Input.synthesizeScrollGesture", gesture)

    async def _watched(self, way: Callable[[], Awaitable[None]]) -> dict[str, Any]:
        await self.browser.start_tracing(page=self.page, categories=CATEGORIES)
        await self.page.evaluate("watching.begin()")
        await way()
        seen = await self.page.evaluate("watching.end()")
        events = json.loads(await self.browser.stop_tracing())["traceEvents"]
        cpu = sorted(
            one["tdur"] / 1000 for one in events if one.get("name") == FRAME and "tdur" in one
        )
        frames = sorted(seen["frames_ms"])
        return {
            "frames_per_s": round(1000 * len(frames) / (sum(frames) or 1), 1),
            "frame_ms_p50": _part(frames, 0.5),
            "frame_ms_p99": _part(frames, 0.99),
            "cpu_ms_p50": _part(cpu, 0.5),
            "cpu_ms_p99": _part(cpu, 0.99),
            "cpu_over_budget": round(sum(one > BUDGET_MS for one in cpu) / (len(cpu) or 1), 4),
            "long_tasks": len(seen["long_tasks_ms"]),
            "shift": round(sum(one["value"] for one in seen["shifts"]), 5),
            "rows_most": seen["rows_most"],
            "outlines": round(seen["bare"] / (len(frames) or 1), 3),
        }


def _part(values: list[float], share: float) -> float:
    """The value below which so much of all lies; of sorted values."""
    return round(values[min(len(values) - 1, int(share * len(values)))], 2) if values else 0.0


@asynccontextmanager
async def _browser() -> AsyncIterator[Browser]:
    path = shutil.which("chromium")
    if path is None:
        raise LoadError("there is no chromium; `make test` installs it")
    async with async_playwright() as driver:
        browser = await driver.chromium.launch(executable_path=path, args=["--no-sandbox"])
        try:
            yield browser
        finally:
            await browser.close()


async def _entered(browser: Browser, host_url: str) -> Page:
    page = await browser.new_page(viewport={"width": 1280, "height": 860})
    page.set_default_timeout(OPENING_MS)
    await page.goto(host_url)
    await page.get_by_role("heading", name="Entries", exact=True).wait_for()
    at = urlsplit(host_url)
    await page.goto(f"{at.scheme}://{at.netloc}/e/e_demo-room")
    await page.get_by_role("button", name="Enter the room").click()
    await page.get_by_role("button", name="See more").first.click()
    await page.evaluate(WATCHING)
    return page
