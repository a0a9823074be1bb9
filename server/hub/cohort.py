"""Watchers with the same audience, codec and window: one view, one diff, one frame for all.

A frame is built when the first of them takes it, and shared by the rest. Whoever has missed a
step gets the snapshot, which is built once as well: a slow consumer costs no queue.
"""

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from protocol import messages as m
from protocol.codec import Codec
from protocol.messages import Delta, Snapshot
from protocol.views import View, Window
from server.core.audience import Audience
from server.core.diff import diff
from server.core.project import project
from server.core.roster import Found, Roster
from server.core.rows import Rows
from server.core.state import RoomState
from server.hub.watcher import NOTHING, Watcher
from server.store.interface import Position


@dataclass(frozen=True, slots=True)
class CohortKey:
    """Exactly what makes frames differ."""

    audience: Audience
    codec: str
    window: str

    def epoch_of(self, epoch: str) -> str:
        """Name the epoch of a log as this readership sees it.

        Whoever comes back with other rights, or to another window, holds a view of another
        epoch, and is not taken to be up to date by the version alone.

        Example:
            >>> CohortKey(Audience.ROOM, "json", "{}").epoch_of("9f3a")
            '79165cc07ae6'
        """
        read_by = f"{epoch} {int(self.audience)} {self.window}"
        return hashlib.blake2b(read_by.encode(), digest_size=6).hexdigest()


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
    """What there is to see at a position of the log."""

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
        self.due_at = 0.0
        self._codec = codec
        self._rows = Rows()
        self._looked_at = sight.position
        self._view: View = self._look(sight)
        self.position = self._position(sight)
        """Of the newest view that differed from the one before it."""
        self.serial = 1
        """Of the newest view, from 1; a watcher remembers which it has seen."""
        self._delta: Delta | None = None
        self._delta_frame: bytes | None = None
        self._snapshot_frame: bytes | None = None

    def _look(self, sight: Sight) -> View:
        return project(
            sight.state,
            sight.roster,
            self.key.audience,
            self.window,
            sight.now,
            self.found,
            self._rows,
        )

    def _position(self, sight: Sight) -> m.Position:
        epoch = self.key.epoch_of(sight.position.epoch)
        return m.Position(epoch=epoch, version=sight.position.version)

    @property
    def is_taking(self) -> bool:
        """Say whether a frame would be taken by any member. Cost: O(1) unless none takes it."""
        return any(one.outlet is not None and one.outlet.is_writable for one in self.members)

    @property
    def looked_at(self) -> Position:
        """Say up to where its members have been shown all there was to see for them."""
        return self._looked_at

    def is_stale(self, position: Position) -> bool:
        """Say whether something has happened since the last look."""
        return self._looked_at != position

    def join(self, watcher: Watcher) -> None:
        """Take a watcher in. One that resumes with this very view needs no snapshot."""
        self.members.add(watcher)
        watcher.cohort = self
        is_current = watcher.resume is not None and watcher.resume == self.position
        watcher.seen = self.serial if is_current else NOTHING
        watcher.resume = None
        watcher.flush()

    def leave(self, watcher: Watcher) -> None:
        """Let a watcher go; it gets no frame of this cohort any more."""
        self.members.discard(watcher)
        watcher.cohort = None
        watcher.seen = NOTHING

    def refresh(self, sight: Sight) -> bool:
        """Look again; True when something that the members see has changed.

        Whoever calls it wakes the members then. Cost: O(rows in the window).
        """
        self._looked_at = sight.position
        view = self._look(sight)
        delta = diff(self._view, view)
        if delta is not None and delta.is_empty:
            return False
        position = self._position(sight)
        self._delta = None
        if delta is not None and position.epoch == self.position.epoch:
            self._delta = Delta.made(
                type="delta", base=self.position.version, position=position, delta=delta
            )
        self._view = view
        self.serial += 1
        self._delta_frame = None
        self._snapshot_frame = None
        self.position = position
        return True

    def wake(self, members: Sequence[Watcher]) -> int:
        """Write to members what brings them up to date, as far as their sockets take it now.

        Returns:
            How many of them took it.

        This is where a crowd is written to, so it is one loop that calls nothing but the socket
        for whoever misses the newest step alone; all else is left to `Watcher.flush`.
        """
        newest, before = self.serial, self.serial - 1
        missed = 0
        for watcher in members:
            outlet, frame = watcher.outlet, self._delta_frame
            if (
                frame is None  # Not made yet: the first one's flush does it.
                or outlet is None
                or watcher.seen != before
                or watcher.cohort is not self  # It has other rights since the list was made.
                or watcher.has_own
                or not outlet.is_writable
            ):
                missed += outlet is None or not outlet.is_writable
                watcher.flush()
                continue
            watcher.seen = newest
            try:
                outlet.write(frame)
            except Exception as fault:  # noqa: BLE001 - `fail` logs it
                watcher.fail(outlet, fault)
        return len(members) - missed

    def frame_for(self, watcher: Watcher) -> bytes | None:
        """Give the frame that brings a watcher up to date; None when it is."""
        missed = self.serial - watcher.seen
        if not missed:
            return None
        watcher.seen = self.serial
        if missed == 1 and self._delta is not None:
            if self._delta_frame is None:
                self._delta_frame = self._codec.framed(self._delta)
            return self._delta_frame
        if self._snapshot_frame is None:
            snapshot = Snapshot.made(type="snapshot", position=self.position, view=self._view)
            self._snapshot_frame = self._codec.framed(snapshot)
        return self._snapshot_frame


