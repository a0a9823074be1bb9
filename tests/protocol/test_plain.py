"""Plain data is read in one way only, and within limits, whoever wrote it."""

import json
import struct
import tracemalloc

import msgpack
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from protocol.errors import ErrorCode
from protocol.plain import CLIENT_LIMITS, Fault, Limits, Malformed, Plain, parse_json, parse_msgpack
from tests.protocol.strategies import PLAIN

LIMITS = CLIENT_LIMITS


def fault_of_msgpack(data: bytes) -> Fault:
    with pytest.raises(Malformed) as caught:
        parse_msgpack(data, LIMITS)
    return caught.value.fault


def fault_of_json(data: str | bytes) -> Fault:
    with pytest.raises(Malformed) as caught:
        parse_json(data, LIMITS)
    return caught.value.fault


@given(PLAIN)
def test_plain_data_is_read_as_it_was_written(value: Plain) -> None:
    assert parse_json(json.dumps(value), LIMITS) == value
    assert parse_msgpack(msgpack.packb(value), LIMITS) == value


@given(st.text() | st.binary().map(lambda data: data.decode("latin-1")))
@example("[" * 60_000)
@example('{"":' * 15_000)
@example('"' + "\\" * 50_000)
@example("1" * 60_000)
@example("1e" + "9" * 60_000)
@example("\ud800")
@example('"\\ud800"')
@example("\ufeff{}")
@example("NaN")
def test_any_text_is_read_or_malformed(text: str) -> None:
    try:
        parse_json(text, LIMITS)
    except Malformed:
        return


@given(st.binary())
@example(b"\x91" * 60_000)
@example(b"\x81\xa0" * 30_000)
@example(b"\xdd\xff\xff\xff\xff" * 10_000)
@example(b"\xdf\x00\x00\x03\xe7\xa0" * 10_000)
def test_any_bytes_are_read_or_malformed(data: bytes) -> None:
    for parse in (parse_msgpack, parse_json):
        try:
            parse(data, LIMITS)
        except Malformed:
            continue


@pytest.mark.parametrize("depth", [33, 100, 1_000, 10_000])
def test_nesting_beyond_the_limit_is_refused(depth: int) -> None:
    assert fault_of_json("[" * depth + "]" * depth) is Fault.TOO_DEEP
    assert fault_of_json('{"a":' * depth + "1" + "}" * depth) is Fault.TOO_DEEP
    assert fault_of_msgpack(b"\x91" * depth + b"\xc0") is Fault.TOO_DEEP
    assert fault_of_msgpack(b"\x81\xa1a" * depth + b"\xc0") is Fault.TOO_DEEP


def test_nesting_up_to_the_limit_is_read_in_both_codecs() -> None:
    text = "[" * 32 + "1" + "]" * 32
    assert parse_json(text, LIMITS) == parse_msgpack(b"\x91" * 32 + b"\x01", LIMITS)


def test_brackets_inside_strings_are_not_nesting() -> None:
    text = json.dumps({'[{"\\': "[" * 100, "b": '\\"[{' * 20})
    assert parse_json(text, LIMITS) == json.loads(text)


def test_the_same_key_twice_is_refused() -> None:
    assert fault_of_json('{"a":1,"a":1}') is Fault.DUPLICATE_KEY
    assert fault_of_json('[{"b":{"a":1,"\\u0061":2}}]') is Fault.DUPLICATE_KEY
    assert fault_of_msgpack(b"\x82\xa1a\x01\xa1a\x01") is Fault.DUPLICATE_KEY
    assert fault_of_msgpack(b"\x82\xa1a\x01\xd9\x01a\x02") is Fault.DUPLICATE_KEY


def test_a_key_like_proto_is_a_key_like_any_other() -> None:
    assert parse_json('{"__proto__":1}', LIMITS) == {"__proto__": 1}


@pytest.mark.parametrize("key", [b"\x01", b"\xc0", b"\x90", b"\x80", b"\xca\x00\x00\x00\x00"])
def test_a_key_that_is_no_string_is_refused(key: bytes) -> None:
    assert fault_of_msgpack(b"\x81" + key + b"\x01") is Fault.SYNTAX


def test_a_key_of_bytes_is_refused() -> None:
    assert fault_of_msgpack(b"\x81\xc4\x01a\x01") is Fault.KEY


@pytest.mark.parametrize(
    "data",
    [
        b"\xc4\x00",
        b"\xc4\x01a",
        b"\xc5\x00\x01a",
        b"\xd4\x05a",
        b"\xc7\x00\x05",
        b"\xd6\xff\x00\x00\x00\x01",
        b"\xd7\xff" + b"\x00" * 8,
        b"\x91\xc4\x01a",
    ],
)
def test_what_only_msgpack_can_say_is_refused(data: bytes) -> None:
    assert fault_of_msgpack(data) is Fault.TYPE


@pytest.mark.parametrize("data", [b"\xd7\xff" + b"\xff" * 8, b"\xc7\x0c\xff" + b"\xff" * 12])
def test_a_timestamp_out_of_range_is_refused(data: bytes) -> None:
    assert fault_of_msgpack(data) is Fault.SYNTAX


