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
    dear = {"burst_cpu_ms": 90.0, "members": 100, "tells_each": True}
    cheap = {"burst_cpu_ms": 20.0, "members": 50, "tells_each": True}
    contenders = {"usher": own, "dear": dear, "cheap": cheap, "limit (C)": waits}
    [row] = [row for row in rows_of({"promote": {"contenders": contenders}}) if "burst" in row.work]
    assert "cheap" in row.work
    assert row.value == pytest.approx((2.0 / 100) / (20.0 / 50))
