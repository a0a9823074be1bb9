"""What people wrote, made harmless for a mail: one line, or a few.

The standard library decodes encoded words (`=?utf-8?q?…?=`) in a header that is *set*, so a
name that hides a line break in one would write a header of its own (and did, when it was
tried with a subject). So line breaks go, and so does the opening of an encoded word.
"""

import re
import unicodedata

from server.core.names import MAX_MARKS, clean_name

MAX_BLOCK_CHARS = 2000
"""Several times what a message may have on the wire."""

_JOINERS = "\u200c\u200d"
_BREAK = re.compile(r"\r\n?|[\x0b\x0c\x85\u2028\u2029]")
_UNSEEN = frozenset({"Cc", "Cf", "Co", "Cs"})
_ENCODED_WORD = re.compile(r"=(?=\?)")


def clean_line(text: str) -> str:
    r"""Make one line of it, as of a name; empty when nothing that can be seen is left.

    Example:
        >>> clean_line("Ada\r\nBcc: eve@example.com"), clean_line("=?utf-8?q?=0D=0A?=")
        ('Ada Bcc: eve@example.com', '= ?utf-8?q?=0D=0A?=')
    """
    return _ENCODED_WORD.sub("= ", clean_name(text) or "")


def clean_block(text: str) -> str:
    r"""Clean a message of several lines; at most one empty line in a row stays.

    Example:
        >>> clean_block("Hello\r\n\r\n\r\nAda\x00")
        'Hello\n\nAda'
    """
    broken = _BREAK.sub("\n", unicodedata.normalize("NFC", text[: 2 * MAX_BLOCK_CHARS]))
    lines = "\n".join(_only_seen(line).rstrip() for line in broken.split("\n"))
    return re.sub(r"\n{3,}", "\n\n", lines)[:MAX_BLOCK_CHARS].strip()


def _only_seen(line: str) -> str:
    kept: list[str] = []
    marks = 0
    for char in line.replace("\t", " "):
        category = unicodedata.category(char)
        marks = marks + 1 if category[0] == "M" else 0
        if marks <= MAX_MARKS and (category not in _UNSEEN or char in _JOINERS):
            kept.append(char)
    return "".join(kept)
