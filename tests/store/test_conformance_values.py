"""What every adapter promises of wake times, small values and leases. See `adapters.py`."""

import asyncio

import pytest

from protocol.ids import NodeId, RoomId
from server.store.interface import START, Conflict, Put, Store

ROOM = RoomId("e_1")
NOW = 1_800_000_000_000


class TestDue:
    async def test_lists_rooms_whose_time_has_come_the_earliest_first(self, store: Store) -> None:
        for name, wake_at in [("c", 30), ("a", 20), ("b", 10), ("later", 41), ("never", None)]:
            await store.append(RoomId(name), START, [b"x"], wake_at=wake_at)
        assert await store.due(40) == ["b", "a", "c"]
        assert await store.due(40, limit=2) == ["b", "a"]
        assert await store.due(9) == []
        assert await store.due(10) == ["b"]

    async def test_knows_only_the_newest_wake_time(self, store: Store) -> None:
        head = await store.append(ROOM, START, [b"a"], wake_at=10)
        head = await store.append(ROOM, head, [b"b"], wake_at=20)
        assert await store.due(15) == []
        await store.append(ROOM, head, [b"c"])
        assert await store.due(NOW) == []

    async def test_is_not_touched_by_an_append_that_conflicts(self, store: Store) -> None:
        await store.append(ROOM, START, [b"a"], wake_at=10)
        with pytest.raises(Conflict):
            await store.append(ROOM, START, [b"b"], wake_at=99)
        assert await store.due(10) == [ROOM]

    async def test_leaves_out_rooms_that_a_node_holds_open(self, store: Store) -> None:
        rooms = [RoomId(name) for name in "abc"]
        for room in rooms:
            await store.append(room, START, [b"x"], wake_at=10)
        await store.hold(rooms[:2], NOW)
        await store.hold(rooms[:1], NOW + 10)
        await store.hold([], NOW)
        assert await store.due(NOW - 1) == ["c"]
        assert await store.due(NOW) == ["b", "c"]
        assert await store.due(NOW + 10, limit=2) == ["a", "b"]


class TestValues:
    async def test_are_put_replaced_and_deleted(self, store: Store) -> None:
        for value in (b"x", b"", b"y", None, None, b"z"):
            assert await store.put([Put(table="t", key="k", value=value)])
            assert await store.get("t", "k", NOW) == value

    async def test_belong_to_their_table(self, store: Store) -> None:
        await store.put([Put(table="t", key="k", value=b"x"), Put(table="u", key="k", value=b"y")])
        assert await store.get("t", "k", NOW) == b"x"
        assert await store.get("u", "k", NOW) == b"y"
        assert await store.get("v", "k", NOW) is None

    async def test_are_gone_from_the_moment_they_expire(self, store: Store) -> None:
        await store.put([Put(table="t", key="k", value=b"x", expires_at=NOW)])
        assert await store.get("t", "k", NOW - 1) == b"x"
        assert await store.get("t", "k", NOW) is None
        assert await store.get_many("t", ["k"], NOW) == {}
        assert await store.scan("t", NOW) == []

    async def test_put_again_expire_as_was_said_last(self, store: Store) -> None:
        await store.put([Put(table="t", key="k", value=b"x", expires_at=NOW)])
        await store.put([Put(table="t", key="k", value=b"y")])
        assert await store.get("t", "k", NOW) == b"y"

    async def test_many_are_got_at_once(self, store: Store) -> None:
        await store.put([Put(table="t", key=f"k{n}", value=b"%d" % n) for n in range(2_500)])
        keys = [f"k{n}" for n in range(0, 5_000, 2)]
        found = await store.get_many("t", keys, NOW)
        assert found == {f"k{n}": b"%d" % n for n in range(0, 2_500, 2)}
        assert await store.get_many("t", [], NOW) == {}

    async def test_are_listed_in_the_order_of_their_keys(self, store: Store) -> None:
        keys = ["b", "a", "é", "ab", "B", "z1", "z"]
        await store.put([Put(table="t", key=key, value=key.encode()) for key in keys])
        await store.put([Put(table="u", key="aa", value=b"other")])
        listed = await store.scan("t", NOW)
        assert listed == [(key, key.encode()) for key in sorted(keys)]
        assert await store.scan("t", NOW, limit=2) == listed[:2]
        assert await store.scan("t", NOW, after=listed[1][0], limit=3) == listed[2:5]
        assert await store.scan("t", NOW, after=listed[-1][0]) == []


