"""Every refusal: its code, HTTP status, close code, whether trying again helps, its sentence.

The one table behind `docs/protocol.md`, the HTTP replies, the WebSocket close codes and
the pages. A close code's band says what a client does: 4000–4099 stop, 4100–4199 come back.
"""

from dataclasses import dataclass
from enum import StrEnum


class ErrorCode(StrEnum):
    """The stable name of a refusal."""

    LINK_NOT_FOUND = "link_not_found"
    LINK_DISABLED = "link_disabled"
    LINK_EXPIRED = "link_expired"
    LINK_USED_UP = "link_used_up"
    LINK_REVOKED = "link_revoked"
    WRONG_ACCOUNT = "wrong_account"
    EMAIL_MISMATCH = "email_mismatch"
    OTHER_DEVICE = "other_device"
    CONSENT_REQUIRED = "consent_required"
    CODE_REQUIRED = "code_required"
    CODE_WRONG = "code_wrong"
    CODE_EXPIRED = "code_expired"
    NOT_STARTED = "not_started"
    WAITING = "waiting"
    DECLINED = "declined"
    REMOVED = "removed"
    BLOCKED = "blocked"
    ROOM_FULL = "room_full"
    ROOM_LOCKED = "room_locked"
    STAGE_FULL = "stage_full"
    SESSION_ENDED = "session_ended"
    NOT_SIGNED_IN = "not_signed_in"
    NOT_ALLOWED = "not_allowed"
    LAST_HOST = "last_host"
    NOT_FOUND = "not_found"
    CONFLICT = "conflict"
    LINK_LIMIT_REACHED = "link_limit_reached"
    RATE_LIMITED = "rate_limited"
    BAD_REQUEST = "bad_request"
    BAD_ORIGIN = "bad_origin"
    TOO_LARGE = "too_large"
    COMMAND_REUSED = "command_reused"
    TICKET_INVALID = "ticket_invalid"
    TOKEN_INVALID = "token_invalid"  # noqa: S105 - the name of a code
    TAKEN_OVER = "taken_over"
    TOO_SLOW = "too_slow"
    OVERLOADED = "overloaded"
    RESTARTING = "restarting"
    READ_ONLY = "read_only"
    VERSION_UNSUPPORTED = "version_unsupported"
    LTI_PLATFORM_UNKNOWN = "lti_platform_unknown"
    LTI_DEPLOYMENT_UNKNOWN = "lti_deployment_unknown"
    LTI_LAUNCH_INVALID = "lti_launch_invalid"
    LTI_OTHER_BROWSER = "lti_other_browser"
    LTI_NO_ROOM = "lti_no_room"
    LTI_RETURN_REFUSED = "lti_return_refused"
    PLATFORM_UNREACHABLE = "platform_unreachable"
    SIGN_IN_FAILED = "sign_in_failed"
    EMAIL_UNVERIFIED = "email_unverified"
    INTERNAL = "internal"


@dataclass(frozen=True, slots=True, kw_only=True)
class Refusal:
    """What is told about one code.

    Args:
        status: HTTP status.
        close: WebSocket close code when the connection cannot go on.
        again: whether the same try may work later without anybody doing anything.
        sentence: what happened, whether trying again helps, whom to ask; for people.
    """

    status: int
    close: int
    again: bool
    sentence: str


def _no(status: int, close: int, sentence: str) -> Refusal:
    return Refusal(status=status, close=close, again=False, sentence=sentence)


def _later(status: int, close: int, sentence: str) -> Refusal:
    return Refusal(status=status, close=close, again=True, sentence=sentence)


FINAL_CLOSE_CODES = range(4000, 4100)
"""After these a client stays away until a person does something; after all others it comes back."""


