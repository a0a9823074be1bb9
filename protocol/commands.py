"""Everything a person can ask for, one class each; the closed union is `Command`.

A command never says who asks: the actor comes from the connection or the cookie alone.
Commands arrive in a `Do` message over the socket, or as the body of an HTTP request.
"""

from typing import Annotated, Literal

from pydantic import Field

from protocol.content import Captions
from protocol.ids import AccountId, BlockId, Checked, InvitationId, LinkId, ParticipantId
from protocol.model import Wire
from protocol.quiz import Answers, Quiz
from protocol.roles import BlockBy, EntryKind, InvitationType, Part, Right, Role, StageMode
from protocol.settings import EntrySettings, SettingName
from protocol.text import (
    Days,
    Email,
    Language,
    Millis,
    Minutes,
    Name,
    OptionalName,
    ShortText,
    Text,
    Url,
    Uses,
)

MANY = 500
"""How many people one bulk command may name."""

People = Annotated[tuple[Checked[ParticipantId], ...], Field(min_length=1, max_length=MANY)]


# --- the entry -----------------------------------------------------------------------------


class Owner(Wire):
    """For whom a platform makes an entry."""

    account_id: Checked[AccountId]
    name: Name
    email: Email


class CreateEntry(Wire):
    """Make an entry; whoever asks becomes its owner. Only over HTTP.

    Args:
        owner: given by a platform's API key, and by nobody else.
    """

    type: Literal["create_entry"] = "create_entry"
    kind: EntryKind
    name: Name
    description: Text = ""
    content_url: Url = ""
    captions: Captions = ()
    starts_at: Millis | None = None
    ends_at: Millis | None = None
    settings: EntrySettings = EntrySettings()
    owner: Owner | None = None


class EditEntry(Wire):
    """Change what is given; what is left out stays. `null` clears a moment."""

    type: Literal["edit_entry"] = "edit_entry"
    name: Name | None = None
    description: Text | None = None
    content_url: Url | None = None
    captions: Captions | None = None
    starts_at: Millis | None = None
    ends_at: Millis | None = None


class EditSettings(Wire):
    """Change the settings named in `only` to their values in `settings`."""

    type: Literal["edit_settings"] = "edit_settings"
    settings: EntrySettings
    only: Annotated[tuple[SettingName, ...], Field(min_length=1, max_length=40)]


class DeleteEntry(Wire):
    """Delete the entry: its session ends, its links and invitations stop working."""

    type: Literal["delete_entry"] = "delete_entry"


class SetCollaborator(Wire):
    """Give an account a lasting part in the entry, or change it."""

    type: Literal["set_collaborator"] = "set_collaborator"
    account_id: Checked[AccountId]
    name: Name
    email: Email
    part: Part


class RemoveCollaborator(Wire):
    """Take an account's part in the entry away."""

    type: Literal["remove_collaborator"] = "remove_collaborator"
    account_id: Checked[AccountId]


# --- the quiz of an entry ------------------------------------------------------------------


class SetQuiz(Wire):
    """Write the quiz of an entry of that kind; without questions there is none.

    Args:
        based_on: the revision that was edited, 0 for none; refused as `conflict` when somebody
            else changed the quiz meanwhile.
    """

    type: Literal["set_quiz"] = "set_quiz"
    quiz: Quiz
    based_on: Annotated[int, Field(ge=0)] = 0


class SubmitQuiz(Wire):
    """Hand in one's answers, as anybody may who was let in; the server marks them.

    Args:
        version: of the questions that were answered; refused as `conflict` when they changed
            meanwhile, so that nobody is marked by questions they never saw.
        answers: at most one for each question; what is left out was not answered.
    """

    type: Literal["submit_quiz"] = "submit_quiz"
    version: Annotated[int, Field(ge=1)]
    answers: Answers


# --- guest access --------------------------------------------------------------------------


class SetGuestAccess(Wire):
    """The master switch *Enable guest access*. People already inside stay."""

    type: Literal["set_guest_access"] = "set_guest_access"
    is_on: bool


