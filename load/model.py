"""A paper model: what many people take, from what few were measured to take.

Linear in everything that is linear in the server, so it can be checked at sizes that fit one
machine. What a change, a join and an idle connection take is fitted to a `bench`; `check` puts its
predictions beside all that was measured there, and a row that it was fitted to is 1 by itself. What
nodes and Redis take for people at other nodes was measured with `load cluster` and
`load.inside.replica`, stands here as numbers, and is not checked by a `bench`.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from load.table import STORMS

PACKET_BYTES = 66
"""Of Ethernet, IP and TCP around each frame, with timestamps."""
PING_S = 2.5
WRITES_PER_S = 10_000
TICK_S = 0.1
"""As the server has them."""
REPLICA_KIB = 1.9
"""Of one person in the replica of a node that holds no socket of theirs (`load.inside.replica`)."""
FOLLOW_MS = 0.25
"""To follow one join of another node (`load cluster`: what each further node adds)."""
REDIS_MS = 0.2
"""Of Redis for one join, and about as much for each change that is appended by itself."""
REDIS_KIB = 0.93
"""Of Redis for one person (docs/operations.md)."""
FULL = 0.6
"""Of a core that a node is planned to use: the rest is for storms, and for a node that died."""
CONNECTIONS = 40_000
"""Of one node at most, whatever its CPU allows: they all come back at once when it dies."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Costs:
    """What single things take.

    Args:
        change_us: of one change that is seen, without its deliveries.
        delivery_us: of one frame to one watcher.
        idle_us_per_s: of one connection in which nothing happens, for a second.
        node_us_per_s: of a node, whoever is there, for a second.
        join_ms: of one redemption, connection and first view.
        connection_kib: of one person with a connection.
        frame_bytes: of one delivery.
    """

    change_us: float
    delivery_us: float
    idle_us_per_s: float
    node_us_per_s: float
    join_ms: float
    connection_kib: float
    frame_bytes: float

    def round_us(self, watchers: int) -> float:
        """Say what one change takes with so many watchers."""
        return self.change_us + watchers * self.delivery_us


def costs_of(found: Mapping[str, Any]) -> Costs:
    """Fit the model: crowds of different size give what a delivery takes, and what a change.

    Raises:
        KeyError: the results lack what is needed.
    """
    own = found["promote"]["contenders"]["usher"]
    change_us, delivery_us = _fit(found)
    storm = found["storm"]["contenders"]["usher"]
    usual = storm[max(storm, key=int)]
    idle_us, node_us = _idle(_storms(found))
    return Costs(
        change_us=change_us,
        delivery_us=delivery_us,
        idle_us_per_s=idle_us,
        node_us_per_s=node_us,
        join_ms=usual["cpu_ms_per_join"],
        connection_kib=usual["kib_per_connection"],
        frame_bytes=own["frame_bytes"],
    )


def _storms(found: Mapping[str, Any]) -> dict[int, Mapping[str, Any]]:
    """Gather what came of our storms, by how many came."""
    return {
        int(size): one
        for part in STORMS
        for size, one in found.get(part, {}).get("contenders", {}).get("usher", {}).items()
    }


def _idle(storms: Mapping[int, Mapping[str, Any]]) -> tuple[float, float]:
    """Say what one connection takes a second, and a node, by the fewest and the most who came."""
    few, many = min(storms), max(storms)
    low, high = (1000 * storms[size]["idle_cpu_ms_per_s"] for size in (few, many))
    if few == many:
        return high / many, 0.0
    each = max(0.0, (high - low) / (many - few))
    return each, max(0.0, low - few * each)


def _fit(found: Mapping[str, Any]) -> tuple[float, float]:
    """Give what a change and what a delivery takes: by a line through all, else by two crowds."""
    fit = found.get("fanout", {}).get("fit")
    if fit:
        return fit["change_us"], fit["delivery_us"]
    own, rooms = found["promote"]["contenders"]["usher"], found["sizes"]["rooms"]
    few, few_us = found["sizes"]["watchers"], rooms[min(rooms, key=int)]["cpu_us_per_change"]
    many, many_us = own["members"], own["members"] * own["cpu_us_per_delivery"]
    if many == few:
        raise KeyError("crowds of different size")
    delivery_us = (many_us - few_us) / (many - few)
    return few_us - few * delivery_us, delivery_us


@dataclass(frozen=True, slots=True, kw_only=True)
class Crowd:
    """People to plan for.

    Args:
        changes_per_s: in each room, that somebody sees.
        cohorts: of watchers with the same window, in each room and on each node.
        stay_s: how long people stay on average, which gives joins a second.
    """

    people: int
    rooms: int
    changes_per_s: float
    cohorts: int
    stay_s: float


