import asyncio
from pathlib import Path

from protocol import commands as c
from protocol.messages import NoticeKind
from protocol.roles import Presence, SessionState
from protocol.views import Window
from server.core import orders as o
from server.core.actors import SERVER
from server.core.state import RoomState
from server.hub.room import Settled
from tests.hub.conftest import Client, Clock, Stage, staged


def presence_of(state: RoomState, client: Client) -> Presence:
    return state.participants[client.actor.participant_id].presence


async def inside(stage: Stage) -> tuple[Client, Client]:
    await stage.make_room()
    link = await stage.make_link()
    host = await stage.enter_host()
    await stage.done(c.StartSession(), host.actor)
    return host, await stage.enter_guest(link, "Gus")


async def test_a_lost_connection_shows_as_reconnecting_and_comes_back_as_the_same_person(
    stage: Stage,
) -> None:
    host, guest = await inside(stage)
    await stage.drop(guest)
    await stage.until(lambda s: presence_of(s, guest) is Presence.RECONNECTING)
    assert (await stage.state()).places == 2
    again = await stage.connect(guest.admitted, guest.watcher.device_id)
    await stage.until(lambda s: presence_of(s, again) is Presence.PRESENT)
    assert again.actor.participant_id == guest.actor.participant_id
    await host.until(lambda h: h.view is not None and h.view.counts.all == 2)


async def test_after_the_grace_somebody_lost_has_left(stage: Stage) -> None:
    _, guest = await inside(stage)
    await stage.drop(guest)
    await stage.until(lambda s: presence_of(s, guest) is Presence.RECONNECTING)
    stage.clock.ahead_ms += 31_000
    await stage.until(lambda s: presence_of(s, guest) is Presence.LEFT)


async def test_the_late_close_of_an_old_socket_does_not_remove_the_new_one(stage: Stage) -> None:
    _, guest = await inside(stage)
    again = await stage.connect(guest.admitted, guest.watcher.device_id)
    await stage.drop(guest)
    await stage.until(lambda s: len(s.participants[again.actor.participant_id].connections) == 1)
    assert presence_of(await stage.state(), again) is Presence.PRESENT


async def test_a_watcher_that_says_nothing_is_taken_for_lost(stage: Stage) -> None:
    _, guest = await inside(stage)
    guest.is_silent = True
    await guest.until(lambda g: g.is_closed)
    assert guest.goodbye is not None
    assert guest.goodbye.problem.code == "too_slow"


async def test_connections_of_a_dead_process_are_reaped_when_the_room_is_opened(
    tmp_path: Path,
) -> None:
    path, clock = tmp_path / "usher.sqlite3", Clock()
    async with staged(path, clock=clock) as stage:
        _, guest = await inside(stage)
        stage.abandon()
    async with staged(path, clock=clock, node="n2") as stage:
        clock.ahead_ms += 10_000
        await stage.until(lambda s: presence_of(s, guest) is not Presence.PRESENT)
        clock.ahead_ms += 40_000
        await stage.until(lambda s: presence_of(s, guest) is Presence.LEFT)


async def test_the_host_absent_timer_ends_a_session_that_nobody_watches(tmp_path: Path) -> None:
    path, clock = tmp_path / "usher.sqlite3", Clock()
    async with staged(path, clock=clock) as stage:
        host, guest = await inside(stage)
        await stage.drop(host)
        await stage.drop(guest)
        await stage.until(
            lambda s: {presence_of(s, one) for one in (host, guest)} == {Presence.RECONNECTING}
        )
    clock.ahead_ms += 3_600_000
    async with staged(path, clock=clock, node="n2") as stage:
        await stage.until(
            lambda s: s.session is not None and s.session.host_absent_ends_at is not None
        )
        clock.ahead_ms += 3_600_000
        await stage.until(lambda s: s.session is not None and s.session.state is SessionState.ENDED)


async def test_a_second_device_is_told_to_the_first(stage: Stage) -> None:
    await stage.make_room()
    host = await stage.enter_host()
    done = await stage.enter_host(device="d-phone")
    await host.until(lambda h: [n.kind for n in h.notices] == [NoticeKind.OTHER_DEVICE_JOINED])
    assert done.actor.participant_id == host.actor.participant_id


async def test_an_opening_that_was_given_up_while_it_waited_leaves_no_ghost(stage: Stage) -> None:
    host, guest = await inside(stage)
    room = await stage.hub.room(stage.room_id)
    assert room is not None
    await stage.drop(guest)
    watcher = stage.watcher_of(guest.admitted, "d-Gus")
    room.attach(watcher)
    opening = asyncio.create_task(room.ask(stage.opening_of(watcher, guest.admitted), SERVER))
    await asyncio.sleep(0)
    opening.cancel()
    room.detach(watcher)
    await stage.done(c.RaiseHand(), host.actor)
    await stage.until(lambda s: presence_of(s, guest) is Presence.RECONNECTING)
    assert (await stage.state()).participants[guest.actor.participant_id].connections == ()


async def test_somebody_removed_in_the_batch_that_opened_their_socket_is_told_and_closed(
    stage: Stage,
) -> None:
    # Found by the simulation: seed 282.
    host, guest = await inside(stage)
    room = await stage.room()
    held = stage.store.hold_next()
    first = stage.asking(c.SetLock(is_locked=True), host.actor)
    await held.has_come()
    watcher = stage.watcher_of(guest.admitted, "d-Gus")
    room.attach(watcher)
    again = Client(watcher, guest.session_id, guest.admitted)
    opening = room.submit(stage.opening_of(watcher, guest.admitted), SERVER)
    removal = room.submit(c.Remove(participant_id=guest.id), host.actor)
    held.release()
    assert isinstance(await opening, Settled)
    assert isinstance(await removal, Settled)
    stage.begins(again, room)
    await again.until(lambda one: one.is_closed)
    assert again.goodbye is not None
    assert again.goodbye.problem.code == "removed"
    await first


async def test_a_socket_that_the_log_has_closed_is_shown_nothing_more_whatever_it_asks_for(
    stage: Stage,
) -> None:
    # Found by the simulation: seed 91.
    host, guest = await inside(stage)
    room = await stage.room()
    guest.pause()
    order = o.CloseConnections(closed=((guest.id, guest.watcher.connection_id),))
    await stage.done(order, SERVER)
    assert guest.watcher.close_code is not None
    room.watch(guest.watcher, Window())
    assert guest.watcher.cohort is None
    frames = len(guest.frames)
    await stage.done(c.RaiseHand(), host.actor)
    assert len(guest.frames) == frames
    # A hub that stops waits for whoever does not read.
    guest.go_on()
