"""Has platforms take the scores that are kept for them, however long one is away.

Each platform is on its own: one that does not answer holds up no other, and is tried again,
later and later. A score that one platform refuses for good holds up none of its others. A score
may be sent twice, by two nodes or after a crash; it is the same both times.
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
from server.integrations.lti.scores import PendingScore, ScoreKeep
from server.integrations.lti.services import Refused, Score, Services
from server.integrations.rounds import Rounds
from server.integrations.turns import Turns
from server.store.interface import StoreError

log = logging.getLogger(__name__)

TURNS = "lti_score_turn"
TURN_MS = 30_000
"""As long as the calls of one step may take."""
PLATFORMS_AT_ONCE = 16
AT_ONCE = 4
"""Scores that a platform is given at the same time."""
SWEEP_S = 20.0
"""How often it is looked whether something was left behind, by a crash or by another node."""
TURN_WAIT_S = 5.0
BACKOFF_S = (5.0, 30.0, 120.0, 300.0, 900.0, 1_800.0, 3_600.0)
FOR_GOOD = frozenset({400, 404, 405, 409, 410, 413, 415, 422})
"""Answers that say this score will never be taken: its activity or its person is gone, or the
platform has a newer one."""
OF_ONE = frozenset({500, 501})
"""Answers that may be about one score alone. All others are about the platform as a whole."""
IN_VAIN = 3
"""After so many steps in a row in which nothing was taken, the platform is left alone."""


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
    REFUSED = auto()
    """It will never be taken."""
    WAITS = auto()
    """It may be taken later; nothing is known of others."""
    AWAY = auto()
    """Nobody is there to take any."""


_SETTLED = frozenset({_Fate.SENT, _Fate.REFUSED})


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
        self._failures: dict[str, int] = {}
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
        after, in_vain = "", 0
        while in_vain < IN_VAIN and (page := await self._keep.page(platform_id, after, AT_ONCE)):
            platform = (await self._platforms.all()).get(platform_id)
            fates = await self._sent(platform, [score for _, score in page])
            counts.update(fates)
            settled = [key for (key, _), fate in zip(page, fates, strict=True) if fate in _SETTLED]
            await self._keep.drop(settled, [self._turns.held(platform_id)])
            if _Fate.AWAY in fates:
                break
            in_vain = 0 if settled else in_vain + 1
            after = page[-1][0]
        return self._next(platform_id, counts)

    async def _sent(self, platform: PlatformView | None, scores: list[PendingScore]) -> list[_Fate]:
        async with asyncio.TaskGroup() as tasks:
            sending = [tasks.create_task(self._send(platform, score)) for score in scores]
        return [one.result() for one in sending]

    async def _send(self, platform: PlatformView | None, pending: PendingScore) -> _Fate:
        if platform is None or not platform.sends_grades:
            return _Fate.REFUSED
        subject = await self._people.subject(pending.account_id)
        # Somebody invited from elsewhere is nobody to this platform; who was erased, to anybody.
        if subject is None or account_of(Way.LTI, platform.issuer, subject, self._key) != (
            pending.account_id
        ):
            return _Fate.REFUSED
        score = Score(subject=subject, percent=pending.percent, at=pending.at)
        try:
            await self._services.send_score(platform, pending.line_item, score)
        except Refused as refusal:
            log.warning(
                "platform %s, room %s: a grade was refused with status %d",
                *(pending.platform_id, pending.room, refusal.status),
            )
            if refusal.status in FOR_GOOD:
                return _Fate.REFUSED
            return _Fate.WAITS if refusal.status in OF_ONE else _Fate.AWAY
        except Unreachable as fault:
            log.warning(
                "platform %s, room %s: a grade waits: %s",
                *(pending.platform_id, pending.room, fault),
            )
            return _Fate.WAITS if isinstance(fault, BadAddress) else _Fate.AWAY
        return _Fate.SENT

    def _next(self, platform_id: str, counts: Counter[_Fate]) -> float | None:
        if counts[_Fate.SENT]:
            log.info("platform %s: %d grades sent", platform_id, counts[_Fate.SENT])
            self._failures.pop(platform_id, None)
        if not counts[_Fate.WAITS] + counts[_Fate.AWAY]:
            self._failures.pop(platform_id, None)
            return None
        failures = self._failures.get(platform_id, 0)
        self._failures[platform_id] = failures + 1
        backoff_s = self._world.backoff_s
        wait_s = backoff_s[min(failures, len(backoff_s) - 1)]
        return wait_s * (0.75 + self._world.chance() / 2)
