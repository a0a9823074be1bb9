"""The head of a request is bounded in time and in size: slow and endless ones hold nothing."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path

import pytest

from server.edge import heads
from server.edge.heads import MAX_HEAD_BYTES, EdgeHttp
from tests.edge.house import House, opened_house, until

WHOLE = b"GET /healthz HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n"
BEGUN = b"GET /healthz HTTP/1.1\r\nHost: 127.0.0.1\r\nX-Slow: "


@asynccontextmanager
async def opened(house: House) -> AsyncIterator[tuple[asyncio.StreamReader, asyncio.StreamWriter]]:
    reader, writer = await asyncio.open_connection("127.0.0.1", house.port)
    try:
        yield reader, writer
    finally:
        writer.close()


async def rest_of(reader: asyncio.StreamReader) -> bytes:
    """Everything up to the end that the server makes."""
    async with asyncio.timeout(20):
        try:
            return await reader.read()
        except ConnectionResetError:
            return b""


async def dribble(writer: asyncio.StreamWriter) -> None:
    while not writer.is_closing():
        writer.write(b"x")
        await asyncio.sleep(0.05)


async def one_reply(reader: asyncio.StreamReader) -> bytes:
    async with asyncio.timeout(20):
        head = await reader.readuntil(b"\r\n\r\n")
        length = next(
            int(line.split(b":")[1])
            for line in head.lower().splitlines()
            if line.startswith(b"content-length:")
        )
        await reader.readexactly(length)
        return head


async def test_a_head_that_does_not_end_is_not_waited_for(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One byte now and then keeps nothing open (slowloris)."""
    monkeypatch.setattr(EdgeHttp, "head_s", 0.5)

    async with opened(house) as (reader, writer):
        writer.write(BEGUN)
        task = asyncio.create_task(dribble(writer))
        said = await rest_of(reader)
        task.cancel()

    assert said.startswith(b"HTTP/1.1 408 ")


async def test_a_client_that_says_nothing_is_not_kept(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(EdgeHttp, "head_s", 0.2)

    async with opened(house) as (reader, _):
        assert await rest_of(reader) == b""


async def test_a_second_head_is_not_waited_for_either(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(EdgeHttp, "head_s", 0.5)

    async with opened(house) as (reader, writer):
        writer.write(WHOLE)
        first = await one_reply(reader)
        writer.write(BEGUN)
        second = await rest_of(reader)

    assert first.startswith(b"HTTP/1.1 200 ")
    assert second.startswith(b"HTTP/1.1 408 ")


async def test_empty_lines_between_requests_keep_nothing_open(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(EdgeHttp, "head_s", 0.3)

    async with opened(house) as (reader, writer):
        writer.write(WHOLE)
        await one_reply(reader)
        writer.write(b"\r\n")
        assert await rest_of(reader) == b""


@pytest.mark.parametrize("part", [b"x" * 1024, b"x\r\nX-More: y"])
async def test_a_head_that_grows_is_not_kept(house: House, part: bytes) -> None:
    async with opened(house) as (reader, writer):
        writer.write(BEGUN)
        for _ in range(2 * MAX_HEAD_BYTES // len(part)):
            if writer.is_closing():
                break
            writer.write(part)
        writer.write(b"\r\n\r\n")
        said = await rest_of(reader)

    # Where bytes were still on their way, the system may say no more than that it is over.
    assert said == b"" or said.startswith(b"HTTP/1.1 431 ")


async def test_requests_one_after_the_other_are_all_answered(house: House) -> None:
    async with opened(house) as (reader, writer):
        for _ in range(3):
            writer.write(WHOLE)
            assert (await one_reply(reader)).startswith(b"HTTP/1.1 200 ")


async def test_a_connection_too_many_is_told_so_whatever_it_asks_for(tmp_path: Path) -> None:
    async with opened_house(tmp_path, connections=2) as house:
        async with opened(house) as one, opened(house) as two, opened(house) as surplus:
            await until(lambda: len(house.connections) == 3)
            for _, writer in (one, two):
                writer.write(WHOLE)
            surplus[1].write(WHOLE.replace(b"/healthz", b"/"))
            answers = [await one_reply(reader) for reader, _ in (one, two)]
            refused = await rest_of(surplus[0])
        await until(lambda: not house.connections)
        async with opened(house) as (reader, writer):
            writer.write(WHOLE)
            later = await one_reply(reader)

    assert all(answer.startswith(b"HTTP/1.1 200 ") for answer in (*answers, later))
    head, _, body = refused.partition(b"\r\n\r\n")
    assert head.startswith(b"HTTP/1.1 503 ")
    assert b"retry-after: 1" in head.lower()
    assert json.loads(body)["code"] == "overloaded"


async def test_a_node_that_is_full_still_says_that_it_is_alive(tmp_path: Path) -> None:
    async with (
        opened_house(tmp_path, connections=1) as house,
        opened(house),
        opened(house) as (reader, writer),
    ):
        await until(lambda: len(house.connections) == 2)
        writer.write(WHOLE)
        assert (await one_reply(reader)).startswith(b"HTTP/1.1 200 ")


async def test_a_socket_too_many_is_told_so_before_it_opens(tmp_path: Path) -> None:
    async with (
        opened_house(tmp_path, connections=1) as house,
        opened(house),
        opened(house) as (reader, writer),
    ):
        await until(lambda: len(house.connections) == 2)
        writer.write(
            b"GET /api/v1/sessions/s_1/socket HTTP/1.1\r\nHost: 127.0.0.1\r\n"
            b"Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
            b"Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n"
        )
        refused = await rest_of(reader)

    assert refused.startswith(b"HTTP/1.1 503 ")


async def test_of_very_many_connections_too_many_none_is_kept(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(heads, "SURPLUS", 3)
    async with opened_house(tmp_path, connections=1) as house, AsyncExitStack() as stack:
        for _ in range(40):
            await stack.enter_async_context(opened(house))
        # Those who are told may take a moment to ask; none of the others is there at all.
        await until(lambda: len(house.connections) <= 1 + 3)
        await until(lambda: len(house.connections) <= 1)
