"""The templates: complete in every language, and safe."""

from importlib.resources import files
from pathlib import Path

import pytest
from jinja2 import UndefinedError

from server.integrations.mail.moments import LANGUAGES
from server.integrations.mail.rendering import render, render_note

TEMPLATES = files("server.integrations.mail") / "templates"
CODE = {"name": "<Bob>", "entry_name": "A & B", "code": "123 456", "minutes": 10}


def test_every_language_has_the_same_templates() -> None:
    names = {
        language: {each.name for each in (TEMPLATES / language).iterdir()} for language in LANGUAGES
    }
    assert all(found == names["en"] for found in names.values())
    folders = {each.name for each in TEMPLATES.iterdir() if each.is_dir()}
    assert folders == set(LANGUAGES)


def test_mails_are_written_in_every_language_of_the_pages() -> None:
    pages = Path(__file__).parents[3] / "web" / "messages" / "invite"
    assert {each.stem for each in pages.glob("*.json")} == set(LANGUAGES)


def test_words_hold_no_macro_since_its_result_would_count_as_escaped() -> None:
    for language in LANGUAGES:
        words = (TEMPLATES / language / "words.jinja").read_text("utf-8")
        assert "macro" not in words
        assert "{{" not in words


def test_the_first_line_is_the_subject() -> None:
    mail = render("en", "code", CODE)
    assert mail.subject == "Your code for “A & B”"
    assert mail.text.startswith("Hello <Bob>,\n")


def test_html_is_escaped_and_text_is_not() -> None:
    mail = render("en", "code", CODE)
    assert "A & B" in mail.text
    assert "A &amp; B" in mail.html
    assert "&lt;Bob&gt;" in mail.html
    assert "<Bob>" not in mail.html


def test_a_missing_fact_is_an_error_and_not_a_gap() -> None:
    with pytest.raises(UndefinedError):
        render("en", "code", {"name": "Bob"})


@pytest.mark.parametrize("language", LANGUAGES)
def test_one_minute_is_not_many(language: str) -> None:
    one, many = (render(language, "code", {**CODE, "minutes": n}).text for n in (1, 2))
    assert one.replace(" 1 ", " 2 ") != many


@pytest.mark.parametrize(
    ("language", "minutes", "words"),
    [
        ("ar", 1, "دقيقة واحدة"),
        ("ar", 2, "دقيقتان"),
        ("ar", 3, "3 دقائق"),
        ("ar", 10, "10 دقائق"),
        ("ar", 11, "11 دقيقة"),
        ("ar", 60, "60 دقيقة"),
        ("ar", 103, "103 دقائق"),
        ("he", 1, "דקה אחת"),
        ("he", 2, "שתי דקות"),
        ("he", 10, "10 דקות"),
    ],
)
def test_minutes_are_counted_as_the_language_does(language: str, minutes: int, words: str) -> None:
    mail = render(language, "code", {**CODE, "minutes": minutes})
    assert f" {words}." in mail.text
    assert f" {words}." in mail.html


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_note_is_plain(language: str) -> None:
    note = render_note(language, "calendar", {"invited_by": "A & B", "link": "https://x.test/"})
    assert "A & B" in note.partition("\n")[0]
    assert note.endswith("https://x.test/")
