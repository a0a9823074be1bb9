"""The promote scenario, as its users run it."""

import asyncio
import json
import sys
from pathlib import Path

ROOT = Path(__file__).parent.parent.parent


async def test_everybody_hears_of_every_change_from_us_the_limit_and_a_peer() -> None:
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "load", "promote", "--json"),
        *("--members", "30", "--rounds", "2", "--repeats", "1", "--peer", "starlette"),
        stdout=asyncio.subprocess.PIPE,
        cwd=ROOT,
    )
    async with asyncio.timeout(90):
        out, _ = await process.communicate()
    assert process.returncode == 0
    report = json.loads(out.decode().strip().splitlines()[-1])
    assert (report["members"], report["rounds"], report["repeats"]) == (30, 2, 1)
    found = report["contenders"]
    assert set(found) == {"usher", "limit (C)", "Starlette loop"}
    # The limit writes as much as we do; a peer sends each change, and we what follows from all.
    assert abs(found["limit (C)"]["frame_bytes"] - found["usher"]["frame_bytes"]) < 40
    assert found["Starlette loop"]["burst_messages"] == 200
    assert 1 <= found["usher"]["burst_messages"] < 100
    assert report["limit_ratio"] == report["ratios"]["limit (C)"]["median"] > 0
    assert not report["failed"]
    assert all(one["client_headroom"] > 0 for one in found.values())
    assert all(one["p50_ms"] <= one["p99_ms"] for one in found.values())
