"""Every kind of media page, as each kind of person finds it: what there is to do, and for whom."""

from collections.abc import AsyncIterator
from urllib.parse import urlsplit

import pytest
import pytest_asyncio
from playwright.async_api import Browser, Page, expect

from tests.gallery.house import Hall, House, open_house
from tests.gallery.screens import DESKTOP, SIZES, Profiles, Visit, visiting
from tests.running import Serve

SHOWN = ("video", "document", "quiz")
DOORS_OUTSIDE = (*SHOWN, "live_event", "room")
DOORS_INSIDE = ("channel_room", "gallery_room")
CONTENT = {
    "video": "/assets/demo/video.webm",
    "document": "/assets/demo/handout.pdf",
    "quiz": "/assets/demo/handout.pdf",
}
STAFF = ("owner", "co_editor")
OTHERS = ("invitee", "guest")


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def house(tmp_path_factory: pytest.TempPathFactory, serve: Serve) -> AsyncIterator[House]:
    async with open_house(tmp_path_factory.mktemp("house"), serve=serve) as opened:
        yield opened


def menu_of(kind: str, person: str) -> list[str]:
    """What stands behind the three dots, from the top."""
    if person not in STAFF:
        return []
    doors = ["Invite users", "Manage guest access", "Invitations"]
    return [
        *(doors if kind in DOORS_OUTSIDE else []),
        *("Edit…", "Blocked people", "Attendance", "Audit log"),
        *([] if kind in SHOWN else ["Start session"]),
        *(["Delete…"] if person == "owner" else []),
    ]


def share_of(kind: str, person: str) -> list[str]:
    doors = person in STAFF and kind in DOORS_OUTSIDE
    return [*(["Invitations", "Guest links"] if doors else []), "Page address"]


def types_of(kind: str) -> list[str]:
    """As what one may invite."""
    return ["Viewer", "Collaborator"] if kind in SHOWN else ["Viewer", "Speaker", "Moderator"]


async def become(visit: Visit, hall: Hall, person: str) -> None:
    """Come to the entry in the way that makes somebody this kind of person."""
    if person == "owner":
        await visit.as_host()
    elif person == "invitee":
        token = urlsplit(await hall.invite("ida@example.org", "viewer")).fragment.partition(".")[2]
        await visit.post("/doors/invitation", {"token": token, "email": "ida@example.org"})
    elif person == "guest":
        token = urlsplit(await hall.guest_link()).fragment.partition(".")[2]
        form = {"token": token, "name": "Gus Guest", "email": "gus@example.org"}
        await visit.post("/doors/guest", form)
    else:
        account = f"{person}-of-{hall.entry_id}".lower()
        about = {"entry_id": hall.entry_id, "part": person}
        url = await hall.house.sign_in_url(account, "Cora", f"{account}@example.org", **about)
        await visit.post("/sign-in", {"token": urlsplit(url).fragment})


@pytest.mark.parametrize("kind", [*DOORS_OUTSIDE, *DOORS_INSIDE])
@pytest.mark.parametrize("person", [*STAFF, *OTHERS])
async def test_a_media_page_offers_to_each_what_is_theirs(
    house: House, browser: Browser, kind: str, person: str
) -> None:
    async with visiting(house, Profiles(browser, house.url), DESKTOP) as visit:
        hall = await house.entry(kind, "Harbours", content_url=CONTENT.get(kind, ""))
        await become(visit, hall, person)
        page = await visit.open(f"/e/{hall.entry_id}")
        await sees_the_entry(page, kind, person)
        for width, height in SIZES.values():
            await page.set_viewport_size({"width": width, "height": height})
            # A document is fitted anew a moment after the window has its size.
            await page.wait_for_function("document.scrollingElement.scrollWidth <= innerWidth")
            assert await menu(page) == menu_of(kind, person)
            await page.get_by_role("button", name="Share").click()
            await expect(page.get_by_role("dialog", name="Share")).to_be_visible()
            window = page.locator("share-window")
            await expect(window.get_by_role("heading", level=3)).to_have_text(
                share_of(kind, person)
            )
            address = window.get_by_role("textbox").last
            await expect(address).to_have_value(f"{house.url}/e/{hall.entry_id}")
            if "Invitations" in share_of(kind, person):
                await window.get_by_role("button", name="Invite users").click()
                choices = page.locator("invite-users").get_by_role("radio")
                await expect(choices).to_have_count(len(types_of(kind)))
                for name in types_of(kind):
                    await expect(page.get_by_role("radio", name=name, exact=True)).to_be_visible()
            await page.keyboard.press("Escape")
            await expect(page.get_by_role("dialog")).to_have_count(0)
        assert visit.faults == []


async def sees_the_entry(page: Page, kind: str, person: str) -> None:
    """The content itself or the way into the room, and for those who lead it who is there."""
    await expect(page.get_by_role("heading", name="Harbours", level=1)).to_be_visible()
    content = {"video": "video", "document": "pdf-viewer", "quiz": "entry-quiz"}
    if kind in SHOWN:
        await expect(page.locator(content[kind]).first).to_be_visible()
        here = page.get_by_text("On this page now")
        await (expect(here).to_be_visible() if person in STAFF else expect(here).to_have_count(0))
        return
    await expect(page.get_by_role("button", name="Enter the room")).to_be_visible()
    start = page.get_by_role("main").get_by_role("button", name="Start session")
    await expect(start).to_have_count(1 if person in STAFF else 0)
    inside = page.get_by_text("managed inside, in the Participants tab")
    await expect(inside).to_have_count(1 if person in STAFF and kind in DOORS_INSIDE else 0)


async def menu(page: Page) -> list[str]:
    """The items behind the three dots; none where there are no dots."""
    dots = page.get_by_role("button", name="More actions")
    if not await dots.count():
        return []
    await dots.click()
    await page.get_by_role("menuitem").first.wait_for()
    items = await page.get_by_role("menuitem").all_inner_texts()
    await page.keyboard.press("Escape")
    return items
