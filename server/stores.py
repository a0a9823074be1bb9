"""Which store the server uses, by its settings, and whether its keys belong to it."""

import asyncio
import logging
import time
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from typing import TYPE_CHECKING

from server.keyring import Keyring
from server.settings import Settings
from server.store.interface import Put, Store, Unavailable, Unusable
from server.store.masterkeys import MasterKeys
from server.store.redis_url import BadRedisUrl, RedisUrl
from server.store.sealing import Sealer
from server.store.sqlite import SqliteStore

if TYPE_CHECKING:
    from server.store.redis import RedisStore

log = logging.getLogger(__name__)

FILE = "usher.sqlite3"
TABLE = "server"
FINGERPRINT = "keyring"
RETRY_S = 0.5
_REDIS_URL = "One server is redis://user:password@host:6379/0; docs/operations.md has all forms."


@asynccontextmanager
async def opened_store(
    settings: Settings, *, exclusive: bool = True, patience_s: float = 0
) -> AsyncIterator[Store]:
    """Open the store: Redis where the settings name one, else the file of the data folder.

    Args:
        exclusive: False for the command line, beside a server that runs.
        patience_s: for how long a Redis that does not answer yet is asked again, because what
            starts together starts in any order.

    Raises:
        Unusable, Unavailable: it cannot be used, or not now; the sentence says why.
    """
    if settings.redis_url:
        try:
            url = RedisUrl.parse(settings.redis_url)
        except BadRedisUrl as fault:
            raise Unusable(str(fault), _REDIS_URL) from fault
        async with AsyncExitStack() as stack:
            yield await _reached(stack, url, patience_s)
    else:
        async with SqliteStore.open(settings.data / FILE, exclusive=exclusive) as store:
            yield store


async def _reached(stack: AsyncExitStack, url: RedisUrl, patience_s: float) -> "RedisStore":
    # The client of Redis is a tenth of a start; a server on its own file does without.
    from server.store.redis import RedisStore

    until = time.monotonic() + patience_s
    while True:
        try:
            return await stack.enter_async_context(RedisStore.open(url))
        except Unavailable as fault:
            if time.monotonic() >= until:
                raise
            log.warning("waiting for the store: %s", fault)
        await asyncio.sleep(RETRY_S)


def shared_in(store: Store) -> "RedisStore | None":
    """Give the store if many nodes share it; None for one on a file."""
    if not store.is_shared:
        return None
    from server.store.redis import RedisStore

    return store if isinstance(store, RedisStore) else None


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
                "The key file is not the one with which this data was written.",
                "Every node, and a restored backup, needs the same key file: copy it, or name it "
                "in USHER_KEYS.",
            )
    return Sealer(store, MasterKeys.of(*keyring.named("persons")))
