"""Entries are not made without end."""

import asyncio
from pathlib import Path

import pytest

from protocol.ids import RoomId
from server.edge.entry_count import FRESH_S, PAGE, EntryCount
from server.edge.replies import Denied
from tests.edge.house import opened_house

BODY = {"kind": "room", "name": "One more"}


class Shelf:
    """Lists as many entries as a test puts into it."""

    def __init__(self, count: int) -> None:
        self.count = count
        self.asked = 0

    async def entries(self, after: str, limit: int) -> list[RoomId]:
        self.asked += 1
        first = int(after[2:]) + 1 if after else 0
        return [RoomId(f"e_{one:07d}") for one in range(first, min(self.count, first + limit))]


def counting(shelf: Shelf, most: int, now: list[float]) -> EntryCount:
    return EntryCount(shelf, most, lambda: now[0])  # type: ignore[arg-type]


async def test_the_site_has_so_many_entries_and_no_more(tmp_path: Path) -> None:
    async with opened_house(tmp_path, max_entries=3) as house:
        await house.make_entry()
        host = await house.signed_in()

        answers = await asyncio.gather(*(host.call("POST", "/entries", BODY) for _ in range(6)))

        assert sorted(one.status_code for one in answers) == [200, 200, 413, 413, 413, 413]
        await host.refused("too_large", "POST", "/entries", BODY)
        assert len(await house.directory.entries("", 100)) == 3


async def test_all_pages_are_counted_and_not_each_time() -> None:
    shelf, now = Shelf(2 * PAGE + 1), [0.0]
    count = counting(shelf, 2 * PAGE + 3, now)

    for _ in range(2):
        async with count.one_more():
            pass
    with pytest.raises(Denied):
        async with count.one_more():
            pass

    assert shelf.asked == 4


async def test_what_other_nodes_have_made_is_seen_after_a_while() -> None:
    shelf, now = Shelf(0), [0.0]
    count = counting(shelf, 10, now)
    async with count.one_more():
        pass

    shelf.count = 10
    now[0] = FRESH_S + 1

    with pytest.raises(Denied):
        async with count.one_more():
            pass


async def test_an_entry_that_was_not_made_does_not_count() -> None:
    count = counting(Shelf(0), 1, [0.0])

    for _ in range(3):
        with pytest.raises(RuntimeError):
            async with count.one_more():
                raise RuntimeError

    async with count.one_more():
        pass
