"""What is left of a secret link in a browser after it was used: nothing, wherever one looks.

History, titles, what pages keep for themselves, and everything that went over the wire in an
address or a Referer. What was typed or sent in a body is for the server alone.
"""

import json
from dataclasses import dataclass, field

from playwright.async_api import Page, Request, WebSocket, expect

from tests.journeys.conftest import People, Person
from tests.journeys.test_attendance import invite
from tests.journeys.test_two_doors import come_as_guest, host_a_room, link_in, make_guest_link
from tests.mailbox import Mailbox
from tests.running import RunningServer

KEPT = """async () => {
    const databases = indexedDB.databases ? await indexedDB.databases() : [];
    const caches_ = await caches.keys();
    return JSON.stringify([
        { ...localStorage }, { ...sessionStorage }, databases, caches_, document.referrer,
        document.title, window.name, history.state,
        performance.getEntries().map((one) => one.name),
    ]);
}"""


@dataclass
class Recording:
    """Everything that a browser has put into addresses and headers."""

    said: list[str] = field(default_factory=list)

    def of(self, person: Person) -> "Recording":
        person.page.on("request", self._request)
        person.page.on("websocket", self._socket)
        return self

    def _request(self, request: Request) -> None:
        # What stands behind the # is never sent; the driver tells it all the same.
        self.said.append(request.url.partition("#")[0])
        self.said.append(request.headers.get("referer", ""))

    def _socket(self, socket: WebSocket) -> None:
        self.said.append(socket.url)


async def left_behind(page: Page) -> str:
    """Walk back through the history, and read all that the pages there have kept."""
    found = [page.url, str(await page.evaluate(KEPT))]
    for _ in range(8):
        if await page.go_back() is None and page.url == found[-2]:
            break
        if page.url == "about:blank":
            break
        found += [page.url, str(await page.evaluate(KEPT))]
    return "\n".join(found)


async def test_no_token_is_left_in_a_browser_or_was_in_an_address(
    server: RunningServer, people: People, mailbox: Mailbox
) -> None:
    host_person, gus_person, ada_person = [await people.new() for _ in range(3)]
    recordings = [Recording().of(one) for one in (host_person, gus_person, ada_person)]
    secrets = {"sign-in token": server.host_url.partition("#")[2]}
    host = await host_a_room(server, host_person)
    url = await make_guest_link(host)
    secrets["guest link"] = url.partition("#g.")[2]
    await host.keyboard.press("Escape")
    gus = await come_as_guest(gus_person, url, "Gus Guest", "gus@example.org")
    await expect(gus.get_by_text("All participants (2)")).to_be_visible()
    await invite(host, "Ada", "ada@example.org")
    [mail] = await mailbox.wait_for(1)
    secrets["invite link"] = link_in(mail).partition("#i.")[2]
    ada = ada_person.page
    await ada.goto(link_in(mail))
    await ada.get_by_label("Your e-mail").fill("ada@example.org")
    await ada.get_by_role("button", name="Join").click()
    await expect(ada.get_by_text("All participants (3)")).to_be_visible()
    for person in (host_person, gus_person, ada_person):
        for cookie in await person.context.cookies():
            assert cookie.get("httpOnly"), cookie.get("name")
            secrets[f"cookie {cookie.get('name')}"] = str(cookie.get("value"))

    left = [await left_behind(page) for page in (host, gus, ada)]
    assert all(secrets.values())
    for name, secret in secrets.items():
        assert not [one for one in left if secret in one], f"{name} is left in a browser"
        said = [one for each in recordings for one in each.said]
        assert not [one for one in said if secret in one], f"{name} was in an address"
    # Looked for in the right places: the addresses of the pages are in all of them.
    assert json.dumps(left).count("/s/") >= 3
    assert any("/doors/guest" in one for one in recordings[1].said)
    assert any(one.startswith("ws://") for one in recordings[2].said)
