"""A quiz: what its editors write, what takers see of it, and what is told about attempts.

What takers see has no field for a right answer. So one cannot slip out by a mistake in a
projection; a result has those fields, and is filled as far as the quiz's settings allow.
"""

from enum import StrEnum
from typing import Annotated, NewType

from pydantic import Field, StringConstraints

from protocol.ids import Checked, LinkId
from protocol.model import Wire
from protocol.privacy import Seen
from protocol.roles import Origin
from protocol.text import Millis

QuestionId = NewType("QuestionId", str)
"""Chosen by whoever edits; the same for as long as it is the same question."""
ChoiceId = NewType("ChoiceId", str)

MAX_QUESTIONS = 50
"""A quiz of this size, with every text at its longest, fits into one request."""
MAX_CHOICES = 10
MAX_ACCEPTED = 10
MAX_TRIES = 100
"""How often one taker may answer, also where the quiz sets no limit."""

IS_TRUE, IS_FALSE = ChoiceId("true"), ChoiceId("false")
"""The choices of a question of the kind `true_false`, whose words are the page's."""

Points = Annotated[int, Field(ge=0, le=100)]
Percent = Annotated[int, Field(ge=0, le=100)]
Tries = Annotated[int, Field(ge=1, le=MAX_TRIES)]
QuestionText = Annotated[str, StringConstraints(min_length=1, max_length=1000)]
ChoiceText = Annotated[str, StringConstraints(min_length=1, max_length=300)]
Explanation = Annotated[str, StringConstraints(max_length=1000)]
AnswerText = Annotated[str, StringConstraints(max_length=300)]
AcceptedText = Annotated[str, StringConstraints(min_length=1, max_length=300)]
Chosen = Annotated[tuple[Checked[ChoiceId], ...], Field(max_length=MAX_CHOICES)]


class QuestionKind(StrEnum):
    """How a question is answered."""

    SINGLE = "single"
    MULTIPLE = "multiple"
    TRUE_FALSE = "true_false"
    TEXT = "text"


class ShowAfter(StrEnum):
    """What a taker is told after an attempt; each gives all that stands before it."""

    NOTHING = "nothing"
    SCORE = "score"
    ANSWERS_AT_END = "answers_at_end"
    """Which answers were right, once no attempt is left."""
    ANSWERS = "answers"


# --- what editors write --------------------------------------------------------------------


class Choice(Wire):
    """One of the answers that a question offers."""

    id: Checked[ChoiceId]
    text: ChoiceText


class Question(Wire):
    """One question with its right answer.

    Args:
        choices: for `single` and `multiple`; at least two.
        right: the right choices: one, for `multiple` at least one; for `true_false` the choice
            `true` or `false`. None where no answer is right or wrong.
        accepted: for `text`: what counts as right, whatever its case and spaces.
        points: for a right answer; 0 where none is right or wrong.
        explanation: shown where right answers are.
    """

    id: Checked[QuestionId]
    kind: QuestionKind
    text: QuestionText
    choices: Annotated[tuple[Choice, ...], Field(max_length=MAX_CHOICES)] = ()
    right: Chosen = ()
    accepted: Annotated[tuple[AcceptedText, ...], Field(max_length=MAX_ACCEPTED)] = ()
    points: Points = 1
    explanation: Explanation = ""


class QuizSettings(Wire):
    """How a quiz is taken.

    Args:
        attempts: how often one taker may answer; null: without a limit of the quiz's own.
        show_after: what a taker is told after an attempt.
        pass_percent: of the points, to pass; null: nobody passes or fails.
        shuffle_questions: in another order for each taker, always the same for one.
        shuffle_choices: the same for the choices of a question.
    """

    attempts: Tries | None = None
    show_after: ShowAfter = ShowAfter.ANSWERS_AT_END
    pass_percent: Percent | None = None
    shuffle_questions: bool = False
    shuffle_choices: bool = False


class Quiz(Wire):
    """A whole quiz as its editors see it. Without questions there is none to take."""

    questions: Annotated[tuple[Question, ...], Field(max_length=MAX_QUESTIONS)] = ()
    settings: QuizSettings = QuizSettings()


class Given(Wire):
    """A taker's answer to one question: choices, or a text."""

    question_id: Checked[QuestionId]
    choices: Chosen = ()
    text: AnswerText = ""


Answers = Annotated[tuple[Given, ...], Field(max_length=MAX_QUESTIONS)]


# --- what takers see -----------------------------------------------------------------------


class TakerQuestion(Wire):
    """One question as takers see it, before and after."""

    id: QuestionId
    kind: QuestionKind
    text: str
    choices: tuple[Choice, ...] = ()
    points: int


