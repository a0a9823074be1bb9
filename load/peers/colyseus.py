"""Colyseus: a room whose state the framework keeps the same at every client."""

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import msgpack

from load.http import post
from load.peers.peer import (
    HERE,
    Change,
    Peer,
    answered,
    expected,
    id_of,
    name_of,
    patiently,
    served,
)
from load.process import LoadError, free_port
from load.wire import Wire, address_of, client_frame

JOIN_ROOM, ROOM_DATA = b"\x0a", b"\x0d"
"""Codes of its protocol. The server's first message begins with the former, and the client
answers with it; then comes the whole state."""
ROLE = b"\xa4role"


@asynccontextmanager
async def colyseus() -> AsyncIterator[Peer]:
    """Start Colyseus."""
    port = free_port()
    async with served(["node", str(HERE / "node" / "colyseus.mjs")], port) as pid:

        async def join(number: int) -> Wire:
            who = {"id": id_of(number), "name": name_of(number)}
            answer = await post(
                port, "/matchmake/joinOrCreate/participants", who, address=address_of(number)
            )
            if answer.status != 200:
                raise LoadError(f"Colyseus answers {answer.status}")
            seat = json.loads(answer.body)
            wire = Wire({}, None)
            wire.said_bytes = answer.wire_bytes
            begun = expected(wire, JOIN_ROOM)
            path = f"/{seat['processId']}/{seat['roomId']}?sessionId={seat['sessionId']}"
            await wire.open("127.0.0.1", port, path, {}, address=address_of(number))
            await patiently(begun)
            await answered(wire, client_frame(JOIN_ROOM), b"")
            return wire

        yield Peer(name="Colyseus", pids=(pid,), join=join, change=_change, tells_each=False)


def _change(wire: Wire, change: Change) -> None:
    role = "speaker" if change.is_raised else "viewer"
    said = {"id": id_of(change.member), "role": role, "v": change.mark}
    wire.write(client_frame(ROOM_DATA + ROLE + msgpack.packb(said)))
