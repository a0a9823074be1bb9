"""The attempts at a quiz as rows, as numbers and as CSV; pure, and run in a thread."""

import csv
import io
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence

from protocol.ids import LinkId
from protocol.quiz import (
    IS_TRUE,
    AttemptView,
    LinkCount,
    MarkedAnswer,
    Question,
    QuestionKind,
    QuestionSummary,
    QuizSummary,
    TextCount,
)
from protocol.roles import Origin
from server.core.marking import folded
from server.core.quiz import Attempt, Marked, QuizBook
from server.core.state import RoomState
from server.core.takers import is_passed
from server.edge.exports import harmless, moment

TEXTS_SHOWN = 8
"""Of the texts that were given to one question, the most frequent."""
STEPS = 10
"""Of the distribution of scores, ten percent each."""

HEADINGS = (
    "name",
    "email",
    "came_by",
    "link",
    "try",
    "submitted_at",
    "score",
    "max_score",
    "percent",
    "passed",
)


def link_name(state: RoomState, attempt: Attempt) -> str:
    """Name the guest link by which somebody came; deleted links keep their names."""
    link = state.links.get(attempt.link_id) if attempt.link_id else None
    return link.name if link else ""


def attempt_view(state: RoomState, book: QuizBook, one: Attempt, *, is_staff: bool) -> AttemptView:
    """Make the row of an attempt.

    Args:
        is_staff: the reader may see addresses, and by which link a guest came.
    """
    tries = book.taken.get(one.taker, ())
    return AttemptView(
        number=one.number,
        try_number=tries.index(one.number) + 1,
        tries=len(tries),
        name=one.person.name,
        email=one.person.email if is_staff else None,
        origin=one.origin,
        link_name=(link_name(state, one) or None) if is_staff else None,
        version=one.version,
        score=one.score,
        max_score=one.max_score,
        is_passed=is_passed(book, one),
        submitted_at=one.submitted_at,
        answers=tuple(
            MarkedAnswer(
                question_id=answer.question_id,
                choices=answer.choices,
                text=one.text_of(answer),
                is_right=answer.is_right,
                points=answer.points,
            )
            for answer in one.answers
        ),
    )


def quiz_summary(
    state: RoomState, book: QuizBook, attempts: Sequence[Attempt], *, is_staff: bool
) -> QuizSummary:
    """Put the attempts that match into numbers. Cost: O(n) in all attempts."""
    pass_mark = book.quiz.settings.pass_percent
    percents = [percent for one in attempts if (percent := percent_of(one)) is not None]
    scores = [0] * STEPS
    for percent in percents:
        scores[min(STEPS - 1, percent * STEPS // 100)] += 1
    origins = Counter(one.origin for one in book.attempts.values())
    passed = {one.taker for one in attempts if is_passed(book, one)}
    return QuizSummary(
        total=len(book.attempts),
        attempts=len(attempts),
        takers=len({one.taker for one in attempts}),
        mean_percent=round(sum(percents) / len(percents)) if percents else None,
        passed=None if pass_mark is None else len(passed),
        scores=tuple(scores),
        origins={origin: origins[origin] for origin in Origin},
        links=_link_counts(state, book) if is_staff else None,
        questions=tuple(_question_summaries(book, attempts)),
    )


def percent_of(attempt: Attempt) -> int | None:
    """Say how many percent of the points an attempt got, rounded down."""
    return 100 * attempt.score // attempt.max_score if attempt.max_score else None


def _link_counts(state: RoomState, book: QuizBook) -> tuple[LinkCount, ...]:
    counts: Counter[LinkId] = Counter(
        one.link_id for one in book.attempts.values() if one.link_id is not None
    )
    links = [state.links[one] for one in counts if one in state.links]
    links.sort(key=lambda link: (link.created_at, link.id))
    return tuple(LinkCount(id=one.id, name=one.name, attempts=counts[one.id]) for one in links)


def _question_summaries(book: QuizBook, attempts: Iterable[Attempt]) -> Iterator[QuestionSummary]:
    given: dict[str, list[tuple[Attempt, Marked]]] = {}
    for attempt in attempts:
        # An earlier version may have asked something else under the same id.
        if attempt.version == book.version:
            for answer in attempt.answers:
                given.setdefault(answer.question_id, []).append((attempt, answer))
    for question in book.quiz.questions:
        yield _question_summary(question, given.get(question.id, []))


def _question_summary(
    question: Question, given: Sequence[tuple[Attempt, Marked]]
) -> QuestionSummary:
    texts: Counter[str] = Counter()
    spelled: dict[str, str] = {}
    for attempt, answer in given:
        text = attempt.text_of(answer)
        if text:
            texts[folded(text)] += 1
            spelled.setdefault(folded(text), text)
    return QuestionSummary(
        question_id=question.id,
        answers=len(given),
        right=sum(1 for _, answer in given if answer.is_right),
        blank=sum(1 for _, answer in given if not answer.choices and answer.word is None),
        chosen=Counter(choice for _, answer in given for choice in answer.choices),
        texts=tuple(
            TextCount(text=spelled[text], count=count)
            for text, count in texts.most_common(TEXTS_SHOWN)
        ),
    )


def attempts_csv(
    state: RoomState, book: QuizBook, attempts: Iterable[Attempt], *, is_staff: bool
) -> str:
    """Make the CSV form: a row an attempt, a column a question of the present version.

    Cost: O(n). Times are in UTC.
    """
    out = io.StringIO(newline="")
    # A byte order mark, without which a spreadsheet may take it for another encoding.
    out.write("\ufeff")
    writer = csv.writer(out, lineterminator="\r\n")
    questions = book.quiz.questions
    headings = (*HEADINGS, *(f"{place}. {one.text}" for place, one in enumerate(questions, 1)))
    writer.writerow([harmless(cell) for cell in headings])
    for attempt in attempts:
        view = attempt_view(state, book, attempt, is_staff=is_staff)
        cells = [*_cells(view, percent_of(attempt)), *_answer_cells(book, view)]
        writer.writerow([harmless(str(cell)) for cell in cells])
    return out.getvalue()


def _cells(view: AttemptView, percent: int | None) -> tuple[object, ...]:
    passed = {None: "", True: "yes", False: "no"}[view.is_passed]
    return (
        view.name,
        view.email or "",
        view.origin.value,
        view.link_name or "",
        view.try_number,
        moment(view.submitted_at),
        view.score,
        view.max_score,
        "" if percent is None else percent,
        passed,
    )


def _answer_cells(book: QuizBook, view: AttemptView) -> Iterator[str]:
    """Write the answers in words: by the questions as they were when they were answered."""
    asked = {one.id: one for one in book.questions_of(view.version)}
    answers = {one.question_id: one for one in view.answers}
    for question in book.quiz.questions:
        answer, was = answers.get(question.id), asked.get(question.id)
        yield _in_words(was, answer) if answer and was else ""


def _in_words(question: Question, answer: MarkedAnswer) -> str:
    if question.kind is QuestionKind.TEXT:
        return answer.text
    if question.kind is QuestionKind.TRUE_FALSE:
        return "; ".join("true" if one == IS_TRUE else "false" for one in answer.choices)
    texts = {one.id: one.text for one in question.choices}
    return "; ".join(texts.get(one, "") for one in answer.choices)
