"""What is held about one person, for whoever answers for the server: shown, or erased."""

from typing import Annotated

from pydantic import Field, model_validator

from protocol.attendance import RoleChangeView
from protocol.ids import AccountId, Checked, InvitationId, ParticipantId, RoomId, SessionId
from protocol.model import Wire
from protocol.roles import InvitationType, Origin, Part, Role
from protocol.text import Email, Millis


class PersonRef(Wire):
    """Who is meant: an e-mail address, or an account. One of the two."""

    email: Email | None = None
    account_id: Checked[AccountId] | None = None

    @model_validator(mode="after")
    def _one_of_the_two(self) -> "PersonRef":
        if (self.email is None) == (self.account_id is None):
            raise ValueError("give either an e-mail address or an account")
        return self


class HeldAccount(Wire):
    """An account of the directory."""

    account_id: AccountId
    name: str
    email: str


class HeldPresence(Wire):
    """Somebody in one session; moments in ms UTC.

    Args:
        device_id: the browser, by a random number.
        kept_out: `declined`, `removed` or `blocked`; empty: none of them.
        consent: the version of the text that was agreed to, the text itself, and when.
    """

    session_id: SessionId
    participant_id: ParticipantId
    name: str
    email: str
    origin: Origin
    link_name: str = ""
    role: Role
    joined_at: Millis
    intervals: tuple[tuple[Millis, Millis], ...] = ()
    stage_ms: int = 0
    hands: int = 0
    role_changes: tuple[RoleChangeView, ...] = ()
    device_id: str = ""
    kept_out: str = ""
    consent: str = ""
    consent_text: str = ""
    consented_at: Millis | None = None


class HeldInvitation(Wire):
    """An invitation to an address."""

    invitation_id: InvitationId
    name: str
    email: str
    invitation_type: InvitationType
    message: str = ""
    created_at: Millis
    opened_at: Millis | None = None
    redeemed_at: Millis | None = None
    revoked_at: Millis | None = None


class HeldBlock(Wire):
    """That somebody is kept out of an entry."""

    block_id: str
    name: str
    email: str
    blocked_at: Millis


class HeldAttempt(Wire):
    """Answers to a quiz that were handed in; `words` are the texts written."""

    number: int
    name: str
    score: int
    max_score: int
    submitted_at: Millis
    words: tuple[str, ...] = ()


class HeldVisit(Wire):
    """That a browser came by a guest link, so that it may come back."""

    link_name: str
    name: str
    email: str
    session_id: SessionId


class HeldEntry(Wire):
    """What one entry holds of somebody.

    Args:
        names_them: how often they stand there as the one who invited, blocked or changed a role.
        audit_lines: how many lines of the audit log name them.
    """

    entry_id: RoomId
    entry_name: str
    part: Part | None = None
    presences: tuple[HeldPresence, ...] = ()
    invitations: tuple[HeldInvitation, ...] = ()
    blocks: tuple[HeldBlock, ...] = ()
    visits: tuple[HeldVisit, ...] = ()
    attempts: tuple[HeldAttempt, ...] = ()
    names_them: int = 0
    audit_lines: int = 0


class HeldMail(Wire):
    """A mail that lies in the outbox because there is no mail server."""

    subject: str
    text: str
    at: Millis


class PersonHeld(Wire):
    """Everything that is held about one person.

    Args:
        person_ids: under which their names are sealed: digests of their addresses.
    """

    person_ids: tuple[str, ...]
    at: Millis
    accounts: tuple[HeldAccount, ...] = ()
    entries: tuple[HeldEntry, ...] = ()
    mails: tuple[HeldMail, ...] = ()


class PersonErased(Wire):
    """What was erased: in so many entries, accounts and mails a name or an address stood."""

    person_ids: tuple[str, ...]
    entries: Annotated[int, Field(ge=0)]
    accounts: int
    mails: int
