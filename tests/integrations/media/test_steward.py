"""Whoever is brought to the stage can be heard, and whoever is put out hears no more."""

import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from livekit.api import TokenVerifier

from protocol import commands as c
from protocol.ids import ParticipantId, SessionId
from protocol.roles import Role
from server.surroundings import clock as real_clock
from tests.edge.house import LIVEKIT, House, opened_house
from tests.edge.lines import line
from tests.integrations.receiver import Receiver, receiving


@pytest.fixture
async def receiver() -> AsyncIterator[Receiver]:
    async with receiving() as one:
        one.always = 200
        yield one


@pytest.fixture
async def house(tmp_path: Path, receiver: Receiver) -> AsyncIterator[House]:
    async with opened_house(tmp_path, livekit=receiver.url.removesuffix("/hook")) as one:
        one.clock.ahead_ms += real_clock() - one.clock()
        await one.make_open()
        yield one


def asked(receiver: Receiver) -> list[tuple[str, Any]]:
    """List what the media server was asked for, with what somebody may send."""
    found: list[tuple[str, Any]] = []
    for one in receiver.received:
        body = json.loads(one.body)
        method = one.head.split()[1].rpartition("/")[2]
        found.append((method, body.get("permission", {}).get("can_publish_sources")))
    return found


ON = ["MICROPHONE", "CAMERA", "SCREEN_SHARE"]


async def test_a_promotion_and_the_stage_open_the_microphone_of_who_is_connected(
    house: House, receiver: Receiver
) -> None:
    admitted = await house.admitted_guest()
    guest, session = ParticipantId(admitted["participant_id"]), SessionId(admitted["session_id"])
    async with line(house, session, ticket=admitted["ticket"]) as inside:
        await inside.hello()
        await receiver.until(lambda one: ("UpdateParticipant", []) in asked(one))
        await house.asked(c.SetRole(participant_id=guest, role=Role.SPEAKER))
        await house.asked(c.OfferStage(participant_id=guest))
        await inside.do(c.AnswerStageOffer(is_accepted=True))
        await receiver.until(lambda one: ("UpdateParticipant", ON) in asked(one))
        await house.asked(c.SetHardMute(is_on=True))
        await receiver.until(lambda one: ("UpdateParticipant", ON[1:]) in asked(one))
        await house.asked(c.RemoveFromStage(participant_id=guest))
        await receiver.until(lambda one: asked(one)[-1] == ("UpdateParticipant", []))
        await house.asked(c.Remove(participant_id=guest))
        await receiver.until(lambda one: asked(one)[-1] == ("RemoveParticipant", None))
    await house.asked(c.EndSession())
    await receiver.until(lambda one: asked(one)[-1] == ("DeleteRoom", None))


async def test_what_the_media_server_did_not_take_is_told_again(
    house: House, receiver: Receiver
) -> None:
    admitted = await house.admitted_guest()
    session = SessionId(admitted["session_id"])
    receiver.answers += [500, 503]
    async with line(house, session, ticket=admitted["ticket"]) as inside:
        await inside.hello()
        await receiver.until(lambda one: len(asked(one)) >= 3)
    assert asked(receiver)[:3] == [("UpdateParticipant", [])] * 3


async def test_somebody_inside_gets_a_token_for_what_they_may_send_now(house: House) -> None:
    admitted = await house.admitted_guest()
    session = SessionId(admitted["session_id"])
    program = await house.browser(Authorization=f"Bearer {admitted['ticket']}")
    path = f"/sessions/{session}/media"
    # A seat is held, and they are not inside yet.
    await program.refused("not_found", "POST", path)
    async with line(house, session, ticket=admitted["ticket"]) as inside:
        await inside.hello()
        access = await program.done("POST", path)
    claims = TokenVerifier(*LIVEKIT).verify(access["token"])
    assert claims.identity == admitted["participant_id"]
    assert claims.video is not None
    assert (claims.video.room, claims.video.can_publish) == (session, False)


async def test_whoever_waits_gets_no_token(house: House) -> None:
    _, token = await house.make_link()
    await house.asked(c.SetLock(is_locked=True))
    _, admitted = await house.guest(token)
    program = await house.browser(Authorization=f"Bearer {admitted['ticket']}")
    path = f"/sessions/{admitted['session_id']}/media"
    await program.refused("waiting", "POST", path)


async def test_where_there_is_no_media_server_nobody_gets_one(tmp_path: Path) -> None:
    async with opened_house(tmp_path) as house:
        await house.make_open()
        admitted = await house.admitted_guest()
        program = await house.browser(Authorization=f"Bearer {admitted['ticket']}")
        path = f"/sessions/{admitted['session_id']}/media"
        await program.refused("not_found", "POST", path)
