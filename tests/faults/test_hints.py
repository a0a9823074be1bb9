"""Pub/sub is only a hint: whatever becomes of it, all replicas come to the same."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path

import pytest

from protocol import commands as c
from protocol.ids import RoomId
from server.hub.room import Settled
from server.store.redis import RedisStore
from tests.faults.hubs import MANY, many_hubs
from tests.hub.conftest import Stage
from tests.redis_servers import RedisServer, own_prefix, redis_server

NODES = 3
GUESTS = 6
ROUNDS = 12
SETTINGS = replace(MANY, head_check_s=0.3)
PATIENCE_S = 30


class MangledHints(RedisStore):
    """The real store; what is published is lost, late, repeated, or in another order."""

    @asynccontextmanager
    async def follow(self, room: RoomId) -> AsyncIterator[AsyncIterator[int]]:
        async with super().follow(room) as hints:
            yield _mangled(hints)


async def _mangled(hints: AsyncIterator[int]) -> AsyncIterator[int]:
    heard: list[int] = []
    async for version in hints:
        heard.append(version)
        match len(heard) % 5:
            case 0:
                continue  # lost
            case 1:
                await asyncio.sleep(0.1)
                yield version
            case 2:
                yield version
                yield version
            case 3:
                yield heard[0]
                yield version + 5  # of a future that may not come
            case _:
                yield version


class NoHints(RedisStore):
    """The real store, from which nothing is ever heard."""

    @asynccontextmanager
    async def follow(self, room: RoomId) -> AsyncIterator[AsyncIterator[int]]:
        async with super().follow(room) as hints:
            yield _silent(hints)


async def _silent(hints: AsyncIterator[int]) -> AsyncIterator[int]:
    async for version in hints:
        if version < 0:
            yield version


@pytest.mark.parametrize("kind", [MangledHints, NoHints, RedisStore])
@pytest.mark.timeout(120)
async def test_replicas_converge_whatever_becomes_of_hints(
    kind: type[RedisStore], tmp_path: Path, redis_url: str
) -> None:
    url = own_prefix(redis_url, tmp_path)
    async with many_hubs(url, NODES, settings=SETTINGS, kind=kind) as stages:
        await _live(stages)


@pytest.mark.timeout(120)
async def test_replicas_converge_while_subscriptions_are_cut_again_and_again(
    tmp_path: Path,
) -> None:
    async with redis_server(tmp_path / "redis") as redis, asyncio.TaskGroup() as tasks:
        cutting = tasks.create_task(_cut(redis))
        async with many_hubs(redis.url, NODES, settings=SETTINGS) as stages:
            await _live(stages)
        cutting.cancel()


async def _cut(redis: RedisServer) -> None:
    while True:
        await redis.call("CLIENT", "KILL", "TYPE", "pubsub")
        await asyncio.sleep(0.2)


async def _live(stages: list[Stage]) -> None:
    """Have people at every node act at once; then compare what the nodes and the people see."""
    opened = await stages[0].opened(guests=1)
    guests = []
    for number in range(GUESTS):
        stage = stages[number % NODES]
        guests.append((stage, await stage.enter_guest(opened.link, f"Person{number}")))
    raised = 0
    for number in range(ROUNDS):
        outcomes = await asyncio.gather(
            *(stage.ask(c.Rename(name=f"Name {number}"), one.actor) for stage, one in guests),
            *(stage.ask(c.RaiseHand(), one.actor) for stage, one in guests[number % 2 :: 2]),
            *(stage.ask(c.LowerHand(), one.actor) for stage, one in guests[1 - number % 2 :: 2]),
        )
        raised += sum(isinstance(outcome, Settled) for outcome in outcomes)
    assert raised >= GUESTS * ROUNDS
    rooms = [await stage.room() for stage in stages]
    async with asyncio.timeout(PATIENCE_S):
        while len({room.replica.position for room in rooms}) > 1:  # noqa: ASYNC110 - no event
            await asyncio.sleep(0.02)
    assert all(room.state == rooms[0].state for room in rooms)
    # Nobody twice, nobody lost, and each view is what a fresh look at the room gives.
    assert rooms[0].state.places == GUESTS + 2
    await opened.host.counts(all=GUESTS + 2)
    for stage, guest in guests:
        await guest.until(lambda one: one.you is not None and one.you.name == "Name 11")
        assert guest.of(rooms[0].state).person.name == "Name 11"
        assert stage.hub.world.node_id in {
            one.node_id for one in guest.of(rooms[0].state).connections
        }
