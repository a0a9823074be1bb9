"""Signing in with a host token, signing out, and minting tokens for a platform."""

from starlette.requests import Request
from starlette.responses import Response

from protocol.errors import ErrorCode
from protocol.http import EmbedEnter, Me, MintedToken, MintToken, SignedIn, SignIn
from protocol.ids import AccountId, DeviceId, room_of
from server.core import orders as o
from server.core.actors import SERVER, VisitorActor
from server.core.decide import Rejected
from server.core.names import clean_email, clean_name
from server.core.person import Person, person_id
from server.edge.bodies import body_of
from server.edge.browser_keys import is_key_of
from server.edge.callers import Caller, caller_of, need_scope
from server.edge.cookies import INSIDE, Jar, device_in, tickets_in
from server.edge.doors import admitted_as, at_the_door
from server.edge.edge import Edge, take
from server.edge.ports import SITE, Scope
from server.edge.replies import Denied, reply, settled
from server.edge.tickets import (
    AccountClaim,
    HostToken,
    Ticket,
    read_host_token,
    sign_account,
    sign_device,
    sign_host_token,
)


async def me(edge: Edge, request: Request) -> Response:
    """Say who is calling."""
    return reply(_me(await caller_of(edge, request)))


def _me(caller: Caller) -> Me:
    if caller.account is None:
        return Me()
    person = caller.account.person
    return Me(
        account_id=caller.account.account_id,
        name=person.name,
        email=person.email,
        is_operator=caller.is_operator,
    )


@at_the_door
async def sign_in(edge: Edge, request: Request) -> Response:
    """Sign in with a host token, which is spent by that.

    A token that carries a part gives it. When the entry is gone meanwhile, that is no reason
    not to sign in.
    """
    body = await body_of(edge, request, SignIn)
    token, person = await _spend(edge, body.token, body.key)
    path = await _grant(edge, token, person)
    if token.is_operator:
        await edge.directory.note_operator()
    return signed_in(
        edge, request, AccountId(token.sub), person, path=path, is_operator=token.is_operator
    )


def signed_in(
    edge: Edge,
    request: Request,
    account_id: AccountId,
    person: Person,
    *,
    path: str,
    is_operator: bool = False,
) -> Response:
    """Answer somebody who is signed in now: with the cookie, and where the browser goes next."""
    claim = AccountClaim(
        account_id=account_id,
        is_operator=is_operator,
        exp=edge.now // 1000 + edge.settings.account_s,
    )
    me_now = Me(
        account_id=account_id, name=person.name, email=person.email, is_operator=is_operator
    )
    response = reply(SignedIn(me=me_now, next=path))
    jar = Jar(edge.settings)
    jar.set_account(response, sign_account(edge.secrets.account_keys, claim))
    if device_in(request, edge.settings, edge.secrets) is None:
        device = DeviceId(edge.fresh_id("d"))
        jar.set_device(response, sign_device(edge.secrets.ticket_keys, device))
    return response


@at_the_door
async def embed_enter(edge: Edge, request: Request) -> Response:
    """Enter the room of a host token, which is spent by that, without any cookie.

    A tab on another site's page lives in a frame or document whose cookies browsers keep apart
    or drop; it holds the ticket itself and gives it as a bearer.
    """
    body = await body_of(edge, request, EmbedEnter)
    # Before the token is spent: who is sent away for now can come again with it.
    async with edge.intake.joining():
        token, person = await _spend(edge, body.token, body.key)
        if token.entry_id is None:
            raise Denied(ErrorCode.NOT_FOUND)
        await _grant(edge, token, person)
        device_id = DeviceId(edge.fresh_id("d"))
        actor = VisitorActor(device_id=device_id, account_id=token.sub, person=person)
        entered = settled(await edge.hub.ask(token.entry_id, o.EnterAsAccount(), actor))
    return reply(await admitted_as(edge, device_id, entered))


