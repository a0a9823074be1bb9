"""The WebSocket message handler under the fuzzer: a real room, and a line without a network.

Each input is a conversation of a guest who is a viewer: whatever they send, it is answered or
refused, no fault of ours is logged, everything written can be read, others are still served, and
the guest is a viewer as before.
"""

import asyncio
import logging
from contextlib import AsyncExitStack, suppress
from pathlib import Path

from load.wire import client_frame
from protocol.codec import JSON, MSGPACK, Codec
from protocol.commands import LowerHand, RaiseHand
from protocol.ids import DeviceId, ParticipantId, RoomId, SessionId
from protocol.messages import ServerMessage
from protocol.roles import Role
from server.core.actors import ParticipantActor
from server.edge.line import Line
from server.edge.opening import Opening
from server.edge.socket import join
from server.edge.tickets import Ticket
from server.hub.room import Settled
from tests.edge.house import House, edge_of, opened_house

MAX_PARTS = 60
"""Of one conversation: fewer than a client is slowed down for."""
SPINS = 400


class Quiet(asyncio.Transport):
    """Takes everything, and keeps it."""

    def __init__(self) -> None:
        super().__init__()
        self.written: list[bytes] = []
        self.is_closed = False

    def write(self, data: bytes | bytearray | memoryview) -> None:
        self.written.append(bytes(data))

    def close(self) -> None:
        self.is_closed = True

    def abort(self) -> None:
        self.is_closed = True

    def is_closing(self) -> bool:
        return self.is_closed

    def pause_reading(self) -> None:
        """Nobody reads here."""

    def resume_reading(self) -> None:
        """Nobody reads here."""


class Lines:
    """Target `lines`. The room lives to the end of the process, and ends with it."""

    def __init__(self, folder: Path) -> None:
        self._loop = asyncio.new_event_loop()
        self._stack = AsyncExitStack()
        self._faults: list[str] = []
        self._handler = _Faults(self._faults)
        self._house: House
        self._ticket: Ticket
        self._loop.run_until_complete(self._begin(folder))

    async def _begin(self, folder: Path) -> None:
        self._house = await self._stack.enter_async_context(opened_house(folder))
        session = await self._house.make_open()
        admitted = await self._house.admitted_guest()
        self._ticket = Ticket(
            session_id=SessionId(session),
            participant_id=ParticipantId(admitted["participant_id"]),
            device_id=DeviceId("d_fuzz"),
            exp=2**40,
        )
        logging.getLogger("server").addHandler(self._handler)

    def close(self) -> None:
        """End the room, for those whose process goes on."""
        self._loop.run_until_complete(self._end())
        self._loop.close()

    async def _end(self) -> None:
        await self._stack.aclose()
        others = [one for one in asyncio.all_tasks() if one is not asyncio.current_task()]
        for task in others:
            task.cancel()
        await asyncio.gather(*others, return_exceptions=True)
        logging.getLogger("server").removeHandler(self._handler)

    def __call__(self, data: bytes) -> None:
        """Hold one conversation."""
        self._loop.run_until_complete(self._hold(data))

    async def _hold(self, data: bytes) -> None:
        mode, data = (data[0] if data else 0), data[1:]
        codec = JSON if mode & 1 else MSGPACK
        edge, transport = edge_of(self._house), Quiet()
        place = edge.sockets.take(RoomId("e_room"), "fuzz")
        opening = Opening(ticket=self._ticket, subprotocol=codec.name, place=place)
        line = Line(edge, codec, place)
        line.begin(transport, set(), is_writable=True, parser=None)
        opened = asyncio.create_task(join(edge, opening, line))
        await asyncio.sleep(0)
        for part in [data] if mode & 2 else conversation(data, codec):
            if transport.is_closed:
                break
            line.data_received(part)
        await self._settle(line, opened)
        line.connection_lost(None)
        await opened
        self._check(codec, transport)
        await self._check_others()

    async def _settle(self, line: Line, opened: "asyncio.Task[None]") -> None:
        """Let it be carried out, as far as it can be without more from the client."""
        for _ in range(SPINS):
            waits_for_hello = line._hello is not None and not line._hello.done()
            if line._is_closing or waits_for_hello or (opened.done() and not line._in_flight):
                return
            await asyncio.sleep(0.0005)

    def _check(self, codec: Codec, transport: Quiet) -> None:
        assert not self._faults, self._faults
        for payload in payloads_of(b"".join(transport.written)):
            message: ServerMessage = codec.decode_server(
                payload.decode() if codec.is_text else payload
            )
            assert message is not None

    async def _check_others(self) -> None:
        state = await self._house.state()
        guest = state.participants[self._ticket.participant_id]
        assert guest.role is Role.VIEWER, "a viewer has become more"
        assert len(state.participants) == 1
        assert state.entry is not None
        assert state.entry.name == "Seminar"
        if guest.gate is None and not guest.kept_out and guest.connections:
            actor = ParticipantActor(participant_id=guest.id, connection_id=guest.connections[0].id)
            for wish in (RaiseHand(), LowerHand()):
                outcome = await self._house.hub.ask(RoomId("e_room"), wish, actor)
                assert isinstance(outcome, Settled) or outcome.code != "internal"


def conversation(data: bytes, codec: Codec) -> list[bytes]:
    """Make frames of bytes: parts with a head of two bytes, 3 bits of kind and 13 of length."""
    parts: list[bytes] = []
    while len(data) >= 2 and len(parts) < MAX_PARTS:
        head = int.from_bytes(data[:2], "big")
        kind, length = head >> 13, head & 0x1FFF
        payload, data = data[2 : 2 + length], data[2 + length :]
        parts.append(_frame(kind, payload, codec))
    return parts


def _frame(kind: int, payload: bytes, codec: Codec) -> bytes:
    match kind:
        case 4:
            return client_frame(payload[:125], opcode=9)
        case 5:
            return client_frame(payload, is_text=not codec.is_text)
        case 6:
            whole = client_frame(payload, is_text=codec.is_text)
            return bytes([whole[0] & 0x7F]) + whole[1:]
        case 7:
            return client_frame(payload[:125], opcode=8)
        case _:
            return client_frame(payload, is_text=codec.is_text)


def payloads_of(data: bytes) -> list[bytes]:
    """Take what a server has written apart; control frames are left out."""
    found = []
    while data:
        opcode, length, at = data[0] & 0x0F, data[1], 2
        if length >= 126:
            at = 4 if length == 126 else 10
            length = int.from_bytes(data[2:at], "big")
        if opcode in (1, 2):
            found.append(data[at : at + length])
        data = data[at + length :]
    return found


class _Faults(logging.Handler):
    """What the server itself calls a fault is one here."""

    def __init__(self, faults: list[str]) -> None:
        super().__init__(logging.ERROR)
        self._found = faults

    def emit(self, record: logging.LogRecord) -> None:
        with suppress(Exception):
            self._found.append(self.format(record))
