"""Secrets do not show themselves."""

import json
import logging
import pickle

import pytest
from hypothesis import given
from hypothesis import strategies as st

from protocol.secret import Secret

TEXT = "c2VjcmV0IGFzIGNhbiBiZSBzbw"


@given(st.text(min_size=5, max_size=60))
def test_no_way_of_printing_shows_the_secret(text: str) -> None:
    secret = Secret("#" + text, "token")
    shown = [repr(secret), str(secret), f"{secret}", f"{secret!r}", "%s" % secret]  # noqa: UP031
    assert not any("#" in one for one in shown)


def test_a_fingerprint_tells_two_log_lines_about_one_secret() -> None:
    assert repr(Secret(TEXT, "ticket")) == repr(Secret(TEXT, "ticket"))
    assert repr(Secret(TEXT, "ticket")) != repr(Secret(TEXT + "x", "ticket"))


def test_a_short_secret_has_no_fingerprint_by_which_it_could_be_found() -> None:
    assert repr(Secret("271828", "code")) == "<code>"


def test_a_secret_in_a_log_line_is_hidden(caplog: pytest.LogCaptureFixture) -> None:
    logging.getLogger("usher.test").warning("redeemed %s", Secret(TEXT, "token"))
    assert TEXT not in caplog.text
    assert "<token " in caplog.text


def test_a_secret_does_not_go_into_json_or_pickles() -> None:
    with pytest.raises(TypeError):
        json.dumps(Secret(TEXT, "token"))
    with pytest.raises(TypeError, match="token"):
        pickle.dumps(Secret(TEXT, "token"))


def test_secrets_are_equal_by_text_and_kind() -> None:
    assert Secret(TEXT, "token") == Secret(TEXT, "token")
    assert hash(Secret(TEXT, "token")) == hash(Secret(TEXT, "token"))
    assert Secret(TEXT, "token") != Secret(TEXT, "ticket")
    assert Secret(TEXT, "token") != TEXT


def test_the_secret_is_there_for_who_says_so() -> None:
    assert Secret(TEXT, "token").reveal() == TEXT
