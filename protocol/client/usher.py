"""The way in: doors, signing in, what a platform does over HTTP, and counts without a list."""

import re
from collections.abc import AsyncGenerator, AsyncIterator, Iterable, Mapping
from contextlib import aclosing, asynccontextmanager
from types import TracebackType
from typing import Any, Self, TypeVar
from urllib.parse import quote

from protocol import http
from protocol.client.calls import Http
from protocol.client.connecting import DEFAULT_OPTIONS, connect
from protocol.client.options import DEFAULT_TIMEOUT_S, Options
from protocol.client.room import FIRST_PAGE, Room
from protocol.codec import MSGPACK, Codec
from protocol.commands import Command
from protocol.failures import Refused, Unreachable
from protocol.ids import AccountId, RoomId
from protocol.model import Wire
from protocol.roles import Part
from protocol.routes import API, COMMAND_ROUTES, SOCKET
from protocol.secret import Secret
from protocol.views import Window

T = TypeVar("T")

_LINK = re.compile(r"(?:.*#)?(?:[gi]\.)?([A-Za-z0-9_-]+)\s*")
_FIELD = re.compile(r"{(\w+)}")
_ROUTES = {route.command: route for route in COMMAND_ROUTES}


class Usher:
    """A server, as one person or one platform sees it.

        async with Usher("https://usher.example") as usher:
            admitted = await usher.redeem_guest_link(link, "Ada", "ada@example.org")
            async with usher.room(admitted) as room:
                await room.raise_hand()

    Everything that asks the server raises `Refused` when it says no (nothing has changed then,
    and `code` says why) and `Unreachable` when there is no answer.

    Args:
        server: its address.
        key: an API key (`usher key create`), for a platform's backend; None for a person.
        timeout_s: for each request.
        origin: where people see the server, such as `https://usher.example`, when `server` is
            an inner address of it: doors take writes from there alone. None where both are one.
        options: how rooms are connected, and how long to wait before trying again.
    """

    def __init__(
        self,
        server: str,
        *,
        key: str | Secret | None = None,
        timeout_s: float = DEFAULT_TIMEOUT_S,
        origin: str | None = None,
        options: Options = DEFAULT_OPTIONS,
    ) -> None:
        """Prepare; nothing is asked yet."""
        text = key.reveal() if isinstance(key, Secret) else key
        self._http = Http(server, text, timeout_s, origin)
        self._options = options
        self._timeout_s = timeout_s

    async def __aenter__(self) -> Self:
        """Begin."""
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Let go of the connections."""
        await self._http.close()

    # --- doors -----------------------------------------------------------------------------

    async def look_at_guest_link(self, link: str) -> http.GuestDoor:
        """See what a guest link opens, which uses nothing up.

        Args:
            link: the URL of the link, or its token.
        """
        return await self._post("/doors/guest/look", http.GuestDoor, http.LinkToken(token=_t(link)))

    async def redeem_guest_link(
        self, link: str, name: str, email: str, *, consent: str = ""
    ) -> http.Admitted:
        """Come in as a guest, which is a use of the link.

        Args:
            consent: what `look_at_guest_link` gave to agree to, word for word.
        """
        form = http.GuestForm(token=_t(link), name=name, email=email, consent=consent)
        return await self._post("/doors/guest", http.Admitted, form)

    async def return_by_guest_link(self, link: str) -> http.Admitted:
        """Come in again as the guest that this `Usher` was before, which is no further use."""
        form = http.GuestReturn(token=_t(link))
        return await self._post("/doors/guest/return", http.Admitted, form)

    async def look_at_invitation(self, link: str) -> http.InvitationDoor:
        """See what an invite link opens; it tells nothing about who was invited."""
        form = http.LinkToken(token=_t(link))
        return await self._post("/doors/invitation/look", http.InvitationDoor, form)

    async def redeem_invitation(self, link: str, email: str | None = None) -> http.Admitted:
        """Come in by invitation.

        Args:
            email: the invited address; None for whoever is signed in with it.
        """
        form = http.InvitationForm(token=_t(link), email=email)
        return await self._post("/doors/invitation", http.Admitted, form)

    async def request_code(self, link: str, email: str) -> None:
        """Have a code mailed to the invited address, for `code_required` and `other_device`."""
        form = http.CodeRequest(token=_t(link), email=email)
        await self._post("/doors/invitation/code", http.Sent, form)

    async def redeem_code(self, link: str, email: str, code: str) -> http.Admitted:
        """Come in by invitation with the mailed code."""
        form = http.CodeForm(token=_t(link), email=email, code=code)
        return await self._post("/doors/invitation/verify", http.Admitted, form)

    # --- with an account -------------------------------------------------------------------

    async def sign_in(self, token: str) -> http.SignedIn:
        """Sign in with a host token, or the URL that it stands in. It is good once."""
        token = token.rpartition("#")[2]
        return await self._post("/sign-in", http.SignedIn, http.SignIn(token=token))

    async def me(self) -> http.Me:
        """Say who is signed in."""
        return await self._http.call("GET", "/me", http.Me)

    async def enter(self, entry_id: str) -> http.Admitted:
        """Come in as whoever is signed in."""
        return await self._post(f"/entries/{quote(entry_id, safe='')}/enter", http.Admitted)

    async def enter_with_token(self, token: str) -> http.Admitted:
        """Come in with a host token at once, without signing in."""
        return await self._post("/embed/enter", http.Admitted, http.EmbedEnter(token=token))

    # --- platforms -------------------------------------------------------------------------

    async def mint_token(
        self,
        account_id: str,
        name: str,
        email: str,
        *,
        entry_id: str | None = None,
        part: Part | str | None = None,
        valid_s: int = 300,
    ) -> http.MintedToken:
        """Make a host token for somebody (API key of scope `tokens`).

        Args:
            account_id: your own id of the person, always the same.
            part: in the entry: `co_owner`, `co_editor`, `co_publisher`, `co_viewer`.
        """
        form = http.MintToken(
            account_id=AccountId(account_id),
            name=name,
            email=email,
            entry_id=RoomId(entry_id) if entry_id else None,
            part=Part(part) if part else None,
            valid_s=valid_s,
        )
        return await self._post("/tokens", http.MintedToken, form)

    async def call(
        self, method: str, path: str, reply: type[T], body: Wire | Mapping[str, Any] | None = None
    ) -> T:
        """Send any other request.

        Args:
            path: below `/api/v1`.
            reply: what the answer is read as: a class of `http`, or `dict` for plain data.
        """
        return await self._http.call(method, path, reply, body)

    async def entries(self, after: str = "", limit: int = 50) -> list[http.EntrySummary]:
        """List entries, from behind one of them on."""
        query = {"limit": str(limit)} | ({"after": after} if after else {})
        return await self._http.call("GET", "/entries", list[http.EntrySummary], query=query)

    async def do(
        self, command: Command, entry_id: str | None = None, *, command_id: str | None = None
    ) -> http.Done:
        """Give a command from outside the room.

        Args:
            command: one that has a path of its own (`protocol.md`, section 11).
            entry_id: which entry; None only for `CreateEntry`.
            command_id: the same id with the same command again has no second effect. None makes
                a new one, so that a request that got lost is at most done once.

        Raises:
            KeyError: the command is given in a room alone.
        """
        route = _ROUTES[type(command)]
        body: dict[str, Any] = command.model_dump(mode="json", exclude_unset=True)
        body.pop("type", None)
        places = {"entry_id": entry_id}
        for field in _FIELD.findall(route.path):
            places.setdefault(field, body.pop(field, None))
        path = _FIELD.sub(lambda found: quote(str(places[found[1]]), safe=""), route.path)
        headers = {"Idempotency-Key": command_id or self._options.new_id()}
        return await self._http.call(route.method, path, http.Done, body, headers=headers)

    # --- live ------------------------------------------------------------------------------

    @asynccontextmanager
    async def room(
        self,
        admitted: http.Admitted,
        *,
        window: Window | None = FIRST_PAGE,
        codec: Codec = MSGPACK,
        options: Options | None = None,
    ) -> AsyncIterator[Room]:
        """Be in a session for the length of a block, coming back after every loss.

        Args:
            admitted: from a door.
            window: the part of the tab to look at; None looks at nothing.
            codec: how frames are written.
            options: in place of those of this `Usher`.
        """
        path = API + SOCKET.format(session_id=quote(admitted.session_id, safe=""))
        async with connect(
            "ws" + self._http.server.removeprefix("http") + path,
            ticket=admitted.ticket,
            window=window,
            codec=codec,
            timeout_s=self._timeout_s,
            options=options or self._options,
        ) as room:
            yield room

    async def counts(self, entry_ids: Iterable[str]) -> AsyncGenerator[http.EntryNews, None]:
        """Follow how many are in each group of entries, without a list of anybody.

        The present counts come first, then changes, for ever: a stream that ends is opened again
        with the same waits as a socket.

        Args:
            entry_ids: at most 50.
        """
        query = {"entries": ",".join(entry_ids)}
        failures = 0
        while True:
            after_ms: int | None = None
            try:
                async with aclosing(
                    self._http.events("/counts", query, http.EntryNews, "counts")
                ) as feed:
                    async for news in feed:
                        if isinstance(news, int):
                            after_ms = news
                        else:
                            failures = 0
                            yield news
            except Refused as no:
                if not no.problem.again:
                    raise
                after_ms = no.problem.retry_after_ms
            except Unreachable:
                pass
            draw = self._options.draw()
            await self._options.sleep(self._options.backoff.delay_s(failures, draw, after_ms))
            failures += 1

    async def _post(self, path: str, reply: type[T], body: Wire | None = None) -> T:
        return await self._http.call("POST", path, reply, body)


def _t(link: str) -> str:
    """Take the token out of a link.

    Raises:
        ValueError: it is none; what it is, is not told, as it may be a secret.
    """
    found = _LINK.fullmatch(link)
    if found is None:
        raise ValueError("that is no link of usher: it ends in #g. or #i. and a token")
    return found[1]
