"""A quiz and its attempts in the store: texts are sealed and erased with their writer."""

from protocol import commands as c
from protocol.roles import EntryKind
from server.core.record import Record
from server.core.state import RoomState
from server.store.codec import Codec
from server.store.interface import START, Store
from server.store.journal import Journal
from server.store.sealing import Sealer, seal, unseal
from tests.core.given import ROOM, Story, replayed
from tests.core.quizzes import ALL_RIGHT, OPINION, given, handed_in, quiz

WORDS = "All of my own words"


def story() -> Story:
    told = Story(EntryKind.QUIZ)
    told.given(told.owner.account, c.SetQuiz(quiz=quiz(attempts=5)))
    told.given(told.guest, ALL_RIGHT, handed_in("b", given(OPINION, text=WORDS)))
    told.given(told.owner.account, c.SetQuiz(quiz=quiz(OPINION), based_on=1))
    return told


def test_a_checkpoint_with_a_quiz_comes_back_without_words_in_its_body() -> None:
    codec, state = Codec(RoomState), story().state
    encoded = codec.encode(state)
    assert codec.decode(encoded.body, encoded.people) == state
    assert WORDS.encode() not in encoded.body
    assert any(WORDS in person.words for person in encoded.people)


def test_a_room_without_a_quiz_is_written_as_before_there_were_any() -> None:
    encoded = Codec(RoomState).encode(Story().state)
    assert b"quiz" not in encoded.body


async def test_records_come_back_and_texts_go_when_their_writer_is_erased(
    store: Store, sealer: Sealer
) -> None:
    told = story()
    journal = Journal(store, sealer, Record, RoomState)
    head = await journal.append(ROOM, START, told.records)
    assert replayed(list((await journal.read(ROOM, START)).records)) == told.state

    await sealer.erase(told.guest.person.id)

    page = await Journal(store, sealer, Record, RoomState).read(ROOM, START)
    assert page.head == head
    book = replayed(list(page.records)).quiz
    assert book is not None
    assert [one.score for one in book.attempts.values()] == [10, 2]
    for attempt in book.attempts.values():
        assert attempt.person.is_erased
        assert {attempt.text_of(one) for one in attempt.answers} == {""}


async def test_words_are_sealed(sealer: Sealer) -> None:
    person = story().state.quiz.attempts[2].person  # type: ignore[union-attr]
    keys = await sealer.keys_to_seal([person])
    sealed = seal(person, keys)
    assert sealed.data is not None
    assert WORDS.encode() not in sealed.data
    assert unseal(sealed, keys) == person
