"""Wake-ups that the state asks for: seats, graces, opening by schedule, the host-absent timer."""

import heapq
from collections.abc import Iterable

from protocol.ids import ParticipantId
from protocol.roles import SessionState
from server.core.rules.admission import opening_at
from server.core.rules.erasure import erasing_at
from server.core.state import RoomState

AT_ONCE = 500
"""Participants whose moment has come that are looked at in one step."""
STALE_KEPT = 64
"""Moments that are not true any more, beyond as many as are, before the heap is made anew."""


class Alarms:
    """When somebody has to look at the clock of one room, and whose time it may be.

    The heap may hold moments that are not true any more; the rule looks at the state again,
    so an alarm too many changes nothing. They are never more than those that are true, and a
    few, however often somebody comes and goes.
    """

    def __init__(self, state: RoomState) -> None:
        """Collect every moment that the state names. Cost: O(n)."""
        self._heap: list[tuple[int, ParticipantId]] = []
        self._moments: dict[ParticipantId, int] = {}
        self.note(state, state.participants)

    def __len__(self) -> int:
        """Count the moments kept, true or not."""
        return len(self._heap)

    def note(self, state: RoomState, participant_ids: Iterable[ParticipantId]) -> None:
        """Remember the moments of participants who changed. Cost: O(log n) for each."""
        for participant_id in participant_ids:
            participant = state.participants.get(participant_id)
            moment = participant.expires_at if participant is not None else None
            if moment is None:
                self._moments.pop(participant_id, None)
            elif self._moments.get(participant_id) != moment:
                self._moments[participant_id] = moment
                heapq.heappush(self._heap, (moment, participant_id))
        if len(self._heap) > 2 * len(self._moments) + STALE_KEPT:
            self._heap = [(moment, one) for one, moment in self._moments.items()]
            heapq.heapify(self._heap)

    def next_at(self, state: RoomState) -> int | None:
        """Say when to look at the clock next, ms UTC; None: no need."""
        moments = (room_moment(state), self._first())
        return min((moment for moment in moments if moment is not None), default=None)

    def _first(self) -> int | None:
        while self._heap:
            moment, participant_id = self._heap[0]
            if self._moments.get(participant_id) == moment:
                return moment
            heapq.heappop(self._heap)
        return None

    def due(self, now: int, limit: int = AT_ONCE) -> tuple[ParticipantId, ...]:
        """Take whose moment has come, at most `limit` of them.

        Whoever takes them notes them again afterwards: for some it may not have come after
        all, because the clock was set back or the store did not take what followed.
        """
        found: list[ParticipantId] = []
        while len(found) < limit:
            first = self._first()
            if first is None or first > now:
                break
            participant_id = heapq.heappop(self._heap)[1]
            del self._moments[participant_id]
            found.append(participant_id)
        return tuple(found)


def room_moment(state: RoomState) -> int | None:
    """Say when the room has to look at the clock for itself, ms UTC; None: it does not."""
    moments = (_session_moment(state), erasing_at(state))
    return min((moment for moment in moments if moment is not None), default=None)


def _session_moment(state: RoomState) -> int | None:
    """Say when the session opens or ends by the clock."""
    session = state.session
    if session is None:
        return None
    if session.state is SessionState.OPEN:
        return session.host_absent_ends_at
    return opening_at(state)
