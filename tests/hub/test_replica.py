from protocol import commands as c
from server.core.roster import Roster
from server.hub.replica import Replica
from server.store.interface import START
from tests.hub.conftest import Stage


async def acted(stage: Stage) -> None:
    await stage.make_room()
    link = await stage.make_link()
    host = await stage.enter_host()
    await stage.done(c.StartSession(), host.actor)
    guest = await stage.enter_guest(link, "Gus")
    await stage.done(c.RaiseHand(), guest.actor)


async def test_a_replica_read_from_the_log_equals_the_one_that_lived_it(stage: Stage) -> None:
    await acted(stage)
    room = await stage.hub.room(stage.room_id)
    assert room is not None
    other = Replica(stage.room_id, stage.hub.stores.journal)
    await other.load()
    assert (other.state, other.position) == (room.state, room.replica.position)
    other.roster.check(room.state)


async def test_a_replica_from_a_checkpoint_and_the_tail_is_the_same(stage: Stage) -> None:
    await acted(stage)
    room = await stage.hub.room(stage.room_id)
    assert room is not None
    await room.save_checkpoint()
    await stage.done(c.ClearHands(), stage.host_in_room)
    other = Replica(stage.room_id, stage.hub.stores.journal)
    await other.load()
    assert other.state == room.state


async def test_catching_up_says_whom_the_missing_records_touched(stage: Stage) -> None:
    await acted(stage)
    lagging = Replica(stage.room_id, stage.hub.stores.journal)
    await lagging.load()
    await stage.done(c.ClearHands(), stage.host_in_room)
    caught_up = await lagging.catch_up()
    assert caught_up is not None
    assert len(caught_up.steps) == 1
    assert len(caught_up.touched.participants) == 1
    lagging.roster.check(await stage.state())


async def test_a_room_without_a_log_is_before_everything(stage: Stage) -> None:
    empty = Replica(stage.other_room_id, stage.hub.stores.journal)
    await empty.load()
    assert empty.position == START
    assert empty.state.entry is None
    Roster(empty.state).check(empty.state)
