"""Every route as one readable list, and the application made of it."""

from collections.abc import Awaitable, Callable

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.middleware.cors import CORSMiddleware
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, WebSocketRoute
from starlette.websockets import WebSocket

from protocol import http
from protocol.attendance import (
    AttendancePage,
    AttendanceSummary,
    AttendanceView,
    SittingsView,
)
from protocol.errors import ErrorCode
from protocol.quiz import AttemptView, OwnAttempts, QuizSheet, QuizSummary, TakerQuiz
from protocol.routes import API
from protocol.views import BlockView, Counts, GuestAccessView, LedgerRow, SelfView
from server.edge import (
    attendance,
    calendars,
    counts,
    guest_door,
    invitation_door,
    invitation_mails,
    ledger,
    mails,
    manage,
    media,
    quiz,
    rest,
    sessions,
    signin,
)
from server.edge.access import AccessLog
from server.edge.bodies import IDEMPOTENCY_KEY, OURS
from server.edge.edge import Edge
from server.edge.feeds import Feeds
from server.edge.headers import Headers
from server.edge.limits import Limits
from server.edge.openapi import describe
from server.edge.pages import not_found, page_routes
from server.edge.ports import Directory, Outbox, Post, Tokens
from server.edge.records import Records
from server.edge.replies import Denied, problem_reply
from server.edge.routing import ANYBODY, KEY, Operation, route_of
from server.edge.settings import EdgeSecrets, EdgeSettings
from server.edge.socket import serve_socket
from server.hub.hub import Hub

__all__ = ["OPERATIONS", "EdgeSecrets", "EdgeSettings", "build_app"]

SOCKET = f"{API}/sessions/{{session_id}}/socket"

