"""A data folder, opened as the server opens it."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from server.core.record import Record
from server.core.state import RoomState
from server.keyring import Keyring, load_or_make
from server.settings import Settings
from server.store.interface import Store
from server.store.journal import Journal
from server.store.sealing import Sealer
from server.stores import opened_store, sealer_for


@dataclass(frozen=True, slots=True)
class Folder:
    """What lies in a data folder, ready to be read and written."""

    store: Store
    keyring: Keyring
    sealer: Sealer
    journal: Journal[Record, RoomState]


@asynccontextmanager
async def opened_folder(path: Path) -> AsyncIterator[Folder]:
    """Open the folder of a server that does not run.

    Raises:
        Unusable, Unavailable: it cannot be used.
    """
    settings = Settings(data=path)
    async with opened_store(settings) as store:
        keyring = load_or_make(settings.key_file)
        sealer = await sealer_for(store, keyring)
        yield Folder(store, keyring, sealer, Journal(store, sealer, Record, RoomState))
