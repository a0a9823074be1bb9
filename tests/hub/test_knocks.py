"""A thousand knocks by one link: staff hear of them together, and can end it."""

import asyncio

from protocol import commands as c
from protocol.roles import Group
from protocol.views import Range, Window
from server.core.actors import SERVER
from server.hub.room import Settled
from tests.hub.conftest import Stage

KNOCKS = 1_000
WAITING = Window(groups={Group.WAITING: Range(count=5)})


async def test_a_thousand_knocks_are_one_count_in_a_few_frames_and_can_be_cut_off(
    stage: Stage,
) -> None:
    """Whoever came before them stays at the head of the list, where staff find them."""
    await stage.make_room(approve_guests=True)
    parents, flooded = await stage.make_link(), await stage.make_link()
    host = await stage.enter_host(WAITING)
    await stage.done(c.StartSession(), host.actor)
    honest = await stage.enter_guest(parents, "Honest")
    await host.counts(waiting=1)
    frames, appends = len(host.frames), stage.hub.tally.appends
    room = await stage.room()

    async def knock(number: int) -> None:
        device = f"d-{number}"
        let_in = await room.ask(stage.form(flooded, f"Knock{number}"), stage.visitor(device))
        assert isinstance(let_in, Settled)
        watcher = stage.watcher_of(let_in.result, device)
        room.attach(watcher)
        opened = await room.ask(stage.opening_of(watcher, let_in.result), SERVER)
        assert isinstance(opened, Settled)

    await asyncio.gather(*(knock(number) for number in range(KNOCKS)))
    await host.counts(waiting=KNOCKS + 1)

    assert host.view is not None
    [first, *_] = host.view.groups[Group.WAITING].rows
    assert first.name == "Honest"
    # Nothing is told of each: the counts say it, at most once for each time that was written.
    assert host.notices == []
    assert len(host.frames) - frames <= stage.hub.tally.appends - appends < KNOCKS / 10
    assert honest.you is not None
    assert honest.you.gate is not None

    done = await stage.done(c.RevokeGuestLink(link_id=flooded), host.actor)
    assert done.result == {"removed": KNOCKS}
    await host.counts(waiting=1)
