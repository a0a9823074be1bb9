"""Every command × role × target, over the socket and HTTP: no more and no less than the tables.

The tables are those of `tests/core/test_rights.py`; here the same product goes through the doors,
tickets, sockets and routes of one server.
"""

import re
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest

from protocol import commands as c
from protocol.commands import Command
from protocol.ids import CommandId, ParticipantId
from protocol.messages import Do, Reply, Snapshot
from protocol.roles import Part
from protocol.routes import COMMAND_ROUTES
from protocol.views import Window
from server.edge.settings import Rate, Rates
from server.hub.settings import HubSettings
from tests.core.test_rights import FOR_ONESELF, ON_SOMEBODY, ON_THE_ROOM, RANKS, standing, wish
from tests.edge.browsers import Browser
from tests.edge.house import House, opened_house
from tests.edge.lines import Line, line

PLENTY = Rate(burst=1_000_000, per_s=1_000_000)
RATES = Rates(
    writes_per_caller=PLENTY,
    commands_per_connection=PLENTY,
    messages_per_connection=PLENTY,
)
SILENT = HubSettings(tick_ms=5, ping_ms=600_000, idle_s=3600)
"""Nobody listens all the time here, so nobody is asked whether they are there."""
ROLES = ("moderator", "speaker", "viewer", "guest")
NOT_HERE = (c.Leave, c.SetMicrophone, c.SetCamera)
"""The first would end it; the others are for people on the stage."""
ENDING = (c.UndoRole, c.SetRights, c.SetRole, c.SendBack, c.Remove, c.Block)
"""Allowed, they change who may what, or who is here, for those that come after."""
LAST = (c.DeleteEntry, c.EndSession)
"""Nothing can be asked for after these."""


@dataclass
class Cast:
    """One of each role with a socket, and one more of each, on whom they act."""

    house: House
    session: str
    tickets: dict[str, str]
    lines: dict[str, Line]
    others: dict[str, ParticipantId]

    async def answers(self, role: str, commands: list[Command]) -> list[str]:
        """Ask over the socket, one behind the other; give the code of each refusal."""
        one, first = self.lines[role], len(self.lines[role].heard)
        names = [CommandId(f"{role}-{first}-{number}") for number in range(len(commands))]
        for name, command in zip(names, commands, strict=True):
            await one.say(Do(id=name, command=command))
        found: dict[str, str] = {}
        while len(found) < len(names):
            reply = await one.hear(Reply)
            found[reply.id] = reply.problem.code.value if reply.problem else ""
        return [found[name] for name in names]

    async def answers_over_http(self, role: str, commands: list[Command]) -> list[str]:
        browser = Browser(self.house.url)
        browser.http.headers = httpx.Headers({"Authorization": f"Bearer {self.tickets[role]}"})
        found = []
        for command in commands:
            method, path, body = request_of(self.house, command)
            answer = await browser.call(method, path, body)
            found.append("" if answer.status_code == 200 else answer.json()["code"])
        await browser.http.aclose()
        return found


ROUTES = {route.command: route for route in COMMAND_ROUTES}


def request_of(house: House, command: Command) -> tuple[str, str, dict[str, Any]]:
    route = ROUTES[type(command)]
    fields = command.model_dump(mode="json", exclude_unset=True)
    fields.pop("type", None)
    in_path = {"entry_id": house.room}
    in_path |= {
        name: fields.pop(name) for name in re.findall(r"{(\w+)}", route.path) if name in fields
    }
    return route.method, route.path.format(**in_path), fields


