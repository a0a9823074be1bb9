"""The chain of the audit log: what is done to its lines is found out; erasing is not that."""

from collections.abc import Callable
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from protocol.audit import AuditAction
from protocol.ids import PersonId, SessionId
from server.core.chain import (
    DAY_MS,
    KEPT_DAYS,
    AuditHead,
    Break,
    Label,
    Line,
    find_break,
    head_of,
    linked,
    nameless,
    sealed_label,
)
from server.core.person import Person

NOON = 1_800_000_000_000


def label(name: str, number: int) -> Label:
    person = Person(PersonId(f"p_{name}"), name, f"{name}@example.org")
    found = Label(id=f"participant:{name}", person=person, is_guest=True, known_at=number)
    return sealed_label(found, f"salt {name} {number}")


def chain(count: int, at: int = NOON) -> list[Line]:
    lines: list[Line] = []
    head = AuditHead()
    for number in range(1, count + 1):
        line = Line(
            number=number,
            at=at + number,
            action=AuditAction.REMOVED,
            session_id=SessionId("e_a.s_1"),
            by=label("host", number),
            about=(label("gus", number), label("ann", number)),
            facts=(("reason", "rude"),),
            kept_until=at + number + KEPT_DAYS * DAY_MS,
            previous=head.digest,
            previous_kept_until=head.kept_until,
        )
        lines.append(linked(line))
        head = head_of(lines[-1])
    return lines


def renamed(line: Line) -> Line:
    [first, *rest] = line.about
    assert first.person is not None
    person = replace(first.person, name="Somebody else")
    return replace(line, about=(replace(first, person=person), *rest))


def unsalted(line: Line) -> Line:
    assert line.by.person is not None
    return replace(line, by=replace(line.by, person=replace(line.by.person, words=())))


CHANGES: dict[str, Callable[[Line], Line]] = {
    "when": lambda line: replace(line, at=line.at + 1),
    "what": lambda line: replace(line, action=AuditAction.ADMITTED),
    "in which session": lambda line: replace(line, session_id=None),
    "by whom": lambda line: replace(line, by=replace(line.by, id="participant:other")),
    "by nobody": lambda line: replace(line, by=Label(id="")),
    "to whom": lambda line: replace(line, about=line.about[::-1]),
    "to fewer": lambda line: replace(line, about=line.about[1:]),
    "the name": renamed,
    "the salt": unsalted,
    "the facts": lambda line: replace(line, facts=()),
    "for how long": lambda line: replace(line, kept_until=line.kept_until - 1),
    "what came before": lambda line: replace(line, previous="f" * 64),
    "when that goes": lambda line: replace(line, previous_kept_until=line.at),
    "the digest": lambda line: replace(line, digest="f" * 64),
}


def broken(lines: list[Line], head: AuditHead, now: int = NOON + 100) -> Break | None:
    return find_break(lines, head, now)


@given(st.integers(0, 8))
def test_what_was_left_alone_holds(count: int) -> None:
    lines = chain(count)
    assert broken(lines, head_of(lines[-1]) if lines else AuditHead()) is None


@pytest.mark.parametrize("what", CHANGES)
@given(st.integers(0, 5))
def test_a_changed_line_is_found(what: str, at: int) -> None:
    lines = chain(6)
    head = head_of(lines[-1])
    lines[at] = CHANGES[what](lines[at])
    assert broken(lines, head) == Break(number=at + 1, problem="changed")


@pytest.mark.parametrize("what", [one for one in CHANGES if one not in ("the name", "the salt")])
@given(st.integers(0, 5))
def test_a_changed_line_with_a_new_digest_is_found(what: str, at: int) -> None:
    lines = chain(6)
    head = head_of(lines[-1])
    lines[at] = linked(CHANGES[what](lines[at])) if what != "the digest" else lines[at]
    found = broken(lines, head)
    assert (found is None) == (what == "the digest")


@given(st.integers(0, 5))
def test_a_dropped_line_is_found(at: int) -> None:
    lines = chain(6)
    head = head_of(lines[-1])
    del lines[at]
    assert broken(lines, head) == Break(number=at + 1, problem="missing")


@given(st.integers(1, 5))
def test_an_end_that_was_cut_off_is_found(left: int) -> None:
    lines = chain(6)
    assert broken(lines[:left], head_of(lines[-1])) == Break(number=left + 1, problem="missing")
    assert broken([], head_of(lines[-1])) == Break(number=6, problem="missing")


@given(st.permutations(range(6)))
def test_lines_in_another_order_are_found(order: list[int]) -> None:
    lines = chain(6)
    found = broken([lines[one] for one in order], head_of(lines[-1]))
    assert (found is None) == (order == sorted(order))


@given(st.permutations(range(6)))
def test_lines_that_were_numbered_anew_are_found(order: list[int]) -> None:
    lines = chain(6)
    head = head_of(lines[-1])
    moved = [replace(lines[one], number=at) for at, one in enumerate(order, 1)]
    assert (broken(moved, head) is None) == (order == sorted(order))


@given(st.integers(0, 6))
def test_a_line_that_was_put_in_is_found(at: int) -> None:
    lines = chain(6)
    head = head_of(lines[-1])
    before = lines[at - 1] if at else None
    more = linked(
        replace(
            lines[0],
            number=at + 1,
            previous=before.digest if before else lines[0].previous,
            previous_kept_until=before.kept_until if before else 0,
            facts=(("reason", "put in"),),
        )
    )
    rest = [replace(one, number=one.number + 1) for one in lines[at:]]
    assert broken([*lines[:at], more, *lines[at:]], head) is not None
    assert broken([*lines[:at], more, *rest], head) is not None
    assert broken([*lines, replace(more, number=7, previous=lines[-1].digest)], head) is not None


def test_a_whole_new_chain_is_found_by_the_head() -> None:
    lines = chain(6)
    assert broken(chain(6, at=NOON - 5), head_of(lines[-1])) == Break(number=6, problem="changed")


@given(st.integers(0, 5), st.integers(0, 1))
def test_an_erased_name_breaks_nothing(at: int, who: int) -> None:
    lines = chain(6)
    head = head_of(lines[-1])
    about = list(lines[at].about)
    about[who] = nameless(about[who])
    lines[at] = replace(lines[at], about=tuple(about), by=nameless(lines[at].by))
    assert broken(lines, head) is None


def test_what_is_left_of_a_name_does_not_tell_it() -> None:
    first, second = label("gus", 1), label("gus", 2)
    assert first.seal != second.seal
    left = nameless(first)
    assert left.person is not None
    assert (left.person.name, left.person.email, left.person.words) == ("", "", ())


def test_old_lines_may_go_when_their_time_is_over_and_no_sooner() -> None:
    lines = chain(6)
    head = head_of(lines[-1])
    over = lines[2].kept_until
    assert broken(lines[3:], head, over) is None
    assert broken(lines[3:], head, over - 1) == Break(number=3, problem="missing")
    assert broken([], head, lines[-1].kept_until) is None
