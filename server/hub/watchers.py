"""The connections of one room on this node: who may see what, and who has to go.

The set of sockets that receive a room's frames is the set of people shown: a connection is
placed in a cohort only while the log says that it is open and its participant is inside.
"""

import asyncio
from collections import deque
from collections.abc import Iterable, Sequence

from protocol.errors import ErrorCode
from protocol.ids import ConnectionId, ParticipantId
from protocol.roles import EndReason, SessionState
from protocol.views import Window
from server.core import events as e
from server.core.notices import notices
from server.core.project import audience_of, you
from server.core.rules.admission import KEPT_OUT
from server.core.state import Participant, RoomState
from server.core.touched import Touched
from server.hub.cohort import Cohort, Cohorts, Pace, Sight
from server.hub.replica import Advance, Replica
from server.hub.settings import HubSettings, World
from server.hub.tally import Tally
from server.hub.tracing import Stage, Trace
from server.hub.watcher import NOTHING, Watcher

WAKES_AT_ONCE = 500
"""Sockets written to before others get their turn; about 10 ms."""
FOLLOWED_AT_MOST = 1_000
"""Traces that wait for the last cohort; the oldest end without its word."""
LOOKS_AT_ONCE = 16
"""Cohorts that look again before others get their turn."""


class Watchers:
    """Every watcher of a room, and their cohorts, following the replica."""

    def __init__(self, replica: Replica, settings: HubSettings, world: World, tally: Tally) -> None:
        """Start without anybody."""
        self._replica = replica
        self._pace = Pace(settings.tick_ms / 1000, settings.writes_per_s)
        self._world = world
        self._tally = tally
        self._cohorts = Cohorts()
        self._by_connection: dict[ConnectionId, Watcher] = {}
        self._by_participant: dict[ParticipantId, set[Watcher]] = {}
        self._dirty = asyncio.Event()
        self._followed: deque[tuple[int, Trace]] = deque()
        """Of commands that are not shown to everybody yet, by the version that shows them."""

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

    def has(self, connection_id: ConnectionId) -> bool:
        """Say whether a connection is here."""
        return connection_id in self._by_connection

    def watch(self, watcher: Watcher, window: Window | None) -> None:
        """Let a connection look at a part of the tab, or (None) at nothing."""
        if not self.has(watcher.connection_id):
            return  # It went while its last message was on the way.
        watcher.window = window
        watcher.window_key = window.model_dump_json() if window is not None else ""
        watcher.seen = NOTHING
        self._place(watcher)

    def follow(self, steps: Sequence[Advance], touched: Touched) -> None:
        """Close, move and tell those whom committed records touched, and mark views stale.

        Done at once, before any frame of the new state: who lost a right gets no late frame.
        """
        for found in self._cohorts.searches():
            found.advance(self._replica.roster, touched)
        taken_over = _taken_over(steps)
        self._note_opened(steps)
        whom = self._by_participant.keys() if touched.everybody else touched.participants
        for participant_id in list(whom):
            for watcher in list(self._by_participant.get(participant_id, ())):
                self._look_after(watcher, taken_over)
        for before, record in steps:
            for participant_id, notice in notices(before, record):
                for watcher in self._by_participant.get(participant_id, ()):
                    watcher.notice(notice)
        self._dirty.set()

    def _note_opened(self, steps: Sequence[Advance]) -> None:
        """Remember what was opened, also where the last of these steps has closed it again."""
        for _, record in steps:
            for event in record.events:
                if isinstance(event, e.ConnectionOpened):
                    watcher = self._by_connection.get(event.connection.id)
                    if watcher is not None:
                        watcher.is_open = True

    def _look_after(self, watcher: Watcher, taken_over: set[ConnectionId]) -> None:
        """Close a connection whose participant may not be here, else show what it may see."""
        state = self._replica.state
        participant = state.participants.get(watcher.participant_id)
        is_open = participant is not None and any(
            connection.id == watcher.connection_id for connection in participant.connections
        )
        if not is_open:
            if watcher.is_open:
                # For good: what it asks to look at until it has gone is not shown any more.
                watcher.is_open = False
                self._cohorts.remove(watcher)
                code = self._why_closed(participant)
                if code is ErrorCode.RESTARTING and watcher.connection_id in taken_over:
                    code = ErrorCode.TAKEN_OVER
                is_end = code is ErrorCode.SESSION_ENDED
                watcher.close(code, end_reason=self._end_reason() if is_end else None)
            return
        watcher.is_open = True
        if participant is not None and self._has_moved(watcher, state, participant):
            # Before the own state, with which a frame of the old cohort would go out.
            self._cohorts.remove(watcher)
        view = you(state, watcher.participant_id)
        if view is not None:
            watcher.you(view)
        self._place(watcher)

    def _why_closed(self, participant: Participant | None) -> ErrorCode | None:
        """Say what somebody is told whose connection the log does not have open any more."""
        session = self._replica.state.session
        if participant is None or session is None or session.state is SessionState.ENDED:
            return ErrorCode.SESSION_ENDED
        if participant.kept_out:
            return KEPT_OUT[participant.kept_out]
        # Nobody has acted on them: another node took this one for dead, or the log was restored.
        return ErrorCode.RESTARTING if participant.holds_place else None

    def _end_reason(self) -> EndReason | None:
        session = self._replica.state.session
        return session.end_reason if session else None

    @staticmethod
    def _has_moved(watcher: Watcher, state: RoomState, participant: Participant) -> bool:
        cohort = watcher.cohort
        return cohort is not None and audience_of(state, participant) != cohort.key.audience

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
        replica = self._replica
        return Sight(replica.state, replica.roster, replica.position, self._world.clock())

    def follow_up(self, traces: Iterable[Trace]) -> None:
        """Have what follows commands told when they are shown. They were given to `follow`."""
        version = self._replica.position.version
        self._followed.extend((version, trace) for trace in traces)
        while len(self._followed) > FOLLOWED_AT_MOST:
            self._followed.popleft()[1].ended(None)

    async def show(self) -> None:
        """Refresh the cohorts: the first change at once, then at most once per tick."""
        while True:
            await self._dirty.wait()
            self._dirty.clear()
            if await self._refresh():
                self._dirty.set()
            self._end_shown()
            await asyncio.sleep(self._pace.least_s)

    def _end_shown(self) -> None:
        """End the traces of what every cohort has been sent."""
        if not self._followed:
            return
        behind = [one.looked_at.version for one in self._cohorts.all() if one.members]
        shown = min(behind, default=self._replica.position.version)
        while self._followed and self._followed[0][0] <= shown:
            _, trace = self._followed.popleft()
            trace.reached(Stage.WRITTEN)
            trace.ended(None)

    async def _refresh(self) -> bool:
        """Let every cohort whose tick has passed look again; True when one has to wait."""
        has_to_wait = False
        looks = 0
        for cohort in self._cohorts.in_turn():
            sight, now = self._sight(), self._world.monotonic()
            if not cohort.members or not cohort.is_stale(sight.position):
                continue
            if cohort.due_at > now:
                has_to_wait = True
                continue
            if cohort.refresh(sight):
                cohort.due_at = now + self._pace.tick_s(len(cohort.members))
                self._tally.deliveries += await _wake(cohort)
            looks += 1
            if looks % LOOKS_AT_ONCE == 0:
                await asyncio.sleep(0)
        return has_to_wait


def _taken_over(steps: Sequence[Advance]) -> set[ConnectionId]:
    """List connections that somebody closed to go on elsewhere; the server itself is nobody."""
    return {
        event.connection_id
        for _, record in steps
        if record.by
        for event in record.events
        if isinstance(event, e.ConnectionClosed)
    }


async def _wake(cohort: Cohort) -> int:
    """Have a frame written to every member, with turns for everybody else in between.

    Returns:
        How many took it.
    """
    members = list(cohort.members)
    taken = 0
    for first in range(0, len(members), WAKES_AT_ONCE):
        if first:
            await asyncio.sleep(0)
        taken += cohort.wake(members[first : first + WAKES_AT_ONCE])
    return taken
