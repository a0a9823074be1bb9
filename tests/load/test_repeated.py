"""Runs from nothing are told as one: medians, and how far the runs lie apart."""

from typing import Any

import pytest

from load.repeated import merged, repeated


async def report_of(runs: list[dict[str, Any]], repeats: int) -> dict[str, Any]:
    left = iter(runs)

    async def once() -> dict[str, Any]:
        return next(left)

    return await repeated(once, repeats)


async def test_each_figure_is_the_median_of_the_runs_wherever_it_stands() -> None:
    runs = [
        {"scenario": "x", "cpu": cpu, "part": {"ms": ms}, "by_node": [ms, cpu]}
        for cpu, ms in ((1.0, 30), (5.0, 10), (2.0, 20))
    ]
    report = await report_of(runs, 3)
    assert report["scenario"] == "x"
    assert (report["cpu"], report["part"]["ms"], report["by_node"]) == (2.0, 20, [20, 2.0])
    assert report["repeats"] == 3
    assert report["spreads"]["cpu"] == {"median": 2.0, "least": 1.0, "most": 5.0, "of": 3}
    assert report["spreads"]["part.ms"]["most"] == 30


async def test_one_run_is_told_as_it_is() -> None:
    assert await report_of([{"cpu": 1.5}], 1) == {"cpu": 1.5, "repeats": 1}


async def test_what_one_of_the_runs_lacks_is_left_out() -> None:
    report = await report_of([{"a": 1, "b": 2}, {"a": 3}], 2)
    assert "b" not in report
    assert "b" not in report["spreads"]


@pytest.mark.parametrize(("values", "all_of_them"), [((True, True), True), ((True, False), False)])
def test_what_is_said_to_hold_holds_in_every_run(
    values: tuple[bool, ...], *, all_of_them: bool
) -> None:
    assert merged(values) is all_of_them
