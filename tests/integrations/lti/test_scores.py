"""Scores that are to be sent: kept in order, the same however often they are put down."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from protocol.ids import AccountId, RoomId, SessionId
from server.integrations.lti.scores import KEPT_MS, PUTS_AT_ONCE, PendingScore, ScoreKeep
from server.store.sqlite import SqliteStore

NOW = 1_800_000_000_000
FIRST, SECOND = SessionId("s_first"), SessionId("s_second")


class Kept:
    """The keeps of nodes, on one store and one clock."""

    def __init__(self, store: SqliteStore) -> None:
        self.store = store
        self.now = NOW

    def keep(self) -> ScoreKeep:
        return ScoreKeep(self.store, b"key", lambda: self.now)


def score(platform: str, number: int, session: SessionId = FIRST, at: int = NOW) -> PendingScore:
    return PendingScore(
        platform_id=platform,
        room=RoomId("e_1"),
        session=session,
        account_id=AccountId(f"i_{number:04d}"),
        line_item="https://school.example/items/1",
        percent=number % 101,
        at=at,
    )


@pytest.fixture
async def kept(tmp_path: Path) -> AsyncIterator[Kept]:
    async with SqliteStore.open(tmp_path / "usher.sqlite3") as store:
        yield Kept(store)


async def test_scores_come_by_pages_in_the_order_in_which_sessions_ended(kept: Kept) -> None:
    keep = kept.keep()
    late = [score("l_a", number, SECOND, NOW + 1) for number in range(3)]
    early = [score("l_a", number) for number in range(5)]
    await keep.put_down(SECOND, late)
    await keep.put_down(FIRST, early)
    await keep.put_down(SessionId("s_other"), [score("l_b", 9)])
    found: list[PendingScore] = []
    after = ""
    while page := await keep.page("l_a", after, 2):
        assert len(page) <= 2
        found += [one for _, one in page]
        after = page[-1][0]
    assert found == [*early, *late]


async def test_what_is_put_down_twice_is_there_once(kept: Kept) -> None:
    scores = [score("l_a", number) for number in range(PUTS_AT_ONCE + 3)]
    assert not await kept.keep().has(FIRST)
    await kept.keep().put_down(FIRST, scores)
    await kept.keep().put_down(FIRST, scores)
    assert await kept.keep().has(FIRST)
    assert not await kept.keep().has(SECOND)
    found = await kept.keep().page("l_a", "", 10 * PUTS_AT_ONCE)
    assert [one for _, one in found] == scores


async def test_platforms_are_those_with_a_score_however_many_each_has(kept: Kept) -> None:
    keep = kept.keep()
    assert await keep.platforms() == []
    for platform in ("l_b", "l_a", "l_aa"):
        await keep.put_down(FIRST, [score(platform, number) for number in range(4)])
    assert await keep.platforms() == ["l_a", "l_aa", "l_b"]
    for key, _ in await keep.page("l_aa", "", 10):
        await keep.drop([key])
    assert await keep.platforms() == ["l_a", "l_b"]


async def test_a_score_that_nobody_took_for_two_weeks_is_given_up(kept: Kept) -> None:
    keep = kept.keep()
    await keep.put_down(FIRST, [score("l_a", 1)])
    kept.now += KEPT_MS - 1
    assert await keep.platforms() == ["l_a"]
    kept.now += 1
    assert await keep.platforms() == []
    # And is not put down again because of that.
    assert await keep.has(FIRST)
