"""The composition root: builds everything in one readable place, and runs it."""

import asyncio
import functools
import gc
import logging
import secrets
import socket
import time
from collections.abc import AsyncIterator, Coroutine, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path

import uvicorn

from protocol.ids import PersonId
from server.core.attendance import Attendance
from server.core.chain import Line
from server.core.person import Person
from server.core.record import Record
from server.core.state import RoomState
from server.demo import make_demo
from server.edge.app import EdgeSecrets, EdgeSettings, build_app
from server.edge.directory import StoreDirectory
from server.edge.extension import Extension
from server.edge.settings import SocketLimits
from server.elsewhere import is_ready_at
from server.folder import STARTED_FILE
from server.hub.hub import Hub
from server.hub.leases import LeaseLostError
from server.hub.settings import HubSettings, Stores
from server.integrations.calls import Calls
from server.integrations.lti.grades import Grades
from server.integrations.lti.routes import extension_of
from server.integrations.lti.scores import ScoreKeep
from server.integrations.lti.tool import PURPOSES, make_tool
from server.integrations.mail.limits import SharedLimits
from server.integrations.mail.outbox import Outbox
from server.integrations.mail.postman import Postman
from server.integrations.mail.settings import OUTBOX_SENDER, MailSettings
from server.integrations.mail.smtp import SmtpMailer
from server.integrations.mail_claims import MailClaims
from server.integrations.oidc import signin as oidc
from server.integrations.oidc.providers import Providers
from server.integrations.oidc.settings import read_providers
from server.integrations.outbox_keep import OutboxKeep
from server.integrations.post_office import Links, PostOffice, record_in
from server.integrations.webhooks.desk import WebhookDesk
from server.integrations.webhooks.keep import WebhookKeep
from server.keyring import load_or_make
from server.outside import courier_of, questions_of, steward_of
from server.process import (
    DrainingServer,
    StartError,
    bound,
    config_of,
    most_connections,
    raise_file_limit,
    spare_the_collector,
)
from server.settings import Settings
from server.store.archive import Archive
from server.store.erasures import Erasures
from server.store.journal import Journal
from server.store.sqlite import SqliteStore
from server.stores import opened_store, sealer_for, shared_in
from server.surroundings import chance, clock, mail_surroundings, new_id, world_of
from server.tracing import traces_of
from server.welcome import machine_key, tell

log = logging.getLogger("usher")

STORE_PATIENCE_S = 15
"""How long a server that starts waits for its store to start as well."""
Serving = tuple[uvicorn.Server, socket.socket]
"""A server that is ready, and the socket that it is to serve."""


