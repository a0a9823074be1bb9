"""The postman, with a real mail server at the other end."""

import asyncio
import logging
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from email.message import EmailMessage

import pytest

from protocol.ids import PersonId
from server.core.person import Person
from server.integrations.mail.letters import Letter
from server.integrations.mail.limits import SharedLimits
from server.integrations.mail.outcome import Bounced, Failed, Mailer, Outcome, Sent
from server.integrations.mail.postman import (
    FAULT,
    LetterKind,
    LetterRef,
    Postman,
    PostmanSettings,
)
from server.integrations.mail.settings import MailSettings, Security
from server.integrations.mail.smtp import SmtpMailer
from tests.integrations.mail.given import (
    BOB,
    HOUR_MS,
    LINK,
    NOW,
    SENDER,
    Ledger,
    World,
    code_letter,
    invitation_letter,
    person,
    ref,
    text_of,
)
from tests.mailbox import Mailbox

CODE_REF = ref(kind=LetterKind.CODE)


@pytest.fixture
def world() -> World:
    return World()


@pytest.fixture
def ledger() -> Ledger:
    return Ledger()


def smtp(mailbox: Mailbox) -> SmtpMailer:
    return SmtpMailer(
        MailSettings(
            host="127.0.0.1",
            port=mailbox.port,
            sender_address=SENDER.address,
            security=Security.NONE,
        )
    )


def a_postman(
    mailer: Mailer, world: World, ledger: Ledger, settings: PostmanSettings | None = None
) -> Postman:
    return Postman(mailer, SENDER, ledger.record, world.surroundings, settings)


@asynccontextmanager
async def at_work(postman: Postman, deadline_s: float = 10) -> AsyncIterator[Postman]:
    async with asyncio.TaskGroup() as tasks:
        tasks.create_task(postman.run())
        try:
            yield postman
        finally:
            await postman.aclose(deadline_s)


@asynccontextmanager
async def delivering(
    mailbox: Mailbox, world: World, ledger: Ledger, settings: PostmanSettings | None = None
) -> AsyncIterator[Postman]:
    async with at_work(a_postman(smtp(mailbox), world, ledger, settings)) as postman:
        yield postman


# --- sending -------------------------------------------------------------------------------


async def test_a_letter_arrives_and_is_reported_as_sent(
    mailbox: Mailbox, world: World, ledger: Ledger
) -> None:
    async with delivering(mailbox, world, ledger) as postman:
        assert postman.enqueue(ref(), invitation_letter())
        [mail] = await mailbox.wait_for(1)
        assert LINK in text_of(mail)
        assert mail["Message-ID"] == "<id1@mail.example>"
        assert await ledger.wait_for(1) == [(ref(), Sent())]
        assert postman.waiting == 0


async def test_a_bounce_is_reported_and_not_tried_again(
    mailbox: Mailbox, world: World, ledger: Ledger
) -> None:
    mailbox.answer("RCPT", "550 5.1.1 unknown")
    async with delivering(mailbox, world, ledger) as postman:
        postman.enqueue(ref(), invitation_letter())
        [(_, outcome)] = await ledger.wait_for(1)
    assert isinstance(outcome, Bounced)
    assert (mailbox.attempts, world.slept_s) == (1, [])


async def test_an_address_that_is_none_bounces_without_being_tried(
    mailbox: Mailbox, world: World, ledger: Ledger
) -> None:
    async with delivering(mailbox, world, ledger) as postman:
        postman.enqueue(ref(), invitation_letter(to=Person(BOB.id, "Bob", "nobody")))
        [(_, outcome)] = await ledger.wait_for(1)
    assert isinstance(outcome, Bounced)
    assert mailbox.attempts == 0


async def test_a_letter_is_tried_until_it_is_taken_with_growing_pauses(
    mailbox: Mailbox, world: World, ledger: Ledger
) -> None:
    mailbox.answer("RCPT", *["451 4.7.1 greylisted"] * 4)
    async with delivering(mailbox, world, ledger) as postman:
        postman.enqueue(ref(), invitation_letter())
        assert await ledger.wait_for(1) == [(ref(), Sent())]
    assert world.slept_s == [5, 10, 20, 40]
    assert len(mailbox.messages) == 1
    assert mailbox.messages[0]["Message-ID"] == "<id1@mail.example>"


