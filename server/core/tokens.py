"""Link tokens: derived from what they open, never stored.

A token says which link of which room it is and carries a keyed hash over that, so a moderator
can be shown the same URL again at any time, and a stolen database yields no working link.

What the format defends against, and what it leaves to others:

- *Guessing and forging.* The hash is HMAC-SHA-256 cut to 16 bytes, the half to which RFC 2104,
  section 5, allows it to be cut; each guess costs an attacker a request besides.
- *A token of one kind read as another.* The name of the kind and of this format are the first
  thing hashed, apart from the kind byte in the payload. A guest token cannot be turned into an
  invitation, and nothing else that is ever signed with the same key can be a token.
- *Two spellings of one token*, by which counters, blocks or caches that go by spelling could be
  passed. A token is accepted only if it is, character for character, the one that we would
  derive from its own claim. Padding, other alphabets, set trailing bits, long forms of numbers
  and anything appended are refused by that one comparison, without a rule for each.
- *Timing.* Every token that is not accepted costs the same: one derivation and one constant-time
  comparison for each key, also when the text is not even a token. How long the text is may show
  in time; the sender knows that already.
- *A leaked URL.* Not defended here: a token is a bearer secret. Raising the link's generation
  kills it, and expiry, uses, pausing and binding to a device are facts in the log.
- *The ids are readable* by whoever holds the token. They are public knowledge everywhere.

The version of the format is the first byte. A change of the format is a new version beside
this one, so that links which people hold keep working.
"""

import base64
import binascii
import hmac
from dataclasses import dataclass
from typing import Literal, TypeAlias

from protocol.ids import RoomId

LinkKind: TypeAlias = Literal["guest", "invitation"]

VERSION = 1
MAC_BYTES = 16
MIN_KEY_BYTES = 16
MAX_ID_BYTES = 255
MAX_GENERATION = 2**32 - 1
MAX_TOKEN_CHARS = 1024
"""More than the longest token that can be made."""

_KIND_BYTES: dict[LinkKind, int] = {"guest": 1, "invitation": 2}
_KINDS = {byte: kind for kind, byte in _KIND_BYTES.items()}


@dataclass(frozen=True, slots=True, kw_only=True)
class LinkClaim:
    """What a token says it opens.

    Args:
        kind: a guest link, or the invite link of one invitation.
        room_id: the room of the entry.
        link_id: the id of the guest link or of the invitation, by `kind`.
        generation: counts how often the link was given a new URL.
    """

    kind: LinkKind
    room_id: RoomId
    link_id: str
    generation: int


# Stands in for the claim of a text that has none, so that it costs as much to refuse.
_NO_CLAIM = LinkClaim(kind="guest", room_id=RoomId("nobody"), link_id="nothing", generation=0)


class Unfit(ValueError):
    """Something cannot be part of a token. A fault of the caller, not of a visitor.

    Args:
        part: which part: the key, an id or the generation.
    """

    def __init__(self, part: str) -> None:
        """Say which part, and nothing of it."""
        super().__init__(f"this {part} cannot be used in a token")
        self.part = part


def make_token(claim: LinkClaim, key: bytes) -> str:
    """Derive the token of a link. The same claim and key always give the same token.

    Args:
        claim: what the token opens.
        key: the newest of the ring, at least 16 bytes.

    Returns:
        Letters, digits, `-` and `_`: safe in a URL as it is.

    Raises:
        Unfit: the key is too short, an id empty or longer than 255 bytes, or the generation
            not within 32 bits.

    Example:
        >>> claim = LinkClaim(kind="guest", room_id=RoomId("e_1"), link_id="l_1", generation=1)
        >>> make_token(claim, b"sixteen bytes ok")
        'AQEBA2VfMQNsXzFG9U-FxTTIkR5ntPym9fds'
    """
    if len(key) < MIN_KEY_BYTES:
        raise Unfit("key")
    payload = _payload(claim)
    return base64.urlsafe_b64encode(payload + _mac(claim.kind, payload, key)).decode().rstrip("=")


def read_token(token: str, keys: tuple[bytes, ...]) -> LinkClaim | None:
    """Read a token, if it is one of ours.

    That a token is good says nothing about the link: whether it still exists, and in this
    generation, is for the room to say.

    Args:
        token: whatever arrived.
        keys: the ring; a token made with any of them is good.

    Returns:
        What it opens; None for everything that is not exactly a token that we made.
    """
    given = token[:MAX_TOKEN_CHARS].encode("ascii", "replace")
    claim = _claim_of(given)
    is_ours = False
    for key in keys:
        expected = make_token(claim or _NO_CLAIM, key).encode("ascii")
        is_ours |= hmac.compare_digest(expected, given)
    return claim if is_ours and len(token) <= MAX_TOKEN_CHARS else None


def _mac(kind: LinkKind, payload: bytes, key: bytes) -> bytes:
    purpose = b"usher link token " + bytes([VERSION]) + kind.encode() + b"\0"
    return hmac.digest(key, purpose + payload, "sha256")[:MAC_BYTES]


def _payload(claim: LinkClaim) -> bytes:
    if not 0 <= claim.generation <= MAX_GENERATION:
        raise Unfit("generation")
    return b"".join(
        (
            bytes([VERSION, _KIND_BYTES[claim.kind]]),
            _varint(claim.generation),
            _prefixed(claim.room_id),
            _prefixed(claim.link_id),
        )
    )


def _prefixed(text: str) -> bytes:
    data = text.encode()
    if not 0 < len(data) <= MAX_ID_BYTES:
        raise Unfit("id")
    return bytes([len(data)]) + data


def _varint(number: int) -> bytes:
    """Seven bits a byte, lowest first; the top bit says that more follow (LEB128)."""
    out = bytearray()
    while number > 0x7F:
        out.append(number & 0x7F | 0x80)
        number >>= 7
    out.append(number)
    return bytes(out)


def _claim_of(token: bytes) -> LinkClaim | None:
    """Take the claim out of a token without believing it.

    Leniency does no harm here, because what is found is spelled anew and compared.
    """
    try:
        data = base64.b64decode(token + b"=" * (-len(token) % 4), altchars=b"-_", validate=True)
        payload = _Reader(data)
        if payload.byte() != VERSION:
            return None
        return LinkClaim(
            kind=_KINDS[payload.byte()],
            generation=payload.varint(),
            room_id=RoomId(payload.text()),
            link_id=payload.text(),
        )
    except (binascii.Error, IndexError, KeyError, ValueError):
        return None


class _Reader:
    """Takes a payload apart from the front. Too short a payload is an IndexError."""

    def __init__(self, data: bytes) -> None:
        self._data = data
        self._at = 0

    def byte(self) -> int:
        value = self._data[self._at]
        self._at += 1
        return value

    def varint(self) -> int:
        number = shift = 0
        while True:
            byte = self.byte()
            number |= (byte & 0x7F) << shift
            shift += 7
            if byte < 0x80:
                break
            if shift > MAX_GENERATION.bit_length():
                raise Unfit("generation")
        if number > MAX_GENERATION:
            raise Unfit("generation")
        return number

    def text(self) -> str:
        length = self.byte()
        data = self._data[self._at : self._at + length]
        if not length or len(data) < length:
            raise IndexError(length)
        self._at += length
        return data.decode()
