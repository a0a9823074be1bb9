"""Work on the store of this machine, without asking a server."""

import asyncio
import os
from collections.abc import Awaitable, Callable
from typing import TypeVar

from server.cli.output import UNREACHABLE, fail
from server.edge.directory import StoreDirectory
from server.keyring import KeyringError, load_or_make
from server.settings import Settings, SettingsError
from server.store.interface import Store, StoreError
from server.stores import opened_store, sealer_for
from server.surroundings import clock

T = TypeVar("T")


def in_store(work: Callable[[Store], Awaitable[T]]) -> T:
    """Work on the store of this machine's settings, whether or not a server runs on it.

    What is wrong with store or keys is printed, and ends the command with code 3.
    """

    async def opened() -> T:
        settings = Settings.from_env(os.environ)
        async with opened_store(settings, exclusive=False) as store:
            return await work(store)

    try:
        return asyncio.run(opened())
    except (StoreError, KeyringError, SettingsError) as fault:
        fail(str(fault), UNREACHABLE)


def in_directory(work: Callable[[StoreDirectory], Awaitable[T]]) -> T:
    """Work on what this machine's server knows beside the rooms. Ends the command as `in_store`."""

    async def known(store: Store) -> T:
        keyring = load_or_make(Settings.from_env(os.environ).key_file)
        sealer = await sealer_for(store, keyring)
        keys = keyring.derived("api keys")
        return await work(await StoreDirectory.opened(store, sealer, keys, clock))

    return in_store(known)
