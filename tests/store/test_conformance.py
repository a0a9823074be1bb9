"""What every adapter promises of logs. See `adapters.py` for how one joins."""

import asyncio
from collections.abc import Sequence
from pathlib import Path

import pytest

from protocol.ids import NodeId, RoomId
from server.store.interface import (
    START,
    Checkpoint,
    Conflict,
    Position,
    PositionLost,
    Put,
    Store,
)
from tests.store.adapters import Adapter

ROOM = RoomId("e_1")
OTHER = RoomId("e_2")
NOW = 1_800_000_000_000
PATIENCE_S = 20


async def filled(store: Store, count: int, room: RoomId = ROOM) -> Position:
    """Append so many payloads, one at a time: b"1", b"2", …"""
    position = await store.head(room)
    for number in range(position.version + 1, position.version + count + 1):
        position = await store.append(room, position, [str(number).encode()])
    return position


async def all_of(store: Store, room: RoomId = ROOM) -> list[bytes]:
    return list((await store.read(room, START, 100_000)).payloads)


def at(position: Position, version: int) -> Position:
    return Position(position.epoch, version)


class TestAppend:
    async def test_begins_a_log_at_version_one_in_an_epoch_of_its_own(self, store: Store) -> None:
        first = await store.append(ROOM, START, [b"a"])
        second = await store.append(OTHER, START, [b"a"])
        assert first.version == second.version == 1
        assert first.epoch
        assert first.epoch != second.epoch

    async def test_gives_dense_versions_and_keeps_the_epoch(self, store: Store) -> None:
        first = await store.append(ROOM, START, [b"a"])
        third = await store.append(ROOM, first, [b"b", b"c"])
        assert third == at(first, 3)
        assert await store.head(ROOM) == third

    @pytest.mark.parametrize(
        "payloads", [[b""], [b"\x00\xff"], [b"x" * 3_000_000], [b"%d" % n for n in range(3_000)]]
    )
    async def test_keeps_every_byte_and_the_order(
        self, store: Store, payloads: Sequence[bytes]
    ) -> None:
        await store.append(ROOM, START, payloads)
        assert await all_of(store) == list(payloads)

    @pytest.mark.parametrize("room", ["e_1", "a:b@c.d+e-f", "x" * 80])
    async def test_takes_every_id_that_the_contract_allows(self, store: Store, room: str) -> None:
        position = await store.append(RoomId(room), START, [b"a"])
        assert await store.head(RoomId(room)) == position

    @pytest.mark.parametrize("version", [0, 1, 2, 4, 10_000])
    async def test_conflicts_at_any_other_version_and_writes_nothing(
        self, store: Store, version: int
    ) -> None:
        head = await filled(store, 3)
        with pytest.raises(Conflict) as conflict:
            await store.append(
                ROOM, at(head, version), [b"no"], puts=[Put(table="t", key="k", value=b"no")]
            )
        assert conflict.value.head == head
        assert conflict.value.room == ROOM
        assert await all_of(store) == [b"1", b"2", b"3"]
        assert await store.get("t", "k", NOW) is None

    async def test_conflicts_in_another_epoch(self, store: Store) -> None:
        head = await filled(store, 3)
        for expected in (START, Position("another", 3)):
            with pytest.raises(Conflict):
                await store.append(ROOM, expected, [b"no"])
        assert await store.head(ROOM) == head

    async def test_conflicts_when_a_log_is_expected_and_there_is_none(self, store: Store) -> None:
        with pytest.raises(Conflict) as conflict:
            await store.append(ROOM, Position("lost", 7), [b"no"])
        assert conflict.value.head == START
        assert await store.head(ROOM) == START

    async def test_writes_its_puts_along(self, store: Store) -> None:
        await store.put([Put(table="t", key="old", value=b"x")])
        puts = [Put(table="t", key="new", value=b"y"), Put(table="t", key="old", value=None)]
        await store.append(ROOM, START, [b"a"], puts=puts)
        assert await store.scan("t", NOW) == [("new", b"y")]

    async def test_refuses_a_put_that_could_fail_for_a_reason_of_its_own(
        self, store: Store
    ) -> None:
        put = Put(table="t", key="k", value=b"x", if_absent=True)
        with pytest.raises(ValueError, match="if_absent"):
            await store.append(ROOM, START, [b"a"], puts=[put])
        assert await store.head(ROOM) == START

    async def test_without_payloads_sets_the_wake_time_alone(self, store: Store) -> None:
        head = await filled(store, 1)
        assert await store.append(ROOM, head, [], wake_at=NOW) == head
        assert await store.due(NOW) == [ROOM]
        assert await store.head(ROOM) == head

    async def test_without_payloads_begins_no_log(self, store: Store) -> None:
        with pytest.raises(ValueError, match="begins with a payload"):
            await store.append(ROOM, START, [], wake_at=NOW)
        assert await store.due(NOW) == []


