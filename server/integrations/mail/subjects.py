"""Subjects that arrive as they were written.

The standard library encodes and folds a header word by word, and a space between two encoded
words can be lost on the way (seen with emoji, dashes and two spaces in one subject). Encoded as
one text it has no spaces between words that could be.
"""

from email.header import Header
from email.headerregistry import BaseHeader, HeaderRegistry, UniqueUnstructuredHeader
from email.policy import Policy
from typing import cast

MAX_LINE = 76
"""Characters of a line that holds an encoded word (RFC 2047, section 2)."""


class _Subject(UniqueUnstructuredHeader):
    def fold(self, *, policy: Policy) -> str:
        if cast(str, self).isascii() or getattr(policy, "utf8", False):
            return BaseHeader.fold(cast(BaseHeader, self), policy=policy)
        written = Header(str(self), "utf-8", MAX_LINE, "Subject").encode(linesep=policy.linesep)
        return f"Subject: {written}{policy.linesep}"


def as_subject(text: str) -> str:
    """Make the value of a `Subject`; a message keeps what it is, however it is serialised."""
    headers = HeaderRegistry(base_class=BaseHeader)
    headers.map_to_type("subject", cast(type[BaseHeader], _Subject))
    subject: str = headers("Subject", text)
    return subject
