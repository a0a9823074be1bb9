"""From a click in a course into a room: the platform's two requests, and the browser's two.

1. The platform opens `/lti/login` (OpenID Connect, third-party initiated). The browser is sent
   to our page with what was asked, signed, in the fragment.
2. The page makes a key, keeps it, and gets the platform's address (`login`).
3. The platform posts what it has signed to `/lti/launch`. It is checked in full; nothing is done
   yet. The browser is sent to our page with the launch's name in the fragment.
4. The page shows its key, and gets what follows (`enter`).

A GET changes nothing, and neither do the platform's requests: what a launch brings about happens
in step 4, in the browser in which it began.
"""

import base64
import json
import logging
import secrets
from collections.abc import Awaitable, Callable
from urllib.parse import urlencode, urlsplit

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from protocol import commands as c
from protocol.codec import Malformed
from protocol.errors import ErrorCode
from protocol.ids import AccountId, RoomId
from protocol.lti import LtiEnter, LtiEntered, LtiLogin, LtiLoginReply, PlatformView
from protocol.roles import Role, SessionState
from server.core import orders as o
from server.core.actors import SERVER, AccountActor
from server.core.person import Person
from server.edge.bodies import body_of, form_of, once_each
from server.edge.browser_keys import hash_of
from server.edge.edge import Edge, take
from server.edge.origins import origin_of
from server.edge.replies import Denied, reply, settled
from server.edge.tickets import sign_host_token
from server.integrations.calls import Unreachable
from server.integrations.lti.launches import Launch
from server.integrations.lti.messages import LaunchMessage, read_message
from server.integrations.lti.passes import LOGIN_S, STATE_S, Login, State
from server.integrations.lti.roles import ROLE_PARTS, role_of, table_of
from server.integrations.lti.tool import Tool
from server.integrations.signed import Untrusted, check_claims

log = logging.getLogger(__name__)

PAGE = "/lti"
ANYWHERE = "/lti/anywhere"
"""The same page for frames and windows of platforms that we do not know, or not yet: there it says
what went wrong, or registers, and lets nobody in."""
KEEPS_OPENER = {"Cross-Origin-Opener-Policy": "unsafe-none"}
"""Without it a window of ours could not tell the platform that opened it that it is done."""
TOKEN_S = 120
"""How long the token is good with which the page goes into the room, at once."""
MAX_HINT = 2_500

Landed = Callable[[Tool, Edge, Request], Awaitable[Response]]


def to_anywhere(fragment: str) -> Response:
    """Send a browser on to the page that any platform may show."""
    return RedirectResponse(f"{ANYWHERE}#{fragment}", status_code=303, headers=KEEPS_OPENER)


def at_the_page(handler: Landed) -> Landed:
    """Guard an address to which platforms send people: limit it, and show refusals on our page."""

    async def guarded(tool: Tool, edge: Edge, request: Request) -> Response:
        try:
            await take(edge.limits.doors_per_address, request.scope["usher.client"])
            return await handler(tool, edge, request)
        except Malformed as fault:
            code = fault.code
        except Denied as no:
            code = no.code
        request.scope["usher.refusal"] = code
        return to_anywhere(f"no.{code.value}")

    return guarded


@at_the_page
async def begin(tool: Tool, edge: Edge, request: Request) -> Response:
    """Hear from a platform that somebody wants in. It may say so by GET or POST.

    Source: 1EdTech Security Framework 1.0, section 5.1.1.1.
    """
    given = (
        await form_of(edge, request)
        if request.method == "POST"
        else once_each(request.query_params.multi_items())
    )
    hint = given.get("login_hint", "")
    message_hint = given.get("lti_message_hint")
    if not hint or len(hint) > MAX_HINT or len(message_hint or "") > MAX_HINT:
        raise Denied(ErrorCode.BAD_REQUEST, where="login_hint")
    platform = await tool.platforms.called(given.get("iss", ""), given.get("client_id", ""))
    deployment = given.get("lti_deployment_id", "")
    if deployment and deployment not in platform.deployments:
        raise Denied(ErrorCode.LTI_DEPLOYMENT_UNKNOWN)
    if origin_of(given.get("target_link_uri", "")) not in edge.settings.own_origins:
        raise Denied(ErrorCode.BAD_REQUEST, where="target_link_uri")
    login = Login(
        platform_id=platform.platform_id,
        hint=hint,
        message_hint=message_hint,
        storage=_storage(given.get("lti_storage_target", "")),
        exp=edge.now // 1000 + LOGIN_S,
    )
    fragment = tool.passes.sign_login(login)
    return RedirectResponse(f"{PAGE}#login.{fragment}", status_code=303)


def _storage(name: str) -> str:
    """Take the name of a frame, if it is one; without it a browser has its own storage."""
    is_name = len(name) <= 100 and all(char.isalnum() or char in "_.-" for char in name)
    return name if is_name and name.isascii() else ""


