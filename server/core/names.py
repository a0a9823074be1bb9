"""Names and e-mail addresses: what we keep of them, and when two are the same.

Names come from strangers and are read by everybody, so nothing stays in one that can change
how the text around it is shown: no controls, no direction overrides, nothing invisible, no
towers of accents. What languages need stays: joiners where they change how letters are
written (Persian, Sinhala), and inside emoji sequences.

Addresses are compared by a key. Two spellings of one address give one key; addresses that only
look alike never do.

Sources: Unicode 15 categories (UAX 44), joiners as in RFC 5892 appendix A, UTS 46 for
internationalised domains, RFC 5321 and 6531 for the lengths and characters of addresses.
"""

import hashlib
import hmac
import re
import unicodedata

import idna

MAX_NAME_CHARS = 120
MAX_MARKS = 4
"""Combining marks in a row. Vietnamese, Thai and Indic scripts use up to three."""
MAX_EMAIL_CHARS = 254
MAX_LOCAL_BYTES = 64
"""RFC 5321, sections 4.5.3.1.1 and 4.5.3.1.3."""

_ZWNJ = "\u200c"
_ZWJ = "\u200d"
_VARIATION_16 = "\ufe0f"
_VIRAMA = 9
"""Combining class of the signs that suppress a vowel in Indic scripts."""
_LONGEST_CLUSTER = 40
"""How far back a cut may move to keep an emoji sequence whole."""

# Seen as nothing, although they are letters, marks, symbols or not assigned by category
# (Default_Ignorable_Code_Point of UAX 44, and the empty Braille pattern). Variation selectors
# are also ignorable, but say how the character before them is drawn.
_INVISIBLE = frozenset(
    "\u034f\u115f\u1160\u17b4\u17b5\u180b\u180c\u180d\u180f\u2065\u2800\u3164\uffa0\ufffc"
)
_INVISIBLE_RANGES = ((0xFFF0, 0xFFF8), (0xE0000, 0xE00FF), (0xE01F0, 0xE0FFF))
_VARIATION_RANGES = ((0xFE00, 0xFE0F), (0xE0100, 0xE01EF))
_SKIN_TONES = frozenset(chr(code) for code in range(0x1F3FB, 0x1F400))

# Letters that NFKD leaves whole, although people look for them under the plain letter.
_PLAIN_LETTERS = str.maketrans(
    {"ł": "l", "ø": "o", "đ": "d", "ð": "d", "ħ": "h", "\u0131": "i"}
    | {"æ": "ae", "œ": "oe", "þ": "th"}
)

MAX_ROUNDS = 8
"""Of cleaning a name; what one step drops can bring together what another has to look at."""

# --- names ---------------------------------------------------------------------------------


def clean_name(text: str) -> str | None:
    r"""Make a name out of what somebody typed.

    Cleaning a cleaned name changes nothing.

    Args:
        text: anything, of any length.

    Returns:
        The name in NFC: trimmed, with single spaces, at most 120 characters; None when
        nothing that can be seen is left.

    Example:
        >>> clean_name("  Ada\n \u202eLovelace ")
        'Ada Lovelace'
        >>> clean_name("\u200b\u00ad ") is None
        True
    """
    # Twenty times a name is enough to find one in; the rest is not worth normalising.
    name = text[: MAX_NAME_CHARS * 20]
    for _ in range(MAX_ROUNDS):
        before, name = name, _cleaner(name)
        if name == before:
            break
    return name if any(_is_visible(char) for char in name) else None


def clean_text(text: str) -> str:
    r"""Clean a sentence that others will read: one line, nothing invisible or reversing.

    Example:
        >>> clean_text("Back in \u202e5\nminutes ")
        'Back in 5 minutes'
    """
    spaced = "".join(" " if char.isspace() else char for char in text)
    kept = "".join(char for char in spaced if _is_kept(char))
    return " ".join(_with_few_marks(unicodedata.normalize("NFC", kept)).split())


def _cleaner(text: str) -> str:
    spaced = "".join(" " if char.isspace() else char for char in text)
    kept = "".join(char for char in spaced if _is_kept(char))
    joined = unicodedata.normalize("NFC", _without_idle_joiners(kept))
    return _cut(" ".join(_with_few_marks(joined).split()))


def fold(text: str) -> str:
    """Reduce text to what a search compares: no case, no accents, no width, single spaces.

    Fold both what is searched and what is looked for.

    Example:
        >>> fold("Łukasz  ÅNGSTRÖM")
        'lukasz angstrom'
    """
    if text.isascii() and text.isprintable():
        # Nothing below would change it, and most names and addresses are like this.
        return " ".join(text.lower().split())
    spread = unicodedata.normalize("NFKD", text.casefold())
    kept = "".join(char for char in spread if not _is_dropped_in_search(char)).casefold()
    return " ".join(unicodedata.normalize("NFKC", kept).translate(_PLAIN_LETTERS).split())


