"""Coming in: through a guest link, by invitation, as an account; connections; the clock."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from protocol.errors import ErrorCode
from protocol.ids import AccountId, DeviceId, InvitationId, LinkId, ParticipantId
from protocol.roles import EndReason, Origin, Presence, Role, SessionState
from server.core import events as e
from server.core import orders as o
from server.core.actors import VisitorActor
from server.core.consents import consent_version, has_agreed
from server.core.context import Answer, Context, Refused
from server.core.events import Event
from server.core.gates import stand_of
from server.core.identity import keys_of
from server.core.person import Person
from server.core.rules.erasure import guests_due
from server.core.state import Connection, GuestVisit, Participant, RoomState, visit_key
from server.core.validity import LINK_REFUSALS, invitation_refusal, link_state

MAX_CONNECTIONS = 16
"""Sockets that one participant may have at once."""
REMEMBERED_AT_LEAST = 1_000
"""People of a session beyond its capacity, or as many again as that, whichever is more."""
MAX_VISITS = 1_000_000
"""Devices of guests that an entry knows again, in all of its sessions."""


def visitor(ctx: Context) -> VisitorActor:
    """Get the visitor at a door; anybody else has no business there."""
    if not isinstance(ctx.actor, VisitorActor):
        raise Refused(ErrorCode.NOT_ALLOWED)
    return ctx.actor


def refuse_kept_out(ctx: Context, keys: tuple[str, ...]) -> None:
    """Refuse whoever is blocked from the entry, or removed or declined in this session."""
    if any(key in ctx.state.blocked_keys for key in keys):
        raise Refused(ErrorCode.BLOCKED)
    for key in keys:
        who = ctx.state.kept_out_keys.get(key)
        participant = ctx.state.participants.get(who) if who else None
        if participant is not None and participant.kept_out:
            raise Refused(KEPT_OUT[participant.kept_out])


KEPT_OUT = {
    "declined": ErrorCode.DECLINED,
    "removed": ErrorCode.REMOVED,
    "blocked": ErrorCode.BLOCKED,
}
"""What somebody kept out is told."""


def refuse_outcast(participant: Participant) -> None:
    """Refuse a participant who may not come back, whatever key they are recognised by."""
    if participant.kept_out:
        raise Refused(KEPT_OUT[participant.kept_out])


def refuse_when_full(ctx: Context, *, is_reserved: bool) -> None:
    """Refuse when no place is left; some are kept for hosts, moderators and invitees."""
    settings = ctx.state.settings
    kept = 0 if is_reserved else min(settings.reserved_seats, settings.capacity - 1)
    if ctx.state.places >= settings.capacity - kept:
        raise Refused(ErrorCode.ROOM_FULL)


def _refuse_beyond_memory(ctx: Context, visit: GuestVisit | None) -> None:
    """Refuse one guest more than can be remembered.

    Everybody who ever came to a session stays in its record, also who filled a form in and never
    connected; so one link could be filled in without end, and no place would ever be short.
    """
    capacity = ctx.state.settings.capacity
    most = capacity + max(capacity, REMEMBERED_AT_LEAST)
    is_new = visit is None and len(ctx.state.visits) >= MAX_VISITS
    if is_new or len(ctx.state.participants) >= most:
        raise Refused(ErrorCode.ROOM_FULL)


def refuse_return_when_full(ctx: Context, participant: Participant) -> None:
    """Refuse a place to somebody of this session who has lost theirs; hosts always get one."""
    if participant.holds_place or participant.role is Role.HOST:
        return
    is_reserved = participant.role.is_staff or participant.invitation_id is not None
    refuse_when_full(ctx, is_reserved=is_reserved)


def join(ctx: Context, participant: Participant) -> list[Event]:
    """Make somebody a participant, at the gate where they stand, with a seat held."""
    stand = stand_of(ctx.state, participant)
    joined = replace(
        participant,
        gate=stand.gate,
        wait_reason=stand.reason,
        waiting_since=ctx.now if stand.reason else None,
        expires_at=seat_until(ctx),
    )
    return [e.ParticipantJoined(participant=joined)]


def come_back(ctx: Context, participant: Participant, device_id: DeviceId) -> list[Event]:
    """Let somebody of this session in again, at the gate where they stand now."""
    if participant.holds_place:
        return []
    events: list[Event] = [
        e.ParticipantReturned(
            participant_id=participant.id, expires_at=seat_until(ctx), device_id=device_id
        )
    ]
    return events + stand_again(ctx, participant)


def stand_again(ctx: Context, participant: Participant) -> list[Event]:
    """Move somebody to the gate where they stand now, or inside, if that has changed."""
    stand = stand_of(ctx.state, participant)
    if (stand.gate, stand.reason) == (participant.gate, participant.wait_reason):
        return []
    if stand.gate is None:
        return [e.ParticipantAdmitted(participant_id=participant.id)]
    return [e.GateSet(participant_id=participant.id, gate=stand.gate, reason=stand.reason)]


def seat_until(ctx: Context) -> int:
    """Until when a seat is held for somebody not connected yet."""
    return ctx.now + ctx.state.settings.seat_s * 1000


def new_participant(
    ctx: Context, person: Person, role: Role, origin: Origin, device_id: DeviceId, **more: Any
) -> Participant:
    """Make the value of a participant who joins."""
    return Participant(
        id=ParticipantId(ctx.fresh.id("p")),
        person=person,
        origin=origin,
        role=role,
        device_id=device_id,
        joined_at=ctx.now,
        **more,
    )


def admitted(ctx: Context, events: list[Event], participant: Participant) -> Answer:
    """Answer a door: who one is now, in which session."""
    return Answer(
        events=events,
        result={
            "participant_id": participant.id,
            "session_id": ctx.session.id,
            "role": participant.role.value,
        },
    )


def redeem_guest_link(ctx: Context, order: o.RedeemGuestLink) -> Answer:
    """Let a guest in. A return on the same device costs no use and keeps the identity."""
    who = visitor(ctx)
    entry, link = ctx.state.entry, ctx.state.links.get(order.link_id)
    if entry is None or entry.is_deleted or link is None:
        raise Refused(ErrorCode.LINK_NOT_FOUND)
    if link.is_deleted or link.generation != order.generation:
        raise Refused(ErrorCode.LINK_REVOKED)
    standing = link_state(ctx.state, link, ctx.now)
    visit = ctx.state.visits.get(visit_key(link.id, who.device_id))
    if order.is_return:
        if visit is None or visit.generation != link.generation or visit.person.is_erased:
            raise Refused(ErrorCode.NOT_FOUND)
        person = visit.person
    else:
        person = ctx.person(order.name, order.email)
        if visit is not None and visit.person.id != person.id:
            visit = None  # Somebody else at the same computer: a guest of their own.
    is_known = visit is not None and visit.generation == link.generation
    # A used-up link still lets those back in who used it.
    code = LINK_REFUSALS.get(standing)
    if code is not None and not (code is ErrorCode.LINK_USED_UP and is_known):
        raise Refused(code)
    session = ctx.session
    refuse_kept_out(
        ctx,
        keys_of(origin=Origin.GUEST_LINK, person=person, device_id=who.device_id, link_id=link.id),
    )
    _refuse_without_consent(ctx, order, visit)
    is_here = visit is not None and visit.session_id == session.id
    participant = ctx.state.participants.get(visit.participant_id) if visit and is_here else None
    if participant is not None:
        refuse_outcast(participant)
        refuse_return_when_full(ctx, participant)
        events = come_back(ctx, participant, who.device_id)
    else:
        refuse_when_full(ctx, is_reserved=False)
        _refuse_beyond_memory(ctx, visit)
        participant = new_participant(
            ctx,
            person,
            Role.VIEWER,
            Origin.GUEST_LINK,
            who.device_id,
            link_id=link.id,
            link_generation=link.generation,
            consent=visit.consent if visit is not None else None,
        )
        events = join(ctx, participant)
    if not (is_here and is_known):
        used = e.GuestLinkUsed(
            link_id=link.id,
            device_id=who.device_id,
            person=person,
            participant_id=participant.id,
            is_return=is_known,
        )
        events = [used, *events]
    if order.consent and not has_agreed(ctx.state, participant.consent):
        events.append(
            e.ConsentGiven(
                participant_id=participant.id,
                link_id=link.id,
                device_id=who.device_id,
                version=order.consent,
            )
        )
    return admitted(ctx, events, participant)


def _refuse_without_consent(
    ctx: Context, order: o.RedeemGuestLink, visit: GuestVisit | None
) -> None:
    """Refuse a guest who has not agreed to the text as it is at this moment."""
    if order.is_return:
        is_agreed = has_agreed(ctx.state, visit.consent if visit else None)
    else:
        is_agreed = order.consent == consent_version(ctx.state.settings.consent)
    if not is_agreed:
        raise Refused(ErrorCode.CONSENT_REQUIRED)


def account_keys(
    account_id: AccountId,
    person: Person,
    invitation_id: InvitationId | None,
    role: Role,
    device_id: DeviceId,
) -> tuple[str, ...]:
    """List the keys of somebody signed in; staff are not known by the device."""
    return keys_of(
        origin=Origin.ACCOUNT,
        person=person,
        device_id=None if role.is_staff else device_id,
        account_id=account_id,
        invitation_id=invitation_id,
    )


def open_connection(ctx: Context, order: o.OpenConnection) -> Answer:
    """Let a socket in whose ticket is good, if what it proves still stands.

    Everything is asked again here: a ticket may be older than a removal, a block, a
    revocation, the end of the session. Whoever had left goes through the gates again.
    """
    session = ctx.session
    participant = ctx.state.participants.get(order.participant_id)
    if session.id != order.session_id:
        raise Refused(ErrorCode.SESSION_ENDED)
    if participant is None:
        raise Refused(ErrorCode.TICKET_INVALID)
    if participant.person.is_erased:  # Nobody is shown without a name: the door asks for it anew.
        raise Refused(ErrorCode.TICKET_INVALID)
    refuse_outcast(participant)
    refuse_kept_out(ctx, _keys_now(participant, order.device_id))
    _refuse_wrong_device(ctx, participant, order.device_id)
    if participant.presence in (Presence.SEAT, Presence.LEFT):
        _refuse_dead_link(ctx, participant)
    if any(known.id == order.connection_id for known in participant.connections):
        return Answer(events=[])
    if len(participant.connections) >= MAX_CONNECTIONS:
        raise Refused(ErrorCode.RATE_LIMITED)
    connection = Connection(
        id=order.connection_id, node_id=order.node_id, device_id=order.device_id
    )
    events: list[Event] = []
    if participant.presence is Presence.LEFT:
        refuse_return_when_full(ctx, participant)
        events = come_back(ctx, participant, order.device_id)
    events.append(e.ConnectionOpened(participant_id=participant.id, connection=connection))
    return Answer(events=events)


def _keys_now(participant: Participant, device_id: DeviceId) -> tuple[str, ...]:
    """List the keys of somebody who opens a socket; staff are not known by the device.

    A link that was blocked keeps out those who come by it; who is inside by it stays, through
    a dropped connection too.
    """
    return keys_of(
        origin=participant.origin,
        person=participant.person,
        device_id=None if participant.role.is_staff else device_id,
        account_id=participant.account_id,
        link_id=None if participant.is_here else participant.link_id,
        invitation_id=participant.invitation_id,
    )


def _refuse_wrong_device(ctx: Context, participant: Participant, device_id: DeviceId) -> None:
    """Refuse a ticket from a device that an invitation or a guest's visit is not bound to."""
    if participant.account_id is not None:
        return
    bound = {participant.device_id}
    if participant.invitation_id is not None:
        invitations = (ctx.state.invitations.get(one) for one in participant.invitations)
        bound = {one.device_id for one in invitations if one is not None and one.device_id}
    if device_id not in bound:
        raise Refused(ErrorCode.OTHER_DEVICE)


