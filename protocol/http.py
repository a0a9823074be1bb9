"""The bodies of HTTP requests and replies that are not commands.

Commands have their own HTTP routes, whose bodies are the commands themselves without `type`
and without the ids that stand in the path. What is here is the rest: signing in, the doors,
and what pages read.
"""

from enum import StrEnum
from typing import Annotated, Any

from pydantic import Field

from protocol.commands import MANY, Invitee
from protocol.content import Caption
from protocol.ids import AccountId, Checked, InvitationId, ParticipantId, RoomId, SessionId
from protocol.model import Wire
from protocol.roles import (
    EntryKind,
    InvitationType,
    LedgerState,
    LinkState,
    Part,
    Right,
    Role,
    SessionState,
)
from protocol.settings import EntrySettings
from protocol.text import BrowserKey, Email, Language, Millis, Minutes, Name, ShortText, Token
from protocol.views import Counts, LedgerRow, PersonView

# --- signing in ----------------------------------------------------------------------------


class SignIn(Wire):
    """Redeem a host token once, for an account cookie.

    Args:
        key: of the browser, where the token came out of a launch (LTI) and is for it alone.
    """

    token: Token
    key: BrowserKey | None = None


class Me(Wire):
    """Who is calling. All null for somebody not signed in."""

    account_id: str | None = None
    name: str | None = None
    email: str | None = None
    is_operator: bool = False
    """The host of the embedded default, who may open the outbox and make entries."""


class SignedIn(Wire):
    """The answer to signing in."""

    me: Me
    next: str
    """Where the page goes now: a path of this server."""


class MintToken(Wire):
    """Mint a host token for somebody (API key with scope `tokens`).

    Args:
        part: their part in the entry, granted when the token is redeemed.
    """

    account_id: Checked[AccountId]
    name: Name
    email: Email
    entry_id: Checked[RoomId] | None = None
    part: Part | None = None
    valid_s: Annotated[int, Field(ge=10, le=86_400)] = 300


class MintedToken(Wire):
    """A host token and the URL that signs in with it, once."""

    token: str
    url: str
    expires_at: Millis


# --- entries -------------------------------------------------------------------------------


class EntrySummary(Wire):
    """An entry on the home page.

    Args:
        has_content: there is something to see on its page; live entries always have their room.
        used_at: when somebody last did anything there.
    """

    entry_id: RoomId
    kind: EntryKind
    name: str
    description: str = ""
    starts_at: Millis | None = None
    ends_at: Millis | None = None
    session_state: SessionState
    has_content: bool = True
    people: int = 0
    part: Part | None = None
    used_at: Millis = 0


class EntryView(Wire):
    """A media page for the person who asks.

    Args:
        may_open: the content may be shown to them (they have a part, or were let in).
        rights: what they may do on this page.
        content_url: only with `may_open`, like the captions.
        settings: only for those who may edit the entry.
        people: who is on the page or in the session now, for staff; null for others.
    """

    entry_id: RoomId
    kind: EntryKind
    name: str
    description: str
    content_url: str | None = None
    captions: tuple[Caption, ...] = ()
    starts_at: Millis | None = None
    ends_at: Millis | None = None
    session_id: SessionId
    session_state: SessionState
    may_open: bool
    may_enter: bool
    part: Part | None = None
    rights: tuple[Right, ...] = ()
    settings: EntrySettings | None = None
    people: int | None = None
    invitation_types: tuple[InvitationType, ...] = ()


class EntryNews(Wire):
    """One event of the feed of counts: how an entry stands now.

    Args:
        session_id: of the present session; null when the entry is not shown to the reader.
        counts: null for those who are shown none.
        stamp: differs whenever anything else does that the reader is shown of the entry; it is
            to be read anew then. Empty when nothing of it is shown to them any more.
    """

    entry_id: RoomId
    session_id: SessionId | None = None
    session_state: SessionState | None = None
    counts: Counts | None = None
    stamp: str = ""


class CollaboratorView(Wire):
    """An account with a lasting part in an entry, for those who may change the parts."""

    account_id: AccountId
    name: str
    email: str
    part: Part


# --- the doors -----------------------------------------------------------------------------


class LinkToken(Wire):
    """The token of a guest link or an invite link, out of the URL's fragment."""

    token: Token


class GuestDoor(Wire):
    """What the guest page shows before the form is filled in."""

    entry_id: RoomId
    entry_name: str
    kind: EntryKind
    state: LinkState
    starts_at: Millis | None = None
    session_state: SessionState
    consent: str = ""
    consent_version: str = ""
    """Of that text, to be given back with the form by whoever agrees; empty without a text."""
    is_returning: bool = False
    """This device came by this link before; the form may be skipped."""
    name: str = ""
    """The name given before on this device."""


class GuestForm(Wire):
    """A guest's form. The e-mail is for identification and is not verified."""

    token: Token
    name: Name
    email: Email
    consent: Annotated[str, Field(max_length=64)] = ""
    """The `consent_version` of the text that was agreed to."""


