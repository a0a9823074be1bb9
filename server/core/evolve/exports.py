"""Steps of taking records away: the room stays as it is, the audit log has it."""

from server.core import events as e
from server.core.evolve.parts import Step
from server.core.state import RoomState


def _nothing(state: RoomState, _event: object, _at: int) -> RoomState:
    return state


STEPS: dict[type, Step] = {
    e.AttendanceExported: _nothing,
    e.AuditExported: _nothing,
}
