"""A token opens exactly what it was made for, and nothing else is a token."""

import base64
import string

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from protocol.ids import RoomId
from server.core import tokens
from server.core.tokens import LinkClaim, LinkKind, Unfit, make_token, read_token

KEY = b"the newest key of the ring, 32 b"
OLD_KEY = b"an older key of the ring, 32 byt"

IDS = st.text(string.ascii_letters + string.digits + "_.@:+-", min_size=1, max_size=80)
KINDS: list[LinkKind] = ["guest", "invitation"]
CLAIMS = st.builds(
    LinkClaim,
    kind=st.sampled_from(KINDS),
    room_id=IDS.map(RoomId),
    link_id=IDS,
    generation=st.integers(0, tokens.MAX_GENERATION),
)
CLAIM = LinkClaim(kind="guest", room_id=RoomId("e_1"), link_id="l_1", generation=3)
ALPHABET = string.ascii_letters + string.digits + "-_"


@given(CLAIMS)
def test_a_token_reads_as_what_it_was_made_for(claim: LinkClaim) -> None:
    assert read_token(make_token(claim, KEY), (KEY,)) == claim


@given(CLAIMS)
def test_a_token_is_safe_in_a_url_and_short(claim: LinkClaim) -> None:
    token = make_token(claim, KEY)
    assert set(token) <= set(ALPHABET)
    assert len(token) <= tokens.MAX_TOKEN_CHARS


def test_a_token_can_be_derived_again_at_any_time() -> None:
    assert make_token(CLAIM, KEY) == make_token(CLAIM, KEY)


def test_the_format_of_version_one_stays_as_it_is() -> None:
    assert make_token(CLAIM, KEY) == "AQEDA2VfMQNsXzHaaWC_npYQMYtHOFOHnbYp"


def test_an_older_key_of_the_ring_still_reads() -> None:
    token = make_token(CLAIM, OLD_KEY)
    assert read_token(token, (KEY, OLD_KEY)) == CLAIM
    assert read_token(token, (KEY,)) is None
    assert read_token(token, ()) is None


@given(CLAIMS, CLAIMS)
def test_two_links_never_share_a_token(one: LinkClaim, other: LinkClaim) -> None:
    assume(one != other)
    assert make_token(one, KEY) != make_token(other, KEY)


@given(CLAIMS)
def test_a_guest_token_never_reads_as_an_invitation(claim: LinkClaim) -> None:
    data = bytearray(decoded(make_token(claim, KEY)))
    data[1] = 3 - data[1]
    assert read_token(encoded(bytes(data)), (KEY,)) is None


@given(CLAIMS, st.data())
def test_every_flipped_bit_is_refused(claim: LinkClaim, data: st.DataObject) -> None:
    raw = bytearray(decoded(make_token(claim, KEY)))
    bit = data.draw(st.integers(0, len(raw) * 8 - 1))
    raw[bit // 8] ^= 1 << bit % 8
    assert read_token(encoded(bytes(raw)), (KEY,)) is None


@given(CLAIMS, st.data())
def test_every_changed_character_is_refused(claim: LinkClaim, data: st.DataObject) -> None:
    token = make_token(claim, KEY)
    place = data.draw(st.integers(0, len(token) - 1))
    char = data.draw(st.characters() | st.sampled_from(ALPHABET + "+/= \n"))
    assume(char != token[place])
    assert read_token(token[:place] + char + token[place + 1 :], (KEY,)) is None


@given(CLAIMS, st.data())
def test_a_token_cut_short_is_refused(claim: LinkClaim, data: st.DataObject) -> None:
    token = make_token(claim, KEY)
    assert read_token(token[: data.draw(st.integers(0, len(token) - 1))], (KEY,)) is None


@given(CLAIMS, st.text(min_size=1, max_size=20) | st.text("A=\n ", min_size=1, max_size=4))
def test_a_token_with_anything_before_or_after_is_refused(claim: LinkClaim, more: str) -> None:
    token = make_token(claim, KEY)
    assert read_token(token + more, (KEY,)) is None
    assert read_token(more + token, (KEY,)) is None


@given(CLAIMS)
def test_a_token_has_one_spelling(claim: LinkClaim) -> None:
    token = make_token(claim, KEY)
    raw = decoded(token)
    other_alphabet = base64.b64encode(raw).decode().rstrip("=")
    padded = base64.urlsafe_b64encode(raw).decode()
    for spelling in {other_alphabet, padded} - {token}:
        assert read_token(spelling, (KEY,)) is None


def test_trailing_bits_that_say_nothing_have_to_be_nought() -> None:
    # Its length leaves two bits over in the last character.
    claim = LinkClaim(kind="guest", room_id=RoomId("e_1"), link_id="l_12", generation=3)
    claims = (CLAIM, claim, LinkClaim(kind="guest", room_id=RoomId("e"), link_id="l", generation=3))
    found = 0
    for one in claims:
        token = make_token(one, KEY)
        for char in ALPHABET:
            other = token[:-1] + char
            if other != token and decoded(other) == decoded(token):
                found += 1
                assert read_token(other, (KEY,)) is None
    assert found


def test_a_number_written_in_its_long_form_is_refused() -> None:
    raw = decoded(make_token(CLAIM, KEY))
    assert raw[2] == 3
    assert read_token(encoded(raw[:2] + b"\x83\x00" + raw[3:]), (KEY,)) is None


@given(st.text() | st.text(ALPHABET, max_size=100) | st.just("A" * 100_000))
def test_whatever_arrives_is_refused_and_nothing_is_raised(text: str) -> None:
    assert read_token(text, (KEY, OLD_KEY)) is None


@given(st.binary(max_size=80))
def test_any_payload_without_the_right_hash_is_refused(raw: bytes) -> None:
    assert read_token(encoded(b"\x01\x01" + raw), (KEY,)) is None


def test_a_refused_token_costs_one_derivation_for_each_key(monkeypatch: pytest.MonkeyPatch) -> None:
    keys_used: list[bytes] = []

    def counted(claim: LinkClaim, key: bytes) -> str:
        keys_used.append(key)
        return make_token(claim, key)

    monkeypatch.setattr(tokens, "make_token", counted)
    token = make_token(CLAIM, KEY)
    for wrong in ("", "x", "é" * 50, token[:-1], token + "A", "A" * 2_000):
        keys_used.clear()
        assert read_token(wrong, (KEY, OLD_KEY)) is None
        assert keys_used == [KEY, OLD_KEY]
    keys_used.clear()
    assert read_token(token, (KEY, OLD_KEY)) == CLAIM
    assert keys_used == [KEY, OLD_KEY]


@pytest.mark.parametrize(
    ("claim", "key"),
    [
        (CLAIM, b"short"),
        (CLAIM, b""),
        (LinkClaim(kind="guest", room_id=RoomId(""), link_id="l", generation=0), KEY),
        (LinkClaim(kind="guest", room_id=RoomId("e"), link_id="é" * 128, generation=0), KEY),
        (LinkClaim(kind="guest", room_id=RoomId("e"), link_id="l", generation=-1), KEY),
        (LinkClaim(kind="guest", room_id=RoomId("e"), link_id="l", generation=2**32), KEY),
    ],
)
def test_what_does_not_fit_into_a_token_is_refused_by_name(claim: LinkClaim, key: bytes) -> None:
    with pytest.raises(Unfit, match="cannot be used in a token"):
        make_token(claim, key)


def decoded(token: str) -> bytes:
    return base64.urlsafe_b64decode(token + "=" * (-len(token) % 4))


def encoded(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).decode().rstrip("=")
