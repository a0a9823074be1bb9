"""One table of refusals: complete, without doubles, and telling clients what to do."""

import pytest

from protocol.errors import FINAL_CLOSE_CODES, REFUSALS, ErrorCode


def test_every_code_has_its_refusal() -> None:
    assert set(REFUSALS) == set(ErrorCode)


def test_no_two_codes_share_a_close_code() -> None:
    closes = [refusal.close for refusal in REFUSALS.values()]
    assert len(set(closes)) == len(closes)


@pytest.mark.parametrize("code", ErrorCode)
def test_a_client_comes_back_exactly_where_trying_again_may_help(code: ErrorCode) -> None:
    refusal = REFUSALS[code]
    assert refusal.again == (refusal.close not in FINAL_CLOSE_CODES)


@pytest.mark.parametrize("code", ErrorCode)
def test_a_close_code_is_ours_or_one_of_the_standard_that_says_the_same(code: ErrorCode) -> None:
    close = REFUSALS[code].close
    assert 4000 <= close <= 4199 or close in (1011, 1012, 1013)


@pytest.mark.parametrize("code", ErrorCode)
def test_a_status_is_an_error_and_of_the_servers_own_only_where_the_server_is_at_fault(
    code: ErrorCode,
) -> None:
    refusal = REFUSALS[code]
    assert 400 <= refusal.status <= 599
    if refusal.status >= 500:
        assert refusal.again


@pytest.mark.parametrize("code", ErrorCode)
def test_a_sentence_is_for_people(code: ErrorCode) -> None:
    sentence = REFUSALS[code].sentence
    assert sentence[0].isupper()
    assert sentence.endswith(".")
    assert len(sentence) <= 100
    assert "_" not in sentence
    assert "{" not in sentence


def test_two_codes_may_tell_the_same_but_never_by_accident() -> None:
    sentences = [refusal.sentence for refusal in REFUSALS.values()]
    assert len(set(sentences)) == len(sentences)
