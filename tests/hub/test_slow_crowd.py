"""Hundreds who take nothing, hundreds who crawl, hundreds who never answer: all at once."""

import asyncio
from dataclasses import replace
from pathlib import Path

from protocol import commands as c
from protocol.ids import LinkId
from protocol.roles import Presence
from protocol.views import Window
from tests.hub.conftest import QUICK, Client, Stage, staged

CROWD = 300
CHANGES = 12


async def crowd(stage: Stage, link: LinkId, name: str) -> list[Client]:
    """Let hundreds in, as many together as the room takes."""
    names = [f"{name}{number}" for number in range(CROWD)]
    results = await asyncio.gather(*(stage.redeem(link, one, f"d-{one}") for one in names))
    return list(
        await asyncio.gather(
            *(
                stage.connect(result, f"d-{one}", Window())
                for one, result in zip(names, results, strict=True)
            )
        )
    )


async def changed(stage: Stage, host: Client, good: Client, number: int) -> None:
    """Have something happen that everybody sees, and see that somebody quick hears of it."""
    await stage.done(c.SetLock(is_locked=number % 2 == 0), host.actor)
    await good.until(
        lambda one: one.view is not None and one.view.session.is_locked == (number % 2 == 0)
    )


async def test_hundreds_who_do_not_read_pile_nothing_up_and_harm_nobody(tmp_path: Path) -> None:
    settings = replace(QUICK, ping_ms=600_000, append_timeout_s=60)
    async with staged(tmp_path / "usher.sqlite3", settings=settings) as stage:
        room = await stage.opened(1, Window())
        good = room.guests[0]
        stopped = await crowd(stage, room.link, "stopped")
        crawling = await crowd(stage, room.link, "crawling")
        await good.counts(all=2 + 2 * CROWD)
        for client in (*stopped, *crawling):
            client.pause()
        heard = [len(one.frames) for one in stopped]
        await changed(stage, room.host, good, 0)
        for number in range(1, CHANGES):
            await changed(stage, room.host, good, number)
            for client in crawling[number::CHANGES]:
                client.go_on()
                client.pause()

        assert [len(one.frames) for one in stopped] == heard
        snapshots = [one.snapshots for one in stopped]
        for client in (*stopped, *crawling):
            client.go_on()
        await stage.until_true(
            lambda: all(
                one.view is not None and one.view.session.is_locked == (CHANGES % 2 == 1)
                for one in (*stopped, *crawling)
            )
        )
        assert [one.snapshots - was for one, was in zip(stopped, snapshots, strict=True)] == [
            1
        ] * CROWD


async def test_hundreds_who_never_answer_are_taken_for_lost_and_others_stay(
    tmp_path: Path,
) -> None:
    async with staged(tmp_path / "usher.sqlite3", settings=QUICK) as stage:
        room = await stage.opened(1, Window())
        good = room.guests[0]
        silent = await crowd(stage, room.link, "silent")
        for client in silent:
            client.is_silent = True
        await asyncio.gather(*(client.until(lambda one: one.is_closed) for client in silent))
        await changed(stage, room.host, good, 0)
        assert await stage.presence_of(good) is Presence.PRESENT
        assert not good.is_closed
    assert {one.goodbye.problem.code for one in silent if one.goodbye} == {"too_slow"}
