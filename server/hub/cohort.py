"""Watchers with the same audience, codec and window: one view, one diff, one frame for all.

A frame is built when the first of them takes it, and shared by the rest. Whoever has missed a
step gets the snapshot, which is built once as well: a slow consumer costs no queue.
"""

from dataclasses import dataclass

from protocol.codec import Codec
from protocol.messages import Delta, Position, Snapshot
from protocol.views import View, Window
from server.core.diff import diff
from server.core.project import Audience, project
from server.core.roster import Found, Roster
from server.core.state import RoomState
from server.hub.watcher import Watcher


@dataclass(frozen=True, slots=True)
class CohortKey:
    """Exactly what makes frames differ."""

    audience: Audience
    codec: str
    window: str


@dataclass(frozen=True, slots=True)
class Pace:
    """How often a cohort is sent a frame.

    The larger a cohort, the fewer frames a second are worth their writes: the tick grows so
    that one cohort causes at most `writes_per_s`, while a few moderators see every tick.
    """

    least_s: float
    writes_per_s: int

    def tick_s(self, members: int) -> float:
        """Say how long a cohort waits after a frame, in seconds.

        Example:
            >>> Pace(least_s=0.1, writes_per_s=10_000).tick_s(3)
            0.1
            >>> Pace(least_s=0.1, writes_per_s=10_000).tick_s(50_000)
            5.0
        """
        return max(self.least_s, members / self.writes_per_s)


@dataclass(frozen=True, slots=True)
class Sight:
    """What there is to see at a position."""

    state: RoomState
    roster: Roster
    position: Position
    now: int


class Cohort:
    """One readership of a room."""

    def __init__(
        self, key: CohortKey, codec: Codec, window: Window, found: Found | None, sight: Sight
    ) -> None:
        """Look at the room for the first time."""
        self.key = key
        self.window = window
        self.found = found
        self.members: set[Watcher] = set()
        self.position = sight.position
        self.due_at = 0.0
        self._codec = codec
        self._view: View = self._look(sight)
        self._serial = 1
        self._delta: Delta | None = None
        self._delta_payload: bytes | None = None
        self._snapshot_payload: bytes | None = None

    def _look(self, sight: Sight) -> View:
        return project(
            sight.state, sight.roster, self.key.audience, self.window, sight.now, self.found
        )

    def join(self, watcher: Watcher) -> None:
        """Take a watcher in. One that resumes with this very view needs no snapshot."""
        self.members.add(watcher)
        watcher.cohort = self
        is_current = watcher.resume is not None and watcher.resume == self.position
        watcher.seen = self._serial if is_current else None
        watcher.resume = None
        watcher.wake()

    def leave(self, watcher: Watcher) -> None:
        """Let a watcher go; it gets no frame of this cohort any more."""
        self.members.discard(watcher)
        watcher.cohort = None
        watcher.seen = None

    def refresh(self, sight: Sight) -> bool:
        """Look again, and wake the members if something they see has changed (True).

        Cost: O(rows in the window); then each member writes one shared payload.
        """
        view = self._look(sight)
        delta = diff(self._view, view)
        if delta is not None and delta.is_empty:
            return False
        self._delta = None
        if delta is not None:
            self._delta = Delta.model_construct(
                type="delta", base=self.position.version, position=sight.position, delta=delta
            )
        self._view = view
        self._serial += 1
        self._delta_payload = None
        self._snapshot_payload = None
        self.position = sight.position
        for watcher in self.members:
            watcher.wake()
        return True

    def payload_for(self, watcher: Watcher) -> bytes | None:
        """Give the payload that brings a watcher up to date; None when it is."""
        if watcher.seen == self._serial:
            return None
        is_next = watcher.seen == self._serial - 1
        watcher.seen = self._serial
        if is_next and self._delta is not None:
            if self._delta_payload is None:
                self._delta_payload = self._codec.encode(self._delta)
            return self._delta_payload
        if self._snapshot_payload is None:
            snapshot = Snapshot.model_construct(
                type="snapshot", position=self.position, view=self._view
            )
            self._snapshot_payload = self._codec.encode(snapshot)
        return self._snapshot_payload


class Cohorts:
    """The cohorts of one room, and the searches that they share."""

    def __init__(self) -> None:
        """Start with none."""
        self._cohorts: dict[CohortKey, Cohort] = {}
        self._searches: dict[tuple[str, bool], Found] = {}

    def place(
        self,
        watcher: Watcher,
        audience: Audience,
        window: Window,
        sight: Sight,
    ) -> None:
        """Put a watcher where its audience, codec and window belong."""
        key = CohortKey(audience, watcher.codec.name, window.model_dump_json())
        if watcher.cohort is not None and watcher.cohort.key == key:
            watcher.wake()
            return
        self.remove(watcher)
        cohort = self._cohorts.get(key)
        if cohort is None:
            found = self._found(window, audience, sight.roster)
            cohort = Cohort(key, watcher.codec, window, found, sight)
            self._cohorts[key] = cohort
        cohort.join(watcher)

    def _found(self, window: Window, audience: Audience, roster: Roster) -> Found | None:
        if not window.search.strip():
            return None
        key = (window.search, Audience.STAFF in audience)
        found = self._searches.get(key)
        if found is None:
            found = roster.search(key[0], with_email=key[1])
            self._searches[key] = found
        return found

    def remove(self, watcher: Watcher) -> None:
        """Take a watcher out; a cohort or search that nobody uses any more is forgotten."""
        cohort = watcher.cohort
        if cohort is None:
            return
        cohort.leave(watcher)
        if not cohort.members:
            del self._cohorts[cohort.key]
            used = {id(other.found) for other in self._cohorts.values()}
            self._searches = {
                key: found for key, found in self._searches.items() if id(found) in used
            }

    def searches(self) -> list[Found]:
        """List the searches, to be advanced with the roster."""
        return list(self._searches.values())

    def refresh(self, sight: Sight, now: float, pace: Pace) -> bool:
        """Let every cohort whose tick has passed look again; True when one has to wait.

        Args:
            now: in seconds of a clock that never steps back.
        """
        has_to_wait = False
        for cohort in list(self._cohorts.values()):
            if cohort.due_at > now:
                has_to_wait = True
            elif cohort.refresh(sight):
                cohort.due_at = now + pace.tick_s(len(cohort.members))
        return has_to_wait

    def __len__(self) -> int:
        """Count the cohorts."""
        return len(self._cohorts)
