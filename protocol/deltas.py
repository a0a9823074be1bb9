"""Operations on a view, and `apply`, which every client has in its own language.

`apply(old, diff(old, new)) == new` holds for all views; `server.core.diff` makes deltas.
"""

from typing import Annotated, Any, Literal

from pydantic import Field

from protocol.model import Wire
from protocol.roles import Group
from protocol.views import Counts, GroupView, LedgerRow, Row, SessionView, View


class Insert(Wire):
    """Put a row in at a position; those from there on move down."""

    op: Literal["insert"] = "insert"
    at: int
    row: Row | LedgerRow


class Delete(Wire):
    """Take `count` rows out from a position on."""

    op: Literal["delete"] = "delete"
    at: int
    count: int = 1


class Update(Wire):
    """Replace some fields of the row at a position."""

    op: Literal["update"] = "update"
    at: int
    fields: dict[str, Any]


class Move(Wire):
    """Take the row at a position out and put it in at another, with some fields replaced."""

    op: Literal["move"] = "move"
    at: int
    to: int
    """Where it stands afterwards."""
    fields: dict[str, Any] = Field(default_factory=dict)


Op = Annotated[Insert | Delete | Update | Move, Field(discriminator="op")]


class GroupDelta(Wire):
    """What changed in one group's rows. Operations apply in order, each to the result so far."""

    first: int
    ops: tuple[Op, ...] = ()


class ViewDelta(Wire):
    """The difference of two views through the same window. What is null did not change."""

    session: SessionView | None = None
    counts: Counts | None = None
    matches: Counts | None = None
    groups: dict[Group, GroupDelta] = Field(default_factory=dict)

    @property
    def is_empty(self) -> bool:
        """Nothing changed."""
        return not (self.session or self.counts or self.matches or self.groups)


def apply(view: View, delta: ViewDelta) -> View:
    """Make the new view from the old one and the difference.

    Raises:
        IndexError, KeyError, ValueError: the delta was not made from this view; ask for a
            snapshot.
    """
    groups = dict(view.groups)
    for group, change in delta.groups.items():
        groups[group] = _apply_group(view.groups[group], change, is_ledger=group is Group.INVITED)
    return View(
        session=delta.session or view.session,
        counts=delta.counts or view.counts,
        matches=delta.matches or view.matches,
        groups=groups,
    )


def _apply_group(old: GroupView, change: GroupDelta, *, is_ledger: bool) -> GroupView:
    rows: list[Any] = list(old.invitations if is_ledger else old.rows)
    for op in change.ops:
        _apply_op(rows, op)
    if is_ledger:
        return GroupView(first=change.first, invitations=tuple(rows))
    return GroupView(first=change.first, rows=tuple(rows))


def _apply_op(rows: list[Any], op: Op) -> None:
    count = op.count if isinstance(op, Delete) else 0 if isinstance(op, Insert) else 1
    is_empty = isinstance(op, Delete) and count < 1
    if is_empty or not 0 <= op.at <= op.at + count <= len(rows):
        raise IndexError(op.at)
    match op:
        case Insert():
            rows.insert(op.at, op.row)
        case Delete():
            del rows[op.at : op.at + count]
        case Update():
            rows[op.at] = _updated(rows[op.at], op.fields)
        case Move():
            if not 0 <= op.to < len(rows):
                raise IndexError(op.to)
            rows.insert(op.to, _updated(rows.pop(op.at), op.fields))


def _updated(row: Any, fields: dict[str, Any]) -> Any:
    return type(row).model_validate(row.model_dump() | fields, strict=False)