async def test_pauses_are_varied_and_end_at_the_longest(
    mailbox: Mailbox, world: World, ledger: Ledger
) -> None:
    world.chance = 0.0
    settings = PostmanSettings(longest_retry_ms=8_000)
    mailbox.answer("RCPT", *["451 later"] * 3)
    async with delivering(mailbox, world, ledger, settings) as postman:
        postman.enqueue(ref(), invitation_letter())
        await ledger.wait_for(1)
    assert world.slept_s == [2.5, 4, 4]


async def test_patience_ends_and_the_failure_is_reported(
    mailbox: Mailbox, world: World, ledger: Ledger
) -> None:
    mailbox.answer("RCPT", *["451 4.3.0 never"] * 99)
    async with delivering(mailbox, world, ledger) as postman:
        postman.enqueue(ref(), invitation_letter())
        [(_, outcome)] = await ledger.wait_for(1)
    assert outcome == Failed("the mail system there cannot take it (451 4.3.0)")
    assert 5 * HOUR_MS < world.steady_ms < 6 * HOUR_MS


@pytest.mark.parametrize(
    "letter", [code_letter(valid_minutes=1), invitation_letter(expires_at=NOW + 60_000)]
)
async def test_nothing_is_sent_that_has_expired(
    mailbox: Mailbox, world: World, ledger: Ledger, letter: Letter
) -> None:
    mailbox.answer("RCPT", *["451 later"] * 99)
    async with delivering(mailbox, world, ledger) as postman:
        postman.enqueue(ref(), letter)
        [(_, outcome)] = await ledger.wait_for(1)
    assert isinstance(outcome, Failed)
    assert world.steady_ms < 60_000


async def test_a_code_overtakes_a_list_of_invitations(
    mailbox: Mailbox, world: World, ledger: Ledger
) -> None:
    postman = a_postman(smtp(mailbox), world, ledger, PostmanSettings(workers=1))
    for number in range(5):
        postman.enqueue(ref(f"i_{number}"), invitation_letter(to=person(number)))
    postman.enqueue(CODE_REF, code_letter())
    async with at_work(postman):
        mails = await mailbox.wait_for(6)
    assert "code" in mails[0]["Subject"]


async def test_one_address_that_hangs_does_not_stop_the_others(
    mailbox: Mailbox, world: World, ledger: Ledger
) -> None:
    async with Mailbox() as slow:
        slow.hang()
        async with (
            delivering(slow, world, Ledger(), PostmanSettings(workers=2)) as held,
            delivering(mailbox, world, ledger) as postman,
        ):
            held.enqueue(ref("i_1"), invitation_letter(to=person(1)))
            held.enqueue(ref("i_2"), invitation_letter(to=person(2)))
            await slow.wait_for_attempts(2)
            postman.enqueue(ref(), invitation_letter())
            await ledger.wait_for(1)
            slow.go_on()


# --- once ----------------------------------------------------------------------------------


async def test_the_same_ref_is_sent_once_while_it_is_on_its_way(
    mailbox: Mailbox, world: World, ledger: Ledger
) -> None:
    mailbox.hang()
    async with delivering(mailbox, world, ledger) as postman:
        assert postman.enqueue(ref(), invitation_letter())
        await mailbox.wait_for_attempts(1)
        assert postman.enqueue(ref(), invitation_letter())
        assert postman.waiting == 1
        mailbox.go_on()
        await ledger.wait_for(1)
    assert len(mailbox.messages) == len(ledger.outcomes) == 1


async def test_after_it_was_sent_it_can_be_sent_again(
    mailbox: Mailbox, world: World, ledger: Ledger
) -> None:
    async with delivering(mailbox, world, ledger) as postman:
        for count in (1, 2):
            assert postman.enqueue(ref(), invitation_letter())
            await ledger.wait_for(count)
    ids = [mail["Message-ID"] for mail in mailbox.messages]
    assert ids == ["<id1@mail.example>", "<id2@mail.example>"]


