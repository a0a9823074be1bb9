"""Lighthouse on the guest's page: how fast, how accessible, how well built."""

import asyncio
import json
import os
import shutil
from pathlib import Path
from typing import Any

import pytest

from tests.gallery.house import open_house

WEB = Path(__file__).parents[2] / "web"
LIGHTHOUSE = WEB / "node_modules" / "lighthouse" / "cli" / "index.js"
CATEGORIES = ("performance", "accessibility", "best-practices")
LEAST = 95
RUNS = 3
"""The score of performance is simulated from what was measured; other work moves it."""
AGAIN = "Please run Lighthouse again"
"""Said where the browser's own recording came out empty, which tells nothing of the page."""
RUN_S = 60


@pytest.mark.parametrize("preset", ["mobile", "desktop"])
@pytest.mark.timeout(400)
async def test_the_guest_page_satisfies_lighthouse(preset: str, tmp_path: Path) -> None:
    async with open_house(tmp_path) as house:
        hall = await (await house.entry()).start()
        url = await hall.guest_link()
        best: dict[str, float] = {}
        for _ in range(RUNS):
            report = await lighthouse(url, preset) or await lighthouse(url, preset)
            assert report, "the browser recorded nothing, twice"
            for name in CATEGORIES:
                score = round(report["categories"][name]["score"] * 100)
                best[name] = max(best.get(name, 0), score)
            if all(best[name] >= LEAST for name in CATEGORIES):
                return
        raise AssertionError(f"{best}\n{complaints(report)}")


async def lighthouse(url: str, preset: str) -> dict[str, Any]:
    """Run it once in a browser of its own; return its report, empty when none was recorded."""
    flags = "--headless=new --no-sandbox --disable-gpu --disable-background-networking"
    process = await asyncio.create_subprocess_exec(
        *("node", str(LIGHTHOUSE), url, "--quiet", "--output=json"),
        *(f"--chrome-flags={flags}", f"--only-categories={','.join(CATEGORIES)}"),
        *(["--preset=desktop"] if preset == "desktop" else []),
        "--no-enable-error-reporting",
        cwd=WEB,
        env=os.environ | {"CHROME_PATH": shutil.which("chromium") or ""},
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    try:
        async with asyncio.timeout(RUN_S):
            out, said = await process.communicate()
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
    if process.returncode != 0 and AGAIN in said.decode(errors="replace"):
        return {}
    assert process.returncode == 0, said.decode(errors="replace")
    report: dict[str, Any] = json.loads(out)
    return report


def complaints(report: dict[str, Any]) -> str:
    """What cost points in the last run."""
    refs = {
        ref["id"] for name in CATEGORIES for ref in report["categories"][name]["auditRefs"]
        if ref["weight"]
    }  # fmt: skip
    lost = [one for one in report["audits"].values() if one["id"] in refs and one["score"] != 1]
    return "\n".join(
        f"{one['score']}: {one['title']} {one.get('displayValue', '')}" for one in lost
    )
