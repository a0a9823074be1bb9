"""The soak, short, and the line that is fitted through what it sees."""

import asyncio
import json
import math
import os
import random  # noqa: TID251 - a seed has to give the same samples again
import sys
from pathlib import Path
from typing import Any

import pytest

from load.soak import COARSE, FINE, Fit, fitted, grown

ROOT = Path(__file__).parent.parent.parent
SECONDS = [float(one) for one in range(0, 600, 10)]
PER_MINUTE = 1_200
LEAK = """
import os, sys, threading, time

def leak(kept=[]):
    while True:
        kept.append((os.open(os.devnull, os.O_RDONLY), os.urandom(100_000)))
        time.sleep(0.02)

if "serve" in open("/proc/self/cmdline").read().split(chr(0)):
    threading.Thread(target=leak, daemon=True).start()
"""


def noise() -> list[float]:
    chance = random.Random(1)  # noqa: S311 - no secret
    return [chance.gauss(0, 1) for _ in SECONDS]


def test_what_only_wavers_is_flat() -> None:
    assert fitted(SECONDS, [50 + one for one in noise()]).is_flat()


def test_what_grows_by_more_than_it_wavers_is_not_flat() -> None:
    grows = [50 + at / 60 + one for at, one in zip(SECONDS, noise(), strict=True)]
    fit = fitted(SECONDS, grows)
    assert not fit.is_flat()
    assert fit.per_minute == pytest.approx(1, abs=3 * fit.error)


def test_what_shrinks_is_flat() -> None:
    assert fitted(SECONDS, [50 - at / 60 for at in SECONDS]).is_flat()


def test_what_comes_in_waves_counts_for_fewer_samples() -> None:
    """Half a wave at the end looks like growth to whoever takes each sample for a new one."""
    waves = [50 + math.sin(at / 40) for at in SECONDS]
    shuffled = waves.copy()
    random.Random(1).shuffle(shuffled)  # noqa: S311 - no secret

    assert fitted(SECONDS, waves).error > 2 * fitted(SECONDS, shuffled).error
    assert fitted(SECONDS, waves).is_flat()


@pytest.mark.parametrize("name", ["rss_mib", "blocks", "fds", "tasks"])
def test_whatever_is_kept_of_every_return_is_told_in_words(name: str) -> None:
    each = 100 / 1024**2 if name == "rss_mib" else 1
    found = grown({name: Fit(each * PER_MINUTE, 0.0, 50)}, PER_MINUTE, FINE)

    assert list(found) == [name]
    assert "grows by" in found[name]


def test_less_than_anything_that_could_be_kept_is_no_leak() -> None:
    fits = {"rss_mib": Fit(0.01, 0.001, 100), "fds": Fit(1.0, 0.1, 500)}

    assert not grown(fits, PER_MINUTE, FINE)


def test_how_long_it_takes_to_come_back_is_not_judged() -> None:
    assert not grown({"back_ms": Fit(50.0, 0.1, 10)}, PER_MINUTE, FINE)


async def soaked(*args: str, **env: str) -> tuple[int | None, dict[str, Any], str]:
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "load", "soak", "--json", *args),
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
        cwd=ROOT,
        env=os.environ | env,
    )
    async with asyncio.timeout(200):
        out, err = await process.communicate()
    return process.returncode, json.loads(out.decode().strip().splitlines()[-1]), err.decode()


@pytest.mark.timeout(240)
async def test_people_who_come_and_go_leave_nothing_behind() -> None:
    status, report, said = await soaked("--members", "60", "--minutes", "0.4", "--rate", "15")

    assert report["returns"] > 60
    assert report["samples"] > 15
    # A short run wavers by whole sockets; a connection that stayed would be one for each return.
    assert report["grain"] == {"bytes_each": COARSE.bytes_each, "kept_each": COARSE.kept_each}
    assert status == 0, said
    assert report["grows"] == []
    assert all(report["fits"][name]["is_flat"] for name in ("rss_mib", "blocks", "fds", "tasks"))


@pytest.mark.timeout(240)
async def test_a_leak_that_was_planted_fails_the_run_and_is_named(tmp_path: Path) -> None:
    (tmp_path / "sitecustomize.py").write_text(LEAK)

    status, report, said = await soaked(
        *("--members", "20", "--minutes", "0.15", "--rate", "10"), PYTHONPATH=str(tmp_path)
    )

    assert status == 1
    assert not report["fits"]["fds"]["is_flat"]
    assert not report["fits"]["rss_mib"]["is_flat"]
    assert report["fits"]["tasks"]["is_flat"]
    assert "the number of open files grows by" in said
    assert "memory, in MiB, grows by" in said
