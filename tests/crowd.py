"""A crowd of guests who join, act, and remember what was acknowledged to them."""

import asyncio
import itertools
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

import httpx

from protocol import commands as c
from protocol.client import Client, connect
from protocol.roles import Group
from protocol.views import Range, View, Window
from tests.running import RunningServer

log = logging.getLogger(__name__)
"""Tells how long people waited to those who ask: `pytest --log-cli-level=info`."""

ENTRY = "/entries/e_demo-room"
ONE_ROW = Window(groups={Group.VIEWERS: Range(count=1)})
PAUSE_S = 0.05


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
    refused: int = 0
    client: Client | None = None

    @property
    def is_stale(self) -> bool:
        """Say whether the server has said that what they see may be out of date."""
        return self.client is not None and self.client.state.is_stale

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
            else:
                self.refused += 1
            await asyncio.sleep(PAUSE_S)


@dataclass
class Crowd:
    """Guests of one room, on one server or on many.

    Args:
        people: how many.
    """

    server: RunningServer
    people: int
    guests: list[Guest] = field(default_factory=list)
    views: list[View] = field(default_factory=list)
    _enough: asyncio.Event = field(default_factory=asyncio.Event)
    _checked: asyncio.Event = field(default_factory=asyncio.Event)

    @asynccontextmanager
    async def inside(self) -> AsyncIterator["Crowd"]:
        """Have everybody come in and act, until the block is left; then look at who is there."""
        # What is tried runs in other processes; a debugging loop here only slows the crowd down.
        asyncio.get_running_loop().set_debug(enabled=False)
        async with self.server.http() as host:
            await self.server.sign_in(host)
            token = await guest_link(host)
        self.guests = [Guest(number, token) for number in range(self.people)]
        async with asyncio.TaskGroup() as tasks:
            for guest in self.guests:
                tasks.create_task(self._take_part(guest))
            yield self
            await self.everybody_acts()
            self._enough.set()
            await until(lambda: len(self.views) == self.people)
            self._checked.set()
        assert all(view.counts.all == self.people for view in self.views)

    async def many_act(self) -> None:
        """Wait until about half as many changes as people were acknowledged from now on."""
        before = self._acknowledged()
        await until(lambda: self._acknowledged() - before > self.people / 2)

    async def everybody_acts(self) -> float:
        """Wait until everybody had a change acknowledged from now on; return the seconds."""
        begun = asyncio.get_running_loop().time()
        before = [guest.acknowledged for guest in self.guests]
        await until(
            lambda: all(
                guest.acknowledged > count for guest, count in zip(self.guests, before, strict=True)
            )
        )
        seconds = asyncio.get_running_loop().time() - begun
        log.info("everybody had a change acknowledged after %.1f s", seconds)
        return seconds

    def _acknowledged(self) -> int:
        return sum(guest.acknowledged for guest in self.guests)

    async def _take_part(self, guest: Guest) -> None:
        admitted = await guest.join(self.server)
        url = f"ws://127.0.0.1:{self.server.port}/api/v1/sessions/{admitted['session_id']}/socket"
        async with connect(url, ticket=admitted["ticket"], window=ONE_ROW, timeout_s=60) as client:
            guest.client = client
            await guest.act(client, self._enough)
            # The same person, under the name that was acknowledged last.
            await client.until(lambda one: one.you is not None and one.you.name == guest.name, 60)
            assert client.you is not None
            assert client.you.participant_id == guest.participant_id
            await client.until(
                lambda one: one.view is not None and one.view.counts.all == self.people, 60
            )
            assert client.view is not None
            self.views.append(client.view)
            await self._checked.wait()


async def guest_link(host: httpx.AsyncClient) -> str:
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


async def until(condition: Any, timeout_s: float = 90) -> None:
    async with asyncio.timeout(timeout_s):
        while not condition():  # noqa: ASYNC110 - what it waits for happens in other processes
            await asyncio.sleep(0.05)
