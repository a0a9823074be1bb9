"""A socket of the room that is read by hand, with the least buffer that there is."""

import asyncio
import socket

from load.room import WINDOW, Room
from load.wire import KEY, client_frame
from protocol.codec import MSGPACK
from protocol.messages import Hello
from protocol.version import SUBPROTOCOL_MSGPACK, WIRE_VERSION

BUFFER_BYTES = 4_096
ANSWER_BYTES = 1_000


async def connected(room: Room, ticket: str, address: str | None = None) -> socket.socket:
    """Come into a room by a ticket; everything behind the handshake is left unread."""
    loop = asyncio.get_running_loop()
    one = socket.socket()
    one.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, BUFFER_BYTES)
    one.setblocking(False)  # noqa: FBT003 - its only parameter
    if address is not None:
        one.bind((address, 0))
    await loop.sock_connect(one, ("127.0.0.1", room.port))
    lines = (
        f"GET {room.path} HTTP/1.1",
        f"Host: 127.0.0.1:{room.port}",
        "Upgrade: websocket",
        "Connection: Upgrade",
        f"Sec-WebSocket-Key: {KEY}",
        "Sec-WebSocket-Version: 13",
        f"Sec-WebSocket-Protocol: {SUBPROTOCOL_MSGPACK}",
        f"Authorization: Bearer {ticket}",
    )
    await loop.sock_sendall(one, "\r\n".join([*lines, "", ""]).encode())
    answer = b""
    while b"\r\n\r\n" not in answer:
        answer += await loop.sock_recv(one, ANSWER_BYTES)
    hello = MSGPACK.encode(Hello(wire_version=WIRE_VERSION, window=WINDOW))
    await loop.sock_sendall(one, client_frame(hello))
    return one
