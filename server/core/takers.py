"""Who takes a quiz, and what they are shown: never more than they may know at that moment."""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from typing import TypeVar

from protocol.ids import LinkId
from protocol.quiz import (
    MAX_TRIES,
    Choice,
    OwnAnswer,
    OwnAttempt,
    OwnAttempts,
    OwnResult,
    Question,
    QuestionId,
    ShowAfter,
    TakerQuestion,
    TakerQuiz,
)
from protocol.roles import Origin
from server.core.actors import AccountActor, Actor, ParticipantActor
from server.core.content import may_open
from server.core.person import Person
from server.core.quiz import Attempt, Marked, QuizBook
from server.core.state import Participant, RoomState

T = TypeVar("T", Question, Choice)


@dataclass(frozen=True, slots=True, kw_only=True)
class Taker:
    """Somebody who may take the quiz.

    Args:
        keys: by what their attempts are found, the first for new ones. A collaborator is known
            by the account before they have entered, and by the participant afterwards.
    """

    keys: tuple[str, ...]
    person: Person
    origin: Origin
    link_id: LinkId | None = None


def taker_of(state: RoomState, actor: Actor, now: int) -> Taker | None:
    """Find who takes the quiz; None for those who were not let in.

    A guest is known by their participant, so by their device: an address that somebody only
    typed must not use up another person's attempts (decision 003).
    """
    match actor:
        case ParticipantActor():
            return _participant(state, state.participants.get(actor.participant_id), now)
        case AccountActor():
            known = state.by_account.get(actor.account_id)
            if known is not None:
                return _participant(state, state.participants.get(known), now)
            collaborator = state.collaborators.get(actor.account_id)
            if collaborator is None:
                return None
            key = f"account:{actor.account_id}"
            return Taker(keys=(key,), person=collaborator.person, origin=Origin.ACCOUNT)
        case _:
            return None


def _participant(state: RoomState, participant: Participant | None, now: int) -> Taker | None:
    if participant is None or not may_open(state, participant, now):
        return None
    keys = [f"participant:{participant.id}"]
    if participant.account_id:
        keys.append(f"account:{participant.account_id}")
    return Taker(
        keys=tuple(keys),
        person=participant.person,
        origin=participant.origin,
        link_id=participant.link_id if participant.origin is Origin.GUEST_LINK else None,
    )


def attempts_of(book: QuizBook, taker: Taker) -> list[Attempt]:
    """List a taker's attempts, oldest first. Cost: O(k) in how many these are."""
    numbers = sorted(number for key in taker.keys for number in book.taken.get(key, ()))
    return [book.attempts[number] for number in numbers]


def tries_left(book: QuizBook, used: int) -> int | None:
    """Say how often a taker may still answer; None: as often as they like."""
    allowed = book.quiz.settings.attempts
    if allowed is None:
        return None if used < MAX_TRIES else 0
    return max(0, allowed - used)


def is_passed(book: QuizBook, attempt: Attempt) -> bool | None:
    """Say whether an attempt reaches the pass mark; None where there is none, or no points."""
    mark = book.quiz.settings.pass_percent
    if mark is None or not attempt.max_score:
        return None
    return 100 * attempt.score >= mark * attempt.max_score


def quiz_for(book: QuizBook, taker: Taker | None) -> TakerQuiz:
    """Show the quiz as a taker sees it; without one, as it would be in its own order."""
    settings = book.quiz.settings
    used = len(attempts_of(book, taker)) if taker else 0
    return TakerQuiz(
        version=book.version,
        questions=_asked(book, book.quiz.questions, taker),
        attempts=settings.attempts,
        left=tries_left(book, used),
        show_after=settings.show_after,
        pass_percent=settings.pass_percent,
        taker=_hash(taker.keys[-1])[:16] if taker else "",
    )


def _asked(
    book: QuizBook, questions: Iterable[Question], taker: Taker | None
) -> tuple[TakerQuestion, ...]:
    settings = book.quiz.settings
    # The last key: it is the account's, where there is one, and stays when somebody enters.
    seed = taker.keys[-1] if taker else ""
    if taker and settings.shuffle_questions:
        questions = _shuffled(questions, seed)
    return tuple(
        TakerQuestion(
            id=one.id,
            kind=one.kind,
            text=one.text,
            choices=tuple(_shuffled(one.choices, f"{seed} {one.id}"))
            if taker and settings.shuffle_choices
            else one.choices,
            points=one.points,
        )
        for one in questions
    )


def _shuffled(items: Iterable[T], seed: str) -> list[T]:
    """Give an order that looks like chance, and is the same for the same taker each time."""
    return sorted(items, key=lambda item: _hash(f"{seed}\0{item.id}"))


def _hash(text: str) -> str:
    return hashlib.blake2b(text.encode(), digest_size=16).hexdigest()


def own_attempts(book: QuizBook, taker: Taker) -> OwnAttempts:
    """Show a taker their own attempts, as far as the settings let them see now."""
    attempts = attempts_of(book, taker)
    shown = _shown(book, len(attempts))
    views = tuple(_own(book, one, shown, place) for place, one in enumerate(attempts, start=1))
    if not attempts:
        return OwnAttempts()
    newest = attempts[-1]
    questions = book.questions_of(newest.version)
    by_id = {one.id: one for one in questions}
    result = OwnResult(
        attempt=views[-1],
        questions=_asked(book, questions, taker),
        answers=tuple(_own_answer(newest, one, by_id, shown) for one in newest.answers),
    )
    return OwnAttempts(attempts=views, newest=result)


def _shown(book: QuizBook, used: int) -> ShowAfter:
    """Say what a taker may see now: the score, the answers too, or nothing."""
    shown = book.quiz.settings.show_after
    if shown is not ShowAfter.ANSWERS_AT_END:
        return shown
    left = tries_left(book, used)
    # Without a limit there is no end to wait for.
    return ShowAfter.ANSWERS if not left else ShowAfter.SCORE


def _own(book: QuizBook, attempt: Attempt, shown: ShowAfter, number: int) -> OwnAttempt:
    if shown is ShowAfter.NOTHING:
        return OwnAttempt(number=number, submitted_at=attempt.submitted_at)
    return OwnAttempt(
        number=number,
        submitted_at=attempt.submitted_at,
        score=attempt.score,
        max_score=attempt.max_score,
        is_passed=is_passed(book, attempt),
    )


def _own_answer(
    attempt: Attempt, answer: Marked, questions: dict[QuestionId, Question], shown: ShowAfter
) -> OwnAnswer:
    text = attempt.text_of(answer)
    question = questions.get(answer.question_id)
    if shown is not ShowAfter.ANSWERS or question is None:
        return OwnAnswer(question_id=answer.question_id, choices=answer.choices, text=text)
    return OwnAnswer(
        question_id=answer.question_id,
        choices=answer.choices,
        text=text,
        is_right=answer.is_right,
        points=answer.points,
        right=question.right,
        accepted=question.accepted,
        explanation=question.explanation,
    )
