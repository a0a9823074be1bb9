"""Moments in words."""

import pytest

from server.integrations.mail.moments import (
    LANGUAGES,
    language_of,
    moment_in_words,
    span_in_words,
    utc,
)
from tests.integrations.mail.given import ENDS_AT, STARTS_AT

LAST_MILLIS = 253_402_300_800_000
DAY_MS = 86_400_000


@pytest.mark.parametrize(
    ("wanted", "got"),
    [("de", "de"), ("de-AT", "de"), ("FR-ca", "fr"), ("pt-BR", "en"), ("", "en"), ("deu", "en")],
)
def test_a_language_without_templates_falls_back_to_english(wanted: str, got: str) -> None:
    assert language_of(wanted) == got


@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("en", "Monday, 2 March 2026, 13:45 UTC"),
        ("es", "lunes, 2 de marzo de 2026, 13:45 UTC"),
        ("de", "Montag, 2. März 2026, 13:45 UTC"),
        ("fr", "lundi 2 mars 2026, 13:45 UTC"),
        ("ar", "الاثنين، 2 مارس 2026، 13:45 UTC"),
        ("he", "יום שני, 2 במרץ 2026, 13:45 UTC"),
    ],
)
def test_a_moment_is_written_as_the_language_does(language: str, words: str) -> None:
    assert moment_in_words(STARTS_AT, language) == words


def test_french_has_a_first_of_the_month() -> None:
    assert moment_in_words(STARTS_AT - DAY_MS, "fr") == "dimanche 1er mars 2026, 13:45 UTC"


def test_a_span_names_the_day_once_if_it_is_one_day() -> None:
    assert span_in_words(STARTS_AT, ENDS_AT, "en") == "Monday, 2 March 2026, 13:45 – 15:15 UTC"
    assert (
        span_in_words(STARTS_AT, STARTS_AT + DAY_MS, "en")
        == "Monday, 2 March 2026, 13:45 UTC – Tuesday, 3 March 2026, 13:45 UTC"
    )


@pytest.mark.parametrize("ends_at", [None, STARTS_AT, STARTS_AT - 1])
def test_a_span_without_an_end_is_a_moment(ends_at: int | None) -> None:
    assert span_in_words(STARTS_AT, ends_at, "de") == moment_in_words(STARTS_AT, "de")


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_day_and_month_has_a_name(language: str) -> None:
    moments = {moment_in_words(STARTS_AT + days * DAY_MS, language) for days in range(366)}
    assert len(moments) == 366


def test_the_last_moment_that_the_wire_allows_can_be_written() -> None:
    assert utc(LAST_MILLIS).year == 9999
    assert "9999" in moment_in_words(LAST_MILLIS, "en")
