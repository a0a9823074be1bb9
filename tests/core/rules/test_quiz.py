"""The quiz of an entry: who may write it, who may hand in, and how often."""

from dataclasses import replace

import pytest

from protocol import commands as c
from protocol.errors import ErrorCode
from protocol.quiz import ChoiceId, Given, Question, QuestionId, QuestionKind, Quiz
from protocol.roles import EntryKind, InvitationType, Origin, Part
from server.core import events as e
from server.core.decide import Rejected, decide
from server.core.quiz import QuizBook
from server.core.rules import quiz as rules
from tests.core.given import HOUR, PLATFORM, Story, replayed
from tests.core.quizzes import (
    ALL_POINTS,
    ALL_RIGHT,
    CAPITAL,
    FLAT,
    OPINION,
    PRIMES,
    QUIZ,
    SUM,
    choice,
    given,
    handed_in,
    quiz,
)


def story(**settings: object) -> Story:
    """Tell of an entry with a quiz."""
    told = Story(EntryKind.QUIZ)
    told.given(told.owner.account, c.SetQuiz(quiz=quiz(**settings)))
    return told


def book(told: Story) -> QuizBook:
    assert told.state.quiz is not None
    return told.state.quiz


# --- writing it ----------------------------------------------------------------------------


def test_the_first_quiz_is_the_first_version() -> None:
    told = Story(EntryKind.QUIZ)
    answer = told.when(told.owner.account, c.SetQuiz(quiz=QUIZ))
    answer.then(e.QuizSet(quiz=QUIZ, revision=1, version=1))
    assert answer.result == {"revision": 1, "version": 1}


def test_the_version_moves_with_the_questions_alone() -> None:
    told = story()
    slower = c.SetQuiz(quiz=quiz(attempts=3), based_on=1)
    told.when(told.owner.account, slower).then(e.QuizSet(quiz=slower.quiz, revision=2, version=1))
    fewer = c.SetQuiz(quiz=quiz(SUM), based_on=2)
    told.when(told.owner.account, fewer).then(e.QuizSet(quiz=fewer.quiz, revision=3, version=3))
    told.when(told.owner.account, fewer).then_nothing()


def test_no_editor_writes_over_what_another_has_written() -> None:
    told = story()
    told.when(told.owner.account, c.SetQuiz(quiz=quiz(SUM))).then_refused(ErrorCode.CONFLICT)
    told.when(told.owner.account, c.SetQuiz(quiz=quiz(SUM), based_on=2)).then_refused(
        ErrorCode.CONFLICT
    )


def test_those_who_may_edit_the_entry_write_it() -> None:
    told = Story(EntryKind.QUIZ)
    wish = c.SetQuiz(quiz=QUIZ)
    for part in (Part.CO_PUBLISHER, Part.CO_VIEWER):
        someone = told.collaborator(f"Some {part}", part)
        told.when(someone.account, wish).then_refused(ErrorCode.NOT_ALLOWED)
    told.when(told.guest, wish).then_refused(ErrorCode.NOT_ALLOWED)
    editor = told.collaborator("Eddie Editor", Part.CO_EDITOR)
    told.when(editor.account, wish).granted()


def test_only_an_entry_of_that_kind_has_a_quiz() -> None:
    told = Story(EntryKind.VIDEO)
    told.when(told.owner.account, c.SetQuiz(quiz=QUIZ)).then_refused(ErrorCode.CONFLICT)


def changed(question: Question, **fields: object) -> Question:
    return question.model_copy(update=fields)


FAULTY: list[tuple[Question, str]] = [
    (changed(SUM, text=" \u00a0"), "text"),
    (changed(SUM, choices=SUM.choices[:1]), "choices"),
    (changed(SUM, choices=(*SUM.choices, SUM.choices[0])), "choices"),
    (changed(SUM, choices=(*SUM.choices, choice("d", "  "))), "choices"),
    (changed(SUM, right=()), "right"),
    (changed(SUM, right=(ChoiceId("a"), ChoiceId("b"))), "right"),
    (changed(SUM, right=(ChoiceId("z"),)), "right"),
    (changed(SUM, accepted=("Four",)), "accepted"),
    (changed(PRIMES, right=()), "right"),
    (changed(PRIMES, right=(ChoiceId("two"), ChoiceId("two"))), "right"),
    (changed(FLAT, right=(ChoiceId("maybe"),)), "right"),
    (changed(FLAT, choices=SUM.choices), "choices"),
    (changed(CAPITAL, accepted=()), "accepted"),
    (changed(CAPITAL, accepted=(" ",)), "accepted"),
    (changed(CAPITAL, right=(ChoiceId("b"),)), "right"),
    (changed(CAPITAL, choices=SUM.choices), "choices"),
]


@pytest.mark.parametrize(("question", "where"), FAULTY)
def test_a_question_that_cannot_be_answered_is_refused(question: Question, where: str) -> None:
    told = Story(EntryKind.QUIZ)
    wish = c.SetQuiz(quiz=Quiz(questions=(OPINION, question)))
    told.when(told.owner.account, wish).then_refused(
        ErrorCode.BAD_REQUEST, f"quiz.questions.1.{where}"
    )


