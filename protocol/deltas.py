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


Op = Annotated[Insert | Delete | Update, Field(discriminator="op")]


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
        match op:
            case Insert():
                if not 0 <= op.at <= len(rows):
                    raise IndexError(op.at)
                rows.insert(op.at, op.row)
            case Delete():
                if not 0 <= op.at < op.at + op.count <= len(rows):
                    raise IndexError(op.at)
                del rows[op.at : op.at + op.count]
            case Update():
                if not 0 <= op.at < len(rows):
                    raise IndexError(op.at)
                rows[op.at] = type(rows[op.at]).model_validate(
                    rows[op.at].model_dump() | op.fields, strict=False
                )
    if is_ledger:
        return GroupView(first=change.first, invitations=tuple(rows))
    return GroupView(first=change.first, rows=tuple(rows))
