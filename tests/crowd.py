"""A crowd of guests who join, act, and remember what was acknowledged to them.

Each change is a command with an id, and the log keeps the id of each: in the end every one that was
acknowledged has to be there, once. And every node has to show what follows from the log.
"""

import asyncio
import itertools
import logging
import secrets
from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

import httpx

from protocol import commands as c
from protocol.client import Client, Options, Room, connect
from protocol.errors import ErrorCode
from protocol.ids import CommandId, RoomId
from protocol.messages import ServerMessage
from protocol.roles import Group, Presence
from protocol.views import MAX_ROWS, Range, View, Window
from tests.nodes import at_node
from tests.running import RunningServer
from tests.witness import Witness, agree, window_of, witnessed

log = logging.getLogger(__name__)
"""Tells how long people waited to those who ask: `pytest --log-cli-level=info`."""

ROOM = RoomId("e_demo-room")
ENTRY = f"/entries/{ROOM}"
ONE_ROW = Window(groups={Group.VIEWERS: Range(count=1)})
EVERYBODY = Window(groups=dict.fromkeys(Group, Range(count=MAX_ROWS)))
PATIENT = {"grace_s": 30, "seat_s": 120}
PAUSE_S = 0.05
CHANGES_PER_S = 400
"""Of all together, at most: what is tried is not how much a machine can do."""
PATIENCE_S = 120
NOT_NOW = {ErrorCode.OVERLOADED, ErrorCode.RESTARTING}
"""After these the same command may be given again, under its id."""


@dataclass
class Guest:
    """One guest, and what the server has acknowledged to them."""

    number: int
    token: str
    ticket: str = ""
    participant_id: str = ""
    name: str = ""
    pause_s: float = PAUSE_S
    acknowledged: list[CommandId] = field(default_factory=list)
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
                    self.ticket = admitted["ticket"]
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
            name = f"Guest {self.number} the {number}"
            if await self._insist(client, c.Rename(name=name)):
                self.name = name
            await asyncio.sleep(self.pause_s)

    async def _insist(self, client: Client, command: c.Rename) -> bool:
        """Give a command, under one id, until it is acknowledged, or refused for good."""
        command_id = CommandId(secrets.token_urlsafe(12))
        while True:
            reply = await client.do(command, command_id, PATIENCE_S)
            if reply.is_done:
                self.acknowledged.append(command_id)
                return True
            self.refused += 1
            if reply.problem is None or reply.problem.code not in NOT_NOW:
                return False
            await asyncio.sleep(PAUSE_S)


