"""The soak, short, and the line that is fitted through what it sees."""

import asyncio
import json
import random  # noqa: TID251 - a seed has to give the same samples again
import sys
from pathlib import Path

import pytest

from load.soak import fitted

ROOT = Path(__file__).parent.parent.parent
SECONDS = [float(one) for one in range(0, 600, 10)]


def noise() -> list[float]:
    chance = random.Random(1)  # noqa: S311 - no secret
    return [chance.gauss(0, 1) for _ in SECONDS]


def test_what_only_wavers_is_flat() -> None:
    assert fitted(SECONDS, [50 + one for one in noise()]).is_flat


def test_what_grows_by_more_than_it_wavers_is_not_flat() -> None:
    grown = [50 + at / 60 + one for at, one in zip(SECONDS, noise(), strict=True)]
    fit = fitted(SECONDS, grown)
    assert not fit.is_flat
    assert fit.per_minute == pytest.approx(1, abs=3 * fit.error)


def test_what_shrinks_is_flat() -> None:
    assert fitted(SECONDS, [50 - at / 60 for at in SECONDS]).is_flat


@pytest.mark.timeout(240)
async def test_people_who_come_and_go_leave_nothing_behind() -> None:
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "load", "soak", "--members", "60", "--minutes", "0.4"),
        *("--rate", "15", "--json"),
        stdout=asyncio.subprocess.PIPE,
        cwd=ROOT,
    )
    async with asyncio.timeout(200):
        out, _ = await process.communicate()
    assert process.returncode == 0
    report = json.loads(out.decode().strip().splitlines()[-1])
    assert report["returns"] > 60
    assert report["samples"] > 15
    for name in ("fds", "tasks"):
        fit = report["fits"][name]
        # A short run wavers by whole sockets; a leak would be one for each return.
        leaked = fit["per_minute"] * report["seconds"] / 60
        assert fit["is_flat"] or leaked < report["returns"] / 10, (name, fit)
    memory = report["fits"]["rss_mib"]
    leaked_kib = 1024 * (memory["per_minute"] - 3 * memory["error"]) * report["seconds"] / 60
    # A connection that stayed would keep several KiB for each return.
    assert leaked_kib < 4 * report["returns"], memory
