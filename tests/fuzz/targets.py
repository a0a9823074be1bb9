"""What is fuzzed: each target takes any bytes, and raises when a promise is broken.

A target knows nothing of the fuzzer, so whatever the fuzzer has found is tried again by a plain
test. See `__main__.py` for the fuzzer itself.
"""

from collections.abc import Callable
from contextlib import suppress
from typing import Any

from protocol.codec import JSON, MSGPACK, Codec
from protocol.ids import DeviceId, ParticipantId, PersonId, RoomId, SessionId
from protocol.model import Wire
from protocol.plain import CLIENT_LIMITS, Malformed, parse_json, parse_msgpack
from server.core.person import Person
from server.core.record import Record
from server.core.state import RoomState
from server.core.tokens import make_token, read_token
from server.edge import tickets
from server.edge.csv_lists import preview
from server.edge.frames import MAX_FRAME_BYTES, Careful, Message, whole_messages
from server.store.codec import Codec as StoreCodec
from server.store.interface import StoreError
from server.store.payload import Content, Kind, Place, _digest, pack, unpack

Target = Callable[[bytes], None]

KEYS = (b"k" * 32, b"o" * 32)
NOW = 1_800_000_000_000
PLACE = Place(Kind.RECORD, RoomId("e_room"), 7)
PEOPLE = tuple(
    Person(PersonId(f"u_{number}"), f"Person {number}", f"p{number}@example.org")
    for number in range(4)
)
RECORDS, STATES = StoreCodec(Record), StoreCodec(RoomState)
TICKET = tickets.Ticket(
    session_id=SessionId("e_room.s1"),
    participant_id=ParticipantId("p_1"),
    device_id=DeviceId("d_1"),
    exp=NOW,
)


def codecs(data: bytes) -> None:
    """Bytes are refused as `Malformed`, or are a message that is written and read alike."""
    kind, data = data[:1], data[1:]
    codec = JSON if kind and kind[0] & 1 else MSGPACK
    given: str | bytes = data.decode("utf-8", "surrogateescape") if codec.is_text else data
    is_from_server = bool(kind) and bool(kind[0] & 2)
    try:
        message = _decoded(codec, given, is_from_server=is_from_server)
    except Malformed:
        return
    for other in (JSON, MSGPACK):
        again = _decoded(other, other.frame(message), is_from_server=is_from_server)
        assert again == message, f"{message!r} is not what it was: {again!r}"


def _decoded(codec: Codec, frame: str | bytes, *, is_from_server: bool) -> Wire:
    return codec.decode_server(frame) if is_from_server else codec.decode_client(frame)


def plain(data: bytes) -> None:
    """Both parsers take whatever it is, and what one has taken the other can be given."""
    with suppress(Malformed):
        parse_msgpack(data, CLIENT_LIMITS)
    with suppress(Malformed):
        parse_json(data, CLIENT_LIMITS)


def tokens(data: bytes) -> None:
    """No text is a token but one that was made here, and that in one spelling."""
    text = data.decode("utf-8", "replace")
    claim = read_token(text, KEYS)
    if claim is not None:
        assert text in {make_token(claim, key) for key in KEYS}


def signed(data: bytes) -> None:
    """No text is a ticket, account, device or host token unless it was signed as that."""
    text = data.decode("utf-8", "replace")
    found = (
        tickets.read_ticket(KEYS, text, 0),
        tickets.read_account(KEYS, text, 0),
        tickets.read_device(KEYS, text),
        tickets.read_host_token(KEYS, text, 0),
    )
    assert sum(one is not None for one in found) <= 1, "one text is good as two things"
    if found[0] is not None:
        assert found[0] == TICKET, "a ticket that nobody has signed"
    assert found[1:] == (None, None, None)


def csv(data: bytes) -> None:
    """Any list has a preview; its good rows are what they say, each address once."""
    shown = preview(data.decode("utf-8", "replace"))
    good = [row for row in shown.rows if row.fault is None]
    assert len({row.email.casefold() for row in good if row.email}) == len(good)
    lines = [row.line for row in shown.rows]
    assert lines == sorted(lines)


def records(data: bytes) -> None:
    """What is stored is read, or refused as damaged or newer; what is read is written alike."""
    kind, body = data[:1], data[1:]
    codec: StoreCodec[Any] = STATES if kind and kind[0] & 1 else RECORDS
    try:
        value = codec.decode(body, PEOPLE)
    except StoreError:
        return
    encoded = codec.encode(value)
    assert codec.decode(encoded.body, encoded.people) == value


def payloads(data: bytes) -> None:
    """A payload is taken apart or refused, by its digest too, and never wants more than it is."""
    with suppress(StoreError):
        unpack(PLACE, data)
    # With the right digest, so that what comes behind it is reached as well.
    whole = pack(PLACE, Content([], data))
    assert unpack(PLACE, whole).body == data
    with suppress(StoreError):
        unpack(PLACE, _with_digest(data))


def _with_digest(data: bytes) -> bytes:
    rest = data or b"\0"
    return b"\x01" + _digest(PLACE, rest) + rest


def frames(data: bytes) -> None:
    """However bytes are cut, they are the same messages: the short way reads as the long one."""
    cut, data = (data[0] if data else 0), data[1:]
    short, is_over = _read([data])
    for parts in ([data[:cut], data[cut:]], [data[at : at + 1] for at in range(len(data))]):
        found, was_over = _read(parts)
        assert found == short, f"{found!r} by another way than {short!r}"
        assert was_over == is_over


def _read(parts: list[bytes]) -> tuple[list[Message], bool]:
    """Read as `Line.data_received` does."""
    careful: Careful | None = None
    found: list[Message] = []
    for part in parts:
        rest = part
        if careful is None:
            messages, used = whole_messages(part, MAX_FRAME_BYTES)
            found += messages
            rest = part[used:]
            if rest:
                careful = Careful(MAX_FRAME_BYTES)
        if careful is not None:
            found += careful.feed(rest)
            careful.answer()
    return found, careful is not None and careful.is_over


TARGETS: dict[str, Target] = {
    "codecs": codecs,
    "plain": plain,
    "tokens": tokens,
    "signed": signed,
    "csv": csv,
    "records": records,
    "payloads": payloads,
    "frames": frames,
}


def any_of(targets: dict[str, Target]) -> Target:
    """Choose the target by the first byte."""
    names = sorted(targets)

    def chosen(data: bytes) -> None:
        if data:
            targets[names[data[0] % len(names)]](data[1:])

    return chosen
