"""The table of targets says what was reached, what was not, and what was not measured."""

from typing import Any

import pytest

from load.table import rows_of, table

SPREAD = {"median": 2.0, "least": 1.5, "most": 2.5, "of": 5}


def verdicts(found: dict[str, Any]) -> dict[str, str]:
    return {row.work: row.verdict for row in rows_of(found)}


def test_what_was_not_measured_is_said_and_no_row_is_left_out() -> None:
    rows = rows_of({"promote": {"trouble": "no compiler"}})
    assert {row.verdict for row in rows} == {"not measured"}
    assert len(rows) >= 10
    assert "no compiler" in table(rows)


@pytest.mark.parametrize(
    ("median", "verdict"), [(1.2, "reached"), (1.201, "not reached"), (0.1, "reached")]
)
def test_a_ratio_is_compared_with_its_target(median: float, verdict: str) -> None:
    found = {"promote": {"ratios": {"limit (C)": SPREAD | {"median": median}}}}
    [told] = [said for work, said in verdicts(found).items() if "limit (C)" in work]
    assert told == verdict


def test_every_peer_measured_has_a_row_and_the_noise_is_told() -> None:
    found = {"promote": {"ratios": {"limit (C)": SPREAD, "Prosody": SPREAD}}}
    [row] = [row for row in rows_of(found) if "Prosody" in row.work]
    assert (row.most, row.value, row.verdict) == (1.0, 2.0, "not reached")
    assert row.noise == "1.5 to 2.5, 5 times"


def test_a_burst_is_compared_for_each_watcher_with_the_best_of_those_who_had_one() -> None:
    waits = {"p50_ms": 1.0, "p99_ms": 2.0}
    own = waits | {"burst": SPREAD, "burst_cpu_ms": 2.0, "members": 100, "tells_each": False}
    dear = peer("dear", 90.0, 100)
    cheap = peer("cheap", 20.0, 50)
    contenders = {"usher": own, "dear": dear, "cheap": cheap, "limit (C)": waits}
    [row] = [row for row in rows_of({"promote": {"contenders": contenders}}) if "burst" in row.work]
    assert "cheap" in row.noise
    assert row.value == pytest.approx((2.0 / 100) / (20.0 / 50))
    assert row.reach == pytest.approx(((1.5 / 100) / (22.0 / 50), (2.5 / 100) / (18.0 / 50)))


def peer(name: str, burst_ms: float, members: int) -> dict[str, Any]:
    spread = {"median": burst_ms, "least": 0.9 * burst_ms, "most": 1.1 * burst_ms, "of": 5}
    found = {"peer": name, "burst_cpu_ms": burst_ms, "burst": spread}
    return found | {"members": members, "tells_each": True}


def test_a_storm_is_compared_with_the_best_in_each_figure_by_itself() -> None:
    def runs(cpu: float, sent: float, seconds: float) -> dict[str, Any]:
        figures = {"cpu_s": cpu, "wire_bytes": sent, "seconds": seconds}
        figures |= {"cpu_ms_per_join": cpu / 2, "kib_per_connection": 12.0}
        return {"2000": figures | {f"{key}_spread": at(value) for key, value in figures.items()}}

    contenders = {
        "usher": runs(1.0, 10.0, 2.0),
        "quick": runs(20.0, 900.0, 10.0),
        "short": runs(40.0, 200.0, 30.0),
        "colyseus": runs(2.0, 20.0, 2.0),
    }
    rows = [
        row for row in rows_of({"storm": {"contenders": contenders}}) if "a storm of" in row.work
    ]
    told = {row.work.partition(": ")[2]: row for row in rows}
    each, many = "the best peer that tells each", "the best peer that tells of many at once"
    expected = {
        f"CPU, of that of {each}": ("quick", 0.05),
        f"CPU, of that of {many}": ("colyseus", 0.5),
        f"bytes, of that of {each}": ("short", 0.05),
        f"bytes, of that of {many}": ("colyseus", 0.5),
        f"time, of that of {each}": ("quick", 0.2),
        f"time, of that of {many}": ("colyseus", 1.0),
    }
    assert set(told) == set(expected)
    for work, (name, value) in expected.items():
        assert told[work].value == pytest.approx(value)
        assert told[work].noise.endswith(f"; {name}")


def at(value: float) -> dict[str, float]:
    return {"median": value, "least": value, "most": value, "of": 5}


def test_joins_beyond_ten_thousand_do_not_count_for_flatness() -> None:
    found = {
        name: {"contenders": {"usher": {size: {"cpu_ms_per_join_spread": at(cost)}}}}
        for name, size, cost in (
            ("small storm", "500", 2.0),
            ("large storm", "10000", 2.5),
            ("largest storm", "19500", 9.0),
        )
    }
    [row] = [row for row in rows_of(found) if "dearest" in row.work]
    assert row.value == pytest.approx(1.25)


def test_one_who_was_cut_off_was_not_sent_one_view() -> None:
    slow = {
        "members": 1_000,
        **{
            "p99_ratio": 1.0,
            "p99_ratios": at(1.0),
            "with": {"p99_ms": 1},
            "without": {"p99_ms": 1},
        },
        **{"kept_kib": at(1.0), "kept_by_kernel_kib": at(0.0), "asked_snapshots": 40},
    }

    def told(snapshots: int, deltas: int) -> str:
        views = {"snapshots_after": snapshots, "views_after": at(snapshots + deltas)}
        found = {"slow": slow | views}
        [row] = [row for row in rows_of(found) if "views of what it missed" in row.work]
        return row.verdict

    assert (told(0, 0), told(1, 0), told(1, 1)) == ("not measured", "reached", "not reached")
