"""People who lose their line and come back, again and again: a node keeps nothing of that."""

import asyncio
import gc
import types
import weakref
from collections import Counter
from typing import Any

from protocol.views import Window
from server.hub.hub import Hub
from tests.hub.conftest import Client, Stage
from tests.hub.test_presence import inside

RETURNS = 30
NOT_HELD = (
    type, types.ModuleType, types.FunctionType, types.BuiltinFunctionType, types.CodeType,
    asyncio.AbstractEventLoop, asyncio.Future, weakref.ReferenceType,
)  # fmt: skip
"""What is of the program and not of its data, what only waits, and what keeps nothing: SQLite's
module remembers up to 200 cursors of a connection in that way."""
BEATS = "server.hub.tally._Beat"
"""The pulse of the last minute, which goes on whether anybody comes or not."""


def held_by(hub: Hub) -> Counter[str]:
    """Count, by type, all objects that can be reached from a hub."""
    left: list[Any] = [hub]
    seen, found = {id(hub): hub}, Counter[str]()
    while left:
        for one in gc.get_referents(left.pop()):
            if id(one) in seen or isinstance(one, NOT_HELD):
                continue
            kind = f"{type(one).__module__}.{type(one).__qualname__}"
            seen[id(one)] = one
            if kind != BEATS:
                found[kind] += 1
                left.append(one)
    return found


async def come_back(stage: Stage, guest: Client) -> Client:
    await stage.drop(guest)
    again = await stage.connect(guest.admitted, guest.watcher.device_id, Window())
    await again.counts(all=2)
    return again


async def test_whoever_comes_back_again_and_again_leaves_nothing_behind(stage: Stage) -> None:
    _, guest = await inside(stage)

    async def after_some_returns() -> Counter[str]:
        nonlocal guest
        for _ in range(RETURNS):
            guest = await come_back(stage, guest)
        return held_by(stage.hub)

    found = [await after_some_returns() for _ in range(3)]
    # One object kept of each return would be two rounds of them.
    assert (found[2] - found[0]).total() < RETURNS, found[2] - found[0]
