"""Webhooks over HTTP: for a platform's key of scope `webhooks`, and for the operator.

Messages carry names and e-mails out of every entry, so nobody else sets them up.
"""

from typing import TypeVar

from starlette.requests import Request
from starlette.responses import Response

from protocol.errors import ErrorCode
from protocol.webhooks import (
    DeliveryView,
    Replay,
    Replayed,
    WebhookDeleted,
    WebhookForm,
    WebhookSwitch,
    WebhookView,
)
from server.edge.bodies import body_of, checked_id, limit_in, plain_body
from server.edge.callers import caller_of, need_scope
from server.edge.edge import Edge, take
from server.edge.lists import listed
from server.edge.ports import BadWebhookError, Scope
from server.edge.replies import Denied, reply

WHO = ("account", "key")


async def listing(edge: Edge, request: Request) -> Response:
    """List the webhooks."""
    await _need_operator(edge, request)
    return listed(request, edge.webhooks.all())


async def create(edge: Edge, request: Request) -> Response:
    """Subscribe."""
    await _need_operator(edge, request)
    form = await body_of(edge, request, WebhookForm)
    try:
        return reply(await edge.webhooks.create(form))
    except BadWebhookError as no:
        where = "url" if no.code is ErrorCode.BAD_REQUEST else None
        raise Denied(no.code, where=where) from None


async def switch(edge: Edge, request: Request) -> Response:
    """Pause a webhook, or have it go on."""
    webhook_id = await _webhook(edge, request)
    wanted = await body_of(edge, request, WebhookSwitch)
    return reply(_found(await edge.webhooks.switch(webhook_id, is_paused=wanted.is_paused)))


async def delete(edge: Edge, request: Request) -> Response:
    """End a webhook."""
    webhook_id = await _webhook(edge, request)
    if not await edge.webhooks.delete(webhook_id):
        raise Denied(ErrorCode.NOT_FOUND)
    return reply(WebhookDeleted(id=webhook_id))


async def test(edge: Edge, request: Request) -> Response:
    """Send a test message now."""
    webhook_id = await _webhook(edge, request)
    if await plain_body(edge, request):
        raise Denied(ErrorCode.BAD_REQUEST)
    return reply(_found(await edge.webhooks.test(webhook_id)))


async def deliveries(edge: Edge, request: Request) -> Response:
    """List the newest tries."""
    webhook_id = await _webhook(edge, request)
    tried = await edge.webhooks.deliveries(webhook_id, limit_in(request))
    if tried is None:
        raise Denied(ErrorCode.NOT_FOUND)
    return listed(request, tried)


async def replay(edge: Edge, request: Request) -> Response:
    """Tell the messages of an entry again."""
    webhook_id = await _webhook(edge, request)
    wanted = await body_of(edge, request, Replay)
    count = await edge.webhooks.replay(webhook_id, wanted.entry_id, wanted.from_number)
    if count is None:
        raise Denied(ErrorCode.NOT_FOUND)
    return reply(Replayed(messages=count))


async def _need_operator(edge: Edge, request: Request) -> None:
    """Refuse whoever may not hear of every entry; and count who may.

    Raises:
        Denied: `not_signed_in`, `not_allowed` or `rate_limited`.
    """
    caller = await caller_of(edge, request)
    need_scope(caller, Scope.WEBHOOKS)
    if caller.key is None and caller.account is None:
        raise Denied(ErrorCode.NOT_SIGNED_IN)
    if caller.key is None and not caller.is_operator:
        raise Denied(ErrorCode.NOT_ALLOWED)
    await take(edge.limits.writes_per_caller, caller.name)


async def _webhook(edge: Edge, request: Request) -> str:
    await _need_operator(edge, request)
    return checked_id(request.path_params["webhook_id"])


Shown = TypeVar("Shown", WebhookView, DeliveryView)


def _found(view: Shown | None) -> Shown:
    if view is None:
        raise Denied(ErrorCode.NOT_FOUND)
    return view
