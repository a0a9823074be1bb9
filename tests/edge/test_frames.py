"""Messages are read the same however the bytes come."""

from hypothesis import given
from hypothesis import strategies as st

from server.edge.frames import MAX_FRAME_BYTES, Careful, Message, is_whole, whole_messages
from tests.edge.wires import frame

TEXT, BINARY, CONT, CLOSE, PING, PONG = 1, 2, 0, 8, 9, 10

MESSAGES = st.lists(st.tuples(st.binary(max_size=300), st.booleans()), max_size=8)


def written(message: Message) -> bytes:
    payload, is_text = message
    return frame(TEXT if is_text else BINARY, payload)


@given(MESSAGES)
def test_whole_messages_are_all_read_at_once(messages: list[Message]) -> None:
    data = b"".join(written(one) for one in messages)
    assert whole_messages(data, MAX_FRAME_BYTES) == (messages, len(data))


@given(MESSAGES, st.data())
def test_what_is_cut_anywhere_is_read_on_by_the_parser(
    messages: list[Message], data: st.DataObject
) -> None:
    stream = b"".join(written(one) for one in messages)
    cut = data.draw(st.integers(0, len(stream)))
    read, used = whole_messages(stream[:cut], MAX_FRAME_BYTES)
    careful = Careful(MAX_FRAME_BYTES)
    read += careful.feed(stream[used:cut])
    read += careful.feed(stream[cut:])
    assert read == messages
    assert not careful.is_over
    assert careful.answer() == b""


@given(st.lists(st.binary(max_size=50), min_size=2, max_size=6), st.booleans())
def test_fragments_are_put_together(parts: list[bytes], is_text: bool) -> None:
    careful = Careful(MAX_FRAME_BYTES)
    read: list[Message] = []
    for number, part in enumerate(parts):
        opcode = CONT if number else TEXT if is_text else BINARY
        data = frame(opcode, part, fin=int(number == len(parts) - 1))
        assert number or whole_messages(data, MAX_FRAME_BYTES) == ([], 0)
        # A ping between the parts is answered, and is no part.
        read += careful.feed(data) + careful.feed(frame(PING, b"?"))
    assert read == [(b"".join(parts), is_text)]
    assert careful.answer() == b"\x8a\x01?" * len(parts)


@given(st.binary(max_size=200))
def test_no_bytes_are_read_as_a_message_that_others_would_not_read(data: bytes) -> None:
    quick, used = whole_messages(data, MAX_FRAME_BYTES)
    assert Careful(MAX_FRAME_BYTES).feed(data[:used]) == quick


@given(st.binary(max_size=30), st.binary(max_size=30), st.booleans(), st.booleans())
def test_a_message_is_known_by_its_payload_and_kind_when_it_is_all_there_is(
    said: bytes, wanted: bytes, is_text: bool, is_more: bool
) -> None:
    data = written((said, is_text)) + (b"\x89" if is_more else b"")
    assert is_whole(data, wanted, is_text=is_text) is (said == wanted and not is_more)
    assert is_whole(written((wanted, is_text)), wanted, is_text=is_text)
    assert not is_whole(written((wanted, is_text)), wanted, is_text=not is_text)


def test_what_is_not_plain_is_left_to_the_parser() -> None:
    for data in (
        frame(TEXT, b"a", is_masked=False),
        frame(TEXT, b"a", reserved=4),
        frame(TEXT, b"a", fin=0),
        frame(TEXT, b"a" * (MAX_FRAME_BYTES + 1)),
        frame(PING),
        b"\x81\xfe\x00\x05" + bytes(9),  # A length that is written longer than it has to be.
    ):
        assert whole_messages(data, MAX_FRAME_BYTES) == ([], 0)


def test_a_close_is_echoed_and_nothing_is_read_after_it() -> None:
    careful = Careful(MAX_FRAME_BYTES)
    goodbye = frame(CLOSE, b"\x03\xe8")
    assert careful.feed(frame(TEXT, b"a") + goodbye + frame(TEXT, b"b")) == [(b"a", True)]
    assert careful.is_over
    assert careful.answer() == b"\x88\x02\x03\xe8"
    assert careful.feed(frame(TEXT, b"c")) == []
