"""Scores that are to be sent: kept in order, the same however often they are put down."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from protocol.ids import AccountId, PersonId, RoomId, SessionId
from server.core.person import Person
from server.integrations.lti.scores import (
    KEPT_MS,
    PUTS_AT_ONCE,
    Ended,
    PendingScore,
    ScoreKeep,
    Share,
)
from server.store.masterkeys import MasterKeys
from server.store.sealing import Sealer
from server.store.sqlite import SqliteStore

NOW = 1_800_000_000_000
ITEM = "https://school.example/items/1"


class Nodes:
    """The keeps of nodes, on one store and one clock."""

    def __init__(self, store: SqliteStore, sealer: Sealer) -> None:
        self.store = store
        self.sealer = sealer
        self.now = NOW

    def keep(self) -> ScoreKeep:
        return ScoreKeep(self.store, self.sealer, b"key", lambda: self.now)

    async def all(self, platform: str, limit: int = 2) -> list[PendingScore]:
        """List what is to be sent to a platform, page by page."""
        found: list[PendingScore] = []
        after = ""
        while page := await self.keep().page(platform, after, limit):
            assert len(page) <= limit
            found += [one.score for one in page if not one.is_outdone]
            after = page[-1].key
        return found


def ended(
    platform: str, session: str = "s_1", at: int = NOW, items: tuple[str, ...] = (ITEM,)
) -> Ended:
    return Ended(
        platform_id=platform,
        room=RoomId("e_1"),
        session=SessionId(session),
        line_items=items,
        at=at,
    )


def share(number: int, percent: int = 50) -> Share:
    person = Person(PersonId(f"n_{number:04d}"), f"Pupil {number}", f"{number}@school.example")
    return Share(account_id=AccountId(f"i_{number:04d}"), person=person, percent=percent)


@pytest.fixture
async def nodes(tmp_path: Path) -> AsyncIterator[Nodes]:
    async with SqliteStore.open(tmp_path / "usher.sqlite3") as store:
        yield Nodes(store, Sealer(store, MasterKeys.of(("k1", b"m" * 32))))


async def test_of_one_person_for_one_activity_the_newest_alone_is_sent(nodes: Nodes) -> None:
    keep = nodes.keep()
    await keep.put_down(ended("l_a", "s_2", NOW + 1), [share(1, 40), share(2, 41)])
    await keep.put_down(ended("l_a", "s_1"), [share(0, 100), share(1, 100)])
    await keep.put_down(ended("l_b", "s_3"), [share(1, 77)])
    for limit in (1, 2, 10):
        found = [(one.account_id, one.percent) for one in await nodes.all("l_a", limit)]
        assert found == [("i_0000", 100), ("i_0001", 40), ("i_0002", 41)]


async def test_each_activity_of_a_room_has_a_score_of_its_own(nodes: Nodes) -> None:
    items = (ITEM, f"{ITEM}0")
    await nodes.keep().put_down(ended("l_a", items=items), [share(1)])
    assert {one.line_item for one in await nodes.all("l_a")} == set(items)


async def test_what_is_put_down_twice_is_there_once(nodes: Nodes) -> None:
    shares = [share(number) for number in range(PUTS_AT_ONCE + 3)]
    assert not await nodes.keep().is_over(ended("l_a"))
    await nodes.keep().put_down(ended("l_a"), shares)
    await nodes.keep().put_down(ended("l_a"), shares)
    assert await nodes.keep().is_over(ended("l_a"))
    assert not await nodes.keep().is_over(ended("l_a", "s_2"))
    found = await nodes.all("l_a", PUTS_AT_ONCE)
    assert [one.account_id for one in found] == [one.account_id for one in shares]


async def test_platforms_are_those_with_a_score_however_many_each_has(nodes: Nodes) -> None:
    keep = nodes.keep()
    assert await keep.platforms() == []
    for platform in ("l_b", "l_a", "l_aa"):
        await keep.put_down(ended(platform), [share(number) for number in range(4)])
    assert await keep.platforms() == ["l_a", "l_aa", "l_b"]
    await keep.drop([one.key for one in await keep.page("l_aa", "", 10)])
    assert await keep.platforms() == ["l_a", "l_b"]


async def test_two_weeks_after_a_session_nothing_of_it_is_sent_or_put_down(nodes: Nodes) -> None:
    keep = nodes.keep()
    await keep.put_down(ended("l_a"), [share(1)])
    nodes.now += KEPT_MS - 1
    assert await keep.platforms() == ["l_a"]
    nodes.now += 1
    assert await keep.platforms() == []
    assert await keep.is_over(ended("l_a"))
    assert await keep.is_over(ended("l_a", "s_never"))


async def test_whoever_was_erased_and_came_again_is_erased_for_the_score(nodes: Nodes) -> None:
    keep, gone, stays = nodes.keep(), share(1), share(2)
    await keep.put_down(ended("l_a"), [gone, stays])
    await nodes.sealer.erase(gone.person.id)
    await nodes.sealer.seal_person(gone.person)
    found = {one.account_id: await keep.is_erased(one) for one in await nodes.all("l_a")}
    assert found == {gone.account_id: True, stays.account_id: False}
