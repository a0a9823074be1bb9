"""What the audit log tells of an event: which action, on whom, with which facts.

What people do to themselves (raise a hand, leave) is no moderation, and nothing is told of it.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from protocol.audit import AuditAction
from protocol.ids import LinkId
from protocol.roles import Gate, Right, WaitReason
from server.core import events as e
from server.core.audit_labels import Scene, collaborator_label, invited_label, is_own, label_of
from server.core.chain import Label
from server.core.events import Event
from server.core.person import Person
from server.core.state import Participant


@dataclass(frozen=True, slots=True, kw_only=True)
class Fact:
    """One thing that was done, to one person or to none.

    Args:
        by: who did it, where that is not the actor (whoever invited somebody who comes in).
    """

    action: AuditAction
    about: Label | None = None
    facts: tuple[tuple[str, str], ...] = ()
    by: Person | None = None


Facts = Iterator[Fact]


def facts_of(scene: Scene, event: Event) -> Facts:
    """List what the audit log tells of an event. Cost: O(1)."""
    known = _BY_EVENT.get(type(event))
    if known is not None:
        yield from known(scene, event)


def _plain(action: AuditAction) -> Callable[[Scene, Any], Facts]:
    """Tell of the room as a whole."""

    def told(_scene: Scene, _event: Any) -> Facts:
        yield Fact(action=action)

    return told


def _switch(
    on: AuditAction, off: AuditAction, field: str = "is_on"
) -> Callable[[Scene, Any], Facts]:
    def told(_scene: Scene, event: Any) -> Facts:
        yield Fact(action=on if getattr(event, field) else off)

    return told


def _on_other(action: AuditAction) -> Callable[[Scene, Any], Facts]:
    """Tell what was done to a participant by somebody else."""

    def told(scene: Scene, event: Any) -> Facts:
        if not is_own(scene, event.participant_id):
            yield Fact(action=action, about=label_of(scene, event.participant_id))

    return told


def _off_other(action: AuditAction) -> Callable[[Scene, Any], Facts]:
    """The same, of what switches something off."""
    told_other = _on_other(action)

    def told(scene: Scene, event: Any) -> Facts:
        if not event.is_on:
            yield from told_other(scene, event)

    return told


def _link(scene: Scene, action: AuditAction, link_id: LinkId, *more: tuple[str, str]) -> Fact:
    found = scene.after.links.get(link_id) or scene.before.links.get(link_id)
    name = found.name if found else ""
    return Fact(action=action, facts=(("link_id", link_id), ("link_name", name), *more))


def _link_made(scene: Scene, event: e.GuestLinkCreated) -> Facts:
    yield _link(scene, AuditAction.LINK_MADE, event.link.id)


def _link_changed(scene: Scene, event: e.GuestLinkEdited) -> Facts:
    before = scene.before.links.get(event.link.id)
    said = [
        (field, str(getattr(event.link, field)))
        for field in ("name", "max_uses", "expires_at", "needs_approval")
        if before is not None and getattr(before, field) != getattr(event.link, field)
    ]
    yield _link(scene, AuditAction.LINK_CHANGED, event.link.id, *said)


def _link_paused(scene: Scene, event: e.GuestLinkPaused) -> Facts:
    action = AuditAction.LINK_PAUSED if event.is_paused else AuditAction.LINK_RESUMED
    yield _link(scene, action, event.link_id)


def _link_renewed(scene: Scene, event: e.GuestLinkRegenerated) -> Facts:
    yield _link(scene, AuditAction.LINK_RENEWED, event.link_id)


def _link_deleted(scene: Scene, event: e.GuestLinkDeleted) -> Facts:
    yield _link(scene, AuditAction.LINK_DELETED, event.link_id)


def _invitation_made(scene: Scene, event: e.InvitationCreated) -> Facts:
    yield Fact(
        action=AuditAction.INVITATION_MADE,
        about=invited_label(scene, event.invitation.id),
        facts=(("invitation_type", event.invitation.invitation_type.value),),
    )


def _invitation_updated(scene: Scene, event: e.InvitationUpdated) -> Facts:
    yield Fact(
        action=AuditAction.INVITATION_CHANGED,
        about=invited_label(scene, event.invitation.id),
        facts=(("invitation_type", event.invitation.invitation_type.value),),
    )


def _invitation_type(scene: Scene, event: e.InvitationTypeChanged) -> Facts:
    yield Fact(
        action=AuditAction.INVITATION_CHANGED,
        about=invited_label(scene, event.invitation_id),
        facts=(("invitation_type", event.invitation_type.value),),
    )


def _invitation_extended(scene: Scene, event: e.InvitationExtended) -> Facts:
    yield Fact(
        action=AuditAction.INVITATION_CHANGED,
        about=invited_label(scene, event.invitation_id),
        facts=(("valid_until", str(event.valid_until)),),
    )


def _invitation(action: AuditAction) -> Callable[[Scene, Any], Facts]:
    def told(scene: Scene, event: Any) -> Facts:
        yield Fact(action=action, about=invited_label(scene, event.invitation_id))

    return told


def _part_given(scene: Scene, event: e.CollaboratorSet) -> Facts:
    one = event.collaborator
    before = scene.before.collaborators.get(one.account_id)
    if before is None or before.part is not one.part:
        said = (("before", before.part.value),) if before else ()
        yield Fact(
            action=AuditAction.PART_GIVEN,
            about=collaborator_label(scene, one),
            facts=(*said, ("after", one.part.value)),
        )


def _part_taken(scene: Scene, event: e.CollaboratorRemoved) -> Facts:
    before = scene.before.collaborators.get(event.account_id)
    about = collaborator_label(scene, before) if before else Label(id=f"account:{event.account_id}")
    said = (("before", before.part.value),) if before else ()
    yield Fact(action=AuditAction.PART_TAKEN, about=about, facts=said)


def _ended(_scene: Scene, event: e.SessionEnded) -> Facts:
    yield Fact(action=AuditAction.SESSION_ENDED, facts=(("reason", event.reason.value),))


def _admitted(scene: Scene, event: e.ParticipantAdmitted) -> Facts:
    if event.by_staff:
        yield Fact(action=AuditAction.ADMITTED, about=label_of(scene, event.participant_id))


def _gate(scene: Scene, event: e.GateSet) -> Facts:
    was = scene.before.participants.get(event.participant_id)
    is_new = was is not None and was.gate is not Gate.WAITING_ROOM
    if event.reason is WaitReason.SENT_BACK and is_new:
        yield Fact(action=AuditAction.SENT_BACK, about=label_of(scene, event.participant_id))


def _blocked(scene: Scene, event: e.BlockAdded) -> Facts:
    by = ", ".join(one.value for one in event.block.by)
    about = label_of(scene, event.block.participant_id)
    yield Fact(action=AuditAction.BLOCKED, about=about, facts=(("blocked_by", by),))


def _unblocked(scene: Scene, event: e.BlockRemoved) -> Facts:
    block = scene.before.blocks.get(event.block_id)
    about = None
    if block is not None:
        about = Label(
            id=f"participant:{block.participant_id}",
            person=block.person,
            is_guest=block.link_id is not None,
            known_at=block.blocked_at,
        )
    yield Fact(action=AuditAction.UNBLOCKED, about=about)


def _granted(scene: Scene, event: e.RoleGranted) -> Facts:
    was = scene.before.participants.get(event.participant_id)
    about = label_of(scene, event.participant_id)
    is_role = was is None or was.role is not event.role
    if is_role:
        said = (("before", was.role.value),) if was else ()
        yield Fact(
            action=AuditAction.ROLE_CHANGED,
            about=about,
            facts=(*said, ("after", event.role.value)),
            by=event.by,
        )
    if was is not None and _singles(was) != (event.granted, event.revoked):
        yield Fact(
            action=AuditAction.RIGHTS_CHANGED,
            about=about,
            facts=(("given", _listed(event.granted)), ("taken", _listed(event.revoked))),
            by=event.by,
        )


def _singles(who: Participant) -> tuple[frozenset[Right], frozenset[Right]]:
    return who.granted, who.revoked


def _listed(rights: frozenset[Right]) -> str:
    return ", ".join(sorted(right.value for right in rights))


def _mode(scene: Scene, event: e.StageModeSet) -> Facts:
    session = scene.before.session
    said = (("before", session.stage_mode.value),) if session else ()
    yield Fact(action=AuditAction.STAGE_ACCESS_SET, facts=(*said, ("after", event.mode.value)))


def _exported(_scene: Scene, event: e.AttendanceExported) -> Facts:
    yield Fact(
        action=AuditAction.ATTENDANCE_EXPORTED,
        facts=(("session_id", event.session_id), ("format", event.form)),
    )


def _audit_exported(_scene: Scene, event: e.AuditExported) -> Facts:
    yield Fact(action=AuditAction.AUDIT_EXPORTED, facts=(("format", event.form),))


def _people_erased(_scene: Scene, event: e.PeopleErased) -> Facts:
    for person_id in event.person_ids:
        yield Fact(action=AuditAction.PEOPLE_ERASED, about=Label(id=f"person:{person_id}"))


def _settings(scene: Scene, event: e.SettingsEdited) -> Facts:
    before, after = scene.before.settings, event.settings
    changed = [
        name for name in type(after).model_fields if getattr(before, name) != getattr(after, name)
    ]
    yield Fact(action=AuditAction.SETTINGS_CHANGED, facts=(("settings", ", ".join(changed)),))


_A = AuditAction
_BY_EVENT: dict[type, Callable[[Scene, Any], Facts]] = {
    e.EntryCreated: _plain(_A.ENTRY_CREATED),
    e.EntryEdited: _plain(_A.ENTRY_CHANGED),
    e.SettingsEdited: _settings,
    e.EntryDeleted: _plain(_A.ENTRY_DELETED),
    e.CollaboratorSet: _part_given,
    e.CollaboratorRemoved: _part_taken,
    e.GuestAccessSet: _switch(_A.GUEST_ACCESS_ON, _A.GUEST_ACCESS_OFF),
    e.GuestLinkCreated: _link_made,
    e.GuestLinkEdited: _link_changed,
    e.GuestLinkPaused: _link_paused,
    e.GuestLinkRegenerated: _link_renewed,
    e.GuestLinkDeleted: _link_deleted,
    e.InvitationCreated: _invitation_made,
    e.InvitationUpdated: _invitation_updated,
    e.InvitationTypeChanged: _invitation_type,
    e.InvitationExtended: _invitation_extended,
    e.InvitationDeviceReset: _invitation(_A.INVITATION_DEVICE_RESET),
    e.InvitationRevoked: _invitation(_A.INVITATION_REVOKED),
    e.SessionOpened: _plain(_A.SESSION_STARTED),
    e.SessionEnded: _ended,
    e.LockSet: _switch(_A.LOCKED, _A.UNLOCKED, "is_locked"),
    e.WaitingMessageSet: _plain(_A.WAITING_MESSAGE_SET),
    e.ParticipantAdmitted: _admitted,
    e.ParticipantDeclined: _on_other(_A.DECLINED),
    e.GateSet: _gate,
    e.ParticipantRemoved: _on_other(_A.REMOVED),
    e.ParticipantReadmitted: _on_other(_A.LET_BACK),
    e.BlockAdded: _blocked,
    e.BlockRemoved: _unblocked,
    e.RoleGranted: _granted,
    e.ParticipantRenamed: _on_other(_A.RENAMED),
    e.HandLowered: _on_other(_A.HAND_LOWERED),
    e.HandsCleared: _plain(_A.HANDS_CLEARED),
    e.HandsRestored: _plain(_A.HANDS_RESTORED),
    e.StageModeSet: _mode,
    e.StageOffered: _on_other(_A.STAGE_OFFERED),
    e.StageCleared: _on_other(_A.STAGE_REFUSED),
    e.StageLeft: _on_other(_A.STAGE_REMOVED),
    e.MicrophoneSet: _off_other(_A.MUTED),
    e.UnmuteRequested: _on_other(_A.UNMUTE_ASKED),
    e.CameraSet: _off_other(_A.CAMERA_OFF),
    e.AllMuted: _plain(_A.ALL_MUTED),
    e.AllCamerasTurnedOff: _plain(_A.ALL_CAMERAS_OFF),
    e.HardMuteSet: _switch(_A.HARD_MUTE_ON, _A.HARD_MUTE_OFF),
    e.AttendanceExported: _exported,
    e.AuditExported: _audit_exported,
    e.PeopleErased: _people_erased,
    e.GuestsErased: _plain(_A.GUESTS_ERASED),
}

NOT_AUDITED: frozenset[type] = frozenset(
    {
        e.QuizSet,
        e.QuizAttempted,
        e.GuestLinkUsed,
        e.ConsentGiven,
        e.InvitationMailDue,
        e.InvitationMailed,
        e.InvitationOpened,
        e.InvitationRedeemed,
        e.CodeIssued,
        e.CodeMissed,
        e.CodeSpent,
        e.SessionCreated,
        e.SessionEarlyChanged,
        e.HostAbsenceBegan,
        e.HostAbsenceEnded,
        e.ParticipantJoined,
        e.ParticipantReturned,
        e.ParticipantLinked,
        e.ConnectionOpened,
        e.ConnectionClosed,
        e.ParticipantLeft,
        e.HandRaised,
        e.StageRequested,
        e.StageJoined,
    }
)
"""What people do for themselves, what the server does by itself, and content."""

AUDITED = frozenset(_BY_EVENT)
"""What makes a line; a test holds every event to be in exactly one of the two."""
