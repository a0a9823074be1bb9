"""A node dies while it has the turn to append, and the others go on."""

import asyncio
import logging
import signal
import time
from pathlib import Path

import pytest
from redis.asyncio import Redis

from server.store.redis_keys import Names
from server.store.redis_turns import TURN_MS
from tests.crowd import ROOM, Crowd
from tests.nodes import running_nodes
from tests.redis_servers import redis_server
from tests.running import RunningServer

log = logging.getLogger(__name__)

NODES = 3
PEOPLE = 60
KEYS = Names("usher:").room(ROOM)
PATIENCE_S = 60


@pytest.mark.timeout(300)
async def test_a_node_dies_with_the_turn_and_the_others_go_on(tmp_path: Path) -> None:
    async with (
        redis_server(tmp_path / "redis", "--appendonly", "yes") as redis,
        running_nodes(tmp_path, NODES, redis.url) as nodes,
        Crowd(nodes, PEOPLE).inside() as crowd,
        redis.client() as asking,
    ):
        await crowd.everybody_acts()
        dying = nodes.nodes[-1]
        who = await name_in_turns(asking, dying)
        await stopped_with_turn(asking, dying, who)
        stopped_at = time.monotonic()
        before = await version(asking)
        await dying.kill()
        while await version(asking) == before:
            pass
        # A figure for docs/operations.md; nothing here depends on it.
        held_up_s = time.monotonic() - stopped_at
        log.info("appends stopped for %.2f s when a node died with the turn", held_up_s)
        await crowd.everybody_acts()


async def version(asking: Redis) -> int:
    return int(await asking.hget(KEYS.meta, "version") or 0)


async def holders(asking: Redis, count: int) -> set[bytes | str]:
    """Wait until so many different nodes have had the turn, and name them."""
    seen: set[bytes | str] = set()
    async with asyncio.timeout(PATIENCE_S):
        while len(seen) < count:
            holder = await asking.get(KEYS.turn)
            if holder is not None:
                seen.add(holder)
    return seen


async def name_in_turns(asking: Redis, node: RunningServer) -> bytes | str:
    """Find by what name a node takes turns: the one that is not heard while it stands still."""
    everybody = await holders(asking, NODES)
    node.send(signal.SIGSTOP)
    try:
        await asyncio.sleep(2 * TURN_MS / 1_000)  # what it may have had has lapsed then
        [name] = everybody - await holders(asking, NODES - 1)
    finally:
        node.send(signal.SIGCONT)
    return name


async def stopped_with_turn(asking: Redis, node: RunningServer, who: bytes | str) -> None:
    """Stop a node while it has the turn."""
    async with asyncio.timeout(PATIENCE_S):
        while True:
            if await asking.get(KEYS.turn) != who:
                continue
            node.send(signal.SIGSTOP)
            if await asking.get(KEYS.turn) == who:
                return
            node.send(signal.SIGCONT)