async def _spend(edge: Edge, text: str, key: str | None) -> tuple[HostToken, Person]:
    """Take a host token in, once; whom it is for is known from then on.

    One that is for a single browser does not work in another: nobody can be made to come in as
    somebody else with it.

    Raises:
        Denied: `token_invalid`.
    """
    token = read_host_token(edge.secrets.token_keys, text, edge.now)
    if token is None:
        raise Denied(ErrorCode.TOKEN_INVALID)
    if token.browser and not is_key_of(key or "", token.browser):
        raise Denied(ErrorCode.TOKEN_INVALID)
    person = _person(edge, token)
    if not await edge.directory.spend(f"sign-in {token.jti}", token.exp * 1000):
        raise Denied(ErrorCode.TOKEN_INVALID)
    # Whoever comes out of a launch is known from there already, and from nowhere else.
    await edge.directory.remember(token.sub, person, None if token.browser else SITE)
    return token, person


def _person(edge: Edge, token: HostToken) -> Person:
    name, email = clean_name(token.name), clean_email(token.email)
    if name is None or email is None:
        raise Denied(ErrorCode.TOKEN_INVALID)
    return Person(person_id(email, edge.hub.world.person_key), name, email)


async def _grant(edge: Edge, token: HostToken, person: Person) -> str:
    """Give the part that the token carries; say where the browser goes next."""
    if token.entry_id is None:
        return "/"
    if token.part is not None:
        order = o.GrantPart(
            account_id=AccountId(token.sub),
            name=person.name,
            email=person.email,
            part=token.part,
        )
        outcome = await edge.hub.ask(token.entry_id, order, SERVER)
        if isinstance(outcome, Rejected):
            if outcome.code is not ErrorCode.NOT_FOUND:
                raise Denied.of(outcome)
            return "/"
    return f"/e/{token.entry_id}"


async def sign_out(edge: Edge, request: Request) -> Response:
    """Forget who was signed in, and where this browser was inside. The device stays known.

    Its sockets are closed at every node; those of other devices stay open.
    """
    for _, ticket in tickets_in(request, edge.settings, edge.secrets, edge.now):
        await _close_sockets(edge, ticket)
    response = reply(Me())
    jar = Jar(edge.settings)
    jar.drop_account(response)
    jar.drop_inside(response, [name for name in request.cookies if name.startswith(INSIDE)])
    for _, ticket in tickets_in(request, edge.settings, edge.secrets, edge.now):
        jar.drop_ticket(response, ticket.session_id)
    return response


async def _close_sockets(edge: Edge, ticket: Ticket) -> None:
    room = room_of(ticket.session_id)
    state = await edge.hub.look(room)
    known = state.participants.get(ticket.participant_id) if state is not None else None
    open_here = tuple(
        (ticket.participant_id, one.id)
        for one in (known.connections if known is not None else ())
        if one.device_id == ticket.device_id
    )
    if open_here:
        settled(await edge.hub.ask(room, o.CloseConnections(closed=open_here), SERVER))


async def mint(edge: Edge, request: Request) -> Response:
    """Make a host token for somebody for whom a platform vouches."""
    caller = await caller_of(edge, request)
    if caller.key is None:
        raise Denied(ErrorCode.NOT_SIGNED_IN)
    need_scope(caller, Scope.TOKENS)
    await take(edge.limits.writes_per_caller, caller.name)
    body = await body_of(edge, request, MintToken)
    for field, cleaned in (("name", clean_name(body.name)), ("email", clean_email(body.email))):
        if cleaned is None:
            raise Denied(ErrorCode.BAD_REQUEST, where=field)
    token = sign_host_token(
        edge.secrets.token_keys,
        account_id=body.account_id,
        name=body.name,
        email=body.email,
        now=edge.now,
        jti=edge.fresh_id("t"),
        valid_s=body.valid_s,
        entry_id=body.entry_id,
        part=body.part,
    )
    url = f"{edge.settings.public_url}/sign-in#{token}"
    expires_at = (edge.now // 1000 + body.valid_s) * 1000
    return reply(MintedToken(token=token, url=url, expires_at=expires_at))
