"""The client for programs against the real server: doors, rooms, refusals, and coming back."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import aclosing
from pathlib import Path

import pytest
import pytest_asyncio

from protocol import commands as c
from protocol.client import (
    Backoff,
    Client,
    ErrorCode,
    Group,
    Options,
    Range,
    Refused,
    Role,
    Room,
    Unreachable,
    Usher,
    Window,
)
from protocol.codec import JSON
from protocol.ids import AccountId
from protocol.messages import NoticeKind, ServerMessage, Welcome
from protocol.roles import EntryKind, InvitationType, SessionState
from protocol.views import GuestAccessView
from tests.running import RunningServer, free_port, running_server

ROOM = "e_demo-room"
SOON = Options(backoff=Backoff(first_s=0.05, most_s=0.2))
pytestmark = pytest.mark.asyncio(loop_scope="module")


class Place:
    """A server with an open room, as a platform with every right sees it."""

    def __init__(self, server: RunningServer, platform: Usher) -> None:
        self.server = server
        self.platform = platform
        self.link = ""

    async def prepare(self) -> None:
        await self.platform.do(c.StartSession(), ROOM)
        await self.platform.do(c.SetGuestAccess(is_on=True), ROOM)
        await self.platform.do(c.CreateGuestLink(name="Any"), ROOM)
        access = await self.platform.call("GET", f"/entries/{ROOM}/guest-access", GuestAccessView)
        self.link = access.links[0].url

    def person(self) -> Usher:
        return Usher(self.server.url, options=SOON, timeout_s=30)

    async def host(self) -> tuple[Usher, str]:
        """Sign a host in by a token, and say as which participant they come."""
        token = await self.platform.mint_token(
            "hanna", "Hanna", "hanna@example.org", entry_id=ROOM, part="co_owner"
        )
        usher = self.person()
        await usher.sign_in(token.url)
        return usher, (await usher.enter(ROOM)).participant_id


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def place(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Place]:
    async with running_server(tmp_path_factory.mktemp("place")) as server:
        scopes = [part for scope in ("tokens", "entries") for part in ("--scope", scope)]
        code, out, errors = await server.usher("key", "create", "--name", "all", *scopes)
        assert code == 0, errors
        async with Usher(server.url, key=json.loads(out)["key"]) as platform:
            made = Place(server, platform)
            await made.prepare()
            yield made


def has(room: Room, name: str, group: Group | None = None) -> bool:
    return any(row.name == name for row in room.rows(group))


# --- the way in ----------------------------------------------------------------------------


async def test_a_guest_looks_at_a_link_comes_by_it_and_comes_again(place: Place) -> None:
    async with place.person() as usher:
        door = await usher.look_at_guest_link(place.link)
        first = await usher.redeem_guest_link(place.link, "Ada", "ada@example.org")
        again = await usher.return_by_guest_link(place.link)

    assert door.session_state is SessionState.OPEN
    assert first.participant_id == again.participant_id
    assert first.role is Role.VIEWER


async def test_an_invitation_lets_nobody_in_but_the_invited(place: Place) -> None:
    invitee = c.Invitee(email="ines@example.org")
    done = await place.platform.do(
        c.Invite(invitees=(invitee,), invitation_type=InvitationType.SPEAKER, send_mail=False), ROOM
    )
    host, _ = await place.host()
    async with host, place.person() as usher:
        [invitation] = done.result["invitation_ids"]
        path = f"/entries/{ROOM}/invitations/{invitation}/link"
        link = (await host.call("GET", path, dict[str, str]))["url"]
        with pytest.raises(Refused) as caught:
            await usher.redeem_invitation(link, "eve@example.org")
        admitted = await usher.redeem_invitation(link, "ines@example.org")

    assert caught.value.code is ErrorCode.EMAIL_MISMATCH
    assert admitted.role is Role.SPEAKER


async def test_a_platform_makes_an_entry_once_however_often_it_asks(place: Place) -> None:
    owner = c.Owner(account_id=AccountId("olga"), name="Olga", email="olga@example.org")
    command = c.CreateEntry(kind=EntryKind.ROOM, name="Made by a program", owner=owner)

    made = [await place.platform.do(command, command_id="once") for _ in range(2)]

    assert made[0] == made[1]
    names = [entry.name for entry in await place.platform.entries(limit=200)]
    assert names.count("Made by a program") == 1


async def test_somebody_comes_with_a_host_token_alone(place: Place) -> None:
    token = await place.platform.mint_token(
        "olga", "Olga", "olga@example.org", entry_id=ROOM, part="co_viewer"
    )
    async with place.person() as usher:
        admitted = await usher.enter_with_token(token.token)
        with pytest.raises(Refused) as caught:
            await usher.enter_with_token(token.token)

    assert admitted.session_id.startswith(ROOM)
    assert caught.value.code is ErrorCode.TOKEN_INVALID
    assert not caught.value.again


@pytest.mark.parametrize(
    "link", ["AQEBA2VfMQNsXzFG9U", "https://usher.example/join#g.AQEBA2VfMQNs"]
)
async def test_a_link_that_is_none_is_refused_with_a_code(place: Place, link: str) -> None:
    async with place.person() as usher:
        with pytest.raises(Refused) as caught:
            await usher.redeem_guest_link(link, "Ada", "ada@example.org")

    assert caught.value.code is ErrorCode.LINK_NOT_FOUND


async def test_what_is_no_link_at_all_is_not_sent(place: Place) -> None:
    async with place.person() as usher:
        with pytest.raises(ValueError, match="no link of usher"):
            await usher.look_at_guest_link("https://usher.example/join#x.y z")


async def test_a_server_is_reached_by_an_inner_address_of_it(tmp_path: Path) -> None:
    outer = "https://127.0.0.1"
    codes = []
    async with running_server(tmp_path, {"USHER_URL": outer}) as server:
        for origin in (None, outer):
            async with Usher(server.url, origin=origin) as usher:
                with pytest.raises(Refused) as caught:
                    await usher.look_at_guest_link("AQEBA2VfMQNsXzFG9U")
                codes.append(caught.value.code)

    assert codes == [ErrorCode.BAD_ORIGIN, ErrorCode.LINK_NOT_FOUND]


async def test_a_server_that_is_not_there_is_unreachable() -> None:
    async with Usher(f"http://127.0.0.1:{free_port()}") as usher:
        with pytest.raises(Unreachable):
            await usher.me()


# --- in the room ---------------------------------------------------------------------------


async def test_a_guest_raises_a_hand_and_is_promoted_live(place: Place) -> None:
    host, _ = await place.host()
    async with host, place.person() as usher:
        guest = await usher.redeem_guest_link(place.link, "Gil", "gil@example.org")
        async with (
            usher.room(guest, codec=JSON) as room,
            host.room(await host.enter(ROOM)) as staff,
        ):
            await room.raise_hand()
            await staff.until(lambda _: has(staff, "Gil", Group.RAISED_HANDS))
            await staff.set_role(guest.participant_id, "moderator")
            async for notice in room.notices():
                assert notice.kind is NoticeKind.ROLE_CHANGED
                break
            await room.until(lambda it: it.you is not None and it.you.role is Role.MODERATOR)
            await staff.undo_role(guest.participant_id)
            with pytest.raises(Refused) as caught:
                await room.lock()

    assert caught.value.code is ErrorCode.NOT_ALLOWED


async def test_a_window_is_moved_and_searched_while_counts_stay_exact(place: Place) -> None:
    async with place.person() as usher, place.person() as other:
        ada = await usher.redeem_guest_link(place.link, "Window Ada", "wada@example.org")
        bob = await other.redeem_guest_link(place.link, "Window Bob", "wbob@example.org")
        async with usher.room(ada) as room, other.room(bob):
            await room.until(lambda _: has(room, "Window Bob"))
            found = await room.search("window b")
            one = await room.look(Group.VIEWERS, first=1, count=1)
            assert room.counts is not None

    assert [row.name for row in found] == ["Window Bob"]
    assert len(one) == 1
    assert room.counts.all >= 2


async def test_counts_are_followed_without_a_list(place: Place) -> None:
    host, _ = await place.host()
    async with host, place.person() as usher:
        guest = await usher.redeem_guest_link(place.link, "Counted", "counted@example.org")
        async with asyncio.timeout(30), aclosing(host.counts([ROOM])) as feed:
            before = await anext(feed)
            assert before.counts is not None
            async with usher.room(guest):
                async for news in feed:
                    if news.counts is not None and news.counts.all > before.counts.all:
                        break


async def test_counts_of_what_is_not_there_are_refused_at_once(place: Place) -> None:
    with pytest.raises(Refused) as caught:
        await anext(place.platform.counts(["e_nothing"]))

    assert caught.value.code in (ErrorCode.NOT_FOUND, ErrorCode.NOT_ALLOWED)


# --- lost lines ----------------------------------------------------------------------------


async def test_after_a_cut_the_view_goes_on_from_its_position(place: Place) -> None:
    """Somebody else looks at the same part, so that it was kept; nothing in it has changed."""
    welcomes: list[Welcome] = []

    def note(message: ServerMessage) -> None:
        if isinstance(message, Welcome):
            welcomes.append(message)

    noting = Options(backoff=SOON.backoff, on_message=note)
    stage = Window(groups={Group.ON_STAGE: Range(first=0, count=10)})
    async with place.person() as usher, place.person() as other:
        rita = await usher.redeem_guest_link(place.link, "Rita", "rita@example.org")
        olaf = await other.redeem_guest_link(place.link, "Olaf", "olaf@example.org")
        async with (
            other.room(olaf, window=stage) as still,
            usher.room(rita, window=stage, options=noting) as room,
        ):
            await still.until(lambda it: it.is_current)
            await room.until(lambda it: it.is_current)
            # Others come and go meanwhile, and then the view has changed: as often as it takes.
            while not welcomes[-1].is_resumed:
                room.drop()
                await room.until(lambda it: not it.is_connected)
                await room.until(lambda it: it.is_current)

    assert {welcome.participant_id for welcome in welcomes} == {rita.participant_id}
    assert room.state.snapshots == len(welcomes) - 1


async def test_a_killed_server_is_come_back_to_and_nothing_is_done_twice(tmp_path: Path) -> None:
    async with running_server(tmp_path) as server:
        code, out, errors = await server.usher("key", "create", "--name", "k", "--scope", "entries")
        assert code == 0, errors
        async with (
            Usher(server.url, key=json.loads(out)["key"]) as platform,
            Usher(server.url, options=SOON) as usher,
        ):
            place = Place(server, platform)
            await place.prepare()
            guest = await usher.redeem_guest_link(place.link, "Kay", "kay@example.org")
            async with usher.room(guest) as room:
                await room.until(lambda _: has(room, "Kay"))
                raised = await room.ask(c.RaiseHand(), id="hand-1")
                await server.kill()
                await room.until(lambda it: not it.is_connected)
                lowered = asyncio.create_task(room.do(c.LowerHand(), id="hand-2", timeout_s=60))
                await server.start()
                assert (await lowered).is_done
                again = await room.ask(c.RaiseHand(), id="hand-1")
                assert again.version is not None
                await room.until(lambda it: _version(it) >= (again.version or 0))

                assert raised.is_done
                assert again.is_done
                assert room.you is not None
                assert room.you.participant_id == guest.participant_id
                assert has(room, "Kay", Group.VIEWERS)
                assert room.state.pending == {}


async def test_who_was_removed_does_not_come_back(place: Place) -> None:
    host, _ = await place.host()
    async with host, place.person() as usher:
        guest = await usher.redeem_guest_link(place.link, "Rex", "rex@example.org")
        async with usher.room(guest) as room, host.room(await host.enter(ROOM)) as staff:
            await staff.remove(guest.participant_id)
            await asyncio.wait_for(_over(room), 20)
            assert room.problem is not None
            assert room.problem.code is ErrorCode.REMOVED
            with pytest.raises(Refused):
                await room.raise_hand()


def _version(client: Client) -> int:
    return client.state.position.version if client.state.position is not None else 0


async def _over(room: Room) -> None:
    async for _ in room.views():
        pass
