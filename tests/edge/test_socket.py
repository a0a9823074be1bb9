"""The life of a socket."""

import pytest

from protocol import commands as c
from protocol.codec import JSON, MSGPACK, Codec
from protocol.messages import Notice, NoticeKind, Snapshot, You
from protocol.roles import Group, Role
from protocol.views import Window
from tests.edge.house import House
from tests.edge.lines import line


@pytest.mark.parametrize("codec", [MSGPACK, JSON], ids=lambda codec: codec.name)
async def test_a_guest_is_welcomed_and_sees_the_room(house: House, codec: Codec) -> None:
    session = await house.make_open()
    _, token = await house.make_link()
    _, admitted = await house.guest(token)

    async with line(house, session, ticket=admitted["ticket"], codec=codec) as guest:
        welcome = await guest.hello(Window())
        await guest.hear(Snapshot)

    assert welcome.participant_id == admitted["participant_id"]
    assert welcome.is_resumed is False
    assert guest.heard[0] is welcome
    assert guest.you.name == "Gil"
    assert guest.names(Group.VIEWERS) == ["Gil"]


async def test_a_browser_connects_with_its_cookie(house: House) -> None:
    session = await house.make_open()
    _, token = await house.make_link()
    browser, _ = await house.guest(token)

    async with line(house, session, browser=browser) as guest:
        await guest.hello()
        await guest.hear(You)


async def test_a_promotion_is_seen_live(house: House) -> None:
    session = await house.make_open()
    _, token = await house.make_link()
    _, admitted = await house.guest(token)
    host = await house.signed_in()
    entered = await host.done("POST", f"/entries/{house.room}/enter", {})

    async with (
        line(house, session, ticket=admitted["ticket"]) as guest,
        line(house, session, browser=host) as staff,
    ):
        await guest.hello(Window())
        await staff.hello(Window())
        subject = admitted["participant_id"]
        reply = await staff.do(c.SetRole(participant_id=subject, role=Role.MODERATOR))
        assert reply.is_done
        await guest.hear(Notice, lambda one: one.kind is NoticeKind.ROLE_CHANGED)
        await guest.until(
            lambda one: (
                one.you.role is Role.MODERATOR
                and one.view is not None
                and one.view.counts.waiting is not None
            )
        )
        assert entered["role"] == "host"


async def test_a_removal_closes_with_its_code(house: House) -> None:
    session = await house.make_open()
    _, token = await house.make_link()
    _, admitted = await house.guest(token)

    async with line(house, session, ticket=admitted["ticket"]) as guest:
        await guest.hello(Window())
        await guest.hear(Snapshot)
        host = await house.signed_in()
        subject = admitted["participant_id"]
        await host.done("POST", f"/entries/{house.room}/participants/{subject}/remove", {})
        assert await guest.end() == ("removed", 4012)

    async with line(house, session, ticket=admitted["ticket"]) as again:
        await again.say(__import__("protocol.messages").messages.Hello(wire_version=1))
        assert await again.end() == ("removed", 4012)
