"""What one node has acknowledged, another tells at once, though it has heard nothing of it."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest

from protocol import commands as c
from protocol.errors import ErrorCode
from protocol.ids import LinkId
from server.core.decide import Rejected
from server.hub.hub import Hub
from server.hub.room import Settled
from tests.hub.conftest import QUICK, Stage, staged

LATE = replace(QUICK, head_check_s=3_600, append_timeout_s=1.0)


async def never(hints: AsyncIterator[int]) -> AsyncIterator[int]:
    """Lose every hint."""
    async for _ in hints:
        pass
    yield 0


@pytest.fixture
async def stage(tmp_path: Path) -> AsyncIterator[Stage]:
    async with staged(tmp_path / "usher.sqlite3", settings=LATE) as one:
        one.store.hints = never
        one.store.is_shared = True
        await one.make_room()
        yield one


async def at_hand(stage: Stage, other: Hub) -> int:
    """Open the room at another node; give the version that it has."""
    assert await other.look(stage.room_id) is not None
    room = await other.room(stage.room_id)
    assert room is not None
    return room.replica.position.version


async def test_a_look_shows_what_another_node_has_acknowledged(stage: Stage) -> None:
    async with stage.second_hub("other") as other:
        before = await at_hand(stage, other)
        link = await stage.make_link()
        known, seen = other.at_hand(stage.room_id), await other.look(stage.room_id)
        assert known is not None
        assert seen is not None
        assert link not in known.links
        assert link in seen.links
        assert await at_hand(stage, other) == before + 2


async def test_nothing_is_refused_by_what_was_true_before_another_node_changed_it(
    stage: Stage,
) -> None:
    async with stage.second_hub("other") as other:
        await at_hand(stage, other)
        link = await stage.make_link()
        outcome = await other.ask(stage.room_id, stage.form(link, "Gus"), stage.visitor("d-gus"))
        assert isinstance(outcome, Settled)
        outcome = await other.ask(
            stage.room_id, stage.form(LinkId("g_none"), "Ida"), stage.visitor("d-ida")
        )
        assert outcome == Rejected(code=ErrorCode.LINK_NOT_FOUND)


async def test_a_store_that_does_not_answer_keeps_nobody_from_what_is_known(stage: Stage) -> None:
    async with stage.second_hub("other") as other:
        await at_hand(stage, other)
        link = await stage.make_link()
        stage.store.answers_reads.clear()
        try:
            seen = await other.look(stage.room_id)
        finally:
            stage.store.answers_reads.set()
        assert seen is not None
        assert link not in seen.links


async def test_many_who_look_at_once_all_see_it(stage: Stage) -> None:
    async with stage.second_hub("other") as other:
        await at_hand(stage, other)
        await stage.done(c.EditEntry(name="Colloquium"), stage.host)
        for seen in await asyncio.gather(*(other.look(stage.room_id) for _ in range(20))):
            assert seen is not None
            assert seen.entry is not None
            assert seen.entry.name == "Colloquium"
