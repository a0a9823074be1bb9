"""Who somebody is whom another server vouches for: an issuer, and its own id of the person.

An account is keyed by these two, and by the way in which the other server vouches. An
e-mail address opens invitations, so it is kept only where whoever names it is trusted for that;
else an address stands in its place that is nobody's and never matches one.
"""

import hashlib
import hmac
from enum import StrEnum

from protocol.ids import AccountId
from server.core.names import clean_email, clean_name
from server.core.person import Person, person_id

UNKNOWN_DOMAIN = "unverified.invalid"
"""No mail ever goes there (RFC 6761, section 6.4)."""


class Way(StrEnum):
    """How another server vouches for people.

    A learning platform may call itself what a provider is called: it never speaks for the
    accounts of that one.
    """

    LTI = "lti"
    OIDC = "oidc"


def account_of(way: Way, issuer: str, subject: str, key: bytes) -> AccountId:
    """Name the account of a person; without the key the name says nothing about them."""
    return AccountId(f"i_{_digest(key, 'account', way, issuer, subject)}")


def person_of(account: AccountId, name: str, email: str, key: bytes) -> Person:
    """Make the person behind an account.

    Args:
        account: whose.
        name: as it came; what cannot be shown gives way to a number.
        email: believed to be theirs; empty where there is none, or nobody is to be believed.
        key: from which ids of persons are derived.
    """
    known = clean_email(email) or f"{account}@{UNKNOWN_DOMAIN}"
    shown = clean_name(name) or f"Participant {account[-4:]}"
    return Person(person_id(known, key), shown, known)


def short_id(prefix: str, key: bytes, *parts: str) -> str:
    """Derive an id from what it stands for: the same parts, the same id."""
    return f"{prefix}_{_digest(key, prefix, *parts)[:24]}"


def _digest(key: bytes, purpose: str, *parts: str) -> str:
    # Lengths stand before parts, so that no two lists of parts read alike.
    message = "".join(f"{len(part)}:{part}" for part in (purpose, *parts))
    return hmac.new(key, message.encode("utf-8", "surrogatepass"), hashlib.sha256).hexdigest()[:32]
