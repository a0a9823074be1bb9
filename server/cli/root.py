"""The commands that work on this machine: serve, key, token. The rest talk to a server."""

import asyncio
import json
import logging
import os
import secrets
import sys
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import TypeVar

import click
import uvloop

from protocol.ids import AccountId, RoomId
from protocol.roles import Part
from server.cli.api import local_url
from server.cli.entries import entry, link
from server.cli.output import UNREACHABLE, fail, show
from server.cli.rooms import invite, room
from server.edge.directory import StoreDirectory
from server.edge.tickets import sign_host_token
from server.hub.housekeeping import NODES
from server.hub.leases import LeaseLostError
from server.integrations.mail.settings import BadMailSetting
from server.keyring import KeyringError, load_or_make
from server.main import StartError, clock, serve
from server.settings import Settings, SettingsError
from server.store.interface import Store, StoreError
from server.stores import opened_store, sealer_for

T = TypeVar("T")
SCOPES = ("entries", "tokens", "read")
UNUSABLE = (SettingsError, StartError, BadMailSetting)


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="usher")
def main() -> None:
    r"""Live rooms with two doors: guest links and invitations.

    \b
    Start here:
      usher serve                       start the server; prints a sign-in URL for the host
      usher entry list                  what there is
      usher link create e_demo-room --name "Open day" --uses 50
      usher invite send e_demo-room ada@example.org --type speaker
      usher room people e_demo-room     who is inside
      usher nodes                       the processes that serve, where there are several

    Answers are JSON. Exit codes: 0 done, 1 refused, 2 wrong usage, 3 no server.
    The server is the one of the data folder (USHER_DATA, default `data`), or USHER_URL with an
    API key in USHER_KEY.
    """


@main.command("serve")
@click.option("--host", help="Address to listen on (HOST; 127.0.0.1).")
@click.option("--port", type=click.IntRange(0, 65535), help="Port to listen on (PORT; 8000).")
@click.option("--data", type=click.Path(path_type=Path), help="Data folder (USHER_DATA; data).")
def serve_command(host: str | None, port: int | None, data: Path | None) -> None:
    """Start the server on the embedded store. Everything has a default.

    Prints `Host: http://…`, a sign-in URL that works once. Settings come from the environment;
    docs/operations.md lists them.
    """
    env = dict(os.environ)
    given = {"HOST": host, "PORT": port, "USHER_DATA": data}
    env |= {name: str(value) for name, value in given.items() if value is not None}
    try:
        settings = Settings.from_env(env)
        logging.basicConfig(
            level=settings.log_level.upper(),
            format="%(asctime)s %(levelname)s %(name)s %(message)s",
            stream=sys.stderr,
        )
        uvloop.run(serve(settings, env))
    except (*UNUSABLE, StoreError, KeyringError, LeaseLostError) as fault:
        fail(str(fault), UNREACHABLE)


def _in_store(work: Callable[[Store], Awaitable[T]]) -> T:
    """Work on the store of this machine's settings, whether or not a server runs on it."""

    async def opened() -> T:
        settings = Settings.from_env(os.environ)
        async with opened_store(settings, exclusive=False) as store:
            return await work(store)

    try:
        return asyncio.run(opened())
    except (StoreError, KeyringError, SettingsError) as fault:
        fail(str(fault), UNREACHABLE)


def _in_directory(work: Callable[[StoreDirectory], Awaitable[T]]) -> T:
    async def known(store: Store) -> T:
        keyring = load_or_make(Settings.from_env(os.environ).key_file)
        sealer = await sealer_for(store, keyring)
        keys = keyring.derived("api keys")
        return await work(await StoreDirectory.opened(store, sealer, keys, clock))

    return _in_store(known)


@main.command()
def nodes() -> None:
    """List the processes that serve the same rooms, and how they are.

    `lapsed`: it has not renewed its claim in time; the others take its connections for lost.
    """

    async def listed(store: Store) -> list[dict[str, object]]:
        now = clock()
        leases = await store.leases()
        told = await store.get_many(NODES, list(leases), now)
        found = []
        for node, until in sorted(leases.items()):
            said = json.loads(told.get(node, b"{}"))
            state = "alive" if until > now else "lapsed"
            found.append({"node": node, "state": state, "lease_ms": until - now, **said})
        return found

    show(_in_store(listed))


@main.group()
def key() -> None:
    """API keys, with which a learning platform's backend talks to the server.

    A key is shown once, when it is made; the server keeps a hash.
    """


@key.command("create")
@click.option("--name", required=True, help="What the key is for, to recognise it by.")
@click.option("--scope", "scopes", multiple=True, type=click.Choice(SCOPES), help="What it may do.")
def key_create(name: str, scopes: tuple[str, ...]) -> None:
    r"""Make a key. Without --scope it may do everything.

    \b
    Scopes:
      entries   make and manage entries, links, invitations and sessions
      tokens    sign people in
      read      only look
    """
    made = _in_directory(lambda d: d.create_key(name, frozenset(scopes or SCOPES)))
    show({"id": made.id, "key": made.key, "name": name, "scopes": sorted(scopes or SCOPES)})


@key.command("list")
def key_list() -> None:
    """List the keys; not the secrets, which are not kept."""
    found = _in_directory(lambda d: d.keys())
    show([{"id": one.id, "name": one.name, "scopes": sorted(one.scopes)} for one in found])


@key.command("revoke")
@click.argument("key_id")
def key_revoke(key_id: str) -> None:
    """Make a key useless from now on."""
    show({"revoked": _in_directory(lambda d: d.revoke_key(key_id))})


@main.command()
@click.option("--account", required=True, help="The platform's id of the person.")
@click.option("--name", required=True)
@click.option("--email", required=True)
@click.option("--entry", "entry_id", help="Entry in which they get a part.")
@click.option("--part", type=click.Choice([part.value for part in Part]), help="Which part.")
@click.option("--minutes", default=5, show_default=True, type=click.IntRange(1, 1440))
@click.option("--operator", is_flag=True, help="May make entries and open the outbox.")
def token(
    account: str,
    name: str,
    email: str,
    entry_id: str | None,
    part: str | None,
    minutes: int,
    *,
    operator: bool,
) -> None:
    """Mint a sign-in URL for somebody, valid once and for a few minutes.

    Signed with the keys of the data folder; works without asking the server.
    """
    settings = Settings.from_env(os.environ)
    keyring = load_or_make(settings.key_file)
    minted = sign_host_token(
        keyring.derived("host tokens"),
        account_id=AccountId(account),
        name=name,
        email=email,
        now=clock(),
        jti=secrets.token_hex(12),
        valid_s=minutes * 60,
        is_operator=operator,
        entry_id=RoomId(entry_id) if entry_id else None,
        part=Part(part) if part else None,
    )
    show({"token": minted, "url": f"{_server_url(settings)}/sign-in#{minted}"})


def _server_url(settings: Settings) -> str:
    """Say how people reach the server: as set, else where it runs, else where it would."""
    return settings.public_url or local_url(settings.data) or settings.url


for group in (entry, link, invite, room):
    main.add_command(group)
