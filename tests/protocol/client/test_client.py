"""What programs do with a client: connect, command, look, wait."""

import asyncio
from http import HTTPStatus

import pytest
from websockets.asyncio.server import ServerConnection
from websockets.http11 import Request, Response

from protocol.client import (
    Options,
    Refused,
    Unreachable,
    connect,
)
from protocol.codec import JSON, MSGPACK, Codec
from protocol.commands import LowerHand, RaiseHand
from protocol.errors import ErrorCode
from protocol.messages import (
    Notice,
    NoticeKind,
    Ping,
    Pong,
    Problem,
    Reply,
    Watch,
)
from protocol.roles import Gate
from protocol.secret import Secret
from protocol.views import Window
from tests.protocol.client.peer import FAST, Peer, a_server, reply_to_all
from tests.protocol.samples import a_row, a_snapshot, a_you

both = pytest.mark.parametrize("codec", [MSGPACK, JSON], ids=["msgpack", "json"])

# --- the beginning -------------------------------------------------------------------------


@both
async def test_a_client_is_connected_when_the_server_has_said_welcome(codec: Codec) -> None:
    async def script(peer: Peer) -> None:
        assert peer.codec is codec
        await peer.welcome(a_you(), a_snapshot(a_row()))
        await peer.stay()

    async with a_server(script) as url, connect(url, codec=codec) as client:
        assert client.is_connected
        await client.until(lambda it: it.view is not None and it.you is not None)


async def test_the_ticket_the_origin_and_further_headers_are_sent() -> None:
    heard: dict[str, str] = {}

    async def script(peer: Peer) -> None:
        assert peer.socket.request is not None
        heard.update(peer.socket.request.headers.raw_items())
        await peer.welcome()
        await peer.stay()

    async with (
        a_server(script) as url,
        connect(
            url,
            ticket=Secret("t" * 30, "ticket"),
            origin="https://usher.example",
            headers={"Cookie": "a=b"},
        ),
    ):
        assert heard["Authorization"] == "Bearer " + "t" * 30
        assert heard["Origin"] == "https://usher.example"
        assert heard["Cookie"] == "a=b"


async def test_a_refusal_in_place_of_a_socket_is_told() -> None:
    problem = Problem.of(ErrorCode.TICKET_INVALID)

    def answer(socket: ServerConnection, _request: Request) -> Response:
        return socket.respond(HTTPStatus.UNAUTHORIZED, JSON.encode(problem).decode())

    async with a_server(Peer.stay, process_request=answer) as url:
        with pytest.raises(Refused, match="not valid here") as caught:
            async with connect(url):
                pass
    assert caught.value.code is ErrorCode.TICKET_INVALID


async def test_a_refusal_after_the_hello_is_told() -> None:
    async def script(peer: Peer) -> None:
        await peer.hear()
        await peer.refuse(ErrorCode.SESSION_ENDED)

    async with a_server(script) as url:
        with pytest.raises(Refused, match="session_ended"):
            async with connect(url):
                pass


async def test_a_server_that_speaks_no_subprotocol_of_ours_is_not_spoken_to() -> None:
    async with a_server(Peer.stay, subprotocols=None) as url:
        with pytest.raises(Refused, match="out of date"):
            async with connect(url):
                pass


async def test_where_nobody_listens_it_is_tried_until_time_is_up() -> None:
    async with a_server(Peer.stay) as url:
        pass
    with pytest.raises(Unreachable, match="attempts") as caught:
        async with connect(url, timeout_s=0.2, options=FAST):
            pass
    assert caught.value.attempts > 1
    assert isinstance(caught.value.cause, OSError)


async def test_a_busy_server_is_tried_again() -> None:
    answers = [HTTPStatus.SERVICE_UNAVAILABLE, HTTPStatus.TOO_MANY_REQUESTS]

    def answer(socket: ServerConnection, _request: Request) -> Response | None:
        return socket.respond(answers.pop(), "busy") if answers else None

    async def script(peer: Peer) -> None:
        await peer.welcome()
        await peer.stay()

    async with (
        a_server(script, process_request=answer) as url,
        connect(url, options=FAST) as client,
    ):
        assert client.line.attempts == 3


# --- commands ------------------------------------------------------------------------------


async def test_a_command_resolves_when_its_reply_comes() -> None:
    async def script(peer: Peer) -> None:
        await peer.welcome()
        await reply_to_all(peer)

    async with a_server(script) as url, connect(url) as client:
        reply = await client.do(RaiseHand(), id="c1")
        assert reply == Reply(id=reply.id, is_done=True, version=2)
        assert reply.id == "c1"
        replies = await asyncio.gather(*(client.ask(RaiseHand()) for _ in range(50)))
        assert len({reply.id for reply in replies}) == 50


async def test_a_refused_command_is_a_reply_or_an_error_as_one_likes() -> None:
    async def script(peer: Peer) -> None:
        await peer.welcome()
        for _ in range(2):
            do = await peer.hear()
            problem = Problem.of(ErrorCode.NOT_ALLOWED)
            await peer.say(Reply(id=do.id, is_done=False, problem=problem))
        await peer.stay()

    async with a_server(script) as url, connect(url) as client:
        assert not (await client.do(RaiseHand())).is_done
        with pytest.raises(Refused, match="You may not do that here") as caught:
            await client.ask(RaiseHand())
        assert caught.value.code is ErrorCode.NOT_ALLOWED


