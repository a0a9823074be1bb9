import asyncio
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from protocol import commands as c
from protocol.errors import ErrorCode
from protocol.ids import CommandId, RoomId
from server.core import orders as o
from server.core.decide import Rejected
from server.hub.room import Settled
from server.hub.settings import HubSettings
from server.store.interface import Position, Unavailable
from tests.hub.conftest import QUICK, Stage, staged


async def test_commands_that_wait_for_an_append_are_appended_together(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    await stage.make_room()
    host = await stage.enter_host()
    store = stage.hub.stores.store
    append, held, sizes = store.append, asyncio.Event(), []

    async def holding(
        room: RoomId, expected: Position, payloads: Sequence[bytes], **more: Any
    ) -> Position:
        sizes.append(len(payloads))
        await held.wait()
        return await append(room, expected, payloads, **more)

    monkeypatch.setattr(type(store), "append", lambda _, *args, **more: holding(*args, **more))
    first = asyncio.create_task(stage.done(c.MessageWaiting(text="0"), host.actor))
    await stage.until_true(lambda: len(sizes) == 1)
    rest = [
        asyncio.create_task(stage.done(c.MessageWaiting(text=str(n)), host.actor))
        for n in range(1, 101)
    ]
    await asyncio.sleep(0)
    held.set()
    versions = [(await task).version for task in (first, *rest)]
    assert sizes[:2] == [1, 100]
    assert versions == sorted(versions)


async def test_the_same_command_id_has_one_effect_and_one_answer_after_a_restart_too(
    tmp_path: Path,
) -> None:
    path = tmp_path / "usher.sqlite3"
    command = c.CreateGuestLink(name="Once")
    async with staged(path) as stage:
        await stage.make_room()
        first = await stage.done(command, stage.host, "cmd-1")
        again = await stage.done(command, stage.host, "cmd-1")
        assert first.result == again.result
    async with staged(path, node="n2") as stage:
        third = await stage.done(command, stage.host, "cmd-1")
        assert third.result == first.result
        assert len((await stage.state()).links) == 1
        other = await stage.hub.ask(
            stage.room_id, c.CreateGuestLink(name="Other"), stage.host, CommandId("cmd-1")
        )
        assert other == Rejected(code=ErrorCode.COMMAND_REUSED)


async def test_an_append_whose_answer_was_lost_is_found_again_and_not_repeated(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    await stage.make_room()
    store = stage.hub.stores.store
    append, fails = store.append, [True]

    async def losing(
        room: RoomId, expected: Position, payloads: Sequence[bytes], **more: Any
    ) -> Position:
        position = await append(room, expected, payloads, **more)
        if fails and fails.pop():
            raise Unavailable("the answer was lost")
        return position

    monkeypatch.setattr(type(store), "append", lambda _, *args, **more: losing(*args, **more))
    command = c.CreateGuestLink(name="Lost")
    outcome = await stage.hub.ask(stage.room_id, command, stage.host, CommandId("cmd-1"))
    assert outcome == Rejected(code=ErrorCode.OVERLOADED)
    assert isinstance(await stage.done(command, stage.host, "cmd-1"), Settled)
    assert len((await stage.state()).links) == 1


async def test_somebody_elses_append_makes_the_room_decide_again(stage: Stage) -> None:
    await stage.make_room()
    link = await stage.make_link(uses=1)
    room = await stage.hub.room(stage.room_id)
    assert room is not None
    async with stage.second_hub("n2") as other:
        outcomes = await asyncio.gather(
            *(
                hub.ask(
                    stage.room_id,
                    o.RedeemGuestLink(
                        link_id=link, generation=1, name=f"G{n}", email=f"g{n}@example.org"
                    ),
                    stage.visitor(f"d{n}"),
                )
                for n, hub in enumerate([stage.hub, other] * 10)
            )
        )
        assert sum(isinstance(one, Settled) for one in outcomes) == 1
        codes = {one.code for one in outcomes if isinstance(one, Rejected)}
        assert codes == {ErrorCode.LINK_USED_UP}
        mine, theirs = await stage.hub.look(stage.room_id), await other.look(stage.room_id)
        assert mine is not None
        await stage.until(lambda state: len(state.participants) == 1)
        assert theirs is not None


async def test_a_fault_in_one_wish_harms_nobody_else(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    await stage.make_room()

    def broken(*_: object) -> None:
        raise ZeroDivisionError

    monkeypatch.setitem(__import__("server.core.decide").core.decide.RULES, c.StartSession, broken)
    outcomes = await asyncio.gather(
        stage.hub.ask(stage.room_id, c.StartSession(), stage.host),
        stage.hub.ask(stage.room_id, c.SetGuestAccess(is_on=True), stage.host),
    )
    assert outcomes[0] == Rejected(code=ErrorCode.INTERNAL)
    assert isinstance(outcomes[1], Settled)


async def test_an_idle_room_is_put_away_and_comes_back_the_same(tmp_path: Path) -> None:
    settings = HubSettings(tick_ms=5, ping_ms=200, idle_s=0.0, lease_ms=3000)
    async with staged(tmp_path / "usher.sqlite3", settings=settings) as stage:
        await stage.make_room()
        await stage.make_link()
        before = await stage.state()
        await stage.until_true(lambda: not stage.hub.rooms)
        assert await stage.state() == before


async def test_ids_that_nobody_has_used_cost_no_memory(stage: Stage) -> None:
    assert await stage.hub.look(stage.other_room_id) is None
    assert stage.hub.rooms == []


async def test_what_waits_when_the_server_stops_is_settled_and_everybody_is_told_to_come_back(
    tmp_path: Path,
) -> None:
    async with staged(tmp_path / "usher.sqlite3", settings=QUICK) as stage:
        await stage.make_room()
        host = await stage.enter_host()
        await stage.hub.stop()
        refused = await stage.hub.ask(stage.room_id, c.StartSession(), host.actor)
        assert refused == Rejected(code=ErrorCode.RESTARTING)
        await host.until(lambda h: h.is_closed)
        assert host.goodbye is not None
        assert host.goodbye.problem.retry_after_ms
        assert host.watcher.close_code == 1012
