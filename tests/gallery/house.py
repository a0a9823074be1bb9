"""One running server for many screens, and quick ways to bring it into any state."""

import json
from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import httpx

from protocol import commands as c
from protocol.client import Client, connect
from tests.running import RunningServer, Serve, running_server

HOST_NAME = "Hanna Host"
HOST_EMAIL = "host@usher.example"

NAMES = (
    *("Ada Okafor", "Ben Sato", "Chiara Rossi", "Dmitri Volkov", "Élise Martin", "Farid Nasser"),
    *("Grace Kim", "Henrik Olsen", "Ingrid Sandvik", "José García", "Karin Weiß", "Lê Thị Mai"),
    *("Mohammed Al-Fayed", "Noa Cohen", "Ólafur Jónsson", "Priya Raman", "Quentin Dubois"),
    *("Rosa Delgado", "Şebnem Kaya", "Tariq Aziz", "Uma Patel", "Víctor Núñez", "Wen Li"),
    *("Ximena Vargas", "يوسف الخطيب", "Zoë van den Berg"),
)


def email_of(name: str) -> str:
    """An address for somebody made up."""
    letters = "".join(one for one in name.lower().split()[0] if one.isascii() and one.isalpha())
    return f"{letters or 'guest'}.{abs(hash(name)) % 1000}@example.org"


class House:
    """A server with its host signed in over HTTP.

    Screens do not disturb each other: each that changes something makes an entry of its own.
    """

    def __init__(self, server: RunningServer, http: httpx.AsyncClient, key: str) -> None:
        self.server = server
        self._http = http
        self._key = key

    @property
    def url(self) -> str:
        return self.server.url

    async def ask(self, method: str, path: str, body: Any = None) -> Any:
        """Ask as the host; a refusal is a fault of the screen that asks."""
        return _answer(await self._http.request(method, path, json=body))

    async def entry(self, kind: str = "room", name: str = "Weekly seminar", **more: Any) -> "Hall":
        """Make an entry of the host's."""
        settings = more.pop("settings", {})
        body: dict[str, Any] = {"kind": kind, "name": name, "settings": settings, **more}
        done = await self.ask("POST", "/entries", body)
        entry = await self.ask("GET", f"/entries/{done['result']['entry_id']}")
        return Hall(self, entry["entry_id"], entry["session_id"])

    async def sign_in_url(self, account: str, name: str, email: str, **more: Any) -> str:
        """A URL that signs somebody else in, once."""
        body = {"account_id": account, "name": name, "email": email, **more}
        headers = {"Authorization": f"Bearer {self._key}"}
        async with httpx.AsyncClient(base_url=f"{self.url}/api/v1", headers=headers) as http:
            return str(_answer(await http.post("/tokens", json=body))["url"])

    def cookies(self) -> list[dict[str, Any]]:
        """The host's cookies, for a browser of theirs."""
        return [
            {"name": one.name, "value": one.value or "", "domain": "127.0.0.1", "path": one.path}
            for one in self._http.cookies.jar
            if one.path == "/"
        ]


@dataclass
class Hall:
    """One entry, and its session."""

    house: House
    entry_id: str
    session_id: str
    links: dict[str, str] = field(default_factory=dict)
    """Ids of guest links by name."""

    async def do(self, method: str, path: str, body: Any = None) -> dict[str, Any]:
        """Ask something about this entry as the host; return what came of it."""
        answer = await self.house.ask(method, f"/entries/{self.entry_id}{path}", body or {})
        result: dict[str, Any] = answer.get("result", answer)
        return result

    async def start(self) -> "Hall":
        await self.do("POST", "/session/start")
        return self

    async def guest_link(self, name: str = "Open day", **more: Any) -> str:
        """Make a guest link that works; return its URL."""
        await self.do("PUT", "/guest-access", {"is_on": True})
        made = await self.do("POST", "/guest-links", {"name": name, **more})
        self.links[name] = made["link_id"]
        access = await self.house.ask("GET", f"/entries/{self.entry_id}/guest-access")
        [url] = [one["url"] for one in access["links"] if one["id"] == made["link_id"]]
        return str(url)

    async def invite(self, email: str, kind: str = "speaker", **more: Any) -> str:
        """Invite somebody; return the invite link."""
        names = {key: more.pop(key) for key in ("first_name", "last_name") if key in more}
        body: dict[str, Any] = {"invitation_type": kind, **more}
        body["invitees"] = [{"email": email, **names}]
        [invitation_id] = (await self.do("POST", "/invitations", body))["invitation_ids"]
        path = f"/entries/{self.entry_id}/invitations/{invitation_id}/link"
        return str((await self.house.ask("GET", path))["url"])

    async def redeem(self, url: str, email: str) -> None:
        """Have an invitation bound to a device without a browser."""
        body = {"token": urlsplit(url).fragment.partition(".")[2], "email": email}
        async with self.house.server.http() as http:
            _answer(await http.post("/doors/invitation", json=body))

    async def enter(self) -> dict[str, Any]:
        """Let the host in without a browser."""
        entered: dict[str, Any] = await self.house.ask(
            "POST", f"/entries/{self.entry_id}/enter", {}
        )
        return entered

    @asynccontextmanager
    async def guest(self, url: str, name: str, email: str = "") -> AsyncIterator[Client]:
        """Somebody inside, or at a gate, without a browser."""
        token = urlsplit(url).fragment.partition(".")[2]
        form = {"token": token, "name": name, "email": email or email_of(name)}
        async with self.house.server.http() as http:
            admitted = _answer(await http.post("/doors/guest", json=form))
        async with self.connected(admitted) as client:
            yield client

    @asynccontextmanager
    async def connected(self, admitted: Mapping[str, Any]) -> AsyncIterator[Client]:
        """The socket of somebody who was let through a door."""
        port, session = self.house.server.port, admitted["session_id"]
        socket = f"ws://127.0.0.1:{port}/api/v1/sessions/{session}/socket"
        async with connect(socket, ticket=admitted["ticket"]) as client:
            await client.until(lambda one: one.you is not None)
            yield client

    async def fill(self, stack: AsyncExitStack, url: str, count: int) -> dict[str, Client]:
        """Bring so many guests in, by the names that we have."""
        return {
            name: await stack.enter_async_context(self.guest(url, name)) for name in NAMES[:count]
        }

    async def bring_up(self, host: Client, guest: Client) -> None:
        """Invite somebody to the stage, and have them come."""
        assert guest.you is not None
        await host.ask(c.OfferStage(participant_id=guest.you.participant_id))
        await guest.until(lambda one: one.you is not None and one.you.stage == "offered")
        await guest.ask(c.AnswerStageOffer(is_accepted=True))


def _answer(response: httpx.Response) -> Any:
    if not response.is_success:
        raise AssertionError(f"{response.request.url.path}: {response.status_code} {response.text}")
    return response.json()


@asynccontextmanager
async def open_house(
    folder: Path, env: Mapping[str, str] | None = None, serve: Serve = running_server
) -> AsyncIterator[House]:
    """Run a server for a whole catalogue of screens; it may call others on this machine."""
    async with serve(folder, {"USHER_INNER": "127.0.0.0/8 ::1", **(env or {})}) as server:
        code, out, said = await server.usher("key", "create", "--name", "gallery")
        assert code == 0, said
        async with server.http() as http:
            await server.sign_in(http)
            yield House(server, http, json.loads(out)["key"])
