"""The server is killed with -9 while many people join and act."""

import asyncio
import itertools
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import httpx
import pytest

from protocol import commands as c
from protocol.client import Client, connect
from protocol.roles import Group
from protocol.views import Range, View, Window
from tests.running import RunningServer, running_server

PEOPLE = 200
ENTRY = "/entries/e_demo-room"
ONE_ROW = Window(groups={Group.VIEWERS: Range(count=1)})


@dataclass
class Guest:
    """One guest, and what the server has acknowledged to them."""

    number: int
    token: str
    participant_id: str = ""
    name: str = ""
    tried_name: str = ""
    """A name that was asked for and not yet acknowledged."""
    acknowledged: int = 0

    async def join(self, server: RunningServer) -> dict[str, Any]:
        """Complete the form, again and again until the server answers."""
        address = f"127.3.{self.number // 250}.{1 + self.number % 250}"
        form = {
            "token": self.token,
            "name": f"Guest {self.number}",
            "email": f"guest{self.number}@example.org",
        }
        async with server.http(address) as http:
            for _ in range(200):
                try:
                    answer = await http.post("/doors/guest", json=form)
                except httpx.HTTPError:
                    answer = None
                if answer is not None and answer.status_code == 200:
                    admitted: dict[str, Any] = answer.json()
                    self.participant_id = admitted["participant_id"]
                    self.name = form["name"]
                    return admitted
                await asyncio.sleep(0.1)
        raise AssertionError("never let in")

    async def act(self, client: Client, until: asyncio.Event) -> None:
        """Rename oneself over and over, and remember what was acknowledged."""
        for number in itertools.count():
            if until.is_set():
                return
            self.tried_name = f"Guest {self.number} the {number}"
            reply = await client.do(c.Rename(name=self.tried_name), timeout_s=60)
            if reply.is_done:
                self.name = self.tried_name
                self.acknowledged += 1
            await asyncio.sleep(0.05)


@pytest.mark.timeout(180)
async def test_nothing_acknowledged_is_lost_and_everybody_comes_back_as_who_they_were(
    tmp_path: Path,
) -> None:
    async with running_server(tmp_path, {"USHER_PING_MS": "1000"}) as server:
        async with server.http() as host:
            await server.sign_in(host)
            token = await _guest_link(host)
        guests = [Guest(number, token) for number in range(PEOPLE)]
        enough, checked = asyncio.Event(), asyncio.Event()
        views: list[View] = []
        async with asyncio.TaskGroup() as people:
            for guest in guests:
                people.create_task(_take_part(server, guest, enough, checked, views))
            for _ in range(3):
                await _until(lambda: sum(guest.acknowledged for guest in guests) > 100)
                for guest in guests:
                    guest.acknowledged = 0
                await server.kill()
                await server.start()
            await _until(lambda: sum(guest.acknowledged > 0 for guest in guests) == PEOPLE)
            enough.set()
            await _until(lambda: len(views) == PEOPLE)
            checked.set()
        assert all(view.counts.all == PEOPLE for view in views)


async def _guest_link(host: httpx.AsyncClient) -> str:
    settings = {"grace_s": 30, "seat_s": 120}
    for method, path, body in (
        ("PATCH", f"{ENTRY}/settings", {"settings": settings, "only": list(settings)}),
        ("POST", f"{ENTRY}/session/start", {}),
        ("PUT", f"{ENTRY}/guest-access", {"is_on": True}),
        ("POST", f"{ENTRY}/guest-links", {"name": "Everybody"}),
    ):
        answer = await host.request(method, path, json=body)
        assert answer.status_code == 200, answer.text
    links = (await host.get(f"{ENTRY}/guest-access")).json()["links"]
    return str(urlsplit(links[0]["url"]).fragment.partition(".")[2])


async def _take_part(
    server: RunningServer,
    guest: Guest,
    enough: asyncio.Event,
    checked: asyncio.Event,
    views: list[View],
) -> None:
    admitted = await guest.join(server)
    url = f"ws://127.0.0.1:{server.port}/api/v1/sessions/{admitted['session_id']}/socket"
    async with connect(url, ticket=admitted["ticket"], window=ONE_ROW, timeout_s=60) as client:
        await guest.act(client, enough)
        # The same person, under the name that was acknowledged last.
        await client.until(lambda one: one.you is not None and one.you.name == guest.name, 60)
        assert client.you is not None
        assert client.you.participant_id == guest.participant_id
        await client.until(lambda one: one.view is not None and one.view.counts.all == PEOPLE, 60)
        assert client.view is not None
        views.append(client.view)
        await checked.wait()


async def _until(condition: Any, timeout_s: float = 90) -> None:
    async with asyncio.timeout(timeout_s):
        while not condition():  # noqa: ASYNC110 - what it waits for happens in other processes
            await asyncio.sleep(0.05)
