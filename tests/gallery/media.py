"""The media page of each kind of entry, for its owner, for a guest and for a stranger."""

from playwright.async_api import Locator, Page

from tests.gallery.doors import moment
from tests.gallery.house import Hall
from tests.gallery.screens import Visit, screen
from tests.gallery.windows import three_links

CONTENT = {
    "video": "/assets/demo/video.webm",
    "document": "/assets/demo/handout.pdf",
}
ABOUT = "A talk about doors: who may open which, for how long, and who sees who came in."


async def made(visit: Visit, kind: str) -> Hall:
    return await visit.house.entry(
        kind, "How guests get in", description=ABOUT, content_url=CONTENT.get(kind, "")
    )


async def shown(visit: Visit, hall: Hall) -> None:
    await visit.open(f"/e/{hall.entry_id}")
    await visit.shows("entry-page h1")
    if await visit.page.locator("pdf-viewer").count():
        await visit.shows("pdf-viewer canvas")


def of_kind(kind: str) -> None:
    words = kind.replace("_", " ")

    @screen("media", f"{words}, for its owner")
    async def owner(visit: Visit) -> None:
        await visit.as_host()
        await shown(visit, await made(visit, kind))

    @screen("media", f"{words}, for a guest")
    async def guest(visit: Visit) -> None:
        hall = await made(visit, kind)
        if kind not in CONTENT:
            await hall.start()
        await visit.join(await hall.guest_link())
        await shown(visit, hall)


for one in ("video", "document", "live_event", "room", "channel_room", "gallery_room"):
    of_kind(one)


@screen("media", "for a stranger")
async def stranger(visit: Visit) -> None:
    await shown(visit, await made(visit, "video"))


@screen("media", "for somebody else who is signed in")
async def somebody_else(visit: Visit) -> None:
    hall = await made(visit, "video")
    await visit.as_somebody("eve", "Eve Else", "eve@example.org")
    await shown(visit, hall)


@screen("media", "live now")
async def live(visit: Visit) -> None:
    hall = await (await made(visit, "room")).start()
    await hall.fill(visit.stack, await hall.guest_link(), 3)
    await visit.as_host()
    await shown(visit, hall)


@screen("media", "scheduled")
async def scheduled(visit: Visit) -> None:
    hall = await visit.house.entry("live_event", "Opening lecture", starts_at=moment(days=3))
    await visit.as_host()
    await shown(visit, hall)


@screen("media", "three dots")
async def menu(visit: Visit) -> None:
    await visit.as_host()
    await shown(visit, await made(visit, "video"))
    await visit.press("More actions")
    await visit.page.get_by_role("menu").wait_for()


@screen("media", "share")
async def share(visit: Visit) -> None:
    hall = await made(visit, "video")
    await three_links(hall)
    await visit.as_host()
    await shown(visit, hall)
    await visit.press("Share")
    await visit.dialog()


@screen("media", "settings")
async def settings(visit: Visit) -> None:
    await edited(visit, await made(visit, "room"))


async def edited(visit: Visit, hall: Hall) -> None:
    await visit.as_host()
    await shown(visit, hall)
    await visit.choose("More actions", "Edit…")
    await visit.dialog()


def control(page: Page, name: str) -> Locator:
    return page.locator(f"entry-settings [name={name}]")


@screen("media", "settings, with faults")
async def settings_faults(visit: Visit) -> None:
    await edited(visit, await made(visit, "video"))
    page = visit.page
    await control(page, "content_url").fill("files.example/talk.mp4")
    await control(page, "captions").fill("en")
    await page.locator("entry-settings button[type=submit]").click()
    await page.locator("entry-settings .fault").first.wait_for()


@screen("media", "settings, somebody else changed the same")
async def settings_clash(visit: Visit) -> None:
    hall = await made(visit, "room")
    await edited(visit, hall)
    await control(visit.page, "name").fill("How everybody gets in")
    await hall.do("PATCH", "", {"name": "How people get in"})
    await visit.page.locator("entry-settings .note button").wait_for()


@screen("media", "settings, collaborators")
async def settings_people(visit: Visit) -> None:
    hall = await made(visit, "document")
    for name in ("Vera Lang", "Omar Haddad"):
        account = name.split()[0].lower()
        part = {"name": name, "email": f"{account}@example.org", "part": "co_editor"}
        await hall.do("PUT", f"/collaborators/{account}", part)
    await edited(visit, hall)
    await visit.page.locator("entry-collaborators [data-account=vera]").wait_for()
    await visit.press("Remove {name}", name="Omar Haddad")
    await visit.page.locator("entry-collaborators [data-gone]").wait_for()


@screen("media", "is deleted")
async def deleted(visit: Visit) -> None:
    await visit.as_host()
    await shown(visit, await made(visit, "video"))
    await visit.choose("More actions", "Delete…")
    await visit.shows("confirm-dialog dialog:modal")
