"""The model is linear where the server is, and counts nodes until all people fit."""

import pytest

from load.model import CONNECTIONS, FULL, Costs, Crowd, costs_of, planned

COSTS = Costs(
    change_us=3_000,
    delivery_us=6,
    idle_us_per_s=5,
    node_us_per_s=20_000,
    join_ms=1.3,
    connection_kib=12,
    frame_bytes=335,
)


def crowd(people: int, rooms: int) -> Crowd:
    return Crowd(people=people, rooms=rooms, changes_per_s=0.2, cohorts=1, stay_s=3_600)


def test_two_crowds_give_what_a_change_and_what_a_delivery_takes() -> None:
    own = {"members": 1_000, "cpu_us_per_delivery": 9.0, "frame_bytes": 335}
    usual = {"cpu_ms_per_join": 1.3, "kib_per_connection": 12.0, "idle_cpu_ms_per_s": 30.0}
    large = usual | {"cpu_ms_per_join": 9.9, "idle_cpu_ms_per_s": 70.0}
    found = {
        "promote": {"contenders": {"usher": own}},
        "sizes": {"watchers": 200, "rooms": {"100": {"cpu_us_per_change": 4_200.0}}},
        "storm": {"contenders": {"usher": {"2000": usual}}},
        "large storm": {"contenders": {"usher": {"10000": large}}},
    }
    assert costs_of(found) == COSTS
    assert costs_of(found).round_us(1_000) == pytest.approx(9_000)
    # A line through many crowds is better than one through two.
    fitted = costs_of(found | {"fanout": {"fit": {"change_us": 2_000.0, "delivery_us": 7.0}}})
    assert fitted.round_us(1_000) == pytest.approx(9_000)
    assert (fitted.change_us, fitted.delivery_us) == (2_000.0, 7.0)


def test_crowds_of_one_size_fit_no_line() -> None:
    own = {"members": 200, "cpu_us_per_delivery": 9.0, "frame_bytes": 335}
    rooms = {"100": {"cpu_us_per_change": 4_200.0}}
    found = {
        "promote": {"contenders": {"usher": own}},
        "sizes": {"watchers": 200, "rooms": rooms},
    }
    with pytest.raises(KeyError, match="crowds of different size"):
        costs_of(found)


def test_no_node_is_planned_fuller_than_allowed() -> None:
    for rooms in (1, 100, 10_000):
        plan = planned(COSTS, crowd(1_000_000, rooms))
        assert plan["core_of_a_node"] <= FULL
        assert plan["people_of_a_node"] <= CONNECTIONS
        assert plan["nodes"] * plan["people_of_a_node"] >= 1_000_000 * 0.99


def test_a_room_larger_than_a_node_costs_a_replica_on_each() -> None:
    one = planned(COSTS, crowd(1_000_000, 1))
    many = planned(COSTS, crowd(1_000_000, 10_000))
    assert one["mib_of_a_node"] > many["mib_of_a_node"] + 1_000
    assert one["tick_s"] > many["tick_s"]
