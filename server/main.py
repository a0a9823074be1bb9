"""The composition root: builds everything in one readable place, and runs it."""

import asyncio
import contextlib
import gc
import json
import logging
import os
import resource
import secrets
import signal
import socket
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path

import uvicorn
from starlette.types import ASGIApp

from protocol.ids import NodeId
from server.core.attendance import Attendance
from server.core.record import Record
from server.core.state import RoomState
from server.demo import DEMO_HOST, make_demo
from server.edge.app import EdgeSecrets, EdgeSettings, build_app
from server.edge.directory import StoreDirectory
from server.edge.frames import MAX_FRAME_BYTES
from server.edge.heads import EdgeHttp
from server.edge.ports import Scope
from server.edge.tickets import sign_host_token
from server.edge.transport import EdgeSocket
from server.hub.hub import Hub
from server.hub.leases import LeaseLostError
from server.hub.settings import HubSettings, Stores, World
from server.integrations.mail.outbox import Outbox
from server.integrations.mail.postman import Postman, Surroundings
from server.integrations.mail.settings import OUTBOX_SENDER, MailSettings
from server.integrations.mail.smtp import SmtpMailer
from server.integrations.mail_claims import MailClaims
from server.integrations.outbox_keep import OutboxKeep
from server.integrations.post_office import Links, PostOffice, record_in
from server.keyring import Keyring, load_or_make
from server.settings import Settings
from server.store.archive import Archive
from server.store.journal import Journal
from server.store.redis import RedisStore
from server.store.redis_url import RedisUrl
from server.store.sqlite import SqliteStore
from server.stores import opened_store, sealer_for

log = logging.getLogger("usher")

MANY_FILES = 1_000_000
SHUTDOWN_S = 10
"""How long open connections are given when the server stops."""
GC_THRESHOLDS = (20_000, 50, 100)
"""Objects between two collections of the young ones, and how many of those between the older."""
STORE_PATIENCE_S = 15
"""How long a server that starts waits for its store to start as well."""
OPERATOR_KEY_FILE = "operator.key"
STARTED_FILE = "server.json"
"""In the data folder while the server runs: where the command line finds it."""


class StartError(Exception):
    """The server cannot start; the sentence says why and what to do."""


def clock() -> int:
    """Tell the time in ms UTC. The one clock, handed down from here."""
    return time.time_ns() // 1_000_000  # noqa: TID251 - this is that clock


Serving = tuple[uvicorn.Server, socket.socket]
"""A server that is ready, and the socket that it is to serve."""


