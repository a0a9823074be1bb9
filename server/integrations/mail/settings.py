"""Where mail goes out, as configured. No part of a secret is ever repeated in an error."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from email.headerregistry import Address
from email.utils import parseaddr
from enum import StrEnum
from ipaddress import ip_address
from typing import Self
from urllib.parse import SplitResult, parse_qsl, unquote, urlsplit

from server.integrations.mail.addresses import Sender, UnusableAddress, mailbox

SMTP_URL = "USHER_SMTP_URL"
MAIL_FROM = "USHER_MAIL_FROM"

OUTBOX_SENDER = Sender("usher@usher.invalid", "usher")
"""By whom mails are that nobody sends; `.invalid` can never be somebody's (RFC 2606)."""


class Security(StrEnum):
    """How the connection to the mail server is protected."""

    NONE = "none"
    STARTTLS = "starttls"
    """Begins in the open; nothing is said before it is encrypted, or it is given up."""
    TLS = "tls"


DEFAULT_PORTS = {Security.NONE: 25, Security.STARTTLS: 587, Security.TLS: 465}


class BadMailSetting(ValueError):
    """A setting that cannot be used, with what is wrong but without its value."""

    def __init__(self, variable: str, problem: str) -> None:
        """Name the variable and the problem."""
        super().__init__(f"{variable} {problem}")
        self.variable = variable
        self.problem = problem


@dataclass(frozen=True, slots=True, kw_only=True)
class MailSettings:
    """How to reach the mail server.

    Args:
        timeout_s: for the whole of handing over one mail. RFC 5321 would wait minutes for each
            reply, but here a mail that hangs keeps others waiting, and is tried again anyway.
    """

    host: str
    port: int
    sender_address: str
    sender_name: str = ""
    username: str | None = field(default=None, repr=False)
    password: str | None = field(default=None, repr=False)
    security: Security = Security.STARTTLS
    timeout_s: float = 30

    @property
    def sender(self) -> Sender:
        """What stands in `From`."""
        return Sender(self.sender_address, self.sender_name)

    @classmethod
    def from_env(cls, environment: Mapping[str, str]) -> Self | None:
        """Read `USHER_SMTP_URL` and `USHER_MAIL_FROM`.

        `smtp://host` is plain, `smtp://host?starttls=1` and `smtps://host` are encrypted; a
        user and password are percent-encoded, as in every URL. Without a port it is 25, 587
        or 465.

        Returns:
            None when `USHER_SMTP_URL` is not set, or empty: mails go to the outbox.

        Raises:
            BadMailSetting: a value cannot be used, or a password would travel in the open.
        """
        url = environment.get(SMTP_URL, "").strip()
        if not url:
            return None
        parts = _split(url)
        security = _security(parts)
        username, password = _credentials(parts)
        if password and security is Security.NONE and not _is_loopback(parts.hostname or ""):
            problem = "would send the password in the open; use smtps:// or add ?starttls=1"
            raise BadMailSetting(SMTP_URL, problem)
        sender = _sender(environment.get(MAIL_FROM, "").strip())
        return cls(
            host=parts.hostname or "",
            port=parts.port or DEFAULT_PORTS[security],
            sender_address=sender.addr_spec,
            sender_name=sender.display_name,
            username=username,
            password=password,
            security=security,
        )


def _split(url: str) -> SplitResult:
    # The standard library repeats pieces of the URL in its errors, hence `from None`.
    try:
        parts = urlsplit(url)
        has_port = parts.port != 0
    except ValueError:
        raise BadMailSetting(SMTP_URL, _MALFORMED) from None
    if parts.scheme not in ("smtp", "smtps"):
        raise BadMailSetting(SMTP_URL, "must begin with smtp:// or smtps://")
    if not parts.hostname or not has_port or parts.path.strip("/") or parts.fragment:
        raise BadMailSetting(SMTP_URL, _MALFORMED)
    return parts


_MALFORMED = (
    "must look like smtp://user:password@host:port, with any of : / ? # @ % in the user or "
    "password percent-encoded"
)


def _security(parts: SplitResult) -> Security:
    options = parse_qsl(parts.query, keep_blank_values=True)
    if options not in ([], [("starttls", "0")], [("starttls", "1")]):
        raise BadMailSetting(SMTP_URL, "may have one option: ?starttls=1 or ?starttls=0")
    if parts.scheme == "smtps":
        if options:
            raise BadMailSetting(SMTP_URL, "cannot have starttls with smtps://")
        return Security.TLS
    return Security.STARTTLS if ("starttls", "1") in options else Security.NONE


def _credentials(parts: SplitResult) -> tuple[str | None, str | None]:
    username, password = unquote(parts.username or ""), unquote(parts.password or "")
    if bool(username) != bool(password):
        raise BadMailSetting(SMTP_URL, "must have both a user and a password, or neither")
    return username or None, password or None


def _is_loopback(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False


def _sender(text: str) -> Address:
    if not text:
        raise BadMailSetting(MAIL_FROM, f"must be set when {SMTP_URL} is")
    name, address = parseaddr(text) if "<" in text else ("", text)
    try:
        return mailbox(address, name)
    except UnusableAddress:
        raise BadMailSetting(MAIL_FROM, "must be an address, or: Name <address>") from None
