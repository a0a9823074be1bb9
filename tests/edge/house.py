"""A whole server on a free port over a real store, and people who come to it."""

import asyncio
import logging
import secrets
import socket
import time
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AsyncExitStack, asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
import uvicorn
from starlette.applications import Starlette

from protocol import commands as c
from protocol.http import MailPreview, OutboxMail
from protocol.ids import AccountId, NodeId, ParticipantId, RoomId, SessionId
from protocol.roles import EntryKind, Part, Presence
from server.core import orders as o
from server.core.actors import SERVER, AccountActor
from server.core.attendance import Attendance
from server.core.chain import Line
from server.core.person import Person, person_id
from server.core.record import Record
from server.core.state import Invitation, RoomState
from server.core.validity import expires_at
from server.edge.app import EdgeSecrets, EdgeSettings, build_app
from server.edge.clients import networks
from server.edge.directory import StoreDirectory
from server.edge.edge import Edge
from server.edge.heads import EdgeHttp
from server.edge.tickets import sign_host_token
from server.edge.transport import EdgeSocket
from server.hub.hub import Hub
from server.hub.room import Settled
from server.hub.settings import HubSettings, Stores, World
from server.hub.watcher import Watcher
from server.integrations.media.livekit import LiveKit, LiveKitSettings
from server.integrations.media.steward import Steward
from server.integrations.outgoing import Outgoing
from server.integrations.traces import OpenTelemetryTraces
from server.integrations.webhooks.courier import Courier, CourierWorld
from server.integrations.webhooks.desk import WebhookDesk
from server.integrations.webhooks.keep import WebhookKeep
from server.store.archive import Archive
from server.store.erasures import Erasures
from server.store.journal import Journal
from server.store.masterkeys import MasterKeys
from server.store.sealing import Sealer
from server.store.sqlite import SqliteStore
from tests.edge.browsers import Browser

PERSON_KEY = b"p" * 32
SECRETS = EdgeSecrets(
    link_keys=(b"l" * 32,),
    ticket_keys=(b"t" * 32,),
    account_keys=(b"a" * 32,),
    token_keys=(b"h" * 32,),
)
API_KEYS = (b"k" * 32,)
WEBHOOK_KEYS = (b"w" * 32, b"v" * 32)
HOST = AccountId("hanna")
LIVEKIT = ("devkey", "a secret that is long enough for HS256")
MAX_FRAME_BYTES = 64 * 1024


class Clock:
    """Tells real time, set ahead by as much as a test likes."""

    def __init__(self) -> None:
        self.ahead_ms = 0

    def __call__(self) -> int:
        return 1_800_000_000_000 + self.ahead_ms + int(time.monotonic() * 1000)


@dataclass
class Codes:
    """A post office that keeps the codes it was given."""

    sent: list[tuple[str, str]] = field(default_factory=list)
    is_open: bool = True

    def forget(self, person: Person) -> int:
        before = len(self.sent)
        self.sent = [one for one in self.sent if one[0] != person.email]
        return before - len(self.sent)

    async def send_code(
        self, room: RoomId, entry_name: str, invitation: Invitation, code: str
    ) -> bool:
        self.sent.append((invitation.person.email, code))
        return self.is_open

    def invitation_mail(self, state: RoomState, invitation: Invitation) -> MailPreview | None:
        """Write a mail that has everything in it that a test may look for."""
        if not self.is_open:
            return None
        until = expires_at(state, invitation)
        return MailPreview(
            sender="usher@example.org",
            to=invitation.person.email,
            subject=f"{invitation.invited_by.name} invites you",
            text=f"{invitation.person.name}: {invitation.message}, until {until}",
            html="",
            language=invitation.language,
        )


@dataclass
class Mails:
    """An outbox with what a test has put into it."""

    kept: list[OutboxMail] = field(default_factory=list)

    async def mails(self) -> list[OutboxMail]:
        return self.kept

    async def forget(self, person: Person) -> int:
        before = len(self.kept)
        self.kept = [one for one in self.kept if one.to != person.email]
        return before - len(self.kept)


