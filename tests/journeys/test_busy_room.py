"""A room with people in every group: what the host sees, on a desk and on a phone."""

import os
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from urllib.parse import urlsplit

from playwright.async_api import expect

from protocol import commands as c
from protocol.client import Client, connect
from tests.journeys.conftest import People
from tests.journeys.test_two_doors import choose, group, host_a_room, make_guest_link, row
from tests.running import RunningServer

README_PICTURE = Path(__file__).parent.parent.parent / "docs" / "room.png"
"""Replaced when `USHER_PICTURE` is set (`make picture`)."""

STILL = """() => Promise.all(document.getAnimations()
  .filter(({ effect }) => effect.getComputedTiming().iterations !== Infinity)
  .map((one) => one.finished))"""
"""Wait until nothing moves any more."""

NAMES = (
    "Ada Okafor",
    "Ben Sato",
    "Chiara Rossi",
    "Dmitri Volkov",
    "Élise Martin",
    "Farid Nasser",
    "Grace Kim",
    "Henrik Olsen",
)


@asynccontextmanager
async def guest(server: RunningServer, url: str, name: str) -> AsyncIterator[Client]:
    """A guest without a browser, through the same doors."""
    token = urlsplit(url).fragment.partition(".")[2]
    email = f"{name.split()[0].lower().replace('é', 'e')}@example.org"
    async with server.http() as http:
        form = {"token": token, "name": name, "email": email}
        answer = await http.post("/doors/guest", json=form)
        assert answer.status_code == 200, answer.text
    admitted = answer.json()
    socket = f"ws://127.0.0.1:{server.port}/api/v1/sessions/{admitted['session_id']}/socket"
    async with connect(socket, ticket=admitted["ticket"]) as client:
        await client.until(lambda one: one.you is not None)
        yield client


async def test_everybody_stands_in_the_right_group_on_a_desk_and_on_a_phone(
    server: RunningServer, people: People, tmp_path: Path
) -> None:
    person = await people.new()
    host = await host_a_room(server, person)
    url = await make_guest_link(host)
    async with AsyncExitStack() as stack:
        guests = {name: await stack.enter_async_context(guest(server, url, name)) for name in NAMES}
        for name in ("Ada Okafor", "Ben Sato"):
            await choose(host, f"More for {name}", "Invite to stage")
            await guests[name].until(lambda one: one.you is not None and one.you.stage == "offered")
            await guests[name].ask(c.AnswerStageOffer(is_accepted=True))
        await guests["Ada Okafor"].ask(c.SetMicrophone(is_on=True))
        await host.get_by_role("button", name="Join stage").click()
        await guests["Grace Kim"].ask(c.RaiseHand())
        await guests["Élise Martin"].ask(c.RaiseHand())
        await choose(host, "More for all participants", "Lock room")
        await stack.enter_async_context(guest(server, url, "Ingrid Late"))

        await expect(row(group(host, "waiting"), "Ingrid Late")).to_be_visible()
        await expect(group(host, "raised_hands").locator("[data-participant]")).to_have_count(2)
        await expect(row(group(host, "raised_hands"), "Grace Kim")).to_be_visible()
        await expect(group(host, "on_stage").locator("[data-participant]")).to_have_count(3)
        await expect(host.get_by_text("All participants (9)")).to_be_visible()
        names = await group(host, "viewers").locator("[data-participant] b").all_inner_texts()
        assert names == sorted(names)

        await host.mouse.move(300, 400)
        if os.environ.get("USHER_PICTURE"):
            await expect(host.get_by_text("was invited to the stage")).to_have_count(0)
            await host.evaluate(STILL)
            await host.screenshot(path=README_PICTURE)

        await host.set_viewport_size({"width": 320, "height": 640})
        width = await host.evaluate("document.documentElement.scrollWidth")
        assert width <= 320
        await host.screenshot(path=tmp_path / "phone.png", full_page=True)
