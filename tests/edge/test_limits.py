"""Token buckets, in a test's own time."""

import asyncio
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any

import pytest
from websockets.exceptions import InvalidStatus

from protocol.roles import Part
from protocol.settings import EntrySettings
from server.edge.limits import Bucket, Buckets, Limits, RateLimit
from server.edge.settings import Rate, Rates
from server.store.redis import RedisStore
from server.store.redis_url import RedisUrl
from tests.edge.house import opened_house
from tests.edge.lines import line

FEW = Rate(burst=2, per_s=0.001)


class Seconds:
    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


def test_a_burst_is_had_at_once_and_the_rest_at_the_rate() -> None:
    seconds = Seconds()
    bucket = Bucket(Rate(burst=3, per_s=2), seconds)

    assert [bucket.take() for _ in range(3)] == [0.0, 0.0, 0.0]
    assert bucket.take() == 0.5
    seconds.now += 0.25
    assert bucket.take() == 0.25
    seconds.now += 0.25
    assert bucket.take() == 0.0


def test_being_refused_costs_nothing() -> None:
    seconds = Seconds()
    bucket = Bucket(Rate(burst=1, per_s=1), seconds)
    bucket.take()

    for _ in range(1000):
        assert bucket.take() > 0
    seconds.now += 1
    assert bucket.take() == 0.0


def test_a_bucket_is_never_more_than_full() -> None:
    seconds = Seconds()
    bucket = Bucket(Rate(burst=2, per_s=10), seconds)
    seconds.now += 3600

    assert bucket.is_full
    assert [bucket.take() for _ in range(3)] == [0.0, 0.0, 0.1]
    assert not bucket.is_full


def test_each_key_has_a_bucket_of_its_own() -> None:
    buckets = Buckets(Rate(burst=1, per_s=1), Seconds())

    assert buckets.take("ada") == 0.0
    assert buckets.take("bob") == 0.0
    assert buckets.take("ada") == 1.0


def test_looking_takes_nothing() -> None:
    buckets = Buckets(Rate(burst=1, per_s=1), Seconds())

    assert [buckets.wait_s("ada") for _ in range(3)] == [0.0, 0.0, 0.0]
    assert len(buckets) == 0
    buckets.take("ada")
    assert buckets.wait_s("ada") == 1.0
    assert buckets.wait_s("ada") == 1.0


def test_memory_is_bounded_and_the_longest_unused_goes_first() -> None:
    buckets = Buckets(Rate(burst=1, per_s=0.001), Seconds(), max_keys=3)
    for key in ("a", "b", "c"):
        buckets.take(key)
    buckets.take("a")  # refused, but in use

    buckets.take("d")

    assert len(buckets) == 3
    assert buckets.wait_s("a") > 0
    assert buckets.wait_s("b") == 0.0


def test_buckets_that_are_full_again_are_forgotten() -> None:
    seconds = Seconds()
    buckets = Buckets(Rate(burst=1, per_s=1), seconds, max_keys=1000)
    for number in range(100):
        buckets.take(f"key {number}")
        seconds.now += 2

    assert len(buckets) <= 2


async def test_every_rate_has_its_limit() -> None:
    limits = Limits(Rates(), Seconds())

    for name in Rates.__dataclass_fields__:
        if not name.endswith("_per_connection"):
            limit: RateLimit = getattr(limits, name)
            assert await limit.take("somebody") == 0.0
            assert await limit.wait_s("somebody") == 0.0


@pytest.mark.parametrize(
    ("rates", "method", "path", "body"),
    [
        (
            Rates(writes_per_caller=FEW),
            *("PATCH", "/entries/{room}/settings"),
            {"settings": EntrySettings().model_dump(mode="json"), "only": ["capacity"]},
        ),
        (Rates(searches_per_caller=FEW), "GET", "/entries/{room}/invitations?q=ada", None),
    ],
    ids=["writes", "searches"],
)
async def test_one_caller_asks_so_often_and_no_oftener(
    tmp_path: Path, rates: Rates, method: str, path: str, body: Any
) -> None:
    async with opened_house(tmp_path, rates=rates) as house:
        await house.make_entry()
        first, second = [await house.account(name, Part.CO_EDITOR) for name in ("Ada", "Bo")]
        where = path.format(room=house.room)
        for _ in range(FEW.burst):
            assert (await first.call(method, where, body)).is_success
        answer = await first.call(method, where, body)

        assert (answer.status_code, answer.json()["code"]) == (429, "rate_limited")
        assert int(answer.headers["retry-after"]) > 100
        assert (await second.call(method, where, body)).is_success


async def test_sockets_open_so_often_from_one_address_and_no_oftener(tmp_path: Path) -> None:
    async with opened_house(tmp_path, rates=Rates(sockets_per_address=FEW)) as house:
        session = await house.make_open()
        ticket = (await house.admitted_guest())["ticket"]
        for _ in range(FEW.burst):
            async with line(house, session, ticket=ticket) as one:
                await one.hello()
        with pytest.raises(InvalidStatus) as refused:
            async with line(house, session, ticket=ticket):
                pass

    assert refused.value.response.status_code == 429


async def test_nodes_that_share_a_limit_let_no_more_through_than_one(redis_url: str) -> None:
    few = Rate(burst=5, per_s=0.001)
    rates = Rates(codes_per_email=few, doors_per_address=few)
    async with AsyncExitStack() as stack:
        url = RedisUrl.parse(f"{redis_url}?prefix=shared-limits:")
        nodes = [
            Limits(rates, Seconds(), await stack.enter_async_context(RedisStore.open(url)))
            for _ in range(4)
        ]
        waits = await asyncio.gather(*(n.codes_per_email.take("a") for n in nodes * 10))
        assert waits.count(0.0) == 5
        assert all(900 < wait <= 1_000 for wait in waits if wait)
        assert all([await n.codes_per_email.wait_s("a") > 0 for n in nodes])
        # Another key, and another limit, have buckets of their own.
        assert await nodes[0].codes_per_email.take("b") == 0.0
        assert await nodes[1].doors_per_address.take("a") == 0.0
        assert await nodes[2].doors_per_address.wait_s("a") == 0.0
