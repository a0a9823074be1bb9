"""Outcomes are values, and both ways of sending are mailers."""

from server.integrations.mail.outbox import Outbox
from server.integrations.mail.outcome import Bounced, Failed, Mailer, Outcome, Sent
from server.integrations.mail.smtp import SmtpMailer


def test_outcomes_are_the_same_when_they_say_the_same() -> None:
    assert Sent() == Sent()
    assert Bounced("no such mailbox") == Bounced("no such mailbox")
    refusals: set[Outcome] = {Bounced("x"), Failed("x"), Failed("x")}
    assert len(refusals) == 2


def test_every_way_to_send_fits_where_a_mailer_is_wanted() -> None:
    ways: tuple[type[Mailer], ...] = (SmtpMailer, Outbox)
    assert all(callable(way.send) for way in ways)
