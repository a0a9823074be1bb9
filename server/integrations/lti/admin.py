"""Platforms and keys for operators: over HTTP with an API key, or signed in as the operator."""

import secrets

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from protocol.errors import ErrorCode
from protocol.lti import (
    PlatformForm,
    PlatformList,
    RegistrationForm,
    RegistrationUrl,
    ToolKeyList,
    ToolView,
)
from server.edge.bodies import body_of, checked_id
from server.edge.callers import caller_of, need_scope
from server.edge.edge import Edge, take
from server.edge.ports import Scope
from server.edge.replies import Denied, reply
from server.integrations.lti.passes import REGISTRATION_S, Registration
from server.integrations.lti.platforms import shown
from server.integrations.lti.tool import Tool

KEYS_KEPT_S = 300
"""How long a platform may keep our list of keys. It asks again for one that it does not know."""


async def _let_operate(edge: Edge, request: Request) -> None:
    """Let operators pass.

    Raises:
        Denied: `not_signed_in`, `not_allowed`, `rate_limited`.
    """
    caller = await caller_of(edge, request)
    need_scope(caller, Scope.PLATFORMS)
    if not caller.is_known:
        raise Denied(ErrorCode.NOT_SIGNED_IN)
    if caller.key is None and not caller.is_operator:
        raise Denied(ErrorCode.NOT_ALLOWED)
    await take(edge.limits.writes_per_caller, caller.name)


async def list_platforms(tool: Tool, edge: Edge, request: Request) -> Response:
    """List the registered platforms, each with its table of roles."""
    await _let_operate(edge, request)
    found = sorted((await tool.platforms.all()).values(), key=lambda one: one.added_at)
    return reply(PlatformList(platforms=tuple(shown(one) for one in found)))


async def put_platform(tool: Tool, edge: Edge, request: Request) -> Response:
    """Register a platform, or change what is registered."""
    await _let_operate(edge, request)
    made = await tool.platforms.put(await body_of(edge, request, PlatformForm))
    tool.remote_keys.forget(made.keys_url)
    return reply(shown(made))


async def remove_platform(tool: Tool, edge: Edge, request: Request) -> Response:
    """Take no launch of a platform any more."""
    await _let_operate(edge, request)
    await tool.platforms.remove(checked_id(request.path_params["platform_id"]))
    return await list_platforms(tool, edge, request)


async def list_keys(tool: Tool, edge: Edge, request: Request) -> Response:
    """List our keys, the one that signs first."""
    await _let_operate(edge, request)
    return reply(ToolKeyList(keys=tuple(await tool.tool_keys.views())))


async def rotate_key(tool: Tool, edge: Edge, request: Request) -> Response:
    """Sign with a fresh key from now on; the one before stays in the list for a week."""
    await _let_operate(edge, request)
    await tool.tool_keys.rotate()
    return reply(ToolKeyList(keys=tuple(await tool.tool_keys.views())))


async def about(tool: Tool, edge: Edge, request: Request) -> Response:
    """Say what a platform's administrator has to type in about us."""
    await _let_operate(edge, request)
    return reply(
        ToolView(
            login_url=f"{tool.url}/lti/login",
            launch_url=tool.launch_url,
            keys_url=f"{tool.url}/lti/jwks",
            deep_linking_url=tool.launch_url,
        )
    )


async def allow_registration(tool: Tool, edge: Edge, request: Request) -> Response:
    """Make an address with which one platform registers itself, within a day."""
    await _let_operate(edge, request)
    body = await body_of(edge, request, RegistrationForm)
    expires_s = edge.now // 1000 + REGISTRATION_S
    allowed = Registration(
        trusts_email=body.trusts_email,
        sends_grades=body.sends_grades,
        jti=secrets.token_urlsafe(16),
        exp=expires_s,
    )
    code = tool.passes.sign_registration(allowed)
    return reply(
        RegistrationUrl(url=f"{tool.url}/lti/register?code={code}", expires_at=1000 * expires_s)
    )


async def jwks(tool: Tool, edge: Edge, request: Request) -> Response:
    """List the public halves of our keys, for platforms (RFC 7517)."""
    await take(edge.limits.doors_per_address, request.scope["usher.client"])
    listed = [key.public for key, _ in await tool.tool_keys.listed()]
    headers = {"Cache-Control": f"public, max-age={KEYS_KEPT_S}"}
    return JSONResponse({"keys": listed}, headers=headers)