class CreateGuestLink(Wire):
    """Make a guest link; at most three exist. `uses` and `days` of null mean without limit."""

    type: Literal["create_guest_link"] = "create_guest_link"
    name: Name
    uses: Uses | None = None
    days: Days | None = None
    needs_approval: bool = False


class EditGuestLink(Wire):
    """Change what is given; what is left out stays. `days` counts from now."""

    type: Literal["edit_guest_link"] = "edit_guest_link"
    link_id: Checked[LinkId]
    name: Name | None = None
    uses: Uses | None = None
    days: Days | None = None
    needs_approval: bool | None = None


class PauseGuestLink(Wire):
    """Pause a link, or let it go on."""

    type: Literal["pause_guest_link"] = "pause_guest_link"
    link_id: Checked[LinkId]
    is_paused: bool


class ExtendGuestLink(Wire):
    """Make a link valid for so many days more, from its expiry or from now if that is later."""

    type: Literal["extend_guest_link"] = "extend_guest_link"
    link_id: Checked[LinkId]
    days: Days


class RegenerateGuestLink(Wire):
    """Give the link a new URL; the old one stops working, its uses start again at nought."""

    type: Literal["regenerate_guest_link"] = "regenerate_guest_link"
    link_id: Checked[LinkId]


class DeleteGuestLink(Wire):
    """Delete a link, which frees its place. Those who came by it stay."""

    type: Literal["delete_guest_link"] = "delete_guest_link"
    link_id: Checked[LinkId]


class RevokeGuestLink(Wire):
    """Delete a link, and remove everybody who came by it."""

    type: Literal["revoke_guest_link"] = "revoke_guest_link"
    link_id: Checked[LinkId]


# --- invitations ---------------------------------------------------------------------------


class Invitee(Wire):
    """One address to invite."""

    email: Email
    first_name: OptionalName = ""
    last_name: OptionalName = ""


class Invite(Wire):
    """Invite people by e-mail. An address invited before has its invitation updated.

    Args:
        valid_minutes: from now; null means until the session ends plus the entry's grace.
        uses: how many first redemptions; null means without limit.
    """

    type: Literal["invite"] = "invite"
    invitees: Annotated[tuple[Invitee, ...], Field(min_length=1, max_length=MANY)]
    invitation_type: InvitationType
    send_mail: bool = True
    valid_minutes: Minutes | None = None
    uses: Uses | None = 1
    language: Language = "en"
    message: ShortText = ""


class ResendInvitation(Wire):
    """Mail the invitation again."""

    type: Literal["resend_invitation"] = "resend_invitation"
    invitation_id: Checked[InvitationId]


class ChangeInvitation(Wire):
    """Change what an invitation gives; somebody inside by it changes role at once."""

    type: Literal["change_invitation"] = "change_invitation"
    invitation_id: Checked[InvitationId]
    invitation_type: InvitationType


class ExtendInvitation(Wire):
    """Make an invitation valid for so many minutes from now."""

    type: Literal["extend_invitation"] = "extend_invitation"
    invitation_id: Checked[InvitationId]
    minutes: Minutes


class ResetInvitationDevice(Wire):
    """Forget the device; the next one that redeems with the right e-mail is bound."""

    type: Literal["reset_invitation_device"] = "reset_invitation_device"
    invitation_id: Checked[InvitationId]


class RevokeInvitation(Wire):
    """Withdraw an invitation. With `remove`, whoever is inside by it is removed too."""

    type: Literal["revoke_invitation"] = "revoke_invitation"
    invitation_id: Checked[InvitationId]
    remove: bool = False


# --- the session ---------------------------------------------------------------------------


class StartSession(Wire):
    """Open the session; after one has ended, open a new one."""

    type: Literal["start_session"] = "start_session"


class EndSession(Wire):
    """End the session for everyone."""

    type: Literal["end_session"] = "end_session"


class SetLock(Wire):
    """Lock the room (arrivals wait) or unlock it (those who waited for that come in)."""

    type: Literal["set_lock"] = "set_lock"
    is_locked: bool


