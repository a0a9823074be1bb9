"""Steps of a quiz. Each costs O(log n) in the number of attempts."""

from immutables import Map

from server.core import events as e
from server.core.evolve.parts import Step
from server.core.quiz import QuizBook
from server.core.replacing import replace
from server.core.state import RoomState


def _set(state: RoomState, event: e.QuizSet, _at: int) -> RoomState:
    old = state.quiz
    if old is None:
        book = QuizBook(quiz=event.quiz, revision=event.revision, version=event.version)
        return replace(state, quiz=book)
    earlier = old.earlier
    # What nobody has answered need not be kept, however often an editor saves.
    if event.version != old.version and old.is_taken:
        earlier = earlier.set(old.version, old.quiz.questions)
    book = replace(
        old, quiz=event.quiz, revision=event.revision, version=event.version, earlier=earlier
    )
    return replace(state, quiz=book)


def _attempted(state: RoomState, event: e.QuizAttempted, _at: int) -> RoomState:
    book, attempt = state.quiz, event.attempt
    if book is None:
        return state
    taken: Map[str, tuple[int, ...]] = book.taken
    numbers = (*taken.get(attempt.taker, ()), attempt.number)
    return replace(
        state,
        quiz=replace(
            book,
            attempts=book.attempts.set(attempt.number, attempt),
            taken=taken.set(attempt.taker, numbers),
        ),
    )


STEPS: dict[type, Step] = {
    e.QuizSet: _set,
    e.QuizAttempted: _attempted,
}
