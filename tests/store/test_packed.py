import msgpack
import pytest

from server.store.interface import Corrupt
from server.store.packed import unexpected, unpacked


@pytest.mark.parametrize("value", [None, 5, "a", b"b", [1, [2]], {"a": 1}])
def test_what_was_packed_is_read(value: object) -> None:
    assert unpacked(msgpack.packb(value), "a value") == value


@pytest.mark.parametrize("data", [b"", b"\xc1", b"\x92\x01", b"\x01\x02", b"\xa2\xff\xff"])
def test_anything_else_is_corrupt_and_not_quoted(data: bytes) -> None:
    with pytest.raises(Corrupt, match=r"^What is stored is not a value\.$"):
        unpacked(data, "a value")


def test_the_sentence_says_what_should_have_been_there() -> None:
    assert str(unexpected("a pair")) == "What is stored is not a pair."