class House:
    """A running server, and what tests do with it."""

    def __init__(
        self,
        *,
        url: str,
        hub: Hub,
        directory: StoreDirectory,
        clock: Clock,
        codes: Codes,
        mails: Mails,
        sealer: Sealer,
        server: uvicorn.Server,
    ) -> None:
        self.url = url
        self.server = server
        self.sealer = sealer
        self.hub = hub
        self.directory = directory
        self.clock = clock
        self.codes = codes
        self.mails = mails
        self._browsers: list[Browser] = []
        self.room = RoomId("e_room")
        self.host = AccountActor(account_id=HOST, person=self.person("Hanna", "hanna@example.org"))

    @property
    def connections(self) -> set[Any]:
        """The protocols of all open connections."""
        return set(self.server.server_state.connections)

    @property
    def sockets(self) -> list[EdgeSocket]:
        """Those of them that are WebSockets."""
        return [one for one in self.connections if isinstance(one, EdgeSocket)]

    @property
    def port(self) -> int:
        return int(self.url.rpartition(":")[2])

    @property
    def socket_url(self) -> str:
        return self.url.replace("http://", "ws://")

    @staticmethod
    def person(name: str, email: str) -> Person:
        return Person(person_id(email, PERSON_KEY), name, email)

    # --- people ----------------------------------------------------------------------------

    async def browser(self, **headers: str) -> Browser:
        browser = Browser(self.url, **headers)
        self._browsers.append(browser)
        return browser

    async def close_browsers(self) -> None:
        for browser in self._browsers:
            await browser.http.aclose()

    def host_token(self, **changes: Any) -> str:
        fields: dict[str, Any] = {
            "account_id": HOST,
            "name": "Hanna",
            "email": "hanna@example.org",
            "now": self.clock(),
            "jti": secrets.token_hex(8),
            "valid_s": 300,
            "is_operator": True,
        }
        return sign_host_token(SECRETS.token_keys, **(fields | changes))

    async def signed_in(self, **changes: Any) -> Browser:
        browser = await self.browser()
        await browser.done("POST", "/sign-in", {"token": self.host_token(**changes)})
        return browser

    async def account(self, name: str, part: Part | None = None) -> Browser:
        """Sign somebody in who is not the host, with a part in the entry."""
        return await self.signed_in(
            account_id=AccountId(name.lower()),
            name=name,
            email=f"{name.lower()}@example.org",
            is_operator=False,
            entry_id=self.room if part else None,
            part=part,
        )

    async def platform(self, *scopes: str) -> Browser:
        made = await self.directory.create_key("lms", scopes or ("entries", "tokens", "read"))
        browser = await self.browser()
        browser.http.headers = httpx.Headers({"Authorization": f"Bearer {made.key}"})
        return browser

    # --- the room --------------------------------------------------------------------------

    async def asked(self, wish: Any, actor: Any = None) -> dict[str, Any]:
        outcome = await self.hub.ask(self.room, wish, actor or self.host)
        assert isinstance(outcome, Settled), outcome
        return outcome.result

    async def make_entry(self, kind: EntryKind = EntryKind.ROOM, **fields: Any) -> SessionId:
        made = await self.asked(c.CreateEntry(kind=kind, name="Seminar", **fields))
        await self.directory.remember(HOST, self.host.person)
        return SessionId(made["session_id"])

    async def make_open(self, **fields: Any) -> SessionId:
        session = await self.make_entry(**fields)
        await self.asked(c.StartSession())
        return session

    async def make_link(self, name: str = "Open day", **limits: Any) -> tuple[str, str]:
        """Make a guest link; give its id and token."""
        await self.asked(c.SetGuestAccess(is_on=True))
        made = await self.asked(c.CreateGuestLink(name=name, **limits))
        host = await self.signed_in()
        access = await host.done("GET", f"/entries/{self.room}/guest-access")
        url = next(one["url"] for one in access["links"] if one["id"] == made["link_id"])
        return made["link_id"], url.partition("#g.")[2]

    async def invite(self, email: str, kind: str = "viewer", **fields: Any) -> tuple[str, str]:
        """Invite somebody without a mail; give the invitation's id and token."""
        body = {"invitees": [{"email": email}], "invitation_type": kind, "send_mail": False}
        host = await self.signed_in()
        path = f"/entries/{self.room}/invitations"
        done = await host.done("POST", path, body | fields)
        one = done["result"]["invitation_ids"][0]
        link = await host.done("GET", f"{path}/{one}/link")
        return one, link["url"].partition("#i.")[2]

    async def guest(self, token: str, name: str = "Gil") -> tuple[Browser, dict[str, Any]]:
        """Let a guest with a browser of their own come in."""
        browser = await self.browser()
        form = {"token": token, "name": name, "email": f"{name.lower()}@guests.example"}
        return browser, await browser.done("POST", "/doors/guest", form)

    async def grant(self, account: str, part: Part) -> None:
        order = o.GrantPart(
            account_id=AccountId(account),
            name=account.title(),
            email=f"{account}@example.org",
            part=part,
        )
        await self.asked(order, SERVER)

    async def state(self) -> RoomState:
        state = await self.hub.look(self.room)
        assert state is not None
        return state

    async def until(self, holds: Callable[[RoomState], bool], limit_s: float = 20) -> None:
        """Wait until something holds of the room."""
        async with asyncio.timeout(limit_s):
            while not holds(await self.state()):  # noqa: ASYNC110 - nothing tells of it
                await asyncio.sleep(0.01)

    async def presence(self, admitted: dict[str, Any]) -> Presence:
        one = ParticipantId(admitted["participant_id"])
        return (await self.state()).participants[one].presence

    @property
    def watchers(self) -> list[Watcher]:
        return [one for room in self.hub.rooms for one in room.watchers]

    async def admitted_guest(self, name: str = "Gil") -> dict[str, Any]:
        """Let a guest in by a link of their own; give what the door answered."""
        _, token = await self.make_link()
        _, admitted = await self.guest(token, name)
        return admitted

    async def version(self) -> int:
        return (await self.hub.stores.store.head(self.room)).version


