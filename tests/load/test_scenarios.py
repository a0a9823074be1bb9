"""The scenarios with real sockets, small, as their users run them."""

import asyncio
import json
import sys
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parent.parent.parent


async def report_of(*args: str) -> dict[str, Any]:
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "load", *args, "--json"), stdout=asyncio.subprocess.PIPE, cwd=ROOT
    )
    async with asyncio.timeout(110):
        out, _ = await process.communicate()
    assert process.returncode == 0
    report: dict[str, Any] = json.loads(out.decode().strip().splitlines()[-1])
    return report


async def test_a_storm_is_told_beside_that_of_a_peer() -> None:
    report = await report_of("storm", "--members", "30", "--peer", "starlette")
    own, peer = (report["contenders"][name]["30"] for name in ("usher", "starlette"))
    # Whoever comes is told to all who are there, again and again; ours tells all at once.
    assert peer["frames"] >= 30 * 30 / 2 > 0
    assert own["frames"] >= 30
    assert 0 < own["p50_ms"] <= own["p99_ms"]
    assert report["best_peer_ratio"]["30"]["cpu_s"] > 0


async def test_people_who_do_nothing_are_measured_as_well() -> None:
    report = await report_of("idle", "--members", "20")
    one = report["contenders"]["usher"]["20"]
    assert report["scenario"] == "idle"
    assert one["rss_mib"] > 0
    assert one["idle_cpu_ms_per_s"] >= 0
    assert one["kib_per_connection_spread"]["of"] == 1


@pytest.mark.parametrize(
    ("args", "figure"),
    [
        (("reconnect", "--members", "30"), "cpu_ms_each"),
        (("churn", "--members", "30", "--rate", "10", "--seconds", "1"), "cpu_ms_per_event"),
        (("scroll", "--people", "200", "--moderators", "2", "--moves", "2"), "cpu_ms_per_move"),
        (("slow", "--members", "30", "--rounds", "2", "--repeats", "1"), "p99_ratio"),
        (("mixed", "--members", "30", "--part", "0.2"), "cpu_ms_per_event"),
    ],
)
async def test_a_scenario_counts_what_it_costs(args: tuple[str, ...], figure: str) -> None:
    report = await report_of(*args)
    assert report["scenario"] == args[0]
    assert report["client_frames_per_s"] > 0
    assert report[figure] > 0
    assert report["frames"] > 0
    assert report["heard_bytes"] > report["said_bytes"] > 0


async def test_whoever_is_stuck_takes_a_bounded_part_of_memory_and_the_silent_are_gone() -> None:
    report = await report_of("stuck", "--members", "30", "--each", "40", "--rounds", "2")
    assert report["p99_ratio"] > 0
    assert report["kib_for_each"] < 256
    assert report["still_connected"]["silent"] == 0
    assert report["still_connected"]["crawls"] == 40


async def test_an_overload_is_told_in_three_parts_and_sends_nobody_away_without_a_hint() -> None:
    report = await report_of(*("overload", "--calibration", "60", "--seconds", "1", "--times", "3"))
    parts = report["parts"]
    assert list(parts) == ["before", "overload", "after"]
    for part in parts.values():
        assert part["joined"] > 0
        assert part["lost"] == part["refused_without_hint"] == 0
        assert 0 < part["join"]["p50_ms"] <= part["join"]["p99_ms"]


async def test_everybody_is_back_after_a_restart() -> None:
    report = await report_of("restart", "--members", "30")
    assert 0 < report["all_back_s"] <= report["settled_s"]


async def test_a_room_of_people_without_sockets_is_watched_by_a_few() -> None:
    report = await report_of(
        *("sizes", "--people", "300", "--watchers", "20", "--rounds", "2", "--repeats", "1")
    )
    [room] = report["rooms"].values()
    assert room["start"]["made_of"]["people"] == 300
    assert room["start"]["made_of"]["tail_records"] == 300
    assert room["cpu_us_per_change"] > 0
    # A first view of some fifty rows, of three hundred.
    assert room["look"]["cpu_ms"] > 0
    assert 1_000 < room["look"]["bytes"] < 15_000
    assert report["largest_to_smallest"] == 1


async def test_what_a_change_costs_is_told_apart_from_its_deliveries() -> None:
    report = await report_of(
        *("fanout", "--watchers", "20", "--watchers", "60", "--members", "60", "--cohorts", "5"),
        *("--rounds", "2", "--repeats", "1"),
    )
    assert set(report["watchers"]) == {"20", "60"}
    # Sixty who all look at the same, and sixty who look in five ways.
    assert [one["watchers"] for one in report["cohorts"].values()] == [60, 60]
    assert set(report["cohorts"]) == {"1", "5"}
    assert set(report["fit"]) == {"change_us", "delivery_us"}
    assert report["client_frames_per_s"] > 0


async def test_a_scenario_run_twice_gives_medians_and_how_far_they_lie_apart() -> None:
    report = await report_of("reconnect", "--members", "20", "--repeats", "2")
    one = report["spreads"]["cpu_ms_each"]
    assert one["of"] == report["repeats"] == 2
    assert one["least"] <= report["cpu_ms_each"] <= one["most"]


async def test_a_slow_reader_that_reads_on_is_sent_one_view() -> None:
    report = await report_of("slow", "--members", "120", "--rounds", "2", "--repeats", "1")
    assert report["snapshots_after"] == report["views_after"]["most"] == 1
    assert report["kept_kib"]["most"] <= 256


async def test_a_browser_scrolls_and_nothing_moves_but_what_is_scrolled() -> None:
    report = await report_of("browse", "--people", "500", "--seconds", "1")
    assert report["people"] == 500
    assert set(report["ways"]) == {"rest", "read", "skim", "drag"}
    for way in report["ways"].values():
        assert way["frames_per_s"] > 0
        assert way["cpu_ms_p50"] > 0
        assert 0 < way["rows_most"] < 300
        assert way["shift"] == 0
