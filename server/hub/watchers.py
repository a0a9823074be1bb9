"""The connections of one room on this node: who may see what, and who has to go.

The set of sockets that receive a room's frames is the set of people shown: a connection is
placed in a cohort only while the log says that it is open and its participant is inside.
"""

import asyncio
from collections.abc import Iterable, Sequence

from protocol import messages as m
from protocol.errors import ErrorCode
from protocol.ids import ConnectionId, ParticipantId
from protocol.roles import EndReason, SessionState
from protocol.views import Window
from server.core.notices import notices
from server.core.project import audience_of, you
from server.core.rules.admission import KEPT_OUT
from server.core.state import Participant
from server.core.touched import Touched
from server.hub.cohort import Cohorts, Pace, Sight
from server.hub.replica import Advance, Replica
from server.hub.settings import HubSettings, World
from server.hub.watcher import Watcher

ENDED = {
    EndReason.BY_HOST: "A host or moderator ended it for everyone.",
    EndReason.HOST_ABSENT: "No host or moderator was left.",
    EndReason.ENTRY_DELETED: "It was deleted.",
}
"""Why a session ended, for those who were inside."""


class Watchers:
    """Every watcher of a room, and their cohorts, following the replica."""

    def __init__(self, replica: Replica, settings: HubSettings, world: World) -> None:
        """Start without anybody."""
        self._replica = replica
        self._pace = Pace(settings.tick_ms / 1000, settings.writes_per_s)
        self._world = world
        self._cohorts = Cohorts()
        self._by_connection: dict[ConnectionId, Watcher] = {}
        self._by_participant: dict[ParticipantId, set[Watcher]] = {}
        self._dirty = asyncio.Event()

    def __len__(self) -> int:
        """Count the connections."""
        return len(self._by_connection)

    def all(self) -> Iterable[Watcher]:
        """List the connections."""
        return self._by_connection.values()

    def attach(self, watcher: Watcher) -> None:
        """Take a connection in; it sees nothing until the log says that it is open."""
        self._by_connection[watcher.connection_id] = watcher
        self._by_participant.setdefault(watcher.participant_id, set()).add(watcher)

    def detach(self, watcher: Watcher) -> bool:
        """Let a connection go; False when it had gone already."""
        if self._by_connection.pop(watcher.connection_id, None) is None:
            return False
        self._cohorts.remove(watcher)
        siblings = self._by_participant.get(watcher.participant_id, set())
        siblings.discard(watcher)
        if not siblings:
            self._by_participant.pop(watcher.participant_id, None)
        return True

    def watch(self, watcher: Watcher, window: Window | None) -> None:
        """Let a connection look at a part of the tab, or (None) at nothing."""
        watcher.window = window
        watcher.seen = None
        self._place(watcher)

    def follow(self, steps: Sequence[Advance], touched: Touched) -> None:
        """Close, move and tell those whom committed records touched, and mark views stale.

        Done at once, before any frame of the new state: who lost a right gets no late frame.
        """
        for found in self._cohorts.searches():
            found.advance(touched)
        whom = self._by_participant.keys() if touched.everybody else touched.participants
        for participant_id in list(whom):
            for watcher in list(self._by_participant.get(participant_id, ())):
                self._look_after(watcher)
        for before, record in steps:
            for participant_id, notice in notices(before, record):
                for watcher in self._by_participant.get(participant_id, ()):
                    watcher.notice(notice)
        self._dirty.set()

    def _look_after(self, watcher: Watcher) -> None:
        """Close a connection whose participant may not be here, else show what it may see."""
        state = self._replica.state
        participant = state.participants.get(watcher.participant_id)
        is_open = participant is not None and any(
            connection.id == watcher.connection_id for connection in participant.connections
        )
        if not is_open:
            if watcher.is_open:
                self._cohorts.remove(watcher)
                code = self._why_closed(participant)
                is_end = code is ErrorCode.SESSION_ENDED
                watcher.close(code, more=self._why_ended() if is_end else "")
            return
        watcher.is_open = True
        view = you(state, watcher.participant_id)
        if view is not None:
            watcher.you(view)
        self._place(watcher)

    def _why_closed(self, participant: Participant | None) -> ErrorCode | None:
        session = self._replica.state.session
        if participant is None or session is None or session.state is SessionState.ENDED:
            return ErrorCode.SESSION_ENDED
        if participant.kept_out:
            return KEPT_OUT[participant.kept_out]
        return ErrorCode.TAKEN_OVER if participant.holds_place else None

    def _why_ended(self) -> str:
        session = self._replica.state.session
        reason = session.end_reason if session else None
        return ENDED[reason] if reason else ""

    def _place(self, watcher: Watcher) -> None:
        """Put a watcher into its cohort, or into none: at a gate nothing of the room is sent."""
        state = self._replica.state
        participant = state.participants.get(watcher.participant_id)
        audience = audience_of(state, participant) if participant else None
        if audience is None or watcher.window is None or not watcher.is_open:
            self._cohorts.remove(watcher)
            return
        self._cohorts.place(watcher, audience, watcher.window, self._sight())

    def _sight(self) -> Sight:
        position = self._replica.position
        return Sight(
            self._replica.state,
            self._replica.roster,
            m.Position(epoch=position.epoch, version=position.version),
            self._world.clock(),
        )

    async def show(self) -> None:
        """Refresh the cohorts: the first change at once, then at most once per tick."""
        while True:
            await self._dirty.wait()
            self._dirty.clear()
            if len(self._cohorts):
                now = self._world.monotonic()
                has_to_wait = self._cohorts.refresh(self._sight(), now, self._pace)
                if has_to_wait:
                    self._dirty.set()
            await asyncio.sleep(self._pace.least_s)
