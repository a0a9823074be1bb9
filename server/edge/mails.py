"""The outbox of the embedded default, for the operator alone."""

from starlette.requests import Request
from starlette.responses import Response

from protocol.errors import ErrorCode
from server.edge.callers import caller_of
from server.edge.edge import Edge
from server.edge.lists import listed
from server.edge.replies import Denied


async def outbox(edge: Edge, request: Request) -> Response:
    """List the mails that would have been sent. They hold links that work."""
    caller = await caller_of(edge, request)
    if caller.account is None:
        raise Denied(ErrorCode.NOT_SIGNED_IN)
    if edge.outbox is None or not caller.is_operator:
        raise Denied(ErrorCode.NOT_FOUND)
    return listed(request, await edge.outbox.mails())
