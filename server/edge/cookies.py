"""Our cookies: the device, the account, and a ticket for each room that was entered.

All are HttpOnly and SameSite=Lax. A ticket's cookie goes only to the paths of its session, and
to the page of its entry, whose policy depends on who asks for it. A copy of it, one for each
room, goes to the whole API: a door asks whether this browser is inside already, and a media
page whether it was let in.

Over https the device and the account carry the prefix `__Host-`, which browsers take from this
very host alone: nobody who holds a neighbouring name can have a browser go about as theirs, and
so come into what is bound to it. A ticket is good only together with the device it is for.
Source: RFC 6265bis, section 4.1.3.
"""

import hashlib
from collections.abc import Iterable

from starlette.requests import HTTPConnection
from starlette.responses import Response

from protocol.ids import DeviceId, RoomId, SessionId, room_of
from protocol.routes import API
from protocol.secret import Secret
from server.edge.settings import EdgeSecrets, EdgeSettings
from server.edge.tickets import AccountClaim, Ticket, read_account, read_device, read_ticket

ACCOUNT = "usher_account"
DEVICE = "usher_device"
TICKET = "usher_ticket"
INSIDE = "usher_in_"
HOST_ONLY = "__Host-"
MAX_INSIDE = 8
"""Rooms of which a browser keeps the copy; a request's headers must not grow without end."""


class Jar:
    """Writes cookies into replies."""

    def __init__(self, settings: EdgeSettings) -> None:
        """Take how long each is good, and whether they go over https only."""
        self._settings = settings

    def set_account(self, response: Response, value: Secret) -> None:
        """Sign in."""
        self._set(response, self._own(ACCOUNT), value, self._settings.account_s, "/")

    def set_device(self, response: Response, value: Secret) -> None:
        """Know this browser from now on."""
        self._set(response, self._own(DEVICE), value, self._settings.device_s, "/")

    def set_ticket(self, response: Response, session: SessionId, value: Secret) -> None:
        """Give the ticket of a session."""
        age_s = self._settings.ticket_s
        for path in _ticket_paths(session):
            self._set(response, TICKET, value, age_s, path)
        self._set(response, inside_name(room_of(session)), value, age_s, API)

    def drop_inside(self, response: Response, names: Iterable[str]) -> None:
        """Forget that this browser is inside of rooms."""
        for name in names:
            response.delete_cookie(name, path=API, httponly=True, samesite="lax")

    def drop_ticket(self, response: Response, session: SessionId) -> None:
        """Forget the ticket of a session."""
        for path in _ticket_paths(session):
            response.delete_cookie(TICKET, path=path, httponly=True, samesite="lax")

    def drop_account(self, response: Response) -> None:
        """Sign out."""
        response.delete_cookie(
            self._own(ACCOUNT),
            path="/",
            secure=self._settings.has_secure_cookies,
            httponly=True,
            samesite="lax",
        )

    def _own(self, name: str) -> str:
        return own_name(name, self._settings)

    def _set(self, response: Response, name: str, value: Secret, age_s: int, path: str) -> None:
        response.set_cookie(
            name,
            value.reveal(),
            max_age=age_s,
            path=path,
            secure=self._settings.has_secure_cookies,
            httponly=True,
            samesite="lax",
        )


def _ticket_paths(session: SessionId) -> tuple[str, str]:
    """List the paths that a ticket's cookie goes to."""
    return f"{API}/sessions/{session}", f"/e/{room_of(session)}"


def inside_name(room: RoomId) -> str:
    """Name the cookie that says that this browser is inside of a room.

    Ids have characters that names of cookies may not have.
    """
    return INSIDE + hashlib.sha256(room.encode()).hexdigest()[:16]


def own_name(name: str, settings: EdgeSettings) -> str:
    """Name a cookie that no other host can set, where that can be had.

    Args:
        name: `ACCOUNT` or `DEVICE`.
        settings: say whether this server is reached over https.
    """
    return f"{HOST_ONLY}{name}" if settings.has_secure_cookies else name


def has_credentials(request: HTTPConnection) -> bool:
    """Say whether a request carries any of our cookies."""
    return any(name.removeprefix(HOST_ONLY).startswith("usher_") for name in request.cookies)


def device_in(
    request: HTTPConnection, settings: EdgeSettings, secrets: EdgeSecrets
) -> DeviceId | None:
    """Say which browser this is."""
    return read_device(secrets.ticket_keys, request.cookies.get(own_name(DEVICE, settings), ""))


def account_in(
    request: HTTPConnection, settings: EdgeSettings, secrets: EdgeSecrets, now: int
) -> AccountClaim | None:
    """Say who is signed in."""
    value = request.cookies.get(own_name(ACCOUNT, settings), "")
    return read_account(secrets.account_keys, value, now)


def tickets_in(
    request: HTTPConnection, settings: EdgeSettings, secrets: EdgeSecrets, now: int
) -> list[tuple[str, Ticket]]:
    """List the good tickets of this browser, each with the name of its cookie.

    A ticket made for another device than the browser's is no good: it was carried over.
    """
    device = device_in(request, settings, secrets)
    found = []
    for name, value in request.cookies.items():
        if name == TICKET or name.startswith(INSIDE):
            ticket = read_ticket(secrets.ticket_keys, value, now)
            if ticket is not None and ticket.device_id == device:
                found.append((name, ticket))
    return found