def edge_of(house: House) -> Edge:
    """Look inside: what every handler of the server is handed."""
    app = house.server.config.app
    assert isinstance(app, Starlette)
    edge = app.state.edge
    assert isinstance(edge, Edge)
    return edge


def steward_of(url: str, world: World) -> Steward:
    """Make what keeps the media server of a test in step."""
    settings = LiveKitSettings(url=url, api_key=LIVEKIT[0], api_secret=LIVEKIT[1])
    livekit = LiveKit(settings, Outgoing(networks(["127.0.0.0/8"])))
    return Steward(livekit, world.node_id, world.clock, world.monotonic, backoff_s=(0.01,))


async def until(holds: Callable[[], bool], limit_s: float = 20) -> None:
    """Wait for a condition."""
    async with asyncio.timeout(limit_s):
        while not holds():  # noqa: ASYNC110 - what is waited for says nothing by itself
            await asyncio.sleep(0.005)


class QuietServer(uvicorn.Server):
    """Leaves signals to pytest, and starts and stops without waiting for round tenths."""

    def __init__(self, config: uvicorn.Config) -> None:
        super().__init__(config)
        self.ended = asyncio.Event()

    async def main_loop(self) -> None:
        await self.on_tick(0)
        await self.ended.wait()

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        for server in self.servers:
            server.close()
        for connection in list(self.server_state.connections):
            connection.shutdown()
        await until(lambda: not self.server_state.tasks)

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


@asynccontextmanager
async def opened_house(
    folder: Path,
    *,
    settings: HubSettings | None = None,
    outbox: bool = True,
    connections: int | None = None,
    node: str = "n1",
    livekit: str = "",
    traces: OpenTelemetryTraces | None = None,
    **edge: Any,
) -> AsyncIterator[House]:
    """Run a server on a folder."""
    async with AsyncExitStack() as stack:
        sock = socket.socket()
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        sock.bind(("127.0.0.1", 0))
        sock.listen(512)
        stack.callback(sock.close)
        url = f"http://127.0.0.1:{sock.getsockname()[1]}"
        store = await stack.enter_async_context(SqliteStore.open(folder / "usher.sqlite3"))
        sealer = Sealer(store, MasterKeys.of(("k1", b"m" * 32)))
        clock, codes, mails = Clock(), Codes(), Mails()
        webhooks = WebhookKeep(store, sealer, clock, NodeId(node))
        stores = Stores(
            store=store,
            journal=Journal(store, sealer, Record, RoomState),
            attendance=Archive(sealer, Attendance),
            audit=Archive(sealer, Line),
            announced=webhooks.puts,
        )
        world = World(
            clock=clock,
            monotonic=time.monotonic,
            entropy=secrets.token_bytes,
            person_key=PERSON_KEY,
            node_id=NodeId(node),
            traces=traces,
        )
        hub_settings = settings or HubSettings(tick_ms=5, ping_ms=2_000, idle_s=3600)
        courier = Courier(
            webhooks,
            Outgoing(networks(["127.0.0.0/8"])),
            WEBHOOK_KEYS,
            CourierWorld(clock=clock, monotonic=time.monotonic, chance=lambda: 0.5),
            backoff_s=(0.01,),
        )
        steward = steward_of(livekit, world) if livekit else None
        told = [courier.on_commit, *([steward.on_commit] if steward else [])]
        hub = Hub(stores, hub_settings, world, on_commit=told)
        directory = await StoreDirectory.opened(store, sealer, API_KEYS, clock)
        await stack.enter_async_context(courier.running())
        erasures = Erasures(store, sealer, clock)
        erasures.listen(directory.was_erased)
        await stack.enter_async_context(hub.running())
        if steward is not None:
            await stack.enter_async_context(steward.running(hub.at_hand))
        app = build_app(
            hub=hub,
            settings=EdgeSettings(**{"public_url": url, "refusal_floor_ms": 0, **edge}),
            secrets=SECRETS,
            directory=directory,
            post=codes,
            media_plane=steward,
            webhooks=WebhookDesk(courier, clock, lambda: secrets.token_hex(8)),
            erasures=erasures,
            outbox=mails if outbox else None,
        )
        server = QuietServer(
            uvicorn.Config(
                app if traces is None else traces.around(app),
                http=EdgeHttp,
                ws=EdgeSocket,
                ws_max_size=MAX_FRAME_BYTES,
                limit_concurrency=connections,
                ws_per_message_deflate=False,
                ws_ping_interval=None,
                ws_ping_timeout=None,
                access_log=False,
                server_header=False,
                log_config=None,
                lifespan="off",
                log_level=logging.WARNING,
                timeout_graceful_shutdown=3,
            )
        )
        house = House(
            url=url,
            hub=hub,
            directory=directory,
            clock=clock,
            codes=codes,
            mails=mails,
            sealer=sealer,
            server=server,
        )
        serving = asyncio.create_task(server.serve(sockets=[sock]), name="uvicorn")
        try:
            yield house
        finally:
            await hub.stop()
            await house.close_browsers()
            server.ended.set()
            await serving