@dataclass
class Crowd:
    """Guests of one room, on one server or on many, and a host who watches them.

    Args:
        people: how many guests.
    """

    server: RunningServer
    people: int
    guests: list[Guest] = field(default_factory=list)
    views: list[View] = field(default_factory=list)
    commands: set[CommandId] = field(default_factory=set)
    """Those in the log in the end."""
    lost: set[CommandId] = field(default_factory=set)
    """Acknowledged, and not in the log in the end."""
    counts: set[int] = field(default_factory=set)
    """How many people the host has seen inside, since all were there."""
    presences: set[Presence] = field(default_factory=set)
    """How the host has seen them since then."""
    cookies: httpx.Cookies = field(default_factory=httpx.Cookies)
    """Of the host."""
    session_id: str = ""
    _host: Room | None = None
    _enough: asyncio.Event = field(default_factory=asyncio.Event)
    _checked: asyncio.Event = field(default_factory=asyncio.Event)

    @property
    def all(self) -> int:
        """Count the host in."""
        return self.people + 1

    @property
    def nodes(self) -> list[RunningServer]:
        """List the processes that serve now."""
        return [one for one in getattr(self.server, "nodes", [self.server]) if one.is_running]

    @property
    def acknowledged(self) -> set[CommandId]:
        """List all that was acknowledged so far."""
        return {one for guest in self.guests for one in guest.acknowledged}

    @property
    def refused(self) -> int:
        """Count the refusals so far."""
        return sum(guest.refused for guest in self.guests)

    @asynccontextmanager
    async def inside(self, *, may_lose: bool = False) -> AsyncIterator["Crowd"]:
        """Have everybody come in and act, until the block is left; then look at what is there.

        Args:
            may_lose: what was acknowledged may be lost, and is in `lost` in the end.
        """
        # What is tried runs in other processes; a debugging loop only slows the crowd down.
        asyncio.get_running_loop().set_debug(enabled=False)
        async with self.server.http() as http:
            await self.server.sign_in(http)
            token = await guest_link(http)
            entered = (await http.post(f"{ENTRY}/enter", json={})).json()
            self.cookies, self.session_id = http.cookies, entered["session_id"]
        pause_s = max(PAUSE_S, self.people / CHANGES_PER_S)
        self.guests = [Guest(number, token, pause_s=pause_s) for number in range(self.people)]
        async with (
            witnessed(self.server, ROOM) as witness,
            connect(
                self._url(entered, self.server),
                ticket=entered["ticket"],
                window=EVERYBODY,
                headers=at_node(0),
                timeout_s=PATIENCE_S,
                options=Options(on_message=self._look),
            ) as self._host,
            asyncio.TaskGroup() as tasks,
        ):
            for guest in self.guests:
                tasks.create_task(self._take_part(guest))
            yield self
            await self.everybody_acts("all that")
            self._enough.set()
            await until(lambda: len(self.views) == self.people)
            await self._look_back(witness, entered, may_lose=may_lose)
            self._checked.set()

    async def many_act(self) -> None:
        """Wait until about half as many changes as people were acknowledged from now on."""
        before = len(self.acknowledged)
        await until(lambda: len(self.acknowledged) - before > self.people / 2)

    async def everybody_acts(self, after: str = "all were inside") -> None:
        """Wait until everybody had a change acknowledged from now on; log how long that took."""
        begun = asyncio.get_running_loop().time()
        before = [len(guest.acknowledged) for guest in self.guests]
        await until(
            lambda: all(
                len(guest.acknowledged) > count
                for guest, count in zip(self.guests, before, strict=True)
            )
        )
        seconds = asyncio.get_running_loop().time() - begun
        log.info("everybody had a change acknowledged %.1f s after %s", seconds, after)

    async def everybody_is_refused(self) -> None:
        """Wait until everybody had an answer from now on that said no."""
        before = [guest.refused for guest in self.guests]
        await until(
            lambda: all(
                guest.refused > count for guest, count in zip(self.guests, before, strict=True)
            )
        )

    async def can_read_at(self, node: RunningServer) -> bool:
        """Ask one of the nodes how many people there are."""
        async with node.http() as http:
            http.cookies = self.cookies
            answer = await http.get(f"/sessions/{self.session_id}/counts")
        return answer.status_code == 200 and answer.json()["all"] == self.all

    def _url(self, entered: dict[str, Any], server: RunningServer) -> str:
        return f"ws://127.0.0.1:{server.port}/api/v1/sessions/{entered['session_id']}/socket"

    def _look(self, _: ServerMessage) -> None:
        view = self._host.view if self._host else None
        if view is not None and (self.counts or view.counts.all == self.all):
            self.counts.add(view.counts.all)
            self.presences |= {row.presence for shown in view.groups.values() for row in shown.rows}

    async def _look_back(
        self, witness: Witness, entered: dict[str, Any], *, may_lose: bool
    ) -> None:
        """Compare all that was acknowledged, and what every node shows, with the log."""
        async with AsyncExitStack() as stack:
            looks = [
                await stack.enter_async_context(
                    connect(
                        self._url(entered, node),
                        ticket=entered["ticket"],
                        window=window_of(0),
                        timeout_s=PATIENCE_S,
                    )
                )
                for node in self.nodes
            ]
            await witness.read_anew()
            await agree(witness, looks)
        await witness.check_checkpoint()
        kept = witness.commands
        assert [one for one, times in kept.items() if times > 1] == []
        self.commands = set(kept)
        self.lost = self.acknowledged - self.commands
        log.info(
            "%d were acknowledged, %d of them lost; %d nodes agree",
            *(len(self.acknowledged), len(self.lost), len(looks)),
        )
        assert may_lose or not self.lost

    async def _take_part(self, guest: Guest) -> None:
        admitted = await guest.join(self.server)
        url = self._url(admitted, self.server)
        async with connect(
            url, ticket=admitted["ticket"], window=ONE_ROW, timeout_s=PATIENCE_S
        ) as client:
            guest.client = client
            await guest.act(client, self._enough)
            # The same person, under the name that was acknowledged last.
            await client.until(
                lambda one: one.you is not None and one.you.name == guest.name, PATIENCE_S
            )
            assert client.you is not None
            assert client.you.participant_id == guest.participant_id
            await client.until(
                lambda one: one.view is not None and one.view.counts.all == self.all, PATIENCE_S
            )
            assert client.view is not None
            self.views.append(client.view)
            await self._checked.wait()


async def guest_link(host: httpx.AsyncClient, settings: Mapping[str, int] = PATIENT) -> str:
    asked: list[tuple[str, str, dict[str, object]]] = [
        ("POST", f"{ENTRY}/session/start", {}),
        ("PUT", f"{ENTRY}/guest-access", {"is_on": True}),
        ("POST", f"{ENTRY}/guest-links", {"name": "Everybody"}),
    ]
    if settings:
        body: dict[str, object] = {"settings": dict(settings), "only": list(settings)}
        asked.insert(0, ("PATCH", f"{ENTRY}/settings", body))
    for method, path, wanted in asked:
        answer = await host.request(method, path, json=wanted)
        assert answer.status_code == 200, answer.text
    links = (await host.get(f"{ENTRY}/guest-access")).json()["links"]
    return str(urlsplit(links[0]["url"]).fragment.partition(".")[2])


async def until(condition: Any, timeout_s: float = PATIENCE_S) -> None:
    async with asyncio.timeout(timeout_s):
        while not condition():  # noqa: ASYNC110 - what it waits for happens in other processes
            await asyncio.sleep(0.05)
