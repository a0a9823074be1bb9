"""What the edge asks of the rest of the server: who is known, and who carries mail."""

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

from protocol.errors import ErrorCode
from protocol.http import MailPreview, OutboxMail
from protocol.ids import AccountId, ParticipantId, RoomId, SessionId
from protocol.media import MediaAccess
from protocol.views import PersonView
from protocol.webhooks import DeliveryView, WebhookForm, WebhookView
from server.core.attendance import Attendance
from server.core.person import Person
from server.core.state import Invitation, RoomState

SITE = "site"
"""Where those are known from whom this server's own operator signs in (host tokens)."""


class Scope(StrEnum):
    """What an API key may do."""

    ENTRIES = "entries"
    """Make and manage entries, links, invitations and sessions; and look at all of it."""
    TOKENS = "tokens"
    """Sign people in."""
    READ = "read"
    """Look, at everything but links that work."""
    WEBHOOKS = "webhooks"
    """Be told what happens, in every entry, with names and e-mails."""
    PEOPLE = "people"
    """Show everything that is held about a person, and erase it."""
    PLATFORMS = "platforms"
    """Register learning platforms, and change our keys for them."""


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

    async def remember(
        self, account_id: AccountId, person: Person, known_from: str | None = SITE
    ) -> None:
        """Keep who an account is, in place of what was known.

        Args:
            account_id: whose.
            person: who they are.
            known_from: the place that vouches for them: `SITE`, a provider, a deployment of a
                platform; None: no other than before.
        """
        ...

    async def known_from(self, account_id: AccountId) -> frozenset[str]:
        """Say from which places an account is known."""
        ...

    async def account(self, account_id: AccountId) -> Person | None:
        """Say who an account is; None when unknown or erased."""
        ...

    def accounts(self) -> AsyncIterator[tuple[AccountId, Person]]:
        """Go through every account that is known and not erased."""
        ...

    async def forget(self, account_id: AccountId) -> None:
        """Know an account no more."""
        ...

    async def search(
        self, query: str, limit: int, places: frozenset[str] | None
    ) -> list[PersonView]:
        """Find known accounts by a part of name or e-mail.

        Args:
            query: the part.
            limit: how many at most.
            places: only those known from one of these; None: from anywhere.
        """
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

    async def note_operator(self) -> None:
        """Remember that somebody has signed in as operator."""
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

    def forget(self, person: Person) -> int:
        """Drop every letter to somebody that was not sent yet; say how many."""
        ...

    async def send_code(
        self, room: RoomId, entry_name: str, invitation: Invitation, code: str
    ) -> bool:
        """Mail a code to the invited address; False when it cannot be taken now."""
        ...


class Webhooks(Protocol):
    """Tells platforms what happens in rooms. Every method may raise `StoreError`."""

    def all(self) -> list[WebhookView]:
        """List the subscriptions."""
        ...

    async def create(self, form: WebhookForm) -> WebhookView:
        """Subscribe.

        Raises:
            BadWebhookError: the URL may not be called, or there are too many.
        """
        ...

    async def switch(self, webhook_id: str, *, is_paused: bool) -> WebhookView | None:
        """Pause a subscription or have it go on; None when there is none of that id."""
        ...

    async def delete(self, webhook_id: str) -> bool:
        """End a subscription; False when there is none of that id."""
        ...

    async def test(self, webhook_id: str) -> DeliveryView | None:
        """Send one message now, and say how that went; None when there is none of that id."""
        ...

    async def deliveries(self, webhook_id: str, limit: int) -> list[DeliveryView] | None:
        """List the newest tries; None when there is none of that id."""
        ...

    async def replay(self, webhook_id: str, room: RoomId, from_number: int) -> int | None:
        """Tell a room's messages again from a number on.

        Returns:
            How many there are; None when there is no subscription of that id.
        """
        ...


class BadWebhookError(Exception):
    """A subscription cannot be made.

    Args:
        code: `bad_request`, or `too_large` when there are as many as there may be.
    """

    def __init__(self, code: ErrorCode) -> None:
        """Carry the code of the refusal."""
        super().__init__(code)
        self.code = code


class Media(Protocol):
    """Lets people into the media plane."""

    def access(self, state: RoomState, participant_id: ParticipantId) -> MediaAccess | None:
        """Make what somebody enters with; None for who is not inside."""
        ...


class Outbox(Protocol):
    """Where mails lie when there is no mail server."""

    async def forget(self, person: Person) -> int:
        """Drop every mail to somebody, or that names them; say how many."""
        ...

    async def mails(self) -> Sequence[OutboxMail]:
        """List the mails, newest first."""
        ...