def planned(costs: Costs, crowd: Crowd) -> dict[str, float]:
    """Say what a crowd takes. A room that is larger than a node is on as many as hold it."""
    nodes = 1
    while True:
        found = _on(costs, crowd, nodes)
        if found["core_of_a_node"] <= FULL and crowd.people / nodes <= CONNECTIONS:
            return found
        nodes = math.ceil(nodes * 1.05) if nodes > 20 else nodes + 1
        if nodes > 100_000:
            raise ValueError("no number of nodes is enough")


def _on(costs: Costs, crowd: Crowd, nodes: int) -> dict[str, float]:
    """Spread a crowd over nodes; rooms are whole on one of them while they can be."""
    spread = max(1.0, nodes / crowd.rooms)
    """Over how many nodes one room is."""
    rooms = crowd.rooms * spread / nodes
    people = crowd.people / nodes
    watchers = people / rooms
    tick_s = max(TICK_S, watchers / crowd.cohorts / WRITES_PER_S)
    frames_per_s = min(crowd.changes_per_s, 1 / tick_s)
    joins_per_s = crowd.people / crowd.stay_s
    deliveries = rooms * frames_per_s * watchers
    us = costs.node_us_per_s + people * costs.idle_us_per_s
    us += rooms * crowd.changes_per_s * costs.change_us + deliveries * costs.delivery_us
    us += 1000 * joins_per_s / nodes * costs.join_ms
    us += 1000 * FOLLOW_MS * (spread - 1) * joins_per_s / nodes
    bits = 8 * (deliveries * (costs.frame_bytes + PACKET_BYTES))
    bits += 8 * people / PING_S * 2 * (20 + PACKET_BYTES)
    appends = crowd.rooms * crowd.changes_per_s + joins_per_s
    replica_mib = (crowd.people / crowd.rooms - watchers) * rooms * REPLICA_KIB / 1024
    return {
        "nodes": nodes,
        "people_of_a_node": round(people),
        "core_of_a_node": us / 1e6,
        "mib_of_a_node": people * costs.connection_kib / 1024 + max(0.0, replica_mib),
        "mbit_per_s_of_a_node": bits / 1e6,
        "gbit_per_s": bits * nodes / 1e9,
        "tick_s": tick_s,
        "redis_cores": appends * REDIS_MS / 1000,
        "redis_gib": crowd.people * REDIS_KIB / 1024 / 1024,
    }


CROWDS = {
    "1,000,000 in 10,000 rooms": Crowd(
        people=1_000_000, rooms=10_000, changes_per_s=0.2, cohorts=1, stay_s=3_600
    ),
    "1,000,000 in one room": Crowd(
        people=1_000_000, rooms=1, changes_per_s=10.0, cohorts=1, stay_s=3_600
    ),
}


def model(found: Mapping[str, Any]) -> str:
    """Write the model as Markdown: what it was fitted to, what it predicts, and its check."""
    costs = costs_of(found)
    lines = [
        f"One change {costs.change_us / 1000:.2f} ms, one delivery {costs.delivery_us:.2f} µs and "
        f"{costs.frame_bytes:.0f} bytes, one join {costs.join_ms:.2f} ms, one idle connection "
        f"{costs.idle_us_per_s:.1f} µs a second and {costs.connection_kib:.1f} KiB, one node "
        f"{costs.node_us_per_s / 1000:.1f} ms a second.",
        "",
        "| | " + " | ".join(CROWDS) + " |",
        "|---|" + "---|" * len(CROWDS),
    ]
    plans = [planned(costs, crowd) for crowd in CROWDS.values()]
    for name in plans[0]:
        cells = " | ".join(f"{plan[name]:,.3g}" for plan in plans)
        lines.append(f"| {name.replace('_', ' ')} | {cells} |")
    lines += ["", "| predicted | | measured | of it |", "|---|---|---|---|"]
    lines += [
        f"| {what} | {predicted:.3g} | {measured:.3g} | {predicted / measured:.2f} |"
        for what, predicted, measured in check(found)
    ]
    return "\n".join(lines)


def check(found: Mapping[str, Any]) -> list[tuple[str, float, float]]:
    """Predict what was measured, also where it was fitted; give it beside what was measured."""
    costs = costs_of(found)
    rows: list[tuple[str, float, float]] = []
    for size, one in found["sizes"]["rooms"].items():
        predicted = costs.round_us(found["sizes"]["watchers"]) / 1000
        what = f"a change in a room of {int(size):,}, ms"
        rows.append((what, predicted, one["cpu_us_per_change"] / 1000))
    for size, one in sorted(_storms(found).items()):
        what = f"a storm of {size:,}, s of CPU"
        rows.append((what, size * costs.join_ms / 1000, one["cpu_s"]))
        idle = (costs.node_us_per_s + size * costs.idle_us_per_s) / 1000
        what = f"{size:,} who have just come and do nothing, ms a second"
        rows.append((what, idle, one["idle_cpu_ms_per_s"]))
    return rows
