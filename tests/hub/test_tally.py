"""Rates and waiting times of a node, as operators read them."""

import pytest

from server.hub.tally import BEATS_KEPT, LATENCIES_S, Pulse, Rates, Tally


def test_rates_are_those_of_the_last_ten_seconds() -> None:
    tally = Tally()
    pulse = Pulse(tally, 0.0)
    for second in range(2, 22, 2):
        tally.joins += 4
        tally.deliveries += 2_000
        rates = pulse.beat(float(second))
    assert (rates.joins_per_s, rates.deliveries_per_s) == (2.0, 1_000.0)

    for second in range(22, 34, 2):
        rates = pulse.beat(float(second))
    assert (rates.joins_per_s, rates.deliveries_per_s) == (0.0, 0.0)


def test_a_node_that_nobody_asks_has_no_percentile() -> None:
    pulse = Pulse(Tally(), 0.0)
    assert pulse.beat(2.0) == Rates()
    assert pulse.beat(2.0).p99_ms is None


@pytest.mark.parametrize("slow", [0.004, 0.3, 5.0, 60.0])
def test_one_of_a_hundred_decides_the_percentile(slow: float) -> None:
    tally = Tally()
    pulse = Pulse(tally, 0.0)
    for _ in range(97):
        tally.answered(0.001)
    for _ in range(3):
        tally.answered(slow)
    p99_ms = pulse.beat(2.0).p99_ms
    assert p99_ms is not None
    assert min(slow, LATENCIES_S[-1]) <= p99_ms / 1000 <= 1.5 * slow + 0.001


def test_what_was_slow_is_forgotten_after_a_minute() -> None:
    tally = Tally()
    pulse = Pulse(tally, 0.0)
    tally.answered(5.0)
    for beat in range(BEATS_KEPT + 1):
        tally.answered(0.001)
        rates = pulse.beat(2.0 * (beat + 1))
    assert rates.p99_ms is not None
    assert rates.p99_ms < 5
