"""The bytes of one payload: a format, a digest, the sealed people, and the body.

    offset  bytes  what
    0       1      format, now 1
    1       8      BLAKE2b of everything else, and of the place where it belongs
    9       1      flags; bit 0: what follows is deflated
    10             msgpack: the list of sealed people; then the body (`server.store.codec`)

The digest finds what a disk, a restored backup or a careless hand did: bytes torn or flipped, a
payload at another version, in another room, a checkpoint in the place of a record. It is not a
signature; who can write to the store can also compute it.
"""

import hashlib
import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

import msgpack

from protocol.ids import RoomId
from server.store.interface import Corrupt, NewerData
from server.store.sealing import Sealed, checked

FORMAT = 1
DIGEST_BYTES = 8
DEFLATE_FROM_BYTES = 4096
"""A checkpoint repeats the names of fields for everybody; a single record gains little."""
LEVEL = 1
"""Of zlib. On a room of 100,000 it halves what is left after the sealed data, in 0.1 s."""

_IS_DEFLATED = 1
_NOBODY: bytes = msgpack.packb([])
_HEAD_BYTES = 1 + DIGEST_BYTES + 1


class Kind(StrEnum):
    """What a payload is."""

    RECORD = "record"
    CHECKPOINT = "checkpoint"


@dataclass(frozen=True, slots=True)
class Place:
    """Where a payload belongs. The epoch is not known before a log begins, so it is not here."""

    kind: Kind
    room: RoomId
    version: int

    def __str__(self) -> str:
        """Name it for an operator."""
        return f"the {self.kind} of {self.room} at version {self.version}"


@dataclass(frozen=True, slots=True)
class Content:
    """What is in a payload."""

    sealed: Sequence[Sealed]
    body: bytes


def pack(place: Place, content: Content) -> bytes:
    """Build a payload."""
    head: bytes = msgpack.packb(content.sealed)
    data = head + content.body
    flags = 0
    if len(data) >= DEFLATE_FROM_BYTES:
        data = zlib.compress(data, LEVEL)
        flags = _IS_DEFLATED
    rest = bytes([flags]) + data
    return bytes([FORMAT]) + _digest(place, rest) + rest


def unpack(place: Place, payload: bytes) -> Content:
    """Take a payload apart.

    Raises:
        NewerData: the format is not known here.
        Corrupt: it is damaged, or does not belong here.
    """
    if len(payload) < _HEAD_BYTES or not payload[0]:
        raise Corrupt(f"Damaged: {place}.")
    if payload[0] > FORMAT:
        raise NewerData(f"The format {payload[0]} of {place} is unknown here.")
    rest = payload[1 + DIGEST_BYTES :]
    if payload[1 : 1 + DIGEST_BYTES] != _digest(place, rest):
        raise Corrupt(f"Damaged, or not in its place: {place}.")
    try:
        data = zlib.decompress(rest[1:]) if rest[0] & _IS_DEFLATED else rest[1:]
        if data[:1] == _NOBODY:
            return Content([], data[1:])
        unpacker = msgpack.Unpacker(max_buffer_size=0)
        unpacker.feed(data)
        sealed = [checked(unpacker.unpack()) for _ in range(unpacker.read_array_header())]
    except (zlib.error, ValueError, msgpack.exceptions.UnpackException):
        raise Corrupt(f"Not well formed: {place}.") from None
    return Content(sealed, data[unpacker.tell() :])


def _digest(place: Place, rest: bytes) -> bytes:
    where = f"{place.kind} {place.version} {place.room}\0".encode()
    digest = hashlib.blake2b(where, digest_size=DIGEST_BYTES)
    digest.update(rest)
    return digest.digest()
