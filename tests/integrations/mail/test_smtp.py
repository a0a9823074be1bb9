"""Handing mails to a real mail server, which takes, refuses, delays, hangs or encrypts."""

import asyncio
import logging
from dataclasses import replace
from email.message import EmailMessage

import pytest

from server.core.person import Person
from server.integrations.mail.letters import compose
from server.integrations.mail.outcome import Bounced, Failed, Sent
from server.integrations.mail.settings import MailSettings, Security
from server.integrations.mail.smtp import (
    BROKE_OFF,
    CREDENTIALS,
    NO_UTF8,
    NOT_ENCRYPTED,
    SENDER,
    TIMED_OUT,
    UNREACHABLE,
    SmtpMailer,
)
from tests.integrations.mail.conftest import Certified
from tests.integrations.mail.given import (
    BOB,
    IDS,
    LINK,
    NOW,
    code_letter,
    html_of,
    invitation_letter,
    text_of,
)
from tests.integrations.mail.given import SENDER as USHER
from tests.mailbox import Mailbox

PASSWORD = "canary-password"


def settings_for(mailbox: Mailbox, **changes: object) -> MailSettings:
    plain = MailSettings(
        host="127.0.0.1",
        port=mailbox.port,
        sender_address=USHER.address,
        security=Security.NONE,
        timeout_s=10,
    )
    return replace(plain, **changes)  # type: ignore[arg-type]


def a_mail(email: str = BOB.email) -> EmailMessage:
    letter = invitation_letter(to=Person(BOB.id, BOB.name, email))
    return compose(letter, USHER, NOW, IDS)


async def test_a_taken_mail_is_sent_and_arrives_whole(mailbox: Mailbox) -> None:
    letter = invitation_letter(entry_name="Jour fixe – Größen", message="Bis dann,\n\nÄda")
    mail = compose(letter, USHER, NOW, IDS)

    assert await SmtpMailer(settings_for(mailbox)).send(mail) == Sent()

    [delivery] = mailbox.deliveries
    assert (delivery.mail_from, delivery.rcpt_to) == (USHER.address, BOB.email)
    assert delivery.message["Subject"] == "Ada Lovelace invites you to “Jour fixe – Größen”"
    assert delivery.message["Message-ID"] == "<m1@mail.example>"
    assert LINK in text_of(delivery.message)
    assert "    Bis dann,\n\n    Äda\n" in text_of(delivery.message)
    assert f'href="{LINK}"' in html_of(delivery.message)
    assert delivery.raw.isascii()
    assert max(len(line) for line in delivery.raw.splitlines()) <= 998


@pytest.mark.parametrize(
    ("step", "reply", "outcome"),
    [
        (
            "RCPT",
            "550 5.1.1 <bob@example.com>: unknown",
            Bounced("the address does not exist, or takes no mail (550 5.1.1)"),
        ),
        ("RCPT", "550 bob@example.com unknown", Bounced("the mail was refused (550)")),
        ("RCPT", "552 5.2.2 full", Bounced("the mailbox is full or closed (552 5.2.2)")),
        (
            "RCPT",
            "451 4.7.1 greylisted",
            Failed("mail from here is not accepted there (451 4.7.1)"),
        ),
        ("RCPT", "450 bob@example.com busy", Failed("the mail was put off (450)")),
        ("DATA", "554 5.6.0 spam", Bounced("the content was not accepted (554 5.6.0)")),
        ("DATA", "452 4.3.1 disk", Failed("the mail system there cannot take it (452 4.3.1)")),
        ("MAIL", "550 5.7.1 who are you", Bounced(f"{SENDER} (550 5.7.1)")),
        ("MAIL", "451 4.4.4 later", Failed("the way to the address is broken (451 4.4.4)")),
    ],
)
async def test_a_refusal_is_told_with_its_status_and_without_its_text(
    mailbox: Mailbox, step: str, reply: str, outcome: Bounced | Failed
) -> None:
    mailbox.answer(step, reply)
    assert await SmtpMailer(settings_for(mailbox)).send(a_mail()) == outcome
    assert mailbox.messages == []


async def test_the_same_mailer_sends_again_after_a_refusal(mailbox: Mailbox) -> None:
    mailer = SmtpMailer(settings_for(mailbox))
    mailbox.answer("RCPT", "451 later")
    await mailer.send(a_mail())
    assert await mailer.send(a_mail()) == Sent()


async def test_a_server_that_hangs_is_left_after_the_timeout(mailbox: Mailbox) -> None:
    mailbox.hang()
    mailer = SmtpMailer(settings_for(mailbox, timeout_s=0.3))
    assert await mailer.send(a_mail()) == Failed(TIMED_OUT)
    assert mailbox.attempts == 1


