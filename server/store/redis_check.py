"""Whether a Redis can be trusted with rooms: its version, what it forgets, what it keeps."""

import logging
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from server.store.interface import Unusable
from server.store.redis_keys import Names
from server.store.redis_wire import Wire

log = logging.getLogger(__name__)

FORMAT = 1
"""Of what is stored; a newer one is not touched."""
LEAST_VERSION = (7, 0)


@dataclass(frozen=True, slots=True)
class Weakness:
    """Something for which rooms may be lost one day.

    Args:
        says: what is wrong.
        cure: what an operator does about it.
    """

    says: str
    cure: str


async def check(wire: Wire, names: Names) -> None:
    """Refuse a Redis that would lose rooms, and warn of one that might.

    Raises:
        Unusable: it is too old, evicts keys, or holds the data of a newer server.
        Unavailable: it does not answer.
    """
    infos = await wire.info()
    for info in infos:
        _check_version(info)
        _check_memory(info)
    for weakness in weaknesses(infos, wire.url.replicas):
        log.warning("%s %s", weakness.says, weakness.cure)
    await _check_format(wire, names)


def weaknesses(infos: Sequence[Mapping[str, Any]], replicas: int) -> list[Weakness]:
    """Find what may lose something one day, each kind once.

    Args:
        infos: how every primary is set up.
        replicas: how many of them an append waits for.
    """
    found = (each for info in infos for each in (_in_files(info), _in_copies(info, replicas)))
    return list(dict.fromkeys(each for each in found if each is not None))


def _check_version(info: Mapping[str, Any]) -> None:
    # Valkey goes on from Redis 7.2 and says so here.
    version = str(info.get("redis_version", "0"))
    numbers = tuple(int(each) for each in re.findall(r"\d+", version)[:2])
    if numbers < LEAST_VERSION:
        says = f"This is Redis {version}, which is too old."
        raise Unusable(says, "The server needs Redis 7.0 or later, or Valkey: install one.")


def _check_memory(info: Mapping[str, Any]) -> None:
    policy = str(info.get("maxmemory_policy", "noeviction"))
    if policy != "noeviction":
        raise Unusable(
            f"Redis is set to evict keys when it is full (maxmemory-policy {policy}), and rooms "
            "would vanish.",
            "Set it with: CONFIG SET maxmemory-policy noeviction",
        )


def _in_files(info: Mapping[str, Any]) -> Weakness | None:
    if int(info.get("aof_enabled", 0)):
        return None
    return Weakness(
        "Redis keeps no append-only file: when it restarts, everything since its last "
        "snapshot is lost, acknowledged or not.",
        "Set it with: CONFIG SET appendonly yes",
    )


def _in_copies(info: Mapping[str, Any], wanted: int) -> Weakness | None:
    there = int(info.get("connected_slaves", 0))
    if there < wanted:
        return Weakness(
            f"REDIS_URL asks for {wanted} replicas, and {there} are there: nothing is "
            "acknowledged until they are.",
            "Start them, or ask for fewer with ?replicas= in REDIS_URL.",
        )
    if there and not wanted:
        return Weakness(
            "Redis has replicas, and REDIS_URL does not wait for them: a failover loses what "
            "was acknowledged a moment before.",
            "Add ?replicas=1 to it.",
        )
    return None


async def _check_format(wire: Wire, names: Names) -> None:
    key = names.shared("format")
    await wire.command("SET", key, str(FORMAT), "NX")
    found = await wire.command("GET", key)
    if found is None or not found.isdigit() or int(found) > FORMAT:
        raise Unusable(
            "The data in Redis was written by a newer server (or by something else, with the "
            "same prefix).",
            "Start that version, or take another prefix: ?prefix=NAME: at the end of REDIS_URL.",
        )
