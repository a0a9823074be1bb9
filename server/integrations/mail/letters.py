"""The letters that the server writes, and how each becomes a mail.

Everything a person typed is cleaned on its way in, so that a mail has exactly the headers,
parts and recipient that stand here.
"""

from dataclasses import dataclass, field
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP, SMTPUTF8
from typing import assert_never
from urllib.parse import urlsplit

from protocol.roles import EntryKind, InvitationType
from server.core.person import Person
from server.integrations.mail.addresses import Sender, mailbox
from server.integrations.mail.calendars import Appointment, calendar_file
from server.integrations.mail.cleaning import clean_block, clean_line
from server.integrations.mail.moments import language_of, moment_in_words, span_in_words, utc
from server.integrations.mail.rendering import Rendered, render, render_note
from server.integrations.mail.subjects import as_subject


class UnusableLink(ValueError):
    """A link that nobody could follow. Does not repeat it: it is a secret."""

    def __init__(self) -> None:
        """Say so."""
        super().__init__("the link of a letter must be an absolute http or https URL")


@dataclass(frozen=True, slots=True, kw_only=True)
class InvitationLetter:
    """Invites one person to one entry.

    Args:
        invited_by: the inviter's name; may be empty.
        link_url: the invite link, absolute. A secret, so it is not in the `repr`.
        starts_at: when the session is scheduled, ms UTC; with it a calendar file comes along.
        message: what the inviter adds in their own words.
        language: a language tag such as `de-AT`; English if there are no templates for it.
        expires_at: until when the link is valid, ms UTC.
    """

    to: Person
    entry_name: str
    kind: EntryKind
    invitation_type: InvitationType
    invited_by: str
    link_url: str = field(repr=False)
    starts_at: int | None = None
    ends_at: int | None = None
    message: str = ""
    language: str = "en"
    expires_at: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class CodeLetter:
    """Brings a one-time code to the invited mailbox. The code is not in the `repr`."""

    to: Person
    entry_name: str
    code: str = field(repr=False)
    valid_minutes: int
    language: str = "en"


Letter = InvitationLetter | CodeLetter


@dataclass(frozen=True, slots=True, kw_only=True)
class LetterIds:
    """The ids of one mail, both without the domain that is put behind them.

    Args:
        message_id: of this mail alone; the same when sending is tried again, so that a
            mail accepted twice can be told to be one.
        calendar_uid: of the invitation, in each mail about it.
    """

    message_id: str
    calendar_uid: str


def compose(letter: Letter, sender: Sender, now: int, ids: LetterIds) -> EmailMessage:
    """Write the mail: plain text first of all, HTML beside it, a calendar file if scheduled.

    The message has one recipient and the policy it must be serialised with: SMTPUTF8 if the
    address has letters beyond ASCII in front of the @, else SMTP.

    Args:
        now: ms UTC, for the `Date`.

    Raises:
        UnusableAddress: the person has no address that mail can be sent to.
        UnusableLink: the letter's link is not an absolute http or https URL.
    """
    to = mailbox(letter.to.email, letter.to.name)
    language = language_of(letter.language)
    match letter:
        case InvitationLetter():
            words = render(language, "invitation", _invitation_facts(letter, to, language))
        case CodeLetter():
            words = render(language, "code", _code_facts(letter))
        case _:
            assert_never(letter)
    message = _mail(words, to, sender)
    message["Date"] = utc(now)
    message["Message-ID"] = f"<{ids.message_id}@{sender.domain}>"
    if isinstance(letter, InvitationLetter):
        _add_calendar(message, letter, sender, now, ids)
    # Last, since `Content-` headers move into a part when another is added.
    message["Content-Language"] = language
    return message


def in_groups(code: str) -> str:
    """Break a code into groups that are easy to read and to type.

    Example:
        >>> in_groups("123456"), in_groups("12345678"), in_groups("12345")
        ('123 456', '1234 5678', '12345')
    """
    size = next((size for size in (3, 4) if len(code) % size == 0), max(1, len(code)))
    return " ".join(code[start : start + size] for start in range(0, len(code), size))


def _mail(words: Rendered, to: Address, sender: Sender) -> EmailMessage:
    message = EmailMessage(policy=SMTP if to.username.isascii() else SMTPUTF8)
    message["From"] = sender.mailbox
    message["To"] = to
    message["Subject"] = as_subject(words.subject)
    message["Auto-Submitted"] = "auto-generated"
    message["X-Auto-Response-Suppress"] = "All"
    message.set_content(words.text, cte="quoted-printable")
    message.add_alternative(words.html, subtype="html", cte="quoted-printable")
    return message


def _invitation_facts(letter: InvitationLetter, to: Address, language: str) -> dict[str, object]:
    starts_at, expires_at = letter.starts_at, letter.expires_at
    return {
        "name": clean_line(letter.to.name),
        "address": to.addr_spec,
        "entry_name": clean_line(letter.entry_name),
        "kind": letter.kind.value,
        "gives": _what_it_gives(letter),
        "invited_by": clean_line(letter.invited_by),
        "link": _usable(letter.link_url),
        "when": "" if starts_at is None else span_in_words(starts_at, letter.ends_at, language),
        "until": "" if expires_at is None else moment_in_words(expires_at, language),
        "message": clean_block(letter.message),
    }


def _code_facts(letter: CodeLetter) -> dict[str, object]:
    return {
        "name": clean_line(letter.to.name),
        "entry_name": clean_line(letter.entry_name),
        "code": in_groups(clean_line(letter.code)),
        "minutes": letter.valid_minutes,
    }


def _what_it_gives(letter: InvitationLetter) -> str:
    if letter.invitation_type is InvitationType.VIEWER and not letter.kind.is_live:
        return "reader"
    return letter.invitation_type.value


def _add_calendar(
    message: EmailMessage, letter: InvitationLetter, sender: Sender, now: int, ids: LetterIds
) -> None:
    if letter.starts_at is None or max(letter.starts_at, letter.ends_at or 0) <= now:
        return
    language = language_of(letter.language)
    note = {"invited_by": clean_line(letter.invited_by), "link": letter.link_url}
    file = calendar_file(
        Appointment(
            uid=f"{ids.calendar_uid}@{sender.domain}",
            summary=clean_line(letter.entry_name),
            description=render_note(language, "calendar", note),
            link_url=letter.link_url,
            starts_at=letter.starts_at,
            ends_at=letter.ends_at,
            organiser=mailbox(sender.address, letter.invited_by or sender.name),
            attendee=mailbox(letter.to.email, letter.to.name),
            written_at=now,
        )
    )
    # The alternative makes mail programs show an appointment; the attachment is for those
    # that do not, and for people who want to open it with something else.
    params = {"method": "REQUEST"}
    message.add_alternative(file, subtype="calendar", cte="base64", params=params)
    message.add_attachment(
        file, subtype="calendar", cte="base64", filename="invitation.ics", params=params
    )


def _usable(url: str) -> str:
    parts = urlsplit(url)
    is_plain = url.isascii() and url.isprintable() and not set(url) & set(' "<>\\^`{|}')
    if parts.scheme not in ("http", "https") or not parts.netloc or not is_plain:
        raise UnusableLink
    return url
