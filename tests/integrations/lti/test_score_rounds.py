"""The order in which scores are tried, with a platform that takes some and not others."""

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, cast

import pytest

from protocol.ids import AccountId, NodeId, PersonId, RoomId, SessionId
from protocol.lti import PlatformView
from server.core.person import Person
from server.integrations.identities import Way, account_of
from server.integrations.lti.score_sender import AT_ONCE, IN_VAIN, ScoreSender, SenderWorld
from server.integrations.lti.scores import Ended, ScoreKeep, Share
from server.integrations.lti.services import Refused, Score
from server.integrations.turns import Turns
from server.store.masterkeys import MasterKeys
from server.store.sealing import Sealer
from server.store.sqlite import SqliteStore

KEY, NOW = b"key", 1_800_000_000_000
SCHOOL = PlatformView(
    platform_id="l_school",
    name="School",
    issuer="https://school.example",
    client_id="c",
    authorize_url="https://school.example/auth",
    token_url="https://school.example/token",
    keys_url="https://school.example/jwks",
    sends_grades=True,
    added_at=NOW,
)


class Platform:
    """Stands for the platform, who is known from it, and what is asked of it."""

    def __init__(self, people: int) -> None:
        subjects = [f"pupil {number}" for number in range(people)]
        named = {account_of(Way.LTI, SCHOOL.issuer, one, KEY): one for one in subjects}
        self.subjects = dict(sorted(named.items()))
        self.status: dict[str, int] = {}
        self.taken: list[str] = []
        self.is_taken = asyncio.Event()

    async def all(self) -> dict[str, PlatformView]:
        return {SCHOOL.platform_id: SCHOOL}

    async def subject(self, account: AccountId) -> str | None:
        return self.subjects.get(account)

    async def send_score(self, _: PlatformView, _item: str, score: Score) -> None:
        if status := self.status.get(score.subject):
            raise Refused(status)
        self.taken.append(score.subject)
        self.is_taken.set()

    @property
    def shares(self) -> list[Share]:
        return [
            Share(account_id=account, person=Person(PersonId(f"n_{account}"), "", ""), percent=1)
            for account in self.subjects
        ]


@asynccontextmanager
async def sending(folder: Path, platform: Platform) -> AsyncIterator[ScoreKeep]:
    """Send to a platform whatever was put down for everybody, over and over."""
    async with SqliteStore.open(folder / "usher.sqlite3") as store:
        sealer = Sealer(store, MasterKeys.of(("k1", b"m" * 32)))
        keep = ScoreKeep(store, sealer, KEY, lambda: NOW)
        ended = Ended(
            platform_id=SCHOOL.platform_id,
            room=RoomId("e_1"),
            session=SessionId("s_1"),
            line_items=("https://school.example/items/1",),
            at=NOW,
        )
        await keep.put_down(ended, platform.shares)
        turns = Turns(
            table="turn", store=store, node=NodeId("n"), clock=lambda: NOW, lasts_ms=1_000
        )
        world = SenderWorld(monotonic=time.monotonic, chance=lambda: 0.5, backoff_s=(0.01,))
        stub = cast(Any, platform)
        sender = ScoreSender(
            keep, turns, world, platforms=stub, people=stub, services=stub, key=KEY
        )
        async with sender.running():
            yield keep


@pytest.mark.parametrize("status", [403, 500, 503])
async def test_whoever_comes_behind_many_that_are_not_taken_has_a_turn(
    tmp_path: Path, status: int
) -> None:
    """More of them than a round tries, and all of them before."""
    platform = Platform(people=AT_ONCE * IN_VAIN + 2)
    *refused, last = platform.subjects.values()
    platform.status = dict.fromkeys(refused, status)
    async with sending(tmp_path, platform) as keep, asyncio.timeout(60):
        await platform.is_taken.wait()
        assert platform.taken == [last]
        # And the others, as soon as that can be.
        platform.status.clear()
        while await keep.platforms():  # noqa: ASYNC110 - the sender tells nobody
            await asyncio.sleep(0.01)
    assert sorted(platform.taken) == sorted(platform.subjects.values())