class TestManyWriters:
    async def test_exactly_one_wins_each_version(self, store: Store) -> None:
        position = START
        for version in range(1, 11):
            results = await asyncio.gather(
                *(store.append(ROOM, position, [b"%d" % writer]) for writer in range(12)),
                return_exceptions=True,
            )
            won = [result for result in results if isinstance(result, Position)]
            lost = [result for result in results if isinstance(result, Conflict)]
            assert (len(won), len(lost)) == (1, 11)
            [position] = won
            assert position.version == version
            assert {conflict.head for conflict in lost} == {position}
        assert len(await all_of(store)) == 10

    async def test_who_tries_again_at_the_head_found_loses_nothing(self, store: Store) -> None:
        async def write(writer: int) -> None:
            position = await store.head(ROOM)
            for number in range(8):
                while True:
                    try:
                        position = await store.append(ROOM, position, [b"%d %d" % (writer, number)])
                        break
                    except Conflict as conflict:
                        position = conflict.head

        await asyncio.gather(*(write(writer) for writer in range(8)))
        written = await all_of(store)
        assert sorted(written) == sorted(b"%d %d" % (w, n) for w in range(8) for n in range(8))
        for writer in range(8):
            own = [each for each in written if each.startswith(b"%d " % writer)]
            assert own == sorted(own)

    async def test_rooms_do_not_disturb_each_other(self, store: Store) -> None:
        rooms = [RoomId(f"e_{number}") for number in range(50)]
        heads = await asyncio.gather(*(filled(store, 5, room) for room in rooms))
        assert {head.version for head in heads} == {5}
        assert len({head.epoch for head in heads}) == len(rooms)
        for room in rooms:
            assert await all_of(store, room) == [b"1", b"2", b"3", b"4", b"5"]

    async def test_cancelled_calls_leave_every_other_answer_where_it_belongs(
        self, store: Store
    ) -> None:
        rooms = [RoomId(f"e_{number}") for number in range(60)]
        await asyncio.gather(*(filled(store, number % 7 + 1, r) for number, r in enumerate(rooms)))
        heads = {room: await store.head(room) for room in rooms}
        appends = {
            room: asyncio.create_task(store.append(room, heads[room], [room.encode()]))
            for room in rooms
        }
        reads = {room: asyncio.create_task(store.read(room, START)) for room in rooms}
        for turn, room in enumerate(rooms):
            if turn % 3 == 0:
                appends[room].cancel()
            if turn % 4 == 0:
                reads[room].cancel()
            if turn % 10 == 0:
                await asyncio.sleep(0)
        await asyncio.wait([*appends.values(), *reads.values()], timeout=PATIENCE_S)
        for room in rooms:
            before = heads[room].version
            if not appends[room].cancelled():
                assert appends[room].result() == at(heads[room], before + 1)
            if not reads[room].cancelled():
                assert reads[room].result().payloads[0] == b"1"
                assert reads[room].result().head.epoch == heads[room].epoch
            # A cancelled append happened or did not; there is no third way.
            stored = await all_of(store, room)
            assert stored[before:] in ([], [room.encode()])


