"""`make gallery`: a picture of every screen in every look, and a page to look at them."""

import argparse
import asyncio
import shutil
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

from playwright.async_api import Error, async_playwright

from tests.gallery.house import House, open_house
from tests.gallery.page import write_page
from tests.gallery.screens import (
    ALL_LOOKS,
    USUAL_LOOKS,
    Look,
    Profiles,
    Screen,
    catalogue,
    visiting,
)
from tests.journeys.conftest import BROWSER_ARGS

FOLDER = Path(__file__).parents[2] / "gallery"
AT_ONCE = 3


def file_of(screen: Screen, look: Look) -> str:
    """Where a picture is kept."""
    name = "".join(one if one.isalnum() else "-" for one in screen.id)
    return f"{name}.{look}.png"


async def picture(screen: Screen, look: Look, house: House, profiles: Profiles) -> str | None:
    """Take one picture; say what hindered it."""
    async with visiting(house, profiles, look) as visit:
        try:
            await screen.reach(visit)
        except (Error, AssertionError, TimeoutError) as fault:
            said = str(fault).partition("\n")[0] or type(fault).__name__  # A timeout says nothing
            return f"{screen.id} ({look}): {said}"
        finally:
            await visit.page.screenshot(path=FOLDER / file_of(screen, look))
    return None


async def make(wanted: list[str], looks: Sequence[Look]) -> int:
    """Take all pictures that are wanted, and write the page."""
    screens = [one for one in catalogue() if not wanted or any(word in one.id for word in wanted)]
    FOLDER.mkdir(exist_ok=True)
    gate = asyncio.Semaphore(AT_ONCE)
    with tempfile.TemporaryDirectory() as folder:
        async with open_house(Path(folder)) as house, async_playwright() as driver:
            browser = await driver.chromium.launch(
                executable_path=shutil.which("chromium"), args=list(BROWSER_ARGS)
            )

            profiles = Profiles(browser, house.url)

            async def one(screen: Screen, look: Look) -> str | None:
                async with gate:
                    return await picture(screen, look, house, profiles)

            faults = await asyncio.gather(
                *(
                    one(screen, look)
                    for screen in screens
                    for look in (looks[:1] if screen.is_slow else looks)
                )
            )
            await browser.close()
    write_page(FOLDER, catalogue(), file_of)
    said = [fault for fault in faults if fault]
    sys.stdout.write("".join(f"{line}\n" for line in said))
    sys.stdout.write(f"{FOLDER / 'index.html'}\n")
    return 1 if said else 0


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.gallery", description=__doc__)
    parser.add_argument("wanted", nargs="*", help="parts of the names of screens; without: all")
    parser.add_argument(
        "--look",
        action="append",
        choices=[str(one) for one in ALL_LOOKS],
        metavar="SIZE-THEME-LANGUAGE",
        help="such as narrow-light-de; may be given several times",
    )
    given = parser.parse_args()
    looks = [one for one in ALL_LOOKS if str(one) in given.look] if given.look else USUAL_LOOKS
    sys.exit(asyncio.run(make(given.wanted, looks)))


if __name__ == "__main__":
    main()