def _refuse_dead_link(ctx: Context, participant: Participant) -> None:
    """Refuse somebody not inside for whom every way in is closed by now.

    People inside stay when a link is switched off or an invitation withdrawn, through a
    dropped connection too; whoever only had a ticket, or had left, does not come in.
    """
    if participant.account_id in ctx.state.collaborators:
        return
    codes = [_dead_invitation(ctx, one) for one in participant.invitations]
    if participant.link_id is not None:
        codes.append(_dead_link(ctx, participant.link_id, participant.link_generation))
    if not codes:
        raise Refused(ErrorCode.NOT_ALLOWED)
    if codes[-1] is not None and None not in codes:
        raise Refused(codes[-1])


def _dead_invitation(ctx: Context, invitation_id: InvitationId) -> ErrorCode | None:
    invitation = ctx.state.invitations.get(invitation_id)
    if invitation is None:
        return ErrorCode.LINK_REVOKED
    return invitation_refusal(ctx.state, invitation, invitation.generation, ctx.now)


def _dead_link(ctx: Context, link_id: LinkId, generation: int) -> ErrorCode | None:
    link = ctx.state.links.get(link_id)
    if link is None or link.is_deleted or link.generation != generation:
        return ErrorCode.LINK_REVOKED
    code = LINK_REFUSALS.get(link_state(ctx.state, link, ctx.now))
    return None if code is ErrorCode.LINK_USED_UP else code


