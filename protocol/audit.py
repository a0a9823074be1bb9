"""The audit log of an entry: who did what to whom, and when. For those who manage it.

Every line is linked to the one before it by a digest (`AuditLine.digest`), so that a line that
was changed, dropped, moved or put in is found out; docs/audit.md says how it is computed.
"""

from enum import StrEnum
from typing import Annotated

from pydantic import Field

from protocol.ids import RoomId, SessionId
from protocol.model import Wire


class AuditAction(StrEnum):
    """What was done. Members are stored for a year: never rename one."""

    ENTRY_CREATED = "entry_created"
    ENTRY_CHANGED = "entry_changed"
    SETTINGS_CHANGED = "settings_changed"
    ENTRY_DELETED = "entry_deleted"
    PART_GIVEN = "part_given"
    PART_TAKEN = "part_taken"
    GUEST_ACCESS_ON = "guest_access_on"
    GUEST_ACCESS_OFF = "guest_access_off"
    LINK_MADE = "link_made"
    LINK_CHANGED = "link_changed"
    LINK_PAUSED = "link_paused"
    LINK_RESUMED = "link_resumed"
    LINK_RENEWED = "link_renewed"
    LINK_DELETED = "link_deleted"
    INVITATION_MADE = "invitation_made"
    INVITATION_CHANGED = "invitation_changed"
    INVITATION_DEVICE_RESET = "invitation_device_reset"
    INVITATION_REVOKED = "invitation_revoked"
    SESSION_STARTED = "session_started"
    SESSION_ENDED = "session_ended"
    LOCKED = "locked"
    UNLOCKED = "unlocked"
    WAITING_MESSAGE_SET = "waiting_message_set"
    ADMITTED = "admitted"
    DECLINED = "declined"
    SENT_BACK = "sent_back"
    REMOVED = "removed"
    LET_BACK = "let_back"
    BLOCKED = "blocked"
    UNBLOCKED = "unblocked"
    ROLE_CHANGED = "role_changed"
    RIGHTS_CHANGED = "rights_changed"
    RENAMED = "renamed"
    HAND_LOWERED = "hand_lowered"
    HANDS_CLEARED = "hands_cleared"
    HANDS_RESTORED = "hands_restored"
    STAGE_ACCESS_SET = "stage_access_set"
    STAGE_OFFERED = "stage_offered"
    STAGE_REFUSED = "stage_refused"
    """A request to come to the stage was turned down, or an offer was taken back."""
    STAGE_REMOVED = "stage_removed"
    MUTED = "muted"
    UNMUTE_ASKED = "unmute_asked"
    CAMERA_OFF = "camera_off"
    ALL_MUTED = "all_muted"
    ALL_CAMERAS_OFF = "all_cameras_off"
    HARD_MUTE_ON = "hard_mute_on"
    HARD_MUTE_OFF = "hard_mute_off"
    ATTENDANCE_EXPORTED = "attendance_exported"
    AUDIT_EXPORTED = "audit_exported"
    PEOPLE_ERASED = "people_erased"
    GUESTS_ERASED = "guests_erased"
    UNREADABLE = "unreadable"
    """Stands for a line that is damaged; never in the log itself."""


class AuditPerson(Wire):
    """Somebody in a line of the audit log. Name, e-mail and salt are empty once erased.

    Args:
        id: as whom they acted or were acted upon: `participant:…`, `account:…`, `platform:…`,
            `invitation:…`, `device:…`, `person:…`; empty for the server itself; `unknown` in
            a line that cannot be read.
        seal: stands for name and e-mail in the digest of the line, and outlives them.
        salt: with it, name and e-mail give `seal`; without it `seal` tells nobody anything.
        known_at: from when the time runs for which guests' names are kept, ms UTC.
        is_withheld: the e-mail is not for the caller, and the salt with it: `seal` stands
            unchanged, and cannot be checked against what is shown.
    """

    id: str
    name: str = ""
    email: str = ""
    is_guest: bool = False
    is_erased: bool = False
    known_at: int = 0
    seal: str = ""
    salt: str = ""
    is_withheld: bool = False


class AuditLine(Wire):
    """One thing that was done.

    Args:
        number: dense in each entry, 1, 2, 3 …
        at: ms UTC.
        action: `unreadable` where the line is damaged; then `number` alone is known, and `at`
            is that of the line before.
        kept_until: ms UTC; then the line is forgotten.
        facts: what else there is to say: `before`, `after`, `link_name`, `reason` …
        previous: the digest of the line before it.
        previous_kept_until: until when that one is kept.
    """

    number: int
    at: int
    action: AuditAction
    session_id: SessionId | None = None
    by: AuditPerson
    about: tuple[AuditPerson, ...] = ()
    facts: dict[str, str] = Field(default_factory=dict)
    kept_until: int
    previous: str
    previous_kept_until: int
    digest: str


class AuditPage(Wire):
    """A stretch of the audit log, the newest line first.

    Args:
        is_whole: the caller reads all of it; else the lines of the present session alone.
        next: ask with `before` of this for older lines; null when there are none.
    """

    entry_id: RoomId
    entry_name: str
    is_whole: bool
    lines: tuple[AuditLine, ...]
    next: int | None = None


class AuditExport(Wire):
    """All of the audit log that the caller may read, the oldest line first."""

    entry_id: RoomId
    entry_name: str
    is_whole: bool
    lines: tuple[AuditLine, ...]


class AuditCheck(Wire):
    """What became of checking the chain.

    Args:
        lines: how many are kept, of `first` … `last`.
        head: the digest of the newest line, as the room knows it. Written down somewhere
            else, it shows later that nothing up to here was changed.
        broken_at: the number at which the chain does not hold; null: it holds.
        problem: `changed`, `missing` or `inserted`.
    """

    is_intact: bool
    lines: Annotated[int, Field(ge=0)]
    first: int
    last: int
    head: str
    broken_at: int | None = None
    problem: str = ""
