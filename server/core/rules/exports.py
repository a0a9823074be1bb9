"""Taking records away, which is noted; who may is decided where the record is read."""

from collections.abc import Callable
from typing import Any

from protocol.errors import ErrorCode
from server.core import events as e
from server.core import orders as o
from server.core.context import Answer, Context, Refused


def note_export(ctx: Context, order: o.NoteExport) -> Answer:
    """Note an export for the audit log, which can be taken away when the entry is deleted, too."""
    if order.session_id is None:
        if ctx.state.entry is None:
            raise Refused(ErrorCode.NOT_FOUND)
        return Answer(events=[e.AuditExported(form=order.form)])
    _ = ctx.entry
    return Answer(events=[e.AttendanceExported(session_id=order.session_id, form=order.form)])


RULES: dict[type, Callable[[Context, Any], Answer]] = {o.NoteExport: note_export}
