"""The head of a request is bounded in time and in size: slow and endless ones hold nothing."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from server.edge.heads import MAX_HEAD_BYTES, EdgeHttp
from tests.edge.house import House

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
