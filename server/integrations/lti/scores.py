"""Scores that platforms are still to take: kept until they have, for two weeks.

They are named by the account, not by what the platform calls somebody: whoever is erased
meanwhile is sent nowhere.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from pydantic import TypeAdapter

from protocol.ids import AccountId, RoomId, SessionId
from server.integrations.identities import short_id
from server.store.interface import Put, Store

SCORES = "lti_score"
GRADED = "lti_graded"
KEPT_MS = 14 * 24 * 3_600_000
GRADED_MS = 90 * 24 * 3_600_000
"""For how long it is known that the scores of a session were put down."""
PUTS_AT_ONCE = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class PendingScore:
    """What a platform is to take.

    Args:
        line_item: where it goes.
        percent: of the session, for which they were there.
        at: when the session ended, ms UTC.
    """

    platform_id: str
    room: RoomId
    session: SessionId
    account_id: AccountId
    line_item: str
    percent: int
    at: int


_SHAPE = TypeAdapter(PendingScore)


class ScoreKeep:
    """The table of pending scores; those of a platform in the order in which sessions ended.

    Args:
        store: of the whole server.
        key: from which ids are derived.
        clock: ms UTC.
    """

    def __init__(self, store: Store, key: bytes, clock: Callable[[], int]) -> None:
        """Keep in that store."""
        self._store = store
        self._key = key
        self._clock = clock

    async def has(self, session: SessionId) -> bool:
        """Say whether the scores of a session were put down before."""
        return await self._store.get(GRADED, session, self._clock()) is not None

    async def put_down(self, session: SessionId, scores: Sequence[PendingScore]) -> None:
        """Keep the scores of a session.

        What is put down twice, by two nodes or after a crash, is the same under the same key.
        Only when all are there is the session noted as done.
        """
        until = self._clock() + KEPT_MS
        puts = [self._put(score, until) for score in scores]
        done_until = self._clock() + GRADED_MS
        puts.append(Put(table=GRADED, key=session, value=b"done", expires_at=done_until))
        for some in _parts(puts):
            await self._store.put(some)

    async def page(
        self, platform_id: str, after: str, limit: int
    ) -> list[tuple[str, PendingScore]]:
        """List the next scores for a platform with their keys; `after` is empty at first."""
        start = after or f"{platform_id} "
        found = await self._store.scan(SCORES, self._clock(), after=start, limit=limit)
        ours = [one for one in found if one[0].startswith(f"{platform_id} ")]
        return [(key, _SHAPE.validate_json(value)) for key, value in ours]

    async def platforms(self) -> list[str]:
        """List the platforms for which there is any score."""
        found: list[str] = []
        after = ""
        while page := await self._store.scan(SCORES, self._clock(), after=after, limit=1):
            found.append(page[0][0].partition(" ")[0])
            # Behind every key that begins with this platform and a space.
            after = f"{found[-1]}!"
        return found

    async def drop(self, keys: Sequence[str], also: Sequence[Put] = ()) -> None:
        """Forget scores that are settled; `also` is put in the same step."""
        await self._store.put([*(Put(table=SCORES, key=key, value=None) for key in keys), *also])

    def _put(self, score: PendingScore, until: int) -> Put:
        item = short_id("i", self._key, score.line_item)
        # The time stands padded, so that keys are in its order.
        key = f"{score.platform_id} {score.at:015d} {score.session} {score.account_id} {item}"
        return Put(table=SCORES, key=key, value=_SHAPE.dump_json(score), expires_at=until)


def _parts(puts: Sequence[Put]) -> Iterator[Sequence[Put]]:
    for start in range(0, len(puts), PUTS_AT_ONCE):
        yield puts[start : start + PUTS_AT_ONCE]
