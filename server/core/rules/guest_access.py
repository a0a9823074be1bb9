"""Guest access: the switch and the three links."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from protocol import commands as c
from protocol.errors import ErrorCode
from protocol.ids import LinkId
from protocol.roles import Origin, Right
from server.core import events as e
from server.core.context import Answer, Context, Refused, cleaned_name
from server.core.events import Event
from server.core.identity import removal_keys
from server.core.rights import may_manage
from server.core.state import GuestLink

MAX_LINKS = 3
"""Source: product page, section 2; as Kaltura."""
DAY_MS = 86_400_000


def set_access(ctx: Context, command: c.SetGuestAccess) -> Answer:
    """Turn the master switch. People inside stay; turning it on again revives the links."""
    ctx.need(Right.MANAGE_GUEST_ACCESS)
    _ = ctx.entry
    if ctx.state.is_guest_access_on == command.is_on:
        return Answer(events=[])
    return Answer(events=[e.GuestAccessSet(is_on=command.is_on)])


def create(ctx: Context, command: c.CreateGuestLink) -> Answer:
    """Make a link, unless there are three."""
    ctx.need(Right.MANAGE_GUEST_ACCESS)
    _ = ctx.entry
    if sum(not link.is_deleted for link in ctx.state.links.values()) >= MAX_LINKS:
        raise Refused(ErrorCode.LINK_LIMIT_REACHED)
    link = GuestLink(
        id=LinkId(ctx.fresh.id("l")),
        name=cleaned_name(command.name),
        created_at=ctx.now,
        max_uses=command.uses,
        expires_at=None if command.days is None else ctx.now + command.days * DAY_MS,
        needs_approval=command.needs_approval,
    )
    return Answer(events=[e.GuestLinkCreated(link=link)], result={"link_id": link.id})


def _link(ctx: Context, link_id: LinkId) -> GuestLink:
    ctx.need(Right.MANAGE_GUEST_ACCESS)
    _ = ctx.entry
    link = ctx.state.links.get(link_id)
    if link is None or link.is_deleted:
        raise Refused(ErrorCode.NOT_FOUND)
    return link


def edit(ctx: Context, command: c.EditGuestLink) -> Answer:
    """Change what the command names; null lifts a limit."""
    link = _link(ctx, command.link_id)
    given = command.model_fields_set
    changes: dict[str, Any] = {}
    if "name" in given:
        if command.name is None:
            raise Refused(ErrorCode.BAD_REQUEST, "name")
        changes["name"] = cleaned_name(command.name)
    if "uses" in given:
        changes["max_uses"] = command.uses
    if "days" in given:
        days = command.days
        changes["expires_at"] = None if days is None else ctx.now + days * DAY_MS
    if "needs_approval" in given:
        if command.needs_approval is None:
            raise Refused(ErrorCode.BAD_REQUEST, "needs_approval")
        changes["needs_approval"] = command.needs_approval
    changed = replace(link, **changes)
    return Answer(events=[] if changed == link else [e.GuestLinkEdited(link=changed)])


def pause(ctx: Context, command: c.PauseGuestLink) -> Answer:
    """Pause a link or let it go on."""
    link = _link(ctx, command.link_id)
    if link.is_paused == command.is_paused:
        return Answer(events=[])
    return Answer(events=[e.GuestLinkPaused(link_id=link.id, is_paused=command.is_paused)])


def extend(ctx: Context, command: c.ExtendGuestLink) -> Answer:
    """Add days to the expiry, or to now when it has expired. Without expiry nothing changes."""
    link = _link(ctx, command.link_id)
    if link.expires_at is None:
        return Answer(events=[])
    until = max(link.expires_at, ctx.now) + command.days * DAY_MS
    return Answer(events=[e.GuestLinkEdited(link=replace(link, expires_at=until))])


def regenerate(ctx: Context, command: c.RegenerateGuestLink) -> Answer:
    """Give the link a new URL."""
    return Answer(events=[e.GuestLinkRegenerated(link_id=_link(ctx, command.link_id).id)])


def delete(ctx: Context, command: c.DeleteGuestLink) -> Answer:
    """Delete a link; those who came by it stay."""
    return Answer(events=[e.GuestLinkDeleted(link_id=_link(ctx, command.link_id).id)])


def revoke(ctx: Context, command: c.RevokeGuestLink) -> Answer:
    """Delete a link and remove everybody below staff who came by it, but the actor.

    Cost: O(n) in the size of the room, once.
    """
    link = _link(ctx, command.link_id)
    ctx.need(Right.REMOVE)
    events: list[Event] = [e.GuestLinkDeleted(link_id=link.id)]
    removed = 0
    for participant in ctx.state.participants.values():
        if participant.origin is not Origin.GUEST_LINK or participant.link_id != link.id:
            continue
        # Who was raised to staff since then is no stranger any more.
        if participant.role.is_staff or not participant.holds_place:
            continue
        if ctx.is_same(participant) or not may_manage(ctx.state, ctx.actor, participant):
            continue
        keys = removal_keys(participant)
        events.append(e.ParticipantRemoved(participant_id=participant.id, keys=keys))
        removed += 1
    return Answer(events=events, result={"removed": removed})


RULES: dict[type, Callable[[Context, Any], Answer]] = {
    c.SetGuestAccess: set_access,
    c.CreateGuestLink: create,
    c.EditGuestLink: edit,
    c.PauseGuestLink: pause,
    c.ExtendGuestLink: extend,
    c.RegenerateGuestLink: regenerate,
    c.DeleteGuestLink: delete,
    c.RevokeGuestLink: revoke,
}
