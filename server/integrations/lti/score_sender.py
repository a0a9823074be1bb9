"""Has platforms take the scores that are kept for them, however long one is away.

Each platform is on its own: one that does not answer holds up no other, and is tried again,
later and later. A score that is not taken holds up none of the others. Of one person for one
activity only the newest goes. A score may be sent twice, by two nodes or after a crash; it is
the same both times.
"""

import asyncio
import logging
from collections import Counter
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from enum import Enum, auto

from protocol.lti import PlatformView
from server.integrations.calls import BadAddress, Unreachable
from server.integrations.identities import Way, account_of
from server.integrations.lti.people import People
from server.integrations.lti.platforms import Platforms
from server.integrations.lti.scores import Kept, PendingScore, ScoreKeep
from server.integrations.lti.services import Refused, Score, Services
from server.integrations.rounds import Rounds
from server.integrations.turns import Turns
from server.store.interface import StoreError

log = logging.getLogger(__name__)

TURNS = "lti_score_turn"
TURN_MS = 45_000
"""Longer than the calls of one step may take."""
PLATFORMS_AT_ONCE = 16
AT_ONCE = 4
"""Scores that a platform is given at the same time."""
SWEEP_S = 20.0
"""How often it is looked whether something was left behind, by a crash or by another node."""
TURN_WAIT_S = 5.0
BACKOFF_S = (5.0, 30.0, 120.0, 300.0, 900.0, 1_800.0, 3_600.0)
IS_THERE = 409
"""The platform has this score, or a newer one."""
FOR_GOOD = frozenset({400, 404, 405, 410, 413, 415, 422})
"""Answers that say this score will never be taken: its activity or its person is gone."""
OF_ALL = frozenset({401, 408, 425, 429, 502, 503, 504})
"""Answers that are about the platform as a whole. All others may be about one score alone."""
IN_VAIN = 25
"""After so many steps in a row that asked the platform in vain, it is left alone; the next round
goes on from there, so that those behind have their turn."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SenderWorld:
    """What the sender is handed.

    Args:
        monotonic: seconds.
        chance: from 0 to 1, so that what failed together is not tried together.
        backoff_s: how long to wait after each failure in a row; the last one goes on.
    """

    monotonic: Callable[[], float]
    chance: Callable[[], float]
    backoff_s: tuple[float, ...] = BACKOFF_S


class _Fate(Enum):
    SENT = auto()
    SETTLED = auto()
    """It is not to be sent any more."""
    UNASKED = auto()
    """It cannot be sent as things are set up; the platform was not asked."""
    WAITS = auto()
    """It may be taken later; nothing is known of others."""
    AWAY = auto()
    """Nobody is there to take any."""


_DONE = frozenset({_Fate.SENT, _Fate.SETTLED})


@dataclass(slots=True)
class _Rest:
    """How often a platform was tried in vain, and until when it is left alone."""

    failures: int
    until: float


class ScoreSender:
    """Sends what is kept. `running` owns its tasks."""

    def __init__(
        self,
        keep: ScoreKeep,
        turns: Turns,
        world: SenderWorld,
        *,
        platforms: Platforms,
        people: People,
        services: Services,
        key: bytes,
    ) -> None:
        """Send nothing yet.

        Args:
            key: from which ids of accounts are derived.
        """
        self._keep = keep
        self._turns = turns
        self._world = world
        self._platforms = platforms
        self._people = people
        self._services = services
        self._key = key
        self._rests: dict[str, _Rest] = {}
        self._stopped_at: dict[str, str] = {}
        """Behind which key the next round goes on, of platforms that were left alone."""
        self._rounds = Rounds(
            self._work,
            world.monotonic,
            at_once=PLATFORMS_AT_ONCE,
            group_of=lambda platform_id: platform_id,
            rest_until=lambda _: 0.0,
        )

    def note(self, platform_id: str) -> None:
        """Try a platform now: there is something new for it."""
        self._rounds.note(platform_id)

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Send until the block is left. What is not sent then is sent by the next start."""
        async with asyncio.TaskGroup() as tasks:
            jobs = [
                tasks.create_task(self._sweep(), name="lti: scores left behind"),
                tasks.create_task(self._rounds.run(), name="lti: scores"),
            ]
            try:
                yield
            finally:
                for job in jobs:
                    job.cancel()

    async def _sweep(self) -> None:
        while True:
            try:
                for platform_id in await self._keep.platforms():
                    if platform_id not in self._rounds:
                        self._rounds.note(platform_id)
            except StoreError as problem:
                log.warning("scores that wait are not known: %r", problem)
            await asyncio.sleep(SWEEP_S)

    async def _work(self, platform_id: str) -> float | None:
        """Send what there is; say in how many seconds to go on."""
        try:
            if not await self._turns.take(platform_id):
                return TURN_WAIT_S
            try:
                return await self._in_turn(platform_id)
            finally:
                with suppress(StoreError):
                    await self._turns.end(platform_id)
        except StoreError as problem:
            log.warning("platform %s: grades wait for the store: %r", platform_id, problem)
            return self._world.backoff_s[0]

    async def _in_turn(self, platform_id: str) -> float | None:
        counts = Counter[_Fate]()
        after = began = self._stopped_at.pop(platform_id, "")
        in_vain = 0
        while page := await self._keep.page(platform_id, after, AT_ONCE):
            platform = (await self._platforms.all()).get(platform_id)
            fates = await self._sent(platform, page)
            counts.update(fates)
            done = [one.key for one, fate in zip(page, fates, strict=True) if fate in _DONE]
            await self._keep.drop(done, [self._turns.held(platform_id)])
            after = page[-1].key
            if done:
                in_vain = 0
            elif _Fate.WAITS in fates:
                in_vain += 1
            if _Fate.AWAY in fates or in_vain == IN_VAIN:
                self._stopped_at[platform_id] = after
                return self._rest(platform_id, counts)
        if began:
            return 0.0  # From the first one, now.
        if counts[_Fate.WAITS] or counts[_Fate.UNASKED]:
            return self._rest(platform_id, counts)
        self._calm(platform_id)
        return None

    async def _sent(self, platform: PlatformView | None, page: list[Kept]) -> list[_Fate]:
        async with asyncio.TaskGroup() as tasks:
            sending = [tasks.create_task(self._send(platform, one)) for one in page]
        return [one.result() for one in sending]

    async def _send(self, platform: PlatformView | None, kept: Kept) -> _Fate:
        """Send a score; whatever happens is its own fate, and no other's."""
        score = kept.score
        if platform is None or not platform.sends_grades or kept.is_outdone:
            return _Fate.SETTLED
        try:
            return await self._tried(platform, score)
        except Refused as refusal:
            return _fate_of(refusal, platform, score)
        except BadAddress:
            log.warning("room %s: the address for its grades cannot be called", score.room)
            return _Fate.UNASKED
        except (Unreachable, StoreError) as fault:
            log.warning("platform %s: grades wait: %s", platform.platform_id, fault)
            return _Fate.AWAY
        except Exception:
            log.exception("room %s: a grade waits by a fault of ours", score.room)
            return _Fate.WAITS

    async def _tried(self, platform: PlatformView, score: PendingScore) -> _Fate:
        subject = await self._people.subject(score.account_id)
        # Somebody invited from elsewhere is nobody to this platform; who was erased, to anybody.
        if subject is None or account_of(Way.LTI, platform.issuer, subject, self._key) != (
            score.account_id
        ):
            return _Fate.SETTLED
        if await self._keep.is_erased(score):
            return _Fate.SETTLED
        given = Score(subject=subject, percent=score.percent, at=score.at)
        await self._services.send_score(platform, score.line_item, given)
        return _Fate.SENT

    def _calm(self, platform_id: str) -> None:
        self._rests.pop(platform_id, None)

    def _rest(self, platform_id: str, counts: Counter[_Fate]) -> float:
        """Leave a platform alone; each time for longer, as long as it takes nothing at all."""
        if counts[_Fate.SENT]:
            self._calm(platform_id)
        now, backoff_s = self._world.monotonic(), self._world.backoff_s
        before = self._rests.get(platform_id)
        if before is not None and now < before.until:
            return before.until - now  # Something new made us try before the time.
        failures = before.failures if before else 0
        wait_s = backoff_s[min(failures, len(backoff_s) - 1)] * (0.75 + self._world.chance() / 2)
        self._rests[platform_id] = _Rest(failures + 1, now + wait_s)
        return wait_s


def _fate_of(refusal: Refused, platform: PlatformView, score: PendingScore) -> _Fate:
    if refusal.status == IS_THERE:
        return _Fate.SETTLED
    if refusal.status in FOR_GOOD:
        log.warning(
            "platform %s, room %s: a grade was refused for good, with status %d",
            *(platform.platform_id, score.room, refusal.status),
        )
        return _Fate.SETTLED
    log.warning(
        "platform %s, room %s: a grade waits: status %d",
        *(platform.platform_id, score.room, refusal.status),
    )
    return _Fate.AWAY if refusal.status in OF_ALL else _Fate.WAITS
