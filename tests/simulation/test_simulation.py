"""A bounded run of the simulation; `make simulate SEEDS=…` runs on. See `world.py`."""

import os
import subprocess
import sys

import pytest

from tests.simulation.mutants import ROOT

SEEDS = "1..300"
"""About a minute and a half of one core."""


def simulation(*asked: str) -> subprocess.CompletedProcess[str]:
    """Run it in a process of its own, where nothing slows it or has an order by chance."""
    env = {**os.environ, "PYTHONHASHSEED": "0"}
    return subprocess.run(
        [sys.executable, "-m", "tests.simulation", *asked],
        cwd=ROOT,
        env=env,
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.mark.timeout(900)
def test_whatever_fails_every_promise_holds() -> None:
    done = simulation(SEEDS)
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.timeout(300)
def test_a_seed_goes_the_same_way_each_time() -> None:
    first, second = simulation("1..4", "--trace"), simulation("1..4", "--trace")
    traces = [line for line in first.stdout.splitlines() if "held" not in line]
    assert len(set(traces)) == 4, first.stdout + first.stderr
    assert traces == [line for line in second.stdout.splitlines() if "held" not in line]


def test_a_seed_goes_the_same_way_alone_as_after_others() -> None:
    # Seed 3 went two ways, by when the collector ran.
    among, alone = simulation("1..3", "--trace"), simulation("3", "--trace")
    assert among.stdout.splitlines()[2] == alone.stdout.splitlines()[0]
