"""Diff: two views through the same window give the delta between them.

`apply(old, diff(old, new)) == new`, always; how few operations it takes is a matter of cost.
"""

from typing import Any, TypeVar

from protocol.deltas import Delete, GroupDelta, Insert, Move, Op, Update, ViewDelta
from protocol.roles import Group
from protocol.views import Counts, GroupView, LedgerRow, Row, SessionView, View

AnyRow = Row | LedgerRow
Part = TypeVar("Part", bound=SessionView | Counts | None)


def diff(old: View, new: View) -> ViewDelta | None:
    """Say what changed; None when no delta can say it and a snapshot has to go out.

    That is the case when a group appears or disappears (names were hidden or shown, a right
    was lost) or a search begins or ends.

    Cost: O(w²) at worst in the rows of a window, O(w) when few of them moved.
    """
    if old.groups.keys() != new.groups.keys() or (old.matches is None) != (new.matches is None):
        return None
    groups = {}
    for group, view in new.groups.items():
        change = _group(group, old.groups[group], view)
        if change is not None:
            groups[group] = change
    return ViewDelta.made(
        session=_changed(old.session, new.session),
        counts=_changed(old.counts, new.counts),
        matches=_changed(old.matches, new.matches),
        groups=groups,
    )


def _changed(old: Part, new: Part) -> Part | None:
    """Give what is new. What nobody has touched is the same object; to compare is slow."""
    return None if new is old or new == old else new


def _group(group: Group, old: GroupView, new: GroupView) -> GroupDelta | None:
    if new is old:
        return None
    is_ledger = group is Group.INVITED
    before: list[AnyRow] = list(old.invitations if is_ledger else old.rows)
    after: list[AnyRow] = list(new.invitations if is_ledger else new.rows)
    if before == after and old.first == new.first:
        return None
    return GroupDelta.made(first=new.first, ops=tuple(_ops(before, after)))


def _ops(rows: list[AnyRow], after: list[AnyRow]) -> list[Op]:
    """Turn `rows` into `after` step by step, and note the steps."""
    ops: list[Op] = []
    places = {row.id: place for place, row in enumerate(after)}
    for at in range(len(rows) - 1, -1, -1):
        if rows[at].id not in places:
            _delete(ops, at)
            del rows[at]
    for at, row in enumerate(after):
        if at == len(rows) or rows[at].id != row.id:
            here = next((i for i in range(at + 1, len(rows)) if rows[i].id == row.id), None)
            if here is None:
                ops.append(Insert.made(op="insert", at=at, row=row))
                rows.insert(at, row)
                continue
            place = places[rows[at].id]
            is_swap = place == here and after[place] is rows[at]
            if here == at + 1 and not is_swap:
                # One row moved down past others: it is taken out, and they are left alone.
                _move(ops, rows, at, min(place, len(rows) - 1), after[place])
            else:
                _move(ops, rows, here, at, row)
        # Rows that nobody has touched are the same objects; to compare them is slow.
        if rows[at] is not row and rows[at] != row:
            ops.append(Update.made(op="update", at=at, fields=_fields(rows[at], row)))
            rows[at] = row
    return ops


def _move(ops: list[Op], rows: list[AnyRow], at: int, to: int, row: AnyRow) -> None:
    """Move what stands at a place, and make it what it is afterwards."""
    ops.append(Move.made(op="move", at=at, to=to, fields=_fields(rows.pop(at), row)))
    rows.insert(to, row)


def _delete(ops: list[Op], at: int) -> None:
    """Note a deletion; neighbours deleted from the back become one operation."""
    last = ops[-1] if ops else None
    if isinstance(last, Delete) and last.at == at + 1:
        ops[-1] = Delete.made(op="delete", at=at, count=last.count + 1)
    else:
        ops.append(Delete.made(op="delete", at=at, count=1))


def _fields(old: AnyRow, new: AnyRow) -> dict[str, Any]:
    if old is new:
        return {}
    before = dict(old)
    return {name: value for name, value in new if before[name] != value}
