"""What is known of how far the log goes, and for how long it has not been heard of."""

from dataclasses import replace
from pathlib import Path

import pytest

from protocol import commands as c
from protocol.messages import Ping
from server.hub import news
from tests.hub.conftest import QUICK, staged

HASTY = replace(QUICK, head_check_s=0.05, append_timeout_s=1.0, ping_ms=200)


async def test_watchers_are_told_while_the_store_is_not_reached_and_when_it_is_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(news, "STALE_S", 0.1)
    async with staged(tmp_path / "usher.sqlite3", settings=HASTY) as stage:
        opened = await stage.opened(guests=1)
        room = await stage.room()
        await opened.host.until(lambda one: one.view is not None)
        assert not room.is_stale
        stage.store.answers_reads.clear()
        await stage.until_true(lambda: room.is_stale)
        await opened.guest.until(lambda one: Ping(is_stale=True) in one.pings)
        # The view goes on to be there.
        assert opened.host.view is not None
        stage.store.answers_reads.set()
        await stage.until_true(lambda: not room.is_stale)
        seen = len(opened.guest.pings)
        await opened.guest.until(lambda one: Ping() in one.pings[seen:])


async def test_an_append_is_news_enough(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(news, "STALE_S", 0.1)
    async with staged(tmp_path / "usher.sqlite3", settings=HASTY) as stage:
        opened = await stage.opened(guests=1)
        room = await stage.room()
        stage.store.answers_reads.clear()
        await stage.until_true(lambda: room.is_stale)
        await stage.done(c.RaiseHand(), opened.guest.actor)
        assert not room.is_stale
        stage.store.answers_reads.set()


async def test_what_is_heard_while_the_replica_reads_is_read_next(tmp_path: Path) -> None:
    async with staged(tmp_path / "usher.sqlite3", settings=QUICK) as stage:
        await stage.opened(guests=1)
        room = await stage.room()
        told = room._news
        head = room.replica.position.version
        told.begin_to_read()
        # A read that began before this one was appended ends without it.
        told._hear(head + 1)
        told.was_read()
        assert told.is_behind
        told.begin_to_read()
        told.was_read()
        assert not told.is_behind
