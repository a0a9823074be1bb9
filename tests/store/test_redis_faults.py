"""What the client of Redis throws is told in our words, and its cure is found."""

import asyncio

import pytest
from redis.exceptions import (
    AuthenticationError,
    BusyLoadingError,
    MovedError,
    NoPermissionError,
    RedisClusterException,
    ResponseError,
    SlotNotCoveredError,
)

from server.store.interface import StoreError, Unavailable, Unusable
from server.store.redis_faults import LOGIN, REACH, REFUSED, RIGHTS, cure_of, faults_told


def told(fault: Exception) -> StoreError:
    with pytest.raises(StoreError) as caught, faults_told():
        raise fault
    return caught.value


@pytest.mark.parametrize(
    ("fault", "cure"),
    [
        (AuthenticationError("invalid username-password pair or user is disabled."), LOGIN),
        (NoPermissionError("this user has no permissions to run the 'set' command"), RIGHTS),
    ],
)
def test_what_will_be_refused_for_ever_is_unusable(fault: Exception, cure: str) -> None:
    problem = told(fault)
    assert isinstance(problem, Unusable)
    assert cure_of(problem) == cure
    assert str(problem).endswith(cure)


@pytest.mark.parametrize(
    ("fault", "cure"),
    [
        (BusyLoadingError("Redis is loading the dataset in memory"), "Wait until"),
        (MovedError("3999 127.0.0.1:6381"), "redis+cluster://"),
        (ResponseError("MISCONF Errors writing to the AOF file: No space left"), "make room"),
        (ConnectionError("max number of clients reached"), "maxclients"),
        (RedisClusterException("Redis Cluster cannot be connected."), "redis-cli --cluster"),
        (SlotNotCoveredError('Slot "7" is not covered by the cluster.'), "redis-cli --cluster"),
        (OSError(111, "Connection refused"), REACH),
        (TimeoutError(), REACH),
        (asyncio.IncompleteReadError(b"", 4), REACH),
        (ResponseError("something that nobody has thought of"), REFUSED),
    ],
)
def test_what_may_pass_is_unavailable(fault: Exception, cure: str) -> None:
    problem = told(fault)
    assert isinstance(problem, Unavailable)
    assert cure in cure_of(problem)


def test_a_mistake_of_ours_stays_one() -> None:
    with pytest.raises(KeyError), faults_told():
        raise KeyError("a bug")
