"""Journeys on several nodes, with the host on one and everybody else on the others."""

import os
from collections import defaultdict
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path

from playwright.async_api import Browser

from protocol.ids import NodeId
from protocol.roles import Origin
from server.core import events as e
from server.core.evolve import evolve_record
from server.core.state import EMPTY
from tests.nodes import RunningNodes, running_nodes
from tests.redis_servers import own_prefix
from tests.running import RunningServer, Serve
from tests.witness import Witness, witnesses

NODES = int(os.environ.get("USHER_TEST_NODES") or 1)
"""Set to more, it has every journey run on so many nodes and Redis, behind a balancer."""


def name_of(browser: Browser, number: int) -> dict[str, str]:
    """Give the browser of the first person of a journey, the host, a name for the first node.

    The browsers of all others have names for the other nodes; programs come to these anyway. See
    `tests.nodes.Balancer`.
    """
    if NODES == 1:
        return {}
    node = 0 if number == 0 else 1 + (number - 1) % (NODES - 1)
    agent = "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko)"
    return {"user_agent": f"{agent} Chrome/{browser.version} Safari/537.36 usher-node/{node}"}


def serving_apart(redis_url: str) -> Serve:
    """Make what runs nodes for a journey, and sees in the end that people were apart."""

    @asynccontextmanager
    async def serve(
        folder: Path, env: Mapping[str, str] | None = None
    ) -> AsyncIterator[RunningServer]:
        url = own_prefix(redis_url, folder)
        async with running_nodes(folder, NODES, url, env, spares_first=True) as nodes:
            yield nodes
            await _check_apart(nodes)

    return serve


async def _check_apart(nodes: RunningNodes) -> None:
    """See that wherever somebody with an account met others, some of them were apart."""
    for witness in await witnesses(nodes):
        if not witness.is_whole:
            continue  # A crowd made so many records that nodes have forgotten the first.
        hosts, others = _where_people_were(witness)
        if hosts and others:
            assert any(one != other for one in hosts for other in others), witness.room


def _where_people_were(witness: Witness) -> tuple[set[NodeId], set[NodeId]]:
    """Say on which nodes hosts were connected, and on which everybody else."""
    nodes: defaultdict[bool, set[NodeId]] = defaultdict(set)
    state = EMPTY
    for record in witness.records:
        state = evolve_record(state, record)
        for event in record.events:
            if isinstance(event, e.ConnectionOpened):
                is_host = state.participants[event.participant_id].origin is Origin.ACCOUNT
                nodes[is_host].add(event.connection.node_id)
    return nodes[True], nodes[False]
