"""What a node does for what the others have appended, and what it leaves to them."""

from dataclasses import replace
from pathlib import Path

import pytest

from protocol import commands as c
from tests.faults.hubs import MANY, many_hubs
from tests.hub.conftest import Opened, Stage
from tests.redis_servers import own_prefix

NEVER_S = 3_600.0
ALONE = replace(MANY, head_check_s=NEVER_S)


async def both_open(near: Stage, far: Stage) -> Opened:
    """Open a room at both, and wait until the far one has read all there is."""
    opened = await near.opened(guests=2)
    room, other = await near.room(), await far.room()
    await far.until_true(lambda: other.replica.position == room.replica.position)
    return opened


async def hears_something(stage: Stage) -> None:
    """Wait until a node knows that it has something to read."""
    room = await stage.room()
    await stage.until_true(lambda: room._news.is_behind)


@pytest.mark.timeout(60)
async def test_of_many_news_the_first_is_read_at_once_and_the_rest_together(
    tmp_path: Path, redis_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    url = own_prefix(redis_url, tmp_path)
    async with many_hubs(url, 2, settings=ALONE) as (near, far):
        one, two = (await both_open(near, far)).guests
        room, other = await near.room(), await far.room()
        heard: list[int] = []
        hear = other._news._hear

        def noted(version: int) -> None:
            heard.append(version)
            hear(version)

        monkeypatch.setattr(other._news, "_hear", noted)
        # Before it hears anything it compares itself with the head, and reads on by that.
        while not heard:
            await near.done(c.RaiseHand(), one.actor)
            await near.done(c.LowerHand(), one.actor)
            await far.until_true(lambda: other.replica.position == room.replica.position)
        other._news._pace_s = NEVER_S
        await near.done(c.RaiseHand(), one.actor)
        await far.until_true(lambda: one.id in other.state.hands)
        before = other.replica.position
        for _ in range(3):
            await near.done(c.LowerHand(), one.actor)
            await near.done(c.RaiseHand(), one.actor)
        await hears_something(far)
        assert other.replica.position == before
        # Whoever wants something decided does not wait for the tick.
        await far.done(c.RaiseHand(), two.actor)
        assert other.replica.position.version == before.version + 7


@pytest.mark.timeout(60)
async def test_one_node_saves_the_checkpoint_for_all(tmp_path: Path, redis_url: str) -> None:
    url = own_prefix(redis_url, tmp_path)
    async with many_hubs(url, 2, settings=replace(ALONE, checkpoint_every=20)) as (near, far):
        opened = await both_open(near, far)
        room, other = await near.room(), await far.room()
        saved = other.replica.checkpoint
        for _ in range(8):
            await near.done(c.RaiseHand(), opened.guest.actor)
            await near.done(c.LowerHand(), opened.guest.actor)
        await near.until_true(lambda: room.replica.checkpoint.version > saved.version)
        await far.until_true(lambda: other.replica.position == room.replica.position)
        assert other.replica.checkpoint == saved
        # When it appends itself, it finds that it has nothing to save.
        await far.done(c.RaiseHand(), opened.guest.actor)
        await far.until_true(lambda: other.replica.checkpoint == room.replica.checkpoint)


@pytest.mark.timeout(60)
async def test_a_node_that_only_reads_saves_where_nobody_else_does(
    tmp_path: Path, redis_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    url = own_prefix(redis_url, tmp_path)
    async with many_hubs(url, 2, settings=replace(ALONE, checkpoint_every=10)) as (near, far):
        opened = await both_open(near, far)
        room, other = await near.room(), await far.room()
        monkeypatch.setattr(room._checkpoints, "note", lambda **_: None)
        for _ in range(12):
            await near.done(c.RaiseHand(), opened.guest.actor)
            await near.done(c.LowerHand(), opened.guest.actor)
        await far.until_true(lambda: other.replica.checkpoint.version > 10)
