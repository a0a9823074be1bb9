"""The Procfile, run as `make nodes` runs it: a Redis, and two nodes that serve the same room."""

import asyncio
import os
import signal
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from urllib.parse import urlsplit

import httpx

from tests.running import START_S, STOP_S, free_port

ROOT = Path(__file__).parent.parent


@asynccontextmanager
async def procfile(folder: Path, ports: dict[str, int]) -> AsyncIterator[list[str]]:
    """Run all of it until the block ends; give the sign-in URL of each node."""
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "honcho", "start",
        cwd=ROOT,
        env=os.environ
        | {name: str(port) for name, port in ports.items()}
        | {
            "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}",
            "USHER_DATA": str(folder),
        },
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )  # fmt: skip
    assert process.stdout is not None
    said: list[str] = []
    hosts: list[str] = []
    try:
        async with asyncio.timeout(START_S):
            while len(hosts) < 2:
                line = (await process.stdout.readline()).decode(errors="replace")
                assert line, "".join(said)
                said.append(line)
                if "Host: " in line:
                    hosts.append(line.partition("Host: ")[2].split("\x1b")[0].strip())
        yield hosts
    finally:
        if process.returncode is None:
            process.send_signal(signal.SIGTERM)
        async with asyncio.timeout(STOP_S):
            await process.communicate()


async def test_two_nodes_serve_the_same_rooms(tmp_path: Path) -> None:
    ports = {name: free_port() for name in ("REDIS_PORT", "NODE1_PORT", "NODE2_PORT")}
    async with procfile(tmp_path, ports) as hosts:
        assert {urlsplit(host).port for host in hosts} == {ports["NODE1_PORT"], ports["NODE2_PORT"]}
        titles: list[set[str]] = []
        for host in hosts:
            url = urlsplit(host)
            async with httpx.AsyncClient(
                base_url=f"http://{url.netloc}/api/v1",
                headers={"Origin": f"http://{url.netloc}", "X-Usher": "1"},
            ) as http:
                answer = await http.post("/sign-in", json={"token": url.fragment})
                assert answer.status_code == 200, answer.text
                if not titles:
                    made = await http.post(
                        "/entries", json={"kind": "room", "name": "Made on one node"}
                    )
                    assert made.status_code == 200, made.text
                entries = (await http.get("/entries")).json()
                titles.append({entry["name"] for entry in entries})
        assert "Made on one node" in titles[0]
        assert titles[0] == titles[1]
