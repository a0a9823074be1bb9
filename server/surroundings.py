"""The clock and chance that the rest of the server is handed, and never takes by itself."""

import asyncio
import secrets
import time

from protocol.ids import NodeId
from server.hub.settings import World
from server.hub.tracing import Traces
from server.integrations.mail.postman import Surroundings
from server.integrations.webhooks.courier import CourierWorld
from server.keyring import Keyring


def clock() -> int:
    """Tell the time in ms UTC. The one clock, handed down from here."""
    return time.time_ns() // 1_000_000  # noqa: TID251 - this is that clock


def chance() -> float:
    """Draw from 0 up to, and not including, 1."""
    return secrets.randbelow(1_000_000) / 1_000_000


def new_id() -> str:
    """Make an id of 96 random bits that nobody can guess."""
    return secrets.token_hex(12)


def world_of(keyring: Keyring, traces: Traces | None) -> World:
    """Make the surroundings of the hub; the node gets an id of its own."""
    return World(
        clock=clock,
        monotonic=time.monotonic,
        entropy=secrets.token_bytes,
        person_key=keyring.person_key,
        node_id=NodeId(f"n_{secrets.token_hex(6)}"),
        traces=traces,
    )


def courier_world() -> CourierWorld:
    """Make the surroundings of what carries webhooks."""
    return CourierWorld(clock=clock, monotonic=time.monotonic, chance=chance)


def mail_surroundings() -> Surroundings:
    """Make the surroundings of what carries mail."""
    return Surroundings(
        now=clock,
        steady=lambda: int(time.monotonic() * 1000),
        sleep=asyncio.sleep,
        random=chance,
        new_id=new_id,
    )
