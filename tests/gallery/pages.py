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


@screen("pages", "home, nothing found")
async def home_nothing_found(visit: Visit) -> None:
    await home(visit)
    await visit.page.get_by_role("searchbox").fill("nothing is called so")
    await visit.named("button", "Show all entries").wait_for()


@screen("pages", "create")
async def create(visit: Visit) -> None:
    await visit.as_host()
    await visit.open("/")
    await visit.press("Create")
    await visit.dialog()


@screen("pages", "create, with faults")
async def create_faults(visit: Visit) -> None:
    await create(visit)
    page = visit.page
    await page.locator("create-entry input[value=video]").check(force=True)
    await page.locator("create-entry input[name=content_url]").fill("files.example/talk.mp4")
    await page.locator("create-entry button[type=submit]").click()
    await page.locator("create-entry .fault").first.wait_for()


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


@screen("pages", "documentation")
async def documentation(visit: Visit) -> None:
    await visit.open("/docs#post-doors-guest")
    await visit.shows("details[open] doc-shape")


@screen("pages", "documentation, a message")
async def documentation_message(visit: Visit) -> None:
    await visit.open("/docs#server-snapshot")
    await visit.shows("details[open] doc-shape")
    await visit.page.get_by_role("searchbox").fill("snapshot")
    await visit.page.locator("details[open] doc-shape doc-shape summary").first.click()


@screen("pages", "documentation, a guide")
async def documentation_guide(visit: Visit) -> None:
    await visit.open("/docs/embed")
    await heading(visit)


@screen("pages", "operation")
async def operation(visit: Visit) -> None:
    hall = await visit.house.entry("room", "A room that is live")
    await hall.start()
    await visit.as_host()
    await visit.open("/operator")
    await visit.shows("[data-node]")
    await visit.shows("[data-room]")


@screen("pages", "webhooks")
async def webhooks(visit: Visit) -> None:
    """One that nobody answers, with its log open."""
    await visit.house.ask("POST", "/webhooks", {"url": "https://127.0.0.1/usher"})
    await visit.as_host()
    await visit.open("/operator/webhooks")
    card = visit.page.locator("webhook-card").first
    await card.get_by_role("button").first.click()
    await card.get_by_role("status").wait_for()
    await card.get_by_role("button", expanded=False).first.click()
    await card.locator("[data-delivery]").first.wait_for()


@screen("pages", "webhooks, one is added")
async def webhook_form(visit: Visit) -> None:
    await visit.as_host()
    await visit.open("/operator/webhooks")
    await visit.page.locator(".head > .button.primary").click()
    await visit.dialog()
    await visit.page.locator("webhook-form input[type=radio]").last.check()
    await visit.page.locator("webhook-form input[type=checkbox]").first.wait_for()


@screen("pages", "nothing here")
async def not_found(visit: Visit) -> None:
    await visit.open("/nothing/here")
    await heading(visit)


@screen("pages", "language and colours")
async def language(visit: Visit) -> None:
    await home_stranger(visit)
    await visit.page.locator("page-switch button").first.click()
    await visit.page.get_by_role("menu").wait_for()
