"""Whoever may not be inside any more loses their sockets, at whatever node these are."""

import logging
import time
from functools import partial
from pathlib import Path

import pytest

from protocol import commands as c
from protocol.errors import ErrorCode
from protocol.ids import LinkId
from protocol.views import Window
from server.core import orders as o
from server.core.actors import SERVER
from server.core.state import RoomState
from tests.faults.hubs import many_hubs
from tests.hub.conftest import Client, Stage
from tests.redis_servers import own_prefix

log = logging.getLogger(__name__)

WAYS = ("removed", "blocked", "revoked", "erased", "left", "ended")


def is_known(guest: Client, state: RoomState) -> bool:
    """Say whether a node has read that somebody's socket is open at the other."""
    return guest.id in state.participants and bool(guest.of(state).connections)


async def act(way: str, stage: Stage, guest: Client, link: LinkId) -> None:
    """Do at one node what ends somebody's stay at the other."""
    match way:
        case "removed":
            await stage.done(c.Remove(participant_id=guest.id), stage.host)
        case "blocked":
            await stage.done(c.Block(participant_id=guest.id), stage.host)
        case "revoked":
            await stage.done(c.RevokeGuestLink(link_id=link), stage.host)
        case "erased":
            person_id = guest.of(await stage.state()).person.id
            await stage.done(o.ErasePeople(person_ids=(person_id,)), SERVER)
        case "left":  # As signing out does, for the sockets of one browser.
            closed = ((guest.id, guest.watcher.connection_id),)
            await stage.done(o.CloseConnections(closed=closed), SERVER)
        case _:
            await stage.done(c.EndSession(), stage.host)


@pytest.mark.timeout(120)
async def test_sockets_at_another_node_are_closed_whatever_ends_a_stay(
    tmp_path: Path, redis_url: str
) -> None:
    async with many_hubs(own_prefix(redis_url, tmp_path), 2) as [here, there]:
        await here.make_room()
        host = await here.enter_host()
        await here.done(c.StartSession(), host.actor)
        for way in WAYS:
            link = await here.make_link()
            guest = await there.enter_guest(link, f"Guest-{way}", Window())
            await guest.until(lambda one: one.view is not None)
            await here.until(partial(is_known, guest))
            begun = time.monotonic()
            await act(way, here, guest, link)
            await guest.until(lambda one: one.is_closed)
            # A figure for docs/reliability.md; nothing here depends on it.
            log.info("%s: closed after %d ms", way, 1000 * (time.monotonic() - begun))
            if way != "revoked":
                await here.done(c.DeleteGuestLink(link_id=link), here.host)
        assert guest.goodbye is not None
        assert guest.goodbye.problem.code is ErrorCode.SESSION_ENDED
