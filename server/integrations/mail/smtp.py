"""Mail by SMTP: one connection for each mail, and never longer than the settings allow."""

import asyncio
import logging
import re
import ssl
from contextlib import suppress
from email.headerregistry import Address, AddressHeader
from email.message import EmailMessage

from aiosmtplib import (
    SMTP,
    SMTPException,
    SMTPNotSupported,
    SMTPRecipientsRefused,
    SMTPResponseException,
    SMTPSenderRefused,
    SMTPServerDisconnected,
)

from server.integrations.mail.outcome import Bounced, Failed, Outcome, Sent
from server.integrations.mail.settings import MailSettings, Security

QUIT_S = 2.0
"""How long to wait for a goodbye after the mail was taken."""

UNREACHABLE = "the mail server could not be reached"
NOT_ENCRYPTED = "the connection to the mail server could not be encrypted"
TIMED_OUT = "the mail server did not answer in time"
BROKE_OFF = "the mail server broke off"
CREDENTIALS = "the mail server did not accept this server's credentials"
SENDER = "the mail server did not accept this server's address"
NO_UTF8 = "the mail server cannot send to an address with letters beyond ASCII"

_REASONS = {
    "1": "the address does not exist, or takes no mail",
    "2": "the mailbox is full or closed",
    "3": "the mail system there cannot take it",
    "4": "the way to the address is broken",
    "5": "the mail servers did not understand each other",
    "6": "the content was not accepted",
    "7": "mail from here is not accepted there",
}
"""By the subject of an enhanced status code (RFC 3463, section 3). The text of a reply is left
out, since it mostly repeats the address, and may say anything."""

_ENHANCED = re.compile(r"\s*([245]\.(\d{1,3})\.\d{1,3})\b")

_log = logging.getLogger(__name__)


class SmtpMailer:
    """Hands mails over to a mail server."""

    def __init__(self, settings: MailSettings, tls: ssl.SSLContext | None = None) -> None:
        """Take the settings; nothing is connected before a mail is sent.

        Args:
            tls: how to check the server's certificate; by default against the authorities
                that the machine trusts.
        """
        self._settings = settings
        self._tls = tls

    async def send(self, message: EmailMessage) -> Outcome:
        """Hand over one mail and say what became of it.

        A mail taken in the moment of a timeout counts as failed and will come twice, under
        one Message-ID.
        """
        client = self._client()
        try:
            outcome = await self._hand_over_in_time(client, message)
            if outcome == Sent():
                with suppress(SMTPException, OSError):
                    await client.quit(timeout=QUIT_S)
        finally:
            client.close()
        return outcome

    async def reach(self) -> Failed | None:
        """Go as far as to where a mail could be offered, and leave; None when that went well."""
        client = self._client()
        try:
            async with asyncio.timeout(self._settings.timeout_s):
                failure = await self._open(client)
                if failure is None:
                    with suppress(SMTPException, OSError):
                        await client.quit(timeout=QUIT_S)
                return failure
        except TimeoutError:
            return Failed(TIMED_OUT)
        finally:
            client.close()

    async def _hand_over_in_time(self, client: SMTP, message: EmailMessage) -> Outcome:
        try:
            async with asyncio.timeout(self._settings.timeout_s):
                return await self._hand_over(client, message)
        except TimeoutError:
            return Failed(TIMED_OUT)

    async def _hand_over(self, client: SMTP, message: EmailMessage) -> Outcome:
        failure = await self._open(client)
        if failure is not None:
            return failure
        try:
            await client.send_message(
                message,
                sender=self._settings.sender.mailbox.addr_spec,
                recipients=[_recipient(message).addr_spec],
            )
        except (SMTPException, OSError) as error:
            return _not_taken(error)
        return Sent()

    async def _open(self, client: SMTP) -> Failed | None:
        """Get to where a mail can be offered. What goes wrong here says nothing about the mail."""
        settings = self._settings
        reason = UNREACHABLE
        try:
            await client.connect()
            if settings.security is Security.STARTTLS:
                reason = NOT_ENCRYPTED
                await client.starttls()
            if settings.username and settings.password:
                reason = CREDENTIALS
                await client.login(settings.username, settings.password)
        except (SMTPException, OSError) as error:
            # The kind alone: the text of a refused login may repeat what was sent.
            _log.warning("no way to the mail server: %s (%s)", reason, type(error).__name__)
            return _not_opened(error, reason)
        return None

    def _client(self) -> SMTP:
        settings = self._settings
        return SMTP(
            hostname=settings.host,
            port=settings.port,
            # The name of this machine is nobody's business, and looking it up can hang.
            local_hostname=settings.sender.domain,
            timeout=settings.timeout_s,
            use_tls=settings.security is Security.TLS,
            start_tls=False,  # done, and its failure told, in `_open`
            tls_context=self._tls if settings.security is not Security.NONE else None,
        )


def _recipient(message: EmailMessage) -> Address:
    header = message["To"]
    if not isinstance(header, AddressHeader) or len(header.addresses) != 1:
        msg = "a mail has exactly one recipient"
        raise ValueError(msg)
    recipient: Address = header.addresses[0]
    return recipient


def _not_opened(error: SMTPException | OSError, reason: str) -> Failed:
    if isinstance(error, TimeoutError):
        return Failed(TIMED_OUT)
    if isinstance(error.__cause__, ssl.SSLError):
        return Failed(NOT_ENCRYPTED)
    return Failed(BROKE_OFF if isinstance(error, SMTPServerDisconnected) else reason)


def _not_taken(error: SMTPException | OSError) -> Outcome:
    match error:
        case SMTPRecipientsRefused():
            return _refused(error.recipients[0])
        case SMTPSenderRefused() if _is_permanent(error):
            return Bounced(f"{SENDER} ({_status(error)})")
        case SMTPResponseException():
            return _refused(error)
        case SMTPNotSupported():
            return Bounced(NO_UTF8)
        case TimeoutError():
            return Failed(TIMED_OUT)
        case _:
            return Failed(BROKE_OFF)


def _refused(reply: SMTPResponseException) -> Outcome:
    enhanced = _ENHANCED.match(reply.message)
    default = "the mail was refused" if _is_permanent(reply) else "the mail was put off"
    reason = _REASONS.get(enhanced[2], default) if enhanced else default
    sentence = f"{reason} ({_status(reply)})"
    return Bounced(sentence) if _is_permanent(reply) else Failed(sentence)


def _is_permanent(reply: SMTPResponseException) -> bool:
    return 500 <= reply.code < 600


def _status(reply: SMTPResponseException) -> str:
    enhanced = _ENHANCED.match(reply.message)
    return f"{reply.code} {enhanced[1]}" if enhanced else str(reply.code)
