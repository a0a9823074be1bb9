"""Servers of others that can be started, each with a crowd that watches and one who changes."""

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import AbstractAsyncContextManager, asynccontextmanager

from load.contender import Contender
from load.crowd import Crowd, opened_all
from load.meter import Meter
from load.peers.colyseus import colyseus
from load.peers.peer import Change, Peer
from load.peers.relays import channels, python_socketio, socketio, socketio_redis, starlette
from load.peers.xmpp import ejabberd, prosody
from load.process import usage_of
from load.wire import Wire

EARLY = 10
"""Who is there before: imports and first pages of memory are not counted for those who come."""
REST_S = 1.0
IN_VIEW = 20
"""So many people the changes of a burst are spread over."""

PEERS: Mapping[str, Callable[[], AbstractAsyncContextManager[Peer]]] = {
    "starlette": starlette,
    "socketio": socketio,
    "colyseus": colyseus,
    "socketio-redis": socketio_redis,
    "python-socketio": python_socketio,
    "ejabberd": ejabberd,
    "prosody": prosody,
    "channels": channels,
}
"""By the names that `--peer` takes, the quicker ones first."""

SLOW = frozenset({"channels", "ejabberd", "prosody", "python-socketio"})
"""To let a thousand in takes them minutes, as each is told to all."""


class Changes:
    """What the first member of a peer's room does to the next few, heard by all the others."""

    def __init__(self, peer: Peer, speaker: Wire, watchers: list[Wire]) -> None:
        """Take everybody as they are."""
        self.crowd = Crowd(watchers)
        self._peer = peer
        self._speaker = speaker
        self._marks = 0
        self._is_first_raised = False

    def _cause(self, member: int, *, is_raised: bool) -> None:
        self._marks += 1
        mark = f"change-{self._marks:06d}"
        self._peer.change(self._speaker, Change(member=member, is_raised=is_raised, mark=mark))

    async def change(self, number: int) -> None:
        """Raise somebody, and the next time lower them again."""
        self._cause(2, is_raised=number % 2 == 0)

    async def burst(self, changes: int) -> None:
        """Cause many changes at once, and wait until everybody has the last of them."""
        for number in range(changes - 1):
            self._cause(3 + number % IN_VIEW, is_raised=number // IN_VIEW % 2 == 0)
        await self.settle()

    async def settle(self) -> float:
        """Cause one last change, and wait until everybody has it; give that moment."""
        self._is_first_raised = not self._is_first_raised
        self.crowd.expect(f"change-{self._marks + 1:06d}".encode())
        self._cause(1, is_raised=self._is_first_raised)
        return await self.crowd.heard()


@asynccontextmanager
async def filled(name: str, members: int) -> AsyncIterator[Contender]:
    """Start a peer by its name, with a crowd in it.

    Raises:
        LoadError: it cannot be started, or does not let everybody in.
    """
    async with PEERS[name]() as peer:
        # Whoever comes first has the room, where rooms have owners.
        wires = [await peer.join(0)]
        wires += await opened_all(EARLY, lambda number: peer.join(1 + number))
        await asyncio.sleep(REST_S)
        before_mib = usage_of(*peer.pids).rss_mib
        meter = Meter(peer.pids, lambda: wires)
        rest = members - EARLY
        wires += await opened_all(rest, lambda number: peer.join(1 + EARLY + number))
        changes = Changes(peer, wires[0], wires[1:])
        await changes.settle()
        spent = meter.read()
        yield Contender(
            name=peer.name,
            pids=peer.pids,
            crowd=changes.crowd,
            change=changes.change,
            burst=changes.burst,
            tells_each=peer.tells_each,
            filling=spent.each(rest, before_mib),
        )
        changes.crowd.close()
        wires[0].drop()
