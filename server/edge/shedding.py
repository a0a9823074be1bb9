"""Sends joins away at once while the line is full: before anything of a request is looked at.

A refusal that costs half as much as a join would leave nothing to let people in with when three
times as many come as can be. So this stands before routing, bodies and keys. See `Intake`.
"""

from starlette.types import ASGIApp, Receive, Scope, Send

from protocol.routes import API
from server.edge.intake import Intake
from server.edge.replies import Denied, problem_reply

DOORS = frozenset(
    f"{API}{path}"
    for path in (
        "/doors/guest",
        "/doors/guest/return",
        "/doors/invitation",
        "/doors/invitation/verify",
        "/embed/enter",
    )
)
"""The requests that are joins and need no account; they alone come from everywhere at once."""


class Shedding:
    """Innermost: a reply is made by whatever stands around it as any other."""

    def __init__(self, app: ASGIApp, intake: Intake) -> None:
        """Wrap an application."""
        self._app = app
        self._intake = intake

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request or socket, or refuse it."""
        try:
            if scope["type"] == "websocket":
                self._intake.refuse_more(is_inside=True)
            elif scope["type"] == "http" and scope["path"] in DOORS:
                self._intake.refuse_more()
        except Denied as no:
            scope["usher.refusal"] = no.code
            await problem_reply(no)(scope, receive, send)
            return
        await self._app(scope, receive, send)