@asynccontextmanager
async def serving(settings: Settings, env: Mapping[str, str]) -> AsyncIterator[Serving]:
    """Build the whole server; leaving the block ends it in order.

    Raises:
        StartError, Unusable, KeyringError, BadMailSetting: it cannot start.
    """
    async with AsyncExitStack() as stack:
        sock = _bound(settings)
        stack.callback(sock.close)
        port = sock.getsockname()[1]
        url = settings.url if settings.port else f"http://{settings.host}:{port}"
        edge_settings = _edge_settings(settings, url)
        mail = MailSettings.from_env(env)
        if settings.redis_url:
            settings.data.mkdir(mode=0o700, parents=True, exist_ok=True)
        store = await stack.enter_async_context(opened_store(settings, patience_s=STORE_PATIENCE_S))
        keyring = load_or_make(settings.key_file)
        sealer = await sealer_for(store, keyring)
        journal: Journal[Record, RoomState] = Journal(store, sealer, Record, RoomState)
        stores = Stores(store=store, journal=journal, attendance=Archive(sealer, Attendance))
        world = World(
            clock=clock,
            monotonic=time.monotonic,
            entropy=secrets.token_bytes,
            person_key=keyring.person_key,
            node_id=NodeId(f"n_{secrets.token_hex(6)}"),
        )
        if isinstance(store, SqliteStore):
            # One server per file: whatever lease is left belongs to a process that is dead.
            for node in await store.leases():
                await store.drop_lease(node)
        link_keys = keyring.derived("links")
        office = PostOffice(Links(url=url, keys=link_keys))
        hub_settings = HubSettings(
            tick_ms=settings.tick_ms,
            ping_ms=settings.ping_ms,
            node_name=settings.node or f"{socket.gethostname()}:{port}",
        )
        hub = Hub(stores, hub_settings, world, on_commit=[office.on_commit])
        directory = await StoreDirectory.opened(store, sealer, keyring.derived("api keys"), clock)
        outbox = Outbox(OutboxKeep(store, sealer, keyring.person_key, clock), clock, _new_id)
        postman = Postman(
            SmtpMailer(mail) if mail else outbox,
            mail.sender if mail else OUTBOX_SENDER,
            office.outcome,
            _surroundings(),
        )
        await stack.enter_async_context(hub.running())
        shared = store if isinstance(store, RedisStore) else None
        claims = MailClaims(store, world.node_id, hub.alive, clock) if shared else None
        await stack.enter_async_context(office.running(postman, record_in(hub.ask), claims))
        app = build_app(
            hub=hub,
            settings=edge_settings,
            secrets=EdgeSecrets(
                link_keys=link_keys,
                ticket_keys=keyring.derived("tickets"),
                account_keys=keyring.derived("accounts"),
                token_keys=keyring.derived("host tokens"),
            ),
            directory=directory,
            post=office,
            outbox=None if mail else outbox,
            tokens=shared,
        )
        await _make_operator_key(settings.data, directory)
        if settings.has_demo:
            await make_demo(hub, directory)
        server = DrainingServer(_config(app), hub.stop)
        _tell(settings, url, keyring)
        stack.callback(lambda: (settings.data / STARTED_FILE).unlink(missing_ok=True))
        yield server, sock


def _bound(settings: Settings) -> socket.socket:
    """Listen before anything else is made, so that a busy port leaves nothing behind."""
    family = socket.AF_INET6 if ":" in settings.host else socket.AF_INET
    sock = socket.socket(family, socket.SOCK_STREAM)
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        sock.bind((settings.host, settings.port))
        sock.listen(1024)
    except OSError as fault:
        sock.close()
        raise StartError(
            f"Cannot listen on {settings.host} port {settings.port}: {fault.strerror}. "
            "Is a server running there already? Choose another with PORT=8001."
        ) from fault
    return sock


def _edge_settings(settings: Settings, url: str) -> EdgeSettings:
    try:
        return EdgeSettings(
            public_url=url,
            allowed_origins=settings.origins,
            trusted_proxies=settings.trusted_proxies,
            frame_ancestors=settings.frame_ancestors,
            web_dir=Path(__file__).parent.parent / "web" / "dist",
        )
    except ValueError as fault:
        raise StartError(
            "USHER_PROXIES has to hold addresses or networks, separated by spaces."
        ) from fault


async def _make_operator_key(folder: Path, directory: StoreDirectory) -> None:
    """Give the command line on this machine a key of its own, once."""
    path = folder / OPERATOR_KEY_FILE
    if await directory.api_key(_text_of(path)) is not None:
        return
    made = await directory.create_key("this machine", frozenset(Scope))
    path.unlink(missing_ok=True)
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "w", encoding="utf-8") as file:
        file.write(made.key)


