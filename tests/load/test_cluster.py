"""The cluster scenario, as its users run it."""

import asyncio
import json
import sys
from pathlib import Path

ROOT = Path(__file__).parent.parent.parent


async def test_people_join_two_nodes_and_the_last_line_is_one_json_object() -> None:
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "load", "cluster", "--nodes", "2", "--members", "30"),
        *("--promotions", "3", "--json"),
        stdout=asyncio.subprocess.PIPE,
        cwd=ROOT,
    )
    async with asyncio.timeout(120):
        out, _ = await process.communicate()
    assert process.returncode == 0
    report = json.loads(out.decode().strip().splitlines()[-1])
    assert (report["nodes"], report["members"]) == (2, 30)
    for part in (report["joins"], report["reconnects"]):
        assert 0 < part["p50_ms"] <= part["p99_ms"]
        assert len(part["node_cpu_s"]) == 2
        assert part["redis_scripts"] >= part["appends"] > 0
        assert part["mean_batch"] >= 1
        assert 0 <= part["conflict_rate"] < 1
        assert part["frames"] >= 30
        assert part["client_headroom"] > 0
    promotions = report["promotions"]
    assert promotions["cross_node_p50_ms"] <= promotions["cross_node_p99_ms"]
    assert report["deliveries"] >= 30
    assert report["redis_bytes_per_member"] > 0
