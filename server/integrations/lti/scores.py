"""Scores that platforms are still to take: kept until they have, for two weeks.

They are named by the account, and carry a seal under the key of the person. Whoever is erased
meanwhile is sent nowhere, also when they have come again since.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from pydantic import TypeAdapter

from protocol.ids import AccountId, RoomId, SessionId
from server.core.person import Person
from server.integrations.identities import short_id
from server.store.interface import Put, Store
from server.store.sealing import Sealer

SCORES = "lti_score"
GRADED = "lti_graded"
KEPT_MS = 14 * 24 * 3_600_000
"""From the end of the session; of one that ended earlier nothing is sent any more."""
PUTS_AT_ONCE = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class Share:
    """For how much of a session somebody was there, in percent."""

    account_id: AccountId
    person: Person
    percent: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Ended:
    """A session of a course that is over.

    Args:
        line_items: where its scores go.
        at: when it ended, ms UTC.
    """

    platform_id: str
    room: RoomId
    session: SessionId
    line_items: tuple[str, ...]
    at: int


@dataclass(frozen=True, slots=True, kw_only=True)
class PendingScore:
    """What a platform is to take.

    Args:
        line_item: where it goes.
        percent: of the session, for which they were there.
        at: when the session ended, ms UTC.
        seal: opens as erased when its person was; hexadecimal.
    """

    room: RoomId
    account_id: AccountId
    line_item: str
    percent: int
    at: int
    seal: str


@dataclass(frozen=True, slots=True)
class Kept:
    """A pending score under its key.

    Args:
        is_outdone: there is a newer one of the same person for the same activity.
    """

    key: str
    score: PendingScore
    is_outdone: bool


_SHAPE = TypeAdapter(PendingScore)


class ScoreKeep:
    """The table of pending scores; of one person for one activity, the newest stands last.

    Args:
        store: of the whole server.
        sealer: over the same store.
        key: from which ids are derived.
        clock: ms UTC.
    """

    def __init__(self, store: Store, sealer: Sealer, key: bytes, clock: Callable[[], int]) -> None:
        """Keep in that store."""
        self._store = store
        self._sealer = sealer
        self._key = key
        self._clock = clock

    async def is_over(self, ended: Ended) -> bool:
        """Say whether nothing is to be put down of a session: it was before, or it is too old."""
        now = self._clock()
        if ended.at + KEPT_MS <= now:
            return True
        return await self._store.get(GRADED, ended.session, now) is not None

    async def put_down(self, ended: Ended, shares: Sequence[Share]) -> None:
        """Keep the scores of a session, and then that they are kept.

        What is put down twice, by two nodes or after a crash, has the same keys.
        """
        items = [(short_id("i", self._key, item), item) for item in ended.line_items]
        puts: list[Put] = []
        for share in shares:
            puts += await self._puts(ended, share, items)
            if len(puts) >= PUTS_AT_ONCE:
                await self._store.put(puts)
                puts = []
        until = ended.at + KEPT_MS
        puts.append(Put(table=GRADED, key=ended.session, value=b"done", expires_at=until))
        await self._store.put(puts)

    async def _puts(
        self, ended: Ended, share: Share, items: Sequence[tuple[str, str]]
    ) -> list[Put]:
        seal = await self._sealer.seal_person(Person(share.person.id, share.account_id))
        puts = []
        for item_id, item in items:
            score = PendingScore(
                room=ended.room,
                account_id=share.account_id,
                line_item=item,
                percent=share.percent,
                at=ended.at,
                seal=seal.hex(),
            )
            # The time stands padded, so that keys are in its order.
            key = f"{ended.platform_id} {share.account_id} {item_id} {ended.at:015d}"
            value = _SHAPE.dump_json(score)
            puts.append(Put(table=SCORES, key=key, value=value, expires_at=ended.at + KEPT_MS))
        return puts

    async def page(self, platform_id: str, after: str, limit: int) -> list[Kept]:
        """List the next scores for a platform; `after` is empty at first."""
        start = after or f"{platform_id} "
        found = await self._store.scan(SCORES, self._clock(), after=start, limit=limit + 1)
        ours = [one for one in found if one[0].startswith(f"{platform_id} ")]
        # Which one is outdone, the next one tells, which may be the first of the next page.
        following = [*(_whose(key) for key, _ in ours[1:]), ""]
        return [
            Kept(key, _SHAPE.validate_json(value), _whose(key) == next_one)
            for (key, value), next_one in zip(ours[:limit], following, strict=False)
        ]

    async def platforms(self) -> list[str]:
        """List the platforms for which there is any score."""
        found: list[str] = []
        after = ""
        while page := await self._store.scan(SCORES, self._clock(), after=after, limit=1):
            found.append(page[0][0].partition(" ")[0])
            # Behind every key that begins with this platform and a space.
            after = f"{found[-1]}!"
        return found

    async def is_erased(self, score: PendingScore) -> bool:
        """Say whether the person of a score was erased since it was kept."""
        return (await self._sealer.open_person(bytes.fromhex(score.seal))).is_erased

    async def drop(self, keys: Sequence[str], also: Sequence[Put] = ()) -> None:
        """Forget scores that are settled; `also` is put in the same step."""
        await self._store.put([*(Put(table=SCORES, key=key, value=None) for key in keys), *also])


def _whose(key: str) -> str:
    """Read whose score for what a key names, without when."""
    return key.rpartition(" ")[0]
