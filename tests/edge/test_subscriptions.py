"""Who may have webhooks, and what setting them up, testing and reading their log answers."""

import asyncio
from collections.abc import AsyncIterator

import pytest

from protocol import commands as c
from protocol.roles import Part
from server.integrations.webhooks.keep import LOG_SIZE, MAX_SUBSCRIPTIONS
from tests.edge.house import House
from tests.integrations.receiver import Receiver, receiving


@pytest.fixture
async def receiver() -> AsyncIterator[Receiver]:
    async with receiving() as one:
        yield one


async def test_a_key_of_the_scope_and_the_operator_may_set_them_up(house: House) -> None:
    form = {"url": "https://lms.example/hook"}
    for caller in (await house.platform("webhooks"), await house.signed_in()):
        made = await caller.done("POST", "/webhooks", form)
        assert made["secret"].startswith("whsec_")
        assert made["state"] == "active"


async def test_nobody_else_may_even_see_that_there_are_any(house: House) -> None:
    await house.make_entry()
    operator = await house.signed_in()
    made = await operator.done("POST", "/webhooks", {"url": "https://lms.example/hook"})
    owner = await house.account("Olaf", Part.CO_OWNER)
    key = await house.platform("entries", "tokens", "read")
    stranger = await house.browser()
    calls = [
        ("GET", "/webhooks", None),
        ("POST", "/webhooks", {"url": "https://evil.example/"}),
        ("PATCH", f"/webhooks/{made['id']}", {"is_paused": True}),
        ("DELETE", f"/webhooks/{made['id']}", None),
        ("POST", f"/webhooks/{made['id']}/test", None),
        ("GET", f"/webhooks/{made['id']}/deliveries", None),
        ("POST", f"/webhooks/{made['id']}/replay", {"entry_id": "e_1", "from_number": 1}),
    ]
    for method, path, body in calls:
        await owner.refused("not_allowed", method, path, body)
        await key.refused("not_allowed", method, path, body)
        await stranger.refused("not_signed_in", method, path, body)
    assert len(await operator.done("GET", "/webhooks")) == 1


@pytest.mark.parametrize(
    "url",
    ["", "nonsense", "ftp://lms.example/", "https://me:pw@lms.example/", "https:///", "x" * 2001],
)
async def test_an_address_that_cannot_be_one_is_refused(house: House, url: str) -> None:
    operator = await house.signed_in()
    problem = await operator.refused("bad_request", "POST", "/webhooks", {"url": url})
    assert problem["where"] == "url"
    assert await operator.done("GET", "/webhooks") == []


async def test_there_are_only_so_many(house: House) -> None:
    operator = await house.signed_in()
    for number in range(MAX_SUBSCRIPTIONS):
        await operator.done("POST", "/webhooks", {"url": f"https://lms.example/{number}"})
    await operator.refused("too_large", "POST", "/webhooks", {"url": "https://lms.example/"})


async def test_the_test_button_says_how_it_went(house: House, receiver: Receiver) -> None:
    operator = await house.signed_in()
    made = await operator.done("POST", "/webhooks", {"url": receiver.url})
    receiver.answers += [204, 500]
    good = await operator.done("POST", f"/webhooks/{made['id']}/test")
    bad = await operator.done("POST", f"/webhooks/{made['id']}/test")
    assert (good["status"], good["topic"], good.get("problem")) == (204, "test", None)
    assert (bad["status"], bad["problem"]) == (500, "answered_otherwise")
    assert receiver.types == ["test", "test"]


async def test_the_log_has_the_newest_tries_first_and_an_end(
    house: House, receiver: Receiver
) -> None:
    await house.make_entry()
    operator = await house.signed_in()
    made = await operator.done("POST", "/webhooks", {"url": receiver.url})
    receiver.answers += [500]
    await house.asked(c.StartSession())
    await receiver.until(lambda one: len(one.received) == 2)
    path = f"/webhooks/{made['id']}/deliveries"
    async with asyncio.timeout(30):
        while len(log := await operator.done("GET", path)) < 2:  # noqa: ASYNC110 - nothing tells
            await asyncio.sleep(0.01)
    assert [(one["attempt"], one["status"]) for one in log] == [(2, 204), (1, 500)]
    for _ in range(LOG_SIZE):
        await operator.done("POST", f"/webhooks/{made['id']}/test")
    assert len(await operator.done("GET", f"{path}?limit=200")) == LOG_SIZE


async def test_what_is_deleted_is_unknown_from_then_on(house: House) -> None:
    operator = await house.signed_in()
    made = await operator.done("POST", "/webhooks", {"url": "https://lms.example/hook"})
    await operator.done("DELETE", f"/webhooks/{made['id']}")
    for method, path, body in [
        ("DELETE", "", None),
        ("PATCH", "", {"is_paused": True}),
        ("POST", "/test", None),
        ("GET", "/deliveries", None),
        ("POST", "/replay", {"entry_id": "e_1", "from_number": 1}),
    ]:
        await operator.refused("not_found", method, f"/webhooks/{made['id']}{path}", body)


async def test_an_inner_address_is_never_called_and_the_test_says_so(house: House) -> None:
    operator = await house.signed_in()
    made = await operator.done("POST", "/webhooks", {"url": "https://169.254.169.254/latest"})
    tried = await operator.done("POST", f"/webhooks/{made['id']}/test")
    assert tried["problem"] == "inner_address"
