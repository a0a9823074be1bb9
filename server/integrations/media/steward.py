"""Keeps the media server in step with the rooms: whoever is brought to the stage can be heard.

Driven by state and not by messages: what is told is always what is true when it is told, a
change that is overtaken is told once, and what failed is told again. So nothing has to be kept:
a node that starts, or opens a room, tells of everybody who is connected to it.
"""

import asyncio
import logging
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass

from protocol.ids import NodeId, ParticipantId, RoomId, SessionId
from protocol.media import MediaAccess
from server.core import events as e
from server.core.media import MediaGrant, media_grant
from server.core.record import Record
from server.core.state import RoomState
from server.core.touched import touched
from server.integrations.media.livekit import TOKEN_S, LiveKit, MediaError
from server.integrations.rounds import Rounds

log = logging.getLogger(__name__)

AT_ONCE = 32
BACKOFF_S = (0.5, 2.0, 10.0, 60.0)
TRIES = 20
"""After so many the media server is taken for gone; the next change begins anew."""


@dataclass(frozen=True, slots=True)
class Subject:
    """Somebody in a session, or (without a participant) all of it."""

    room: RoomId
    session: SessionId
    participant: ParticipantId | None


Look = Callable[[RoomId], RoomState | None]
"""Gives the state of a room that is open here; None when it is not."""


class Steward:
    """Tells LiveKit who may do what. `running` owns its task.

    Args:
        node: this process; it tells of those who are connected to it.
        clock: ms UTC.
        monotonic: seconds.
    """

    def __init__(
        self,
        livekit: LiveKit,
        node: NodeId,
        clock: Callable[[], int],
        monotonic: Callable[[], float],
        backoff_s: tuple[float, ...] = BACKOFF_S,
    ) -> None:
        """Tell nothing yet."""
        self._livekit = livekit
        self._node = node
        self._clock = clock
        self._backoff_s = backoff_s
        self._look: Look = _nowhere
        self._told: dict[Subject, MediaGrant] = {}
        self._tries: dict[Subject, int] = {}
        self._rounds = Rounds(
            self._tell,
            monotonic,
            at_once=AT_ONCE,
            group_of=lambda subject: subject.session,
            rest_until=lambda _: 0.0,
        )

    @asynccontextmanager
    async def running(self, look: Look) -> AsyncIterator[None]:
        """Tell until the block is left."""
        self._look = look
        async with asyncio.TaskGroup() as tasks:
            job = tasks.create_task(self._rounds.run(), name="media: rounds")
            try:
                yield
            finally:
                job.cancel()
        await self._livekit.aclose()

    def access(self, state: RoomState, participant_id: ParticipantId) -> MediaAccess | None:
        """Make what somebody enters the media plane with; None for who is not inside."""
        participant = state.participants.get(participant_id)
        session = state.session
        grant = media_grant(state, participant) if participant else None
        if participant is None or session is None or grant is None:
            return None
        now = self._clock()
        return MediaAccess(
            url=self._livekit.settings.url,
            token=self._livekit.token(
                session.id, participant.id, participant.person.name, grant, now
            ),
            expires_at=now + 1000 * TOKEN_S,
            may_publish=grant.may_publish,
        )

    def on_commit(self, room: RoomId, state: RoomState, records: tuple[Record, ...]) -> None:
        """Note of whom there may be something to tell."""
        session = state.session
        if session is None:
            return
        events = [event for record in records for event in record.events]
        if any(isinstance(event, e.SessionEnded) for event in events):
            self._end(Subject(room, session.id, None))
            return
        people = touched(state, events).participants if records else state.on_stage
        for participant_id in people:
            subject = Subject(room, session.id, participant_id)
            if subject in self._told or self._is_ours(state, subject) or _is_out(events, subject):
                self._rounds.note(subject)

    def _end(self, all_of_it: Subject) -> None:
        for subject in [one for one in self._told if one.session == all_of_it.session]:
            del self._told[subject]
        self._rounds.note(all_of_it)

    def _is_ours(self, state: RoomState, subject: Subject) -> bool:
        participant = state.participants.get(subject.participant or ParticipantId(""))
        connections = participant.connections if participant else ()
        return any(connection.node_id == self._node for connection in connections)

    async def _tell(self, subject: Subject) -> float | None:
        try:
            await self._told_now(subject)
        except MediaError as problem:
            tries = self._tries[subject] = self._tries.get(subject, 0) + 1
            log.warning("media of %s: %s (try %d)", subject.session, problem, tries)
            if tries < TRIES:
                return self._backoff_s[min(tries, len(self._backoff_s)) - 1]
        self._tries.pop(subject, None)
        return None

    async def _told_now(self, subject: Subject) -> None:
        """Tell what is true of somebody now, unless that is what was told last.

        Raises:
            MediaError: it is not told.
        """
        now, state = self._clock(), self._look(subject.room)
        if subject.participant is None:
            await self._livekit.end(subject.session, now)
            return
        if state is None:
            return
        grant = _grant(state, subject)
        if grant is None:
            self._told.pop(subject, None)
            await self._livekit.remove(subject.session, subject.participant, now)
        elif grant != self._told.get(subject):
            # Noted before: should two changes follow each other, the second is told in any case.
            self._told.pop(subject, None)
            await self._livekit.update(subject.session, subject.participant, grant, now)
            self._told[subject] = grant


def _grant(state: RoomState, subject: Subject) -> MediaGrant | None:
    session = state.session
    if session is None or session.id != subject.session or subject.participant is None:
        return None
    participant = state.participants.get(subject.participant)
    return media_grant(state, participant) if participant else None


def _is_out(events: Sequence[object], subject: Subject) -> bool:
    """Say whether somebody was put out: every node tells, lest the one that should is gone."""
    return any(
        isinstance(event, e.ParticipantRemoved | e.ParticipantDeclined)
        and event.participant_id == subject.participant
        for event in events
    )


def _nowhere(room: RoomId) -> RoomState | None:  # noqa: ARG001 - before the rooms are there
    return None
