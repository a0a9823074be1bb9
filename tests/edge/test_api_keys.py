"""The form of API keys, and what is kept of them."""

import pytest

from server.edge.api_keys import fresh_key, id_of, opened, pack, unpack
from server.edge.ports import ApiKey, Scope
from server.store.interface import Corrupt

OLD, NEW = b"o" * 32, b"n" * 32


def known(key_id: str) -> ApiKey:
    return ApiKey(id=key_id, name="lms", scopes=frozenset({Scope.READ}), created_at=7)


def test_a_key_opens_what_was_stored_for_it() -> None:
    made = fresh_key()
    stored = pack(known(made.id), made.key, (OLD,))

    assert id_of(made.key) == made.id
    assert opened(made.key, stored, (NEW, OLD)) == known(made.id)
    assert unpack(made.id, stored) == known(made.id)


def test_no_other_key_does() -> None:
    made, other = fresh_key(), fresh_key()
    stored = pack(known(made.id), made.key, (NEW,))
    forged = f"uk_{made.id}_{other.key.rpartition('_')[2]}"

    assert opened(other.key, stored, (NEW,)) is None
    assert opened(forged, stored, (NEW,)) is None
    assert opened(made.key, stored, (OLD,)) is None
    assert opened(made.key, None, (NEW,)) is None


def test_the_secret_is_neither_stored_nor_shown() -> None:
    made = fresh_key()
    secret = made.key.rpartition("_")[2]

    assert secret.encode() not in pack(known(made.id), made.key, (NEW,))
    assert secret not in repr(made)


@pytest.mark.parametrize("text", ["", "uk_", "uk_12_34", "UK_" + "0" * 12, "uk_é", "x" * 9999])
def test_what_has_not_the_shape_of_a_key_has_no_id(text: str) -> None:
    assert id_of(text) == ""
    assert opened(text, None, (NEW,)) is None


@pytest.mark.parametrize("stored", [b"", b"\xc1", b"\x93\x01\x02\x03"])
def test_damage_is_named(stored: bytes) -> None:
    with pytest.raises(Corrupt):
        unpack("0" * 12, stored)