def test_two_questions_cannot_have_one_id() -> None:
    told = Story(EntryKind.QUIZ)
    told.when(told.owner.account, c.SetQuiz(quiz=Quiz(questions=(SUM, SUM)))).then_refused(
        ErrorCode.BAD_REQUEST, "quiz.questions.1.id"
    )


def test_a_question_without_points_needs_no_right_answer() -> None:
    told = Story(EntryKind.QUIZ)
    poll = changed(SUM, points=0, right=())
    told.given(told.owner.account, c.SetQuiz(quiz=Quiz(questions=(poll, OPINION))))
    told.given(told.guest, handed_in("a"))
    attempt = book(told).attempts[1]
    assert (attempt.score, attempt.max_score) == (0, 0)
    assert [one.is_right for one in attempt.answers] == [None, None]


# --- handing in ----------------------------------------------------------------------------


def test_a_guest_hands_in_and_is_known_by_the_link() -> None:
    told = story()
    answer = told.when(told.guest, ALL_RIGHT)
    attempt = answer.of(e.QuizAttempted).attempt
    assert (attempt.score, attempt.max_score) == (ALL_POINTS, ALL_POINTS)
    assert (attempt.origin, attempt.link_id) == (Origin.GUEST_LINK, told.open_link)
    assert attempt.person == replace(told.guest.person, words=("PARIS",))
    assert (attempt.number, attempt.version, attempt.submitted_at) == (1, 1, told.now)
    assert answer.result == {"attempt": 1, "version": 1}


def test_somebody_invited_hands_in() -> None:
    told = story()
    ina = told.invited("Ina Invitee", InvitationType.VIEWER)
    attempt = told.when(ina, handed_in("a")).of(e.QuizAttempted).attempt
    assert (attempt.origin, attempt.link_id, attempt.score) == (Origin.INVITATION, None, 0)


def test_a_collaborator_hands_in_before_and_after_entering_as_the_same() -> None:
    told = story(attempts=2)
    vera = told.collaborator("Vera Viewer", Part.CO_VIEWER)
    told.given(vera.account, handed_in("a"))
    told.comes(vera)
    assert told.when(vera, handed_in("b")).result["attempt"] == 2
    told.when(vera, handed_in("b")).then_refused(ErrorCode.NOT_ALLOWED)
    told.when(vera.account, handed_in("b")).then_refused(ErrorCode.NOT_ALLOWED)


def test_whoever_lost_the_connection_still_hands_in() -> None:
    told = story()
    guest = told.guest
    told.loses(guest)
    told.passes(HOUR)
    told.when(guest, handed_in("b")).granted()


def test_nobody_hands_in_who_was_not_let_in_or_was_put_out() -> None:
    told = story()
    stranger = told.someone("Stan Stranger", account=True)
    told.when(stranger.account, handed_in("b")).then_refused(ErrorCode.NOT_ALLOWED)
    told.when(PLATFORM, handed_in("b")).then_refused(ErrorCode.NOT_ALLOWED)
    told.given(told.host, c.Remove(participant_id=told.guest.id))
    told.when(told.guest, handed_in("b")).then_refused(ErrorCode.NOT_ALLOWED)


def test_whoever_is_away_does_not_hand_in_when_the_link_is_closed() -> None:
    told = story()
    guest = told.guest
    told.leaves(guest)
    told.given(told.owner.account, c.SetGuestAccess(is_on=False))
    told.when(guest, handed_in("b")).then_refused(ErrorCode.NOT_ALLOWED)


def test_there_is_nothing_to_hand_in_where_there_is_no_quiz() -> None:
    told = Story(EntryKind.QUIZ)
    told.when(told.guest, handed_in("b")).then_refused(ErrorCode.NOT_FOUND)
    told.given(told.owner.account, c.SetQuiz(quiz=QUIZ))
    told.given(told.owner.account, c.SetQuiz(quiz=Quiz(), based_on=1))
    told.when(told.guest, handed_in("b")).then_refused(ErrorCode.NOT_FOUND)


def test_attempts_never_pass_the_limit() -> None:
    told = story(attempts=2)
    for number in (1, 2):
        assert told.when(told.guest, handed_in("b")).result["attempt"] == number
    told.when(told.guest, handed_in("b")).then_refused(ErrorCode.NOT_ALLOWED)
    other = told.came("Greta Guest", told.open_link)
    told.when(other, handed_in("b")).granted()


def test_a_limit_that_is_raised_gives_another_attempt_and_a_lower_one_takes_none_away() -> None:
    told = story(attempts=1)
    told.given(told.guest, handed_in("b"))
    told.given(told.owner.account, c.SetQuiz(quiz=quiz(attempts=2), based_on=1))
    told.given(told.guest, handed_in("b"))
    told.given(told.owner.account, c.SetQuiz(quiz=quiz(attempts=1), based_on=2))
    told.when(told.guest, handed_in("b")).then_refused(ErrorCode.NOT_ALLOWED)
    assert len(book(told).attempts) == 2