class Admit(Wire):
    """Let people in from the waiting room."""

    type: Literal["admit"] = "admit"
    participant_ids: People


class AdmitAll(Wire):
    """Let in everybody who waits, or everybody who came by one guest link."""

    type: Literal["admit_all"] = "admit_all"
    link_id: Checked[LinkId] | None = None


class Decline(Wire):
    """Turn people in the waiting room away."""

    type: Literal["decline"] = "decline"
    participant_ids: People


class SendBack(Wire):
    """Send somebody back to the waiting room."""

    type: Literal["send_back"] = "send_back"
    participant_id: Checked[ParticipantId]


class MessageWaiting(Wire):
    """Say something to everybody in the waiting room."""

    type: Literal["message_waiting"] = "message_waiting"
    text: ShortText


# --- hands and stage -----------------------------------------------------------------------


class RaiseHand(Wire):
    """Raise one's own hand."""

    type: Literal["raise_hand"] = "raise_hand"


class LowerHand(Wire):
    """Lower one's own hand, or somebody's."""

    type: Literal["lower_hand"] = "lower_hand"
    participant_id: Checked[ParticipantId] | None = None


class ClearHands(Wire):
    """Lower all hands."""

    type: Literal["clear_hands"] = "clear_hands"


class UndoClearHands(Wire):
    """Raise the hands again that were lowered all at once, in their old order, within 10 s."""

    type: Literal["undo_clear_hands"] = "undo_clear_hands"


class SetStageMode(Wire):
    """Set stage access."""

    type: Literal["set_stage_mode"] = "set_stage_mode"
    mode: StageMode


class RequestStage(Wire):
    """Ask to come to the stage (mode *by request*)."""

    type: Literal["request_stage"] = "request_stage"


class WithdrawStageRequest(Wire):
    """Take one's own request back."""

    type: Literal["withdraw_stage_request"] = "withdraw_stage_request"


class DeclineStageRequest(Wire):
    """Turn somebody's request down."""

    type: Literal["decline_stage_request"] = "decline_stage_request"
    participant_id: Checked[ParticipantId]


class OfferStage(Wire):
    """Invite somebody to the stage; also how a request is approved (*Bring to stage*).

    Args:
        replace: when the stage is full, take the longest silent one off it first.
    """

    type: Literal["offer_stage"] = "offer_stage"
    participant_id: Checked[ParticipantId]
    replace: bool = False


class RevokeStageOffer(Wire):
    """Take an offer back; any moderator may."""

    type: Literal["revoke_stage_offer"] = "revoke_stage_offer"
    participant_id: Checked[ParticipantId]


class AnswerStageOffer(Wire):
    """*Join stage* or *Decline*."""

    type: Literal["answer_stage_offer"] = "answer_stage_offer"
    is_accepted: bool


class JoinStage(Wire):
    """Come to the stage unasked (mode *everyone*, or speakers and above)."""

    type: Literal["join_stage"] = "join_stage"


class LeaveStage(Wire):
    """Leave the stage."""

    type: Literal["leave_stage"] = "leave_stage"


class RemoveFromStage(Wire):
    """Take somebody off the stage; they stay in the room."""

    type: Literal["remove_from_stage"] = "remove_from_stage"
    participant_id: Checked[ParticipantId]


# --- microphones and cameras ---------------------------------------------------------------


class SetMicrophone(Wire):
    """Switch one's own microphone."""

    type: Literal["set_microphone"] = "set_microphone"
    is_on: bool


class SetCamera(Wire):
    """Switch one's own camera."""

    type: Literal["set_camera"] = "set_camera"
    is_on: bool


class Mute(Wire):
    """Mute somebody."""

    type: Literal["mute"] = "mute"
    participant_id: Checked[ParticipantId]


class RequestUnmute(Wire):
    """Ask somebody to unmute; nobody can be unmuted by another."""

    type: Literal["request_unmute"] = "request_unmute"
    participant_id: Checked[ParticipantId]


