"""The pages around: home, sign-in, outbox, nothing here."""

from tests.gallery.doors import moment
from tests.gallery.screens import Visit, screen


async def heading(visit: Visit) -> None:
    await visit.page.get_by_role("heading").first.wait_for()


@screen("pages", "home")
async def home(visit: Visit) -> None:
    hall = await visit.house.entry("room", "A room that is live")
    await hall.start()
    await visit.house.entry("live_event", "Opening lecture", starts_at=moment(days=3))
    await visit.as_host()
    await visit.open("/")
    await visit.shows("[data-entry]")


@screen("pages", "home, nothing yet")
async def home_empty(visit: Visit) -> None:
    await visit.as_somebody("new", "Nina New", "nina@example.org")
    await visit.open("/")
    await heading(visit)


@screen("pages", "home, for a stranger")
async def home_stranger(visit: Visit) -> None:
    await visit.open("/")
    await heading(visit)


@screen("pages", "sign-in link that does not work")
async def sign_in(visit: Visit) -> None:
    await visit.open("/sign-in#nonsense")
    await heading(visit)


@screen("pages", "outbox")
async def outbox(visit: Visit) -> None:
    hall = await visit.house.entry(starts_at=moment(days=3), ends_at=moment(days=3, hours=1))
    await hall.invite("ada@example.org", first_name="Ada", message="I would love to see you there.")
    await visit.as_host()
    await visit.open("/outbox")
    await visit.shows("[data-mail]")


@screen("pages", "nothing here")
async def not_found(visit: Visit) -> None:
    await visit.open("/nothing/here")
    await heading(visit)
