"""The lines of an exported audit log again, so that an export can be checked by itself."""

from protocol.audit import AuditExport, AuditLine, AuditPerson
from protocol.ids import PersonId
from server.core.chain import Label, Line
from server.core.person import Person


def lines_of(told: AuditExport) -> list[Line]:
    """Make the lines that an export tells of."""
    return [_line(one) for one in told.lines]


def _line(one: AuditLine) -> Line:
    return Line(
        number=one.number,
        at=one.at,
        action=one.action,
        session_id=one.session_id,
        by=_label(one.by),
        about=tuple(_label(each) for each in one.about),
        facts=tuple(one.facts.items()),
        kept_until=one.kept_until,
        previous=one.previous,
        previous_kept_until=one.previous_kept_until,
        digest=one.digest,
    )


def _label(one: AuditPerson) -> Label:
    person = None
    if one.seal:
        words = (one.salt,) if one.salt else ()
        # What was withheld cannot be held to the seal, as little as what was erased.
        is_out = one.is_erased or one.is_withheld
        person = Person(PersonId(""), one.name, one.email, is_out, words)
    return Label(
        id=one.id, person=person, seal=one.seal, is_guest=one.is_guest, known_at=one.known_at
    )
