"""The enums that everybody shares: roles, rights, groups, gates, states."""

from enum import StrEnum


class EntryKind(StrEnum):
    """What a media page shows."""

    VIDEO = "video"
    DOCUMENT = "document"
    QUIZ = "quiz"
    LIVE_EVENT = "live_event"
    ROOM = "room"
    CHANNEL_ROOM = "channel_room"
    GALLERY_ROOM = "gallery_room"

    @property
    def is_live(self) -> bool:
        """Live entries have sessions that open and end; others are always open."""
        return self not in (EntryKind.VIDEO, EntryKind.DOCUMENT, EntryKind.QUIZ)


class Part(StrEnum):
    """The lasting part that an account plays in an entry (its affiliation)."""

    OWNER = "owner"
    CO_OWNER = "co_owner"
    CO_EDITOR = "co_editor"
    CO_PUBLISHER = "co_publisher"
    CO_VIEWER = "co_viewer"


class Role(StrEnum):
    """What a participant is in one session; ranked, and changed live."""

    HOST = "host"
    MODERATOR = "moderator"
    SPEAKER = "speaker"
    VIEWER = "viewer"

    @property
    def rank(self) -> int:
        """Higher commands more: viewer 0 … host 3."""
        return _RANK[self]

    @property
    def is_staff(self) -> bool:
        """Hosts and moderators, who see the staff surfaces."""
        return self in (Role.HOST, Role.MODERATOR)


_RANK = {Role.VIEWER: 0, Role.SPEAKER: 1, Role.MODERATOR: 2, Role.HOST: 3}


class InvitationType(StrEnum):
    """What an invitation gives.

    Live entries know the first three, others viewer and collaborator.
    """

    VIEWER = "viewer"
    SPEAKER = "speaker"
    MODERATOR = "moderator"
    COLLABORATOR = "collaborator"


class Right(StrEnum):
    """Permission for one kind of action inside a session or on an entry."""

    RAISE_HAND = "raise_hand"
    REQUEST_STAGE = "request_stage"
    JOIN_STAGE = "join_stage"
    RENAME_SELF = "rename_self"
    ENTER_EARLY = "enter_early"
    PASS_LOCK = "pass_lock"  # noqa: S105 - to pass a lock
    SEE_STAFF = "see_staff"
    """E-mails, the waiting list, by which link a guest came."""
    ADMIT = "admit"
    LOCK = "lock"
    START_SESSION = "start_session"
    END_SESSION = "end_session"
    LOWER_HANDS = "lower_hands"
    MANAGE_STAGE = "manage_stage"
    MUTE_OTHERS = "mute_others"
    SET_ROLE = "set_role"
    EDIT_RIGHTS = "edit_rights"
    RENAME_OTHERS = "rename_others"
    REMOVE = "remove"
    BLOCK = "block"
    INVITE = "invite"
    MANAGE_GUEST_ACCESS = "manage_guest_access"
    EXPORT = "export"
    EDIT_ENTRY = "edit_entry"
    MANAGE_COLLABORATORS = "manage_collaborators"
    DELETE_ENTRY = "delete_entry"


class Origin(StrEnum):
    """How somebody came. A guest is an origin, not a role."""

    ACCOUNT = "account"
    GUEST_LINK = "guest_link"
    INVITATION = "invitation"


class Gate(StrEnum):
    """One of the three checks before entry, in this order."""

    LOBBY = "lobby"
    COUNTDOWN = "countdown"
    WAITING_ROOM = "waiting_room"


class WaitReason(StrEnum):
    """Why somebody is in the waiting room."""

    LOCKED = "locked"
    APPROVAL = "approval"
    SENT_BACK = "sent_back"


class Presence(StrEnum):
    """Whether a participant can hear us."""

    SEAT = "seat"
    """Admitted and not yet connected; a seat is held for a short time."""
    PRESENT = "present"
    RECONNECTING = "reconnecting"
    LEFT = "left"


class SessionState(StrEnum):
    """The life of a session. *Locked* is a separate switch."""

    SCHEDULED = "scheduled"
    EARLY = "early"
    OPEN = "open"
    ENDED = "ended"


class EndReason(StrEnum):
    """Why a session ended."""

    BY_HOST = "by_host"
    HOST_ABSENT = "host_absent"
    ENTRY_DELETED = "entry_deleted"


class StageMode(StrEnum):
    """Who may come to the stage without being asked."""

    EVERYONE = "everyone"
    BY_REQUEST = "by_request"
    INVITE_ONLY = "invite_only"


class StagePlace(StrEnum):
    """Where a participant stands with respect to the stage."""

    OFF = "off"
    REQUESTED = "requested"
    OFFERED = "offered"
    ON = "on"


class Group(StrEnum):
    """The groups of the Participants tab, in their order on screen."""

    WAITING = "waiting"
    RAISED_HANDS = "raised_hands"
    ON_STAGE = "on_stage"
    VIEWERS = "viewers"
    INVITED = "invited"


class LedgerState(StrEnum):
    """How far an invitation has come."""

    CREATED = "created"
    SENT = "sent"
    DELIVERED = "delivered"
    BOUNCED = "bounced"
    OPENED = "opened"
    REDEEMED = "redeemed"
    INSIDE = "inside"
    LEFT = "left"
    REVOKED = "revoked"
    EXPIRED = "expired"


class MailState(StrEnum):
    """How the newest mail of an invitation fared."""

    DUE = "due"
    SENT = "sent"
    DELIVERED = "delivered"
    BOUNCED = "bounced"
    FAILED = "failed"


class LinkState(StrEnum):
    """Whether a guest link lets anybody in now, and if not, why."""

    ACTIVE = "active"
    PAUSED = "paused"
    OFF = "off"
    """The master switch, *Enable guest access*, is off."""
    EXPIRED = "expired"
    USED_UP = "used_up"


class BlockBy(StrEnum):
    """By what a blocked person is recognised."""

    PERSON = "person"
    EMAIL = "email"
    DEVICE = "device"
    LINK = "link"


class DevicePolicy(StrEnum):
    """What happens when an invitation is used on a second device."""

    ASK = "ask"
    """The person may move it with a one-time code (shown as `other_device`)."""
    TAKE_OVER = "take_over"
    REFUSE = "refuse"


class ViewerList(StrEnum):
    """Whether viewers see the names of viewers."""

    ALWAYS = "always"
    AUTO = "auto"
    """Names while at most `names_up_to` people are in the session, counts above."""
    NEVER = "never"
