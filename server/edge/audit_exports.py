"""The audit log as views, as JSON and as CSV."""

from collections.abc import AsyncIterator

from protocol.audit import AuditAction, AuditExport, AuditLine, AuditPerson
from protocol.roles import Right
from server.core.chain import Label, Line
from server.core.state import Entry
from server.edge.exports import csv_lines, moment

HEADINGS = (
    "number",
    "at",
    "action",
    "by",
    "by_email",
    "by_id",
    "about",
    "about_emails",
    "about_ids",
    "facts",
    "session_id",
    "kept_until",
    "previous",
    "digest",
)


ADDRESSES = {
    "invitation": Right.INVITE,
    "account": Right.MANAGE_COLLABORATORS,
    "person": Right.MANAGE_COLLABORATORS,
}
"""By the kind of a label: the right without which the lists of such addresses are closed, too."""


def line_view(line: Line, rights: frozenset[Right]) -> AuditLine:
    """Make one line as it is shown to somebody with these rights."""
    return AuditLine(
        number=line.number,
        at=line.at,
        action=line.action,
        session_id=line.session_id,
        by=_person(line.by, rights),
        about=tuple(_person(one, rights) for one in line.about),
        facts=dict(line.facts),
        kept_until=line.kept_until,
        previous=line.previous,
        previous_kept_until=line.previous_kept_until,
        digest=line.digest,
    )


def unreadable(number: int, at: int) -> AuditLine:
    """Make what is shown in the place of a line that is damaged."""
    return AuditLine(
        number=number,
        at=at,
        action=AuditAction.UNREADABLE,
        by=AuditPerson(id="unknown"),
        kept_until=0,
        previous="",
        previous_kept_until=0,
        digest="",
    )


def _person(label: Label, rights: frozenset[Right]) -> AuditPerson:
    person = label.person
    needed = ADDRESSES.get(label.id.partition(":")[0])
    is_withheld = bool(person and person.email and needed and needed not in rights)
    return AuditPerson(
        id=label.id,
        name=person.name if person else "",
        email=person.email if person and not is_withheld else "",
        is_guest=label.is_guest,
        is_erased=person.is_erased if person else False,
        known_at=label.known_at,
        seal=label.seal,
        # With the salt, an address could be guessed out of the seal.
        salt="".join(person.words) if person and not is_withheld else "",
        is_withheld=is_withheld,
    )


async def audit_json(
    lines: AsyncIterator[AuditLine], entry: Entry, *, is_whole: bool
) -> AsyncIterator[bytes]:
    """Write the JSON form, an `AuditExport`, piece by piece. Cost: O(n), and little at once."""
    head = AuditExport(entry_id=entry.id, entry_name=entry.name, is_whole=is_whole, lines=())
    yield head.model_dump_json(exclude={"lines"}).removesuffix("}").encode() + b',"lines":['
    separator = b""
    async for line in lines:
        yield separator + line.model_dump_json(exclude_none=True).encode()
        separator = b","
    yield b"]}"


async def audit_csv(lines: AsyncIterator[AuditLine]) -> AsyncIterator[bytes]:
    """Write the CSV form piece by piece, with a heading; times in UTC."""
    # A byte order mark, without which a spreadsheet may take it for another encoding.
    yield b"\xef\xbb\xbf" + csv_lines([HEADINGS])
    async for line in lines:
        yield csv_lines([_cells(line)])


def _cells(line: AuditLine) -> tuple[object, ...]:
    return (
        line.number,
        moment(line.at),
        line.action.value,
        line.by.name,
        line.by.email,
        line.by.id or "server",
        "; ".join(one.name for one in line.about),
        "; ".join(one.email for one in line.about),
        "; ".join(one.id for one in line.about),
        "; ".join(f"{name}: {value}" for name, value in line.facts.items()),
        line.session_id or "",
        moment(line.kept_until),
        line.previous,
        line.digest,
    )
