"""Which store the server uses, by its settings, and whether its keys belong to it."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from server.keyring import Keyring
from server.settings import Settings
from server.store.interface import Put, Store, Unusable
from server.store.masterkeys import MasterKeys
from server.store.redis import RedisStore
from server.store.redis_url import BadRedisUrl, RedisUrl
from server.store.sealing import Sealer
from server.store.sqlite import SqliteStore

FILE = "usher.sqlite3"
TABLE = "server"
FINGERPRINT = "keyring"


@asynccontextmanager
async def opened_store(settings: Settings, *, exclusive: bool = True) -> AsyncIterator[Store]:
    """Open the store: Redis where the settings name one, else the file of the data folder.

    Args:
        exclusive: False for the command line, beside a server that runs.

    Raises:
        Unusable, Unavailable: it cannot be used, or not now; the sentence says why.
    """
    if settings.redis_url:
        try:
            url = RedisUrl.parse(settings.redis_url)
        except BadRedisUrl as fault:
            raise Unusable(str(fault)) from fault
        async with RedisStore.open(url) as shared:
            yield shared
    else:
        async with SqliteStore.open(settings.data / FILE, exclusive=exclusive) as store:
            yield store


async def sealer_for(store: Store, keyring: Keyring) -> Sealer:
    """Make the sealer over a store, with the server's wrapping keys.

    Raises:
        Unusable: what is kept there was sealed with the keys of another server.
    """
    put = Put(table=TABLE, key=FINGERPRINT, value=keyring.fingerprint, if_absent=True)
    if not await store.put([put]):
        known = await store.get(TABLE, FINGERPRINT, 0)
        if known != keyring.fingerprint:
            raise Unusable(
                "The key file is not the one with which this data was written. Every node, and "
                "a restored backup, needs the same key file: copy it, or name it in USHER_KEYS."
            )
    return Sealer(store, MasterKeys.of(*keyring.named("persons")))