REFUSALS: dict[ErrorCode, Refusal] = {
    ErrorCode.LINK_NOT_FOUND: _no(
        404,
        4000,
        "This link is not valid. Check that you copied all of it, or ask whoever sent it.",
    ),
    ErrorCode.LINK_DISABLED: _no(
        403, 4001, "This link is switched off at the moment. Ask the host to switch it on."
    ),
    ErrorCode.LINK_EXPIRED: _no(
        403, 4002, "This link has expired. Ask whoever sent it for a new one."
    ),
    ErrorCode.LINK_USED_UP: _no(
        403, 4003, "This link has been used as often as it may be. Ask the host for another."
    ),
    ErrorCode.LINK_REVOKED: _no(
        403, 4004, "This link was withdrawn. Ask whoever sent it for a new one."
    ),
    ErrorCode.WRONG_ACCOUNT: _no(
        403, 4005, "This invitation is for another account. Sign in with the invited address."
    ),
    ErrorCode.EMAIL_MISMATCH: _no(
        403, 4006, "That is not the invited e-mail address. Use the address the invitation came to."
    ),
    ErrorCode.OTHER_DEVICE: _no(
        403, 4007, "This invitation is in use on another device. Have a code sent to move it here."
    ),
    ErrorCode.CONSENT_REQUIRED: _no(
        409, 4029, "Agree to the text of the form first. It may have changed: read it again."
    ),
    ErrorCode.CODE_REQUIRED: _no(
        403, 4008, "Prove that the mailbox is yours: enter the code that we mail to you."
    ),
    ErrorCode.CODE_WRONG: _no(403, 4009, "That code is not right. Check the newest mail."),
    ErrorCode.CODE_EXPIRED: _no(403, 4010, "That code is no longer valid. Have a new one sent."),
    ErrorCode.NOT_STARTED: _later(
        403, 4100, "The session has not started. You will be let in when it does."
    ),
    ErrorCode.WAITING: _later(403, 4101, "You are in the waiting room. The host will let you in."),
    ErrorCode.DECLINED: _no(
        403, 4011, "The host did not let you in. Ask them if you think it was a mistake."
    ),
    ErrorCode.REMOVED: _no(
        403,
        4012,
        "You were removed from this session by a host or moderator."
        " Ask them if you think it was a mistake.",
    ),
    ErrorCode.BLOCKED: _no(
        403, 4013, "You cannot join this session. Ask the host if you think it was a mistake."
    ),
    ErrorCode.ROOM_FULL: _later(503, 4102, "The room is full. Try again when somebody has left."),
    ErrorCode.ROOM_LOCKED: _later(403, 4103, "The room is locked. Wait for the host to unlock it."),
    ErrorCode.STAGE_FULL: _later(409, 4104, "The stage is full. Somebody has to leave it first."),
    ErrorCode.SESSION_ENDED: _no(410, 4014, "This session has ended."),
    ErrorCode.NOT_SIGNED_IN: _no(401, 4015, "Sign in first."),
    ErrorCode.NOT_ALLOWED: _no(
        403, 4016, "You may not do that here. A host can give you the right to."
    ),
    ErrorCode.LAST_HOST: _no(
        409,
        4017,
        "You are the last host or moderator here. Say that you mean it, or promote somebody first.",
    ),
    ErrorCode.NOT_FOUND: _no(404, 4018, "There is no such thing here, or not any more."),
    ErrorCode.CONFLICT: _no(
        409,
        4019,
        "That does not fit the present state. Look again and repeat it if you still want to.",
    ),
    ErrorCode.LINK_LIMIT_REACHED: _no(
        409, 4020, "There are three guest links already. Delete one first."
    ),
    ErrorCode.RATE_LIMITED: _later(429, 4105, "Too many tries. Wait a moment and try again."),
    ErrorCode.BAD_REQUEST: _no(400, 4021, "The request could not be understood."),
    ErrorCode.BAD_ORIGIN: _no(403, 4022, "This page may not talk to this server."),
    ErrorCode.TOO_LARGE: _no(413, 4023, "That is more than the server takes at once."),
    ErrorCode.COMMAND_REUSED: _no(409, 4024, "This command id was used for something else."),
    ErrorCode.TICKET_INVALID: _no(
        401, 4025, "Your admission is not valid here any more. Use your link again."
    ),
    ErrorCode.TOKEN_INVALID: _no(
        401, 4026, "This sign-in link is not valid, or was used already. Ask for a new one."
    ),
    ErrorCode.TAKEN_OVER: _no(409, 4027, "You went on in another place, so this one was closed."),
    ErrorCode.TOO_SLOW: _later(408, 4106, "The connection stopped answering."),
    ErrorCode.OVERLOADED: _later(503, 1013, "The server is busy. Try again in a moment."),
    ErrorCode.RESTARTING: _later(
        503, 1012, "The server is restarting. You will be back in a moment."
    ),
    ErrorCode.READ_ONLY: _later(503, 4107, "The room can be read but not changed at the moment."),
    ErrorCode.VERSION_UNSUPPORTED: _no(400, 4028, "This page is out of date. Reload it."),
    ErrorCode.LTI_PLATFORM_UNKNOWN: _no(
        403,
        4037,
        "This learning platform is not registered here. Ask whoever runs this server to add it.",
    ),
    ErrorCode.LTI_DEPLOYMENT_UNKNOWN: _no(
        403,
        4030,
        "This part of the learning platform is not registered."
        " Ask whoever runs this server to add it.",
    ),
    ErrorCode.LTI_LAUNCH_INVALID: _no(
        401,
        4031,
        "That launch is too old, or not to be trusted. Open it again from the course.",
    ),
    ErrorCode.LTI_OTHER_BROWSER: _no(
        403,
        4032,
        "This was begun in another window or browser."
        " Go back to the course and open it again from there.",
    ),
    ErrorCode.LTI_NO_ROOM: _no(
        404, 4033, "There is no room behind this yet. Ask the teacher to open it first."
    ),
    ErrorCode.LTI_RETURN_REFUSED: _no(
        403,
        4034,
        "The choice would go to an unregistered address. Ask whoever runs this server to add it.",
    ),
    ErrorCode.PLATFORM_UNREACHABLE: _later(
        502, 4108, "The other server did not answer as it should. Try again in a moment."
    ),
    ErrorCode.SIGN_IN_FAILED: _no(
        401, 4035, "Signing in did not work, or took too long. Begin again."
    ),
    ErrorCode.EMAIL_UNVERIFIED: _no(
        403,
        4036,
        "Your e-mail address is not verified where you signed in."
        " Verify it there, then sign in again.",
    ),
    ErrorCode.INTERNAL: _later(500, 1011, "Something went wrong on the server. Try again."),
}
