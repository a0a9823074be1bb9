"""A house that is kept for many tests, to show that none of them leaves anything behind."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from protocol import commands as c
from protocol.ids import RoomId, SessionId
from protocol.roles import EntryKind
from server.core.state import RoomState
from server.edge.settings import Rate, Rates
from server.hub.room import Settled
from tests.edge.browsers import Browser
from tests.edge.house import House, opened_house

PLENTY = Rate(burst=100_000, per_s=100_000)
RATES = Rates(misses_per_address=PLENTY, misses_per_link=PLENTY, misses_per_email=PLENTY)
FAR = RoomId("e_far")


@dataclass
class Hall:
    """The room that nothing may change, a link into it, a guest inside, and another room."""

    house: House
    session: SessionId
    link_id: str
    token: str
    host: Browser
    guest: Browser
    ticket: str
    far_link: str
    spent: str

    async def facts(self) -> Any:
        return facts(await self.house.state())


def facts(state: RoomState) -> Any:
    """Everything that is true of a room, but for connections that come and go."""
    return (
        state.entry,
        dict(state.collaborators),
        state.is_guest_access_on,
        dict(state.links),
        dict(state.invitations),
        dict(state.blocks),
        state.session and (state.session.id, state.session.state, state.session.is_locked),
        {
            one.id: (one.person, one.role, one.gate, one.kept_out, one.stage, one.hands)
            for one in state.participants.values()
        },
    )


@asynccontextmanager
async def opened_hall(folder: Path) -> AsyncIterator[Hall]:
    """Run a server with a room in it."""
    async with opened_house(folder, rates=RATES) as house:
        session = await house.make_open()
        link_id, token = await house.make_link()
        guest, admitted = await house.guest(token)
        host = await house.signed_in()
        far = c.CreateEntry(kind=EntryKind.ROOM, name="Far")
        await house.hub.ask(FAR, far, house.host)
        made = await house.hub.ask(FAR, c.CreateGuestLink(name="Far"), house.host)
        assert isinstance(made, Settled)
        spent = house.host_token()
        other = await house.browser()
        await other.done("POST", "/sign-in", {"token": spent})
        yield Hall(
            house=house,
            session=session,
            link_id=link_id,
            token=token,
            host=host,
            guest=guest,
            ticket=admitted["ticket"],
            far_link=made.result["link_id"],
            spent=spent,
        )