class TestRead:
    async def test_finds_nothing_in_a_room_without_a_log(self, store: Store) -> None:
        page = await store.read(ROOM, START)
        assert (page.position, page.payloads, page.head) == (START, (), START)
        assert await store.head(ROOM) == START

    async def test_goes_on_page_by_page_to_the_head(self, store: Store) -> None:
        head = await filled(store, 5)
        first = await store.read(ROOM, START, 2)
        second = await store.read(ROOM, first.position, 2)
        third = await store.read(ROOM, second.position, 2)
        assert [first.payloads, second.payloads, third.payloads] == [
            (b"1", b"2"),
            (b"3", b"4"),
            (b"5",),
        ]
        assert [first.position, second.position, third.position] == [
            at(head, 2),
            at(head, 4),
            at(head, 5),
        ]
        assert {first.head, second.head, third.head} == {head}

    async def test_at_the_head_gives_nothing_and_the_same_position(self, store: Store) -> None:
        head = await filled(store, 2)
        page = await store.read(ROOM, head)
        assert (page.position, page.payloads, page.head) == (head, (), head)

    async def test_from_the_beginning_of_the_epoch_is_reading_from_the_start(
        self, store: Store
    ) -> None:
        head = await filled(store, 2)
        assert (await store.read(ROOM, at(head, 0))).payloads == (b"1", b"2")

    async def test_does_not_take_a_position_of_another_epoch(self, store: Store) -> None:
        await filled(store, 2)
        with pytest.raises(PositionLost):
            await store.read(ROOM, Position("another", 1))

    async def test_does_not_take_a_position_beyond_the_head(self, store: Store) -> None:
        head = await filled(store, 2)
        with pytest.raises(PositionLost):
            await store.read(ROOM, at(head, 3))

    async def test_does_not_take_a_position_in_a_log_that_is_gone(self, store: Store) -> None:
        with pytest.raises(PositionLost):
            await store.read(ROOM, Position("lost", 3))


