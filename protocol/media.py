"""What a media server lets somebody do: the way from the list of people to sound and picture."""

from enum import StrEnum

from protocol.model import Wire
from protocol.text import Millis


class MediaSource(StrEnum):
    """What can be sent. The names are those of LiveKit."""

    MICROPHONE = "microphone"
    CAMERA = "camera"
    SCREEN_SHARE = "screen_share"


class MediaAccess(Wire):
    """How to enter the media plane as oneself.

    Args:
        url: of the media server.
        token: a LiveKit access token, for this person in this session alone. Ask for a new one
            when it has expired before connecting; who is connected needs none.
        may_publish: what the token lets them send now; changes reach the media server directly.
    """

    url: str
    token: str
    expires_at: Millis
    may_publish: tuple[MediaSource, ...] = ()
