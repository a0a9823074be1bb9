"""The standard set, stopped half-way, as somebody at a terminal may stop it."""

import asyncio
import json
import signal
import sys
from pathlib import Path

ROOT = Path(__file__).parent.parent.parent


def children_of(pid: int) -> list[int]:
    text = Path(f"/proc/{pid}/task/{pid}/children").read_text(encoding="ascii")
    return [int(one) for one in text.split()]


def is_there(pid: int) -> bool:
    return Path(f"/proc/{pid}").exists()


async def test_a_run_that_is_stopped_keeps_what_it_has_and_ends_what_it_started(
    tmp_path: Path,
) -> None:
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "load", "bench", "--out", str(tmp_path), "--seconds", "600"),
        *("--scale", "0.001", "--repeats", "1", "--peer", "starlette"),
        stdout=asyncio.subprocess.PIPE,
        cwd=ROOT,
    )
    assert process.stdout is not None
    async with asyncio.timeout(110):
        while not (line := await process.stdout.readline()).startswith(b"--- latency"):
            assert line
        while not (children := children_of(process.pid)):  # noqa: ASYNC110 - nobody tells
            await asyncio.sleep(0.05)
        process.send_signal(signal.SIGTERM)
        out, _ = await process.communicate()
    assert process.returncode == 1
    assert not any(is_there(child) for child in children)
    lines = out.decode().strip().splitlines()
    last = json.loads(lines[-1])
    assert not last["is_whole"]
    verdicts = {row["work"]: row["verdict"] for row in last["table"]}
    [limit] = [
        verdict for work, verdict in verdicts.items() if "limit (C)" in work and "CPU" in work
    ]
    assert limit in ("reached", "not reached")
    assert "not measured" in verdicts.values()
    # What was printed is in the report, with a plot; the figures are kept as they are.
    report = (tmp_path / "report.md").read_text(encoding="utf-8")
    assert all(line in report for line in lines if line.startswith("| a role change"))
    assert (tmp_path / "delivery.svg").exists()
    kept = json.loads((tmp_path / "bench.json").read_text(encoding="utf-8"))
    assert kept["promote"]["contenders"]["usher"]["members"] == 40
