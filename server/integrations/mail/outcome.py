"""What became of a mail, and the one thing that every way of sending has to do."""

from dataclasses import dataclass
from email.message import EmailMessage
from typing import Protocol


@dataclass(frozen=True, slots=True)
class Sent:
    """A mail server took it over. Whether it reaches the mailbox is not known by that."""


@dataclass(frozen=True, slots=True)
class Bounced:
    """Refused for good; the same mail will never be taken.

    Args:
        reason: for the inviter to read, without names and addresses.
    """

    reason: str


@dataclass(frozen=True, slots=True)
class Failed:
    """Not sent this time; the same mail may be taken later.

    Args:
        reason: for the inviter to read, without names and addresses.
    """

    reason: str


Outcome = Sent | Bounced | Failed


class Mailer(Protocol):
    """A way for mails to leave the server."""

    async def send(self, message: EmailMessage) -> Outcome:
        """Send to the one recipient in `To`. Ends within a stated time and does not raise."""
        ...