async def test_of_two_letters_under_one_ref_only_the_newest_is_sent(
    mailbox: Mailbox, world: World, ledger: Ledger
) -> None:
    postman = a_postman(smtp(mailbox), world, ledger)
    postman.enqueue(CODE_REF, code_letter(code="111111"))
    postman.enqueue(CODE_REF, code_letter(code="222222"))
    async with at_work(postman):
        await ledger.wait_for(1)
    [mail] = mailbox.messages
    assert "222 222" in text_of(mail)
    assert ledger.outcomes == [(CODE_REF, Sent())]


async def test_a_newer_letter_does_not_wait_for_the_pause_of_the_older(
    mailbox: Mailbox, world: World, ledger: Ledger
) -> None:
    world.hold()
    mailbox.answer("RCPT", "451 later")
    async with delivering(mailbox, world, ledger) as postman:
        postman.enqueue(CODE_REF, code_letter(code="111111"))
        async with asyncio.timeout(10):
            await world.asleep.wait()
        postman.enqueue(CODE_REF, code_letter(code="222222"))
        await ledger.wait_for(1)
        world.gate.set()
    [mail] = mailbox.messages
    assert "222 222" in text_of(mail)


async def test_an_invitation_and_a_code_do_not_replace_each_other(
    mailbox: Mailbox, world: World, ledger: Ledger
) -> None:
    async with delivering(mailbox, world, ledger) as postman:
        postman.enqueue(ref(), invitation_letter())
        postman.enqueue(CODE_REF, code_letter())
        await ledger.wait_for(2)
    assert len(mailbox.messages) == 2


# --- limits --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "spelling", ["bob@example.com", "BOB@Example.com", "bob+1@example.com", " bob@example.com"]
)
async def test_a_mailbox_gets_ten_mails_an_hour_however_it_is_spelt(
    mailbox: Mailbox, world: World, ledger: Ledger, spelling: str
) -> None:
    again = Person(PersonId("p_other"), "Bob", spelling)
    async with delivering(mailbox, world, ledger) as postman:
        for number in range(10):
            letter = code_letter(code=f"{number:06d}")
            assert postman.enqueue(ref(room=f"e_{number}", kind=LetterKind.CODE), letter)
        assert not postman.enqueue(ref(room="e_x"), invitation_letter(to=again))
        assert postman.enqueue(ref(room="e_x"), invitation_letter(to=person(1)))
        await ledger.wait_for(11)
        world.steady_ms += HOUR_MS
        assert postman.enqueue(ref(room="e_x"), invitation_letter(to=again))
        await ledger.wait_for(12)
    assert len(mailbox.messages) == 12


async def test_an_entry_mails_only_so_much_in_an_hour(world: World, ledger: Ledger) -> None:
    async with Mailbox() as mailbox:
        settings = PostmanSettings(most_per_entry=3)
        async with delivering(mailbox, world, ledger, settings) as postman:
            taken = [
                postman.enqueue(ref(f"i_{number}"), invitation_letter(to=person(number)))
                for number in range(5)
            ]
            assert taken == [True, True, True, False, False]
            assert postman.enqueue(ref("i_9", room="e_2"), invitation_letter(to=person(9)))
            await ledger.wait_for(4)


async def test_letters_to_no_address_are_limited_too(mailbox: Mailbox, world: World) -> None:
    postman = a_postman(smtp(mailbox), world, Ledger())
    nobody = Person(BOB.id, "Bob", "nobody")
    taken = [postman.enqueue(ref(f"i_{n}"), invitation_letter(to=nobody)) for n in range(11)]
    assert taken.count(True) == 10


async def test_a_full_queue_takes_no_more(mailbox: Mailbox, world: World, ledger: Ledger) -> None:
    mailbox.hang()
    async with delivering(mailbox, world, ledger, PostmanSettings(capacity=2)) as postman:
        assert postman.enqueue(ref("i_1"), invitation_letter(to=person(1)))
        assert postman.enqueue(ref("i_2"), invitation_letter(to=person(2)))
        assert not postman.enqueue(ref("i_3"), invitation_letter(to=person(3)))
        assert postman.enqueue(ref("i_2"), invitation_letter(to=person(2)))
        mailbox.go_on()
        await ledger.wait_for(2)
        assert postman.enqueue(ref("i_3"), invitation_letter(to=person(3)))
        await ledger.wait_for(3)


