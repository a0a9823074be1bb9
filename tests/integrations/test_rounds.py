"""Each key is worked on by one task at a time, none is forgotten, and no group has it all."""

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import TypeAlias

from server.integrations.rounds import Rounds

Key: TypeAlias = tuple[str, int]


@asynccontextmanager
async def working(
    work: Callable[[Key], Awaitable[float | None]],
    rests: dict[Key, float] | None = None,
    at_once: int = 8,
) -> AsyncIterator[Rounds[Key]]:
    rounds = Rounds(
        work,
        time.monotonic,
        at_once=at_once,
        group_of=lambda key: key[0],
        rest_until=lambda key: (rests or {}).get(key, 0.0),
    )
    running = asyncio.create_task(rounds.run())
    try:
        yield rounds
    finally:
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)


async def test_news_of_a_key_that_is_worked_on_is_worked_on_afterwards() -> None:
    begun, may_end, ended = asyncio.Event(), asyncio.Event(), asyncio.Event()
    times = 0

    async def work(_key: Key) -> None:
        nonlocal times
        times += 1
        begun.set()
        await may_end.wait()
        if times == 2:
            ended.set()

    async with working(work) as rounds, asyncio.timeout(20):
        rounds.note(("a", 1))
        await begun.wait()
        rounds.note(("a", 1))
        rounds.note(("a", 1))
        assert times == 1
        may_end.set()
        await ended.wait()
    assert times == 2


async def test_work_that_asks_for_it_goes_on_until_there_is_nothing_more() -> None:
    left, done = 5, asyncio.Event()

    async def work(_key: Key) -> float | None:
        nonlocal left
        left -= 1
        if left:
            return 0.001
        done.set()
        return None

    async with working(work) as rounds, asyncio.timeout(20):
        rounds.note(("a", 1))
        await done.wait()
    assert left == 0


async def test_a_fault_in_the_work_on_one_key_harms_no_other() -> None:
    done = asyncio.Event()

    async def work(key: Key) -> None:
        if key == ("a", 1):
            raise ZeroDivisionError
        done.set()

    async with working(work) as rounds, asyncio.timeout(20):
        rounds.note(("a", 1))
        rounds.note(("a", 2))
        await done.wait()


async def test_a_group_that_hangs_leaves_room_for_the_others() -> None:
    hanging, done = 0, asyncio.Event()

    async def work(key: Key) -> None:
        nonlocal hanging
        if key[0] == "slow":
            hanging += 1
            await asyncio.Event().wait()
        done.set()

    async with working(work) as rounds, asyncio.timeout(20):
        for number in range(20):
            rounds.note(("slow", number))
        rounds.note(("quick", 1))
        await done.wait()
        assert hanging == 2


async def test_a_key_that_rests_is_worked_on_when_its_rest_is_over() -> None:
    done = asyncio.Event()
    over = time.monotonic() + 0.05
    at = 0.0

    async def work(_key: Key) -> None:
        nonlocal at
        at = time.monotonic()
        done.set()

    async with working(work, rests={("a", 1): over}) as rounds, asyncio.timeout(20):
        rounds.note(("a", 1))
        assert ("a", 1) in rounds
        await done.wait()
    assert at >= over
