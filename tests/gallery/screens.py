"""The catalogue: every screen and state, each with a way to bring a browser there.

A screen is one function under `@screen(area, name)` in one of the modules of this folder. It
gets a `Visit`, brings `visit.page` to the state, and returns when that can be seen.
"""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from importlib import import_module
from typing import Any, Literal
from urllib.parse import urlsplit

from playwright.async_api import Browser, BrowserContext, Locator, Page, expect

from protocol.client import Client
from protocol.ids import ParticipantId
from tests.gallery.house import Hall, House
from tests.gallery.words import called

PATIENCE_MS = 30_000
AREAS = (
    *("doors", "gates", "room", "tab", "windows", "media", "quiz", "attendance", "pages", "lti"),
)
MODULES = (
    *("attendance", "doors", "ledger", "lti", "media", "pages", "quiz", "room", "tab", "windows"),
)
SIZES = {"desktop": (1280, 860), "phone": (360, 740), "narrow": (320, 640)}
LANGUAGES = ("en", "ar", "de", "fr", "es", "he")

Theme = Literal["light", "dark"]


@dataclass(frozen=True, slots=True)
class Look:
    """How a screen is looked at."""

    size: str = "desktop"
    theme: Theme = "light"
    language: str = "en"

    def __str__(self) -> str:
        return f"{self.size}-{self.theme}-{self.language}"


DESKTOP = Look()
PHONE = Look(size="phone")
ALL_LOOKS = tuple(
    Look(size, theme, language)
    for size in SIZES
    for theme in ("light", "dark")
    for language in LANGUAGES
)
USUAL_LOOKS = tuple(
    look for look in ALL_LOOKS if look.size != "narrow" and look.language in ("en", "ar")
)
"""Both sizes, both themes, both directions: what is pictured unless other looks are asked for."""


@dataclass
class Visit:
    """A browser profile on its way to a screen; everything it opens is closed with it."""

    house: House
    look: Look
    stack: AsyncExitStack
    context: BrowserContext
    page: Page
    faults: list[str] = field(default_factory=list)
    """What the browser complained about."""
    participant_id: ParticipantId = field(default=ParticipantId(""))
    """Who the guest in the browser is in the room."""
    is_spent: bool = False
    """Something was done to the tab that cannot be undone: nobody uses it again."""

    def note(self, error: object) -> None:
        """Keep what the browser complained about."""
        self.faults.append(str(error))

    # --- who one is ------------------------------------------------------------------------

    async def as_host(self) -> None:
        """Be the host from now on."""
        await self.context.add_cookies(self.house.cookies())  # type: ignore[arg-type]

    async def as_somebody(self, account: str, name: str, email: str) -> None:
        """Be signed in as somebody else."""
        url = await self.house.sign_in_url(account, name, email)
        await self.post("/sign-in", {"token": urlsplit(url).fragment})

    async def post(self, path: str, body: Any = None) -> Any:
        """Ask as this browser does."""
        headers = {"Origin": self.house.url, "X-Usher": "1"}
        url = f"{self.house.url}/api/v1{path}"
        answer = await self.context.request.post(url, data=body or {}, headers=headers)
        assert answer.ok, f"{path}: {answer.status} {await answer.text()}"
        return await answer.json()

    # --- where one is ----------------------------------------------------------------------

    async def open(self, path: str) -> Page:
        """Open a page of the server, or a whole URL."""
        await self.page.goto(path if "://" in path else f"{self.house.url}{path}")
        return self.page

    async def enter(self, hall: Hall) -> Page:
        """Enter a room as the host."""
        await self.as_host()
        admitted = await self.post(f"/entries/{hall.entry_id}/enter")
        return await self.open(admitted["next"])

    async def join(self, url: str, name: str = "Gus Guest", email: str = "gus@example.org") -> Page:
        """Come as a guest; at a gate or inside."""
        token = urlsplit(url).fragment.partition(".")[2]
        form = {"token": token, "name": name, "email": email}
        admitted = await self.post("/doors/guest", form)
        self.participant_id = admitted["participant_id"]
        return await self.open(admitted["next"])

    async def bring(self, hall: Hall, url: str, *names: str) -> list[Client]:
        """Bring guests into the room, without browsers."""
        return [await self.stack.enter_async_context(hall.guest(url, name)) for name in names]

    async def host_of(self, hall: Hall) -> Client:
        """The host inside, without a browser."""
        return await self.stack.enter_async_context(hall.connected(await hall.enter()))

    # --- what one does and sees; names are the English ones, and found in any language ------

    def named(self, role: str, english: str, **values: str) -> Locator:
        """Controls of a role by their name."""
        name = called(english, self.look.language, **values)
        return self.page.get_by_role(role, name=name)  # type: ignore[arg-type]

    async def press(self, english: str, role: str = "button", **values: str) -> None:
        await self.named(role, english, **values).first.click()

    async def choose(self, menu: str, item: str, **values: str) -> None:
        """Open a menu by its button, and choose an item."""
        await self.press(menu, **values)
        kinds = ("menuitem", "menuitemcheckbox", "menuitemradio")
        first, *others = (self.named(kind, item) for kind in kinds)
        for other in others:
            first = first.or_(other)
        await first.first.click()

    async def sees(self, text: str) -> None:
        """Wait for a text that people or tests wrote."""
        await expect(self.page.get_by_text(text).first).to_be_visible(timeout=PATIENCE_MS)

    async def sees_words(self, english: str) -> None:
        """Wait for a text of ours."""
        await self.page.get_by_text(called(english, self.look.language)).first.wait_for()

    async def shows(self, selector: str) -> None:
        await self.page.locator(selector).first.wait_for()

    async def dialog(self) -> None:
        """Wait for a window."""
        await self.page.locator("dialog:modal").last.wait_for()


