"""Typed values kept beside the logs, sealed like them: the attendance record of a session."""

import asyncio
from collections.abc import Callable, Sequence
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

    async def pack_small(self, values: Sequence[T]) -> list[bytes]:
        """Make the bytes of several small values, on the event loop; see `pack`."""
        encoded = [self._codec.encode(value) for value in values]
        keys = await self._sealer.keys_to_seal(one for each in encoded for one in each.people)
        return [_sealed(each, keys) for each in encoded]

    async def unpack(self, stored: bytes) -> T:
        """Make the value again; people who were erased are empty and marked.

        Raises:
            Corrupt, NewerData: what is stored is damaged, or from a newer server.
        """
        match unpacked(stored, _ARCHIVED):
            case [list(people), bytes(body)]:
                sealed = await asyncio.to_thread(_checked, people)

                async def opened(keys: Keys) -> T:
                    return await asyncio.to_thread(self._opened, body, sealed, keys)

                return await self._sealer.opened(sealed, opened)
        raise unexpected(_ARCHIVED)

    async def unpack_small(self, stored: Sequence[bytes]) -> list[T]:
        """Make several small values again, on the event loop, with one read of keys.

        Raises:
            Corrupt, NewerData: as `unpack`.
        """
        found: list[tuple[bytes, list[Sealed]]] = []
        for each in stored:
            match unpacked(each, _ARCHIVED):
                case [list(people), bytes(body)]:
                    found.append((body, _checked(people)))
                case _:
                    raise unexpected(_ARCHIVED)

        async def opened(keys: Keys) -> list[T]:
            return [self._opened(body, people, keys) for body, people in found]

        return await self._sealer.opened([one for _, people in found for one in people], opened)

    async def rewritten(self, stored: bytes, change: Callable[[T], T]) -> bytes | None:
        """Make the bytes of a value from which `change` leaves people out, and adds none.

        Nobody is sealed anew: whoever was erased at another node between reading and writing
        would be given another key, and have the name back.

        Returns:
            None when `change` gave the same value.

        Raises:
            Corrupt, NewerData: as `unpack`.
        """
        match unpacked(stored, _ARCHIVED):
            case [list(people), bytes(body)]:
                sealed = await asyncio.to_thread(_checked, people)

                async def opened(keys: Keys) -> bytes | None:
                    return await asyncio.to_thread(self._rewritten, body, sealed, keys, change)

                return await self._sealer.opened(sealed, opened)
        raise unexpected(_ARCHIVED)

    def _rewritten(
        self, body: bytes, sealed: Sequence[Sealed], keys: Keys, change: Callable[[T], T]
    ) -> bytes | None:
        people = [unseal(each, keys) for each in sealed]
        value = self._codec.decode(body, people)
        changed = change(value)
        if changed is value:
            return None
        encoded = self._codec.encode(changed)
        known = dict(zip(people, sealed, strict=True))
        kept = [Sealed(one.id, None) if one.is_erased else known[one] for one in encoded.people]
        packed: bytes = msgpack.packb([kept, encoded.body])
        return packed

    def _opened(self, body: bytes, sealed: Sequence[Sealed], keys: Keys) -> T:
        return self._codec.decode(body, [unseal(each, keys) for each in sealed])


def _sealed(encoded: Encoded, keys: Keys) -> bytes:
    packed: bytes = msgpack.packb([[seal(p, keys) for p in encoded.people], encoded.body])
    return packed


def _checked(people: Sequence[object]) -> list[Sealed]:
    return [checked(person) for person in people]
