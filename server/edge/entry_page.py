"""The page of an entry, whose policy lets it read the document that it shows.

Pictures, videos and pages in frames come from any host; a document is read by our own script,
and scripts of ours talk to our own server alone. So the page of a document on another host names
that host, and only to those who are shown the document: its address is theirs to know.
"""

import logging

from starlette.requests import Request
from starlette.responses import Response

from protocol.roles import EntryKind
from server.edge.bodies import room_in
from server.edge.callers import caller_of, standing
from server.edge.edge import Edge
from server.edge.headers import document_policy
from server.edge.media import is_shown
from server.edge.origins import origin_of
from server.edge.replies import Denied
from server.store.interface import StoreError

log = logging.getLogger(__name__)


async def let_read_document(edge: Edge, request: Request, page: Response) -> None:
    """Let the page of an entry read its document from the host that has it."""
    origin = await _document_origin(edge, request)
    if origin and origin not in edge.settings.own_origins:
        policy = document_policy(edge.settings, origin)
        page.headers["Content-Security-Policy"] = policy


async def _document_origin(edge: Edge, request: Request) -> str | None:
    """Say where the document is, if there is one and the caller is shown it.

    The page is served whatever happens here; what is wrong, the API tells the page.
    """
    try:
        caller = await caller_of(edge, request)
        found = await standing(edge, caller, room_in(request))
    except Denied:
        return None
    except StoreError:
        log.exception("the store did not answer")
        return None
    entry = found.state.entry
    if entry is None or entry.kind is not EntryKind.DOCUMENT:
        return None
    return origin_of(entry.content_url) if is_shown(caller, found.state, edge.now) else None
