"""The media page of each kind of entry, for its owner, for a guest and for a stranger."""

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


for one in ("video", "document", "live_event", "room"):
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
    await visit.as_host()
    await shown(visit, await made(visit, "room"))
    await visit.choose("More actions", "Edit…")
    await visit.dialog()
