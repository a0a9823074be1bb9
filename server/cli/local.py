"""The commands that work on this machine: nodes, key, token. The rest talk to a server."""

import os
import secrets

import click

from protocol.ids import AccountId, RoomId
from protocol.roles import Part
from server.cli.api import local_url
from server.cli.machine import in_directory, in_store
from server.cli.output import REFUSED, fail, show
from server.edge.api_keys import TooManyKeysError
from server.edge.ports import Scope
from server.edge.tickets import sign_host_token
from server.hub.reports import nodes_in
from server.keyring import load_or_make
from server.settings import Settings
from server.store.interface import Store
from server.surroundings import clock

SCOPES = tuple(scope.value for scope in Scope)
USUAL = tuple(scope for scope in SCOPES if scope != Scope.PLATFORMS)
"""Whoever may register platforms decides whom this server believes; that is asked for by name."""


@click.command()
def nodes() -> None:
    """List the processes that serve the same rooms, and how they are.

    `lapsed`: it has not renewed its claim in time; the others take its connections for lost.
    """

    async def listed(store: Store) -> list[dict[str, object]]:
        now = clock()
        found = []
        for node, until, said in await nodes_in(store, now):
            state = "alive" if until > now else "lapsed"
            shown = {name: value for name, value in said.items() if name != "busiest"}
            found.append({"node": node, "state": state, "lease_ms": until - now, **shown})
        return found

    show(in_store(listed))


@click.group()
def key() -> None:
    """API keys, with which a learning platform's backend talks to the server.

    A key is shown once, when it is made; the server keeps a hash.
    """


@key.command("create")
@click.option("--name", required=True, help="What the key is for, to recognise it by.")
@click.option("--scope", "scopes", multiple=True, type=click.Choice(SCOPES), help="What it may do.")
def key_create(name: str, scopes: tuple[str, ...]) -> None:
    r"""Make a key. Without --scope it may do all but register platforms.

    \b
    Scopes:
      entries   make and manage entries, links, invitations and sessions
      tokens    sign people in
      read      only look
      webhooks  be told what happens in every entry
      people    show and erase everything that is held about a person
      platforms register learning platforms (LTI)
    """
    try:
        made = in_directory(lambda d: d.create_key(name, frozenset(scopes or USUAL)))
    except TooManyKeysError as no:
        fail({"code": no.code.value, "sentence": str(no)}, REFUSED)
    show({"id": made.id, "key": made.key, "name": name, "scopes": sorted(scopes or USUAL)})


@key.command("list")
def key_list() -> None:
    """List the keys; not the secrets, which are not kept."""
    found = in_directory(lambda d: d.keys())
    show([{"id": one.id, "name": one.name, "scopes": sorted(one.scopes)} for one in found])


@key.command("revoke")
@click.argument("key_id")
def key_revoke(key_id: str) -> None:
    """Make a key useless from now on."""
    show({"revoked": in_directory(lambda d: d.revoke_key(key_id))})


@click.command()
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
