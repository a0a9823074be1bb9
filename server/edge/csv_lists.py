"""A pasted or uploaded list of people to invite, read row by row with every fault named."""

import csv
import io
import re
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from protocol.commands import MANY
from protocol.http import CsvFault, CsvPreview, CsvRow
from server.core.names import clean_email, email_key

MAX_ROWS = 2_000
"""Rows looked at; a longer list is no list of people to invite."""
MAX_NAME_CHARS = 120
SHOWN_CHARS = 254
"""Of a field that is at fault."""
DELIMITERS = ",;\t"

_HEADINGS = {
    "email": ("email", "e-mail", "email address", "e-mail address", "mail", "address"),
    "first_name": ("first name", "first_name", "firstname", "given name", "forename"),
    "last_name": ("last name", "last_name", "lastname", "family name", "surname"),
}
_WHOLE_NAME = ("name", "full name", "full_name")
_PLAIN_ORDER = {"email": 0, "first_name": 1, "last_name": 2}
_MAILBOX = re.compile(r"(?P<name>[^<>]*)<(?P<email>[^<>]+)>")

SENTENCES: dict[CsvFault, str] = {
    CsvFault.EMAIL_MISSING: "The e-mail address is missing.",
    CsvFault.NOT_AN_EMAIL: "This is not an e-mail address.",
    CsvFault.NAME_TOO_LONG: f"A name has more than {MAX_NAME_CHARS} characters.",
    CsvFault.REPEATED: "This address stands in line {line} already.",
    CsvFault.TOO_MANY: f"Not more than {MANY} people can be invited at once.",
    CsvFault.NOT_YOURS: "This person is invited to more than you may give.",
    CsvFault.QUOTES: "The quotation marks of this row do not match.",
    CsvFault.CUT_OFF: "The list is too long; its end was not read.",
}


@dataclass(frozen=True, slots=True)
class Before:
    """An invitation that an address has already.

    Args:
        may_change: whoever asks may give as much as it gives.
    """

    may_change: bool


FindBefore = Callable[[str], Before | None]
"""Finds the invitation of a cleaned address."""


@dataclass(slots=True)
class _Reader:
    """Reads rows, and remembers the good ones: their addresses may not come twice."""

    find_before: FindBefore
    seen: dict[str, int] = field(default_factory=dict)

    def row(self, line: int, cells: list[str], columns: dict[str, int]) -> CsvRow:
        fields = {name: cells[at] if at < len(cells) else "" for name, at in columns.items()}
        _take_apart(fields)
        email = clean_email(fields["email"]) if fields["email"] else None
        fault, same_as = self._fault(fields, email)
        before = self.find_before(email) if email is not None else None
        if fault is None and before is not None and not before.may_change:
            fault = CsvFault.NOT_YOURS
        if fault is not None or email is None:
            return _faulty(line, fault or CsvFault.NOT_AN_EMAIL, same_as, fields)
        self.seen[email_key(email)] = line
        return CsvRow(
            line=line,
            email=email,
            first_name=fields.get("first_name", ""),
            last_name=fields.get("last_name", ""),
            is_invited=before is not None,
        )

    def _fault(
        self, fields: dict[str, str], email: str | None
    ) -> tuple[CsvFault | None, int | None]:
        if not fields["email"]:
            return CsvFault.EMAIL_MISSING, None
        if email is None:
            return CsvFault.NOT_AN_EMAIL, None
        if any(len(fields.get(name, "")) > MAX_NAME_CHARS for name in ("first_name", "last_name")):
            return CsvFault.NAME_TOO_LONG, None
        known = self.seen.get(email_key(email))
        if known is not None:
            return CsvFault.REPEATED, known
        return (CsvFault.TOO_MANY if len(self.seen) >= MANY else None), None


def _nobody(_email: str) -> None:
    """Find no invitation."""


def preview(text: str, find_before: FindBefore = _nobody) -> CsvPreview:
    r"""Say of every row whether it can be invited, and if not, why.

    The first row may name the columns; otherwise they are e-mail, first name, last name. An
    address may be written as mail programs do: `Ada Lovelace <ada@example.org>`.
    Commas, semicolons and tabs separate; whichever occurs most in the first row.

    Args:
        text: the list.
        find_before: says which addresses are invited already.

    Example:
        >>> [row.error for row in preview("ada@example.org\nbob@").rows]
        [None, 'This is not an e-mail address.']
    """
    rows = tuple(_rows(text.removeprefix("\ufeff"), _Reader(find_before)))
    good = sum(row.error is None for row in rows)
    return CsvPreview(rows=rows, good=good, bad=len(rows) - good)


def _rows(text: str, reader: _Reader) -> Iterator[CsvRow]:
    columns: dict[str, int] | None = None
    for count, (line, cells) in enumerate(_cells(text)):
        if isinstance(cells, CsvFault):
            yield _faulty(line, cells)
            return
        if columns is None:
            columns = _columns(cells)
            if columns is not None:
                continue
            columns = _PLAIN_ORDER
        if count >= MAX_ROWS:
            yield _faulty(line, CsvFault.CUT_OFF)
            return
        yield reader.row(line, cells, columns)


def _cells(text: str) -> Iterator[tuple[int, list[str] | CsvFault]]:
    """Take the list apart; where that cannot go on, say why instead of giving cells."""
    first = next((line for line in text.splitlines() if line.strip()), "")
    delimiter = max(DELIMITERS, key=first.count)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    while True:
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error:
            yield reader.line_num, CsvFault.QUOTES
            return
        if any(cell.strip() for cell in cells):
            yield reader.line_num, [" ".join(cell.split()) for cell in cells]


def _columns(cells: list[str]) -> dict[str, int] | None:
    """Read the headings, if these are headings: one of them has to be that of the e-mail."""
    folded = [cell.casefold() for cell in cells]
    found = {}
    for name, headings in _HEADINGS.items():
        place = _place_of(headings, folded)
        if place is not None:
            found[name] = place
    whole = _place_of(_WHOLE_NAME, folded)
    if whole is not None and not {"first_name", "last_name"} & found.keys():
        found["first_name"] = whole
    return found if "email" in found else None


def _place_of(headings: Collection[str], cells: Sequence[str]) -> int | None:
    return next((number for number, cell in enumerate(cells) if cell in headings), None)


def _take_apart(fields: dict[str, str]) -> None:
    """Read an address that brings its name along; names in columns of their own win."""
    found = _MAILBOX.fullmatch(fields["email"])
    if found is None:
        return
    fields["email"] = found["email"].strip()
    if not (fields.get("first_name") or fields.get("last_name")):
        first, _, last = found["name"].strip(" \"'").rpartition(" ")
        fields["first_name"], fields["last_name"] = (first, last) if first else (last, "")


def _faulty(
    line: int, fault: CsvFault, same_as: int | None = None, fields: Mapping[str, str] | None = None
) -> CsvRow:
    shown = {name: value[:SHOWN_CHARS] for name, value in (fields or {}).items()}
    return CsvRow(
        line=line,
        email=shown.get("email", ""),
        first_name=shown.get("first_name", ""),
        last_name=shown.get("last_name", ""),
        error=SENTENCES[fault].format(line=same_as),
        fault=fault,
        same_as=same_as,
    )
