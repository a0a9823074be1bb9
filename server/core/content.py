"""To whom the content of an entry that is not live is shown: its video, document or quiz."""

from protocol.errors import ErrorCode
from protocol.roles import Origin
from server.core.state import Participant, RoomState
from server.core.validity import LINK_REFUSALS, invitation_refusal, link_state


def may_open(state: RoomState, participant: Participant, now: int) -> bool:
    """Say whether the content is shown to somebody: let in, and the way in still open."""
    if participant.kept_out or participant.gate is not None:
        return False
    return participant.is_here or _may_come(state, participant, now)


def _may_come(state: RoomState, participant: Participant, now: int) -> bool:
    """Say whether somebody who is away would be let in again by the same way.

    A link that is used up still lets those in who used it.
    """
    match participant.origin:
        case Origin.GUEST_LINK:
            link = state.links.get(participant.link_id) if participant.link_id else None
            if link is None or link.is_deleted:
                return False
            code = LINK_REFUSALS.get(link_state(state, link, now))
            return code in (None, ErrorCode.LINK_USED_UP)
        case Origin.INVITATION:
            known = participant.invitation_id
            invitation = state.invitations.get(known) if known else None
            if invitation is None:
                return False
            return invitation_refusal(state, invitation, invitation.generation, now) is None
        case Origin.ACCOUNT:
            return participant.account_id in state.collaborators
