import asyncio
import contextlib
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from server.edge.clients import networks
from server.integrations.calls import MAX_BYTES, Calls, Unreachable, json_in
from server.integrations.outgoing import Outgoing


@asynccontextmanager
async def answering(reply: bytes) -> AsyncIterator[tuple[str, list[bytes]]]:
    """Listen once, keep what was asked, and answer with these bytes and no more."""
    heard: list[bytes] = []
    done = asyncio.Event()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        heard.append(await reader.readuntil(b"\r\n\r\n"))
        writer.write(reply)
        with contextlib.suppress(ConnectionError):
            await writer.drain()
            # Whoever asked hangs up first.
            heard.append(await reader.read())
        writer.close()
        with contextlib.suppress(ConnectionError):
            await writer.wait_closed()
        done.set()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    async with server:
        yield f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}", heard
        await done.wait()


@asynccontextmanager
async def calling() -> AsyncIterator[Calls]:
    outgoing = Outgoing(networks(["127.0.0.0/8"]), most_bytes=MAX_BYTES)
    yield Calls(outgoing)
    await outgoing.aclose()


def reply(body: bytes, status: str = "200 OK", more: str = "") -> bytes:
    return f"HTTP/1.1 {status}\r\nContent-Length: {len(body)}\r\n{more}\r\n".encode() + body


async def test_an_answer_is_read_with_its_headers() -> None:
    whole = reply(b'{"a": 1}', more="Link: <x>; rel=next\r\n")
    async with answering(whole) as (url, heard), calling() as calls:
        said = await calls.get(f"{url}/keys?x=1", {"Accept": "text/x"})

    assert (said.status, json_in(said), said.headers["link"]) == (200, {"a": 1}, "<x>; rel=next")
    assert heard[0].startswith(b"GET /keys?x=1 HTTP/1.1\r\n")


async def test_a_form_is_sent_as_browsers_send_it() -> None:
    async with answering(reply(b"{}")) as (url, heard), calling() as calls:
        await calls.post_form(url, {"a": "b c", "d": "&"})

    assert b"application/x-www-form-urlencoded" in heard[0]
    assert b"".join(heard).endswith(b"a=b+c&d=%26")


@pytest.mark.parametrize(
    "body", [b"", b"<html>", b'{"a": 1, "a": 2}', b"\xff", b'"' + b"x" * MAX_BYTES + b'"'],
    ids=["nothing", "a page", "one key twice", "no text", "too long"],
)  # fmt: skip
async def test_what_is_no_strict_json_is_not_read(body: bytes) -> None:
    async with answering(reply(body)) as (url, _), calling() as calls:
        said = await calls.get(url)
    with pytest.raises(Unreachable, match="JSON"):
        json_in(said)


async def test_an_inner_address_is_not_asked() -> None:
    outgoing = Outgoing()
    with pytest.raises(Unreachable, match="inner_address"):
        await Calls(outgoing).get("https://127.0.0.1/keys")
    with pytest.raises(Unreachable, match="inner_address"):
        await Calls(outgoing).post_json("http://10.0.0.1/register", {})
    await outgoing.aclose()