async def test_letters_that_wait_for_another_try_count_as_well(
    mailbox: Mailbox, world: World, ledger: Ledger
) -> None:
    world.hold()
    mailbox.answer("RCPT", "451 later")
    async with delivering(mailbox, world, ledger, PostmanSettings(capacity=1)) as postman:
        postman.enqueue(ref("i_1"), invitation_letter(to=person(1)))
        async with asyncio.timeout(10):
            await world.asleep.wait()
        assert not postman.enqueue(ref("i_2"), invitation_letter(to=person(2)))
        world.gate.set()
        await ledger.wait_for(1)


# --- what goes wrong -----------------------------------------------------------------------


class _Faulty:
    """A mailer with a mistake in it; what it raises holds an address."""

    def __init__(self, times: int) -> None:
        self.times = times

    async def send(self, message: EmailMessage) -> Outcome:
        if self.times:
            self.times -= 1
            raise RuntimeError(str(message["To"]))
        return Sent()


async def test_a_mistake_in_a_mailer_ends_nothing(world: World, ledger: Ledger) -> None:
    async with at_work(a_postman(_Faulty(1), world, ledger)) as postman:
        postman.enqueue(ref(), invitation_letter())
        assert await ledger.wait_for(1) == [(ref(), Sent())]
    async with at_work(a_postman(_Faulty(99), world, ledger)) as postman:
        postman.enqueue(ref(), code_letter())
        assert (await ledger.wait_for(2))[1] == (ref(), Failed(FAULT))


async def test_a_ledger_that_cannot_record_ends_nothing(
    mailbox: Mailbox, world: World, caplog: pytest.LogCaptureFixture
) -> None:
    async def unable(letter: LetterRef, outcome: Outcome) -> None:
        raise RuntimeError(BOB.email)

    postman = Postman(smtp(mailbox), SENDER, unable, world.surroundings)
    async with at_work(postman):
        postman.enqueue(ref("i_1"), invitation_letter())
        postman.enqueue(ref("i_2"), invitation_letter(to=person(2)))
        await mailbox.wait_for(2)
    assert "outcome of a mail not recorded: RuntimeError" in caplog.text
    assert BOB.email not in caplog.text


async def test_the_log_says_what_happened_and_to_nobody(
    mailbox: Mailbox, world: World, ledger: Ledger, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG, logger="server")
    mailbox.answer("RCPT", f"451 <{BOB.email}> later", f"550 <{BOB.email}> unknown")
    async with delivering(mailbox, world, ledger, PostmanSettings(most_per_address=2)) as postman:
        postman.enqueue(ref("i_1"), invitation_letter())
        await ledger.wait_for(1)
        postman.enqueue(CODE_REF, code_letter())
        await ledger.wait_for(2)
        postman.enqueue(ref("i_3"), invitation_letter())
    async with at_work(a_postman(_Faulty(99), world, ledger)) as postman:
        postman.enqueue(CODE_REF, code_letter())
        await ledger.wait_for(3)
    for line in (
        "invitation of e_1 bounced after 2 tries",
        "code of e_1 sent after 1 tries",
        "too many mails",
    ):
        assert line in caplog.text
    for secret in (BOB.email, "Bob", "Ada", "SECRET-TOKEN", "123456", "123 456"):
        assert secret not in caplog.text


# --- the end -------------------------------------------------------------------------------


async def test_closing_sends_what_waits(mailbox: Mailbox, world: World, ledger: Ledger) -> None:
    async with delivering(mailbox, world, ledger) as postman:
        for number in range(20):
            postman.enqueue(ref(f"i_{number}"), invitation_letter(to=person(number)))
    assert len(mailbox.messages) == len(ledger.outcomes) == 20


