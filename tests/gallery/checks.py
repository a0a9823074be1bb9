"""What is asked of every screen: axe, reflow, text spacing, and a focus that can be followed."""

from pathlib import Path
from typing import Any

from playwright.async_api import Frame, Page

AXE = Path(__file__).parents[2] / "web" / "node_modules" / "axe-core" / "axe.min.js"
OURS = Path(__file__).parent / "checks.js"

TAGS = ("wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice")
MOST_STOPS = 60
"""A window of a few dozen controls is gone through whole."""


async def prepare(page: Page | Frame) -> None:
    """Put what checks into a page; over the debugger, which no policy of the page hinders."""
    await page.evaluate(AXE.read_text("utf-8"))
    await page.evaluate(OURS.read_text("utf-8"))


async def axe(page: Page | Frame, *rules: str) -> list[str]:
    """Violations of WCAG 2.0 to 2.2, A and AA, and of good practice; or of some rules alone."""
    found: list[str] = await page.evaluate(
        "([tags, rules]) => window.gallery.violations(tags, rules)", [list(TAGS), list(rules)]
    )
    return [f"axe: {one}" for one in found]


async def reflow(page: Page | Frame) -> list[str]:
    """What needs scrolling in two directions, or is cut off (WCAG 1.4.10)."""
    found: list[str] = await page.evaluate(
        "() => [...window.gallery.outside(), ...window.gallery.cut()]"
    )
    return [f"reflow: {one}" for one in found]


async def text_spacing(page: Page) -> list[str]:
    """What is lost when readers set lines and letters further apart (WCAG 1.4.12)."""
    found: list[str] = await page.evaluate(
        "() => window.gallery.whenSpaced(() => [...gallery.outside(), ...gallery.cut()])"
    )
    return [f"text spacing: {one}" for one in found]


STOP = """async () => {
  let at = window.gallery.stop();
  // What has the focus is scrolled to within the next frames.
  for (let frame = 0; at?.faults.length && frame < 60; frame += 1) {
    await new Promise((done) => requestAnimationFrame(done));
    at = window.gallery.stop();
  }
  return at;
}"""


async def focus(page: Page) -> list[str]:
    """Go through everything with Tab: never out of sight, never unmarked (WCAG 2.4.7, 2.4.11)."""
    found: list[str] = []
    seen: set[str] = set()
    if await page.get_by_role("menu").count():
        # A menu is gone through with arrows, and Tab would only close it.
        await page.keyboard.press("Escape")
    for _ in range(MOST_STOPS):
        await page.keyboard.press("Tab")
        at: dict[str, Any] | None = await page.evaluate(STOP)
        if at is None or at["name"] in seen:
            break
        seen.add(at["name"])
        found += [f"focus: {at['name']} {fault}" for fault in at["faults"]]
    return found
