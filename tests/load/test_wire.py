"""The far end of a socket counts what really came."""

import asyncio

import pytest
from hypothesis import given
from hypothesis import strategies as st
from websockets.asyncio.server import ServerConnection, serve

from load.crowd import Crowd
from load.process import LoadError
from load.wire import Wire, client_frame
from server.edge.frames import Careful

MESSAGES: list[str | bytes] = ["a", b"b" * 125, b"c" * 126, b"d" * 65_535, b"e" * 70_000, ""]


@given(st.binary(max_size=70_000), st.booleans())
def test_what_a_client_says_is_read_as_it_was_said(payload: bytes, is_text: bool) -> None:
    careful = Careful(100_000)
    assert careful.feed(client_frame(payload, is_text=is_text)) == [(payload, is_text)]


async def test_every_message_is_counted_however_long() -> None:
    async def talk(socket: ServerConnection) -> None:
        for message in MESSAGES:
            await socket.send(message)
        await socket.wait_closed()

    heard: list[bytes] = []
    done = asyncio.Event()

    def note(wire: Wire, payload: bytes) -> None:
        heard.append(payload)
        if wire.messages == len(MESSAGES):
            done.set()

    async with serve(talk, "127.0.0.1", 0, compression=None) as server:
        wire = Wire({}, note)
        await wire.open("127.0.0.1", server.sockets[0].getsockname()[1], "/", {})
        await asyncio.wait_for(done.wait(), 20)
        wire.close()
    assert heard == [one.encode() if isinstance(one, str) else one for one in MESSAGES]
    headers = 2 + 2 + 4 + 4 + 10 + 2
    assert wire.heard_bytes == sum(len(one) for one in MESSAGES) + headers


async def test_pings_are_answered_and_not_counted() -> None:
    answered: asyncio.Queue[str | bytes] = asyncio.Queue()

    async def talk(socket: ServerConnection) -> None:
        await socket.send("2")
        answered.put_nowait(await socket.recv())
        await (await socket.ping(b"there?"))
        answered.put_nowait("pong")

    async with serve(talk, "127.0.0.1", 0, compression=None) as server:
        wire = Wire({b"2": client_frame(b"3", is_text=True)}, None)
        await wire.open("127.0.0.1", server.sockets[0].getsockname()[1], "/", {})
        async with asyncio.timeout(20):
            assert [await answered.get(), await answered.get()] == ["3", "pong"]
        assert wire.messages == 0
        wire.drop()


async def test_a_server_that_refuses_is_told() -> None:
    async def refuse(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(b"HTTP/1.1 403 Forbidden\r\n\r\n")
        writer.close()

    server = await asyncio.start_server(refuse, "127.0.0.1", 0)
    async with server:
        with pytest.raises(LoadError, match="403"):
            await Wire({}, None).open("127.0.0.1", server.sockets[0].getsockname()[1], "/", {})


async def test_a_crowd_has_heard_when_its_last_has() -> None:
    sockets: list[ServerConnection] = []

    async def talk(socket: ServerConnection) -> None:
        sockets.append(socket)
        await socket.wait_closed()

    async with serve(talk, "127.0.0.1", 0, compression=None) as server:
        wires = [Wire({}, None) for _ in range(3)]
        for wire in wires:
            await wire.open("127.0.0.1", server.sockets[0].getsockname()[1], "/", {})
        crowd = Crowd(wires)
        crowd.expect()
        hearing = asyncio.create_task(crowd.heard())
        for socket in sockets[:2]:
            await socket.send("one")
            await socket.send("more")
        await asyncio.wait([hearing], timeout=0.1)
        assert not hearing.done()
        await sockets[2].send("one")
        await asyncio.wait_for(hearing, 20)
        assert crowd.messages == 5
        crowd.close()