async def test_a_command_survives_the_loss_of_its_socket() -> None:
    ids: list[str] = []

    async def script(peer: Peer) -> None:
        await peer.welcome()
        ids.append((await peer.hear()).id)
        if peer.number == 1:
            peer.socket.transport.abort()
        else:
            await peer.say(Reply(id=ids[-1], is_done=True))  # type: ignore[arg-type]
            await peer.stay()

    async with a_server(script) as url, connect(url, options=FAST) as client:
        assert (await client.do(RaiseHand())).is_done
    assert len(ids) == 2
    assert len(set(ids)) == 1


async def test_a_command_without_a_reply_ends_in_time_and_is_forgotten() -> None:
    async def script(peer: Peer) -> None:
        await peer.welcome()
        await peer.stay()

    async with a_server(script) as url, connect(url) as client:
        with pytest.raises(TimeoutError):
            await client.do(RaiseHand(), timeout_s=0.01)
        assert client.state.pending == {}


async def test_two_may_wait_for_the_reply_to_one_command() -> None:
    release = asyncio.Event()

    async def script(peer: Peer) -> None:
        await peer.welcome()
        do = await peer.hear()
        await release.wait()
        await peer.say(Reply(id=do.id, is_done=True))
        await peer.stay()

    async with a_server(script) as url, connect(url) as client:
        patient = asyncio.create_task(client.do(RaiseHand(), id="c1"))
        with pytest.raises(TimeoutError):
            await client.do(RaiseHand(), id="c1", timeout_s=0.01)
        release.set()
        assert (await patient).is_done


async def test_a_command_is_not_waited_for_when_the_server_has_sent_the_client_away() -> None:
    async def script(peer: Peer) -> None:
        await peer.welcome()
        await peer.hear()
        await peer.refuse(ErrorCode.REMOVED)

    async with a_server(script) as url, connect(url) as client:
        with pytest.raises(Refused, match="You were removed"):
            await client.do(RaiseHand())
        with pytest.raises(Refused, match="You were removed"):
            await client.do(LowerHand())
        assert client.is_over
        assert client.problem == Problem.of(ErrorCode.REMOVED)


# --- looking -------------------------------------------------------------------------------


async def test_watching_another_window_gives_the_view_through_it() -> None:
    async def script(peer: Peer) -> None:
        await peer.welcome(a_you(), a_snapshot(a_row("p1")))
        watch = await peer.hear()
        assert isinstance(watch, Watch)
        assert watch.window.search == "bob"
        await peer.say(a_snapshot(a_row("p2", "Bob")))
        await peer.stay()

    async with a_server(script) as url, connect(url) as client:
        view = await client.watch(Window(search="bob"))
        assert view is not None
        assert "Bob" in repr(view)


async def test_watching_at_a_gate_shows_nothing() -> None:
    async def script(peer: Peer) -> None:
        await peer.welcome(a_you(gate=Gate.WAITING_ROOM))
        await peer.stay()

    async with a_server(script) as url, connect(url) as client:
        assert await client.watch(Window()) is None
        assert client.is_at_gate


async def test_views_come_as_they_change_and_the_slow_get_the_newest() -> None:
    more, end = asyncio.Event(), asyncio.Event()

    async def script(peer: Peer) -> None:
        await peer.welcome(a_snapshot())
        await more.wait()
        await peer.say(*(a_snapshot(version=version) for version in range(2, 20)), Ping())
        assert isinstance(await peer.hear(), Pong)
        end.set()
        await peer.refuse(ErrorCode.SESSION_ENDED)

    versions = []
    async with a_server(script) as url, connect(url) as client:
        async for _view in client.views():
            position = client.state.position
            assert position is not None
            versions.append(position.version)
            more.set()
            await end.wait()
    assert versions[0] == 1
    assert versions[-1] == 19
    assert len(versions) < 4


async def test_notices_are_told_in_order_also_to_those_who_listen_late() -> None:
    async def script(peer: Peer) -> None:
        await peer.welcome(Notice(kind=NoticeKind.MUTED, by="Bob"), a_you())
        await peer.hear()
        await peer.say(Notice(kind=NoticeKind.HAND_LOWERED))
        await peer.refuse(ErrorCode.SESSION_ENDED)

    async with a_server(script) as url, connect(url) as client:
        await client.until(lambda it: it.you is not None)
        client.send(Pong())
        kinds = [notice.kind async for notice in client.notices()]
    assert kinds == [NoticeKind.MUTED, NoticeKind.HAND_LOWERED]


async def test_waiting_for_what_does_not_come_ends_in_time() -> None:
    async def script(peer: Peer) -> None:
        await peer.welcome()
        await peer.stay()

    async with a_server(script) as url, connect(url) as client:
        with pytest.raises(TimeoutError):
            await client.until(lambda _it: False, timeout_s=0.01)


async def test_each_message_may_be_measured() -> None:
    heard: list[str] = []

    async def script(peer: Peer) -> None:
        await peer.welcome(a_you(), a_snapshot())
        await peer.stay()

    options = Options(on_message=lambda message: heard.append(message.type))
    async with a_server(script) as url, connect(url, options=options) as client:
        await client.until(lambda it: it.view is not None)
    assert heard == ["welcome", "you", "snapshot"]
