"""Reading msgpack that we wrote ourselves, and that may have been damaged since."""

import msgpack

from server.store.interface import Corrupt


def unpacked(data: bytes, what: str) -> object:
    """Read one value.

    Args:
        data: all of it, and nothing more.
        what: what it should be, for the sentence of the error.

    Raises:
        Corrupt: it is not msgpack.

    Example:
        >>> unpacked(bytes([0x92, 1, 2]), "a pair")
        [1, 2]
    """
    try:
        value: object = msgpack.unpackb(data)
    except (ValueError, msgpack.exceptions.UnpackException):
        raise unexpected(what) from None
    return value


def unexpected(what: str) -> Corrupt:
    """Say that something else was stored where this should be. Never quotes what was found."""
    return Corrupt(f"What is stored is not {what}.")
