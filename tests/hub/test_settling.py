"""Everybody comes back at once: how often is written and shown does not grow with how many."""

import asyncio

import pytest

from protocol.views import Window
from server.core.actors import SERVER
from server.hub.room import Settled
from tests.hub.conftest import Client, Stage

FEW, MANY = 10, 100


@pytest.mark.parametrize("people", [FEW, MANY])
async def test_everybody_back_at_once_is_a_few_appends_and_one_view_for_each(
    stage: Stage, people: int
) -> None:
    """What 300 people settle in, counted in steps: the seconds are the machine's."""
    opened = await stage.opened(people)
    for guest in opened.guests:
        await stage.drop(guest)
    await stage.until(lambda state: all(not one.of(state).connections for one in opened.guests))
    room = await stage.room()
    before = stage.hub.tally.appends

    async def back(guest: Client) -> Client:
        device = guest.watcher.device_id
        watcher = stage.watcher_of(guest.admitted, device)
        room.attach(watcher)
        room.watch(watcher, Window())
        outcome = await room.ask(stage.opening_of(watcher, guest.admitted), SERVER)
        assert isinstance(outcome, Settled)
        client = Client(watcher, guest.session_id, admitted=guest.admitted)
        stage.begins(client, room)
        return client

    returned = await asyncio.gather(*(back(guest) for guest in opened.guests))
    appends = stage.hub.tally.appends - before
    for client in returned:
        await client.counts(all=people + 1)

    assert appends <= 3
    assert {client.snapshots for client in returned} == {1}
    assert max(client.deltas for client in returned) <= appends
