"""What the hub needs to know, and the outside world that it is handed."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass

from protocol.ids import NodeId, RoomId
from server.core.announcements import Announcement
from server.core.attendance import Attendance
from server.core.chain import Line
from server.core.record import Record
from server.core.state import RoomState
from server.hub.tracing import Traces
from server.store.archive import Archive
from server.store.interface import Put, Store
from server.store.journal import Journal


@dataclass(frozen=True, slots=True, kw_only=True)
class HubSettings:
    """Sizes and periods, each with its unit. The defaults suit one node.

    Args:
        tick_ms: the shortest time between two frames to a cohort.
        writes_per_s: frames a second that one cohort may cause; the tick of a large one is longer.
        ping_ms: how often a watcher is asked whether it is still there; one that has said
            nothing for two of these is taken for lost.
        queue_limit: wishes that may wait in one room; more are refused as `overloaded`.
        batch_limit: wishes that are decided and appended together.
        in_flight_limit: unanswered commands of one connection; its reading pauses there.
        outbox_limit: messages that may wait for one connection; beyond, it is closed.
        checkpoint_every: records between two checkpoints; at least as many as people.
        idle_s: how long a room without watchers and wishes stays in memory.
        head_check_s: how often a replica compares itself with the store's head.
        append_timeout_s: how long an append, or a short question, may take before the store
            counts as unavailable.
        load_timeout_s: how long opening a room, or reading on, may take.
        lease_ms: for how long a node's claim to be alive holds; renewed at a third of it.
        max_rooms: rooms in memory at once.
        node_name: what operators call this process.
    """

    tick_ms: int = 100
    writes_per_s: int = 10_000
    ping_ms: int = 2_500
    queue_limit: int = 20_000
    batch_limit: int = 1_000
    in_flight_limit: int = 48
    outbox_limit: int = 256
    checkpoint_every: int = 1_000
    idle_s: float = 60.0
    head_check_s: float = 3.0
    append_timeout_s: float = 10.0
    load_timeout_s: float = 30.0
    lease_ms: int = 6_000
    max_rooms: int = 10_000
    node_name: str = ""


Committed = Callable[[RoomId, RoomState, tuple[Record, ...]], None]
"""Told of what was committed, and (without records) of a room that was opened. Never waits."""


Announced = Callable[[Sequence[Announcement]], Awaitable[list[Put]]]
"""Makes of what is announced what is kept beside the log, in the append that makes it true."""


async def _nothing(_made: Sequence[Announcement]) -> list[Put]:
    return []


@dataclass(frozen=True, slots=True, kw_only=True)
class Stores:
    """Where rooms are kept: the store, and what puts types on top of its bytes.

    Args:
        audit: the lines of audit logs.
        announced: keeps what the outside is to be told.
    """

    store: Store
    journal: Journal[Record, RoomState]
    attendance: Archive[Attendance]
    audit: Archive[Line]
    announced: Announced = _nothing


@dataclass(frozen=True, slots=True, kw_only=True)
class World:
    """The clock, chance and keys that the composition root hands down.

    Args:
        clock: ms UTC.
        monotonic: seconds, never stepping back.
        entropy: so many random bytes.
        person_key: derives person ids from e-mail addresses.
        node_id: this process.
        traces: follows commands; None when nobody does.
    """

    clock: Callable[[], int]
    monotonic: Callable[[], float]
    entropy: Callable[[int], bytes]
    person_key: bytes
    node_id: NodeId
    traces: Traces | None = None
