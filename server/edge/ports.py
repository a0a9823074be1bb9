"""What the edge asks of the rest of the server: who is known, and who carries mail."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

from protocol.http import MailPreview, OutboxMail
from protocol.ids import AccountId, RoomId, SessionId
from protocol.views import PersonView
from server.core.attendance import Attendance
from server.core.person import Person
from server.core.state import Invitation, RoomState


class Scope(StrEnum):
    """What an API key may do."""

    ENTRIES = "entries"
    """Make and manage entries, links, invitations and sessions; and look at all of it."""
    TOKENS = "tokens"
    """Sign people in."""
    READ = "read"
    """Look, at everything but links that work."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ApiKey:
    """A key of a platform's backend, without its secret."""

    id: str
    name: str
    scopes: frozenset[Scope]
    created_at: int


class Tokens(Protocol):
    """Keeps the token buckets of rate limits that many nodes share."""

    async def take_token(self, bucket: str, burst: int, per_s: float, count: int) -> float:
        """Take so many tokens, or with 0 only look.

        Returns:
            0.0 when they were taken (or there is one), else in how many seconds to try again.

        Raises:
            StoreError: the buckets cannot be reached.
        """
        ...


class Directory(Protocol):
    """What is known beside the rooms. Every method may raise `StoreError`."""

    async def remember(self, account_id: AccountId, person: Person) -> None:
        """Keep who an account is, in place of what was known."""
        ...

    async def account(self, account_id: AccountId) -> Person | None:
        """Say who an account is; None when unknown or erased."""
        ...

    async def search(self, query: str, limit: int) -> list[PersonView]:
        """Find known accounts by a part of name or e-mail."""
        ...

    async def entries(self, after: str, limit: int) -> list[RoomId]:
        """List entries in the order of their ids, from behind `after`."""
        ...

    async def spend(self, nonce: str, expires_at: int) -> bool:
        """Use something that works once; False when it was used before.

        Args:
            nonce: names the thing.
            expires_at: ms UTC, when it stops working anyway.
        """
        ...

    async def api_key(self, key: str) -> ApiKey | None:
        """Say whose key this is; None for what is no key, or none any more."""
        ...

    async def attendance(self, room: RoomId, session: SessionId) -> Attendance | None:
        """Get the record of a session that is over."""
        ...


class Post(Protocol):
    """Carries one-time codes, and shows mails before they are sent.

    Invitations are mailed by whoever watches the rooms.
    """

    def invitation_mail(self, state: RoomState, invitation: Invitation) -> MailPreview | None:
        """Write the mail of an invitation, with a link that leads nowhere in place of its own.

        Returns:
            None while no mail can be written.
        """
        ...

    async def send_code(
        self, room: RoomId, entry_name: str, invitation: Invitation, code: str
    ) -> bool:
        """Mail a code to the invited address; False when it cannot be taken now."""
        ...


class Outbox(Protocol):
    """Where mails lie when there is no mail server."""

    async def mails(self) -> Sequence[OutboxMail]:
        """List the mails, newest first."""
        ...
