"""The nginx of docs/examples in front of two nodes: people go on when one of them dies."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from tests.crowd import Crowd
from tests.nodes import RunningNodes
from tests.redis_servers import own_prefix

EXAMPLE = Path(__file__).parents[2] / "docs" / "examples" / "nginx.conf"
PEOPLE = 30


@asynccontextmanager
async def nginx(folder: Path, nodes: RunningNodes) -> AsyncIterator[None]:
    """Run it as the example says, with the ports of these nodes."""
    text = EXAMPLE.read_text()
    for place, port in (
        ("listen 8080", f"listen 127.0.0.1:{nodes.port}"),
        ("127.0.0.1:8001", f"127.0.0.1:{nodes.nodes[0].port}"),
        ("127.0.0.1:8002", f"127.0.0.1:{nodes.nodes[1].port}"),
        ("pid nginx.pid", f"pid {folder}/nginx.pid"),
    ):
        assert text.count(place) == 1
        text = text.replace(place, port)
    conf = folder / "nginx.conf"
    conf.write_text(text)
    with (folder / "nginx.log").open("wb") as log:
        process = await asyncio.create_subprocess_exec(
            *("nginx", "-p", str(folder), "-c", str(conf)), stdout=log, stderr=log
        )
    try:
        yield
    finally:
        process.terminate()
        await process.wait()


@pytest.mark.timeout(180)
async def test_behind_nginx_a_node_dies_and_its_people_go_on(
    tmp_path: Path, redis_url: str
) -> None:
    env = {"USHER_PING_MS": "1000", "USHER_PROXIES": "127.0.0.1"}
    nodes = RunningNodes(tmp_path, 2, own_prefix(redis_url, tmp_path), env)
    async with nginx(tmp_path, nodes):
        await nodes.start()
        try:
            async with Crowd(nodes, PEOPLE).inside() as crowd:
                await crowd.everybody_acts()
                await nodes.nodes[1].kill()
                await crowd.everybody_acts()
                await nodes.nodes[1].start()
                await nodes.nodes[0].stop()
                await crowd.everybody_acts()
                await nodes.nodes[0].start()
        finally:
            await nodes.stop()
