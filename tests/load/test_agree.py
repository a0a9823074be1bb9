"""Two runs agree where their repetitions meet, and who asks is told where they do not."""

import asyncio
import json
import sys
from pathlib import Path
from typing import Any

import pytest

from load.agree import agreement, compared

ROOT = Path(__file__).parent.parent.parent


def run(least: float, most: float) -> dict[str, Any]:
    median = (least + most) / 2
    spread = {"median": median, "least": least, "most": most, "of": 5}
    return {"promote": {"ratios": {"limit (C)": spread}}}


@pytest.mark.parametrize(
    ("second", "agrees"),
    [
        ((1.5, 2.5), True),
        ((2.4, 3.0), True),
        ((2.6, 3.0), True),  # Beyond the noise by no more than the slack.
        ((2.9, 3.0), False),
        ((1.0, 1.2), False),
    ],
)
def test_rows_agree_where_single_repetitions_meet(
    second: tuple[float, float], *, agrees: bool
) -> None:
    [row] = compared(run(1.5, 2.5), run(*second))
    assert row.agrees is agrees
    assert ("do not agree" in agreement([row])) is not agrees


def test_only_what_both_have_measured_is_compared() -> None:
    assert compared(run(1.5, 2.5), {"promote": {"trouble": "no compiler"}}) == []


async def test_runs_that_do_not_agree_end_with_one(tmp_path: Path) -> None:
    paths = [tmp_path / name for name in ("first.json", "second.json")]
    for path, found in zip(paths, (run(1.5, 2.5), run(5.0, 6.0)), strict=True):
        path.write_text(json.dumps(found), encoding="utf-8")

    async def ended_with(*files: Path) -> tuple[int | None, dict[str, Any]]:
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "load", "agree", *map(str, files)),
            stdout=asyncio.subprocess.PIPE,
            cwd=ROOT,
        )
        out, _ = await process.communicate()
        return process.returncode, json.loads(out.decode().splitlines()[-1])

    assert (await ended_with(paths[0], paths[0]))[0] == 0
    code, told = await ended_with(*paths)
    assert code == 1
    [apart] = told["apart"]
    assert "limit (C)" in apart
