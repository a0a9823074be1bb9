"""The join scenario, as its users run it."""

import asyncio
import json
import sys
from pathlib import Path

ROOT = Path(__file__).parent.parent.parent


async def test_thirty_members_join_and_the_last_line_is_one_json_object() -> None:
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "load", "join", "--members", "30", "--json"),
        stdout=asyncio.subprocess.PIPE,
        cwd=ROOT,
    )
    async with asyncio.timeout(90):
        out, _ = await process.communicate()
    assert process.returncode == 0
    report = json.loads(out.decode().strip().splitlines()[-1])
    assert report["members"] == report["seen_by_host"] == 30
    assert set(report) >= {
        "seconds",
        "joins_per_s",
        "p50_ms",
        "p99_ms",
        "server_cpu_s",
        "server_rss_mib",
    }
    assert 0 < report["p50_ms"] <= report["p99_ms"]
    assert report["server_cpu_s"] > 0
    # What went over the wires is counted, and that this client was not what held it up.
    assert report["frames"] >= 30
    assert min(report["heard_bytes"], report["said_bytes"], report["http_bytes"]) > 0
    assert report["client_headroom"] > 0
    assert report["client_frames_per_s"] > 0
