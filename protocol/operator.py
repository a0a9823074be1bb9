"""What operators see of a site that runs: its nodes, how they fare, and the busiest rooms.

Nobody's name, address or words are in it; rooms are named to those who may read every entry.
"""

from protocol.model import Wire
from protocol.text import Millis


class NodeView(Wire):
    """A process that serves.

    Args:
        id: new at each start.
        name: what operators call it.
        is_alive: it renews its claim; without that, others take its connections for lost.
        told_at: when it said all this.
        slow: sockets that take nothing now.
        p99_ms: 99 of 100 commands of the last minute were answered within that; null without any.
        put_off: batches that the store did not take, since the start.
        conflicts: batches decided anew because another node was first, since the start.
    """

    id: str
    name: str = ""
    is_alive: bool
    started_at: Millis = 0
    told_at: Millis = 0
    rooms: int = 0
    connections: int = 0
    slow: int = 0
    commands_per_s: float = 0.0
    joins_per_s: float = 0.0
    deliveries_per_s: float = 0.0
    p99_ms: float | None = None
    conflicts: int = 0
    put_off: int = 0


class RoomLoad(Wire):
    """A room that is open somewhere, and how much is going on in it.

    Args:
        entry_name: empty where the node that was asked does not have the room.
        people: inside, on whichever node.
        connections: at the nodes of which it is one of the busiest rooms.
        nodes: how many nodes those are.
    """

    entry_id: str
    entry_name: str = ""
    people: int
    connections: int
    nodes: int


class OperatorView(Wire):
    """A site at a moment.

    Args:
        rooms: the busiest, by connections; each node names twenty at most.
    """

    now: Millis
    nodes: tuple[NodeView, ...]
    rooms: tuple[RoomLoad, ...]
