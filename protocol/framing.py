"""A message as it stands on the wire: header and payload in one piece, to be sent to many."""

import struct

FIN_TEXT = 0x81
FIN_BINARY = 0x82
SHORT = 126
MEDIUM = 65_536


def framed(payload: bytes, *, is_text: bool) -> bytes:
    r"""Put the header of a whole message from the server, which masks nothing, before its payload.

    Source: RFC 6455, section 5.2.

    Example:
        >>> framed(b"hello", is_text=True)
        b'\x81\x05hello'
        >>> framed(bytes(300), is_text=False)[:4].hex()
        '827e012c'
    """
    length = len(payload)
    first = FIN_TEXT if is_text else FIN_BINARY
    if length < SHORT:
        return struct.pack("!BB", first, length) + payload
    if length < MEDIUM:
        return struct.pack("!BBH", first, 126, length) + payload
    return struct.pack("!BBQ", first, 127, length) + payload