OPERATIONS: tuple[Operation, ...] = (
    Operation(
        method="GET", path="/me", handler=signin.me, who=ANYBODY, reply=http.Me,
        summary="Say who is calling.",
    ),
    Operation(
        method="POST", path="/sign-in", handler=signin.sign_in, who=ANYBODY,
        body=http.SignIn, reply=http.SignedIn, summary="Redeem a host token once.",
    ),
    Operation(
        method="POST", path="/sign-out", handler=signin.sign_out, who=ANYBODY, reply=http.Me,
        summary="Forget who was signed in in this browser.",
    ),
    Operation(
        method="POST", path="/tokens", handler=signin.mint, who=KEY,
        body=http.MintToken, reply=http.MintedToken, summary="Mint a host token for somebody.",
    ),
    Operation(
        method="GET", path="/entries", handler=media.entries, who=("account", "key"),
        query=("after", "limit"), reply=list[http.EntrySummary],
        summary="List the entries in which the caller has a part.",
    ),
    Operation(
        method="GET", path="/entries/{entry_id}", handler=media.entry,
        reply=http.EntryView, summary="Show a media page.",
    ),
    Operation(
        method="GET", path="/entries/{entry_id}/calendar", handler=calendars.calendar,
        reply=None, other_replies=("text/calendar",),
        summary="Give the appointment of a scheduled entry as a calendar file.",
    ),
    Operation(
        method="GET", path="/entries/{entry_id}/quiz", handler=quiz.taken,
        reply=TakerQuiz, summary="Show the quiz as takers see it.",
    ),
    Operation(
        method="GET", path="/entries/{entry_id}/quiz/mine", handler=quiz.mine,
        who=("account", "ticket"), reply=OwnAttempts, summary="Show one's own attempts.",
    ),
    Operation(
        method="GET", path="/entries/{entry_id}/quiz/sheet", handler=quiz.sheet,
        query=("version",), reply=QuizSheet, summary="Show the quiz with its right answers.",
    ),
    Operation(
        method="GET", path="/entries/{entry_id}/quiz/attempts", handler=quiz.attempts,
        query=("after", "limit", *quiz.FILTERS, "sort", "format"), reply=list[AttemptView],
        other_replies=("text/csv",), summary="List the attempts at a quiz.",
    ),
    Operation(
        method="GET", path="/entries/{entry_id}/quiz/summary", handler=quiz.summary,
        query=quiz.FILTERS, reply=QuizSummary, summary="Put the attempts into numbers.",
    ),
    Operation(
        method="GET", path="/entries/{entry_id}/guest-access", handler=manage.guest_access,
        reply=GuestAccessView, summary="Show the guest links, with their URLs.",
    ),
    Operation(
        method="GET", path="/entries/{entry_id}/invitations", handler=ledger.ledger,
        query=("after", "limit", *ledger.FILTERS, "sort"), reply=list[LedgerRow],
        summary="List the invitations.",
    ),
    Operation(
        method="GET", path="/entries/{entry_id}/invitations/summary", handler=ledger.summary,
        query=ledger.FILTERS, reply=http.LedgerSummary,
        summary="Count the invitations, and those that match.",
    ),
    Operation(
        method="POST", path="/entries/{entry_id}/invitations/links", handler=ledger.links,
        body=http.InvitationIds, reply=http.InvitationLinks,
        summary="Show several invitations with their URLs.",
    ),
    Operation(
        method="GET", path="/entries/{entry_id}/invitations/{invitation_id}/link",
        handler=manage.invite_link, reply=manage.InviteLink,
        summary="Show the URL of an invitation.",
    ),
    Operation(
        method="POST", path="/entries/{entry_id}/invitations/preview",
        handler=manage.preview_list, body=http.CsvText, reply=http.CsvPreview,
        summary="Say of every row of a list whether it can be invited.",
    ),
    Operation(
        method="POST", path="/entries/{entry_id}/invitations/mail-preview",
        handler=invitation_mails.mail_preview, body=http.MailPreviewForm,
        reply=http.MailPreview, summary="Show the mail that an invitation would bring.",
    ),
    Operation(
        method="GET", path="/entries/{entry_id}/collaborators", handler=manage.collaborators,
        reply=list[http.CollaboratorView], summary="List who has a lasting part in an entry.",
    ),
    Operation(
        method="GET", path="/entries/{entry_id}/blocks", handler=manage.blocks,
        query=("after", "limit"), reply=list[BlockView], summary="List the blocked.",
    ),
    rest.ENTER,
    Operation(
        method="GET", path="/users", handler=media.users, query=("entry_id", "q"),
        reply=http.PeopleFound, summary="Find known users, to invite them.",
    ),
    Operation(
        method="GET", path="/counts", handler=counts.feed, query=("entries",),
        events=http.EntryNews, summary="Follow the counts of entries as they change.",
    ),
    Operation(
        method="POST", path="/doors/guest/look", handler=guest_door.look, who=ANYBODY,
        body=http.LinkToken, reply=http.GuestDoor, summary="Look at a guest link.",
    ),
    Operation(
        method="POST", path="/doors/guest", handler=guest_door.redeem, who=ANYBODY,
        body=http.GuestForm, reply=http.Admitted, summary="Come in as a guest.",
    ),
    Operation(
        method="POST", path="/doors/guest/return", handler=guest_door.come_back, who=ANYBODY,
        body=http.GuestReturn, reply=http.Admitted,
        summary="Come in again on the device of the first time.",
    ),
    Operation(
        method="POST", path="/doors/invitation/look", handler=invitation_door.look, who=ANYBODY,
        body=http.LinkToken, reply=http.InvitationDoor, summary="Look at an invite link.",
    ),
    Operation(
        method="POST", path="/doors/invitation", handler=invitation_door.redeem, who=ANYBODY,
        body=http.InvitationForm, reply=http.Admitted, summary="Come in by invitation.",
    ),
    Operation(
        method="POST", path="/doors/invitation/code", handler=invitation_door.request_code,
        who=ANYBODY, body=http.CodeRequest, reply=http.Sent,
        summary="Have a one-time code mailed to the invited address.",
    ),
    Operation(
        method="POST", path="/doors/invitation/verify", handler=invitation_door.verify,
        who=ANYBODY, body=http.CodeForm, reply=http.Admitted,
        summary="Come in with the mailed code.",
    ),
    Operation(
        method="POST", path="/embed/enter", handler=signin.embed_enter, who=ANYBODY,
        body=http.EmbedEnter, reply=http.Admitted,
        summary="Enter the room of a host token from another site's page, without cookies.",
    ),
    Operation(
        method="GET", path="/sessions/{session_id}", handler=sessions.own, who=("ticket",),
        reply=SelfView, summary="Show one's own state.",
    ),
    Operation(
        method="GET", path="/sessions/{session_id}/counts", handler=sessions.counts,
        reply=Counts, summary="Count the people in each group.",
    ),
    Operation(
        method="GET", path="/sessions/{session_id}/attendance", handler=attendance.download,
        query=("format",), reply=AttendanceView, other_replies=("text/csv",),
        summary="Export who was there.",
    ),
    Operation(
        method="GET", path="/sessions/{session_id}/attendance/summary",
        handler=attendance.summary, reply=AttendanceSummary,
        summary="Show how many were there, over time and in all.",
    ),
    Operation(
        method="GET", path="/sessions/{session_id}/attendance/people",
        handler=attendance.people, reply=AttendancePage,
        query=("first", "limit", "q", "origin", "link", "role", "sort"),
        summary="Show some of those who were there.",
    ),
    Operation(
        method="GET", path="/entries/{entry_id}/sessions", handler=attendance.sittings,
        reply=SittingsView, summary="List the sessions that have an attendance record.",
    ),
    Operation(
        method="GET", path="/outbox", handler=mails.outbox, who=("account",),
        reply=list[http.OutboxMail], summary="List mails that were not sent, for the operator.",
    ),
    *rest.command_operations(),
)  # fmt: skip
"""Every operation of the API, in the order in which routes are tried."""


def build_app(
    *,
    hub: Hub,
    settings: EdgeSettings,
    secrets: EdgeSecrets,
    directory: Directory,
    post: Post,
    outbox: Outbox | None = None,
    tokens: Tokens | None = None,
) -> Starlette:
    """Make the application.

    Args:
        hub: running for as long as the application serves.
        settings: how the edge behaves.
        secrets: what it signs with.
        directory: who and what is known beside the rooms.
        post: carries one-time codes.
        outbox: where mails lie when there is no mail server; None when there is one.
        tokens: keeps the rate limits where many nodes share them; None for limits of our own.
    """
    edge = Edge(
        hub=hub,
        settings=settings,
        secrets=secrets,
        directory=directory,
        post=post,
        outbox=outbox,
        limits=Limits(settings.rates, hub.world.monotonic, tokens),
        records=Records(hub.world.monotonic),
        feeds=Feeds(settings.max_feeds, settings.feeds_per_caller),
    )
    app = Starlette(
        routes=_routes(edge),
        middleware=[
            Middleware(AccessLog, monotonic=hub.world.monotonic),
            Middleware(Headers, settings=settings),
            *_for_other_origins(settings),
        ],
        exception_handlers={HTTPException: _no_route(edge)},
    )
    app.router.redirect_slashes = False
    return app


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


def _routes(edge: Edge) -> list[BaseRoute]:
    async def socket(websocket: WebSocket) -> None:
        await serve_socket(edge, websocket)

    described = describe(OPERATIONS, edge.settings.public_url)
    return [
        WebSocketRoute(SOCKET, socket),
        *(route_of(edge, operation) for operation in OPERATIONS),
        route_of(edge, described),
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
