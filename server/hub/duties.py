"""What a room has to do of its own accord: record sockets that are gone, and look at the clock."""

from collections.abc import Callable, Sequence

from protocol.ids import ConnectionId, NodeId, ParticipantId
from server.core import orders as o
from server.core.orders import Order
from server.core.state import Connection
from server.core.touched import Touched
from server.hub.alarms import AT_ONCE, Alarms
from server.hub.asks import Ask
from server.hub.closings import Closings
from server.hub.replica import Advance, Replica
from server.hub.settings import World

RETRY_S = 1.0
"""How long the room waits before it repeats a step that came to nothing."""
LONGEST_WAIT_S = 3_600.0


class Duties:
    """The own wishes of one room, until they are in its log."""

    def __init__(
        self, replica: Replica, world: World, has_socket: Callable[[ConnectionId], bool]
    ) -> None:
        """Start without any; `begin` looks at what was loaded.

        Args:
            has_socket: tells whether a connection has its socket at this node.
        """
        self._replica = replica
        self._world = world
        self._has_socket = has_socket
        self._closings = Closings()
        self._alarms = Alarms(replica.state)
        self._rest_until = 0.0

    @property
    def has_closings(self) -> bool:
        """Sockets are gone, and the log still has them open."""
        return bool(self._closings)

    def due_s(self) -> float:
        """Say in how many seconds there is something to do."""
        rest_s = self._rest_until - self._world.monotonic()
        next_at = self._alarms.next_at(self._replica.state)
        if self._closings:
            due_s = 0.0
        elif next_at is None:
            due_s = LONGEST_WAIT_S
        else:
            due_s = min((next_at - self._world.clock()) / 1000, LONGEST_WAIT_S)
        return max(0.0, rest_s, due_s)

    def wishes(self) -> list[Order]:
        """Take what is to be done now."""
        if self.due_s() > 0:
            return []
        wishes: list[Order] = []
        closing = self._closings.order()
        if closing is not None:
            wishes.append(closing)
        if self._is_clock_due():
            wishes.append(o.LookAtClock(participant_ids=self._alarms.due(self._world.clock())))
        return wishes

    def note_outcome(self, ask: Ask) -> None:
        """See what became of an own wish; one that came to nothing comes again."""
        match ask.wish:
            case o.CloseConnections() as order if ask.is_refused:
                self._closings.put_back(order)
                self._rest()
            case o.LookAtClock(participant_ids=looked_at):
                self._alarms.note(self._replica.state, looked_at)
                if len(looked_at) < AT_ONCE and self._is_clock_due():
                    self._rest()  # It came to nothing; so would the next.
            case _:
                pass

    def _is_clock_due(self) -> bool:
        next_at = self._alarms.next_at(self._replica.state)
        return next_at is not None and next_at <= self._world.clock()

    def _rest(self) -> None:
        self._rest_until = self._world.monotonic() + RETRY_S

    # --- what brings them about --------------------------------------------------------------

    def add_closing(self, participant_id: ParticipantId, connection_id: ConnectionId) -> None:
        """Have it recorded that a socket is gone."""
        self._closings.add(participant_id, connection_id)

    def begin(self, alive: frozenset[NodeId]) -> None:
        """Look at a state that was loaded, whole. Cost: O(n)."""
        self._alarms = Alarms(self._replica.state)
        self.reap(alive)

    def reap(self, alive: frozenset[NodeId]) -> None:
        """Have the connections of nodes that are not alive recorded as closed. Cost: O(n)."""
        self._closings.look_through(
            self._replica.state, lambda one: one.node_id not in alive or self._is_gone(one)
        )

    def follow(self, steps: Sequence[Advance], touched: Touched) -> None:
        """Follow what was committed; where `everybody` was touched, look at all there is."""
        if touched.everybody:
            self._alarms = Alarms(self._replica.state)
        else:
            self._alarms.note(self._replica.state, touched.participants)
        self._closings.follow(steps, self._is_gone)

    def look_through(self) -> None:
        """Find connections of this node whose sockets are gone. Cost: O(n)."""
        self._closings.look_through(self._replica.state, self._is_gone)

    def _is_gone(self, connection: Connection) -> bool:
        """Tell connections that the log has open here, and whose sockets are gone."""
        is_ours = connection.node_id == self._world.node_id
        return is_ours and not self._has_socket(connection.id)
