"""Both sides of a door: a host who works over REST, and joiners with their ways to join."""

import re
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from email.message import EmailMessage
from pathlib import Path
from typing import Any, Literal

import httpx
import pytest
from playwright.async_api import Locator, Page, expect

from tests.journeys.conftest import People, Person
from tests.journeys.test_keyboard import tab_to
from tests.mailbox import Mailbox
from tests.running import RunningServer

ROOM = "e_demo-room"
TITLE = "Weekly seminar"
SIZES = ((1280, 860), (360, 740), (320, 640), (320, 256))
"""A desktop, two phones, and what 400 % leaves of 1280 × 1024 px (WCAG 2.2, 1.4.10)."""


@dataclass(frozen=True)
class Way:
    """How somebody holds a page in their hands."""

    name: str
    width: int = 1280
    height: int = 860
    has_mouse: bool = True
    options: dict[str, Any] = field(default_factory=dict)


DESKTOP = Way("desktop")
PHONE = Way("phone", 320, 640, options={"has_touch": True, "is_mobile": True})
KEYBOARD = Way("keyboard", has_mouse=False)
every_way = pytest.mark.parametrize("way", [DESKTOP, PHONE, KEYBOARD], ids=lambda way: way.name)


@dataclass(frozen=True)
class Joiner:
    """Somebody before a door, who presses and types in their own way."""

    person: Person
    way: Way

    @property
    def page(self) -> Page:
        return self.person.page

    async def press(self, name: str, role: Literal["button", "link"] = "button") -> None:
        one = self.page.get_by_role(role, name=name, exact=True)
        await expect(one).to_be_enabled()
        await self.press_on(one)

    async def press_on(self, one: Locator) -> None:
        if not self.way.has_mouse:
            await tab_to(self.page, one)
            await self.page.keyboard.press("Enter")
        elif self.way is PHONE:
            await one.tap()
        else:
            await one.click()

    async def type(self, label: str, text: str) -> None:
        """Type into a field over what is there."""
        one = self.page.get_by_label(label, exact=True)
        if self.way.has_mouse:
            await one.fill(text)
            return
        await tab_to(self.page, one)
        await self.page.keyboard.press("Control+a")
        await self.page.keyboard.type(text)

    async def fill_guest_form(self, name: str, email: str) -> None:
        await self.type("Name", name)
        await self.type("E-mail", email)

    async def sees(self, words: str) -> None:
        await expect(self.page.get_by_text(words).first).to_be_visible()

    async def participant_id(self) -> str:
        """Who the server says they are, in the session whose page they are on."""
        found: str = await self.page.evaluate(
            """() => fetch("/api/v1/sessions/" + location.pathname.split("/")[2])
                 .then((answer) => answer.json()).then((you) => you.participant_id)"""
        )
        return found

    async def fits(self) -> None:
        """Nothing has to be scrolled sideways, in any size."""
        for width, height in SIZES:
            await self.page.set_viewport_size({"width": width, "height": height})
            await narrow_enough(self.page)
        await self.page.set_viewport_size({"width": self.way.width, "height": self.way.height})


async def narrow_enough(page: Page) -> None:
    wide = await page.evaluate(
        """() => {
          const width = document.documentElement.clientWidth;
          const out = [];
          const look = (root) => {
            for (const one of root.querySelectorAll("*")) {
              if (one.shadowRoot) look(one.shadowRoot);
              const style = getComputedStyle(one);
              const isHidden = style.clipPath !== "none" || style.visibility === "hidden";
              const box = one.getBoundingClientRect();
              const isOutside = box.right > width + 1 || box.left < -1;
              if (box.width > 0 && isOutside && !isHidden) out.push(one.outerHTML.slice(0, 120));
            }
          };
          look(document);
          const scrolls = document.scrollingElement.scrollWidth > width;
          return scrolls ? ["the page scrolls sideways", ...out] : out;
        }"""
    )
    assert wide == []


