"""Secrets that hide themselves, so that no log line has to remember to hide them."""

import hashlib
import hmac
from typing import final

FINGERPRINTED_CHARS = 24
"""Shorter secrets show no fingerprint: a one-time code could be found from it by trying all."""


@final
class Secret:
    """A token, ticket, key or code as text.

    Not a `str`, so that it cannot slip into a URL, a log line or JSON: what needs the text
    says `reveal()`, which is easy to search for.

    Args:
        text: the secret itself.
        kind: what it is, for people: "ticket", "link token".

    Example:
        >>> ticket = Secret("c2VjcmV0IGFzIGNhbiBiZSBzbw", "ticket")
        >>> ticket
        <ticket 06f9ad…>
        >>> f"{Secret('271828', 'code')}"
        '<code>'
        >>> ticket.reveal()
        'c2VjcmV0IGFzIGNhbiBiZSBzbw'
    """

    __slots__ = ("_text", "kind")

    def __init__(self, text: str, kind: str) -> None:
        """Wrap a text."""
        self._text = text
        self.kind = kind

    def reveal(self) -> str:
        """Give the secret itself."""
        return self._text

    def __repr__(self) -> str:
        """Show what it is, and enough to see that two log lines are about the same one."""
        if len(self._text) < FINGERPRINTED_CHARS:
            return f"<{self.kind}>"
        digest = hashlib.sha256(self._text.encode("utf-8", "surrogatepass")).hexdigest()
        return f"<{self.kind} {digest[:6]}…>"

    def __eq__(self, other: object) -> bool:
        """Compare in time that does not tell how near they are."""
        if not isinstance(other, Secret):
            return NotImplemented
        mine, theirs = (text.encode("utf-8", "surrogatepass") for text in (self._text, other._text))
        return self.kind == other.kind and hmac.compare_digest(mine, theirs)

    def __hash__(self) -> int:
        """Equal secrets have equal hashes."""
        return hash((self.kind, self._text))

    def __reduce__(self) -> str:
        """Refuse to be pickled, which would write the text down."""
        raise TypeError(self.kind)
