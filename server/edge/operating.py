"""The operator's view of the site: every node, and the busiest rooms."""

from collections import defaultdict
from collections.abc import Iterable
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from protocol.errors import ErrorCode
from protocol.ids import RoomId
from protocol.operator import NodeView, OperatorView, RoomLoad
from server.edge.callers import caller_of, need_scope
from server.edge.edge import Edge, take
from server.edge.ports import Scope
from server.edge.replies import Denied, reply
from server.hub.reports import Report, nodes_in

WHO = ("account", "key")
SHOWN = frozenset(NodeView.model_fields) - {"id", "is_alive"}


async def site(edge: Edge, request: Request) -> Response:
    """Show how the nodes are, as each has said within the last two seconds."""
    caller = await caller_of(edge, request)
    need_scope(caller, Scope.READ)
    if caller.key is None and caller.account is None:
        raise Denied(ErrorCode.NOT_SIGNED_IN)
    if caller.key is None and not caller.is_operator:
        raise Denied(ErrorCode.NOT_ALLOWED)
    await take(edge.limits.writes_per_caller, caller.name)
    now = edge.now
    told = await nodes_in(edge.hub.stores.store, now)
    view = OperatorView(
        now=now,
        nodes=tuple(
            NodeView(
                id=node,
                is_alive=until > now,
                **{name: value for name, value in report.items() if name in SHOWN},
            )
            for node, until, report in told
        ),
        rooms=_busiest(edge, (report for _, until, report in told if until > now)),
    )
    return reply(view)


def _busiest(edge: Edge, reports: Iterable[Report]) -> tuple[RoomLoad, ...]:
    """Add up what nodes say of the rooms that they share."""
    by_room: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for report in reports:
        for load in report.get("busiest", ()):
            by_room[load["room_id"]].append(load)
    loads = [
        RoomLoad(
            entry_id=room_id,
            entry_name=_name(edge, RoomId(room_id)),
            people=max(one["people"] for one in parts),
            connections=sum(one["connections"] for one in parts),
            nodes=len(parts),
        )
        for room_id, parts in by_room.items()
    ]
    return tuple(sorted(loads, key=lambda one: (-one.connections, -one.people, one.entry_id)))


def _name(edge: Edge, room: RoomId) -> str:
    """Name a room that is open here; for others none is opened."""
    state = edge.hub.at_hand(room)
    return state.entry.name if state is not None and state.entry is not None else ""
