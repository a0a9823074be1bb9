"""Many hubs in one process, each over a connection of its own to the same Redis."""

import asyncio
import secrets
import time
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import replace
from typing import cast

from protocol.ids import NodeId
from server.hub.hub import Hub
from server.hub.settings import HubSettings, World
from server.store.redis import RedisStore
from server.store.redis_url import RedisUrl
from tests.hub.conftest import KEY, QUICK, Clock, Stage, stores_over
from tests.hub.faults import FaultyStore

MANY = replace(QUICK, lease_ms=60_000)
"""Nodes that share one process, on a busy machine: none is to be taken for dead meanwhile."""


@asynccontextmanager
async def many_hubs(
    url: str,
    count: int,
    *,
    settings: HubSettings = MANY,
    kind: type[RedisStore] = RedisStore,
) -> AsyncIterator[list[Stage]]:
    """Run hubs that share rooms, and give what acts on each."""
    clock = Clock()
    async with AsyncExitStack() as stack:
        tasks = await stack.enter_async_context(asyncio.TaskGroup())
        stages = []
        for number in range(count):
            store = await stack.enter_async_context(kind.open(RedisUrl.parse(url)))
            world = World(
                clock=clock,
                monotonic=time.monotonic,
                entropy=secrets.token_bytes,
                person_key=KEY,
                node_id=NodeId(f"n{number}"),
            )
            hub = await stack.enter_async_context(
                Hub(stores_over(store), settings, world).running()
            )
            # What a stage does to its store is for tests of one hub.
            stages.append(Stage(hub, clock, cast(FaultyStore, store), tasks))
        yield stages