def close_connections(ctx: Context, order: o.CloseConnections) -> Answer:
    """Record that sockets are gone; those that are not known (any more) change nothing."""
    events: list[Event] = []
    until = ctx.now + ctx.state.settings.grace_s * 1000
    for participant_id, connection_id in order.closed:
        participant = ctx.state.participants.get(participant_id)
        if participant and any(c.id == connection_id for c in participant.connections):
            events.append(
                e.ConnectionClosed(
                    participant_id=participant_id, connection_id=connection_id, expires_at=until
                )
            )
    return Answer(events=events)


def look_at_clock(ctx: Context, order: o.LookAtClock) -> Answer:
    """Record what has come due: seats and graces, the opening, the host-absent timer."""
    events: list[Event] = []
    for participant_id in order.participant_ids:
        participant = ctx.state.participants.get(participant_id)
        if participant and participant.expires_at and ctx.now >= participant.expires_at:
            events.append(e.ParticipantLeft(participant_id=participant_id))
    session, entry = ctx.state.session, ctx.state.entry
    if session is None or entry is None:
        return Answer(events=events)
    events += guests_due(ctx.state, ctx.now)
    absent = session.host_absent_ends_at
    if session.state is SessionState.OPEN and absent is not None and ctx.now >= absent:
        return Answer(events=[e.SessionEnded(reason=EndReason.HOST_ABSENT)])
    opens_at = opening_at(ctx.state)
    if opens_at is not None and ctx.now >= opens_at:
        events.append(e.SessionOpened())
    return Answer(events=events)


def opening_at(state: RoomState) -> int | None:
    """Say when the session opens by itself; None when it does not."""
    session, entry = state.session, state.entry
    if session is None or entry is None or entry.starts_at is None or entry.is_deleted:
        return None
    if session.state not in (SessionState.SCHEDULED, SessionState.EARLY):
        return None
    settings = entry.settings
    return entry.starts_at - settings.lead_s * 1000 if settings.opens_by_itself else None


RULES: dict[type, Callable[[Context, Any], Answer]] = {
    o.RedeemGuestLink: redeem_guest_link,
    o.OpenConnection: open_connection,
    o.CloseConnections: close_connections,
    o.LookAtClock: look_at_clock,
}
