"""Lists over HTTP: a JSON array, and where the next page is (RFC 8288)."""

from collections.abc import Sequence
from typing import Any
from urllib.parse import urlencode

import pydantic_core
from starlette.requests import Request
from starlette.responses import Response

from protocol.model import Wire


def listed(
    request: Request, rows: Sequence[Wire], next_after: str | None = None, limit: int = 0
) -> Response:
    """Make the reply with a list in it.

    Args:
        request: whose other parameters the next page repeats.
        rows: of this page.
        next_after: the last of this page, when more may follow.
        limit: how many were asked for.
    """
    plain: list[dict[str, Any]] = [row.model_dump(exclude_none=True) for row in rows]
    headers = {}
    if next_after is not None:
        others = {
            name: value
            for name, value in request.query_params.items()
            if name not in ("after", "limit")
        }
        query = urlencode(others | {"after": next_after, "limit": limit})
        headers["Link"] = f'<{request.url.path}?{query}>; rel="next"'
    body = pydantic_core.to_json(plain)
    return Response(body, media_type="application/json", headers=headers)
