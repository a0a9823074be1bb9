"""A client loses its socket in every way, and comes back or stays away as it should."""

import asyncio

import pytest

from protocol.client import (
    Backoff,
    Client,
    Options,
    Over,
    connect,
)
from protocol.commands import Admit, RaiseHand
from protocol.errors import ErrorCode
from protocol.ids import ParticipantId
from protocol.messages import (
    Hello,
    Ping,
    Pong,
)
from tests.protocol.client.peer import FAST, Peer, a_server
from tests.protocol.samples import a_do, a_row, a_snapshot, a_welcome


async def test_a_client_comes_back_and_resumes() -> None:
    hellos: list[Hello] = []

    async def script(peer: Peer) -> None:
        hellos.append(await peer.welcome(is_resumed=peer.number > 1))
        if peer.number == 1:
            await peer.say(a_snapshot(a_row(), version=5))
        await peer.stay()

    async with a_server(script) as url, connect(url, options=FAST) as client:
        await client.until(lambda it: it.is_current)
        client.drop()
        await client.until(lambda it: len(hellos) == 2 and it.is_current)
        assert hellos[1].resume is not None
        assert hellos[1].resume.version == 5
        assert client.line.attempts == 2


async def test_a_client_comes_back_when_the_server_said_it_should() -> None:
    waits: list[float] = []

    async def sleep(delay_s: float) -> None:
        waits.append(delay_s)
        await asyncio.sleep(0)

    async def script(peer: Peer) -> None:
        await peer.welcome()
        if peer.number == 1:
            await peer.refuse(ErrorCode.RESTARTING, retry_after_ms=12_345)
        else:
            await peer.stay()

    options = Options(sleep=sleep)
    async with a_server(script) as url, connect(url, options=options) as client:
        await client.until(lambda it: it.line.attempts == 2 and it.is_connected)
    assert waits == [12.345]


async def test_waits_grow_over_welcomes_and_begin_anew_once_a_socket_has_lived() -> None:
    waits: list[float] = []

    async def sleep(delay_s: float) -> None:
        waits.append(delay_s)
        await asyncio.sleep(0)

    async def script(peer: Peer) -> None:
        if peer.number in (1, 3, 5):
            await peer.welcome()
        if peer.number in (1, 5):
            await peer.say(Ping())
            assert isinstance(await peer.hear(), Pong)
        if peer.number < 6:
            peer.socket.transport.abort()
        else:
            await peer.welcome()
            await peer.stay()

    options = Options(sleep=sleep, draw=lambda: 0.0, backoff=Backoff(first_s=1.0))
    async with a_server(script) as url:

        async def came_back(client: Client) -> None:
            await client.until(lambda it: it.line.attempts == 6 and it.is_connected)

        async with connect(url, options=options) as client:
            await came_back(client)
    assert waits == [0.5, 0.5, 1.0, 2.0, 0.5]


async def test_a_client_that_is_not_to_come_back_does_not() -> None:
    async def script(peer: Peer) -> None:
        await peer.welcome()
        await peer.hear()
        peer.socket.transport.abort()

    options = Options(comes_back=False)
    async with a_server(script) as url, connect(url, options=options) as client:
        client.send(Pong())
        with pytest.raises(Over):
            await client.until(lambda _it: False)
        assert client.line.attempts == 1


async def test_a_server_that_falls_silent_is_given_up() -> None:
    async def script(peer: Peer) -> None:
        await peer.hear()
        await peer.say(a_welcome(ping_ms=1))
        await peer.stay()

    async with a_server(script) as url, connect(url, options=FAST) as client:
        await client.until(lambda it: it.line.attempts == 2 and it.is_connected)
        assert isinstance(client.line.cause, TimeoutError)


async def test_a_server_that_talks_nonsense_is_given_up() -> None:
    async def script(peer: Peer) -> None:
        await peer.welcome()
        if peer.number == 1:
            await peer.socket.send(b"\xc1")
        await peer.stay()

    async with a_server(script) as url, connect(url, options=FAST) as client:
        await client.until(lambda it: it.line.attempts == 2 and it.is_connected)


async def test_a_server_that_does_not_read_is_given_up() -> None:
    closed = asyncio.Event()

    async def script(peer: Peer) -> None:
        await peer.welcome()
        if peer.number == 1:
            peer.socket.transport.pause_reading()
            await closed.wait()
            peer.socket.transport.abort()
        await peer.stay()

    options = Options(backoff=FAST.backoff, send_timeout_s=0.05)
    async with a_server(script) as url, connect(url, options=options) as client:
        # More than the buffers of both ends together.
        people = tuple(ParticipantId(f"{number:080}") for number in range(500))
        for _ in range(500):
            client.send(a_do(Admit(participant_ids=people)))
        await client.until(lambda it: it.line.attempts == 2 and it.is_connected)
        closed.set()


async def test_an_error_in_the_block_comes_out_as_it_is() -> None:
    async def script(peer: Peer) -> None:
        await peer.welcome()
        await peer.stay()

    async with a_server(script) as url:
        with pytest.raises(ZeroDivisionError):
            async with connect(url):
                raise ZeroDivisionError


async def test_nothing_is_left_running_after_the_block() -> None:
    async def script(peer: Peer) -> None:
        await peer.welcome()
        await peer.stay()

    async with a_server(script) as url:
        async with connect(url) as client:
            pass
        names = {task.get_name() for task in asyncio.all_tasks()}
        assert not {name for name in names if name.startswith("usher client")}
        assert client.is_over
        with pytest.raises(Over, match="does not come back"):
            await client.do(RaiseHand())
