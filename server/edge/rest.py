"""Commands over HTTP: one generic handler for every line of the table in `protocol.routes`."""

import hashlib
import hmac
from collections.abc import Mapping
from typing import Any

from pydantic import TypeAdapter
from starlette.requests import Request
from starlette.responses import Response

from protocol.codec import shaped
from protocol.commands import CreateEntry
from protocol.errors import ErrorCode
from protocol.http import Admitted, Done
from protocol.ids import CommandId, RoomId
from protocol.model import Wire
from protocol.plain import Plain
from protocol.routes import COMMAND_ROUTES
from protocol.routes import Route as CommandRoute
from server.core import orders as o
from server.core.actors import Actor, PlatformActor
from server.edge.bodies import command_id_in, plain_body, room_in
from server.edge.callers import Caller, caller_of, need_scope, standing
from server.edge.doors import admitted, visit_of
from server.edge.edge import Edge, take
from server.edge.ports import Scope
from server.edge.replies import Denied, reply, settled
from server.edge.routing import Handler, Operation
from server.hub.room import Settled

ENTRY = "entry_id"


def command_operations() -> tuple[Operation, ...]:
    """Make the operations of all commands that have a route."""
    return tuple(_operation(route) for route in COMMAND_ROUTES)


def _operation(route: CommandRoute) -> Operation:
    is_new = route.command is CreateEntry
    return Operation(
        method=route.method,
        path=route.path,
        handler=_create_entry if is_new else _handler(route.command),
        summary=(route.command.__doc__ or "").partition("\n")[0],
        body=route.command,
        reply=Done,
        who=("account", "key") if is_new else ("account", "ticket", "key"),
    )


def _handler(command: type[Wire]) -> Handler:
    shape = TypeAdapter(command)

    async def handle(edge: Edge, request: Request) -> Response:
        room = room_in(request)
        caller = await _writer(edge, request)
        wish = await _command(edge, request, shape)
        found = await standing(edge, caller, room)
        return await _ask(edge, room, wish, found.actor, command_id_in(request))

    return handle


_CREATE_ENTRY = TypeAdapter(CreateEntry)


async def _create_entry(edge: Edge, request: Request) -> Response:
    """Make an entry in a room of its own: for a platform, or for the host of this server."""
    caller = await _writer(edge, request)
    wish = await _command(edge, request, _CREATE_ENTRY)
    actor: Actor
    if caller.key is not None:
        actor = PlatformActor(key_id=caller.key.id)
    elif caller.account is None:
        raise Denied(ErrorCode.NOT_SIGNED_IN)
    elif not caller.is_operator:
        raise Denied(ErrorCode.NOT_ALLOWED)
    else:
        actor = caller.account
    command_id = command_id_in(request)
    room = _fresh_room(edge, actor, command_id)
    async with edge.entries.one_more():
        return await _ask(edge, room, wish, actor, command_id)


def _fresh_room(edge: Edge, actor: Actor, command_id: CommandId | None) -> RoomId:
    """Choose a room that nobody has used; for a repeated command the same one again.

    Derived with a key, so that nobody can foretell or occupy it.
    """
    if command_id is None:
        return RoomId(edge.fresh_id("e"))
    message = f"usher entry\0{actor.key}\0{command_id}".encode()
    digest = hmac.new(edge.secrets.ticket_keys[-1], message, hashlib.sha256).hexdigest()
    return RoomId(f"e_{digest[:24]}")


async def _writer(edge: Edge, request: Request) -> Caller:
    """Say who writes, and count it."""
    caller = await caller_of(edge, request)
    need_scope(caller, Scope.ENTRIES)
    if not caller.is_known:
        raise Denied(ErrorCode.NOT_SIGNED_IN)
    await take(edge.limits.writes_per_caller, caller.name)
    return caller


async def _command(edge: Edge, request: Request, shape: TypeAdapter[Any]) -> Any:
    """Make the command of path and body. What stands in the path may not stand in the body."""
    body = await plain_body(edge, request)
    path: Mapping[str, str] = request.path_params
    given: dict[str, Plain] = {name: path[name] for name in path if name != ENTRY}
    for name in ("type", *path):
        if name in body:
            raise Denied(ErrorCode.BAD_REQUEST, where=name)
    return shaped({**body, **given}, shape)


async def _ask(
    edge: Edge, room: RoomId, wish: Any, actor: Actor, command_id: CommandId | None
) -> Response:
    done: Settled = settled(await edge.hub.ask(room, wish, actor, command_id))
    return reply(Done(version=done.version, result=done.result))


async def enter(edge: Edge, request: Request) -> Response:
    """Let somebody signed in into the room from the media page."""
    room = room_in(request)
    if await plain_body(edge, request):
        raise Denied(ErrorCode.BAD_REQUEST)
    visit = await visit_of(edge, request)
    if visit.caller.account is None:
        raise Denied(ErrorCode.NOT_SIGNED_IN)
    await take(edge.limits.writes_per_caller, visit.caller.name)
    outcome = await edge.let_in(room, o.EnterAsAccount(), visit.actor)
    return await admitted(edge, request, visit, settled(outcome))


ENTER = Operation(
    method="POST",
    path="/entries/{entry_id}/enter",
    handler=enter,
    summary="Enter the room from the media page.",
    body=None,
    reply=Admitted,
    who=("account",),
)
