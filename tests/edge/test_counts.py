"""The feed of counts: who may follow what, how often it speaks, and how it ends."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest

from protocol import commands as c
from protocol.errors import ErrorCode
from protocol.ids import AccountId
from protocol.roles import EntryKind, Part
from server.edge.feeds import Feeds
from server.edge.replies import Denied
from server.hub.settings import HubSettings
from server.store.interface import Unavailable
from tests.edge.browsers import Browser
from tests.edge.house import House, opened_house, until
from tests.edge.lines import line

LIMIT_S = 20


class Reader:
    """What is heard over a feed."""

    def __init__(self, response: httpx.Response) -> None:
        self.response = response
        self.heard: list[tuple[str, str]] = []
        self._lines = response.aiter_lines()

    async def next(self) -> tuple[str, str]:
        """Hear one event: its name and its data. At the end: two empty texts."""
        name = data = ""
        async with asyncio.timeout(LIMIT_S):
            async for text in self._lines:
                field, _, value = text.partition(":")
                if field == "event":
                    name = value.strip()
                elif field in ("data", "retry"):
                    name = name or field
                    data += value.strip()
                elif not text and name:
                    break
        self.heard.append((name, data))
        return name, data

    async def news(self) -> dict[str, Any]:
        """Hear of an entry; beats are passed over."""
        while True:
            name, data = await self.next()
            if name == "counts":
                told: dict[str, Any] = json.loads(data)
                return told
            assert name == "beat", (name, data)

    async def until_end(self) -> list[str]:
        while (await self.next())[0]:
            pass
        return [name for name, _ in self.heard if name]


@asynccontextmanager
async def following(browser: Browser, *entries: str) -> AsyncIterator[Reader]:
    query = {"entries": ",".join(entries)}
    async with browser.http.stream("GET", "/counts", params=query) as response:
        assert response.status_code == 200, await response.aread()
        yield Reader(response)


@pytest.fixture
async def house(tmp_path: Path) -> AsyncIterator[House]:
    """A server whose feeds speak often."""
    async with opened_house(tmp_path, feed_pace_s=0.01, feed_beat_s=0.3) as running:
        yield running


async def test_who_comes_and_goes_is_counted(house: House) -> None:
    session = await house.make_open()
    _, token = await house.make_link()
    async with following(await house.signed_in(), house.room) as reader:
        assert reader.response.headers["content-type"].startswith("text/event-stream")
        assert reader.response.headers["x-accel-buffering"] == "no"
        assert reader.response.headers["cache-control"] == "no-store"
        first = await reader.news()
        assert first["session_id"] == session
        assert first["session_state"] == "open"
        assert first["counts"]["all"] == 0
        assert first["counts"]["waiting"] == 0

        _, admitted = await house.guest(token)
        async with line(house, session, ticket=admitted["ticket"]) as wire:
            await wire.hello()
            news = first
            while news["counts"]["all"] == 0:
                news = await reader.news()
            assert news["counts"]["all"] == 1
            assert news["stamp"] == first["stamp"]


async def test_what_else_changes_is_only_said_to_have_changed(house: House) -> None:
    await house.make_open()
    async with following(await house.signed_in(), house.room) as reader:
        first = await reader.news()
        await house.asked(c.EditEntry(name="Another name"))
        second = await reader.news()

    assert second["stamp"] != first["stamp"]
    assert "Another name" not in str(second)
    assert second["counts"] == first["counts"]


async def test_a_guest_hears_what_guests_may_know(house: House) -> None:
    session = await house.make_open()
    _, token = await house.make_link()
    guest, admitted = await house.guest(token)
    async with line(house, session, ticket=admitted["ticket"]) as wire:
        await wire.hello()
        async with following(guest, house.room) as reader:
            told = await reader.news()

    assert told["counts"].keys() == {"all", "raised_hands", "on_stage", "viewers"}


async def test_a_waiting_guest_hears_no_counts(house: House) -> None:
    await house.make_entry()  # It has not begun, so there is a countdown.
    _, token = await house.make_link()
    guest, _ = await house.guest(token)
    async with following(guest, house.room) as reader:
        told = await reader.news()

    assert "counts" not in told
    assert told["stamp"]


async def test_who_loses_their_part_hears_that_and_nothing_more(house: House) -> None:
    await house.make_open()
    vic = await house.account("Vic", Part.CO_VIEWER)
    async with following(vic, house.room) as reader:
        assert (await reader.news())["counts"]["all"] == 0
        await house.asked(c.RemoveCollaborator(account_id=AccountId("vic")))
        assert await reader.news() == {"entry_id": house.room, "stamp": ""}
        await house.asked(c.EditEntry(name="Not for Vic"))
        assert await reader.next() == ("beat", "")


async def test_strangers_hear_nothing(house: House) -> None:
    await house.make_open()
    nobody = await house.browser()
    await nobody.refused("not_signed_in", "GET", f"/counts?entries={house.room}")
    eve = await house.account("Eve")
    await eve.refused("not_found", "GET", f"/counts?entries={house.room},e_none")
    await eve.refused("not_found", "GET", "/counts?entries=%00")


async def test_of_several_entries_those_are_told_that_are_shown(house: House) -> None:
    await house.make_open()
    vic = await house.account("Vic", Part.CO_VIEWER)
    async with following(vic, "e_none", house.room) as reader:
        told = [await reader.news(), await reader.news()]

    assert {one["entry_id"]: bool(one["stamp"]) for one in told} == {
        "e_none": False, house.room: True,
    }  # fmt: skip


@pytest.mark.parametrize("query", ["", "?entries=", "?entries=" + ",".join(map(str, range(51)))])
async def test_as_many_entries_as_a_page_shows_may_be_followed(house: House, query: str) -> None:
    host = await house.signed_in()
    await host.refused("bad_request", "GET", f"/counts{query}")


async def test_a_program_needs_a_scope_that_reads(house: House) -> None:
    await house.make_open()
    async with following(await house.platform("read"), house.room) as reader:
        assert (await reader.news())["counts"]["all"] == 0
    other = await house.platform("tokens")
    await other.refused("not_allowed", "GET", f"/counts?entries={house.room}")


async def test_many_changes_are_one_event(tmp_path: Path) -> None:
    async with opened_house(tmp_path, feed_pace_s=1.0, feed_beat_s=0.2) as house:
        await house.make_open()
        async with following(await house.signed_in(), house.room) as reader:
            await reader.news()
            edits = (c.EditEntry(description=f"Number {number}") for number in range(20))
            await asyncio.gather(*(house.asked(edit) for edit in edits))
            await reader.news()
            # Nothing but beats comes afterwards: nothing was kept in a queue.
            assert [await reader.next() for _ in range(2)] == [("beat", ""), ("beat", "")]


async def test_nothing_is_said_of_what_is_as_it_was(house: House) -> None:
    await house.make_open()
    async with following(await house.signed_in(), house.room) as reader:
        await reader.news()
        for _ in range(3):
            assert await reader.next() == ("beat", "")


async def test_who_goes_is_forgotten(house: House) -> None:
    await house.make_open()
    room = await house.hub.room(house.room)
    assert room is not None
    async with following(await house.signed_in(), house.room) as reader:
        await reader.news()
        assert len(room.listeners) == 1
    await until(lambda: len(room.listeners) == 0)


async def test_a_room_that_is_looked_at_stays_in_memory(tmp_path: Path) -> None:
    settings = HubSettings(tick_ms=5, ping_ms=2_000, idle_s=0.05)
    async with opened_house(
        tmp_path, settings=settings, feed_pace_s=0.01, feed_beat_s=0.3
    ) as house:
        await house.make_open()
        async with following(await house.signed_in(), house.room) as reader:
            await reader.news()
            room = await house.hub.room(house.room)
            assert [await reader.next() for _ in range(2)] == [("beat", "")] * 2
            assert await house.hub.room(house.room) is room


async def test_a_store_that_does_not_answer_takes_nothing_away(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def silent(_room: str) -> None:
        raise Unavailable("away")

    await house.make_open()
    async with following(await house.signed_in(), house.room) as reader:
        await reader.news()
        with monkeypatch.context() as patch:
            patch.setattr(house.hub, "look", silent)
            assert await reader.next() == ("beat", "")
            assert await reader.next() == ("beat", "")
        await house.asked(c.EditEntry(name="Later"))
        assert (await reader.news())["stamp"]


async def test_a_feed_ends_with_the_node_and_says_when_to_come_back(house: House) -> None:
    await house.make_open()
    async with following(await house.signed_in(), house.room) as reader:
        await reader.news()
        stopping = asyncio.create_task(house.hub.stop())
        heard = await reader.until_end()
        await stopping

    assert heard[-1] == "retry"
    assert 500 <= int(reader.heard[-2][1]) <= 5_500


async def test_a_feed_ends_after_a_while_so_that_its_reader_is_looked_at_anew(
    tmp_path: Path,
) -> None:
    async with opened_house(tmp_path, feed_pace_s=0.01, feed_beat_s=0.05, feed_life_s=0.2) as house:
        await house.make_open()
        async with following(await house.signed_in(), house.room) as reader:
            assert "counts" in await reader.until_end()


async def test_one_caller_has_so_many_feeds_and_no_more(tmp_path: Path) -> None:
    async with opened_house(tmp_path, feeds_per_caller=1, max_feeds=2) as house:
        await house.make_open()
        host = await house.signed_in()
        vic = await house.account("Vic", Part.CO_VIEWER)
        wes = await house.account("Wes", Part.CO_VIEWER)
        path = f"/counts?entries={house.room}"
        async with following(host, house.room) as first:
            await first.news()
            problem = await host.refused("rate_limited", "GET", path)
            assert problem["again"]
            async with following(vic, house.room) as second:
                await second.news()
                await wes.refused("overloaded", "GET", path)
        async with asyncio.timeout(LIMIT_S):
            while True:
                try:
                    async with following(host, house.room) as again:
                        await again.news()
                        break
                except AssertionError:
                    continue


async def test_the_head_alone_is_not_followed(house: House) -> None:
    await house.make_open()
    host = await house.signed_in()
    answer = await host.call("HEAD", f"/counts?entries={house.room}")

    assert (answer.status_code, answer.content) == (200, b"")


async def test_content_that_is_not_live_is_counted_too(house: House) -> None:
    await house.make_entry(kind=EntryKind.VIDEO)
    async with following(await house.signed_in(), house.room) as reader:
        assert (await reader.news())["counts"]["all"] == 0


def test_feeds_are_counted_for_as_long_as_they_are_open() -> None:
    feeds = Feeds(2, 1)
    with feeds.opened("ada"), feeds.opened("bob"):
        assert len(feeds) == 2
        with pytest.raises(Denied) as all_taken:
            feeds.refuse_more("cy")
        assert all_taken.value.code is ErrorCode.OVERLOADED
    feeds.refuse_more("ada")
    assert len(feeds) == 0
