"""Typed values kept beside the logs, sealed like them: the attendance record of a session."""

import asyncio
from collections.abc import Sequence
from typing import Generic, TypeVar

import msgpack

from server.store.codec import Codec, Encoded
from server.store.packed import unexpected, unpacked
from server.store.sealing import Keys, Sealed, Sealer, checked, seal, unseal
from server.store.upcasts import UPCASTS, Upcasts

T = TypeVar("T")

_ARCHIVED = "an archived value"


class Archive(Generic[T]):
    """Packs values of one type for `Put`, with the people in them sealed.

    What is kept may be as large as a session of 100,000, so it is written and read in threads:
    nobody's frames wait for it.

    Args:
        sealer: over the store in which the values are kept.
        kind: their type.
    """

    def __init__(self, sealer: Sealer, kind: type[T], upcasts: Upcasts = UPCASTS) -> None:
        """Put the codec together.

        Raises:
            TypeError: the type cannot be stored.
        """
        self._sealer = sealer
        self._codec = Codec(kind, upcasts)

    async def pack(self, value: T) -> bytes:
        """Make the bytes of a value; keys of people who are new are durable before that."""
        encoded = await asyncio.to_thread(self._codec.encode, value)
        keys = await self._sealer.keys_to_seal(encoded.people)
        return await asyncio.to_thread(_sealed, encoded, keys)

    async def unpack(self, stored: bytes) -> T:
        """Make the value again; people who were erased are empty and marked.

        Raises:
            Corrupt, NewerData: what is stored is damaged, or from a newer server.
        """
        match unpacked(stored, _ARCHIVED):
            case [list(people), bytes(body)]:
                sealed = await asyncio.to_thread(_checked, people)
                keys = await self._sealer.keys_to_open(sealed)
                return await asyncio.to_thread(self._opened, body, sealed, keys)
        raise unexpected(_ARCHIVED)

    def _opened(self, body: bytes, sealed: Sequence[Sealed], keys: Keys) -> T:
        return self._codec.decode(body, [unseal(each, keys) for each in sealed])


def _sealed(encoded: Encoded, keys: Keys) -> bytes:
    packed: bytes = msgpack.packb([[seal(p, keys) for p in encoded.people], encoded.body])
    return packed


def _checked(people: Sequence[object]) -> list[Sealed]:
    return [checked(person) for person in people]
