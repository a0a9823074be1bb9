"""What nodes say of themselves, for operators: written to the store, and read from there."""

import heapq
import json
from collections.abc import Iterable, Mapping
from typing import Any

from protocol.ids import NodeId
from server.hub.room import Room
from server.hub.tally import Rates, Tally
from server.store.interface import Store

NODES = "node"
"""The table in which nodes say how they are."""
BUSIEST = 20
"""Rooms that a node names."""

Report = Mapping[str, Any]


def report_of(
    *, name: str, started_at: int, now: int, rooms: Iterable[Room], tally: Tally, rates: Rates
) -> bytes:
    """Write down how a node is."""
    loads: list[dict[str, Any]] = [
        {
            "room_id": room.id,
            "connections": room.connection_count,
            "people": room.people_count,
        }
        for room in rooms
        if room.is_loaded
    ]
    report = {
        "name": name,
        "started_at": started_at,
        "told_at": now,
        "rooms": len(loads),
        "connections": sum(one["connections"] for one in loads),
        "appends": tally.appends,
        "records": tally.records,
        "conflicts": tally.conflicts,
        "put_off": tally.put_off,
        "slow": tally.slow,
        "commands_per_s": rates.commands_per_s,
        "joins_per_s": rates.joins_per_s,
        "deliveries_per_s": rates.deliveries_per_s,
        "p99_ms": rates.p99_ms,
        "busiest": heapq.nlargest(BUSIEST, loads, key=lambda one: one["connections"]),
    }
    return json.dumps(report).encode()


async def nodes_in(store: Store, now: int) -> list[tuple[NodeId, int, Report]]:
    """List the nodes that have a lease: until when, in ms UTC, and what each said last.

    Raises:
        StoreError: it is not known now.
    """
    leases = await store.leases()
    told = await store.get_many(NODES, list(leases), now)
    return [
        (node, until, json.loads(told.get(node, b"{}"))) for node, until in sorted(leases.items())
    ]