class TakerQuiz(Wire):
    """A quiz as takers see it, in the order that is theirs.

    Args:
        version: of the questions; an attempt names the one that it answers.
        attempts: how often one may answer; null: without limit.
        left: how often the caller still may; null: without limit.
        taker: tells one taker from another and says nothing else; a page keeps under it what
            is not handed in yet, so that the next at a shared computer does not find it.
    """

    version: int
    questions: tuple[TakerQuestion, ...]
    attempts: int | None = None
    left: int | None = None
    show_after: ShowAfter
    pass_percent: int | None = None
    taker: str = ""


class OwnAttempt(Wire):
    """One of the caller's own attempts; the score only where takers may see it."""

    number: int
    """Counted from 1 among the caller's own."""
    submitted_at: Millis
    score: int | None = None
    max_score: int | None = None
    is_passed: bool | None = None


class OwnAnswer(Wire):
    """What the caller answered; what is right only where takers may see it."""

    question_id: QuestionId
    choices: tuple[ChoiceId, ...] = ()
    text: str = ""
    is_right: bool | None = None
    points: int | None = None
    right: tuple[ChoiceId, ...] | None = None
    accepted: tuple[str, ...] | None = None
    explanation: str | None = None


class OwnResult(Wire):
    """The caller's newest attempt in full, with the questions as they were then."""

    attempt: OwnAttempt
    questions: tuple[TakerQuestion, ...]
    answers: tuple[OwnAnswer, ...]


class OwnAttempts(Wire):
    """The caller's own attempts, oldest first."""

    attempts: tuple[OwnAttempt, ...] = ()
    newest: OwnResult | None = None


# --- what owners see -----------------------------------------------------------------------


class QuizSheet(Wire):
    """The quiz with its right answers, for those who edit it or read its attempts.

    Args:
        revision: counts every change; an editor says which one they began from.
        version: the revision in which the questions last changed.
        is_taken: somebody has answered these questions.
    """

    quiz: Quiz = Quiz()
    revision: int = 0
    version: int = 0
    is_taken: bool = False


class MarkedAnswer(Wire):
    """One answer of an attempt, and what it got.

    Args:
        is_right: null where no answer is right or wrong.
    """

    question_id: QuestionId
    choices: tuple[ChoiceId, ...] = ()
    text: str = ""
    is_right: bool | None = None
    points: int


class AttemptView(Wire):
    """One attempt as owners see it. Somebody erased has no name and no texts.

    Args:
        number: its place among all attempts of the quiz, from 1.
        try_number: its place among those of the same taker, from 1.
        tries: how many that taker has made.
        link_name: of the guest link by which the taker came.
        version: of the questions that were answered.
        is_passed: by the pass mark as it is now; null where there is none.
    """

    number: int
    try_number: int
    tries: int
    name: str
    email: Annotated[str | None, Seen.STAFF] = None
    origin: Origin
    link_name: Annotated[str | None, Seen.STAFF] = None
    version: int
    score: int
    max_score: int
    is_passed: bool | None = None
    submitted_at: Millis
    answers: tuple[MarkedAnswer, ...]


class TextCount(Wire):
    """How often a text was given as an answer, whatever its case and spaces."""

    text: str
    count: int


class QuestionSummary(Wire):
    """How one question of the present version was answered.

    Args:
        answers: attempts in which it was asked.
        right: of these, with the right answer.
        blank: of these, without an answer.
        chosen: how often each choice was taken.
        texts: the most frequent texts.
    """

    question_id: QuestionId
    answers: int = 0
    right: int = 0
    blank: int = 0
    chosen: dict[str, int] = Field(default_factory=dict)
    texts: tuple[TextCount, ...] = ()


class LinkCount(Wire):
    """How many attempts were made by those who came by one guest link."""

    id: LinkId
    name: str
    attempts: int


class QuizSummary(Wire):
    """The attempts that match, in numbers.

    Args:
        total: all attempts, whether they match or not.
        attempts: those that match.
        takers: by how many people these were made.
        mean_percent: of the points, over the attempts that match; null: none had points.
        passed: takers who have passed; null where there is no pass mark.
        scores: how many attempts got 0 to 9 percent of the points, 10 to 19, …, 90 to 100.
        origins: how many of all attempts were made by people who came in each way.
        links: the same for each guest link.
    """

    total: int
    attempts: int
    takers: int
    mean_percent: int | None = None
    passed: int | None = None
    scores: tuple[int, ...]
    origins: dict[Origin, int]
    links: Annotated[tuple[LinkCount, ...] | None, Seen.STAFF] = None
    questions: tuple[QuestionSummary, ...]
