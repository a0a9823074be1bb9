"""Whether a guest link or an invitation works now, and if not, why."""

from protocol.errors import ErrorCode
from protocol.roles import LedgerState, LinkState, Presence, SessionState
from server.core.state import GuestLink, Invitation, RoomState


def link_state(state: RoomState, link: GuestLink, now: int) -> LinkState:
    """Say whether a guest link lets new guests in."""
    if not state.is_guest_access_on:
        return LinkState.OFF
    if link.is_paused:
        return LinkState.PAUSED
    if link.expires_at is not None and now >= link.expires_at:
        return LinkState.EXPIRED
    if link.max_uses is not None and link.uses >= link.max_uses:
        return LinkState.USED_UP
    return LinkState.ACTIVE


LINK_REFUSALS = {
    LinkState.OFF: ErrorCode.LINK_DISABLED,
    LinkState.PAUSED: ErrorCode.LINK_DISABLED,
    LinkState.EXPIRED: ErrorCode.LINK_EXPIRED,
    LinkState.USED_UP: ErrorCode.LINK_USED_UP,
}
"""What a guest is told when the link is not active."""


def expires_at(state: RoomState, invitation: Invitation) -> int | None:
    """Say when an invitation stops working; None while that is not known yet.

    Without a moment of its own it is for one session: the one that runs when it is made, or
    the next one. It lasts until that session has ended and the grace is over. Before the start
    the grace counts from the schedule, or without one from the making of the invitation; a
    session that opens later than that, or another session, does not revive it.

    Source: product page, section 3.
    """
    if invitation.valid_until is not None:
        return invitation.valid_until
    grace = state.settings.invitation_grace_s * 1000
    session, entry = state.session, state.entry
    if session is None or entry is None:
        return None
    if not entry.kind.is_live:
        return invitation.created_at + grace
    own_end = min((end for end in state.session_ends if end > invitation.created_at), default=None)
    if own_end is not None:
        return own_end + grace
    planned = max(entry.ends_at or entry.starts_at or 0, invitation.created_at) + grace
    is_in_time = session.opened_at is not None and session.opened_at < planned
    return None if session.state is SessionState.OPEN and is_in_time else planned


def invitation_refusal(
    state: RoomState, invitation: Invitation, generation: int, now: int
) -> ErrorCode | None:
    """Say why an invitation lets nobody in, or None when it does."""
    if invitation.revoked_at is not None or invitation.generation != generation:
        return ErrorCode.LINK_REVOKED
    until = expires_at(state, invitation)
    if until is not None and now >= until:
        return ErrorCode.LINK_EXPIRED
    return None


def ledger_state(state: RoomState, invitation: Invitation, now: int) -> LedgerState:
    """Say how far an invitation has come, for the ledger."""
    if invitation.revoked_at is not None:
        return LedgerState.REVOKED
    if invitation.participant_id is not None:
        participant = state.participants.get(invitation.participant_id)
        if participant is not None and participant.is_here:
            return LedgerState.INSIDE
        if participant is not None and participant.presence is Presence.LEFT:
            return LedgerState.LEFT
    until = expires_at(state, invitation)
    if until is not None and now >= until:
        return LedgerState.EXPIRED
    if invitation.redeemed_at is not None:
        return LedgerState.REDEEMED
    if invitation.opened_at is not None:
        return LedgerState.OPENED
    return _MAIL_STATES.get(invitation.mail, LedgerState.CREATED)


_MAIL_STATES = {
    "sent": LedgerState.SENT,
    "delivered": LedgerState.DELIVERED,
    "bounced": LedgerState.BOUNCED,
}
