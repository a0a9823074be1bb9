"""The pages: what `web/` has built, served as it is. No page changes anything by being read."""

import re
from collections.abc import Awaitable, Callable
from pathlib import Path, PurePath

from starlette.datastructures import Headers
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import FileResponse, PlainTextResponse, Response
from starlette.routing import BaseRoute, Mount, Route
from starlette.staticfiles import StaticFiles
from starlette.types import Scope

from server.edge.callers import caller_of
from server.edge.edge import Edge
from server.edge.entry_page import let_read_document
from server.edge.headers import DOCUMENT_WORKER_POLICY, mail_policy
from server.edge.health import HEALTH, READY, healthy, readiness
from server.edge.replies import Denied

ENTRY = "entry.html"
PAGES = {
    "/": "index.html",
    "/e/{entry_id}": ENTRY,
    "/e/{entry_id}/attendance": "attendance.html",
    "/e/{entry_id}/audit": "audit.html",
    "/join": "join.html",
    "/sign-in": "sign-in.html",
    "/sign-in/{provider_id}": "sign-in.html",
    "/s/{session_id}": "room.html",
    "/embed": "embed.html",
}
"""Which file is served where; what it shows, it asks the API for."""

DOCS = "docs.html"
GUIDES = frozenset(
    (
        *("attendance", "audit", "embed", "embed.py", "embed.ts", "javascript", "lti", "media"),
        *("operations", "protocol", "python", "sign-in", "webhooks", "wire"),
    )
)
"""What can be read at `/docs/…`; the build makes them out of docs/ (`web/build/guides.ts`)."""

FOR_OPERATORS = {"/operator": "operator.html", "/operator/webhooks": "webhooks.html"}
"""For others there are no such pages."""
OUTBOX = "outbox.html"
NOT_FOUND = "not-found.html"
NOT_BUILT = "The pages are not built yet. Run `make web` in the server's folder, then reload.\n"

CODINGS = {"br": ".br", "gzip": ".gz"}
"""What the build writes beside each file, the smallest first."""
TEXTS = {
    ".js": "text/javascript",
    ".mjs": "text/javascript",
    ".css": "text/css",
    ".json": "application/json",
    ".svg": "image/svg+xml",
    ".vtt": "text/vtt",
}
"""What is worth compressing, by name: what a machine's own table says differs."""
HASHED_S = 365 * 24 * 3600
PLAIN_S = 3600
_HASHED = re.compile(r"^pdf-[0-9.]+/|-[A-Za-z0-9_-]{8,}\.[a-z0-9]+$")
"""Names that change with the content, as the build makes them: by a hash, or by a folder with
the version of the library that the files in it are of."""
_DOCUMENT_WORKER = re.compile(r"pdf\.worker[\w.-]*\.mjs")
_AT_ROOT = re.compile(r"[a-z0-9-]+\.(ico|svg|png|txt|webmanifest)")


def page_routes(edge: Edge) -> list[BaseRoute]:
    """Make the routes of the pages."""
    routes: list[BaseRoute] = [
        Route(path, _page(edge, name), methods=["GET"]) for path, name in PAGES.items()
    ]

    def for_operators(name: str) -> Callable[[Request], Awaitable[Response]]:
        async def page(request: Request) -> Response:
            is_open = await _is_operator(edge, request)
            return page_file(edge, name) if is_open else not_found(edge)

        return page

    async def outbox(request: Request) -> Response:
        """Show the outbox to the operator; for others there is no such page."""
        is_open = edge.outbox is not None and await _is_operator(edge, request)
        if not is_open:
            return not_found(edge)
        page = page_file(edge, OUTBOX)
        page.headers["Content-Security-Policy"] = mail_policy(edge.settings)
        return page

    async def at_root(request: Request) -> Response:
        """Serve the few files that browsers look for beside the pages."""
        name = request.path_params["name"]
        if not _AT_ROOT.fullmatch(name) or _path(edge, name) is None:
            return not_found(edge)
        return page_file(edge, name)

    async def docs(request: Request) -> Response:
        """Show what a server can be asked, or one guide."""
        name = request.path_params.get("guide")
        return page_file(edge, DOCS) if name is None or name in GUIDES else not_found(edge)

    routes += [
        Route(path, for_operators(name), methods=["GET"]) for path, name in FOR_OPERATORS.items()
    ]
    routes.append(Route("/outbox", outbox, methods=["GET"]))
    routes.append(Route("/docs", docs, methods=["GET"]))
    routes.append(Route("/docs/{guide}", docs, methods=["GET"]))
    if edge.settings.web_dir is not None:
        assets = Assets(directory=edge.settings.web_dir / "assets", check_dir=False)
        routes.append(Mount("/assets", app=assets))
        module = Shared(directory=edge.settings.web_dir / "module", check_dir=False)
        routes.append(Mount("/module", app=module))
    routes.append(Route(HEALTH, healthy, methods=["GET"]))
    routes.append(Route(READY, readiness(edge.hub), methods=["GET"]))
    routes.append(Route("/{name}", at_root, methods=["GET"]))
    return routes


