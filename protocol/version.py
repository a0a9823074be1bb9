"""The wire version and the subprotocols by which a WebSocket agrees on it."""

WIRE_VERSION = 1
"""Raised when a client of the old version could no longer understand us."""

SUBPROTOCOL_MSGPACK = "usher.v1.msgpack"
SUBPROTOCOL_JSON = "usher.v1.json"
SUBPROTOCOLS = (SUBPROTOCOL_MSGPACK, SUBPROTOCOL_JSON)
"""In the order in which the server prefers them."""

TICKET_SUBPROTOCOL = "usher.ticket."
"""Before a ticket that a page offers among the subprotocols; the server never chooses it.

Browsers let pages set no header on a WebSocket, and send no cookies to other sites.
"""
