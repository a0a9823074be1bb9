"""Questions to other servers whose answers are read: JSON, by the strict parser of the wire."""

import json
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

from protocol.codec import Malformed
from protocol.plain import Limits, parse_json
from server.integrations.outgoing import Answer, BadTargetError, Outgoing, OutgoingError

MAX_BYTES = 1024 * 1024
"""Of an answer; what is longer is cut, and then no JSON any more."""
MAX_REPLY = Limits(max_frame_bytes=MAX_BYTES, max_items=20_000, max_values=200_000)


class Unreachable(Exception):
    """A question came to nothing. The sentence is for the log: no address stands in it."""


class BadAddress(Unreachable):
    """What was given as an address cannot be called, or may not be; others may well be."""


def json_in(answer: Answer) -> Any:
    """Read the body of an answer as JSON.

    Raises:
        Unreachable: it is not.
    """
    try:
        return parse_json(answer.body, MAX_REPLY)
    except Malformed:
        raise Unreachable("the answer is no JSON that can be read") from None


class Calls:
    """Asks, through the one way out that refuses inner addresses.

    Args:
        outgoing: that way; it has to read `MAX_BYTES`.
    """

    def __init__(self, outgoing: Outgoing) -> None:
        """Ask nothing yet."""
        self._outgoing = outgoing

    async def get(self, url: str, headers: Mapping[str, str] | None = None) -> Answer:
        """Ask for something.

        Raises:
            Unreachable: the address may not be called, or nobody answers there in time.
        """
        try:
            return await self._outgoing.get(url, headers or {})
        except OutgoingError as fault:
            raise _unreachable(fault) from None

    async def post_form(
        self, url: str, fields: Mapping[str, str], headers: Mapping[str, str] | None = None
    ) -> Answer:
        """Send a form; raises as `get`, and then it is not known whether it was taken."""
        kind = {"Content-Type": "application/x-www-form-urlencoded"}
        return await self._post(url, {**kind, **(headers or {})}, urlencode(fields).encode())

    async def post_json(
        self, url: str, body: Any, headers: Mapping[str, str] | None = None
    ) -> Answer:
        """Send JSON; raises as `get`, and then it is not known whether it was taken."""
        kind = {"Content-Type": "application/json"}
        content = json.dumps(body, ensure_ascii=False).encode()
        return await self._post(url, {**kind, **(headers or {})}, content)

    async def _post(self, url: str, headers: Mapping[str, str], content: bytes) -> Answer:
        try:
            return await self._outgoing.post(url, headers, content)
        except OutgoingError as fault:
            raise _unreachable(fault) from None


def _unreachable(fault: OutgoingError) -> Unreachable:
    kind = BadAddress if isinstance(fault, BadTargetError) else Unreachable
    return kind(str(fault))
