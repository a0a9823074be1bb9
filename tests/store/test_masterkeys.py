import pytest

from server.store.interface import Corrupt, Unusable
from server.store.masterkeys import MasterKeys, SecretKey

OLD = ("2025", b"o" * 32)
NEW = ("2026", b"n" * 32)
KEY = SecretKey(bytes(range(32)))


def flipped(data: bytes, place: int) -> bytes:
    return data[:place] + bytes([data[place] ^ 1]) + data[place + 1 :]


def test_what_was_wrapped_is_unwrapped() -> None:
    keys = MasterKeys.of(OLD)
    assert keys.unwrap(keys.wrap(KEY, "p_1"), "p_1") == KEY


def test_wrapping_twice_gives_different_bytes_and_none_of_the_key() -> None:
    keys = MasterKeys.of(OLD)
    wrapped = [keys.wrap(KEY, "p_1") for _ in range(2)]
    assert wrapped[0] != wrapped[1]
    assert not any(KEY.secret in each for each in wrapped)


def test_the_first_key_wraps_and_all_unwrap() -> None:
    before = MasterKeys.of(OLD).wrap(KEY, "p_1")
    rotated = MasterKeys.of(NEW, OLD)
    assert rotated.unwrap(before, "p_1") == KEY
    assert not rotated.is_current(before)
    after = rotated.wrap(KEY, "p_1")
    assert rotated.is_current(after)
    assert MasterKeys.of(NEW).unwrap(after, "p_1") == KEY


def test_a_key_that_is_not_in_the_ring_is_named() -> None:
    wrapped = MasterKeys.of(OLD).wrap(KEY, "p_1")
    with pytest.raises(Unusable, match="'2025', which is not given"):
        MasterKeys.of(NEW).unwrap(wrapped, "p_1")


def test_another_key_under_the_same_id_opens_nothing() -> None:
    wrapped = MasterKeys.of(OLD).wrap(KEY, "p_1")
    with pytest.raises(Corrupt):
        MasterKeys.of(("2025", b"x" * 32)).unwrap(wrapped, "p_1")


def test_a_wrapped_key_belongs_to_one_person() -> None:
    keys = MasterKeys.of(OLD)
    with pytest.raises(Corrupt):
        keys.unwrap(keys.wrap(KEY, "p_1"), "p_2")


def test_a_tombstone_is_no_key_and_needs_no_rewrapping() -> None:
    keys = MasterKeys.of(OLD)
    tombstone = keys.wrap(None, "p_1")
    assert keys.unwrap(tombstone, "p_1") is None
    assert MasterKeys.of(NEW).is_current(tombstone)


def test_a_change_of_any_byte_is_found() -> None:
    keys = MasterKeys.of(OLD)
    wrapped = keys.wrap(KEY, "p_1")
    for place in range(len(wrapped)):
        # A changed key id is a key that is not in the ring.
        with pytest.raises((Corrupt, Unusable)):
            keys.unwrap(flipped(wrapped, place), "p_1")
    for end in range(len(wrapped)):
        with pytest.raises(Corrupt):
            keys.unwrap(wrapped[:end], "p_1")


@pytest.mark.parametrize("stored", [b"\x01\x05", b"\x01\x92\x01\x02", b"\x02", b"\x01\x80"])
def test_what_is_not_a_wrapped_key_is_corrupt(stored: bytes) -> None:
    with pytest.raises(Corrupt, match="not the wrapped key"):
        MasterKeys.of(OLD).unwrap(stored, "p_1")


@pytest.mark.parametrize("size", [0, 16, 31, 33])
def test_a_key_has_32_bytes(size: int) -> None:
    with pytest.raises(ValueError, match="32 bytes"):
        MasterKeys.of(("k", bytes(size)))


def test_a_ring_has_keys_and_no_id_twice() -> None:
    with pytest.raises(ValueError, match="At least one"):
        MasterKeys.of()
    with pytest.raises(ValueError, match="an id of its own"):
        MasterKeys.of(("k", b"a" * 32), ("k", b"b" * 32))


def test_keys_show_no_more_than_a_fingerprint() -> None:
    shown = repr(MasterKeys.of(OLD, NEW))
    assert "SecretKey(" in shown
    for _, secret in (OLD, NEW):
        assert secret.decode() not in shown
        assert secret.hex() not in shown
