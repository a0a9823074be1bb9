"""Requests to a server, and what its answers mean."""

from collections.abc import AsyncGenerator, AsyncIterator, Mapping
from typing import Any, TypeVar

import httpx
from pydantic import TypeAdapter

from protocol.codec import decode_problem, decode_reply
from protocol.connection import loss_of_response
from protocol.errors import ErrorCode
from protocol.failures import Refused, Unreachable
from protocol.messages import Problem
from protocol.model import Wire
from protocol.plain import Malformed
from protocol.routes import API

T = TypeVar("T")

WAITS_S = 45.0
"""So long without a word, and a stream of events is given up; the server beats every 15 s."""


class Http:
    """Keeps connections and cookies of one person, or the API key of a platform.

    Args:
        server: such as `https://usher.example`.
        key: an API key; None for a person.
        timeout_s: for each request.
        origin: of the pages of the server; None where `server` is that.
    """

    def __init__(
        self, server: str, key: str | None, timeout_s: float, origin: str | None = None
    ) -> None:
        """Prepare; nothing is asked yet."""
        self.server = server.rstrip("/")
        self._timeout_s = timeout_s
        # A write with cookies is taken only from a page of ours or from who says so as well.
        headers = {"Authorization": f"Bearer {key}"} if key else {"Origin": origin or self.server}
        self._client = httpx.AsyncClient(
            base_url=self.server + API, headers=headers | {"X-Usher": "1"}, timeout=timeout_s
        )

    async def close(self) -> None:
        """Let go of the connections."""
        await self._client.aclose()

    async def call(
        self,
        method: str,
        path: str,
        reply: type[T],
        body: Wire | Mapping[str, Any] | None = None,
        *,
        query: Mapping[str, str] | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> T:
        """Send one request.

        Args:
            path: below `/api/v1`.
            reply: what the answer is read as.

        Raises:
            Refused: the server said no; nothing changed.
            Unreachable: there was no answer, or none of this server. A write may have had its
                effect.
        """
        plain = body.model_dump(mode="json", exclude_none=True) if isinstance(body, Wire) else body
        sent = None if method == "GET" else dict(plain or {})
        try:
            answer = await self._client.request(
                method, path, json=sent, params=query, headers=dict(headers or {})
            )
        except httpx.HTTPError as error:
            raise Unreachable(1, error) from None
        if answer.is_success:
            try:
                return decode_reply(answer.content, TypeAdapter(reply))
            except Malformed as fault:
                raise Unreachable(1, fault) from None
        raise refusal_of(answer.status_code, answer.content)

    async def events(
        self, path: str, query: Mapping[str, str], reply: type[T], name: str
    ) -> AsyncGenerator[T | int, None]:
        """Follow one stream of events to its end.

        Yields:
            Each event of that name; or a number of ms, after which to ask again.

        Raises:
            Refused: the server said no.
            Unreachable: there is no stream, or no more of it.
        """
        shape = TypeAdapter(reply)
        timeout = httpx.Timeout(self._timeout_s, read=WAITS_S)
        try:
            async with self._client.stream("GET", path, params=query, timeout=timeout) as answer:
                if not answer.is_success:
                    raise refusal_of(answer.status_code, await answer.aread())
                async for field, value in _fields(answer.aiter_lines(), name):
                    if field == "data":
                        yield decode_reply(value.encode(), shape)
                    elif value.isdigit():
                        yield int(value)
        except (httpx.HTTPError, Malformed) as error:
            raise Unreachable(1, error) from None


def refusal_of(status: int, body: bytes) -> Refused | Unreachable:
    """Say what an answer means that is no success."""
    try:
        return Refused(decode_problem(body))
    except Malformed:
        loss = loss_of_response(status, body)
    if loss.is_final:
        return Refused(loss.problem or Problem.of(ErrorCode.BAD_REQUEST))
    return Unreachable(1, ConnectionError(f"HTTP {status}"))


async def _fields(lines: AsyncIterator[str], wanted: str) -> AsyncIterator[tuple[str, str]]:
    """Read a stream of Server-Sent Events: the data of one kind of event, and `retry`.

    Source: HTML Living Standard, section 9.2.6.
    """
    event = ""
    data: list[str] = []
    async for line in lines:
        field, _, value = line.partition(":")
        value = value.removeprefix(" ")
        if not line:
            if data and event == wanted:
                yield "data", "\n".join(data)
            event, data = "", []
        elif field == "event":
            event = value
        elif field == "data":
            data.append(value)
        elif field == "retry":
            yield field, value