class Assets(StaticFiles):
    """Scripts, styles and pictures, which may be kept by browsers and proxies."""

    async def check_config(self) -> None:
        """Say that nothing is there while nothing is built, instead of failing."""
        try:
            await super().check_config()
        except RuntimeError:
            self.config_checked = False
            raise HTTPException(404) from None

    async def get_response(self, path: str, scope: Scope) -> Response:
        """Serve a file, compressed where it can be; one whose name changes for ever."""
        response = await self._smallest(path, scope)
        is_hashed = _HASHED.search(path) is not None
        rule = f"max-age={HASHED_S}, immutable" if is_hashed else f"max-age={PLAIN_S}"
        response.headers["Cache-Control"] = f"public, {rule}"
        if _DOCUMENT_WORKER.fullmatch(path):
            response.headers["Content-Security-Policy"] = DOCUMENT_WORKER_POLICY
        return response

    async def _smallest(self, path: str, scope: Scope) -> Response:
        """Serve what the build has compressed already. Replies with secrets never come here."""
        kind = TEXTS.get(PurePath(path).suffix)
        if kind is None:
            return await super().get_response(path, scope)
        taken = {
            each.partition(";")[0].strip()
            for each in Headers(scope=scope).get("accept-encoding", "").split(",")
        }
        for coding, ending in (*CODINGS.items(), (None, "")):
            if coding is not None and coding not in taken:
                continue
            try:
                response = await super().get_response(path + ending, scope)
            except HTTPException:
                if coding is None:
                    raise
                continue
            response.headers["Content-Type"] = f"{kind}; charset=utf-8"
            response.headers["Vary"] = "Accept-Encoding"
            if coding is not None:
                response.headers["Content-Encoding"] = coding
            break
        return response


class Shared(Assets):
    """The tab as a module, which pages of any origin may load: it holds nothing of anybody."""

    async def get_response(self, path: str, scope: Scope) -> Response:
        """Serve a file to whoever asks."""
        response = await super().get_response(path, scope)
        response.headers["Access-Control-Allow-Origin"] = "*"
        response.headers["Cross-Origin-Resource-Policy"] = "cross-origin"
        return response


def not_found(edge: Edge) -> Response:
    """Make the page for what is not there."""
    if _path(edge, NOT_FOUND) is None:
        return PlainTextResponse("There is no such page.\n", status_code=404)
    return page_file(edge, NOT_FOUND, status=404)


def _page(edge: Edge, name: str) -> Callable[[Request], Awaitable[Response]]:
    async def page(request: Request) -> Response:
        found = page_file(edge, name)
        if name == ENTRY:
            await let_read_document(edge, request, found)
        return found

    return page


def page_file(edge: Edge, name: str, *, status: int = 200) -> Response:
    """Serve a built page; while none is built, say how that is done."""
    path = _path(edge, name)
    if path is None:
        return PlainTextResponse(NOT_BUILT, status_code=503)
    return FileResponse(path, status_code=status)


def _path(edge: Edge, name: str) -> Path | None:
    """Find a built file. Names come from our own list, never from a request unchecked."""
    if edge.settings.web_dir is None:
        return None
    path = edge.settings.web_dir / name
    return path if path.is_file() else None


async def _is_operator(edge: Edge, request: Request) -> bool:
    try:
        return (await caller_of(edge, request)).is_operator
    except Denied:
        return False
