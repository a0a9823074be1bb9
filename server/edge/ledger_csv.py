"""The ledger of invitations as CSV, which *Invite users* takes again as a list."""

from collections.abc import Iterator, Sequence

from protocol.ids import InvitationId
from server.core.rows import ledger_row
from server.core.state import RoomState
from server.edge.exports import AT_ONCE, csv_lines, moment

HEADINGS = (
    "email",
    "name",
    "invitation_type",
    "state",
    "mail",
    "invited_by",
    "invited_at",
    "expires_at",
    "uses",
    "max_uses",
)


def ledger_csv(state: RoomState, ids: Sequence[InvitationId], now: int) -> Iterator[bytes]:
    """Write the CSV form piece by piece, with a heading; times in UTC.

    Cost: O(n) in the invitations named.
    """
    # A byte order mark, without which a spreadsheet may take it for another encoding.
    yield b"\xef\xbb\xbf" + csv_lines([HEADINGS])
    for first in range(0, len(ids), AT_ONCE):
        yield csv_lines([_cells(state, one, now) for one in ids[first : first + AT_ONCE]])


def _cells(state: RoomState, invitation_id: InvitationId, now: int) -> tuple[object, ...]:
    row = ledger_row(state, invitation_id, now)
    return (
        row.email,
        row.name,
        row.invitation_type.value,
        row.state.value,
        row.mail.value if row.mail else "",
        row.invited_by,
        moment(row.invited_at),
        moment(row.expires_at) if row.expires_at is not None else "",
        row.uses,
        "" if row.max_uses is None else row.max_uses,
    )
