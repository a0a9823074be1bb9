"""The quiz of an entry: writing it, and handing answers in."""

import unicodedata
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from protocol import commands as c
from protocol.errors import ErrorCode
from protocol.quiz import Given, Question, QuestionKind, Quiz
from protocol.roles import EntryKind, Right
from server.core import events as e
from server.core.context import Answer, Context, Refused
from server.core.marking import choices_of, folded, mark
from server.core.quiz import Attempt, Marked, QuizBook
from server.core.takers import attempts_of, taker_of, tries_left

MAX_ATTEMPTS = 100_000
"""That one quiz keeps; about a hundred MB of memory while somebody looks at it."""


def set_quiz(ctx: Context, command: c.SetQuiz) -> Answer:
    """Write the quiz; the version moves only with the questions, so that nobody starts anew."""
    ctx.need(Right.EDIT_ENTRY)
    if ctx.entry.kind is not EntryKind.QUIZ:
        raise Refused(ErrorCode.CONFLICT)
    quiz, old = command.quiz, ctx.state.quiz
    _check(quiz)
    revision, version = (old.revision, old.version) if old else (0, 0)
    if old is not None and old.quiz == quiz:
        return Answer(events=[], result={"revision": revision, "version": version})
    if command.based_on != revision:
        raise Refused(ErrorCode.CONFLICT)
    revision += 1
    if old is None or old.quiz.questions != quiz.questions:
        version = revision
    return Answer(
        events=[e.QuizSet(quiz=quiz, revision=revision, version=version)],
        result={"revision": revision, "version": version},
    )


def _check(quiz: Quiz) -> None:
    ids = [one.id for one in quiz.questions]
    for place, question in enumerate(quiz.questions):
        where = f"quiz.questions.{place}"
        if ids.index(question.id) != place:
            raise Refused(ErrorCode.BAD_REQUEST, f"{where}.id")
        if not folded(question.text):
            raise Refused(ErrorCode.BAD_REQUEST, f"{where}.text")
        _check_choices(question, where)
        _check_right(question, where)


def _check_choices(question: Question, where: str) -> None:
    has_own = question.kind in (QuestionKind.SINGLE, QuestionKind.MULTIPLE)
    ids = {one.id for one in question.choices}
    is_fitting = len(ids) >= 2 if has_own else not ids
    if not is_fitting or len(ids) < len(question.choices):
        raise Refused(ErrorCode.BAD_REQUEST, f"{where}.choices")
    if not all(folded(one.text) for one in question.choices):
        raise Refused(ErrorCode.BAD_REQUEST, f"{where}.choices")


def _check_right(question: Question, where: str) -> None:
    """Demand a right answer where there are points for one, and as many as the kind has."""
    right = frozenset(question.right)
    if question.kind is QuestionKind.TEXT:
        is_missing = bool(question.points) and not question.accepted
        if is_missing or not all(folded(one) for one in question.accepted):
            raise Refused(ErrorCode.BAD_REQUEST, f"{where}.accepted")
        is_fitting = not right
    else:
        if question.accepted:
            raise Refused(ErrorCode.BAD_REQUEST, f"{where}.accepted")
        most = len(right) if question.kind is QuestionKind.MULTIPLE else 1
        least = 1 if question.points else 0
        is_fitting = least <= len(right) <= most and right <= set(choices_of(question))
    if not is_fitting or len(right) < len(question.right):
        raise Refused(ErrorCode.BAD_REQUEST, f"{where}.right")


def submit(ctx: Context, command: c.SubmitQuiz) -> Answer:
    """Mark what a taker hands in, by the questions that they saw, and keep it."""
    _ = ctx.entry
    taker = taker_of(ctx.state, ctx.actor, ctx.now)
    if taker is None:
        raise Refused(ErrorCode.NOT_ALLOWED)
    book = ctx.state.quiz
    if book is None or not book.quiz.questions:
        raise Refused(ErrorCode.NOT_FOUND)
    used = len(attempts_of(book, taker))
    if tries_left(book, used) == 0:
        raise Refused(ErrorCode.NOT_ALLOWED)
    if command.version != book.version or len(book.attempts) >= MAX_ATTEMPTS:
        raise Refused(ErrorCode.CONFLICT)
    answers, words = _marked(book, command.answers)
    attempt = Attempt(
        number=len(book.attempts) + 1,
        taker=taker.keys[0],
        person=replace(taker.person, words=words),
        origin=taker.origin,
        link_id=taker.link_id,
        version=book.version,
        answers=answers,
        score=sum(one.points for one in answers),
        max_score=sum(one.points for one in book.quiz.questions),
        submitted_at=ctx.now,
    )
    return Answer(
        events=[e.QuizAttempted(attempt=attempt)],
        result={"attempt": used + 1, "version": book.version},
    )


def _marked(
    book: QuizBook, answers: tuple[Given, ...]
) -> tuple[tuple[Marked, ...], tuple[str, ...]]:
    """Mark every question, and gather the texts, which are kept with the person."""
    given = _by_question(book, answers)
    marked: list[Marked] = []
    words: list[str] = []
    for question in book.quiz.questions:
        answer = given.get(question.id, Given(question_id=question.id))
        word = None
        text = _visible(answer.text)
        if text:
            word = len(words)
            words.append(text)
        marked.append(mark(question, answer, word))
    return tuple(marked), tuple(words)


def _by_question(book: QuizBook, answers: tuple[Given, ...]) -> dict[str, Given]:
    """Hold answers to their questions: no other choices, no more of them than the kind has."""
    questions = {one.id: one for one in book.quiz.questions}
    found: dict[str, Given] = {}
    for place, given in enumerate(answers):
        where = f"answers.{place}"
        question = questions.get(given.question_id)
        if question is None or given.question_id in found:
            raise Refused(ErrorCode.BAD_REQUEST, f"{where}.question_id")
        if given.text and question.kind is not QuestionKind.TEXT:
            raise Refused(ErrorCode.BAD_REQUEST, f"{where}.text")
        chosen = frozenset(given.choices)
        most = len(chosen) if question.kind is QuestionKind.MULTIPLE else 1
        is_fitting = len(given.choices) <= most and chosen <= set(choices_of(question))
        if not is_fitting:
            raise Refused(ErrorCode.BAD_REQUEST, f"{where}.choices")
        found[given.question_id] = given
    return found


def _visible(text: str) -> str:
    """Leave out what steers a terminal or hides text, and the spaces around."""
    kept = (one for one in text if one in "\n\t" or unicodedata.category(one) not in ("Cc", "Cs"))
    return unicodedata.normalize("NFC", "".join(kept)).strip()


RULES: dict[type, Callable[[Context, Any], Answer]] = {
    c.SetQuiz: set_quiz,
    c.SubmitQuiz: submit,
}
