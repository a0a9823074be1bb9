"""Text from strangers, before it comes near a header."""

import unicodedata

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from server.integrations.mail.cleaning import MAX_BLOCK_CHARS, clean_block, clean_line

ANYTHING = st.text(alphabet=st.characters(exclude_categories=()), max_size=80) | st.text(
    alphabet='ab =?@<>,"\r\n\t\x00\x0b\x85\u2028\u202e\u200b\u200d\u0301', max_size=40
)


@pytest.mark.parametrize("end", ["\r\n", "\n", "\r", "\x0b", "\x0c", "\x85", "\u2028", "\u2029"])
def test_no_way_to_end_a_line_gets_through(end: str) -> None:
    assert clean_line(f"Ada{end}Bcc: eve@example.com") == "Ada Bcc: eve@example.com"


def test_an_encoded_word_is_broken_up() -> None:
    assert "=?" not in clean_line("=?utf-8?q?=0D=0ABcc:_eve@example.com?=")


def test_nothing_to_be_seen_leaves_an_empty_line() -> None:
    assert clean_line("\u200b\u202e \n") == ""


@settings(deadline=None)
@given(ANYTHING)
def test_a_line_is_one_printable_line(text: str) -> None:
    line = clean_line(text)
    assert len(line.splitlines()) <= 1
    assert "=?" not in line
    line.encode()


@settings(deadline=None)
@given(ANYTHING)
def test_a_block_has_line_breaks_and_nothing_else_that_is_not_seen(text: str) -> None:
    for char in clean_block(text):
        category = unicodedata.category(char)
        assert char in "\n\u200c\u200d" or category not in ("Cc", "Cf", "Cs", "Co", "Zl", "Zp")


def test_direction_overrides_and_towers_of_accents_are_taken_down() -> None:
    assert clean_block("a\u202eb") == "ab"
    assert len(clean_block("a" + "\u0301" * 10_000)) < 10


def test_a_block_keeps_its_paragraphs_and_an_end() -> None:
    assert clean_block("one\r\n\r\n\r\n\r\ntwo \n three") == "one\n\ntwo\n three"
    assert len(clean_block("x" * 100_000)) == MAX_BLOCK_CHARS


def test_emoji_and_persian_stay_what_they_were() -> None:
    text = "\u0645\u06cc\u200c\u062e\u0648 👩\u200d💻"
    assert clean_block(text) == text
    assert clean_line(text) == text
