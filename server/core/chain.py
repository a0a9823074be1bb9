"""The chain of an audit log: what a line consists of, its digest, and how a fault in it is found.

A line's digest covers the digest of the line before it and everything that the line says. Names
and e-mails are covered by way of a `seal` (a salted digest): salt, name and e-mail are forgotten
together when somebody is erased, the seal stays, and the chain holds.

Anybody who has the lines can check them; no key of the server is needed. Whoever can write to the
store could therefore write a whole new chain. That shows against the head in the room's log, and
against an export, or a digest, that was kept somewhere else.

Rules for editing this file: lines are checked for as long as they are kept, so a change of what
a digest covers needs a new `FORM` beside the old one.
"""

import hashlib
import json
from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Literal

from protocol.audit import AuditAction
from protocol.ids import SessionId
from server.core.person import Person, blank

FORM = "usher audit 1"
DAY_MS = 86_400_000
KEPT_DAYS = 365
"""For how long a line is kept: long enough for a complaint about last year's course."""
START = "0" * 64
"""The digest before the first line."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Label:
    """Somebody in a line.

    Args:
        id: as whom they acted or were acted upon, `participant:…` for example; empty for the
            server itself.
        person: with the salt as their only `words`, so that it is erased with them; None where
            there is no name (the server, a platform's key).
        seal: stands for salt, name and e-mail in the digest.
        is_guest: the name goes when guests' names were kept for long enough.
        known_at: ms UTC, from which that time runs.
    """

    id: str
    person: Person | None = None
    seal: str = ""
    is_guest: bool = False
    known_at: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One thing that was done, linked to the one before it.

    Args:
        number: 1, 2, 3 … without a gap.
        at: ms UTC.
        about: whom it was done to.
        facts: what else there is to say, as names and values.
        kept_until: ms UTC; then it is forgotten.
        previous: the digest of the line before it.
        previous_kept_until: until when that one is kept; it may be missing afterwards.
    """

    number: int
    at: int
    action: AuditAction
    session_id: SessionId | None = None
    by: Label
    about: tuple[Label, ...] = ()
    facts: tuple[tuple[str, str], ...] = ()
    kept_until: int
    previous: str
    previous_kept_until: int = 0
    digest: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditHead:
    """The newest line of a chain, which the state of the room keeps."""

    number: int = 0
    digest: str = START
    kept_until: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Break:
    """Where a chain does not hold, and how."""

    number: int
    problem: Literal["changed", "missing", "inserted"]


def sealed_label(label: Label, salt: str) -> Label:
    """Make the label that is stored: with salt and seal, if there is a name to seal."""
    person = label.person
    if person is None or person.is_erased:
        return label
    named = Person(person.id, person.name, person.email, words=(salt,))
    return replace(label, person=named, seal=_seal(named))


def nameless(label: Label) -> Label:
    """Forget who somebody was; the chain holds all the same."""
    return replace(label, person=blank(label.person)) if label.person else label


def linked(line: Line) -> Line:
    """Give a line its digest."""
    return replace(line, digest=_digest(line))


def head_of(line: Line) -> AuditHead:
    """Make the head of a chain that ends with a line."""
    return AuditHead(number=line.number, digest=line.digest, kept_until=line.kept_until)


def find_break(lines: Iterable[Line], head: AuditHead, now: int) -> Break | None:
    """Check a chain.

    Args:
        lines: all that are kept, in the order of the places at which they are kept.
        head: the newest line, as the room knows it.
        now: ms UTC; lines before the first may be missing once their time is over.

    Returns:
        The first place at which it does not hold; None when it holds to its head.

    Cost: O(n).
    """
    before: Line | None = None
    for line in lines:
        found = break_at(before, line, now)
        if found is not None:
            return found
        before = line
    return break_at_end(before, head, now)


def break_at(before: Line | None, line: Line, now: int) -> Break | None:
    """Check a line against the one before it (None: it is the first that is kept). Cost: O(1)."""
    expected = before.number + 1 if before else line.number
    if line.number != expected:
        kind: Literal["missing", "inserted"]
        kind = "missing" if line.number > expected else "inserted"
        return Break(number=min(expected, line.number), problem=kind)
    if not _holds(line):
        return Break(number=line.number, problem="changed")
    if before is None and line.number > 1 and line.previous_kept_until > now:
        return Break(number=line.number - 1, problem="missing")
    if before is None and line.number == 1 and line.previous != START:
        return Break(number=1, problem="changed")
    if before is not None and line.previous != before.digest:
        return Break(number=line.number, problem="changed")
    return None


def break_at_end(last: Line | None, head: AuditHead, now: int) -> Break | None:
    """Check the last line that is kept (None: there is none) against the head. Cost: O(1)."""
    if last is None:
        is_over = head.number == 0 or head.kept_until <= now
        return None if is_over else Break(number=head.number, problem="missing")
    if last.number > head.number:
        return Break(number=head.number + 1, problem="inserted")
    if last.number < head.number:
        return Break(number=last.number + 1, problem="missing")
    return None if last.digest == head.digest else Break(number=head.number, problem="changed")


def _holds(line: Line) -> bool:
    """Say whether a line says what its digest was made of."""
    labels = (line.by, *line.about)
    return line.digest == _digest(line) and all(_is_whole(label) for label in labels)


def _is_whole(label: Label) -> bool:
    person = label.person
    if person is None:
        return not label.seal
    return person.is_erased or label.seal == _seal(person)


def _seal(person: Person) -> str:
    return _hashed([*person.words, person.name, person.email])


def _digest(line: Line) -> str:
    return _hashed(
        [
            FORM,
            line.previous,
            line.previous_kept_until,
            line.number,
            line.at,
            line.kept_until,
            line.session_id or "",
            line.action.value,
            _covered(line.by),
            [_covered(label) for label in line.about],
            [list(fact) for fact in line.facts],
        ]
    )


def _covered(label: Label) -> list[object]:
    return [label.id, label.seal, label.is_guest, label.known_at]


def _hashed(parts: list[object]) -> str:
    """Hash the one JSON text there is for a list: no spaces, nothing but ASCII."""
    text = json.dumps(parts, ensure_ascii=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()