@pytest.mark.parametrize("number", [float("nan"), float("inf"), float("-inf")])
def test_a_number_that_is_not_finite_is_refused(number: float) -> None:
    assert fault_of_json(json.dumps(number)) is Fault.NUMBER
    assert fault_of_msgpack(struct.pack(">Bd", 0xCB, number)) is Fault.NUMBER
    assert fault_of_msgpack(struct.pack(">Bf", 0xCA, number)) is Fault.NUMBER


@pytest.mark.parametrize("text", ["1e400", "-1e400", str(2**64), str(-(2**63) - 1), "1" * 5_000])
def test_a_number_too_large_for_64_bits_is_refused(text: str) -> None:
    assert fault_of_json(text) is Fault.NUMBER


@pytest.mark.parametrize("number", [0, 2**64 - 1, -(2**63)])
def test_integers_of_64_bits_are_read(number: int) -> None:
    assert parse_json(str(number), LIMITS) == parse_msgpack(msgpack.packb(number), LIMITS) == number


@pytest.mark.parametrize("text", ['"\\ud800"', '"\\udc00\\ud800"', '{"\\udfff":1}', '"\ud83d"'])
def test_half_a_surrogate_pair_is_refused(text: str) -> None:
    assert fault_of_json(text) is Fault.SURROGATE


def test_a_whole_surrogate_pair_is_one_character() -> None:
    assert parse_json('"\\ud83d\\ude00"', LIMITS) == "\U0001f600"


@pytest.mark.parametrize("data", [b"\xa1\xff", b"\xa3\xed\xa0\x80", b"\xa2\xc0\x80", b"\xa1\xc3"])
def test_text_that_is_not_utf_8_is_refused(data: bytes) -> None:
    assert fault_of_msgpack(data) is Fault.SYNTAX
    assert fault_of_json(b'"' + data[1:] + b'"') is Fault.SYNTAX


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"\xc1",
        b"\x92\x01",
        b"\x81\xa1a",
        b"\xdb\xff\xff\xff\xff",
        b"\xdd\xff\xff\xff\xff",
        b"\xdf\xff\xff\xff\xff",
        b"\xdd\x00\x00\x03\xe8",
        b"\xc6\xff\xff\xff\xff",
        b"\x01\x01",
        b"\x80\xc0",
    ],
)
def test_msgpack_that_is_cut_short_or_goes_on_is_refused(data: bytes) -> None:
    assert fault_of_msgpack(data) is Fault.SYNTAX


@pytest.mark.parametrize(
    "text",
    [
        "",
        " ",
        "{",
        "[1,]",
        "{} {}",
        "nul",
        '{"a":1',
        "'a'",
        '"\n"',
        "01",
        "\ufeff1",
        "1\x00",
        "{a:1}",
    ],
)
def test_text_that_is_not_one_json_value_is_refused(text: str) -> None:
    assert fault_of_json(text) is Fault.SYNTAX


def test_declared_lengths_reserve_little_memory() -> None:
    bomb = b"\xdd\x00\x00\x03\xe8" * 12_000
    tracemalloc.start()
    try:
        fault_of_msgpack(bomb)
        assert tracemalloc.get_traced_memory()[1] < 16 * 1024 * 1024
    finally:
        tracemalloc.stop()


def test_an_array_or_map_of_too_many_items_is_refused() -> None:
    assert fault_of_json(json.dumps([0] * 1_001)) is Fault.TOO_MANY
    assert fault_of_json(json.dumps({str(n): n for n in range(1_001)})) is Fault.TOO_MANY
    assert fault_of_msgpack(msgpack.packb([0] * 1_001)) is Fault.SYNTAX


@pytest.mark.parametrize("rows", [5, 1_000])
def test_too_many_values_in_all_are_refused(rows: int) -> None:
    many = [[0] * (5_000 // rows)] * rows
    assert fault_of_json(json.dumps(many)) is Fault.TOO_MANY
    assert fault_of_msgpack(msgpack.packb(many)) is Fault.TOO_MANY
    few = [[0] * (4_900 // rows - 1)] * rows
    assert parse_json(json.dumps(few), LIMITS) == parse_msgpack(msgpack.packb(few), LIMITS) == few


def test_a_message_that_is_too_large_is_refused_before_it_is_read() -> None:
    limits = Limits(max_frame_bytes=3)
    for data in (b"\xc1\xc1\xc1\xc1", b"\xa3abc"):
        with pytest.raises(Malformed) as caught:
            parse_msgpack(data, limits)
        assert caught.value.code is ErrorCode.TOO_LARGE
        assert caught.value.limit == 3


@pytest.mark.parametrize("fault", Fault)
def test_every_fault_has_a_sentence(fault: Fault) -> None:
    refusal = Malformed(fault, limit=7, where="window.search")
    assert str(refusal).endswith(". It is in window.search.")
    assert "{" not in str(refusal)
