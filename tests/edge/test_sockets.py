"""How many sockets there may be: of a node, of a room, of an address."""

from pathlib import Path

import pytest
from websockets.exceptions import InvalidStatus

from protocol.ids import RoomId
from protocol.views import Window
from server.edge.replies import Denied
from server.edge.settings import SocketLimits
from server.edge.sockets import Sockets
from tests.edge.house import opened_house, until
from tests.edge.lines import line

HERE, THERE = RoomId("e_here"), RoomId("e_there")


@pytest.mark.parametrize(
    ("limits", "room", "client", "code"),
    [
        (SocketLimits(of_node=2), THERE, "10.0.0.2", "overloaded"),
        (SocketLimits(of_room=2), HERE, "10.0.0.2", "room_full"),
        (SocketLimits(of_client=2), THERE, "10.0.0.1", "rate_limited"),
    ],
)
def test_one_too_many_is_refused_until_somebody_goes(
    limits: SocketLimits, room: RoomId, client: str, code: str
) -> None:
    sockets = Sockets(limits)
    first = sockets.take(HERE, "10.0.0.1")
    sockets.take(HERE, "10.0.0.1")

    with pytest.raises(Denied) as refused:
        sockets.take(room, client)
    first.leave()
    sockets.take(room, client)

    assert refused.value.code == code
    assert len(sockets) == 2


def test_a_limit_of_one_room_or_address_is_nothing_to_another() -> None:
    sockets = Sockets(SocketLimits(of_room=1, of_client=1))
    sockets.take(HERE, "10.0.0.1")

    sockets.take(THERE, "10.0.0.2")

    assert len(sockets) == 2


def test_a_place_is_given_back_once_and_leaves_nothing_behind() -> None:
    sockets = Sockets(SocketLimits())
    places = [sockets.take(HERE, f"10.0.0.{number}") for number in range(5)]

    for place in (*places, *places):
        place.leave()

    assert len(sockets) == 0
    assert not sockets._rooms
    assert not sockets._clients


@pytest.mark.parametrize(
    ("limits", "status"),
    [
        (SocketLimits(of_node=1), 503),
        (SocketLimits(of_room=1), 503),
        (SocketLimits(of_client=1), 429),
    ],
)
async def test_it_is_refused_before_the_handshake_and_there_is_room_again_afterwards(
    tmp_path: Path, limits: SocketLimits, status: int
) -> None:
    async with opened_house(tmp_path, sockets=limits) as house:
        session = await house.make_open()
        ticket = (await house.admitted_guest())["ticket"]

        async with line(house, session, ticket=ticket) as one:
            await one.hello(Window())
            with pytest.raises(InvalidStatus) as refused:
                async with line(house, session, ticket=ticket):
                    pass
        await until(lambda: not house.watchers)
        async with line(house, session, ticket=ticket) as again:
            await again.hello(Window())

    answer = refused.value.response
    assert answer.status_code == status
    assert int(answer.headers["Retry-After"]) >= 1


async def test_a_handshake_that_comes_to_nothing_takes_no_place(tmp_path: Path) -> None:
    async with opened_house(tmp_path, sockets=SocketLimits(of_node=1)) as house:
        session = await house.make_open()
        ticket = (await house.admitted_guest())["ticket"]

        for _ in range(3):
            with pytest.raises(InvalidStatus):
                async with line(house, session, ticket="no ticket"):
                    pass
            async with line(house, session, ticket=ticket):
                pass  # It goes without a word.
            await until(lambda: not house.connections)