@asynccontextmanager
async def serving(settings: Settings, env: Mapping[str, str]) -> AsyncIterator[Serving]:
    """Build the whole server; leaving the block ends it in order.

    Raises:
        StartError, Unusable, KeyringError, BadMailSetting: it cannot start.
    """
    async with AsyncExitStack() as stack:
        sock = bound(settings)
        stack.callback(sock.close)
        port = sock.getsockname()[1]
        url = settings.url if settings.port else f"http://{settings.host}:{port}"
        edge_settings = _edge_settings(settings, url)
        mail = MailSettings.from_env(env)
        if settings.redis_url:
            settings.data.mkdir(mode=0o700, parents=True, exist_ok=True)
        store = await stack.enter_async_context(opened_store(settings, patience_s=STORE_PATIENCE_S))
        keyring = load_or_make(settings.key_file)
        node_name = settings.node or f"{socket.gethostname()}:{port}"
        traces = await stack.enter_async_context(traces_of(settings, node_name))
        sealer = await sealer_for(store, keyring)
        journal: Journal[Record, RoomState] = Journal(store, sealer, Record, RoomState)
        world = world_of(keyring, traces)
        webhooks = WebhookKeep(store, sealer, clock, world.node_id)
        stores = Stores(
            store=store,
            journal=journal,
            attendance=Archive(sealer, Attendance),
            audit=Archive(sealer, Line),
            announced=webhooks.puts,
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
            node_name=node_name,
        )
        steward = steward_of(settings, world)
        shared = shared_in(store)
        courier = courier_of(settings, webhooks, keyring)
        grades = Grades(ScoreKeep(store, sealer, keyring.person_key, clock), time.monotonic)
        heard = [
            office.on_commit,
            courier.on_commit,
            *([steward.on_commit] if steward else []),
            *([grades.on_commit] if settings.has_lti else []),
        ]
        hub = Hub(
            stores,
            hub_settings,
            world,
            on_commit=heard,
            is_ready_elsewhere=functools.partial(is_ready_at, url) if shared else None,
        )
        directory = await StoreDirectory.opened(store, sealer, keyring.derived("api keys"), clock)
        outbox = Outbox(OutboxKeep(store, sealer, keyring.person_key, clock), clock, new_id)
        postman = Postman(
            SmtpMailer(mail) if mail else outbox,
            mail.sender if mail else OUTBOX_SENDER,
            office.outcome,
            mail_surroundings(),
            shared=SharedLimits(shared, keyring.person_key) if shared else None,
        )
        await webhooks.refresh()
        await stack.enter_async_context(courier.running())
        await stack.enter_async_context(hub.running())
        if steward is not None:
            await stack.enter_async_context(steward.running(hub.at_hand))
        claims = MailClaims(store, world.node_id, hub.alive, clock) if shared else None
        await stack.enter_async_context(office.running(postman, record_in(hub.ask), claims))
        erasures = Erasures(store, sealer, clock)
        erasures.listen(directory.was_erased)
        erasures.listen(lambda person_id: _drop_letters(office, person_id))
        await stack.enter_async_context(_kept_running(erasures.run(), "erasures"))
        calls = questions_of(settings)
        stack.push_async_callback(calls.aclose)
        extensions: list[Extension] = []
        if settings.has_lti:
            tool = make_tool(
                url=url,
                hub=hub,
                directory=directory,
                store=store,
                sealer=sealer,
                keys={purpose: keyring.derived(purpose) for purpose in PURPOSES},
                calls=Calls(calls),
                clock=clock,
                monotonic=time.monotonic,
                chance=chance,
                grades=grades,
            )
            await stack.enter_async_context(tool.running())
            extensions.append(extension_of(tool))
        providers = Providers(
            url=url,
            providers=read_providers(settings.oidc) if settings.oidc else (),
            keys=keyring.derived(oidc.PURPOSE),
            calls=Calls(calls),
            monotonic=time.monotonic,
        )
        extensions.append(oidc.extension_of(providers))
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
            media_plane=steward,
            webhooks=WebhookDesk(courier, clock, lambda: secrets.token_hex(8)),
            erasures=erasures,
            outbox=None if mail else outbox,
            tokens=shared,
            extensions=tuple(extensions),
        )
        if shared is None:
            # Where many nodes come and go, each would leave a key behind: there the command
            # line makes one when somebody uses it.
            await machine_key(settings.data, directory)
        if settings.has_demo:
            await make_demo(hub, directory)
        asgi = app if traces is None else traces.around(app)
        server = DrainingServer(config_of(asgi, most_connections(settings)), hub.stop)
        tell(settings, url, keyring, has_operator=await directory.has_operator())
        stack.callback(lambda: (settings.data / STARTED_FILE).unlink(missing_ok=True))
        yield server, sock


def _drop_letters(office: PostOffice, person_id: PersonId) -> None:
    office.forget(Person(person_id))


@asynccontextmanager
async def _kept_running(work: Coroutine[None, None, None], name: str) -> AsyncIterator[None]:
    """Have something go on for the length of a block."""
    async with asyncio.TaskGroup() as tasks:
        task = tasks.create_task(work, name=name)
        try:
            yield
        finally:
            task.cancel()


def _edge_settings(settings: Settings, url: str) -> EdgeSettings:
    try:
        return EdgeSettings(
            public_url=url,
            allowed_origins=settings.origins,
            trusted_proxies=settings.trusted_proxies,
            metrics_readers=settings.metrics_readers,
            frame_ancestors=settings.frame_ancestors,
            sockets=SocketLimits(
                of_node=settings.connections,
                of_room=settings.room_connections,
                of_client=settings.client_connections,
            ),
            max_entries=settings.entries,
            web_dir=pages_folder(),
        )
    except ValueError as fault:
        raise StartError(
            "USHER_PROXIES and USHER_METRICS have to hold addresses or networks, "
            "separated by spaces."
        ) from fault


def pages_folder() -> Path:
    """Find the built pages: inside the package that was installed, else in the checkout."""
    here = Path(__file__).parent
    packed = here / "pages"
    return packed if packed.is_dir() else here.parent / "web" / "dist"


async def serve(settings: Settings, env: Mapping[str, str]) -> None:
    """Serve until SIGINT or SIGTERM.

    Raises:
        StartError: with a sentence for whoever started the server.
        LeaseLostError: other nodes have given this one up; it has to be started anew.
    """
    raise_file_limit()
    # What was loaded stays; to look through all of it again is a tenth of a start.
    gc.freeze()
    try:
        async with serving(settings, env) as (server, sock):
            spare_the_collector()
            await server.serve(sockets=[sock])
    except BaseExceptionGroup as faults:
        lost = faults.subgroup(LeaseLostError)
        if lost is None:
            raise
        raise _first(lost) from None


def _first(group: BaseExceptionGroup[LeaseLostError]) -> LeaseLostError:
    first = group.exceptions[0]
    return _first(first) if isinstance(first, BaseExceptionGroup) else first