def _text_of(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8").strip()
    except OSError:
        return ""


def _surroundings() -> Surroundings:
    return Surroundings(
        now=clock,
        steady=lambda: int(time.monotonic() * 1000),
        sleep=asyncio.sleep,
        random=lambda: secrets.randbelow(1_000_000) / 1_000_000,
        new_id=_new_id,
    )


def _new_id() -> str:
    return secrets.token_hex(12)


def _config(app: ASGIApp) -> uvicorn.Config:
    return uvicorn.Config(
        app,
        loop="uvloop",
        http=EdgeHttp,
        ws=EdgeSocket,
        ws_max_size=MAX_FRAME_BYTES,
        ws_per_message_deflate=False,
        # Ours is a message of the protocol; browsers cannot see WebSocket pings.
        ws_ping_interval=None,
        ws_ping_timeout=None,
        access_log=False,
        log_config=None,
        server_header=False,
        proxy_headers=False,
        timeout_graceful_shutdown=SHUTDOWN_S,
        timeout_keep_alive=15,
        # Of its own life uvicorn tells only what is wrong; ours says the rest.
        log_level="warning",
    )


def host_url(url: str, keyring: Keyring) -> str:
    """Make a one-time sign-in URL for the host of the embedded default."""
    token = sign_host_token(
        keyring.derived("host tokens"),
        account_id=DEMO_HOST.account_id,
        name=DEMO_HOST.name,
        email=DEMO_HOST.email,
        now=clock(),
        jti=_new_id(),
        valid_s=86_400,
        is_operator=True,
    )
    return f"{url}/sign-in#{token}"


def _tell(settings: Settings, url: str, keyring: Keyring) -> None:
    """Say where the server is, to people and to the command line."""
    started = settings.data / STARTED_FILE
    started.write_text(json.dumps({"url": url, "pid": os.getpid()}), encoding="utf-8")
    # The sign-in URL is a secret, so it goes to the terminal alone and never through the log.
    lines = (
        f"Usher runs at {url} on {_place(settings)}. Ctrl-C ends it.",
        f"Host: {host_url(url, keyring)}",
    )
    os.write(1, "".join(f"{line}\n" for line in lines).encode())


def _place(settings: Settings) -> str:
    if settings.redis_url:
        return str(RedisUrl.parse(settings.redis_url))
    return f"the data in {settings.data}"


class DrainingServer(uvicorn.Server):
    """Lets clients go with a hint when to come back, before connections are shut."""

    def __init__(self, config: uvicorn.Config, drain: Callable[[], Awaitable[None]]) -> None:
        """Take what has to happen between the last accept and the first close."""
        super().__init__(config)
        self._drain = drain

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Stop accepting, drain, then close what is left."""
        for server in self.servers:
            server.close()
        await self._drain()
        await super().shutdown(sockets)

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        """End in order on SIGINT and SIGTERM.

        The inherited way raises the signal again when serving is over, which would end the
        process before the store is closed.
        """
        loop = asyncio.get_running_loop()
        for number in (signal.SIGINT, signal.SIGTERM):
            loop.add_signal_handler(number, self._stop)
        try:
            yield
        finally:
            for number in (signal.SIGINT, signal.SIGTERM):
                loop.remove_signal_handler(number)

    def _stop(self) -> None:
        self.should_exit = True


async def serve(settings: Settings, env: Mapping[str, str]) -> None:
    """Serve until SIGINT or SIGTERM.

    Raises:
        StartError: with a sentence for whoever started the server.
        LeaseLostError: other nodes have given this one up; it has to be started anew.
    """
    _raise_file_limit()
    try:
        async with serving(settings, env) as (server, sock):
            _spare_the_collector()
            await server.serve(sockets=[sock])
    except BaseExceptionGroup as faults:
        lost = faults.subgroup(LeaseLostError)
        if lost is None:
            raise
        raise _first(lost) from None


def _spare_the_collector() -> None:
    """Have what a room is made of looked through seldom: it lives long and holds no cycles.

    With Python's own thresholds a sixth of the time of a storm of joins went into that
    (`python -m load join --members 2000`).
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(*GC_THRESHOLDS)


def _first(group: BaseExceptionGroup[LeaseLostError]) -> LeaseLostError:
    first = group.exceptions[0]
    return _first(first) if isinstance(first, BaseExceptionGroup) else first


def _raise_file_limit() -> None:
    """Let the process open as many sockets as the system allows; shells often say 1,024."""
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = MANY_FILES if hard == resource.RLIM_INFINITY else min(MANY_FILES, hard)
    resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))