def name_key(name: str) -> str:
    """Give the key by which names are sorted: folded, and then as written.

    Example:
        >>> sorted(["Zoë", "émile", "Zoe", "Ed"], key=name_key)
        ['Ed', 'émile', 'Zoe', 'Zoë']
    """
    return f"{fold(name)}\0{name}"


def search_text(name: str, email: str = "") -> str:
    """Give the text in which a folded query is looked for as a substring.

    No match spans name and e-mail. Leave the e-mail out where it may not be searched.

    Example:
        >>> fold("LOVE") in search_text("Ada Lovelace", "ada@example.org")
        True
    """
    return f"{fold(name)}\n{fold(email)}" if email else fold(name)


def _is_within(char: str, ranges: tuple[tuple[int, int], ...]) -> bool:
    return any(first <= ord(char) <= last for first, last in ranges)


def _is_invisible(char: str) -> bool:
    return char in _INVISIBLE or _is_within(char, _INVISIBLE_RANGES)


def _is_kept(char: str) -> bool:
    if _is_invisible(char):
        return False
    category = unicodedata.category(char)
    if category == "Cf":
        return char in (_ZWJ, _ZWNJ)
    if category == "Cn":
        # Not assigned in the tables of this Python: the newest emoji and ideographs are such
        # for a while, noncharacters for ever.
        return ord(char) & 0xFFFE != 0xFFFE and not 0xFDD0 <= ord(char) <= 0xFDEF
    return category not in ("Cc", "Cs", "Co")


def _is_visible(char: str) -> bool:
    category = unicodedata.category(char)
    return category[0] in "LNPS" or category == "Cn"


def _is_dropped_in_search(char: str) -> bool:
    """Accents, points and enclosing marks go; the vowel signs of Indic scripts and Thai stay."""
    combining = unicodedata.combining(char)
    if combining >= 200 or 10 <= combining <= 36:
        return True
    category = unicodedata.category(char)
    return category in ("Me", "Cf", "Cc", "Cs") or _is_within(char, _VARIATION_RANGES)


def _is_mark(char: str) -> bool:
    return unicodedata.category(char)[0] == "M"


def _is_emoji(char: str) -> bool:
    return char in _SKIN_TONES or unicodedata.category(char) in ("So", "Cn")


def _without_idle_joiners(text: str) -> str:
    """Drop joiners where they join nothing, since there they can only hide or confuse."""
    kept: list[str] = []
    for place, char in enumerate(text):
        if char in (_ZWJ, _ZWNJ):
            after = text[place + 1 : place + 2]
            if not kept or not after or not _may_join(kept, char, after):
                continue
        kept.append(char)
    return "".join(kept)


def _may_join(before: list[str], joiner: str, after: str) -> bool:
    if unicodedata.combining(before[-1]) == _VIRAMA:
        return not after.isspace()
    if joiner == _ZWJ:
        base = before[-2:-1] if before[-1] == _VARIATION_16 else before[-1:]
        return bool(base) and _is_emoji(base[0]) and _is_emoji(after)
    is_arabic = unicodedata.bidirectional(after) == "AL"
    return is_arabic and unicodedata.bidirectional(before[-1]) in ("AL", "NSM")


def _with_few_marks(text: str) -> str:
    kept: list[str] = []
    in_a_row = MAX_MARKS  # at the very start there is nothing to put a mark on
    for char in text:
        in_a_row = in_a_row + 1 if _is_mark(char) else 0
        if in_a_row <= MAX_MARKS:
            kept.append(char)
    return "".join(kept)


def _cut(name: str) -> str:
    """Cut to the longest allowed, not inside what is drawn as one."""
    if len(name) <= MAX_NAME_CHARS:
        return name
    end = MAX_NAME_CHARS
    while end > MAX_NAME_CHARS - _LONGEST_CLUSTER and _is_inside(name, end):
        end -= 1
    return name[:end].rstrip(f" {_ZWJ}{_ZWNJ}")


def _is_inside(name: str, end: int) -> bool:
    before, after = name[end - 1], name[end]
    if _is_flag_half(before) and _is_flag_half(after):
        halves = len(name[:end]) - len(name[:end].rstrip(_FLAG_HALVES))
        return halves % 2 == 1
    return (
        _is_mark(after) or after in _SKIN_TONES or after in (_ZWJ, _ZWNJ) or before in (_ZWJ, _ZWNJ)
    )


_FLAG_HALVES = "".join(chr(code) for code in range(0x1F1E6, 0x1F200))


def _is_flag_half(char: str) -> bool:
    return char in _FLAG_HALVES


# --- e-mail addresses ----------------------------------------------------------------------

_SIGMA = "\u03c3"
_FINAL_SIGMA = "\u03c2"

