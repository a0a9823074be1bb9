"""What a room keeps of its quiz: the questions now, earlier ones that were answered, attempts."""

from dataclasses import dataclass, field

from immutables import Map

from protocol.ids import LinkId
from protocol.quiz import ChoiceId, Question, QuestionId, Quiz
from protocol.roles import Origin
from server.core.person import Person


@dataclass(frozen=True, slots=True, kw_only=True)
class Marked:
    """One answer, and what it got.

    Args:
        word: for a text: its place among the words of the attempt's person.
        is_right: None where no answer is right or wrong.
    """

    question_id: QuestionId
    choices: tuple[ChoiceId, ...] = ()
    word: int | None = None
    is_right: bool | None = None
    points: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Attempt:
    """Answers that somebody handed in, marked once and for all.

    Args:
        number: its place among all attempts, from 1 and without a gap.
        taker: by what the same taker is known again (see `server.core.takers`).
        person: who that was then, with the texts that they wrote.
        link_id: of the guest link by which they came.
        version: of the questions.
        answers: one for each question, in the order of the quiz.
    """

    number: int
    taker: str
    person: Person
    origin: Origin
    link_id: LinkId | None = None
    version: int
    answers: tuple[Marked, ...]
    score: int
    max_score: int
    submitted_at: int

    def text_of(self, answer: Marked) -> str:
        """Find what was written; empty when nothing was, or when its writer was erased."""
        words = self.person.words
        if answer.word is None or answer.word >= len(words):
            return ""
        return words[answer.word]


@dataclass(frozen=True, slots=True, kw_only=True)
class QuizBook:
    """The quiz of an entry, and everything that was handed in.

    Args:
        revision: counts every change.
        version: the revision in which the questions last changed.
        earlier: questions of earlier versions, of those that somebody has answered.
        attempts: by number.
        taken: the numbers of each taker's attempts, oldest first.
    """

    quiz: Quiz
    revision: int
    version: int
    earlier: Map[int, tuple[Question, ...]] = field(default_factory=Map)
    attempts: Map[int, Attempt] = field(default_factory=Map)
    taken: Map[str, tuple[int, ...]] = field(default_factory=Map)

    @property
    def is_taken(self) -> bool:
        """Somebody has answered the questions as they are now. Cost: none that grows."""
        newest = self.attempts.get(len(self.attempts))
        return newest is not None and newest.version == self.version

    def questions_of(self, version: int) -> tuple[Question, ...]:
        """Find the questions that an attempt answered."""
        return self.quiz.questions if version == self.version else self.earlier.get(version, ())