class GuestReturn(Wire):
    """A guest coming back on the same device, without the form."""

    token: Token


class InvitationDoor(Wire):
    """What the invite lobby shows. Nothing about the invited person.

    Args:
        is_signed_in_as_invited: the account cookie matches; redeem without an e-mail.
        is_bound_here: this device redeemed before; redeem without an e-mail.
        wrong_account: signed in with another address; offer to switch.
    """

    entry_id: RoomId
    entry_name: str
    kind: EntryKind
    starts_at: Millis | None = None
    session_state: SessionState
    is_signed_in_as_invited: bool = False
    is_bound_here: bool = False
    wrong_account: bool = False


class InvitationForm(Wire):
    """Redeem an invitation. `email` is left out when signed in or on the bound device."""

    token: Token
    email: Email | None = None


class CodeRequest(Wire):
    """Have a one-time code mailed to the invited address, which has to be named."""

    token: Token
    email: Email


class CodeForm(Wire):
    """Redeem with the mailed code; moves the invitation to this device."""

    token: Token
    email: Email
    code: Annotated[str, Field(min_length=4, max_length=12)]


class Admitted(Wire):
    """Through the door. The ticket is also set as a cookie for this session's paths.

    Args:
        ticket: for SDKs, as `Authorization: Bearer …` on the socket.
        next: the page to go to.
    """

    session_id: SessionId
    participant_id: ParticipantId
    role: Role
    ticket: str
    next: str


class EmbedEnter(Wire):
    """Enter the room of a host token at once, for a tab that is shown on another site's page.

    Args:
        key: as in `SignIn`.
    """

    token: Token
    key: BrowserKey | None = None


class Sent(Wire):
    """The same answer whether or not a mail went out, so that it tells nothing."""

    sent: bool = True


# --- the rest ------------------------------------------------------------------------------


class Done(Wire):
    """A command is done: it is in the log at this version."""

    version: int
    result: dict[str, Any] = Field(default_factory=dict)


class PeopleFound(Wire):
    """Known users that match what was typed."""

    people: tuple[PersonView, ...]


class CsvText(Wire):
    """A pasted or uploaded list of people to invite."""

    csv: Annotated[str, Field(max_length=200_000)]


class CsvFault(StrEnum):
    """What is wrong with a row of a list of people."""

    EMAIL_MISSING = "email_missing"
    NOT_AN_EMAIL = "not_an_email"
    NAME_TOO_LONG = "name_too_long"
    REPEATED = "repeated"
    """The address stands in an earlier line already (`same_as`)."""
    TOO_MANY = "too_many"
    NOT_YOURS = "not_yours"
    """Invited before to more than the caller may give."""
    QUOTES = "quotes"
    """Quotation marks that do not match; nothing behind them could be read."""
    CUT_OFF = "cut_off"
    """The list is too long; its end was not read."""


class CsvRow(Wire):
    """One row of the preview."""

    line: int
    email: str
    first_name: str = ""
    last_name: str = ""
    error: str | None = None
    """Why this row cannot be invited; null when it can."""
    fault: CsvFault | None = None
    """The same for programs."""
    same_as: int | None = None
    is_invited: bool = False
    """Invited before: that invitation is updated, and no second one made."""


class CsvPreview(Wire):
    """Every row, good and bad. Nothing is created by a preview."""

    rows: tuple[CsvRow, ...]
    good: int
    bad: int


class MailPreviewForm(Wire):
    """An invitation as it would be made, for looking at its mail first."""

    invitee: Invitee
    invitation_type: InvitationType
    valid_minutes: Minutes | None = None
    language: Language = "en"
    message: ShortText = ""


class MailPreview(Wire):
    """The mail as the invitee would get it, with a link that leads nowhere in place of theirs."""

    sender: str
    to: str
    subject: str
    text: str
    html: str
    language: str
    """In which it is written: the one asked for, where there are templates for it."""
    has_calendar: bool = False


class InvitationIds(Wire):
    """Which invitations are asked for."""

    invitation_ids: Annotated[
        tuple[Checked[InvitationId], ...], Field(min_length=1, max_length=MANY)
    ]


class InvitationLink(Wire):
    """An invitation, and its link.

    Args:
        url: null where the link is withdrawn, or gives more than the caller may give.
    """

    invitation: LedgerRow
    url: str | None = None


class InvitationLinks(Wire):
    """The invitations asked for, in that order; those that do not exist are left out."""

    links: tuple[InvitationLink, ...]


class LedgerSummary(Wire):
    """The whole ledger in numbers.

    Args:
        total: all invitations of the entry.
        matching: those that the filters let through.
        states, types: how many of each there are, whatever the filters are.
        inviters: who invited, by name.
    """

    total: int
    matching: int
    states: dict[LedgerState, int]
    types: dict[InvitationType, int]
    inviters: tuple[str, ...]


class OutboxMail(Wire):
    """A mail that would have been sent; only in the embedded default without SMTP."""

    id: str
    to: str
    subject: str
    text: str
    html: str = ""
    has_calendar: bool = False
    at: Millis