_LOCAL_ASCII = frozenset(
    "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789!#$%&'*+-/=?^_`{|}~."
)
_LABEL = re.compile(r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?")
_TRIMMED = " \t\r\n\v\f\u00a0\u00ad\u200b\u200c\u200d\u200e\u200f\u202a\u202b\u202c\u2060\ufeff"
"""Around pasted addresses: spaces, and the invisible marks that mail programs put there."""


class NotAnAddress(ValueError):
    """Text that is not one plain e-mail address was used as one."""


def clean_email(text: str) -> str | None:
    """Read one e-mail address as somebody typed or pasted it.

    Args:
        text: anything.

    Returns:
        The address to write to: trimmed, in NFC with full-width characters made plain, the
        domain in lower case. None when it is not exactly one plain address: no display name,
        no quotes, commas or line breaks, no address of a machine instead of a domain.

    Example:
        >>> clean_email(" Ada@Example.ORG ")
        'Ada@example.org'
        >>> clean_email("Ada <ada@example.org>") is None
        True
    """
    parts = _parts(text)
    return "@".join(parts) if parts else None


def email_key(email: str) -> str:
    """Give the form of an address by which it is compared.

    Letters are compared without case, internationalised domains in their ASCII form. What
    stands after a plus belongs to the address, since only its own mail server knows otherwise.

    Raises:
        NotAnAddress: `clean_email` would refuse it. There is deliberately no key for such
            text, so that no two of them can be equal.

    Example:
        >>> email_key("Ada+x@BÜCHER.example")
        'ada+x@xn--bcher-kva.example'
    """
    parts = _parts(email)
    if parts is None:
        raise NotAnAddress
    local, domain = parts
    return f"{_without_case(local)}@{_ascii_domain(domain)}"


def same_email(one: str, other: str) -> bool:
    r"""Say whether two spellings name one address, in time that does not tell how near they are.

    Text that is not an address is the same as nothing, not even as itself.

    Example:
        >>> same_email("ada@example.org", " ADA@example.org")
        True
        >>> same_email("ada@example.org", "\u0430da@example.org")  # a Cyrillic a
        False
    """
    digests = []
    for place, email in enumerate((one, other)):
        # Different stand-ins, so that two refused texts never meet.
        key = email_key(email) if clean_email(email) else f"nobody {place}"
        digests.append(hashlib.sha256(key.encode()).digest())
    return hmac.compare_digest(digests[0], digests[1])


def _parts(text: str) -> tuple[str, str] | None:
    """Split into what stands before and after the only @, each clean."""
    if len(text) > 4 * MAX_EMAIL_CHARS:
        return None
    local, at, rest = _plain_width(text.strip(_TRIMMED)).partition("@")
    domain = _typed_domain(rest)
    if not at or domain is None or not _is_local(local):
        return None
    is_short = len(local.encode()) + 1 + len(domain.encode()) <= MAX_EMAIL_CHARS
    return (local, domain) if is_short else None


def _plain_width(text: str) -> str:
    """Bring to NFC, and full-width forms, which Asian keyboards type, to the plain ones.

    The rest of NFKC would make addresses equal that are different mailboxes.
    """
    narrow = (
        unicodedata.normalize("NFKC", char)
        if unicodedata.decomposition(char).startswith(("<wide>", "<narrow>"))
        else char
        for char in text
    )
    return unicodedata.normalize("NFC", "".join(narrow))


def _is_local(local: str) -> bool:
    if not local or not all(_is_local_char(char) for char in local):
        return False
    # Lower-casing can make text longer; the key has to be an address too.
    longest = max(len(local.encode()), len(_without_case(local).encode()))
    is_dotted_well = not local.startswith(".") and not local.endswith(".") and ".." not in local
    return is_dotted_well and longest <= MAX_LOCAL_BYTES


def _is_local_char(char: str) -> bool:
    if char.isascii():
        return char in _LOCAL_ASCII
    is_hidden = _is_invisible(char) or _is_within(char, _VARIATION_RANGES)
    return unicodedata.category(char)[0] in "LMN" and not is_hidden


def _typed_domain(domain: str) -> str | None:
    """Lower the case of a domain and keep it in the form in which it was typed."""
    typed = _without_case(domain)
    ascii_domain = _ascii_domain(typed)
    if ascii_domain is None:
        return None
    return typed if typed.isascii() else idna.decode(ascii_domain)


def _ascii_domain(domain: str) -> str | None:
    """Give the ASCII form of a domain, or None if it is not plausible as one."""
    if not domain.isascii() or "xn--" in domain:
        try:
            domain = idna.encode(domain, uts46=True, std3_rules=True).decode("ascii")
        except (idna.IDNAError, UnicodeError):
            return None
    labels = domain.split(".")
    is_named = len(labels) >= 2 and not labels[-1].isdigit() and len(domain) <= 253
    return domain if is_named and all(_LABEL.fullmatch(label) for label in labels) else None


def _without_case(text: str) -> str:
    """Lower the case letter by letter.

    `str.casefold` would make different mailboxes equal (ß and ss, long s and s), and
    `str.lower` looks where a word ends to choose between the two forms of sigma.
    """
    lowered = "".join(char.lower() for char in text)
    return unicodedata.normalize("NFC", lowered.replace(_FINAL_SIGMA, _SIGMA))
