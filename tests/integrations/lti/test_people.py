"""Who is remembered of a course, and who is not, over a real store."""

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping
from dataclasses import replace
from pathlib import Path

import pytest

from protocol.ids import AccountId
from protocol.lti import PlatformView
from protocol.roles import Role
from server.edge.directory import StoreDirectory
from server.integrations.calls import Calls
from server.integrations.lti.messages import LaunchMessage
from server.integrations.lti.people import READ_AGAIN_S, People, Settle
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
LAUNCH = LaunchMessage(
    platform_id="l_1",
    deployment="1",
    subject="1",
    context="c",
    members_url=f"{MOODLE}/members",
)
INSTRUCTOR = "http://purl.imsglobal.org/vocab/lis/v2/membership#Instructor"
ZOE = Member(subject="7", name="Zoe Student", email="zoe@school.example")
MAX = Member(subject="8", name="Max Student", email="max@school.example")


class Course(Services):
    """Lists of members, and a signal when one was read to its end."""

    def __init__(self, store: SqliteStore) -> None:
        self.lists: dict[str, tuple[Member, ...]] = {LAUNCH.members_url: (ZOE, MAX)}
        keys = ToolKeys(store, (b"k" * 32,), lambda: NOW)
        super().__init__(Calls(Outgoing()), keys, lambda: NOW)
        self.was_read = asyncio.Event()

    async def members(self, platform: PlatformView, url: str) -> AsyncIterator[Member]:
        for one in self.lists[url]:
            yield one
        self.was_read.set()


async def people_of(
    store: SqliteStore, course: Course, settle: Settle, monotonic: Callable[[], float]
) -> tuple[People, StoreDirectory, Sealer]:
    sealer = Sealer(store, MasterKeys.of(("k1", b"m" * 32)))
    directory = await StoreDirectory.opened(store, sealer, (b"d" * 32,), lambda: NOW)
    people = People(
        directory=directory,
        store=store,
        sealer=sealer,
        services=course,
        person_key=b"p" * 32,
        clock=lambda: NOW,
        monotonic=monotonic,
        settle=settle,
    )
    return people, directory, sealer


async def nothing(_message: LaunchMessage, _roles: object, _asked_at: int) -> None:
    """What becomes of parts is tried with a real platform (`test_entering`)."""


@pytest.mark.parametrize("comes_again", [False, True])
async def test_who_was_erased_is_known_again_only_when_they_come_themselves(
    tmp_path: Path, comes_again: bool
) -> None:
    async with SqliteStore.open(tmp_path / "usher.sqlite3") as store:
        course, now = Course(store), 0.0
        people, directory, sealer = await people_of(store, course, nothing, lambda: now)

        async def read_list() -> None:
            course.was_read.clear()
            people.read_members(PLATFORM, LAUNCH)
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


async def test_so_many_members_of_a_course_are_read_and_a_longer_list_takes_no_part_away(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """Whoever is not in a list that was read to its end loses the part that a launch gave."""
    monkeypatch.setattr("server.integrations.lti.people.MAX_MEMBERS", 3)
    settled: asyncio.Queue[tuple[str, int]] = asyncio.Queue()

    async def settle(message: LaunchMessage, roles: Mapping[AccountId, Role], _at: int) -> None:
        settled.put_nowait((message.members_url, len(roles)))

    async with SqliteStore.open(tmp_path / "usher.sqlite3") as store:
        course = Course(store)
        people, directory, _ = await people_of(store, course, settle, lambda: 0.0)
        teacher = Member(subject="1", name="Tea Teacher", email="", roles=(INSTRUCTOR,))
        late = Member(subject="9", name="Leo Student", email="")
        job = asyncio.create_task(people.run())
        longer, whole = (replace(LAUNCH, members_url=f"{MOODLE}/{one}") for one in ("a", "b"))

        # The longer list first, and then one that is just not too long: courses come in turn.
        course.lists = {
            longer.members_url: (teacher, ZOE, MAX, late),
            whole.members_url: (teacher, ZOE, MAX),
        }
        people.read_members(PLATFORM, longer)
        people.read_members(PLATFORM, whole)
        first = await settled.get()
        job.cancel()

        assert first == (whole.members_url, 3)
        found = [one.name for one in await directory.search("student", 10, None)]
        assert sorted(found) == [MAX.name, ZOE.name]
        assert "more than 3 members" in caplog.text
