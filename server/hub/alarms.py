"""Wake-ups that the state asks for: seats, graces, opening by schedule, the host-absent timer."""

import heapq
from collections.abc import Iterable

from protocol.ids import ParticipantId
from protocol.roles import SessionState
from server.core.rules.admission import opening_at
from server.core.state import RoomState


class Alarms:
    """When somebody has to look at the clock of one room, and whose time it may be.

    The heap may hold moments that are not true any more; the rule looks at the state again,
    so an alarm too many changes nothing.
    """

    def __init__(self, state: RoomState) -> None:
        """Collect every moment that the state names. Cost: O(n)."""
        self._heap: list[tuple[int, ParticipantId]] = []
        self.note(state, state.participants)

    def note(self, state: RoomState, participant_ids: Iterable[ParticipantId]) -> None:
        """Remember the moments of participants who changed. Cost: O(log n) for each."""
        for participant_id in participant_ids:
            participant = state.participants.get(participant_id)
            if participant is not None and participant.expires_at is not None:
                heapq.heappush(self._heap, (participant.expires_at, participant_id))

    def next_at(self, state: RoomState) -> int | None:
        """Say when to look at the clock next, ms UTC; None: no need."""
        moments = [moment for moment in (_room_moment(state), self._first(state)) if moment]
        return min(moments, default=None)

    def _first(self, state: RoomState) -> int | None:
        while self._heap:
            moment, participant_id = self._heap[0]
            participant = state.participants.get(participant_id)
            if participant is not None and participant.expires_at == moment:
                return moment
            heapq.heappop(self._heap)
        return None

    def due(self, now: int, limit: int = 500) -> tuple[ParticipantId, ...]:
        """Take whose moment has come, at most `limit` of them."""
        found: list[ParticipantId] = []
        while self._heap and self._heap[0][0] <= now and len(found) < limit:
            found.append(heapq.heappop(self._heap)[1])
        return tuple(dict.fromkeys(found))

    def put_back(self, state: RoomState, participant_ids: Iterable[ParticipantId]) -> None:
        """Remember again those whose time could not be recorded."""
        self.note(state, participant_ids)


def _room_moment(state: RoomState) -> int | None:
    session = state.session
    if session is None:
        return None
    if session.state is SessionState.OPEN:
        return session.host_absent_ends_at
    return opening_at(state)
