"""A pasted or uploaded list of people to invite, read row by row with every fault named."""

import csv
import io
from collections.abc import Iterator

from protocol.commands import MANY
from protocol.http import CsvPreview, CsvRow
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
_PLAIN_ORDER = {"email": 0, "first_name": 1, "last_name": 2}


def preview(text: str) -> CsvPreview:
    r"""Say of every row whether it can be invited, and if not, why.

    The first row may name the columns; otherwise they are e-mail, first name, last name.
    Commas, semicolons and tabs separate; whichever occurs most in the first row.

    Example:
        >>> [row.error for row in preview("ada@example.org\nbob@").rows]
        [None, 'This is not an e-mail address.']
    """
    rows = tuple(_rows(text.removeprefix("\ufeff")))
    good = sum(row.error is None for row in rows)
    return CsvPreview(rows=rows, good=good, bad=len(rows) - good)


def _rows(text: str) -> Iterator[CsvRow]:
    columns: dict[str, int] | None = None
    seen: dict[str, int] = {}
    for count, (line, cells) in enumerate(_cells(text)):
        if isinstance(cells, str):
            yield CsvRow(line=line, email="", error=cells)
            return
        if columns is None:
            columns = _columns(cells)
            if columns is not None:
                continue
            columns = _PLAIN_ORDER
        if count >= MAX_ROWS:
            yield CsvRow(line=line, email="", error="The list is too long; its end was not read.")
            return
        yield _row(line, cells, columns, seen)


def _cells(text: str) -> Iterator[tuple[int, list[str] | str]]:
    """Take the list apart; where that cannot go on, give a sentence instead of cells."""
    first = next((line for line in text.splitlines() if line.strip()), "")
    delimiter = max(DELIMITERS, key=first.count)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    while True:
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error:
            yield reader.line_num, "The quotation marks of this row do not match."
            return
        if any(cell.strip() for cell in cells):
            yield reader.line_num, [" ".join(cell.split()) for cell in cells]


def _columns(cells: list[str]) -> dict[str, int] | None:
    """Read the headings, if these are headings: one of them has to be that of the e-mail."""
    folded = [cell.casefold() for cell in cells]
    found = {}
    for name, headings in _HEADINGS.items():
        place = next((number for number, cell in enumerate(folded) if cell in headings), None)
        if place is not None:
            found[name] = place
    return found if "email" in found else None


def _row(line: int, cells: list[str], columns: dict[str, int], seen: dict[str, int]) -> CsvRow:
    fields = {name: cells[place] if place < len(cells) else "" for name, place in columns.items()}
    error = _error(fields, seen)
    if error is None:
        seen[email_key(fields["email"])] = line
        fields["email"] = clean_email(fields["email"]) or ""
    else:
        fields = {name: value[:SHOWN_CHARS] for name, value in fields.items()}
    return CsvRow(line=line, error=error, **fields)


def _error(fields: dict[str, str], seen: dict[str, int]) -> str | None:
    email = fields["email"]
    if not email:
        return "The e-mail address is missing."
    if clean_email(email) is None:
        return "This is not an e-mail address."
    if any(len(fields.get(name, "")) > MAX_NAME_CHARS for name in ("first_name", "last_name")):
        return f"A name has more than {MAX_NAME_CHARS} characters."
    known = seen.get(email_key(email))
    if known is not None:
        return f"This address stands in line {known} already."
    if len(seen) >= MANY:
        return f"Not more than {MANY} people can be invited at once."
    return None
