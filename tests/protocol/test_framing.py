import pytest
from websockets.frames import Frame, Opcode
from websockets.streams import StreamReader

from protocol.codec import JSON, MSGPACK, Codec
from protocol.framing import framed
from protocol.messages import Ping, Pong


@pytest.mark.parametrize("length", [0, 1, 125, 126, 127, 65_535, 65_536, 70_000])
@pytest.mark.parametrize("is_text", [True, False])
def test_a_frame_is_read_by_others_as_what_it_was(length: int, is_text: bool) -> None:
    reader = StreamReader()
    reader.feed_data(framed(b"x" * length, is_text=is_text))
    parsing = Frame.parse(reader.read_exact, mask=False)
    with pytest.raises(StopIteration) as parsed:
        next(parsing)
    frame = parsed.value.value
    assert (frame.fin, bytes(frame.data)) == (True, b"x" * length)
    assert frame.opcode is (Opcode.TEXT if is_text else Opcode.BINARY)


@pytest.mark.parametrize("codec", [MSGPACK, JSON], ids=lambda codec: codec.name)
@pytest.mark.parametrize("message", [Ping(), Ping(is_stale=True), Pong()])
def test_a_codec_frames_what_it_encodes(codec: Codec, message: Ping | Pong) -> None:
    assert codec.framed(message) == framed(codec.encode(message), is_text=codec.is_text)