class TestCheckpoint:
    async def test_is_absent_at_first(self, store: Store) -> None:
        assert await store.load_checkpoint(ROOM) is None
        await filled(store, 1)
        assert await store.load_checkpoint(ROOM) is None

    @pytest.mark.parametrize("size", [0, 1, 1024 * 1024, 1024 * 1024 + 1, 5_000_000])
    async def test_is_kept_byte_for_byte(self, store: Store, size: int) -> None:
        checkpoint = Checkpoint(await filled(store, 2), bytes(range(251)) * (size // 251 + 1))
        checkpoint = Checkpoint(checkpoint.position, checkpoint.payload[:size])
        await store.save_checkpoint(ROOM, checkpoint)
        assert await store.load_checkpoint(ROOM) == checkpoint

    async def test_gives_way_to_a_newer_one_and_not_to_an_older_one(self, store: Store) -> None:
        head = await filled(store, 9)
        for version, kept in [(3, 3), (7, 7), (5, 7), (7, 7), (9, 9)]:
            await store.save_checkpoint(ROOM, Checkpoint(at(head, version), b"%d" % version))
            assert await store.load_checkpoint(ROOM) == Checkpoint(at(head, kept), b"%d" % kept)

    async def test_of_the_same_version_stays_the_one_that_came_first(self, store: Store) -> None:
        head = await filled(store, 1)
        await store.save_checkpoint(ROOM, Checkpoint(head, b"first"))
        await store.save_checkpoint(ROOM, Checkpoint(head, b"second"))
        assert await store.load_checkpoint(ROOM) == Checkpoint(head, b"first")

    async def test_of_several_saved_at_once_the_newest_stays(self, store: Store) -> None:
        head = await filled(store, 6)
        saved = {
            version: Checkpoint(at(head, version), b"%d" % version * 2_500_000)
            for version in (2, 6, 4, 5)
        }
        await asyncio.gather(*(store.save_checkpoint(ROOM, each) for each in saved.values()))
        assert await store.load_checkpoint(ROOM) == saved[6]

    @pytest.mark.parametrize("is_other_epoch", [True, False])
    async def test_is_refused_where_the_log_never_was(
        self, store: Store, is_other_epoch: bool
    ) -> None:
        head = await filled(store, 2)
        position = Position("another", 1) if is_other_epoch else at(head, 3)
        with pytest.raises(PositionLost):
            await store.save_checkpoint(ROOM, Checkpoint(position, b"no"))
        assert await store.load_checkpoint(ROOM) is None

    async def test_is_refused_without_a_log(self, store: Store) -> None:
        with pytest.raises(PositionLost):
            await store.save_checkpoint(ROOM, Checkpoint(Position("lost", 1), b"no"))


class TestTrim:
    async def test_without_a_checkpoint_forgets_nothing(self, store: Store) -> None:
        head = await filled(store, 3)
        await store.trim(ROOM, head)
        assert await all_of(store) == [b"1", b"2", b"3"]

    async def test_never_goes_beyond_the_checkpoint(self, store: Store) -> None:
        head = await filled(store, 5)
        await store.save_checkpoint(ROOM, Checkpoint(at(head, 3), b"c"))
        await store.trim(ROOM, head)
        page = await store.read(ROOM, START)
        assert (page.position, page.payloads) == (head, (b"4", b"5"))

    async def test_keeps_what_lies_behind_the_position(self, store: Store) -> None:
        head = await filled(store, 5)
        await store.save_checkpoint(ROOM, Checkpoint(head, b"c"))
        await store.trim(ROOM, at(head, 2))
        assert await all_of(store) == [b"3", b"4", b"5"]
        await store.trim(ROOM, at(head, 1))
        assert await all_of(store) == [b"3", b"4", b"5"]

    async def test_makes_older_positions_lost_and_no_others(self, store: Store) -> None:
        head = await filled(store, 5)
        await store.save_checkpoint(ROOM, Checkpoint(head, b"c"))
        await store.trim(ROOM, at(head, 2))
        assert (await store.read(ROOM, at(head, 2))).payloads == (b"3", b"4", b"5")
        for version in (0, 1):
            with pytest.raises(PositionLost):
                await store.read(ROOM, at(head, version))

    async def test_of_everything_leaves_the_head_and_the_log_goes_on(self, store: Store) -> None:
        head = await filled(store, 4)
        await store.save_checkpoint(ROOM, Checkpoint(head, b"c"))
        await store.trim(ROOM, head)
        page = await store.read(ROOM, START)
        assert (page.position, page.payloads, page.head) == (head, (), head)
        assert await store.append(ROOM, head, [b"next"]) == at(head, 5)
        assert (await store.read(ROOM, head)).payloads == (b"next",)

    async def test_takes_any_length(self, store: Store) -> None:
        head = await store.append(ROOM, START, [b"x"] * 5_000)
        await store.save_checkpoint(ROOM, Checkpoint(head, b"c"))
        await store.trim(ROOM, at(head, 4_999))
        assert await all_of(store) == [b"x"]

    async def test_in_another_epoch_is_refused(self, store: Store) -> None:
        head = await filled(store, 2)
        await store.save_checkpoint(ROOM, Checkpoint(head, b"c"))
        with pytest.raises(PositionLost):
            await store.trim(ROOM, Position("another", 2))
        assert await all_of(store) == [b"1", b"2"]


class TestFollow:
    async def test_hears_of_a_new_version(self, store: Store) -> None:
        async with store.follow(ROOM) as hints, asyncio.timeout(PATIENCE_S):
            # A hint may be lost, so there has to be more than one.
            async def write() -> None:
                while True:
                    await filled(store, 1)
                    await asyncio.sleep(0.01)

            writing = asyncio.create_task(write())
            heard = await anext(hints)
            writing.cancel()
            await asyncio.wait([writing])
        assert 1 <= heard <= (await store.head(ROOM)).version


async def test_what_was_written_is_there_after_reopening(adapter: Adapter, tmp_path: Path) -> None:
    async with adapter.open(tmp_path) as store:
        head = await filled(store, 5)
        await store.append(ROOM, head, [], wake_at=NOW)
        await store.save_checkpoint(ROOM, Checkpoint(at(head, 4), b"c"))
        await store.trim(ROOM, at(head, 2))
        await store.put([Put(table="t", key="k", value=b"x", expires_at=NOW)])
        await store.renew_lease(NodeId("a"), NOW, NOW + 10)
        await store.renew_lease(NodeId("b"), NOW, NOW + 10)
        await store.drop_lease(NodeId("b"))
    async with adapter.open(tmp_path) as store:
        assert await store.head(ROOM) == head
        assert await all_of(store) == [b"3", b"4", b"5"]
        assert await store.load_checkpoint(ROOM) == Checkpoint(at(head, 4), b"c")
        assert await store.due(NOW) == [ROOM]
        assert await store.get("t", "k", NOW - 1) == b"x"
        assert await store.leases() == {NodeId("a"): NOW + 10}
        assert not await store.renew_lease(NodeId("b"), NOW, NOW + 10)
        assert await store.append(ROOM, head, [b"6"]) == at(head, 6)
