"""One line of our list of routes, and the wrapper that every handler runs in."""

import logging
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from protocol.codec import Malformed
from protocol.errors import ErrorCode
from protocol.routes import API
from server.edge.bodies import refuse_forged
from server.edge.edge import Edge
from server.edge.replies import Denied, problem_reply
from server.store.interface import StoreError

log = logging.getLogger(__name__)

Handler = Callable[[Edge, Request], Awaitable[Response]]
"""Answers one request, or raises `Denied` or `Malformed`."""

ANYBODY = ()
PEOPLE = ("account", "ticket")
ALL = ("account", "ticket", "key")
KEY = ("key",)


@dataclass(frozen=True, slots=True, kw_only=True)
class Operation:
    """One operation of the API, as it is routed and as it is described.

    Args:
        method: HTTP method.
        path: below `/api/v1`.
        handler: answers it.
        summary: one sentence for readers of the description.
        body: shape of the JSON body; None for none.
        reply: shape of the JSON reply; None for a reply that is another file alone.
        who: by which credentials it can be called; empty: by anybody.
        query: names of query parameters.
        other_replies: further media types of the reply.
        events: shape of each event, where the reply is a stream of them.
    """

    method: str
    path: str
    handler: Handler
    summary: str
    body: Any = None
    reply: Any = None
    who: tuple[str, ...] = ALL
    query: tuple[str, ...] = ()
    other_replies: tuple[str, ...] = field(default=())
    events: Any = None


def route_of(edge: Edge, operation: Operation) -> Route:
    """Make the route of an operation."""
    endpoint = endpoint_of(edge, operation.handler)
    return Route(f"{API}{operation.path}", endpoint, methods=[operation.method])


def endpoint_of(
    edge: Edge, handler: Handler, *, from_anywhere: bool = False
) -> Callable[[Request], Awaitable[Response]]:
    """Make the endpoint of a handler, in which every failure becomes a reply.

    Args:
        from_anywhere: pages of other sites may write there; cookies must count for nothing.
    """

    async def endpoint(request: Request) -> Response:
        try:
            if not from_anywhere:
                refuse_forged(edge, request)
            return await handler(edge, request)
        except Denied as denied:
            no = denied
        except Malformed as fault:
            no = Denied.malformed(fault)
        except StoreError:
            log.exception("the store did not answer")
            no = Denied(ErrorCode.OVERLOADED)
        except Exception:
            log.exception("a request failed")
            no = Denied(ErrorCode.INTERNAL)
        request.scope["usher.refusal"] = no.code
        return problem_reply(no)

    return endpoint