Reach = Callable[[Visit], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class Screen:
    """One state of one screen.

    Args:
        is_slow: takes seconds to reach; looked at in fewer looks.
    """

    area: str
    name: str
    reach: Reach
    is_slow: bool = False

    @property
    def id(self) -> str:
        return f"{self.area}/{self.name}"


SCREENS: list[Screen] = []


def screen(area: str, name: str, *, is_slow: bool = False) -> Callable[[Reach], Reach]:
    """Put a screen into the catalogue."""
    assert area in AREAS, area

    def add(reach: Reach) -> Reach:
        assert all((one.area, one.name) != (area, name) for one in SCREENS), f"{area}/{name} twice"
        SCREENS.append(Screen(area, name, reach, is_slow))
        return reach

    return add


def catalogue() -> tuple[Screen, ...]:
    """All screens, in the order of their areas."""
    for module in MODULES:
        import_module(f"tests.gallery.{module}")
    return tuple(sorted(SCREENS, key=lambda one: AREAS.index(one.area)))


@dataclass
class Profiles:
    """Browser profiles, each with one tab, that are used again by one visit after another.

    What a visit leaves behind is taken away. What stays is the process of the tab, and what the
    browser keeps of scripts and styles: most of what it takes to open a page in a fresh profile.
    """

    browser: Browser
    origin: str
    idle: dict[Look, list[Page]] = field(default_factory=dict)

    @asynccontextmanager
    async def visit(self, house: House, look: Look) -> AsyncIterator[Visit]:
        """Give a tab in which nobody was before, as far as a page can tell."""
        waiting = self.idle.setdefault(look, [])
        page = waiting.pop() if waiting else await self._made(look)
        try:
            async with AsyncExitStack() as stack:
                visit = Visit(house, look, stack, page.context, page)
                page.on("pageerror", visit.note)
                yield visit
                page.remove_listener("pageerror", visit.note)
            await self._clean(page, look)
        except BaseException:
            await page.context.close()
            raise
        if visit.is_spent:
            await page.context.close()
        else:
            waiting.append(page)

    async def _clean(self, page: Page, look: Look) -> None:
        context = page.context
        for other in context.pages:
            if other is not page:
                await other.close()
        # First of all away from it: a page that waits for its line would go on when it is back.
        await page.goto("about:blank")
        await page.unroute_all()
        await context.set_offline(offline=False)
        await context.clear_cookies()
        # Storage is cleared from a page of its origin, and nothing of ours runs in this one.
        await page.goto(f"{self.origin}/healthz")
        await page.evaluate("() => { localStorage.clear(); sessionStorage.clear(); }")
        width, height = SIZES[look.size]
        await page.set_viewport_size({"width": width, "height": height})
        await page.emulate_media(color_scheme=look.theme, reduced_motion="reduce")

    async def _made(self, look: Look) -> Page:
        width, height = SIZES[look.size]
        context = await self.browser.new_context(
            viewport={"width": width, "height": height},
            color_scheme=look.theme,
            locale=look.language,
            timezone_id="Europe/Berlin",
            reduced_motion="reduce",
            has_touch=look.size != "desktop",
        )
        context.set_default_timeout(PATIENCE_MS)
        page = await context.new_page()
        # A form that asks before it is left is left all the same.
        page.on("dialog", lambda asked: asked.accept())
        return page


@asynccontextmanager
async def visiting(house: House, profiles: Profiles, look: Look) -> AsyncIterator[Visit]:
    """Have a browser profile for one screen."""
    async with profiles.visit(house, look) as visit:
        yield visit
