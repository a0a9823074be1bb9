"""The far end of a WebSocket, as low as tests need it."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from typing import Any, TypeVar

from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed
from websockets.typing import Subprotocol

from protocol import commands as c
from protocol.codec import MSGPACK, Codec
from protocol.deltas import apply
from protocol.ids import CommandId, ParticipantId
from protocol.messages import (
    ClientMessage,
    Delta,
    Do,
    Goodbye,
    Hello,
    Ping,
    Pong,
    Reply,
    ServerMessage,
    Snapshot,
    Welcome,
    You,
)
from protocol.roles import Group, Right
from protocol.version import WIRE_VERSION
from protocol.views import View, Window
from tests.edge.browsers import Browser
from tests.edge.house import House

T = TypeVar("T", bound=ServerMessage)
LIMIT_S = 20


class Line:
    """One socket: what was heard over it, and the view that follows from that."""

    def __init__(self, socket: ClientConnection, codec: Codec) -> None:
        self.socket = socket
        self.codec = codec
        self.heard: list[ServerMessage] = []
        self.frames: list[bytes] = []
        self.view: View | None = None
        self._commands = 0

    async def say(self, message: ClientMessage) -> None:
        await self.socket.send(self.codec.frame(message))

    async def hello(self, window: Window | None = None, **fields: Any) -> Welcome:
        await self.say(Hello(wire_version=WIRE_VERSION, window=window, **fields))
        return await self.hear(Welcome)

    async def next(self) -> ServerMessage:
        """Hear one message; pings are answered on the way."""
        async with asyncio.timeout(LIMIT_S):
            data = await self.socket.recv()
        self.frames.append(data.encode() if isinstance(data, str) else data)
        message = self.codec.decode_server(data)
        self.heard.append(message)
        match message:
            case Ping():
                # A close may have come behind the ping; what was said before it is still heard.
                with suppress(ConnectionClosed):
                    await self.say(Pong())
            case Snapshot(view=view):
                self.view = view
            case Delta(delta=delta):
                assert self.view is not None
                self.view = apply(self.view, delta)
            case _:
                pass
        return message

    async def hear(self, kind: type[T], fits: Callable[[T], bool] = lambda _: True) -> T:
        """Hear on until a message of a kind comes that fits."""
        async with asyncio.timeout(LIMIT_S):
            while True:
                message = await self.next()
                if isinstance(message, kind) and fits(message):
                    return message

    async def hear_reply(self) -> Reply:
        return await self.hear(Reply)

    async def until(self, holds: Callable[["Line"], bool]) -> None:
        async with asyncio.timeout(LIMIT_S):
            while not holds(self):
                await self.next()

    async def do(self, command: Any, command_id: str = "") -> Reply:
        """Carry a command and wait for its reply."""
        self._commands += 1
        one = CommandId(command_id or f"cmd-{self._commands}")
        await self.say(Do(id=one, command=command))
        return await self.hear(Reply, lambda reply: reply.id == one)

    async def end(self) -> tuple[str | None, int | None]:
        """Hear on until the close; give the code of the goodbye, and the close code."""
        try:
            while True:
                await self.next()
        except ConnectionClosed:
            pass
        goodbyes = [one for one in self.heard if isinstance(one, Goodbye)]
        code = goodbyes[-1].problem.code.value if goodbyes else None
        return code, self.socket.close_code

    @property
    def you(self) -> Any:
        return next(one.you for one in reversed(self.heard) if isinstance(one, You))

    def names(self, group: Group) -> list[str]:
        if self.view is None or group not in self.view.groups:
            return []
        return [row.name for row in self.view.groups[group].rows]


@asynccontextmanager
async def line(
    house: House,
    session: str,
    *,
    ticket: str | None = None,
    browser: Browser | None = None,
    codec: Codec = MSGPACK,
    origin: str | None = "",
    headers: dict[str, str] | None = None,
    base: str = "",
    tail: str = "/socket",
    **more: Any,
) -> AsyncIterator[Line]:
    """Open a socket as a program with a ticket, or as a page of a browser."""
    sent = dict(headers or {})
    if ticket is not None:
        sent["Authorization"] = f"Bearer {ticket}"
    if browser is not None:
        sent["Cookie"] = browser.cookie_header
    given: dict[str, Any] = {
        "subprotocols": [Subprotocol(codec.name)],
        "compression": None,
        "ping_interval": None,
        "proxy": None,
        "max_size": None,
        "additional_headers": sent,
    } | more
    if origin is not None and (origin or ticket is None):
        given["origin"] = origin or house.url
    url = f"{base or house.socket_url}/api/v1/sessions/{session}{tail}"
    async with connect(url, **given) as socket:
        yield Line(socket, codec)


@asynccontextmanager
async def inviting_speaker(house: House) -> AsyncIterator[Browser]:
    """Let a speaker in who may invite: nobody to more than a speaker."""
    await house.asked(c.StartSession())
    session = (await house.state()).session
    assert session is not None
    _, token = await house.invite("sue@example.org", "speaker")
    sue = await house.browser()
    body = {"token": token, "email": "sue@example.org"}
    admitted = await sue.done("POST", "/doors/invitation", body)
    async with line(house, session.id, browser=sue) as inside:
        await inside.hello(Window())
        await inside.hear(Snapshot)
        subject = ParticipantId(admitted["participant_id"])
        await house.asked(c.SetRights(participant_id=subject, granted=(Right.INVITE,)))
        yield sue
