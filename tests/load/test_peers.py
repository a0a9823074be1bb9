"""Peers that are there: everybody knows everybody, and hears of each change."""

import asyncio
import shutil
from pathlib import Path

import pytest

from load.contenders import PEERS, filled
from load.peers.relays import OTHER_PYTHON

NODE_MODULES = Path(__file__).parents[2] / "load" / "peers" / "node" / "node_modules"
CAUSE = "`make peers` has not been run: it installs servers of others, for `make bench` alone"
NEEDS = {
    "starlette": True,
    "socketio": NODE_MODULES.exists(),
    "socketio-redis": NODE_MODULES.exists(),
    "colyseus": NODE_MODULES.exists(),
    "python-socketio": OTHER_PYTHON.exists(),
    "channels": OTHER_PYTHON.exists(),
    "ejabberd": shutil.which("erl") is not None and shutil.which("ejabberdctl") is not None,
    "prosody": shutil.which("prosody") is not None,
}
MEMBERS = 30


def test_every_peer_is_tried() -> None:
    assert set(NEEDS) == set(PEERS)


@pytest.mark.parametrize(
    "name",
    [
        pytest.param(name, marks=pytest.mark.skipif(not is_here, reason=CAUSE))
        for name, is_here in NEEDS.items()
    ],
)
async def test_a_peer_tells_everybody_of_everybody(name: str) -> None:
    async with asyncio.timeout(100), filled(name, MEMBERS) as one:
        # The first members hear of all who come after them.
        assert one.filling["join_cpu_ms"] > 0
        assert one.filling["join_bytes"] > 20 * MEMBERS
        before = one.crowd.messages
        one.crowd.expect(b"change-")
        await one.change(0)
        await one.crowd.heard()
        assert one.crowd.messages >= before + MEMBERS
        assert one.burst is not None
        before = one.crowd.messages
        await one.burst(40)
        told = (one.crowd.messages - before) / MEMBERS
        assert told == 40 if one.tells_each else 1 <= told < 40
