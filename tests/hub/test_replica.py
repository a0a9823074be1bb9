from collections.abc import Awaitable, Callable

from protocol import commands as c
from protocol.ids import RoomId
from protocol.roles import Group
from server.core.record import Record
from server.core.roster import Roster
from server.core.state import RoomState
from server.core.touched import Touched
from server.hub.replica import Replica
from server.store.interface import START, Position
from server.store.journal import Journal, Loaded, RecordPage
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


class Interrupted(Journal[Record, RoomState]):
    """A journal, between whose answers somebody else does something, once."""

    def __init__(self, stage: Stage, meanwhile: Callable[[], Awaitable[None]]) -> None:
        self._real = stage.hub.stores.journal
        self._meanwhile: Callable[[], Awaitable[None]] | None = meanwhile

    async def load(self, room: RoomId) -> Loaded[RoomState]:
        loaded = await self._real.load(room)
        meanwhile, self._meanwhile = self._meanwhile, None
        if meanwhile:
            await meanwhile()
        return loaded

    async def read(self, room: RoomId, after: Position, limit: int = 1000) -> RecordPage[Record]:
        return await self._real.read(room, after, limit)


async def test_a_log_that_is_trimmed_while_it_is_opened_is_read_without_a_gap(
    stage: Stage,
) -> None:
    await acted(stage)
    room = await stage.hub.room(stage.room_id)
    assert room is not None

    async def trimmed() -> None:
        await room.save_checkpoint()
        await stage.hub.stores.store.trim(stage.room_id, room.replica.position)
        await stage.done(c.ClearHands(), stage.host_in_room)

    # It finds no checkpoint, and a moment later the log has lost its beginning.
    other = Replica(stage.room_id, Interrupted(stage, trimmed))
    await other.load()
    assert (other.state, other.position) == (room.state, room.replica.position)


async def test_a_search_goes_on_in_a_room_that_was_read_anew(stage: Stage) -> None:
    # Seed 58 of the simulation.
    await acted(stage)
    replica = Replica(stage.room_id, stage.hub.stores.journal)
    found = replica.roster.search("gus", with_email=False)
    await replica.load()
    found.advance(replica.roster, Touched(everybody=True))
    assert sum(found.count(group) for group in Group) == 1
