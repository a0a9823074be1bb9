"""Mails from right to left: their sides, and names and digits that keep their own direction."""

import re
import unicodedata

import pytest

from protocol.ids import PersonId
from server.core.person import Person
from server.integrations.mail.letters import Letter, compose
from server.integrations.mail.moments import LANGUAGES, RIGHT_TO_LEFT
from tests.integrations.mail.given import (
    BOB,
    ENDS_AT,
    IDS,
    LINK,
    NOW,
    SENDER,
    STARTS_AT,
    code_letter,
    html_of,
    invitation_letter,
    text_of,
)

MESSAGE, CODE = "See you", "123 456"
NAMED = ("Bob Builder", "Ada Lovelace", "Weekly call", BOB.email)
MARKS = {"\u200e", "\u2068", "\u2069"}
RTL = sorted(RIGHT_TO_LEFT)


def letters(language: str) -> tuple[Letter, ...]:
    full = invitation_letter(
        language=language, message=MESSAGE, starts_at=STARTS_AT, expires_at=ENDS_AT
    )
    nobody = Person(PersonId("p"), "", BOB.email)
    return (
        full,
        invitation_letter(language=language, to=nobody, invited_by="", message=MESSAGE),
        code_letter(language=language),
        code_letter(language=language, to=nobody),
    )


def begins_with(line: str) -> str:
    """Tell the direction that a mail program gives a line: that of its first strong letter.

    Source: Unicode Standard Annex 9, rules P2 and P3.
    """
    outside = re.sub("\u2068[^\u2069]*\u2069", "", line)
    strong = [unicodedata.bidirectional(char) for char in outside]
    return next((kind for kind in strong if kind in ("L", "R", "AL")), "none")


@pytest.mark.parametrize("language", LANGUAGES)
def test_html_runs_as_its_language_does_also_without_its_outer_elements(language: str) -> None:
    direction, side = ("rtl", "right") if language in RIGHT_TO_LEFT else ("ltr", "left")
    for letter in letters(language):
        html = html_of(compose(letter, SENDER, NOW, IDS))
        assert f'<html lang="{language}" dir="{direction}">' in html
        assert f'<div dir="{direction}" lang="{language}" style="text-align:{side};' in html
        assert ("border-right:4px" in html) == (MESSAGE in html and side == "right")


@pytest.mark.parametrize("language", RTL)
def test_plain_text_and_subject_begin_every_line_from_the_right(language: str) -> None:
    for letter in letters(language):
        mail = compose(letter, SENDER, NOW, IDS)
        own = [each for each in text_of(mail).splitlines() if each.strip()]
        not_ours = [
            each for each in own if each == LINK or each.strip(" \u200e") in (MESSAGE, CODE)
        ]
        assert not_ours
        for line in (str(mail["Subject"]), *own):
            assert (begins_with(line) in ("R", "AL")) == (line not in not_ours), line


@pytest.mark.parametrize("language", RTL)
def test_names_and_addresses_keep_their_own_direction(language: str) -> None:
    for letter in letters(language):
        mail = compose(letter, SENDER, NOW, IDS)
        html = re.sub("<title>.*</title>|</?strong>", "", html_of(mail))
        for named in NAMED:
            for plain in (str(mail["Subject"]), text_of(mail)):
                assert plain.count(named) == plain.count(f"\u2068{named}\u2069")
            assert html.count(named) == html.count(f"<bdi>{named}</bdi>")


@pytest.mark.parametrize("language", RTL)
def test_a_code_and_a_link_are_read_from_the_left(language: str) -> None:
    code = compose(code_letter(language=language), SENDER, NOW, IDS)
    assert f"\n    \u200e{CODE}\n" in text_of(code)
    assert f'<bdi dir="ltr">{CODE}</bdi>' in html_of(code)
    invitation = compose(invitation_letter(language=language), SENDER, NOW, IDS)
    # Nothing stands beside it that a mail program could take for a part of it.
    assert f"\n{LINK}\n" in text_of(invitation)
    assert re.search(f'<a href="{LINK}" dir="ltr"[^>]*>{LINK}</a>', html_of(invitation))


@pytest.mark.parametrize("language", sorted(set(LANGUAGES) - RIGHT_TO_LEFT))
def test_a_mail_from_the_left_needs_no_marks(language: str) -> None:
    for letter in letters(language):
        mail = compose(letter, SENDER, NOW, IDS)
        assert not MARKS & set(str(mail["Subject"]) + text_of(mail))
