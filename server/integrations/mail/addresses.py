"""Addresses as they may stand in a header and in an SMTP envelope."""

import re
from dataclasses import dataclass
from email.headerregistry import Address

from server.core.names import clean_email, email_key
from server.integrations.mail.cleaning import clean_line

MAX_ENCODED_NAME_BYTES = 44
"""What fits into one encoded word. Between two of them Python's `email` (3.11) lets readers see
a space that was not there."""

_NAME_SPECIALS = re.compile(r"[()<>\[\]:;@\\,\"]+")


class UnusableAddress(ValueError):
    """Nothing can be mailed to this. Does not repeat the address: it is personal data."""

    def __init__(self) -> None:
        """Say so."""
        super().__init__("this is not an e-mail address that mail can be sent to")


@dataclass(frozen=True, slots=True)
class Sender:
    """By whom mails are sent: the address of this server and the name shown with it.

    A sender that exists can be written into a mail; the constructor raises `UnusableAddress`.
    """

    address: str
    name: str = ""

    def __post_init__(self) -> None:
        """Refuse here what would otherwise make every single mail bounce."""
        mailbox(self.address)

    @property
    def mailbox(self) -> Address:
        """What stands in `From`."""
        return mailbox(self.address, self.name)

    @property
    def domain(self) -> str:
        """The part behind the @, in its ASCII form, for message ids."""
        return self.mailbox.domain


def mailbox(address: str, name: str = "") -> Address:
    """Build what may stand in `From` and `To`.

    Only plain addresses pass (`a.b+c@d.e`, letters of any script in front of the @): no
    comments, groups or quoted parts, in which parsers have disagreed about where mail goes.
    The domain is given in its ASCII form. Of the name go the characters that mean something
    in a header, so that no reader of it can take a part of the name for an address. A long
    name with letters beyond ASCII is cut after a word.

    Raises:
        UnusableAddress: mail cannot be sent there.

    Example:
        >>> str(mailbox("ada@bücher.example", 'Ada, "eve" <eve@localhost>'))
        'Ada eve eve localhost <ada@xn--bcher-kva.example>'
    """
    cleaned = clean_email(address)
    # `=?` begins an encoded word, which a header decodes even inside an address.
    if cleaned is None or "=?" in cleaned:
        raise UnusableAddress
    local = cleaned.partition("@")[0]
    domain = email_key(cleaned).partition("@")[2]
    shown = " ".join(_NAME_SPECIALS.sub(" ", clean_line(name)).split())
    return Address(display_name=_fitting(shown), username=local, domain=domain)


def _fitting(name: str) -> str:
    while not name.isascii() and len(name.encode()) > MAX_ENCODED_NAME_BYTES:
        name = name.rpartition(" ")[0]
    return name