class TestIfAbsent:
    async def test_puts_once(self, store: Store) -> None:
        put = Put(table="t", key="k", value=b"first", if_absent=True)
        assert await store.put([put])
        assert not await store.put([Put(table="t", key="k", value=b"second", if_absent=True)])
        assert await store.get("t", "k", NOW) == b"first"

    async def test_undoes_all_that_was_to_be_put_with_it(self, store: Store) -> None:
        await store.put(
            [Put(table="t", key="taken", value=b"x"), Put(table="t", key="d", value=b"d")]
        )
        puts = [
            Put(table="t", key="a", value=b"a"),
            Put(table="t", key="d", value=None),
            Put(table="t", key="taken", value=b"y", if_absent=True),
        ]
        assert not await store.put(puts)
        assert await store.scan("t", NOW) == [("d", b"d"), ("taken", b"x")]

    async def test_finds_no_obstacle_in_what_has_expired_by_then(self, store: Store) -> None:
        await store.put([Put(table="t", key="k", value=b"old", expires_at=NOW)])
        again = [Put(table="t", key="k", value=b"new", if_absent=True)]
        assert not await store.put(again, NOW - 1)
        assert await store.put(again, NOW)
        assert await store.get("t", "k", NOW) == b"new"

    async def test_without_a_time_takes_nothing_for_expired(self, store: Store) -> None:
        await store.put([Put(table="t", key="k", value=b"old", expires_at=NOW)])
        again = [Put(table="t", key="k", value=b"new", if_absent=True)]
        assert not await store.put(again)
        await store.sweep(NOW)
        assert await store.put(again)

    async def test_raced_by_many_succeeds_for_one(self, store: Store) -> None:
        results = await asyncio.gather(
            *(
                store.put([Put(table="t", key="k", value=b"%d" % n, if_absent=True)])
                for n in range(50)
            )
        )
        assert results.count(True) == 1
        assert await store.get("t", "k", NOW) == b"%d" % results.index(True)


class TestSweep:
    async def test_deletes_what_has_expired_and_counts_it(self, store: Store) -> None:
        await store.put(
            [Put(table="t", key=f"k{n}", value=b"x", expires_at=NOW + n) for n in range(2_500)]
        )
        await store.put([Put(table="t", key="stays", value=b"x")])
        assert await store.sweep(NOW + 2_399) == 2_400
        assert await store.sweep(NOW + 2_399) == 0
        # Asked with an earlier time, what was swept would show itself if it were still there.
        assert len(await store.scan("t", 0, limit=5_000)) == 101


class TestLeases:
    async def test_are_taken_renewed_and_listed_lapsed_or_not(self, store: Store) -> None:
        a, b = NodeId("a"), NodeId("b")
        assert await store.renew_lease(a, NOW, NOW + 10)
        assert await store.renew_lease(b, NOW, NOW + 10)
        assert await store.renew_lease(a, NOW + 5, NOW + 15)
        assert await store.leases() == {a: NOW + 15, b: NOW + 10}

    async def test_may_be_renewed_late_when_nobody_reaped(self, store: Store) -> None:
        node = NodeId("a")
        await store.renew_lease(node, NOW, NOW + 10)
        assert await store.renew_lease(node, NOW + 20, NOW + 30)

    async def test_once_dropped_are_never_held_again(self, store: Store) -> None:
        node = NodeId("a")
        await store.renew_lease(node, NOW, NOW + 10)
        await store.drop_lease(node)
        assert await store.leases() == {}
        for _ in range(2):
            assert not await store.renew_lease(node, NOW + 20, NOW + 30)
        await store.sweep(NOW + 3_600_000)
        assert not await store.renew_lease(node, NOW + 3_600_000, NOW + 3_600_010)
        assert await store.leases() == {}

    async def test_of_a_node_that_never_was_are_dropped_without_a_trace(self, store: Store) -> None:
        await store.drop_lease(NodeId("a"))
        assert await store.renew_lease(NodeId("a"), NOW, NOW + 10)
