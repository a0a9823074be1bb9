"""Who is remembered of a course, and who is not, over a real store."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from protocol.lti import PlatformView
from server.edge.directory import StoreDirectory
from server.integrations.calls import Calls
from server.integrations.lti.messages import LaunchMessage
from server.integrations.lti.people import READ_AGAIN_S, People
from server.integrations.lti.services import Member, Services
from server.integrations.lti.tool_keys import ToolKeys
from server.integrations.outgoing import Outgoing
from server.store.masterkeys import MasterKeys
from server.store.sealing import Sealer
from server.store.sqlite import SqliteStore

NOW = 1_800_000_000_000
MOODLE = "https://moodle.example"
PLATFORM = PlatformView(
    issuer=MOODLE,
    client_id="1",
    authorize_url=f"{MOODLE}/auth",
    token_url=f"{MOODLE}/token",
    keys_url=f"{MOODLE}/keys",
    trusts_email=True,
    platform_id="l_1",
    added_at=NOW,
)
ZOE = Member(subject="7", name="Zoe Student", email="zoe@school.example")
MAX = Member(subject="8", name="Max Student", email="max@school.example")


class Course(Services):
    """A course of two, and a signal when its list was read to the end."""

    def __init__(self, store: SqliteStore) -> None:
        keys = ToolKeys(store, (b"k" * 32,), lambda: NOW)
        super().__init__(Calls(Outgoing()), keys, lambda: NOW)
        self.was_read = asyncio.Event()

    async def members(self, platform: PlatformView, url: str) -> AsyncIterator[Member]:
        for one in (ZOE, MAX):
            yield one
        self.was_read.set()


async def nothing(_message: LaunchMessage, _roles: object, _asked_at: int) -> None:
    """What becomes of parts is tried with a real platform (`test_entering`)."""


@pytest.mark.parametrize("comes_again", [False, True])
async def test_who_was_erased_is_known_again_only_when_they_come_themselves(
    tmp_path: Path, comes_again: bool
) -> None:
    async with SqliteStore.open(tmp_path / "usher.sqlite3") as store:
        sealer = Sealer(store, MasterKeys.of(("k1", b"m" * 32)))
        directory = await StoreDirectory.opened(store, sealer, (b"d" * 32,), lambda: NOW)
        course, now = Course(store), 0.0
        people = People(
            directory=directory,
            store=store,
            sealer=sealer,
            services=course,
            person_key=b"p" * 32,
            clock=lambda: NOW,
            monotonic=lambda: now,
            settle=nothing,
        )

        async def read_list() -> None:
            message = LaunchMessage(
                platform_id="l_1",
                deployment="1",
                subject="1",
                context="c",
                members_url=f"{MOODLE}/members",
            )
            course.was_read.clear()
            people.read_members(PLATFORM, message)
            await course.was_read.wait()

        job = asyncio.create_task(people.run())
        await read_list()
        account, zoe = await people.known(PLATFORM, "1", ZOE.subject, ZOE.name, ZOE.email)
        assert await directory.account(account) == zoe

        await sealer.erase(zoe.id)
        if comes_again:
            await people.known(PLATFORM, "1", ZOE.subject, ZOE.name, ZOE.email)
        now += READ_AGAIN_S + 1
        await read_list()
        job.cancel()

        assert await directory.account(account) == (zoe if comes_again else None)
        assert await people.subject(account) == (ZOE.subject if comes_again else None)
        found = [one.name for one in await directory.search("student", 10, None)]
        assert sorted(found) == [MAX.name, *([ZOE.name] if comes_again else [])]
