"""What a platform hears: all of it, in order, signed, until it takes it."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from protocol import commands as c
from protocol.ids import NodeId, ParticipantId, SessionId
from protocol.roles import Role
from protocol.webhooks import WebhookView
from server.integrations.webhooks.keep import KEPT_MS, TURN_MS, WebhookKeep
from server.surroundings import clock as real_clock
from tests.edge.house import WEBHOOK_KEYS, House, opened_house
from tests.edge.lines import line
from tests.integrations.receiver import Receiver, drips, hangs_up, receiving, redirect_to


@pytest.fixture
async def house(tmp_path: Path) -> AsyncIterator[House]:
    async with opened_house(tmp_path) as one:
        await one.make_entry()
        yield one


@pytest.fixture
async def receiver() -> AsyncIterator[Receiver]:
    async with receiving() as one:
        yield one


async def subscribed(house: House, url: str, **form: object) -> WebhookView:
    operator = await house.signed_in()
    made = await operator.done("POST", "/webhooks", {"url": url, **form})
    return WebhookView.model_validate(made, strict=False)


async def a_session(house: House) -> ParticipantId:
    """Have a session in which a guest comes, raises a hand, is promoted and removed."""
    await house.asked(c.StartSession())
    admitted = await house.admitted_guest()
    guest = ParticipantId(admitted["participant_id"])
    session = SessionId(admitted["session_id"])
    async with line(house, session, ticket=admitted["ticket"]) as inside:
        await inside.hello()
        await house.until(lambda state: state.participants[guest].is_in)
        await house.asked(c.SetRole(participant_id=guest, role=Role.SPEAKER))
        await house.asked(c.Remove(participant_id=guest))
    await house.asked(c.EndSession())
    return guest


TYPES = [
    "session.started",
    "participant.joined",
    "participant.role_changed",
    "participant.left",
    "session.ended",
]


async def test_a_platform_hears_of_a_whole_session_in_order(
    house: House, receiver: Receiver
) -> None:
    # Whoever verifies compares with the real time.
    house.clock.ahead_ms += real_clock() - house.clock()
    webhook = await subscribed(house, receiver.url)
    guest = await a_session(house)
    await receiver.until(lambda one: len(one.received) == len(TYPES))
    assert receiver.types == TYPES
    assert receiver.numbers == [1, 2, 3, 4, 5]
    for one in receiver.received:
        assert one.is_signed_by(webhook.secret)
    person = receiver.received[1].message["data"]["person"]
    assert person["participant_id"] == guest
    assert (person["name"], person["email"]) == ("Gil", "gil@guests.example")
    assert person["link_name"] == "Open day"


async def test_a_message_that_is_not_taken_comes_again_before_any_other(
    house: House, receiver: Receiver
) -> None:
    await subscribed(house, receiver.url)
    receiver.answers += [500, hangs_up, redirect_to("http://127.0.0.1:1/"), 400]
    await a_session(house)
    await receiver.until(lambda one: len(one.received) == len(TYPES) + 4)
    assert receiver.numbers == [1, 1, 1, 1, 1, 2, 3, 4, 5]
    ids = {one.headers["webhook-id"] for one in receiver.received}
    assert len(ids) == len(TYPES)


async def test_an_answer_without_end_counts_as_taken_and_holds_nothing_up(
    house: House, receiver: Receiver
) -> None:
    await subscribed(house, receiver.url)
    receiver.answers += [drips]
    await a_session(house)
    await receiver.until(lambda one: len(one.received) == len(TYPES))
    assert receiver.numbers == [1, 2, 3, 4, 5]


async def test_who_wants_some_topics_hears_those_with_their_numbers(
    house: House, receiver: Receiver
) -> None:
    await subscribed(house, receiver.url, topics=["participant.left", "session.ended"])
    await a_session(house)
    await receiver.until(lambda one: len(one.received) == 2)
    assert receiver.numbers == [4, 5]


async def test_a_subscription_of_another_entry_hears_nothing(
    house: House, receiver: Receiver
) -> None:
    await subscribed(house, receiver.url, entry_id="e_other")
    await subscribed(house, receiver.url + "/all")
    await a_session(house)
    await receiver.until(lambda one: len(one.received) == len(TYPES))
    assert {one.head.split()[1] for one in receiver.received} == {"/hook/all"}


async def test_what_was_before_a_subscription_is_not_told(house: House, receiver: Receiver) -> None:
    await subscribed(house, receiver.url + "/early")
    await house.asked(c.StartSession())
    await receiver.until(lambda one: len(one.received) == 1)
    house.clock.ahead_ms += 10
    await subscribed(house, receiver.url + "/late")
    house.clock.ahead_ms += 10
    await house.asked(c.EndSession())
    await receiver.until(lambda one: len(one.received) == 3)
    late = [one for one in receiver.received if "/late" in one.head]
    assert [one.message["data"]["number"] for one in late] == [2]


async def test_while_paused_nothing_is_told_and_afterwards_all_of_it(
    house: House, receiver: Receiver
) -> None:
    webhook = await subscribed(house, receiver.url)
    operator = await house.signed_in()
    await operator.done("PATCH", f"/webhooks/{webhook.id}", {"is_paused": True})
    await a_session(house)
    assert receiver.received == []
    await operator.done("PATCH", f"/webhooks/{webhook.id}", {"is_paused": False})
    await receiver.until(lambda one: len(one.received) == len(TYPES))
    assert receiver.numbers == [1, 2, 3, 4, 5]


async def test_an_address_that_is_gone_is_told_nothing_more(
    house: House, receiver: Receiver
) -> None:
    webhook = await subscribed(house, receiver.url)
    receiver.answers += [410]
    await a_session(house)
    operator = await house.signed_in()

    async def state() -> str:
        return str((await operator.done("GET", "/webhooks"))[0]["state"])

    async with asyncio.timeout(30):
        while await state() != "gone":  # noqa: ASYNC110 - nothing tells of it
            await asyncio.sleep(0.01)
    assert receiver.numbers == [1]
    await operator.done("PATCH", f"/webhooks/{webhook.id}", {"is_paused": False})
    await receiver.until(lambda one: len(one.received) == 1 + len(TYPES))
    assert receiver.numbers == [1, 1, 2, 3, 4, 5]


async def test_messages_are_told_again_from_any_number_under_their_old_ids(
    house: House, receiver: Receiver
) -> None:
    webhook = await subscribed(house, receiver.url)
    await a_session(house)
    await receiver.until(lambda one: len(one.received) == len(TYPES))
    operator = await house.signed_in()
    done = await operator.done(
        "POST", f"/webhooks/{webhook.id}/replay", {"entry_id": house.room, "from_number": 4}
    )
    assert done == {"messages": 2}
    await receiver.until(lambda one: len(one.received) == len(TYPES) + 2)
    assert receiver.numbers == [1, 2, 3, 4, 5, 4, 5]
    ids = [one.headers["webhook-id"] for one in receiver.received]
    assert ids[3:5] == ids[5:7]


async def test_what_was_not_told_before_a_restart_is_told_after_it(
    tmp_path: Path, receiver: Receiver
) -> None:
    receiver.always = 503
    async with opened_house(tmp_path) as house:
        await house.make_entry()
        await subscribed(house, receiver.url)
        await a_session(house)
    receiver.received.clear()
    receiver.always = 204
    async with opened_house(tmp_path, node="n2"):
        await receiver.until(lambda one: len(one.received) == len(TYPES))
    assert receiver.numbers == [1, 2, 3, 4, 5]


async def test_a_person_erased_meanwhile_is_in_no_message_any_more(
    tmp_path: Path, receiver: Receiver
) -> None:
    receiver.always = 503
    async with opened_house(tmp_path) as house:
        await house.make_entry()
        await subscribed(house, receiver.url)
        await a_session(house)
        await house.sealer.erase(house.person("", "gil@guests.example").id)
    receiver.received.clear()
    receiver.always = 204
    async with opened_house(tmp_path, node="n2"):
        await receiver.until(lambda one: len(one.received) == len(TYPES))
    people = [one.message["data"].get("person") for one in receiver.received]
    assert [(one["name"], one["email"]) for one in people if one] == [("", "")] * 3
    assert not any(b"gil@" in one.body or b"Gil" in one.body for one in receiver.received)


async def test_messages_that_nobody_took_are_given_up_after_seven_days(
    tmp_path: Path, receiver: Receiver
) -> None:
    receiver.always = 503
    async with opened_house(tmp_path) as house:
        await house.make_entry()
        await subscribed(house, receiver.url)
        await house.asked(c.StartSession())
        await receiver.until(lambda one: len(one.received) > 0)
        house.clock.ahead_ms += KEPT_MS
        keep = WebhookKeep(house.hub.stores.store, house.sealer, house.clock, NodeId("n1"))
        assert await keep.messages(house.room, 0) == []


async def test_each_secret_of_the_ring_signs_so_that_one_can_be_retired(
    house: House, receiver: Receiver
) -> None:
    await subscribed(house, receiver.url)
    await house.asked(c.StartSession())
    await receiver.until(lambda one: len(one.received) == 1)
    signatures = receiver.received[0].headers["webhook-signature"].split(" ")
    assert len(signatures) == len(WEBHOOK_KEYS)


async def test_while_another_node_tells_a_room_this_one_waits_and_then_goes_on(
    house: House, receiver: Receiver
) -> None:
    await subscribed(house, receiver.url)
    other = WebhookKeep(house.hub.stores.store, house.sealer, house.clock, NodeId("n2"))
    await other.refresh()
    [subscription] = other.subscriptions
    assert await other.take_turn(subscription, house.room)
    await house.asked(c.StartSession())
    assert receiver.received == []
    # The other has died: its turn runs out.
    house.clock.ahead_ms += TURN_MS
    await receiver.until(lambda one: len(one.received) == 1)


async def test_without_subscriptions_nothing_is_kept(house: House) -> None:
    await a_session(house)
    keep = WebhookKeep(house.hub.stores.store, house.sealer, house.clock, NodeId("n1"))
    assert await keep.messages(house.room, 0) == []
    assert (await house.state()).announcements == len(TYPES)
