"""What participants are told beside the change itself: by whom it was done, to whom."""

from collections.abc import Iterator

from protocol.ids import AccountId, ParticipantId
from protocol.messages import Notice, NoticeKind
from protocol.roles import StagePlace, WaitReason
from server.core import events as e
from server.core.events import Event
from server.core.record import Record
from server.core.state import RoomState


def notices(before: RoomState, record: Record) -> Iterator[tuple[ParticipantId, Notice]]:
    """List the notices of a record, each with whom it is for. Nobody is told of own acts.

    Args:
        before: the state before the record.
    """
    by_id = _participant_behind(before, record.by)
    actor = before.participants.get(by_id) if by_id else None
    by = actor.person.name if actor else None
    for event in record.events:
        for whom, kind, role in _told(before, event):
            if whom != by_id:
                yield whom, Notice.model_construct(type="notice", kind=kind, by=by, role=role)


def _participant_behind(before: RoomState, actor_key: str) -> ParticipantId | None:
    kind, _, found = actor_key.partition(":")
    if kind == "account":
        return before.by_account.get(AccountId(found))
    return ParticipantId(found) if kind == "participant" else None


Told = Iterator[tuple[ParticipantId, NoticeKind, str | None]]


def _told(before: RoomState, event: Event) -> Told:
    match event:
        case e.AllMuted() | e.AllCamerasTurnedOff() | e.HardMuteSet() | e.HandsCleared():
            yield from _told_in_bulk(before, event)
        case e.RoleGranted():
            old = before.participants.get(event.participant_id)
            if old is not None and old.role is not event.role:
                yield event.participant_id, NoticeKind.ROLE_CHANGED, event.role.value
            else:
                yield event.participant_id, NoticeKind.RIGHTS_CHANGED, None
        case e.StageCleared():
            yield from _stage_cleared(before, event)
        case e.ConnectionOpened():
            old = before.participants.get(event.participant_id)
            device = event.connection.device_id
            if old is not None and any(c.device_id != device for c in old.connections):
                yield event.participant_id, NoticeKind.OTHER_DEVICE_JOINED, None
        case _:
            kind, participant_id = _simple(event), getattr(event, "participant_id", None)
            if kind is not None and participant_id is not None:
                yield participant_id, kind, None


def _simple(event: Event) -> NoticeKind | None:
    match event:
        case e.MicrophoneSet(is_on=False):
            return NoticeKind.MUTED
        case e.CameraSet(is_on=False):
            return NoticeKind.CAMERA_TURNED_OFF
        case e.ParticipantAdmitted(by_staff=True):
            return NoticeKind.ADMITTED
        case e.GateSet(reason=WaitReason.SENT_BACK):
            return NoticeKind.SENT_BACK
        case _:
            return _SIMPLE.get(type(event))


def _told_in_bulk(
    before: RoomState,
    event: e.AllMuted | e.AllCamerasTurnedOff | e.HardMuteSet | e.HandsCleared,
) -> Told:
    match event:
        case e.HandsCleared():
            people, kind = set(before.hands), NoticeKind.HAND_LOWERED
        case e.AllMuted():
            people, kind = set(before.microphones) - set(event.spared), NoticeKind.MUTED
        case e.AllCamerasTurnedOff():
            people = set(before.cameras) - set(event.spared)
            kind = NoticeKind.CAMERA_TURNED_OFF
        case e.HardMuteSet():
            people = {one for one in before.on_stage if not before.participants[one].role.is_staff}
            kind = NoticeKind.HARD_MUTED if event.is_on else NoticeKind.HARD_MUTE_RELEASED
    for one in sorted(people):
        yield one, kind, None


def _stage_cleared(before: RoomState, event: e.StageCleared) -> Told:
    old = before.participants.get(event.participant_id)
    if old is not None and old.stage is StagePlace.OFFERED:
        yield event.participant_id, NoticeKind.STAGE_OFFER_REVOKED, None
    else:
        yield event.participant_id, NoticeKind.STAGE_REQUEST_DECLINED, None


_SIMPLE: dict[type, NoticeKind] = {
    e.HandLowered: NoticeKind.HAND_LOWERED,
    e.StageOffered: NoticeKind.STAGE_OFFERED,
    e.StageLeft: NoticeKind.REMOVED_FROM_STAGE,
    e.UnmuteRequested: NoticeKind.UNMUTE_REQUESTED,
    e.ParticipantRenamed: NoticeKind.RENAMED,
}