async def login(tool: Tool, edge: Edge, request: Request) -> Response:
    """Send a browser that has kept its key to the platform, to have the launch signed."""
    await take(edge.limits.doors_per_address, request.scope["usher.client"])
    body = await body_of(edge, request, LtiLogin)
    begun = tool.passes.login(body.login, edge.now)
    if begun is None:
        raise Denied(ErrorCode.LTI_LAUNCH_INVALID)
    platform = await tool.platforms.get(begun.platform_id)
    state = State(
        platform_id=platform.platform_id,
        nonce=secrets.token_urlsafe(24),
        key_hash=hash_of(body.key),
        storage=begun.storage,
        jti=secrets.token_urlsafe(16),
        exp=edge.now // 1000 + STATE_S,
    )
    asked = {
        "scope": "openid",
        "response_type": "id_token",
        "response_mode": "form_post",
        "prompt": "none",
        "client_id": platform.client_id,
        "redirect_uri": tool.launch_url,
        "login_hint": begun.hint,
        "state": tool.passes.sign_state(state),
        "nonce": state.nonce,
    }
    if begun.message_hint is not None:
        asked["lti_message_hint"] = begun.message_hint
    glue = "&" if urlsplit(platform.authorize_url).query else "?"
    return reply(
        LtiLoginReply(
            url=f"{platform.authorize_url}{glue}{urlencode(asked)}",
            state=state.jti,
            storage=state.storage,
            origin=origin_of(platform.authorize_url),
        )
    )


@at_the_page
async def launch(tool: Tool, edge: Edge, request: Request) -> Response:
    """Check what a platform has signed. Only the page that the answer leads to acts on it."""
    given = await form_of(edge, request)
    state = tool.passes.state(given.get("state", ""), edge.now)
    if state is None:
        raise _refused("state", "")
    platform = await tool.platforms.get(state.platform_id)
    message = await _believed(tool, edge, platform, state, given.get("id_token", ""))
    # Last, so that a message that was bent on the way can be sent again as it was.
    if not await edge.directory.spend(f"lti {state.jti}", state.exp * 1000):
        raise _refused("replayed", platform.platform_id)
    name = await tool.launches.keep(Launch(message=message, key_hash=state.key_hash))
    told = {
        "launch": name,
        "state": state.jti,
        "storage": state.storage,
        "origin": origin_of(platform.authorize_url),
    }
    fragment = base64.urlsafe_b64encode(json.dumps(told).encode()).decode().rstrip("=")
    return RedirectResponse(f"{PAGE}#launch.{fragment}", status_code=303)


async def _believed(
    tool: Tool, edge: Edge, platform: PlatformView, state: State, token: str
) -> LaunchMessage:
    """Believe a launch, or say why not.

    Raises:
        Denied: `lti_launch_invalid`, `lti_deployment_unknown`, `platform_unreachable`.
    """
    try:
        claims = await tool.remote_keys.claims(platform.keys_url, token)
        check_claims(
            claims,
            issuer=platform.issuer,
            client_id=platform.client_id,
            nonce=state.nonce,
            now=edge.now,
        )
        return read_message(claims, platform.platform_id, platform.deployments)
    except Untrusted as doubt:
        raise _refused(doubt.why, platform.platform_id) from None
    except Unreachable as fault:
        log.warning("platform %s: keys not read: %s", platform.platform_id, fault)
        raise Denied(ErrorCode.PLATFORM_UNREACHABLE) from None


def _refused(why: str, platform_id: str) -> Denied:
    """Refuse a launch; the log says for what, people are told what to do."""
    log.warning("platform %s: a launch was refused: %s", platform_id or "(none)", why)
    is_deployment = why == "deployment"
    code = ErrorCode.LTI_DEPLOYMENT_UNKNOWN if is_deployment else ErrorCode.LTI_LAUNCH_INVALID
    return Denied(code)


async def enter(tool: Tool, edge: Edge, request: Request) -> Response:
    """Do what a launch asks for: give a token for the room, or show which there are."""
    await take(edge.limits.doors_per_address, request.scope["usher.client"])
    body = await body_of(edge, request, LtiEnter)
    message = await tool.launches.shown(body.launch, body.key)
    platform = await tool.platforms.get(message.platform_id)
    role = role_of(message.roles, table_of(platform.roles))
    if message.choosing is not None:
        refuse_learners(role)
        rooms = await tool.courses.rooms(message)
        suggested = message.title or message.course
        return reply(LtiEntered(course=message.course, rooms=rooms, suggested_name=suggested))
    await tool.launches.spend(body.launch)
    room = await tool.courses.room_for(message, edge.entries, may_make=role.is_staff)
    account, person = await tool.people.known(
        platform, message.deployment, message.subject, message.name, message.email
    )
    await _take_part(edge, room, account, person, role)
    await tool.rosters.note(room, account, role)
    if role.is_staff:
        tool.people.read_members(platform, message)
    token = sign_host_token(
        edge.secrets.token_keys,
        account_id=account,
        name=person.name,
        email=person.email,
        now=edge.now,
        jti=edge.fresh_id("t"),
        valid_s=TOKEN_S,
        entry_id=room,
        browser=hash_of(body.key),
    )
    return reply(LtiEntered(token=token, entry_id=room, course=message.course))


def refuse_learners(role: Role) -> None:
    """Let only staff choose and make rooms.

    Raises:
        Denied: `not_allowed`.
    """
    if not role.is_staff:
        raise Denied(ErrorCode.NOT_ALLOWED)


async def _take_part(
    edge: Edge, room: RoomId, account: AccountId, person: Person, role: Role
) -> None:
    """Give the part that the platform vouches for; a host finds a session that is not over."""
    order = o.GrantPart(
        account_id=account, name=person.name, email=person.email, part=ROLE_PARTS[role]
    )
    settled(await edge.hub.ask(room, order, SERVER))
    state = await edge.hub.look(room)
    is_over = (
        state is not None
        and state.session is not None
        and (state.session.state is SessionState.ENDED)
    )
    if role is Role.HOST and is_over:
        actor = AccountActor(account_id=account, person=person)
        await edge.hub.ask(room, c.StartSession(), actor)
