"""Refusals as HTTP replies: `application/problem+json`, from the one table of errors."""

import math
from collections.abc import Mapping

from starlette.responses import Response

from protocol.codec import Malformed
from protocol.errors import REFUSALS, ErrorCode
from protocol.messages import Problem
from protocol.model import Wire
from server.core.decide import Rejected
from server.hub.room import Outcome, Settled

PROBLEM = "application/problem+json"
RETRY_MS = 1_000
"""When to come back after a refusal that says nothing else about it."""
RETRIED_STATUSES = (429, 503)


class Denied(Exception):
    """Leaves a handler with a refusal; the endpoint turns it into a reply.

    Args:
        code: the stable name.
        where: for `bad_request`, the field at fault.
        retry_after_s: when to try again.
        status: in place of the one in the table, where HTTP has a word of its own.
        headers: further headers of the reply.
    """

    def __init__(
        self,
        code: ErrorCode,
        *,
        where: str | None = None,
        retry_after_s: float | None = None,
        status: int | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> None:
        """Keep the facts."""
        super().__init__(code.value)
        self.code = code
        self.where = where
        self.retry_after_s = retry_after_s
        self.status = status
        self.headers = dict(headers or {})

    @classmethod
    def of(cls, rejected: Rejected) -> "Denied":
        """Pass the hub's refusal on."""
        return cls(rejected.code, where=rejected.where)

    @classmethod
    def malformed(cls, fault: Malformed) -> "Denied":
        """Say that the body is not what it should be."""
        return cls(fault.code, where=fault.where)


def settled(outcome: Outcome) -> Settled:
    """Take the answer yes of the hub.

    Raises:
        Denied: the answer is no.
    """
    if isinstance(outcome, Rejected):
        raise Denied.of(outcome)
    return outcome


def problem_reply(no: Denied) -> Response:
    """Make the reply of a refusal."""
    status = no.status or REFUSALS[no.code].status
    retry_after_ms = None
    headers = dict(no.headers)
    if no.retry_after_s is not None or status in RETRIED_STATUSES:
        retry_after_ms = math.ceil(1000 * no.retry_after_s) if no.retry_after_s else RETRY_MS
        headers["Retry-After"] = str(math.ceil(retry_after_ms / 1000))
    if no.code is ErrorCode.TOO_LARGE:
        # The rest of the body is not waited for.
        headers["Connection"] = "close"
    problem = Problem.of(no.code, retry_after_ms=retry_after_ms, where=no.where)
    return reply(problem, status=status, media_type=PROBLEM, headers=headers)


def reply(
    body: Wire,
    *,
    status: int = 200,
    media_type: str = "application/json",
    headers: Mapping[str, str] | None = None,
) -> Response:
    """Make the reply with one model in it; what is null is left out."""
    return Response(
        body.model_dump_json(exclude_none=True),
        status_code=status,
        media_type=media_type,
        headers=dict(headers or {}),
    )
