"""A quiz with one question of each kind, and quizzes and answers at random."""

from typing import Any

from hypothesis import strategies as st

from protocol import commands as c
from protocol.ids import ParticipantId
from protocol.quiz import (
    MAX_CHOICES,
    Choice,
    ChoiceId,
    Given,
    Question,
    QuestionId,
    QuestionKind,
    Quiz,
    QuizSettings,
    ShowAfter,
)

NOBODY = ParticipantId("p_nobody")
SECRETS = ("Paris, of course", "Because 2 + 2 is 4", "lutetia")
"""What no taker may read before it is shown to them."""


def choice(letter: str, text: str) -> Choice:
    return Choice(id=ChoiceId(letter), text=text)


SUM = Question(
    id=QuestionId("sum"),
    kind=QuestionKind.SINGLE,
    text="What is 2 + 2?",
    choices=(choice("a", "Three"), choice("b", "Four"), choice("c", "Five")),
    right=(ChoiceId("b"),),
    points=2,
    explanation="Because 2 + 2 is 4",
)
PRIMES = Question(
    id=QuestionId("primes"),
    kind=QuestionKind.MULTIPLE,
    text="Which are prime?",
    choices=(choice("two", "2"), choice("three", "3"), choice("four", "4")),
    right=(ChoiceId("two"), ChoiceId("three")),
    points=3,
)
FLAT = Question(
    id=QuestionId("flat"),
    kind=QuestionKind.TRUE_FALSE,
    text="The earth is flat.",
    right=(ChoiceId("false"),),
)
CAPITAL = Question(
    id=QuestionId("capital"),
    kind=QuestionKind.TEXT,
    text="What is the capital of France?",
    accepted=("Paris, of course", "Paris", "lutetia"),
    points=4,
)
OPINION = Question(
    id=QuestionId("opinion"),
    kind=QuestionKind.TEXT,
    text="How was it?",
    points=0,
)

QUIZ = Quiz(questions=(SUM, PRIMES, FLAT, CAPITAL, OPINION))
ALL_POINTS = 10


def quiz(*questions: Question, **settings: Any) -> Quiz:
    """The quiz of these questions, or of all."""
    return Quiz(questions=questions or QUIZ.questions, settings=QuizSettings(**settings))


def given(question: Question, *choices: str, text: str = "") -> Given:
    return Given(
        question_id=question.id, choices=tuple(ChoiceId(one) for one in choices), text=text
    )


def handed_in(first: str = "", *more: Given, text: str = "", version: int = 1) -> c.SubmitQuiz:
    """Answers: a choice for the sum, a text for the capital, and whatever else."""
    answers = [given(SUM, first)] if first else []
    if text:
        answers.append(given(CAPITAL, text=text))
    return c.SubmitQuiz(version=version, answers=(*answers, *more))


ALL_RIGHT = handed_in("b", given(PRIMES, "three", "two"), given(FLAT, "false"), text="  PARIS ")

IDS = st.sampled_from(["a", "b", "c", "d", "true", "false"]).map(ChoiceId)
QUESTION_IDS = st.sampled_from(["q1", "q2", "q3"]).map(QuestionId)
TEXTS = st.sampled_from(["", " ", "Paris", "paris", "Caf\u00e9", "Cafe\u0301", "x" * 300])


def _questions(kind: QuestionKind) -> st.SearchStrategy[Question]:
    """Most of these fit their kind; the rest has to be refused."""
    letters = st.sampled_from([("a", "b"), ("a", "b", "c"), ("a",), ("a", "a"), ()])
    has_choices = kind in (QuestionKind.SINGLE, QuestionKind.MULTIPLE)
    return st.builds(
        Question,
        id=QUESTION_IDS,
        kind=st.just(kind),
        text=st.sampled_from(["Why?", "How?"]),
        choices=letters.map(lambda some: tuple(choice(one, one.upper()) for one in some))
        if has_choices
        else st.just(()),
        right=st.lists(IDS, max_size=2).map(tuple),
        accepted=st.lists(st.sampled_from(["Paris", "caf\u00e9", " "]), max_size=2).map(tuple)
        if kind is QuestionKind.TEXT
        else st.just(()),
        points=st.integers(0, 3),
    )


QUESTIONS = st.sampled_from(QuestionKind).flatmap(_questions)
QUIZZES = st.one_of(
    st.just(QUIZ),
    st.builds(
        Quiz,
        questions=st.lists(QUESTIONS, max_size=3).map(tuple),
        settings=st.builds(
            QuizSettings,
            attempts=st.none() | st.integers(1, 2),
            show_after=st.sampled_from(ShowAfter),
            pass_percent=st.none() | st.integers(0, 100),
            shuffle_questions=st.booleans(),
            shuffle_choices=st.booleans(),
        ),
    ),
)
ANSWERS = st.lists(
    st.builds(
        Given,
        question_id=QUESTION_IDS | st.sampled_from([one.id for one in QUIZ.questions]),
        choices=st.lists(IDS, max_size=min(2, MAX_CHOICES)).map(tuple),
        text=TEXTS,
    ),
    max_size=3,
).map(tuple)
