"""The outbox: where mails go when there is no mail server, for the operator to look at."""

import asyncio
from collections import deque
from collections.abc import Callable
from email.message import EmailMessage
from typing import Protocol

from protocol.http import OutboxMail
from server.core.names import same_email
from server.core.person import Person
from server.integrations.mail.outcome import Outcome, Sent

MAX_MAILS = 200
KEPT_MS = 30 * 86_400_000
"""A month; the links in a mail are dead long before."""


class Keep(Protocol):
    """Where the outbox keeps its mails. They hold personal data: seal them."""

    async def keep(self, key: str, value: bytes, expires_at: int) -> None:
        """Keep a value until `expires_at` (ms UTC), in place of the one kept under `key`.

        The outbox forgets by keeping an empty value that has expired already.
        """
        ...

    async def kept(self) -> list[tuple[str, bytes]]:
        """List what is kept, in any order."""
        ...


class Outbox:
    """A mailer that keeps the newest mails instead of sending them."""

    def __init__(self, keep: Keep, now: Callable[[], int], new_id: Callable[[], str]) -> None:
        """Take a place to keep mails in, the clock (ms UTC) and a source of ids."""
        self._keep = keep
        self._now = now
        self._new_id = new_id
        self._keys: deque[str] | None = None
        """Of the mails kept, oldest first; None until they were looked up."""
        self._writing = asyncio.Lock()

    async def send(self, message: EmailMessage) -> Outcome:
        """Keep the mail, and forget the oldest if there are too many."""
        at = self._now()
        # The time in front orders the keys; padded, so that this holds for strings.
        mail = _outbox_mail(message, f"{at:015d}-{self._new_id()}", at)
        async with self._writing:
            keys = await self._known_keys()
            await self._keep.keep(mail.id, mail.model_dump_json().encode(), at + KEPT_MS)
            keys.append(mail.id)
            while len(keys) > MAX_MAILS:
                await self._drop(keys.popleft())
        return Sent()

    async def mails(self) -> list[OutboxMail]:
        """List the mails, newest first."""
        kept = [OutboxMail.model_validate_json(value) for _, value in await self._live()]
        return sorted(kept, key=lambda mail: mail.id, reverse=True)[:MAX_MAILS]

    async def forget(self, person: Person) -> int:
        """Drop every mail to somebody, or with their name or address in it.

        Call it before the person's name and address are erased elsewhere. A name that is
        also an ordinary word drops more mails than it must, which harms nobody.

        Returns:
            How many mails were dropped.
        """
        async with self._writing:
            found = [mail.id for mail in await self.mails() if _mentions(mail, person)]
            for key in found:
                await self._drop(key)
            self._keys = None
        return len(found)

    async def _known_keys(self) -> deque[str]:
        if self._keys is None:
            self._keys = deque(sorted(key for key, _ in await self._live()))
        return self._keys

    async def _live(self) -> list[tuple[str, bytes]]:
        return [(key, value) for key, value in await self._keep.kept() if value]

    async def _drop(self, key: str) -> None:
        await self._keep.keep(key, b"", self._now())


def _outbox_mail(message: EmailMessage, key: str, at: int) -> OutboxMail:
    text = message.get_body(("plain",))
    html = message.get_body(("html",))
    return OutboxMail(
        id=key,
        to=message["To"].addresses[0].addr_spec,
        subject=str(message["Subject"]),
        text=text.get_content() if text else "",
        html=html.get_content() if html else "",
        has_calendar=any(part.get_content_type() == "text/calendar" for part in message.walk()),
        at=at,
    )


def _mentions(mail: OutboxMail, person: Person) -> bool:
    if person.email and same_email(mail.to, person.email):
        return True
    words = f"{mail.subject}\n{mail.text}"
    return any(part and part in words for part in (person.name, person.email))
