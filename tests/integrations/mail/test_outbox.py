"""The outbox of a server without a mail server."""

import itertools

from protocol.ids import PersonId
from server.core.person import Person
from server.integrations.mail.letters import Letter, compose
from server.integrations.mail.outbox import KEPT_MS, MAX_MAILS, Outbox
from server.integrations.mail.outcome import Sent
from tests.integrations.mail.given import (
    BOB,
    IDS,
    LINK,
    NOW,
    SENDER,
    STARTS_AT,
    code_letter,
    invitation_letter,
    person,
)


class Shelf:
    """Keeps values in memory as a store does: what has expired is gone."""

    def __init__(self) -> None:
        self.now = NOW
        self.values: dict[str, tuple[bytes, int]] = {}

    async def keep(self, key: str, value: bytes, expires_at: int) -> None:
        self.values[key] = (value, expires_at)

    async def kept(self) -> list[tuple[str, bytes]]:
        return [(key, value) for key, (value, until) in self.values.items() if until > self.now]


def outbox_on(shelf: Shelf) -> Outbox:
    numbers = itertools.count(len(shelf.values))
    return Outbox(shelf, lambda: shelf.now, lambda: f"{next(numbers):06d}")


async def test_a_mail_is_kept_with_a_link_that_can_be_followed() -> None:
    outbox = outbox_on(Shelf())
    letter = invitation_letter(starts_at=STARTS_AT, message="x" * 300)
    assert await outbox.send(compose(letter, SENDER, NOW, IDS)) == Sent()
    [mail] = await outbox.mails()
    assert (mail.to, mail.at, mail.has_calendar) == (BOB.email, NOW, True)
    assert mail.subject == "Ada Lovelace invites you to “Weekly call”"
    assert f"\n{LINK}\n" in mail.text.replace("\r\n", "\n")
    assert f'href="{LINK}"' in mail.html


async def test_the_newest_is_first_and_only_so_many_are_kept() -> None:
    shelf = Shelf()
    outbox = outbox_on(shelf)
    for number in range(MAX_MAILS + 5):
        shelf.now += number % 2  # several come in the same millisecond
        letter = code_letter(to=person(number))
        await outbox.send(compose(letter, SENDER, NOW, IDS))
    mails = await outbox.mails()
    expected = [person(number).email for number in range(MAX_MAILS + 4, 4, -1)]
    assert [mail.to for mail in mails] == expected
    assert len(await shelf.kept()) == MAX_MAILS
    assert not mails[0].has_calendar


async def test_a_restarted_server_goes_on_with_what_was_kept() -> None:
    shelf = Shelf()
    for _ in range(2):
        outbox = outbox_on(shelf)
        for number in range(MAX_MAILS - 50):
            shelf.now += 1
            await outbox.send(compose(code_letter(to=person(number)), SENDER, NOW, IDS))
    assert len(await shelf.kept()) == MAX_MAILS
    assert len(await outbox_on(shelf).mails()) == MAX_MAILS


async def test_mails_do_not_stay_for_ever() -> None:
    shelf = Shelf()
    outbox = outbox_on(shelf)
    await outbox.send(compose(code_letter(), SENDER, NOW, IDS))
    shelf.now += KEPT_MS
    assert await outbox.mails() == []


async def test_an_erased_person_is_in_no_mail() -> None:
    shelf = Shelf()
    outbox = outbox_on(shelf)
    ada = Person(PersonId("p_ada"), "Ada Lovelace", "ada@example.com")
    letters: list[Letter] = [
        code_letter(to=ada),
        code_letter(to=Person(BOB.id, "Bob", "BOB@example.com")),
        invitation_letter(to=person(1)),
        invitation_letter(to=person(2), invited_by="Cem"),
    ]
    for letter in letters:
        await outbox.send(compose(letter, SENDER, NOW, IDS))
    assert await outbox.forget(ada) == 2
    assert await outbox.forget(BOB) == 1
    assert [mail.to for mail in await outbox.mails()] == [person(2).email]
    kept = b"".join(value for value, _ in shelf.values.values())
    for gone in (b"Lovelace", b"bob@example.com"):
        assert gone not in kept
    await outbox.send(compose(code_letter(), SENDER, NOW, IDS))
    assert len(await outbox.mails()) == 2