def test_without_a_limit_there_is_one_all_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("server.core.takers.MAX_TRIES", 2)
    told = story()
    told.given(told.guest, handed_in("b"), handed_in("b"))
    told.when(told.guest, handed_in("b")).then_refused(ErrorCode.NOT_ALLOWED)


def test_a_quiz_keeps_so_many_attempts_and_no_more(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rules, "MAX_ATTEMPTS", 1)
    told = story()
    told.given(told.guest, handed_in("b"))
    told.when(told.guest, handed_in("b")).then_refused(ErrorCode.CONFLICT)


def test_nobody_is_marked_by_questions_that_they_did_not_see() -> None:
    told = story()
    told.given(told.owner.account, c.SetQuiz(quiz=quiz(SUM), based_on=1))
    told.when(told.guest, handed_in("b", version=1)).then_refused(ErrorCode.CONFLICT)
    told.when(told.guest, handed_in("b", version=2)).granted()


def test_the_same_command_hands_in_once() -> None:
    told = story()
    first = told.when(told.guest, handed_in("b"), "k_1")
    again = told.when(told.guest, handed_in("b"), "k_1")
    again.then_nothing()
    assert again.result == first.result
    told.when(told.guest, handed_in("a"), "k_1").then_refused(ErrorCode.COMMAND_REUSED)
    assert len(book(told).attempts) == 1


ILL_FITTING = [
    ((given(SUM, "a", "b"),), "0.choices"),
    ((given(SUM, "z"),), "0.choices"),
    ((given(SUM, "b", text="Four"),), "0.text"),
    ((given(PRIMES, "two", "two"),), "0.choices"),
    ((given(FLAT, "a"),), "0.choices"),
    ((given(CAPITAL, "a"),), "0.choices"),
    ((given(SUM, "b"), given(SUM, "b")), "1.question_id"),
    ((given(changed(SUM, id=QuestionId("other")), "b"),), "0.question_id"),
]


@pytest.mark.parametrize(("answers", "where"), ILL_FITTING)
def test_answers_that_do_not_fit_are_refused(answers: tuple[Given, ...], where: str) -> None:
    told = story()
    wish = c.SubmitQuiz.model_construct(type="submit_quiz", version=1, answers=answers)
    told.when(told.guest, wish).then_refused(ErrorCode.BAD_REQUEST, f"answers.{where}")


def test_what_is_left_out_is_kept_as_not_answered() -> None:
    told = story()
    told.given(told.guest, handed_in())
    attempt = book(told).attempts[1]
    assert [one.question_id for one in attempt.answers] == [one.id for one in QUIZ.questions]
    assert attempt.score == 0
    assert attempt.person.words == ()


def test_texts_are_kept_with_the_person_and_without_what_is_not_seen() -> None:
    told = story()
    note = given(OPINION, text=" good\x00\x1b[31m ")
    told.given(told.guest, handed_in("b", note, text="Paris"))
    attempt = book(told).attempts[1]
    texts = {str(one.question_id): attempt.text_of(one) for one in attempt.answers}
    assert (texts["capital"], texts["opinion"], texts["sum"]) == ("Paris", "good[31m", "")


def test_of_somebody_erased_the_score_stays_and_the_texts_are_gone() -> None:
    told = story()
    told.given(told.guest, ALL_RIGHT)
    attempt = book(told).attempts[1]
    erased = replace(attempt, person=replace(attempt.person, name="", email="", words=()))
    assert [erased.text_of(one) for one in erased.answers] == [""] * 5
    assert erased.score == ALL_POINTS


# --- versions ------------------------------------------------------------------------------


def test_questions_are_kept_for_as_long_as_there_are_answers_to_them() -> None:
    told = story()
    told.given(told.guest, handed_in("b"))
    owner = told.owner.account
    told.given(owner, c.SetQuiz(quiz=quiz(SUM), based_on=1))
    told.given(owner, c.SetQuiz(quiz=quiz(PRIMES), based_on=2))
    told.given(owner, c.SetQuiz(quiz=quiz(FLAT), based_on=3))
    assert dict(book(told).earlier) == {1: QUIZ.questions}
    assert book(told).questions_of(1) == QUIZ.questions
    assert book(told).questions_of(4) == (FLAT,)
    assert book(told).questions_of(2) == ()


def test_a_replay_leads_to_the_live_state() -> None:
    told = story(attempts=5)
    told.given(told.guest, handed_in("b"), ALL_RIGHT)
    told.given(told.owner.account, c.SetQuiz(quiz=quiz(SUM), based_on=1))
    told.given(told.guest, handed_in("a", version=2))
    assert replayed(told.records) == told.state


def test_a_deleted_entry_takes_no_answers() -> None:
    told = story()
    told.given(told.owner.account, c.DeleteEntry())
    answer = decide(told.state, handed_in("b"), PLATFORM, told.env())
    assert answer == Rejected(code=ErrorCode.NOT_FOUND)


def test_a_kind_of_question_for_each_rule() -> None:
    assert {one.kind for one in QUIZ.questions} == set(QuestionKind)