async def test_a_server_that_never_greets_is_left_after_the_timeout(mailbox: Mailbox) -> None:
    greeted = asyncio.Event()

    async def say_nothing(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        greeted.set()
        await reader.read()
        writer.close()

    async with await asyncio.start_server(say_nothing, "127.0.0.1", 0) as server:
        port = server.sockets[0].getsockname()[1]
        mailer = SmtpMailer(settings_for(mailbox, port=port, timeout_s=0.3))
        assert await mailer.send(a_mail()) == Failed(TIMED_OUT)
        assert greeted.is_set()


async def test_a_server_that_is_not_there_is_a_failure() -> None:
    async with Mailbox() as gone:
        settings = settings_for(gone)
    assert await SmtpMailer(settings).send(a_mail()) == Failed(UNREACHABLE)


async def test_a_server_that_is_going_down_is_a_failure(mailbox: Mailbox) -> None:
    mailbox.answer("RCPT", "421 4.3.0 going down")
    outcome = await SmtpMailer(settings_for(mailbox)).send(a_mail())
    assert outcome == Failed("the mail system there cannot take it (421 4.3.0)")


async def test_a_server_that_hangs_up_is_a_failure(mailbox: Mailbox) -> None:
    mailbox.hang()
    async with asyncio.TaskGroup() as tasks:
        sending = tasks.create_task(SmtpMailer(settings_for(mailbox)).send(a_mail()))
        await mailbox.wait_for_attempts(1)
        mailbox.hang_up()
    assert sending.result() == Failed(BROKE_OFF)


async def test_starttls_and_a_login_protect_the_way(certified: Certified) -> None:
    async with Mailbox(tls=certified.server, login=("usher", PASSWORD)) as mailbox:
        settings = settings_for(
            mailbox, security=Security.STARTTLS, username="usher", password=PASSWORD
        )
        assert await SmtpMailer(settings, certified.client).send(a_mail()) == Sent()
        assert len(mailbox.messages) == 1


async def test_tls_from_the_start(certified: Certified) -> None:
    async with Mailbox(tls=certified.server, tls_at_once=True) as mailbox:
        settings = settings_for(mailbox, security=Security.TLS)
        assert await SmtpMailer(settings, certified.client).send(a_mail()) == Sent()


@pytest.mark.parametrize("security", [Security.TLS, Security.STARTTLS])
async def test_a_certificate_that_nobody_vouches_for_is_not_accepted(
    certified: Certified, security: Security
) -> None:
    at_once = security is Security.TLS
    async with Mailbox(tls=certified.server, tls_at_once=at_once) as mailbox:
        settings = settings_for(mailbox, security=security)
        outcome = await SmtpMailer(settings).send(a_mail())
        assert outcome == Failed(NOT_ENCRYPTED)
        assert mailbox.attempts == 0


async def test_without_the_asked_encryption_nothing_is_said(mailbox: Mailbox) -> None:
    settings = settings_for(
        mailbox, security=Security.STARTTLS, username="usher", password=PASSWORD
    )
    outcome = await SmtpMailer(settings).send(a_mail())
    assert outcome == Failed(NOT_ENCRYPTED)
    assert mailbox.attempts == 0


async def test_a_refused_login_is_our_fault_and_not_the_addressees(certified: Certified) -> None:
    async with Mailbox(tls=certified.server, login=("usher", "another")) as mailbox:
        settings = settings_for(
            mailbox, security=Security.STARTTLS, username="usher", password=PASSWORD
        )
        outcome = await SmtpMailer(settings, certified.client).send(a_mail())
        assert outcome == Failed(CREDENTIALS)


async def test_the_password_is_in_no_log_line_and_no_repr(
    caplog: pytest.LogCaptureFixture, certified: Certified
) -> None:
    caplog.set_level(logging.DEBUG, logger="server")
    caplog.set_level(logging.DEBUG, logger="aiosmtplib")
    async with Mailbox(tls=certified.server, login=("usher", "another")) as mailbox:
        settings = settings_for(
            mailbox, security=Security.STARTTLS, username="usher", password=PASSWORD
        )
        mailer = SmtpMailer(settings, certified.client)
        await mailer.send(a_mail())
    async with Mailbox() as mailbox:
        mailbox.answer("RCPT", "550 5.1.1 <bob@example.com> unknown")
        await SmtpMailer(settings_for(mailbox)).send(a_mail())
    assert "no way to the mail server" in caplog.text
    seen = caplog.text + repr(settings) + repr(mailer) + str(settings)
    for secret in (PASSWORD, BOB.email, BOB.name, "SECRET-TOKEN"):
        assert secret not in seen


async def test_an_address_in_another_script_is_written_to_as_it_is(mailbox: Mailbox) -> None:
    mail = a_mail("пётр@bücher.example")
    assert await SmtpMailer(settings_for(mailbox)).send(mail) == Sent()
    [delivery] = mailbox.deliveries
    assert delivery.rcpt_to == "пётр@xn--bcher-kva.example"
    assert delivery.message["To"].addresses[0].addr_spec == "пётр@xn--bcher-kva.example"


async def test_a_server_of_the_old_school_cannot_write_to_it() -> None:
    async with Mailbox(speaks_utf8=False) as mailbox:
        mail = a_mail("пётр@example.com")
        assert await SmtpMailer(settings_for(mailbox)).send(mail) == Bounced(NO_UTF8)
        assert await SmtpMailer(settings_for(mailbox)).send(a_mail("ada@bücher.example")) == Sent()


async def test_a_line_of_one_dot_does_not_end_the_mail(mailbox: Mailbox) -> None:
    mail = compose(invitation_letter(message="one\n.\ntwo"), USHER, NOW, IDS)
    await SmtpMailer(settings_for(mailbox)).send(mail)
    assert "two" in text_of(mailbox.messages[0])


async def test_a_mail_with_two_recipients_is_a_mistake_of_ours(mailbox: Mailbox) -> None:
    mail = compose(code_letter(), USHER, NOW, IDS)
    del mail["To"]
    mail["To"] = "bob@example.com, eve@example.com"
    with pytest.raises(ValueError, match="one recipient"):
        await SmtpMailer(settings_for(mailbox)).send(mail)
    assert mailbox.attempts == 0