@pytest.fixture
async def cast(tmp_path: Path) -> AsyncIterator[Cast]:
    async with (
        opened_house(tmp_path, settings=SILENT, rates=RATES) as house,
        AsyncExitStack() as stack,
    ):
        session = await house.make_open()
        _, token = await house.make_link()
        tickets, lines, others = {}, {}, {}
        for role in ROLES:
            for which in ("actor", "other"):
                browser = await house.browser()
                if role == "guest":
                    _, admitted = await house.guest(token, f"Guest{which}")
                else:
                    email = f"{role}.{which}@example.org"
                    _, invited = await house.invite(email, role)
                    body = {"token": invited, "email": email}
                    admitted = await browser.done("POST", "/doors/invitation", body)
                # Most hear nothing of what they are sent, which would keep the end from them, too.
                one = await stack.enter_async_context(
                    line(house, session, ticket=admitted["ticket"], max_queue=None)
                )
                await one.hello(Window())
                await one.hear(Snapshot)
                if which == "actor":
                    tickets[role], lines[role] = admitted["ticket"], one
                else:
                    others[role] = ParticipantId(admitted["participant_id"])
        for who in ("other", "actor"):
            # The owner acts, on a co-owner.
            host = (
                await house.signed_in()
                if who == "actor"
                else await house.account("Cora", Part.CO_OWNER)
            )
            entered = await host.done("POST", f"/entries/{house.room}/enter")
            inside = await stack.enter_async_context(line(house, session, ticket=entered["ticket"]))
            await inside.hello(Window())
            await inside.hear(Snapshot)
            if who == "actor":
                tickets["host"], lines["host"] = entered["ticket"], inside
            else:
                others["host"] = ParticipantId(entered["participant_id"])
        yield Cast(house, session, tickets, lines, others)


def product(cast: Cast, role: str) -> list[tuple[Command, bool]]:
    """Every command of a role, on everybody, and whether the tables allow it."""
    rights, rank, _ = standing(role)
    found: list[tuple[Command, bool]] = []
    for kind, right in ON_SOMEBODY.items():
        for target, subject in cast.others.items():
            may = right in rights and RANKS[target] <= rank
            if kind is c.SendBack and target == "host":
                may = False
            found.append((wish(kind, subject), may))
    for room_kind, needed in ON_THE_ROOM.items():
        readmitted = cast.others["viewer"] if room_kind is c.Readmit else None
        found.append((wish(room_kind, readmitted), needed <= rights))
    return found


@pytest.mark.timeout(180)
async def test_what_the_tables_refuse_is_refused_over_the_socket_and_over_http(cast: Cast) -> None:
    before = await cast.house.version()

    for role in ROLES:
        refused = [command for command, may in product(cast, role) if not may]
        codes = await cast.answers(role, refused)
        wrong = [
            (role, command, code)
            for command, code in zip(refused, codes, strict=True)
            if code != "not_allowed"
        ]
        assert not wrong
        routed = [command for command in refused if type(command) in ROUTES]
        over_http = await cast.answers_over_http(role, routed)
        assert set(over_http) == {"not_allowed"}, list(zip(routed, over_http, strict=True))
        assert len(refused) > len(routed) > 5

    assert await cast.house.version() == before


def order(command: Command) -> int:
    """Put what changes or ends things behind what does not."""
    kind = type(command)
    if kind in LAST:
        return len(ENDING) + 1 + LAST.index(kind)
    return 1 + ENDING.index(kind) if kind in ENDING else 0


@pytest.mark.timeout(180)
@pytest.mark.parametrize(
    ("way", "role", "least"),
    [
        ("socket", "host", 80),
        ("socket", "moderator", 60),
        ("socket", "speaker", 5),
        ("HTTP", "host", 40),
        ("HTTP", "moderator", 30),
    ],
)
async def test_what_the_tables_allow_is_not_refused_as_not_allowed(
    cast: Cast, way: str, role: str, least: int
) -> None:
    rights, _, _ = standing(role)
    allowed = sorted((one for one, may in product(cast, role) if may), key=order)
    own = [
        wish(kind)
        for kind, right in FOR_ONESELF.items()
        if kind not in NOT_HERE and (right is None or right in rights)
    ]

    commands = [*own, *allowed]
    if way == "HTTP":
        commands = [one for one in commands if type(one) in ROUTES]
        codes = await cast.answers_over_http(role, commands)
    else:
        codes = await cast.answers(role, commands)

    assert len(commands) >= least
    wrong = [
        command for command, code in zip(commands, codes, strict=True) if code == "not_allowed"
    ]
    assert not wrong
