"""Who is calling: a key, a ticket, or the cookies of a browser. Never what a body says."""

from dataclasses import dataclass

from starlette.requests import HTTPConnection
from structlog.contextvars import bind_contextvars

from protocol.errors import ErrorCode
from protocol.ids import ConnectionId, DeviceId, RoomId, SessionId
from protocol.roles import Right
from protocol.version import TICKET_SUBPROTOCOL
from server.core.actors import AccountActor, Actor, ParticipantActor, PlatformActor, VisitorActor
from server.core.rights import rank_of, rights_of
from server.core.state import Participant, RoomState
from server.edge.cookies import account_in, device_in, tickets_in
from server.edge.edge import Edge
from server.edge.ports import ApiKey, Scope
from server.edge.replies import Denied
from server.edge.tickets import Ticket, read_ticket

BEARER = "bearer "
KEY = "uk_"
OVER_HTTP = ConnectionId("http")
"""The connection of a participant who asks over HTTP."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Caller:
    """Everything that a request proves about who sent it.

    Args:
        account: signed in with a cookie.
        is_operator: signed in, and hosts this server.
        key: an API key was given.
        device_id: the browser, or the device of the ticket that was given.
        tickets: good ones of this device.
        address: where it came from, as a key for rate limits.
    """

    account: AccountActor | None = None
    is_operator: bool = False
    key: ApiKey | None = None
    device_id: DeviceId | None = None
    tickets: tuple[Ticket, ...] = ()
    address: str

    @property
    def is_known(self) -> bool:
        """The request proves anything at all."""
        return bool(self.account or self.key or self.tickets)

    @property
    def name(self) -> str:
        """A key for rate limits: the one who calls, or the address of nobody."""
        if self.key:
            return f"key:{self.key.id}"
        if self.account:
            return self.account.key
        return f"address:{self.address}"

    def visitor(self, device_id: DeviceId) -> VisitorActor:
        """Make the actor at a door."""
        if self.account is None:
            return VisitorActor(device_id=device_id)
        return VisitorActor(
            device_id=device_id, account_id=self.account.account_id, person=self.account.person
        )

    def ticket_for(self, session: SessionId) -> Ticket | None:
        """Find the ticket of a session."""
        return next((one for one in self.tickets if one.session_id == session), None)

    def participant(self, state: RoomState) -> Participant | None:
        """Find who the caller is in the present session of a room."""
        if state.session is None:
            return None
        ticket = self.ticket_for(state.session.id)
        return state.participants.get(ticket.participant_id) if ticket else None

    def actor(self, state: RoomState) -> Actor | None:
        """Say as whom the caller acts in a room: as the one who may do most there."""
        if self.key is not None:
            return PlatformActor(key_id=self.key.id)
        actors: list[Actor] = [self.account] if self.account else []
        participant = self.participant(state)
        if participant is not None:
            actors.append(ParticipantActor(participant_id=participant.id, connection_id=OVER_HTTP))
        if not actors:
            return None
        return max(actors, key=lambda one: (len(rights_of(state, one)), rank_of(state, one)))


async def caller_of(edge: Edge, request: HTTPConnection) -> Caller:
    """Say who is calling.

    With an Authorization header the cookies count for nothing: a request that is excused from
    the checks against forged ones must not act for a browser.

    Raises:
        Denied: `not_signed_in` for a bad key, `ticket_invalid` for a bad ticket.
    """
    address = request.scope["usher.client"]
    bearer = bearer_of(request)
    if bearer is None:
        return await _browser(edge, request, address)
    if bearer.startswith(KEY):
        key = await edge.directory.api_key(bearer)
        if key is None:
            raise Denied(ErrorCode.NOT_SIGNED_IN)
        return Caller(key=key, address=address)
    ticket = read_ticket(edge.secrets.ticket_keys, bearer, edge.now)
    if ticket is None:
        raise Denied(ErrorCode.TICKET_INVALID)
    return Caller(device_id=ticket.device_id, tickets=(ticket,), address=address)


async def _browser(edge: Edge, request: HTTPConnection, address: str) -> Caller:
    account = None
    claim = account_in(request, edge.settings, edge.secrets, edge.now)
    if claim is not None:
        person = await edge.directory.account(claim.account_id)
        if person is not None:
            account = AccountActor(account_id=claim.account_id, person=person)
    return Caller(
        account=account,
        is_operator=claim is not None and account is not None and claim.is_operator,
        device_id=device_in(request, edge.settings, edge.secrets),
        tickets=tuple(
            ticket for _, ticket in tickets_in(request, edge.settings, edge.secrets, edge.now)
        ),
        address=address,
    )


def bearer_of(request: HTTPConnection) -> str | None:
    """Get the credential in the Authorization header; None when there is no such header.

    A page that opens a WebSocket offers its ticket as a subprotocol instead.

    Raises:
        Denied: `not_signed_in`, when there is more than one, or one of another scheme.
    """
    values = request.headers.getlist("authorization")
    if not values:
        return _offered_ticket(request)
    if len(values) > 1 or not values[0].lower().startswith(BEARER):
        raise Denied(ErrorCode.NOT_SIGNED_IN)
    return values[0][len(BEARER) :].strip()


def _offered_ticket(request: HTTPConnection) -> str | None:
    """Get the ticket among the subprotocols that a page offers: it can set no header there."""
    offered: list[str] = request.scope.get("subprotocols") or []
    found = [one for one in offered if one.startswith(TICKET_SUBPROTOCOL)]
    return found[0].removeprefix(TICKET_SUBPROTOCOL) if found else None


def need_scope(caller: Caller, *scopes: Scope) -> None:
    """Refuse a key that has none of the scopes. People have no scopes; rooms decide.

    Raises:
        Denied: `not_allowed`.
    """
    if caller.key is not None and not caller.key.scopes & set(scopes):
        raise Denied(ErrorCode.NOT_ALLOWED)


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """A caller in a room, at this moment."""

    state: RoomState
    actor: Actor
    rights: frozenset[Right]


async def standing(
    edge: Edge, caller: Caller, room: RoomId, *, also_deleted: bool = False
) -> Standing:
    """Say what a caller may do in a room now.

    Args:
        also_deleted: for what outlives the entry, the audit log.

    Raises:
        Denied: `not_signed_in` for strangers, `not_found` when there is no such entry.
    """
    if not caller.is_known:
        raise Denied(ErrorCode.NOT_SIGNED_IN)
    state = await edge.hub.look(room)
    if state is None:
        raise Denied(edge.hub.why_no_room())
    if state.entry is None or (state.entry.is_deleted and not also_deleted):
        raise Denied(ErrorCode.NOT_FOUND)
    # Not before it is known to be a room: anything may stand in a path, also a secret.
    bind_contextvars(room_id=room)
    actor = caller.actor(state)
    if actor is None:
        raise Denied(ErrorCode.NOT_SIGNED_IN)
    return Standing(state=state, actor=actor, rights=rights_of(state, actor))


async def need(edge: Edge, caller: Caller, room: RoomId, right: Right) -> Standing:
    """Refuse unless the caller has a right in a room at this moment.

    Raises:
        Denied: `not_allowed`, and as `standing`.
    """
    found = await standing(edge, caller, room)
    if right not in found.rights:
        raise Denied(ErrorCode.NOT_ALLOWED)
    return found
