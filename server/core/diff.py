"""Diff: two views through the same window give the delta between them.

`apply(old, diff(old, new)) == new`, always; how few operations it takes is a matter of cost.
"""

from typing import Any

from protocol.deltas import Delete, GroupDelta, Insert, Op, Update, ViewDelta
from protocol.roles import Group
from protocol.views import GroupView, LedgerRow, Row, View

AnyRow = Row | LedgerRow


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
    return ViewDelta.model_construct(
        session=new.session if new.session != old.session else None,
        counts=new.counts if new.counts != old.counts else None,
        matches=new.matches if new.matches != old.matches else None,
        groups=groups,
    )


def _group(group: Group, old: GroupView, new: GroupView) -> GroupDelta | None:
    is_ledger = group is Group.INVITED
    before: list[AnyRow] = list(old.invitations if is_ledger else old.rows)
    after: list[AnyRow] = list(new.invitations if is_ledger else new.rows)
    if before == after and old.first == new.first:
        return None
    return GroupDelta.model_construct(first=new.first, ops=tuple(_ops(before, after)))


def _ops(rows: list[AnyRow], after: list[AnyRow]) -> list[Op]:
    """Turn `rows` into `after` step by step, and note the steps."""
    ops: list[Op] = []
    stay = {row.id for row in after}
    for at in range(len(rows) - 1, -1, -1):
        if rows[at].id not in stay:
            _delete(ops, at)
            del rows[at]
    for at, row in enumerate(after):
        if at < len(rows) and rows[at].id == row.id:
            # Rows that nobody has touched are the same objects; to compare them is slow.
            if rows[at] is not row and rows[at] != row:
                ops.append(
                    Update.model_construct(op="update", at=at, fields=_fields(rows[at], row))
                )
                rows[at] = row
            continue
        here = next((i for i in range(at + 1, len(rows)) if rows[i].id == row.id), None)
        if here is not None:
            ops.append(Delete.model_construct(op="delete", at=here, count=1))
            del rows[here]
        ops.append(Insert.model_construct(op="insert", at=at, row=row))
        rows.insert(at, row)
    return ops


def _delete(ops: list[Op], at: int) -> None:
    """Note a deletion; neighbours deleted from the back become one operation."""
    last = ops[-1] if ops else None
    if isinstance(last, Delete) and last.at == at + 1:
        ops[-1] = Delete.model_construct(op="delete", at=at, count=last.count + 1)
    else:
        ops.append(Delete.model_construct(op="delete", at=at, count=1))


def _fields(old: AnyRow, new: AnyRow) -> dict[str, Any]:
    before = dict(old)
    return {name: value for name, value in new if before[name] != value}
