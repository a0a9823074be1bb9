"""People who are signed in: entering from the media page, and their part in the entry."""

from collections.abc import Callable
from typing import Any

from protocol.errors import ErrorCode
from protocol.roles import Origin, Part, Role
from server.core import events as e
from server.core import orders as o
from server.core.context import Answer, Context, Refused
from server.core.rights import PART_ROLES
from server.core.rules.admission import (
    account_keys,
    admitted,
    come_back,
    join,
    new_participant,
    refuse_kept_out,
    refuse_outcast,
    refuse_return_when_full,
    refuse_when_full,
    visitor,
)
from server.core.rules.entry import refuse_one_more_part
from server.core.rules.invitations import redeem_for_account
from server.core.state import Collaborator


def enter_as_account(ctx: Context, _order: o.EnterAsAccount) -> Answer:
    """Let a collaborator in with the role of their part; others need a link.

    A signed-in account whose address was invited comes in by that invitation.
    """
    who = visitor(ctx)
    _ = ctx.entry
    if who.account_id is None or who.person is None:
        raise Refused(ErrorCode.NOT_SIGNED_IN)
    collaborator = ctx.state.collaborators.get(who.account_id)
    if collaborator is None:
        invited = ctx.state.invited.get(who.person.id)
        if invited is None:
            raise Refused(ErrorCode.NOT_ALLOWED)
        return redeem_for_account(ctx, invited)
    role = PART_ROLES[collaborator.part]
    refuse_kept_out(ctx, account_keys(who.account_id, who.person, None, role, who.device_id))
    known = ctx.state.by_account.get(who.account_id)
    participant = ctx.state.participants.get(known) if known else None
    if participant is not None:
        refuse_outcast(participant)
        refuse_return_when_full(ctx, participant)
        return admitted(ctx, come_back(ctx, participant, who.device_id), participant)
    if role is not Role.HOST:
        refuse_when_full(ctx, is_reserved=role.is_staff)
    participant = new_participant(
        ctx, who.person, role, Origin.ACCOUNT, who.device_id, account_id=who.account_id
    )
    return admitted(ctx, join(ctx, participant), participant)


def grant_part(ctx: Context, order: o.GrantPart) -> Answer:
    """Record the part that a platform vouches for; the same part again is no event.

    There is one owner: whoever else is called that is a co-owner.
    """
    _ = ctx.entry
    known = ctx.state.collaborators.get(order.account_id)
    is_owner = known is not None and known.part is Part.OWNER
    if is_owner and order.part is not Part.OWNER:
        raise Refused(ErrorCode.NOT_ALLOWED)
    part = Part.CO_OWNER if order.part is Part.OWNER and not is_owner else order.part
    refuse_one_more_part(ctx, order.account_id)
    person = ctx.person(order.name, order.email)
    collaborator = Collaborator(account_id=order.account_id, person=person, part=part)
    if known == collaborator:
        return Answer(events=[])
    return Answer(events=[e.CollaboratorSet(collaborator=collaborator)])


RULES: dict[type, Callable[[Context, Any], Answer]] = {
    o.EnterAsAccount: enter_as_account,
    o.GrantPart: grant_part,
}
