"""LiveKit: access tokens for people, and calls that change what somebody connected may do.

Source: https://docs.livekit.io/home/get-started/authentication/ (claims of tokens) and
https://docs.livekit.io/home/server/managing-participants/ (the room service, over Twirp).
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import jwt

from protocol.ids import ParticipantId, SessionId
from protocol.media import MediaSource
from server.core.media import MediaGrant
from server.integrations.outgoing import Outgoing, OutgoingError, checked_target

TOKEN_S = 30
"""How long a token may be used to connect. LiveKit takes no token back: one that was made on stage
works until then, so this is how long somebody who was put off it could come back to it."""
CALL_TOKEN_S = 60
SKEW_S = 10
"""How much later the clock of the media server may be than ours is earlier."""
SERVICE = "/twirp/livekit.RoomService"
NOT_THERE = 404

_TRACK_SOURCES = {
    MediaSource.MICROPHONE: "MICROPHONE",
    MediaSource.CAMERA: "CAMERA",
    MediaSource.SCREEN_SHARE: "SCREEN_SHARE",
}


class MediaError(Exception):
    """The media server did not do what it was asked; one word says why."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LiveKitSettings:
    """Where LiveKit is.

    Args:
        url: `ws(s)://` or `http(s)://`, as browsers reach it.
        api_key: names the secret.
        api_secret: signs.
    """

    url: str
    api_key: str
    api_secret: str = field(repr=False)

    @property
    def service_url(self) -> str:
        """Where its service for servers is."""
        scheme, _, rest = self.url.rstrip("/").partition("://")
        return f"{ {'ws': 'http', 'wss': 'https'}.get(scheme, scheme) }://{rest}{SERVICE}"


class LiveKit:
    """One LiveKit server, or its cloud. A room there is a session here; identities are ours."""

    def __init__(self, settings: LiveKitSettings, outgoing: Outgoing) -> None:
        """Call nothing yet.

        Raises:
            BadTargetError: the URL is none that can be called.
        """
        checked_target(settings.service_url)
        self.settings = settings
        self._outgoing = outgoing

    async def aclose(self) -> None:
        """Close what is open."""
        await self._outgoing.aclose()

    def token(
        self,
        session: SessionId,
        participant: ParticipantId,
        name: str,
        grant: MediaGrant,
        now: int,
    ) -> str:
        """Sign what lets somebody connect, for `TOKEN_S`.

        Args:
            now: ms UTC.
        """
        video = {"roomJoin": True, "room": session, **_token_grant(grant)}
        return self._signed({"sub": participant, "name": name, "video": video}, now, TOKEN_S)

    async def update(
        self, session: SessionId, participant: ParticipantId, grant: MediaGrant, now: int
    ) -> None:
        """Change what somebody who is connected may do; nothing for who is not.

        Raises:
            MediaError: it is not done.
        """
        body = {"room": session, "identity": participant, "permission": _permission(grant)}
        await self._call("UpdateParticipant", session, body, now)

    async def remove(self, session: SessionId, participant: ParticipantId, now: int) -> None:
        """Disconnect somebody; nothing for who is not connected.

        Raises:
            MediaError: it is not done.
        """
        body = {"room": session, "identity": participant}
        await self._call("RemoveParticipant", session, body, now)

    async def end(self, session: SessionId, now: int) -> None:
        """Disconnect everybody.

        Raises:
            MediaError: it is not done.
        """
        await self._call("DeleteRoom", session, {"room": session}, now)

    async def reach(self, now: int) -> None:
        """See whether the server is there and knows the key; nothing is changed.

        Raises:
            MediaError: it is not there, or does not.
        """
        await self._asked("ListRooms", {"roomList": True}, {}, now)

    async def _call(
        self, method: str, session: SessionId, body: Mapping[str, Any], now: int
    ) -> None:
        video = {"roomAdmin": True, "roomCreate": True, "room": session}
        await self._asked(method, video, body, now)

    async def _asked(
        self, method: str, video: Mapping[str, Any], body: Mapping[str, Any], now: int
    ) -> None:
        headers = {
            "content-type": "application/json",
            "authorization": f"Bearer {self._signed({'video': video}, now, CALL_TOKEN_S)}",
        }
        url = f"{self.settings.service_url}/{method}"
        try:
            answer = await self._outgoing.post(url, headers, json.dumps(body).encode())
        except OutgoingError as fault:
            raise MediaError(str(fault)) from None
        if answer.status not in (200, NOT_THERE):
            raise MediaError(f"status_{answer.status}")

    def _signed(self, claims: Mapping[str, Any], now: int, valid_s: int) -> str:
        moment = now // 1000
        times = {"nbf": moment - SKEW_S, "exp": moment + valid_s}
        payload = {"iss": self.settings.api_key, **times, **claims}
        return jwt.encode(payload, self.settings.api_secret, algorithm="HS256")


def _token_grant(grant: MediaGrant) -> dict[str, Any]:
    # With an empty list of sources LiveKit lets everything be sent, so `canPublish` has to say no.
    return {
        "canSubscribe": True,
        "canPublish": bool(grant.may_publish),
        "canPublishSources": [source.value for source in grant.may_publish],
        "canPublishData": False,
        "canUpdateOwnMetadata": False,
    }


def _permission(grant: MediaGrant) -> dict[str, Any]:
    return {
        "can_subscribe": True,
        "can_publish": bool(grant.may_publish),
        "can_publish_sources": [_TRACK_SOURCES[source] for source in grant.may_publish],
        "can_publish_data": False,
        "can_update_metadata": False,
    }
