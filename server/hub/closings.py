"""Sockets that are gone while the log still has them open."""

from collections.abc import Callable, Iterable, Sequence
from itertools import islice

from protocol.ids import ConnectionId, ParticipantId
from server.core import events as e
from server.core.orders import CloseConnections
from server.core.state import Connection, RoomState
from server.hub.replica import Advance

AT_ONCE = 500
"""Closed sockets that one order names."""

IsGone = Callable[[Connection], bool]


class Closings:
    """What has to be recorded as closed, until it is."""

    def __init__(self) -> None:
        """Start with none."""
        self._gone: dict[ConnectionId, ParticipantId] = {}

    def __len__(self) -> int:
        """Count those whose closing is not recorded yet."""
        return len(self._gone)

    def add(self, participant_id: ParticipantId, connection_id: ConnectionId) -> None:
        """Have a closing recorded."""
        self._gone[connection_id] = participant_id

    def order(self) -> CloseConnections | None:
        """Take some out as the order that records them; None when there are none."""
        some = tuple((who, which) for which, who in islice(self._gone.items(), AT_ONCE))
        for _, which in some:
            del self._gone[which]
        return CloseConnections(closed=some) if some else None

    def put_back(self, order: CloseConnections) -> None:
        """Take an order in again that could not be carried out."""
        for who, which in order.closed:
            self.add(who, which)

    def look_through(self, state: RoomState, is_gone: IsGone) -> None:
        """Find connections that are open in a state and whose sockets are gone. Cost: O(n)."""
        for participant in state.participants.values():
            self._look_at(participant.id, participant.connections, is_gone)

    def follow(self, steps: Sequence[Advance], is_gone: IsGone) -> None:
        """Find openings that reached the log when their sockets were gone already.

        Somebody who goes at once may have left before the opening was decided; an append whose
        answer was lost may turn out to be in the log; a node that was reaped may not know yet.
        """
        for _, record in steps:
            for event in record.events:
                if isinstance(event, e.ConnectionOpened):
                    self._look_at(event.participant_id, (event.connection,), is_gone)

    def _look_at(
        self, participant_id: ParticipantId, connections: Iterable[Connection], is_gone: IsGone
    ) -> None:
        for connection in connections:
            if is_gone(connection):
                self.add(participant_id, connection.id)
