"""How many WebSockets there may be: on this node, of one room, from one address.

Counted before the handshake is answered, so that one too many costs a reply and nothing more.
"""

from collections import Counter
from typing import TypeVar

from protocol.errors import ErrorCode
from protocol.ids import RoomId
from server.edge.replies import Denied
from server.edge.settings import SocketLimits

Key = TypeVar("Key")


class Sockets:
    """The WebSockets of one node, counted."""

    def __init__(self, limits: SocketLimits) -> None:
        """Start without any."""
        self._limits = limits
        self._rooms: Counter[RoomId] = Counter()
        self._clients: Counter[str] = Counter()
        self._count = 0

    def __len__(self) -> int:
        """Count them."""
        return self._count

    def take(self, room: RoomId, client: str) -> "Place":
        """Count one more, until its place is given back.

        Raises:
            Denied: `overloaded` (the node is full), `room_full`, or `rate_limited` (the address
                has as many as it may); nothing has changed.
        """
        if self._count >= self._limits.of_node:
            raise Denied(ErrorCode.OVERLOADED)
        if self._rooms[room] >= self._limits.of_room:
            raise Denied(ErrorCode.ROOM_FULL)
        if self._clients[client] >= self._limits.of_client:
            raise Denied(ErrorCode.RATE_LIMITED)
        self._count += 1
        self._rooms[room] += 1
        self._clients[client] += 1
        return Place(self, room, client)

    def _give_back(self, room: RoomId, client: str) -> None:
        self._count -= 1
        _less(self._rooms, room)
        _less(self._clients, client)


class Place:
    """One socket's place among those that there may be."""

    __slots__ = ("_client", "_room", "_sockets")

    def __init__(self, sockets: Sockets, room: RoomId, client: str) -> None:
        """Hold it; `Sockets.take` makes these."""
        self._sockets: Sockets | None = sockets
        self._room = room
        self._client = client

    def leave(self) -> None:
        """Give the place back, the first time that this is called."""
        sockets, self._sockets = self._sockets, None
        if sockets is not None:
            sockets._give_back(self._room, self._client)  # noqa: SLF001 - made for each other


def _less(counter: "Counter[Key]", key: Key) -> None:
    counter[key] -= 1
    if not counter[key]:
        del counter[key]
