"""`usher keys`: the ring of the server's own secrets, and how one takes the place of another.

`rotate` puts a key in front: it signs and seals, and what older ones made still works. `retire`
takes an old one out: links, tickets, cookies and API keys made with it stop working. Tickets and
sign-ins last 12 hours, so after a day only links, API keys and known devices are concerned.
"""

import asyncio
import os
from collections.abc import Callable

import click

from server.cli.output import REFUSED, UNREACHABLE, fail, show
from server.integrations.lti.tool import KEYS
from server.integrations.lti.tool_keys import ToolKeys
from server.keyring import (
    Keyring,
    KeyringError,
    changed,
    load_or_make,
    with_front,
    with_new,
    without,
)
from server.settings import Settings, SettingsError
from server.store.interface import StoreError
from server.stores import opened_store, sealer_for
from server.surroundings import clock

RESTART = "Start every node anew, one after the other: a ring is read at the start."


@click.group()
def keys() -> None:
    """The server's own keys, from which links, tickets and cookies are made.

    Copy the key file to every node, or name one place in USHER_KEYS.
    """


def _settings() -> Settings:
    try:
        return Settings.from_env(os.environ)
    except SettingsError as fault:
        fail(str(fault), UNREACHABLE)


def _listed(ring: Keyring) -> list[dict[str, object]]:
    return [
        {"id": key.id, "use": "signs and verifies" if number == 0 else "verifies"}
        for number, key in enumerate(ring.keys)
    ]


@keys.command("list")
def keys_list() -> None:
    """List the keys, the signing one first; not the secrets."""
    try:
        show(_listed(load_or_make(_settings().key_file)))
    except KeyringError as fault:
        fail(str(fault), UNREACHABLE)


@keys.command("add")
def keys_add() -> None:
    """Make a key that verifies and does not sign yet.

    Where many nodes serve: add, start every node anew, rotate, start every node anew. So no node
    gets to see what it cannot verify.
    """
    _change(with_new)


@keys.command("rotate")
@click.argument("key_id", required=False)
def keys_rotate(key_id: str | None) -> None:
    """Have another key sign: KEY_ID, or a new one. What older ones made goes on working."""

    def rotated(ring: Keyring) -> Keyring:
        wider = ring if key_id else with_new(ring)
        return with_front(wider, key_id or wider.keys[-1].id)

    _change(rotated)


def _change(change: Callable[[Keyring], Keyring]) -> None:
    try:
        show({"keys": _listed(changed(_settings().key_file, change)), "next": RESTART})
    except KeyringError as fault:
        fail(str(fault), REFUSED)


@keys.command("retire")
@click.argument("key_id")
@click.confirmation_option(prompt="What was made with it stops working. Go on?")
def keys_retire(key_id: str) -> None:
    """Take an old key out: what was signed with it counts no more.

    Keys that it wraps, of people and for learning platforms, are wrapped anew first, so that
    nobody's name is lost and platforms go on believing us.
    """
    settings = _settings()
    try:
        ring = load_or_make(settings.key_file)
        without(ring, key_id)
        count = asyncio.run(_rewrapped(settings, ring))
        left = changed(settings.key_file, lambda now: without(now, key_id))
    except (StoreError, KeyringError) as fault:
        fail(str(fault), REFUSED)
    show({"keys": _listed(left), "rewrapped": count, "next": RESTART})


async def _rewrapped(settings: Settings, ring: Keyring) -> int:
    async with opened_store(settings, exclusive=False) as store:
        tool_keys = ToolKeys(store, ring.derived(KEYS), clock)
        return await (await sealer_for(store, ring)).rewrap() + await tool_keys.rewrap()
