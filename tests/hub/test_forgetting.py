"""Names of guests go from the audit log in time, whatever happens to the node that is at it."""

import asyncio
from pathlib import Path

import pytest

from protocol import commands as c
from protocol.roles import Role
from server.core import events as e
from server.core.audit import names_guests
from server.core.chain import Line, find_break
from server.hub import forgetting
from server.hub.audit_rows import AUDIT, audit_lines_kept
from server.hub.forgetting import DUE, NAMELESS, Forgetting, forgetting_put
from server.store.interface import Put
from tests.core.given import DAY
from tests.hub.conftest import ROOM, Clock, Stage, sealer_over, staged, stores_over


async def moderated(stage: Stage, guests: int = 3) -> None:
    """Have a line for each of some guests in the log, and the session over."""
    opened = await stage.opened(guests, names_kept_days=30)
    for guest in opened.guests:
        await stage.done(c.SetRole(participant_id=guest.id, role=Role.SPEAKER), opened.host.actor)
    await stage.done(c.EndSession(), opened.host.actor)


async def lines(stage: Stage) -> list[Line]:
    found = audit_lines_kept(ROOM, stage.hub.stores, stage.clock())
    return [one async for one in found if isinstance(one, Line)]


async def noted(stage: Stage, before: int) -> None:
    last = (await stage.state()).audit.number
    event = e.GuestsErased(before=before)
    await stage.store.put([forgetting_put(event, ROOM, last)])


async def looks(stage: Stage) -> None:
    hub = stage.hub
    await Forgetting(hub.stores, hub.settings, hub.world).look()


async def test_a_node_that_dies_leaves_the_rest_to_the_next_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path, clock = tmp_path / "usher.sqlite3", Clock()
    async with staged(path, clock=clock) as stage:
        await moderated(stage)
        clock.ahead_ms += 30 * DAY
        await stage.until(lambda state: state.names_erased_to > 0)
        # The append has only noted it; nothing was read or written again in it.
        assert any(names_guests(one) for one in await lines(stage))
        stage.abandon()
    monkeypatch.setattr(forgetting, "PERIOD_S", 0.02)
    async with staged(path, clock=clock) as stage:
        async with asyncio.timeout(10):
            while await stage.store.scan(DUE, 0):  # noqa: ASYNC110 - the store has no event
                await asyncio.sleep(0.01)
        assert not any(names_guests(one) for one in await lines(stage))
        assert [one.by.person for one in await lines(stage) if one.by.person]
        assert find_break(await lines(stage), (await stage.state()).audit, clock()) is None
        assert await stage.store.get(NAMELESS, ROOM, clock()) is not None


async def test_lines_without_guests_are_not_read_again(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("server.hub.audit_rows.LINES_AT_ONCE", 2)
    await moderated(stage)
    await noted(stage, stage.clock())
    await looks(stage)
    assert not any(names_guests(one) for one in await lines(stage))
    known = await stage.store.get(NAMELESS, ROOM, stage.clock())
    assert known is not None
    newest = (await stage.state()).audit.number
    assert int(known) == newest
    # Nobody reads it, so nobody stumbles over it.
    [(key, _), *_] = await stage.store.scan(AUDIT, 0, limit=1)
    await stage.store.put([Put(table=AUDIT, key=key, value=b"torn")])
    await noted(stage, stage.clock())
    await looks(stage)
    assert await stage.store.get(NAMELESS, ROOM, stage.clock()) == known
    assert not await stage.store.scan(DUE, 0)


async def test_a_guest_whose_time_has_not_come_is_left_and_read_again(stage: Stage) -> None:
    await moderated(stage)
    await noted(stage, before=0)
    await looks(stage)
    assert any(names_guests(one) for one in await lines(stage))
    await noted(stage, stage.clock())
    await looks(stage)
    assert not any(names_guests(one) for one in await lines(stage))


async def test_a_name_that_was_erased_elsewhere_stays_erased(stage: Stage) -> None:
    await moderated(stage)
    # This node has the host's key in memory, and another one forgets it.
    assert any(one.by.person for one in await lines(stage))
    await sealer_over(stage.store).erase(stage.host.person.id)
    await noted(stage, stage.clock())
    await looks(stage)
    found = audit_lines_kept(ROOM, stores_over(stage.store), stage.clock())
    people = [one.by.person async for one in found if isinstance(one, Line) and one.by.person]
    assert people
    assert all(one.is_erased for one in people)
