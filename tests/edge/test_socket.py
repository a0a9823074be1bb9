"""The life of a socket."""

import json
from pathlib import Path

import pytest
from websockets.exceptions import InvalidStatus

from protocol import commands as c
from protocol.codec import JSON, MSGPACK, Codec
from protocol.messages import Goodbye, Hello, Notice, NoticeKind, Snapshot, You
from protocol.roles import Group, Role
from protocol.version import SUBPROTOCOL_JSON, SUBPROTOCOL_MSGPACK, WIRE_VERSION, WIRE_VERSIONS
from protocol.views import Window
from server.hub.settings import HubSettings
from tests.edge.house import House, opened_house, until
from tests.edge.lines import line
from tests.edge.wires import raw_wire


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
        await again.say(Hello(wire_version=WIRE_VERSION))
        assert await again.end() == ("removed", 4012)


# --- the wire version ----------------------------------------------------------------------


async def ticket_in(house: House) -> tuple[str, str]:
    session = await house.make_open()
    _, token = await house.make_link()
    _, admitted = await house.guest(token)
    return session, admitted["ticket"]


@pytest.mark.parametrize(
    ("offered", "chosen"),
    [
        (["usher.v9.msgpack", SUBPROTOCOL_JSON], SUBPROTOCOL_JSON),
        (["usher.v9.json", SUBPROTOCOL_JSON, SUBPROTOCOL_MSGPACK], SUBPROTOCOL_MSGPACK),
    ],
)
async def test_a_client_of_several_versions_is_answered_in_one_that_both_speak(
    house: House, offered: list[str], chosen: str
) -> None:
    session, ticket = await ticket_in(house)
    codec = Codec.named(chosen)

    async with line(house, session, ticket=ticket, codec=codec, subprotocols=offered) as guest:
        assert guest.socket.subprotocol == chosen
        assert (await guest.hello()).wire_version == WIRE_VERSION


@pytest.mark.parametrize(
    ("offered", "codec"), [("usher.v9.json", JSON), ("usher.v9.msgpack", MSGPACK)]
)
async def test_a_client_of_another_version_alone_is_told_which_are_spoken(
    house: House, offered: str, codec: Codec
) -> None:
    """With a goodbye and a close code, as a page does not get to see a refused handshake."""
    session, ticket = await ticket_in(house)

    async with line(house, session, ticket=ticket, codec=codec, subprotocols=[offered]) as guest:
        assert guest.socket.subprotocol == offered
        assert await guest.end() == ("version_unsupported", 4028)

    [goodbye] = guest.heard
    assert isinstance(goodbye, Goodbye)
    assert goodbye.problem.wire_versions == WIRE_VERSIONS


@pytest.mark.parametrize("offered", [["graphql-ws"], ["usher.v0.json"], ["usher.v1.xml"], None])
async def test_what_speaks_no_usher_at_all_is_refused_over_http(
    house: House, offered: list[str] | None
) -> None:
    session, ticket = await ticket_in(house)

    with pytest.raises(InvalidStatus) as caught:
        async with line(house, session, ticket=ticket, subprotocols=offered):
            pass

    assert caught.value.response.status_code == 400
    problem = json.loads(caught.value.response.body or b"")
    assert problem["code"] == "version_unsupported"
    assert problem["wire_versions"] == [*WIRE_VERSIONS]


async def test_a_hello_of_another_version_than_was_agreed_on_is_refused(house: House) -> None:
    session, ticket = await ticket_in(house)

    async with line(house, session, ticket=ticket) as guest:
        await guest.say(Hello(wire_version=WIRE_VERSION + 1))
        assert await guest.end() == ("version_unsupported", 4028)


async def test_who_says_nothing_after_the_handshake_is_not_waited_for(tmp_path: Path) -> None:
    async with opened_house(tmp_path, hello_timeout_s=0.2) as house:
        session = await house.make_open()
        ticket = (await house.admitted_guest())["ticket"]
        async with raw_wire(house, session, ticket) as silent:
            assert await silent.close_code() == 4106
        await until(lambda: not house.connections)


async def test_a_node_has_so_many_rooms_open_and_no_more(tmp_path: Path) -> None:
    settings = HubSettings(tick_ms=5, ping_ms=2_000, idle_s=3600, max_rooms=1)
    async with opened_house(tmp_path, settings=settings) as house:
        await house.make_entry()
        host = await house.signed_in()
        body = {"kind": "room", "name": "One more"}
        await host.refused("overloaded", "POST", "/entries", body)
