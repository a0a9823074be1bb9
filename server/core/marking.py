"""Marking: a question and an answer give points. All of them or none, so that anybody can check."""

import unicodedata

from protocol.quiz import IS_FALSE, IS_TRUE, ChoiceId, Given, Question, QuestionKind
from server.core.quiz import Marked

_PLAIN = str.maketrans({"\u2018": "'", "\u2019": "'", "\u201c": '"', "\u201d": '"', "\u00ad": ""})
"""What the keyboard of a phone writes by itself, or what nobody sees."""


def folded(text: str) -> str:
    """Make the form in which texts are compared: whatever their case, spaces and encoding.

    Example:
        >>> folded("  New   YORK ") == folded("new york")
        True
    """
    plain = unicodedata.normalize("NFC", text).translate(_PLAIN)
    return " ".join(unicodedata.normalize("NFC", plain.casefold()).split())


def is_right(question: Question, given: Given) -> bool | None:
    """Say whether an answer is right; None where none is right or wrong."""
    if question.kind is QuestionKind.TEXT:
        if not question.accepted:
            return None
        answer = folded(given.text)
        return bool(answer) and any(folded(one) == answer for one in question.accepted)
    return frozenset(given.choices) == frozenset(question.right) if question.right else None


def choices_of(question: Question) -> tuple[ChoiceId, ...]:
    """List what may be chosen."""
    if question.kind is QuestionKind.TRUE_FALSE:
        return (IS_TRUE, IS_FALSE)
    return tuple(one.id for one in question.choices)


def mark(question: Question, given: Given, word: int | None) -> Marked:
    """Mark one answer.

    Args:
        question: as it was answered.
        given: the answer, which fits the question.
        word: where its text is kept, if it has one.
    """
    right = is_right(question, given)
    return Marked(
        question_id=question.id,
        choices=given.choices,
        word=word,
        is_right=right,
        points=question.points if right else 0,
    )
