"""What those who manage an entry read: guest links, invite links, the blocked.

A URL that lets people in is handed out only to somebody who has the right to at that moment.
"""

import heapq
from collections import Counter

from starlette.requests import Request
from starlette.responses import Response

from protocol.errors import ErrorCode
from protocol.http import CollaboratorView, CsvText
from protocol.ids import BlockId, InvitationId, LinkId, RoomId
from protocol.model import Wire
from protocol.roles import Origin, Part, Right
from protocol.views import BlockView, GuestAccessView, GuestLinkView
from server.core.names import fold
from server.core.person import person_id
from server.core.rights import INVITATION_ROLES, rank_of
from server.core.state import BlockRecord, GuestLink, RoomState
from server.core.tokens import LinkClaim, LinkKind, make_token
from server.core.validity import link_state
from server.edge.bodies import body_of, limit_in, query_in, room_in
from server.edge.callers import caller_of, need, need_scope
from server.edge.csv_lists import Before, preview
from server.edge.edge import Edge, take
from server.edge.lists import listed
from server.edge.ports import Scope
from server.edge.replies import Denied, reply

PARTS = tuple(Part)
"""From the part with the most rights to the one with none."""
LETTERS: dict[LinkKind, str] = {"guest": "g", "invitation": "i"}


class InviteLink(Wire):
    """The URL of one invitation."""

    url: str


def link_url(edge: Edge, room: RoomId, kind: LinkKind, link_id: str, generation: int) -> str:
    """Make the URL of a link; its token stands in the fragment, which is never sent."""
    claim = LinkClaim(kind=kind, room_id=room, link_id=link_id, generation=generation)
    token = make_token(claim, edge.secrets.link_keys[0])
    return f"{edge.settings.public_url}/join#{LETTERS[kind]}.{token}"


async def guest_access(edge: Edge, request: Request) -> Response:
    """Show the *Manage guest access* window. Cost: O(n) in the people of the session."""
    caller = await caller_of(edge, request)
    need_scope(caller, Scope.ENTRIES)
    room = room_in(request)
    state = (await need(edge, caller, room, Right.MANAGE_GUEST_ACCESS)).state
    inside = _inside(state)
    links = sorted(
        (link for link in state.links.values() if not link.is_deleted),
        key=lambda link: (link.created_at, link.id),
    )
    views = tuple(_link_view(edge, room, state, link, inside[link.id]) for link in links)
    return reply(GuestAccessView(is_on=state.is_guest_access_on, links=views))


def _inside(state: RoomState) -> Counter[LinkId | None]:
    return Counter(
        one.link_id
        for one in state.participants.values()
        if one.origin is Origin.GUEST_LINK and one.is_here
    )


def _link_view(
    edge: Edge, room: RoomId, state: RoomState, link: GuestLink, inside: int
) -> GuestLinkView:
    return GuestLinkView(
        id=link.id,
        name=link.name,
        url=link_url(edge, room, "guest", link.id, link.generation),
        state=link_state(state, link, edge.now),
        uses=link.uses,
        max_uses=link.max_uses,
        inside=inside,
        created_at=link.created_at,
        expires_at=link.expires_at,
        is_paused=link.is_paused,
        needs_approval=link.needs_approval,
    )


async def invite_link(edge: Edge, request: Request) -> Response:
    """Show the URL of an invitation again; of none that gives more than the caller's own role."""
    caller = await caller_of(edge, request)
    need_scope(caller, Scope.ENTRIES)
    room = room_in(request)
    found = await need(edge, caller, room, Right.INVITE)
    invitation_id = InvitationId(request.path_params["invitation_id"])
    invitation = found.state.invitations.get(invitation_id)
    if invitation is None:
        raise Denied(ErrorCode.NOT_FOUND)
    rank = rank_of(found.state, found.actor)
    if INVITATION_ROLES[invitation.invitation_type].rank > rank:
        raise Denied(ErrorCode.NOT_ALLOWED)
    if invitation.revoked_at is not None:
        raise Denied(ErrorCode.CONFLICT)
    url = link_url(edge, room, "invitation", invitation.id, invitation.generation)
    return reply(InviteLink(url=url))


async def preview_list(edge: Edge, request: Request) -> Response:
    """Show what a list of people to invite would do, row by row. Nothing is created."""
    caller = await caller_of(edge, request)
    need_scope(caller, Scope.READ, Scope.ENTRIES)
    found = await need(edge, caller, room_in(request), Right.INVITE)
    await take(edge.limits.writes_per_caller, caller.name)
    body = await body_of(edge, request, CsvText)
    rank, key = rank_of(found.state, found.actor), edge.hub.world.person_key

    def find_before(email: str) -> Before | None:
        known = found.state.invited.get(person_id(email, key))
        if known is None:
            return None
        gives = INVITATION_ROLES[found.state.invitations[known].invitation_type]
        return Before(may_change=gives.rank <= rank)

    return reply(preview(body.csv, find_before))


async def collaborators(edge: Edge, request: Request) -> Response:
    """List who has a lasting part in an entry: the owner first, then by part and name."""
    caller = await caller_of(edge, request)
    need_scope(caller, Scope.READ, Scope.ENTRIES)
    state = (await need(edge, caller, room_in(request), Right.MANAGE_COLLABORATORS)).state
    known = sorted(
        state.collaborators.values(),
        key=lambda one: (PARTS.index(one.part), fold(one.person.name), one.account_id),
    )
    views = [
        CollaboratorView(
            account_id=one.account_id,
            name=one.person.name,
            email=one.person.email,
            part=one.part,
        )
        for one in known
    ]
    return listed(request, views)


async def blocks(edge: Edge, request: Request) -> Response:
    """List the blocked, in the order of the ids of their blocks."""
    caller = await caller_of(edge, request)
    need_scope(caller, Scope.READ, Scope.ENTRIES)
    found = await need(edge, caller, room_in(request), Right.BLOCK)
    state = found.state
    limit, after = limit_in(request), query_in(request, "after")
    ids = heapq.nsmallest(limit, (one for one in state.blocks if one > after))
    rows = [_block_view(state, state.blocks[BlockId(one)]) for one in ids]
    if Right.SEE_STAFF not in found.rights:
        # Whoever was given the one right to block sees no address by it.
        rows = [one.model_copy(update={"email": "", "link_name": None}) for one in rows]
    return listed(request, rows, ids[-1] if len(ids) == limit else None, limit)


def _block_view(state: RoomState, block: BlockRecord) -> BlockView:
    link = state.links.get(block.link_id) if block.link_id else None
    return BlockView(
        id=block.id,
        name=block.person.name,
        email=block.person.email,
        by=tuple(one.value for one in block.by),
        link_name=link.name if link else None,
        blocked_at=block.blocked_at,
        blocked_by=block.blocked_by.name,
    )