async def joiner(people: People, way: Way, **options: Any) -> Joiner:
    person = await people.new(way.width, way.height, **way.options, **options)
    return Joiner(person, way)


class Host:
    """The demo's host, over REST."""

    def __init__(self, http: httpx.AsyncClient) -> None:
        self.http = http

    async def ask(self, method: str, path: str, body: dict[str, Any] | None = None) -> Any:
        answer = await self.http.request(
            method, f"/entries/{ROOM}{path}", json={} if body is None else body
        )
        assert answer.status_code == 200, answer.text
        return answer.json()

    async def read(self, path: str) -> Any:
        answer = await self.http.get(f"/entries/{ROOM}{path}")
        assert answer.status_code == 200, answer.text
        return answer.json()

    async def set(self, **settings: Any) -> None:
        await self.ask("PATCH", "/settings", {"settings": settings, "only": list(settings)})

    async def schedule(self, in_s: float, *, length_s: float = 5_400) -> int:
        """Have the session begin in so many seconds; give the moment."""
        starts_at = int(time.time() + in_s) * 1000  # noqa: TID251 - for people, whose clock is the system's
        ends_at = starts_at + int(length_s * 1000)
        await self.ask("PATCH", "", {"starts_at": starts_at, "ends_at": ends_at})
        return starts_at

    async def start(self) -> None:
        await self.ask("POST", "/session/start")

    async def end(self) -> None:
        await self.ask("POST", "/session/end")

    async def lock(self, *, is_locked: bool = True) -> None:
        await self.ask("PUT", "/session/lock", {"is_locked": is_locked})

    async def make_link(self, name: str = "Open day", **limits: Any) -> dict[str, Any]:
        await self.ask("PUT", "/guest-access", {"is_on": True})
        await self.ask("POST", "/guest-links", {"name": name, **limits})
        return await self.link(name)

    async def link(self, name: str = "Open day") -> dict[str, Any]:
        links: list[dict[str, Any]] = (await self.read("/guest-access"))["links"]
        [found] = [link for link in links if link["name"] == name]
        return found

    async def invite(self, mailbox: Mailbox, email: str = "ada@example.org") -> str:
        """Invite somebody; give the URL out of the mail."""
        body = {"invitees": [{"email": email, "first_name": "Ada"}], "invitation_type": "speaker"}
        count = len(mailbox.messages)
        await self.ask("POST", "/invitations", body)
        return url_in((await mailbox.wait_for(count + 1))[count])

    async def invitation(self) -> dict[str, Any]:
        [row] = await self.read("/invitations")
        return dict(row)

    async def attended(self) -> list[dict[str, Any]]:
        """Everybody who was in the session, in the order in which they came."""
        session = (await self.read(""))["session_id"]
        answer = await self.http.get(f"/sessions/{session}/attendance?format=json")
        assert answer.status_code == 200, answer.text
        return list(answer.json()["people"])


@asynccontextmanager
async def hosting(server: RunningServer, url: str | None = None) -> AsyncIterator[Host]:
    """Have the host signed in; `url` is the address that others reach the server by."""
    async with server.http() as http:
        if url:
            http.headers["Origin"] = url
        await server.sign_in(http)
        yield Host(http)


def url_in(message: EmailMessage) -> str:
    found = re.search(r"http://\S+/join#i\.\S+", text_of(message))
    assert found
    return found.group()


def code_in(message: EmailMessage) -> str:
    """The code as it stands in the mail: with a space in the middle, or without."""
    found = re.search(r"\b\d{3}\s?\d{3}\b", text_of(message))
    assert found
    return found.group()


def text_of(message: EmailMessage) -> str:
    body = message.get_body(("plain",))
    assert body is not None
    return str(body.get_content())


def card(page: Page) -> Locator:
    """A refusal, or another end, as a page of its own."""
    return page.locator("problem-card, room-end").first


async def save(page: Page, link: Locator, folder: Path) -> Path:
    async with page.expect_download() as going:
        await link.click()
    got = await going.value
    path = folder / got.suggested_filename
    await got.save_as(path)
    return path
