"""The versions: of HTTP, of the wire, and the subprotocols by which a WebSocket agrees on it."""

import re
from typing import Final

WIRE_VERSION = 1
"""Raised when a client of the old version could no longer understand us."""
WIRE_VERSIONS = (WIRE_VERSION,)
"""Those that are spoken here, the newest first."""

API = "/api/v1"
"""Below it are all paths of HTTP; `protocol.routes` has the table."""

SUBPROTOCOL_MSGPACK = "usher.v1.msgpack"
SUBPROTOCOL_JSON = "usher.v1.json"
SUBPROTOCOLS = (SUBPROTOCOL_MSGPACK, SUBPROTOCOL_JSON)
"""In the order in which the server prefers them."""
_OURS: Final = re.compile(r"usher\.v([1-9][0-9]{0,5})\.(json|msgpack)")

TICKET_SUBPROTOCOL = "usher.ticket."
"""Before a ticket that a page offers among the subprotocols; the server never chooses it.

Browsers let pages set no header on a WebSocket, and send no cookies to other sites.
"""


def version_named(subprotocol: str) -> int | None:
    """Read the wire version out of a subprotocol, spoken here or not; None where it is no name.

    Example:
        >>> version_named("usher.v2.json"), version_named("chat")
        (2, None)
    """
    found = _OURS.fullmatch(subprotocol)
    return int(found[1]) if found else None


def is_text_named(subprotocol: str) -> bool:
    """Say whether a subprotocol of any version has text frames."""
    return subprotocol.endswith(".json")
