import asyncio

import pytest

from server.elsewhere import is_ready_at


@pytest.mark.parametrize(("status", "is_ready"), [("200 OK", True), ("503 No", False)])
async def test_what_answers_there_says_whether_it_is_ready(status: str, is_ready: bool) -> None:
    asked: list[bytes] = []

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        asked.append(await reader.readline())
        head = f"HTTP/1.1 {status}\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"
        writer.write(head.encode())
        writer.close()

    async with await asyncio.start_server(answer, "127.0.0.1", 0) as server:
        port = server.sockets[0].getsockname()[1]
        assert await is_ready_at(f"http://127.0.0.1:{port}") is is_ready
    assert asked == [b"GET /readyz HTTP/1.1\r\n"]


@pytest.mark.parametrize("url", ["http://127.0.0.1:9", "https://nowhere.invalid", "http://["])
async def test_no_answer_is_a_no(url: str) -> None:
    assert not await is_ready_at(url)
