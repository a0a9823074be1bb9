"""Every route, and the application made of them."""

from collections.abc import Awaitable, Callable, Iterable
from functools import partial

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.middleware.cors import CORSMiddleware
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route, WebSocketRoute
from starlette.websockets import WebSocket

from protocol.errors import ErrorCode
from protocol.routes import API, SOCKET
from server.edge.access import AccessLog
from server.edge.bodies import IDEMPOTENCY_KEY, OURS
from server.edge.clients import networks
from server.edge.edge import Edge
from server.edge.entry_count import EntryCount
from server.edge.extension import Extension
from server.edge.feeds import Feeds
from server.edge.headers import Headers
from server.edge.health import METRICS
from server.edge.holdings import Holdings
from server.edge.intake import Intake
from server.edge.limits import Limits
from server.edge.metrics import Metrics, metrics_page
from server.edge.openapi import describe
from server.edge.operations import OPERATIONS
from server.edge.pages import not_found, page_routes
from server.edge.ports import Directory, Media, Outbox, Post, Tokens, Webhooks
from server.edge.records import Records
from server.edge.replies import Denied, problem_reply
from server.edge.routing import endpoint_of, route_of
from server.edge.settings import EdgeSecrets, EdgeSettings
from server.edge.shedding import Shedding
from server.edge.socket import serve_socket
from server.edge.sockets import Sockets
from server.hub.hub import Hub
from server.store.erasures import Erasures

__all__ = ["EdgeSecrets", "EdgeSettings", "build_app"]


def build_app(
    *,
    hub: Hub,
    settings: EdgeSettings,
    secrets: EdgeSecrets,
    directory: Directory,
    post: Post,
    webhooks: Webhooks,
    erasures: Erasures,
    media_plane: Media | None = None,
    outbox: Outbox | None = None,
    tokens: Tokens | None = None,
    extensions: tuple[Extension, ...] = (),
) -> Starlette:
    """Make the application.

    Args:
        hub: running for as long as the application serves.
        settings: how the edge behaves.
        secrets: what it signs with.
        directory: who and what is known beside the rooms.
        post: carries one-time codes.
        webhooks: tells platforms what happens.
        erasures: forgets keys of people, and tells who was erased by other nodes.
        media_plane: lets people into it; None when there is no media server.
        outbox: where mails lie when there is no mail server; None when there is one.
        tokens: keeps the rate limits where many nodes share them; None for limits of our own.
        extensions: what floors above add.
    """
    records = Records(hub.world.monotonic)
    erasures.listen(lambda _person_id: records.clear())
    holdings = Holdings(hub=hub, directory=directory, erasures=erasures, post=post, outbox=outbox)
    edge = Edge(
        hub=hub,
        settings=settings,
        secrets=secrets,
        directory=directory,
        post=post,
        outbox=outbox,
        webhooks=webhooks,
        media=media_plane,
        limits=Limits(settings.rates, hub.world.monotonic, tokens),
        records=records,
        feeds=Feeds(settings.max_feeds, settings.feeds_per_caller),
        sockets=Sockets(settings.sockets),
        entries=EntryCount(directory, settings.max_entries, hub.world.monotonic),
        intake=Intake(settings.intake, hub.world.monotonic, partial(_chance, hub)),
        holdings=holdings,
    )
    metrics = Metrics(hub)
    app = Starlette(
        routes=_routes(edge, metrics, extensions),
        middleware=[
            Middleware(
                AccessLog,
                monotonic=hub.world.monotonic,
                entropy=hub.world.entropy,
                metrics=metrics,
            ),
            Middleware(Headers, settings=settings, frames=_frames(extensions)),
            *_for_other_origins(settings),
            Middleware(Shedding, intake=edge.intake),
        ],
        exception_handlers={HTTPException: _no_route(edge)},
    )
    app.router.redirect_slashes = False
    app.state.edge = edge
    return app


def _chance(hub: Hub) -> float:
    return int.from_bytes(hub.world.entropy(4), "big") / 2**32


def _for_other_origins(settings: EdgeSettings) -> list[Middleware]:
    """Let pages of allowed origins read replies. Without any, no reply names an origin."""
    others = settings.origins - settings.own_origins
    if not others:
        return []
    return [
        Middleware(
            CORSMiddleware,
            allow_origins=sorted(others),
            allow_methods=["GET", "POST", "PUT", "PATCH", "DELETE"],
            allow_headers=["Authorization", "Content-Type", IDEMPOTENCY_KEY, OURS],
            allow_credentials=True,
        )
    ]


def _frames(extensions: Iterable[Extension]) -> Callable[[], tuple[str, ...]]:
    kept = tuple(one.frames for one in extensions)
    return lambda: tuple(origin for frames in kept for origin in frames())


def _routes(edge: Edge, metrics: Metrics, extensions: tuple[Extension, ...]) -> list[BaseRoute]:
    async def socket(websocket: WebSocket) -> None:
        await serve_socket(edge, websocket)

    operations = (*OPERATIONS, *(one for added in extensions for one in added.operations))
    described = describe(operations, edge.settings.public_url)
    return [
        WebSocketRoute(API + SOCKET, socket),
        *(route_of(edge, operation) for operation in operations),
        *(route_of(edge, one) for one in described),
        Route(METRICS, metrics_page(metrics, networks(edge.settings.metrics_readers))),
        *(
            Route(
                one.path,
                endpoint_of(edge, one.handler, from_anywhere=True),
                methods=list(one.methods),
            )
            for added in extensions
            for one in added.landings
        ),
        *page_routes(edge),
    ]


def _no_route(edge: Edge) -> Callable[[Request, Exception], Awaitable[Response]]:
    async def handle(request: Request, fault: Exception) -> Response:
        """Answer what no route answers: for programs with a problem, for people with a page."""
        status = fault.status_code if isinstance(fault, HTTPException) else 500
        headers = dict(fault.headers or {}) if isinstance(fault, HTTPException) else {}
        if status == 404 and not request.url.path.startswith(f"{API}/"):
            return not_found(edge)
        code = ErrorCode.NOT_FOUND if status == 404 else ErrorCode.BAD_REQUEST
        request.scope["usher.refusal"] = code
        return problem_reply(Denied(code, status=status, headers=headers))

    return handle