async def test_closing_has_a_deadline_and_what_is_left_stays_due(
    mailbox: Mailbox, world: World, ledger: Ledger
) -> None:
    mailbox.hang()
    async with at_work(a_postman(smtp(mailbox), world, ledger), deadline_s=0.1) as postman:
        for number in range(6):
            postman.enqueue(ref(f"i_{number}"), invitation_letter(to=person(number)))
        await mailbox.wait_for_attempts(4)
    assert mailbox.messages == []
    assert ledger.outcomes == []
    assert await postman.aclose() == 6
    assert not postman.enqueue(ref(), invitation_letter())


async def test_closing_does_not_wait_for_another_try(
    mailbox: Mailbox, world: World, ledger: Ledger
) -> None:
    world.hold()
    mailbox.answer("RCPT", "451 later")
    async with delivering(mailbox, world, ledger) as postman:
        postman.enqueue(ref(), invitation_letter())
        async with asyncio.timeout(10):
            await world.asleep.wait()
    assert ledger.outcomes == []
    assert postman.waiting == 1


async def test_what_fails_while_closing_stays_due_as_well(
    mailbox: Mailbox, world: World, ledger: Ledger
) -> None:
    mailbox.answer("RCPT", "451 later", "550 never")
    async with delivering(mailbox, world, ledger, PostmanSettings(workers=1)) as postman:
        postman.enqueue(ref("i_1"), invitation_letter(to=person(1)))
        postman.enqueue(ref("i_2"), invitation_letter(to=person(2)))
        assert await postman.aclose() == 1
    assert [letter for letter, _ in ledger.outcomes] == [ref("i_2")]


async def test_a_postman_that_never_ran_can_be_closed(
    mailbox: Mailbox, world: World, ledger: Ledger
) -> None:
    postman = a_postman(smtp(mailbox), world, ledger)
    postman.enqueue(ref(), invitation_letter())
    assert await postman.aclose(0) == 1
    assert ledger.outcomes == []


async def test_a_cancelled_postman_leaves_nothing_running(
    mailbox: Mailbox, world: World, ledger: Ledger
) -> None:
    mailbox.hang()
    postman = a_postman(smtp(mailbox), world, ledger)
    before = asyncio.all_tasks()
    task = asyncio.create_task(postman.run())
    postman.enqueue(ref(), invitation_letter())
    await mailbox.wait_for_attempts(1)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    names = {each.get_name() for each in asyncio.all_tasks() - before}
    assert not any(name.startswith("postman") for name in names)
    assert await postman.aclose(0) == 1


# --- erasure -------------------------------------------------------------------------------


async def test_an_erased_person_gets_no_letter_and_is_named_in_none(
    mailbox: Mailbox, world: World, ledger: Ledger
) -> None:
    ada = Person(PersonId("p_ada"), "Ada Lovelace", "ada@example.com")
    postman = a_postman(smtp(mailbox), world, ledger)
    postman.enqueue(ref("i_1"), invitation_letter(to=ada))
    postman.enqueue(ref("i_2"), invitation_letter(to=person(2)))
    assert postman.forget(ada) == 1
    async with at_work(postman):
        [mail] = await mailbox.wait_for(1)
    assert "Lovelace" not in mail.as_string()
    assert [letter for letter, _ in ledger.outcomes] == [ref("i_2")]


async def test_where_all_nodes_have_written_too_much_together_it_fails_and_is_not_tried_again(
    mailbox: Mailbox, world: World, ledger: Ledger
) -> None:
    class Others:
        """What other nodes have left: two places in each window."""

        def __init__(self) -> None:
            self.taken: Counter[str] = Counter()

        async def take_place(self, window: str, _places: int, _length_ms: int) -> bool:
            self.taken[window] += 1
            return self.taken[window] <= 2

    shared = SharedLimits(Others(), b"key")
    postman = Postman(smtp(mailbox), SENDER, ledger.record, world.surroundings, shared=shared)
    async with at_work(postman):
        for number in range(3):
            postman.enqueue(ref(f"i_{number}"), invitation_letter())
        outcomes = dict(await ledger.wait_for(3))
    assert sorted(type(one).__name__ for one in outcomes.values()) == ["Failed", "Sent", "Sent"]
    assert (mailbox.attempts, world.slept_s) == (2, [])