@dataclass(slots=True)
class _Search:
    """What a search finds, and how many cohorts look at it."""

    found: Found
    cohorts: int = 0


class Cohorts:
    """The cohorts of one room, and the searches that they share."""

    def __init__(self) -> None:
        """Start with none."""
        self._cohorts: dict[CohortKey, Cohort] = {}
        self._searches: dict[tuple[str, bool], _Search] = {}

    def __len__(self) -> int:
        """Count the cohorts."""
        return len(self._cohorts)

    def all(self) -> Iterable[Cohort]:
        """List the cohorts."""
        return self._cohorts.values()

    def in_turn(self) -> list[Cohort]:
        """List the cohorts; a few moderators need not wait until a crowd was served.

        Nor does anybody wait for a view that nobody takes now.
        """
        return sorted(self._cohorts.values(), key=lambda one: (not one.is_taking, len(one.members)))

    def searches(self) -> list[Found]:
        """List the searches, to be advanced with the roster."""
        return [search.found for search in self._searches.values()]

    def place(self, watcher: Watcher, audience: Audience, window: Window, sight: Sight) -> None:
        """Put a watcher where its audience, codec and window belong.

        Cost: O(1) where it is already, or where others look at the same; a new search is O(n).
        """
        key = CohortKey(audience, watcher.codec.name, watcher.window_key)
        if watcher.cohort is not None and watcher.cohort.key == key:
            watcher.flush()
            return
        self.remove(watcher)
        cohort = self._cohorts.get(key)
        if cohort is None:
            found = self._begin_search(window, audience, sight.roster)
            cohort = Cohort(key, watcher.codec, window, found, sight)
            self._cohorts[key] = cohort
        cohort.join(watcher)

    def remove(self, watcher: Watcher) -> None:
        """Take a watcher out; a cohort or search that nobody uses any more is forgotten."""
        cohort = watcher.cohort
        if cohort is None:
            return
        cohort.leave(watcher)
        if not cohort.members:
            del self._cohorts[cohort.key]
            self._end_search(cohort)

    def _begin_search(self, window: Window, audience: Audience, roster: Roster) -> Found | None:
        if not window.search.strip():
            return None
        key = _search_key(window, audience)
        search = self._searches.get(key)
        if search is None:
            search = _Search(roster.search(window.search, with_email=key[1]))
            self._searches[key] = search
        search.cohorts += 1
        return search.found

    def _end_search(self, cohort: Cohort) -> None:
        if cohort.found is None:
            return
        key = _search_key(cohort.window, cohort.key.audience)
        self._searches[key].cohorts -= 1
        if not self._searches[key].cohorts:
            del self._searches[key]


def _search_key(window: Window, audience: Audience) -> tuple[str, bool]:
    return window.search, Audience.STAFF in audience
