"""What faults of the client of Redis mean: for callers, and for whoever has to mend them.

A Redis that is set up wrongly answers in its own words, which name the fault and not the setting.
"""

import asyncio
import ssl
from collections.abc import Iterator
from contextlib import contextmanager

from redis.asyncio.sentinel import MasterNotFoundError
from redis.exceptions import (
    AuthenticationError,
    BusyLoadingError,
    ClusterDownError,
    MovedError,
    NoPermissionError,
    OutOfMemoryError,
    ReadOnlyError,
    RedisClusterException,
    RedisError,
    ResponseError,
)

from server.store.interface import StoreError, Unavailable, Unusable

LOGIN = "Write them as redis://user:password@host:6379, with % where a character is special."
RIGHTS = "Give the user the rights of the line ACL SETUSER in docs/operations.md: Many nodes."
REACH = (
    "Start it, or correct host and port in REDIS_URL: redis-cli -h HOST -p PORT PING has to "
    "answer from here. A server that asks for TLS is rediss://."
)
REFUSED = "Its log may say more. A proxy in between has to know scripts, streams and PUBLISH."
CURES: tuple[tuple[type[BaseException], str], ...] = (
    (
        MasterNotFoundError,
        "Start the Sentinels, or name the master as they do, after the hosts: "
        "redis-cli -p 26379 SENTINEL MASTERS lists the names.",
    ),
    (BusyLoadingError, "Wait until it has read its data; its log says when."),
    (ReadOnlyError, "This is a replica: name the primary, or its Sentinels (redis+sentinel://)."),
    (MovedError, "It is part of a Cluster: write redis+cluster:// in the place of redis://."),
    (
        ClusterDownError,
        "Have a primary run for every slot: redis-cli --cluster check HOST:PORT says what is "
        "missing. Its URL is redis+cluster://.",
    ),
    (
        RedisClusterException,
        "Start the nodes of the Cluster: redis-cli --cluster check HOST:PORT has to find every "
        "slot. A server that is part of none is redis://.",
    ),
    (OutOfMemoryError, "Give it more: CONFIG SET maxmemory. Nothing else helps for long."),
    (
        ssl.SSLError,
        "Name the authority that signed its certificate, ?ca=FILE at the end of REDIS_URL; a "
        "server without TLS is redis://.",
    ),
)
"""By the first fault that is found; the client has no classes for those of `WORDS`."""
WORDS = {
    "MISCONF": "It cannot write to its disk: make room there, and look at its log.",
    "DB index is out of range": "Name a database that it has: CONFIG GET databases tells.",
    "max number of clients": "Allow more connections: CONFIG SET maxclients.",
}


@contextmanager
def faults_told() -> Iterator[None]:
    """Say what faults mean for callers. Texts of Redis hold no secret of ours.

    Raises:
        Unusable: it will not do it, however often it is asked.
        Unavailable: it does not do it now.
    """
    try:
        yield
    except AuthenticationError as fault:
        says = f"Redis does not take the user and the password in REDIS_URL: {fault}"
        raise Unusable(says, LOGIN) from fault
    except NoPermissionError as fault:
        says = f"Redis lets this server not do what it needs: {fault}"
        raise Unusable(says, RIGHTS) from fault
    except ResponseError as fault:
        raise Unavailable(f"Redis refused: {fault}") from fault
    except (
        RedisError,
        RedisClusterException,
        OSError,
        TimeoutError,
        asyncio.IncompleteReadError,
    ) as fault:
        raise Unavailable(f"Redis does not answer: {type(fault).__name__}: {fault}") from fault


def cure_of(problem: StoreError) -> str:
    """Say what an operator can do about a Redis that is not to be had.

    Args:
        problem: as `faults_told` has raised it.
    """
    if isinstance(problem, Unusable) and problem.cure:
        return problem.cure
    # The client puts what it was told into an exception of its own, without a cause.
    fault = problem.__cause__
    while fault is not None:
        for kind, cure in CURES:
            if isinstance(fault, kind):
                return cure
        for words, cure in WORDS.items():
            if words in str(fault):
                return cure
        fault = fault.__cause__ or fault.__context__
    return REFUSED if isinstance(problem.__cause__, ResponseError) else REACH
