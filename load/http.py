"""One HTTP request in a few lines: a client library would cost more than the server does."""

import asyncio
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

HOST = "127.0.0.1"


@dataclass(frozen=True, slots=True)
class Answer:
    """What a server answered, and how many bytes went both ways."""

    status: int
    body: bytes
    wire_bytes: int

    def json(self) -> dict[str, Any]:
        """Read the body."""
        found: dict[str, Any] = json.loads(self.body)
        return found


async def post(
    port: int,
    path: str,
    form: Mapping[str, str],
    *,
    address: str,
    headers: Mapping[str, str] | None = None,
    host: str = HOST,
) -> Answer:
    """Post a form as JSON from an address, over a connection of its own."""
    body = json.dumps(form).encode()
    lines = [
        f"POST {path} HTTP/1.1",
        f"Host: {host}:{port}",
        "Content-Type: application/json",
        "Connection: close",
        f"Content-Length: {len(body)}",
        *(f"{name}: {value}" for name, value in (headers or {}).items()),
    ]
    sent = "\r\n".join([*lines, "", ""]).encode() + body
    reader, writer = await asyncio.open_connection(host, port, local_addr=(address, 0))
    try:
        writer.write(sent)
        raw = await reader.read()
    finally:
        writer.close()
    top, _, content = raw.partition(b"\r\n\r\n")
    return Answer(int(top.split(b" ", 2)[1]), content, len(sent) + len(raw))
