"""The asyncio client: what programs, tests and the load generator talk through.

    async with Usher("https://usher.example") as usher:
        admitted = await usher.redeem_guest_link(link, "Ada", "ada@example.org")
        async with usher.room(admitted) as room:
            await room.raise_hand()
            async for view in room.views():
                ...

`Usher` is the way in, over HTTP; `connect` takes a ticket that is there already. A room comes back
by itself after a loss, under the same identity, unless the server's close code says to stay away.
What it knows is in `protocol.connection`; here are sockets, tasks and time.

It is published as `usher-client`: `protocol/client/python` says how.
"""

from protocol.client.client import Client
from protocol.client.connecting import connect
from protocol.client.options import Options
from protocol.client.room import FIRST_PAGE, Room
from protocol.client.usher import Usher
from protocol.connection import Backoff
from protocol.errors import ErrorCode
from protocol.failures import Over, Refused, StillPending, TooManyPending, Unreachable
from protocol.http import Admitted
from protocol.roles import Group, Role
from protocol.views import Range, Window

__all__ = [
    "FIRST_PAGE",
    "Admitted",
    "Backoff",
    "Client",
    "ErrorCode",
    "Group",
    "Options",
    "Over",
    "Range",
    "Refused",
    "Role",
    "Room",
    "StillPending",
    "TooManyPending",
    "Unreachable",
    "Usher",
    "Window",
    "connect",
]
