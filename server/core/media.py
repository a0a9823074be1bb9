"""Who may send and hear what, as a media server is to be told: derived from role and stage.

The stage is the place of those who are heard and seen, so nobody off the stage sends anything,
and a hard mute closes the microphones that it holds. A plain mute is a wish to somebody's app.
"""

from dataclasses import dataclass

from protocol.media import MediaSource
from protocol.roles import Role, StagePlace
from server.core.state import Participant, RoomState


@dataclass(frozen=True, slots=True, kw_only=True)
class MediaGrant:
    """What somebody who is inside may do with sound and picture; hearing is for all of them.

    Args:
        may_publish: in the order of `MediaSource`.
    """

    may_publish: tuple[MediaSource, ...] = ()


def media_grant(state: RoomState, participant: Participant) -> MediaGrant | None:
    """Say what somebody may send; None for who is not inside, and hears nothing either."""
    session = state.session
    if session is None or not participant.is_in:
        return None
    if participant.stage is not StagePlace.ON:
        return MediaGrant()
    sources = [MediaSource.CAMERA]
    if not session.is_hard_muted or participant.role.is_staff:
        sources.insert(0, MediaSource.MICROPHONE)
    if participant.role is not Role.VIEWER:
        sources.append(MediaSource.SCREEN_SHARE)
    return MediaGrant(may_publish=tuple(sources))
