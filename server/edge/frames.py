"""What comes over a WebSocket, taken apart into messages.

Nearly every frame from a client is a whole, small message that comes in one piece. Those are
read here in a few lines, so that a socket that only listens needs no parser. Whatever else
comes (fragments, control frames, a frame in two pieces, nonsense) is left to `websockets`.
"""

from websockets.frames import Frame, Opcode
from websockets.protocol import State
from websockets.server import ServerProtocol
from websockets.speedups import apply_mask

from protocol.framing import FIN_BINARY, FIN_TEXT, SHORT

MAX_FRAME_BYTES = 64 * 1024
"""A longer message ends the connection with close code 1009."""
MAX_STRAYS = 256
"""Control frames and parts of a message before the next whole message: beyond it is a flood, which
costs us as much as messages do, and which their rate does not bound."""
FLOOD = 1008
"""Close code of a flood: policy violation (RFC 6455, section 7.4.1)."""
MASKED = 0x80
LEAST = 6
"""Bytes of header and mask before the shortest message of a client."""

Message = tuple[bytes, bool]
"""A payload, and whether it came as text."""


def whole_messages(data: bytes, max_size: int) -> tuple[list[Message], int]:
    r"""Take the whole messages off the front of what was read.

    Args:
        max_size: bytes of payload; a longer message is left.

    Returns:
        The messages, and how many bytes they were. The rest is for `Careful`.

    Source: RFC 6455, section 5.2.

    Example:
        >>> whole_messages(bytes.fromhex("8182000000006869") + b"\x89", 100)
        ([(b'hi', True)], 8)
    """
    messages: list[Message] = []
    at, end = 0, len(data)
    while end - at >= LEAST:
        first, length = data[at], data[at + 1] - MASKED
        mask_at = at + 2
        if length == SHORT:
            length = int.from_bytes(data[at + 2 : at + 4], "big")
            mask_at = at + 4
            is_plain = SHORT <= length <= max_size
        else:
            is_plain = 0 <= length < SHORT and length <= max_size
        if not is_plain or first not in (FIN_TEXT, FIN_BINARY):
            break
        begin = mask_at + 4
        if begin + length > end:
            break
        payload = apply_mask(data[begin : begin + length], data[mask_at:begin])
        messages.append((payload, first == FIN_TEXT))
        at = begin + length
    return messages, at


def is_whole(data: bytes, payload: bytes, *, is_text: bool) -> bool:
    r"""Say whether what was read is one short message with this payload, and nothing else.

    Args:
        payload: shorter than 126 bytes.

    Example:
        >>> is_whole(bytes.fromhex("8182000000006869"), b"hi", is_text=True)
        True
    """
    return (
        len(data) == LEAST + len(payload)
        and data[0] == (FIN_TEXT if is_text else FIN_BINARY)
        and data[1] == MASKED | len(payload)
        and apply_mask(data[LEAST:], data[2:LEAST]) == payload
    )


class Careful:
    """Reads everything that may come, with the parser of `websockets`."""

    __slots__ = ("_is_text", "_parser", "_parts", "_strays", "is_over")

    def __init__(self, max_size: int, parser: ServerProtocol | None = None) -> None:
        """Begin between two messages, or where a parser is.

        Args:
            max_size: bytes of a message; a longer one ends the connection with code 1009.
        """
        self._parser = parser or ServerProtocol(state=State.OPEN, max_size=max_size)
        self._parts: list[bytes] = []
        self._is_text = False
        self._strays = 0
        self.is_over = False
        """The client has closed, or what it sent cannot be read on."""

    def feed(self, data: bytes) -> list[Message]:
        """Take what was read, and give the messages that are whole now."""
        if self.is_over:
            return []
        self._parser.receive_data(data)
        messages: list[Message] = []
        for frame in self._parser.events_received():
            if isinstance(frame, Frame) and not self.is_over:
                self._take(frame, messages)
        if self._parser.parser_exc is not None:
            self.is_over = True
        return messages

    def _take(self, frame: Frame, messages: list[Message]) -> None:
        is_whole_now = frame.fin and frame.opcode in (Opcode.TEXT, Opcode.BINARY, Opcode.CONT)
        self._strays = 0 if is_whole_now else self._strays + 1
        if self._strays > MAX_STRAYS:
            self._parser.fail(FLOOD)
            self._parts.clear()
            self.is_over = True
            return
        match frame.opcode:
            case Opcode.TEXT | Opcode.BINARY | Opcode.CONT:
                if frame.opcode is not Opcode.CONT:
                    self._is_text = frame.opcode is Opcode.TEXT
                self._parts.append(bytes(frame.data))
                if frame.fin:
                    messages.append((b"".join(self._parts), self._is_text))
                    self._parts.clear()
            case Opcode.CLOSE:
                self.is_over = True
            case _:
                pass  # The parser has answered a ping, and a pong says nothing.

    def answer(self) -> bytes:
        """Give what has to be sent to the client: pongs, the echo of a close, a failure's close."""
        return b"".join(self._parser.data_to_send())
