"""What the audit log says of a decision: read off its events and the states around it.

Whoever decides a record makes its lines there and then (`Step.audit`), and the record carries the
head of the chain after them (`Record.audit`), so that lines are true if and only if the record is
in the log. What people do to themselves (raise a hand, leave) is no moderation and no line.
"""

import hashlib
from collections.abc import Iterator, Sequence, Set
from dataclasses import replace
from itertools import groupby

from protocol.ids import ParticipantId
from server.core.audit_labels import Scene, actor_label
from server.core.audited import facts_of
from server.core.chain import (
    DAY_MS,
    KEPT_DAYS,
    AuditHead,
    Label,
    Line,
    head_of,
    linked,
    nameless,
    sealed_label,
)
from server.core.events import Event

LABELS_AT_ONCE = 100
"""People in one line; a bulk command on more makes several."""


def audit_lines(scene: Scene, events: Sequence[Event], seed: bytes) -> tuple[Line, ...]:
    """Make the lines of a decision, linked to the chain of the state before it.

    Args:
        seed: random bytes, for the salts of names.

    Cost: O(1) for each event, and for each person whom a line names.
    """
    facts = [fact for event in events for fact in facts_of(scene, event)]
    if not facts:
        return ()
    session = scene.after.session
    lines: list[Line] = []
    head = scene.before.audit
    for (action, said, by), alike in groupby(facts, key=lambda f: (f.action, f.facts, f.by)):
        labels = [fact.about for fact in alike if fact.about is not None]
        for first in range(0, max(1, len(labels)), LABELS_AT_ONCE):
            salts = _salts(seed, head.number)
            line = Line(
                number=head.number + 1,
                at=scene.now,
                action=action,
                session_id=session.id if session else None,
                by=sealed_label(actor_label(scene, by), next(salts)),
                about=tuple(
                    sealed_label(one, next(salts)) for one in labels[first : first + LABELS_AT_ONCE]
                ),
                facts=said,
                # A clock that was set back must not have a line forgotten before an older one.
                kept_until=max(head.kept_until, scene.now + KEPT_DAYS * DAY_MS),
                previous=head.digest,
                previous_kept_until=head.kept_until,
            )
            lines.append(linked(line))
            head = head_of(lines[-1])
    return tuple(lines)


def head_after(lines: Sequence[Line]) -> AuditHead | None:
    """Give the head after lines; None when there are none."""
    return head_of(lines[-1]) if lines else None


def without_guest_names(line: Line, before: int, gone: Set[ParticipantId]) -> Line:
    """Leave out guests whose names were kept for long enough; the same line if there are none.

    Args:
        before: ms UTC, up to when somebody has to be known for that.
        gone: those who are forgotten, whenever that was.
    """

    def left(label: Label) -> Label:
        if not _names_guest(label):
            return label
        is_gone = label.id.removeprefix("participant:") in gone
        return nameless(label) if is_gone or label.known_at <= before else label

    changed = replace(line, by=left(line.by), about=tuple(left(one) for one in line.about))
    return line if changed == line else changed


def names_guests(line: Line) -> bool:
    """Say whether there is a guest in a line whose name has to go some day."""
    return any(_names_guest(label) for label in (line.by, *line.about))


def _names_guest(label: Label) -> bool:
    return label.is_guest and label.person is not None and not label.person.is_erased


def _salts(seed: bytes, number: int) -> Iterator[str]:
    count = 0
    while True:
        message = f"usher audit salt {number} {count}".encode()
        yield hashlib.blake2b(message, key=seed, digest_size=16).hexdigest()
        count += 1
