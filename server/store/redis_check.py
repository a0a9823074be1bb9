"""Whether a Redis can be trusted with rooms: its version, what it forgets, what it keeps."""

import logging
import re
from collections.abc import Mapping
from typing import Any

from server.store.interface import Unusable
from server.store.redis_keys import Names
from server.store.redis_wire import Wire

log = logging.getLogger(__name__)

FORMAT = 1
"""Of what is stored; a newer one is not touched."""
LEAST_VERSION = (7, 0)


async def check(wire: Wire, names: Names) -> None:
    """Refuse a Redis that would lose rooms, and warn of one that might.

    Raises:
        Unusable: it is too old, evicts keys, or holds the data of a newer server.
        Unavailable: it does not answer.
    """
    for info in await wire.info():
        _check_version(info)
        _check_memory(info)
        _check_persistence(info)
        _check_replicas(wire, info)
    await _check_format(wire, names)


def _check_version(info: Mapping[str, Any]) -> None:
    # Valkey goes on from Redis 7.2 and says so here.
    version = str(info.get("redis_version", "0"))
    numbers = tuple(int(each) for each in re.findall(r"\d+", version)[:2])
    if numbers < LEAST_VERSION:
        raise Unusable(f"This is Redis {version}; the server needs Redis 7.0 or later, or Valkey.")


def _check_memory(info: Mapping[str, Any]) -> None:
    policy = str(info.get("maxmemory_policy", "noeviction"))
    if policy != "noeviction":
        raise Unusable(
            f"Redis is set to evict keys when it is full (maxmemory-policy {policy}), and rooms "
            "would vanish. Set it with: CONFIG SET maxmemory-policy noeviction"
        )


def _check_persistence(info: Mapping[str, Any]) -> None:
    if not int(info.get("aof_enabled", 0)):
        log.warning(
            "Redis keeps no append-only file: when it restarts, everything since its last "
            "snapshot is lost, acknowledged or not. Set it with: CONFIG SET appendonly yes"
        )


def _check_replicas(wire: Wire, info: Mapping[str, Any]) -> None:
    there = int(info.get("connected_slaves", 0))
    if there < wire.url.replicas:
        log.warning(
            "REDIS_URL asks for %d replicas, and %d are there: nothing is acknowledged until "
            "they are.",
            wire.url.replicas,
            there,
        )
    elif there and not wire.url.replicas:
        log.warning(
            "Redis has replicas, and REDIS_URL does not wait for them: a failover loses what "
            "was acknowledged a moment before. Add ?replicas=1 to it."
        )


async def _check_format(wire: Wire, names: Names) -> None:
    key = names.shared("format")
    await wire.command("SET", key, str(FORMAT), "NX")
    found = await wire.command("GET", key)
    if found is None or not found.isdigit() or int(found) > FORMAT:
        raise Unusable(
            "The data in Redis was written by a newer server (or by something else, with the "
            "same prefix). Start that version, or take another prefix."
        )
