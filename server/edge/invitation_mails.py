"""The mail of an invitation, looked at before anybody is invited."""

from starlette.requests import Request
from starlette.responses import Response

from protocol.commands import Invite
from protocol.errors import ErrorCode
from protocol.http import MailPreviewForm
from protocol.roles import Right
from server.core import events as e
from server.core.decide import Decided, Env, decide
from server.edge.bodies import body_of, room_in
from server.edge.callers import caller_of, need, need_scope
from server.edge.edge import Edge, take
from server.edge.ports import Scope
from server.edge.replies import Denied, reply


async def mail_preview(edge: Edge, request: Request) -> Response:
    """Show the mail that an invitation would bring. Nothing is created and nothing is sent.

    The invitation is decided as it would be when it is made, and refused for the same reasons;
    only that nothing of it is committed.
    """
    caller = await caller_of(edge, request)
    need_scope(caller, Scope.READ, Scope.ENTRIES)
    room = room_in(request)
    found = await need(edge, caller, room, Right.INVITE)
    await take(edge.limits.writes_per_caller, caller.name)
    form = await body_of(edge, request, MailPreviewForm)
    wish = Invite(
        invitees=(form.invitee,),
        invitation_type=form.invitation_type,
        valid_minutes=form.valid_minutes,
        language=form.language,
        message=form.message,
    )
    world = edge.hub.world
    env = Env(room=room, now=edge.now, seed=world.entropy(16), person_key=world.person_key)
    decided = decide(found.state, wish, found.actor, env)
    if not isinstance(decided, Decided):
        raise Denied(decided.code, where=decided.where)
    [made] = (
        event.invitation
        for event in decided.events
        if isinstance(event, e.InvitationCreated | e.InvitationUpdated)
    )
    mail = edge.post.invitation_mail(found.state, made)
    if mail is None:
        raise Denied(ErrorCode.OVERLOADED)
    return reply(mail)