class TurnCameraOff(Wire):
    """Switch somebody's camera off."""

    type: Literal["turn_camera_off"] = "turn_camera_off"
    participant_id: Checked[ParticipantId]


class MuteAll(Wire):
    """Mute everybody but the actor."""

    type: Literal["mute_all"] = "mute_all"


class TurnCamerasOff(Wire):
    """Switch every camera off but the actor's."""

    type: Literal["turn_cameras_off"] = "turn_cameras_off"


class SetHardMute(Wire):
    """Mute everybody below moderator and keep them muted until released."""

    type: Literal["set_hard_mute"] = "set_hard_mute"
    is_on: bool


# --- roles and people ----------------------------------------------------------------------


class SetRole(Wire):
    """Give a participant a role, at once.

    Args:
        even_if_last: the last host or moderator steps down although nobody is left to host.
    """

    type: Literal["set_role"] = "set_role"
    participant_id: Checked[ParticipantId]
    role: Role
    even_if_last: bool = False


class UndoRole(Wire):
    """Undo the last role or permission change of somebody, within a few seconds."""

    type: Literal["undo_role"] = "undo_role"
    participant_id: Checked[ParticipantId]


class SetRights(Wire):
    """Give or take single rights; the person is then shown as custom. Replaces earlier ones."""

    type: Literal["set_rights"] = "set_rights"
    participant_id: Checked[ParticipantId]
    granted: Annotated[tuple[Right, ...], Field(max_length=40)] = ()
    revoked: Annotated[tuple[Right, ...], Field(max_length=40)] = ()


class Rename(Wire):
    """Change the displayed name, one's own or somebody's."""

    type: Literal["rename"] = "rename"
    participant_id: Checked[ParticipantId] | None = None
    name: Name


class Remove(Wire):
    """Remove somebody from the room; they need a host's word to come back this session."""

    type: Literal["remove"] = "remove"
    participant_id: Checked[ParticipantId]


class Block(Wire):
    """Remove somebody and keep them out, recognised in every way named in `by`."""

    type: Literal["block"] = "block"
    participant_id: Checked[ParticipantId]
    by: Annotated[tuple[BlockBy, ...], Field(min_length=1, max_length=4)] = (
        BlockBy.PERSON,
        BlockBy.EMAIL,
        BlockBy.DEVICE,
    )


class Unblock(Wire):
    """Undo a block. The person may come back by their link."""

    type: Literal["unblock"] = "unblock"
    block_id: Checked[BlockId]


class Readmit(Wire):
    """Undo a removal: the person may come back in."""

    type: Literal["readmit"] = "readmit"
    participant_id: Checked[ParticipantId]


class Leave(Wire):
    """Leave the session on purpose: no grace, gone at once."""

    type: Literal["leave"] = "leave"


Command = Annotated[
    CreateEntry | EditEntry | EditSettings | DeleteEntry | SetCollaborator | RemoveCollaborator
    | SetQuiz | SubmitQuiz
    | SetGuestAccess | CreateGuestLink | EditGuestLink | PauseGuestLink | ExtendGuestLink
    | RegenerateGuestLink | DeleteGuestLink | RevokeGuestLink
    | Invite | ResendInvitation | ChangeInvitation | ExtendInvitation | ResetInvitationDevice
    | RevokeInvitation
    | StartSession | EndSession | SetLock | Admit | AdmitAll | Decline | SendBack | MessageWaiting
    | RaiseHand | LowerHand | ClearHands | UndoClearHands | SetStageMode | RequestStage
    | WithdrawStageRequest
    | DeclineStageRequest | OfferStage | RevokeStageOffer | AnswerStageOffer | JoinStage
    | LeaveStage | RemoveFromStage
    | SetMicrophone | SetCamera | Mute | RequestUnmute | TurnCameraOff | MuteAll | TurnCamerasOff
    | SetHardMute
    | SetRole | UndoRole | SetRights | Rename | Remove | Block | Unblock | Readmit | Leave,
    Field(discriminator="type"),
]  # fmt: skip
"""The closed union of commands, told apart by `type`."""
