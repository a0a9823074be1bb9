"""Tokens as LiveKit documents them, read by libraries that we did not write."""

import json
from collections.abc import AsyncIterator

import pytest
from joserfc import jwt as joserfc_jwt
from joserfc.jwk import OctKey
from livekit.api import TokenVerifier

from protocol.ids import ParticipantId, SessionId
from protocol.media import MediaSource
from server.core.media import MediaGrant
from server.integrations.media.livekit import LiveKit, LiveKitSettings, MediaError
from server.integrations.outgoing import EVERYWHERE, BadTargetError, Outgoing
from server.surroundings import clock
from tests.integrations.receiver import Receiver, receiving

KEY, SECRET = "devkey", "a secret that is long enough for HS256"
SESSION, ADA = SessionId("e_1.k2"), ParticipantId("m_ada")
ON_STAGE = MediaGrant(may_publish=(MediaSource.MICROPHONE, MediaSource.CAMERA))


@pytest.fixture
async def receiver() -> AsyncIterator[Receiver]:
    async with receiving() as one:
        one.always = 200
        yield one


@pytest.fixture
async def livekit(receiver: Receiver) -> AsyncIterator[LiveKit]:
    url = receiver.url.removesuffix("/hook").replace("http", "ws")
    settings = LiveKitSettings(url=url, api_key=KEY, api_secret=SECRET)
    one = LiveKit(settings, Outgoing(EVERYWHERE))
    yield one
    await one.aclose()


def token(livekit: LiveKit, grant: MediaGrant) -> str:
    return livekit.token(SESSION, ADA, "Ada Lovelace", grant, clock())


def test_a_token_lets_one_person_into_one_session_to_send_what_is_granted(
    livekit: LiveKit,
) -> None:
    claims = TokenVerifier(KEY, SECRET).verify(token(livekit, ON_STAGE))
    assert (claims.identity, claims.name) == (ADA, "Ada Lovelace")
    video = claims.video
    assert video is not None
    assert (video.room_join, video.room) == (True, SESSION)
    assert (video.can_publish, video.can_subscribe) == (True, True)
    assert video.can_publish_sources == ["microphone", "camera"]
    assert not video.room_admin
    assert not video.can_publish_data
    assert not video.can_update_own_metadata


def test_an_independent_library_reads_the_same(livekit: LiveKit) -> None:
    read = joserfc_jwt.decode(
        token(livekit, MediaGrant()), OctKey.import_key(SECRET), algorithms=["HS256"]
    )
    assert read.header["alg"] == "HS256"
    assert read.claims["iss"] == KEY
    assert read.claims["exp"] - read.claims["nbf"] == 40
    assert read.claims["video"] == {
        "roomJoin": True,
        "room": SESSION,
        "canSubscribe": True,
        "canPublish": False,
        "canPublishSources": [],
        "canPublishData": False,
        "canUpdateOwnMetadata": False,
    }


async def test_a_change_is_asked_for_by_one_who_may_in_that_room_alone(
    livekit: LiveKit, receiver: Receiver
) -> None:
    await livekit.update(SESSION, ADA, ON_STAGE, clock())
    [asked] = receiver.received
    assert asked.head == "POST /twirp/livekit.RoomService/UpdateParticipant HTTP/1.1"
    assert json.loads(asked.body) == {
        "room": SESSION,
        "identity": ADA,
        "permission": {
            "can_subscribe": True,
            "can_publish": True,
            "can_publish_sources": ["MICROPHONE", "CAMERA"],
            "can_publish_data": False,
            "can_update_metadata": False,
        },
    }
    bearer = asked.headers["authorization"].removeprefix("Bearer ")
    video = TokenVerifier(KEY, SECRET).verify(bearer).video
    assert video is not None
    assert (video.room_admin, video.room) == (True, SESSION)
    assert not video.room_join


async def test_whoever_is_not_connected_there_needs_nothing(
    livekit: LiveKit, receiver: Receiver
) -> None:
    receiver.answers += [404]
    await livekit.remove(SESSION, ADA, clock())
    assert len(receiver.received) == 1


@pytest.mark.parametrize("status", [401, 500, 302])
async def test_any_other_answer_is_a_failure(
    livekit: LiveKit, receiver: Receiver, status: int
) -> None:
    receiver.answers += [status]
    with pytest.raises(MediaError, match=f"status_{status}"):
        await livekit.end(SESSION, clock())


def test_the_secret_is_not_shown() -> None:
    settings = LiveKitSettings(url="wss://lk.example", api_key=KEY, api_secret=SECRET)
    assert SECRET not in repr(settings)
    assert settings.service_url == "https://lk.example/twirp/livekit.RoomService"


def test_an_address_that_is_none_is_refused_at_the_start() -> None:
    settings = LiveKitSettings(url="lk.example", api_key=KEY, api_secret=SECRET)
    with pytest.raises(BadTargetError):
        LiveKit(settings, Outgoing())
