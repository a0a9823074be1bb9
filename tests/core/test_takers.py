"""What takers are shown: never a right answer before they may see it."""

import pytest
from hypothesis import given as drawn
from hypothesis import strategies as st

from protocol import commands as c
from protocol.codec import JSON
from protocol.model import Wire
from protocol.quiz import OwnAttempts, Quiz, QuizSettings, ShowAfter, TakerQuiz
from protocol.roles import EntryKind, Part
from server.core.quiz import QuizBook
from server.core.takers import Taker, own_attempts, quiz_for, taker_of
from tests.core.given import PLATFORM, Someone, Story
from tests.core.quizzes import ALL_RIGHT, CAPITAL, QUIZ, SECRETS, SUM, handed_in, quiz


def story(**settings: object) -> Story:
    told = Story(EntryKind.QUIZ)
    told.given(told.owner.account, c.SetQuiz(quiz=quiz(**settings)))
    return told


def seen(told: Story, someone: Someone) -> tuple[TakerQuiz, OwnAttempts]:
    """What somebody reads of the quiz and of their own attempts."""
    taker = taker_of(told.state, someone.inside, told.now)
    assert taker is not None
    assert told.state.quiz is not None
    return quiz_for(told.state.quiz, taker), own_attempts(told.state.quiz, taker)


def check_nothing_is_given_away(*shown: Wire) -> None:
    text = b"".join(JSON.encode(one) for one in shown).decode().casefold()
    for secret in SECRETS:
        assert secret.casefold() not in text
    for word in ('"right"', '"accepted"', '"explanation"', '"is_right"'):
        assert word not in text


@pytest.mark.parametrize("show_after", ShowAfter)
def test_before_an_attempt_nothing_is_given_away(show_after: ShowAfter) -> None:
    told = story(show_after=show_after, attempts=2)
    check_nothing_is_given_away(*seen(told, told.guest))


@pytest.mark.parametrize(
    ("show_after", "attempts", "score", "answers"),
    [
        (ShowAfter.NOTHING, 2, [False, False], [False, False]),
        (ShowAfter.SCORE, 2, [True, True], [False, False]),
        (ShowAfter.ANSWERS_AT_END, 2, [True, True], [False, True]),
        (ShowAfter.ANSWERS_AT_END, None, [True, True], [True, True]),
        (ShowAfter.ANSWERS, 2, [True, True], [True, True]),
    ],
)
def test_after_each_attempt_so_much_is_shown(
    show_after: ShowAfter, attempts: int | None, score: list[bool], answers: list[bool]
) -> None:
    told = story(show_after=show_after, attempts=attempts)
    for has_score, has_answers in zip(score, answers, strict=True):
        told.given(told.guest, handed_in("a", text="Rome"))
        taken, own = seen(told, told.guest)
        assert own.newest is not None
        assert (own.attempts[-1].score is not None) is has_score
        assert own.newest.attempt == own.attempts[-1]
        capital = next(one for one in own.newest.answers if one.question_id == CAPITAL.id)
        assert capital.text == "Rome"
        if has_answers:
            assert (capital.is_right, capital.accepted) == (False, CAPITAL.accepted)
        else:
            check_nothing_is_given_away(taken, own)


@drawn(
    st.builds(
        QuizSettings,
        attempts=st.none() | st.integers(1, 3),
        show_after=st.sampled_from([ShowAfter.NOTHING, ShowAfter.SCORE]),
        pass_percent=st.none() | st.integers(0, 100),
        shuffle_questions=st.booleans(),
        shuffle_choices=st.booleans(),
    ),
)
def test_where_answers_are_not_shown_they_are_nowhere(settings: QuizSettings) -> None:
    book = QuizBook(quiz=Quiz(questions=QUIZ.questions, settings=settings), revision=1, version=1)
    told = Story(EntryKind.QUIZ, is_checked=False)
    told.given(told.owner.account, c.SetQuiz(quiz=book.quiz))
    told.given(told.guest, handed_in("a"))
    check_nothing_is_given_away(*seen(told, told.guest))


def test_the_pass_mark_is_reached_or_not() -> None:
    told = story(pass_percent=20, show_after=ShowAfter.SCORE)
    told.given(told.guest, handed_in("b"))
    told.given(told.guest, handed_in("a"))
    _, own = seen(told, told.guest)
    assert [(one.score, one.is_passed) for one in own.attempts] == [(2, True), (0, False)]


def test_without_points_nobody_passes_or_fails() -> None:
    told = Story(EntryKind.QUIZ)
    free = SUM.model_copy(update={"points": 0})
    told.given(told.owner.account, c.SetQuiz(quiz=quiz(free, pass_percent=50)))
    told.given(told.guest, handed_in("b"))
    _, own = seen(told, told.guest)
    assert own.attempts[0].is_passed is None


def test_attempts_are_counted_down() -> None:
    told = story(attempts=2)
    assert seen(told, told.guest)[0].left == 2
    told.given(told.guest, handed_in("b"))
    assert seen(told, told.guest)[0].left == 1
    endless = story()
    assert seen(endless, endless.guest)[0].left is None


def test_the_result_shows_the_questions_that_were_answered() -> None:
    told = story()
    told.given(told.guest, ALL_RIGHT)
    told.given(told.owner.account, c.SetQuiz(quiz=quiz(SUM), based_on=1))
    taken, own = seen(told, told.guest)
    assert own.newest is not None
    assert len(taken.questions) == 1
    assert [one.id for one in own.newest.questions] == [one.id for one in QUIZ.questions]


def test_nobody_sees_the_attempts_of_another() -> None:
    told = story()
    told.given(told.guest, handed_in("b"))
    other = told.came("Greta Guest", told.open_link)
    assert seen(told, other)[1] == OwnAttempts()


def test_each_taker_has_an_order_that_stays() -> None:
    told = story(shuffle_questions=True, shuffle_choices=True)
    book = told.state.quiz
    assert book is not None
    orders = set()
    for number in range(30):
        taker = Taker(
            keys=(f"participant:p_{number}",),
            person=told.owner.person,
            origin=told.guest.now.origin,
        )
        shown = quiz_for(book, taker)
        assert shown == quiz_for(book, taker)
        assert {one.id for one in shown.questions} == {one.id for one in QUIZ.questions}
        orders.add(tuple(one.id for one in shown.questions))
    assert len(orders) > 10


def test_an_order_stays_when_somebody_enters() -> None:
    told = story(shuffle_questions=True)
    vera = told.collaborator("Vera Viewer", Part.CO_VIEWER)
    book = told.state.quiz
    assert book is not None
    before = quiz_for(book, taker_of(told.state, vera.account, told.now))
    told.comes(vera)
    assert seen(told, vera)[0] == before


def test_without_a_taker_the_quiz_stands_in_its_own_order() -> None:
    told = story(shuffle_questions=True, shuffle_choices=True)
    assert told.state.quiz is not None
    assert [one.id for one in quiz_for(told.state.quiz, None).questions] == [
        one.id for one in QUIZ.questions
    ]
    assert taker_of(told.state, PLATFORM, told.now) is None
