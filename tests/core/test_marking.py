"""Marking: a table of answers and what they get."""

import pytest
from hypothesis import given as drawn

from protocol.quiz import Given, Question, QuestionId, QuestionKind, Quiz
from server.core.marking import choices_of, folded, is_right, mark
from tests.core.quizzes import CAPITAL, FLAT, OPINION, PRIMES, QUIZZES, SUM, TEXTS, given

TABLE: list[tuple[Question, Given, bool | None]] = [
    (SUM, given(SUM, "b"), True),
    (SUM, given(SUM, "a"), False),
    (SUM, given(SUM), False),
    (PRIMES, given(PRIMES, "two", "three"), True),
    (PRIMES, given(PRIMES, "three", "two"), True),
    (PRIMES, given(PRIMES, "two"), False),
    (PRIMES, given(PRIMES, "two", "three", "four"), False),
    (PRIMES, given(PRIMES), False),
    (FLAT, given(FLAT, "false"), True),
    (FLAT, given(FLAT, "true"), False),
    (FLAT, given(FLAT), False),
    (CAPITAL, given(CAPITAL, text="Paris"), True),
    (CAPITAL, given(CAPITAL, text=" pARIS\t"), True),
    (CAPITAL, given(CAPITAL, text="PARIS,  of course"), True),
    (CAPITAL, given(CAPITAL, text="London"), False),
    (CAPITAL, given(CAPITAL), False),
    (OPINION, given(OPINION, text="Fine"), None),
    (OPINION, given(OPINION), None),
]


@pytest.mark.parametrize(("question", "answer", "expected"), TABLE)
def test_an_answer_gets_all_points_or_none(
    question: Question, answer: Given, expected: bool | None
) -> None:
    marked = mark(question, answer, None)
    assert (marked.is_right, marked.points) == (expected, question.points if expected else 0)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("New York", "  new \u00a0 YORK "),
        ("Caf\u00e9", "cafe\u0301"),
        ("Stra\u00dfe", "STRASSE"),
        ("don't", "Don\u2019t"),
        ('the "it"', "The \u201cit\u201d"),
        ("\u1f40\u03b4\u03cc\u03c2", "\u1f48\u0394\u038c\u03a3"),
    ],
)
def test_texts_are_the_same_whatever_their_case_spaces_and_encoding(one: str, other: str) -> None:
    assert folded(one) == folded(other)


@pytest.mark.parametrize(("one", "other"), [("New York", "Newyork"), ("cafe", "café"), ("1", "I")])
def test_other_texts_are_others(one: str, other: str) -> None:
    assert folded(one) != folded(other)


@drawn(TEXTS)
def test_folding_twice_changes_nothing(text: str) -> None:
    assert folded(folded(text)) == folded(text)


def test_nothing_is_never_right() -> None:
    blank = Question(
        id=QuestionId("q"), kind=QuestionKind.TEXT, text="?", accepted=(" ",), points=1
    )
    assert is_right(blank, given(blank, text="  ")) is False


@drawn(QUIZZES)
def test_what_may_be_chosen_follows_the_kind(quiz: Quiz) -> None:
    for question in quiz.questions:
        match question.kind:
            case QuestionKind.TRUE_FALSE:
                assert choices_of(question) == ("true", "false")
            case QuestionKind.TEXT:
                assert choices_of(question) == ()
            case _:
                assert choices_of(question) == tuple(one.id for one in question.choices)
