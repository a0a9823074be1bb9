"""How a socket of ours is opened, and what it answers by itself."""

from collections.abc import Mapping

from load.wire import Wire, client_frame
from protocol.codec import MSGPACK
from protocol.messages import Hello, Ping, Pong
from protocol.version import SUBPROTOCOL_MSGPACK, WIRE_VERSION
from protocol.views import Window

PONGS: Mapping[bytes, bytes] = {
    MSGPACK.encode(ping): client_frame(MSGPACK.encode(Pong()))
    for ping in (Ping(), Ping(is_stale=True))
}


async def opened(
    wire: Wire, port: int, path: str, ticket: str, window: Window, address: str | None
) -> None:
    """Connect a socket on loopback and say hello.

    Raises:
        LoadError: the server does not want to.
    """
    headers = {"Sec-WebSocket-Protocol": SUBPROTOCOL_MSGPACK, "Authorization": f"Bearer {ticket}"}
    await wire.open("127.0.0.1", port, path, headers, address=address)
    hello = Hello(wire_version=WIRE_VERSION, window=window)
    wire.write(client_frame(MSGPACK.encode(hello)))
