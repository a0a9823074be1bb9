"""A mail server to write to: real SMTP on a free port, with answers that a test can choose."""

import asyncio
import ssl
from collections.abc import Callable
from dataclasses import dataclass
from email import message_from_string, policy
from email.message import EmailMessage
from typing import Self

from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session

OK = "250 OK"


@dataclass(frozen=True, slots=True)
class Delivery:
    """One mail as it arrived, with what was said around it."""

    mail_from: str
    rcpt_to: str
    raw: bytes
    message: EmailMessage


class Mailbox:
    """Takes mail for everybody.

    Args:
        tls: offers STARTTLS with this context and takes no mail without.
        tls_at_once: the connection is encrypted from the start.
        login: with STARTTLS, takes mail only from this user with this password; without TLS it
            knows no other.
    """

    def __init__(
        self,
        *,
        tls: ssl.SSLContext | None = None,
        tls_at_once: bool = False,
        login: tuple[str, str] | None = None,
        speaks_utf8: bool = True,
    ) -> None:
        self.deliveries: list[Delivery] = []
        self.attempts = 0
        """How many recipients were named, whatever the answer."""
        self._tls, self._tls_at_once = tls, tls_at_once
        self._login = login
        self._speaks_utf8 = speaks_utf8
        self._answers: dict[str, list[str]] = {"MAIL": [], "RCPT": [], "DATA": []}
        self._changed = asyncio.Condition()
        self._goes_on = asyncio.Event()
        self._goes_on.set()
        self._server: asyncio.Server | None = None
        self._connections: list[SMTP] = []

    @property
    def messages(self) -> list[EmailMessage]:
        return [delivery.message for delivery in self.deliveries]

    @property
    def port(self) -> int:
        assert self._server is not None
        port: int = self._server.sockets[0].getsockname()[1]
        return port

    @property
    def url(self) -> str:
        """As in `USHER_SMTP_URL`; plain."""
        return f"smtp://127.0.0.1:{self.port}"

    def answer(self, step: str, *replies: str) -> None:
        """Give these replies to the next MAIL, RCPT or DATA, one each, before all is well again."""
        self._answers[step] += replies

    def hang(self) -> None:
        """Answer no recipient until `go_on`."""
        self._goes_on.clear()

    def go_on(self) -> None:
        self._goes_on.set()

    def hang_up(self) -> None:
        """Drop every connection without a word."""
        for connection in self._connections:
            if isinstance(connection.transport, asyncio.WriteTransport):
                connection.transport.abort()

    async def wait_for(self, count: int, limit_s: float = 10) -> list[EmailMessage]:
        """Wait until so many mails have come, and return them all."""
        await self._wait(lambda: len(self.deliveries) >= count, limit_s)
        return self.messages

    async def wait_for_attempts(self, count: int, limit_s: float = 10) -> None:
        await self._wait(lambda: self.attempts >= count, limit_s)

    async def start(self) -> Self:
        loop = asyncio.get_running_loop()
        tls = self._tls if self._tls_at_once else None
        self._server = await loop.create_server(self._connection, "127.0.0.1", 0, ssl=tls)
        return self

    async def aclose(self) -> None:
        assert self._server is not None
        self._server.close()
        self.hang_up()
        self._goes_on.set()
        await self._server.wait_closed()

    async def __aenter__(self) -> Self:
        return await self.start()

    async def __aexit__(self, *_: object) -> None:
        await self.aclose()

    # --- what aiosmtpd calls -----------------------------------------------------------------

    async def handle_MAIL(
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        reply = self._next_answer("MAIL")
        if reply == OK:
            envelope.mail_from = address
            envelope.mail_options.extend(options)
        return reply

    async def handle_RCPT(
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        self.attempts += 1
        await self._tell()
        await self._goes_on.wait()
        reply = self._next_answer("RCPT")
        if reply == OK:
            envelope.rcpt_tos.append(address)
        return reply

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        reply = self._next_answer("DATA")
        if reply == OK:
            raw = envelope.original_content or b""
            message = message_from_string(raw.decode(), policy=policy.default)
            assert isinstance(message, EmailMessage)
            sender = envelope.mail_from or ""
            self.deliveries.append(Delivery(sender, envelope.rcpt_tos[0], raw, message))
            await self._tell()
        return reply

    def _connection(self) -> SMTP:
        connection = SMTP(
            self,
            hostname="mail.test",
            enable_SMTPUTF8=self._speaks_utf8,
            tls_context=self._tls if not self._tls_at_once else None,
            require_starttls=self._tls is not None and not self._tls_at_once,
            authenticator=self._authenticate if self._login else None,
            # Required without TLS it would be warned of; here the password is asked for all the
            # same, because whoever has one gives it.
            auth_required=self._login is not None and self._tls is not None,
            auth_require_tls=self._tls is not None,
            loop=asyncio.get_running_loop(),
        )
        self._connections.append(connection)
        return connection

    def _authenticate(
        self, server: SMTP, session: Session, envelope: Envelope, mechanism: str, data: object
    ) -> AuthResult:
        assert self._login is not None
        user, password = self._login
        is_known = data == LoginPassword(user.encode(), password.encode())
        return AuthResult(success=is_known, handled=is_known)

    def _next_answer(self, step: str) -> str:
        return self._answers[step].pop(0) if self._answers[step] else OK

    async def _tell(self) -> None:
        async with self._changed:
            self._changed.notify_all()

    async def _wait(self, is_so: Callable[[], bool], limit_s: float) -> None:
        async with asyncio.timeout(limit_s), self._changed:
            await self._changed.wait_for(is_so)
