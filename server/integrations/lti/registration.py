"""Dynamic registration: the platform and we tell each other what an administrator would type.

An operator gives out an address that works once, for a day. Without it anybody who runs a
platform could have rooms here.

Source: LTI Dynamic Registration 1.0.
"""

import logging
from typing import Any
from urllib.parse import urlsplit

from pydantic import TypeAdapter
from starlette.requests import Request
from starlette.responses import Response

from protocol.codec import Malformed, shaped
from protocol.errors import ErrorCode
from protocol.lti import LtiRegistered, PlatformForm, RegisterPlatform
from server.edge.bodies import body_of, once_each
from server.edge.edge import Edge, take
from server.edge.origins import origin_of
from server.edge.replies import Denied, reply
from server.integrations.calls import Unreachable, json_in
from server.integrations.lti.entering import at_the_page, to_anywhere
from server.integrations.lti.messages import CHOOSE
from server.integrations.lti.passes import Registration
from server.integrations.lti.services import READ_MEMBERS, WRITE_SCORES
from server.integrations.lti.tool import Tool

log = logging.getLogger(__name__)

TOOL = "https://purl.imsglobal.org/spec/lti-tool-configuration"
PLATFORM = "https://purl.imsglobal.org/spec/lti-platform-configuration"
NAME = "usher"

_FORM = TypeAdapter(PlatformForm)


@at_the_page
async def begin_registration(tool: Tool, edge: Edge, request: Request) -> Response:
    """Hear from a platform where it describes itself.

    Nothing is asked of it before a person has said yes on our page.
    """
    given = once_each(request.query_params.multi_items())
    allowed = tool.passes.registration(given.get("code", ""), edge.now)
    if allowed is None or allowed.url:
        raise Denied(ErrorCode.TOKEN_INVALID)
    begun = Registration(
        url=given.get("openid_configuration", "")[:1_000],
        token=given.get("registration_token", "")[:3_000],
        trusts_email=allowed.trusts_email,
        sends_grades=allowed.sends_grades,
        jti=allowed.jti,
        exp=allowed.exp,
    )
    return to_anywhere(f"register.{tool.passes.sign_registration(begun)}")


async def register(tool: Tool, edge: Edge, request: Request) -> Response:
    """Register a platform that an operator has let register, once.

    What is registered already stays as it is: to change it is for operators.
    """
    await take(edge.limits.doors_per_address, request.scope["usher.client"])
    body = await body_of(edge, request, RegisterPlatform)
    begun = tool.passes.registration(body.registration, edge.now)
    if begun is None or not begun.url:
        raise Denied(ErrorCode.TOKEN_INVALID)
    try:
        described = await _described(tool, begun.url)
        if not await edge.directory.spend(f"lti registration {begun.jti}", begun.exp * 1000):
            raise Denied(ErrorCode.TOKEN_INVALID)
        platform = await tool.platforms.put(await _told(tool, begun, described), is_new=True)
    except (Unreachable, Malformed, KeyError) as fault:
        log.warning("a platform could not be registered: %s", fault)
        raise Denied(ErrorCode.PLATFORM_UNREACHABLE) from None
    return reply(LtiRegistered(name=platform.name))


async def _described(tool: Tool, url: str) -> dict[str, Any]:
    """Read how a platform describes itself, at an address of its own."""
    answer = await tool.calls.get(url, {"Accept": "application/json"})
    found = json_in(answer) if answer.is_success else None
    if not isinstance(found, dict) or not isinstance(found.get("issuer"), str):
        raise Unreachable("what came is no description of a platform")
    if not origin_of(url) or origin_of(found["issuer"]) != origin_of(url):
        raise Unreachable("the description is of a platform at another address")
    if origin_of(str(found.get("registration_endpoint"))) != origin_of(url):
        raise Unreachable("the platform registers tools at another address")
    return found


async def _told(tool: Tool, begun: Registration, described: dict[str, Any]) -> PlatformForm:
    """Tell the platform about us, and put together what it has told."""
    headers = {"Accept": "application/json"}
    if begun.token:
        headers["Authorization"] = f"Bearer {begun.token}"
    endpoint = str(described["registration_endpoint"])
    answer = await tool.calls.post_json(endpoint, about_us(tool), headers)
    given = json_in(answer) if answer.is_success else None
    if not isinstance(given, dict):
        raise Unreachable(f"the platform did not register us: status {answer.status}")
    configuration = given.get(TOOL)
    deployment = configuration.get("deployment_id") if isinstance(configuration, dict) else None
    family = described.get(PLATFORM)
    product = family.get("product_family_code") if isinstance(family, dict) else None
    host = urlsplit(described["issuer"]).hostname or ""
    return shaped(
        {
            "name": f"{host} ({product})"[:120] if isinstance(product, str) else host[:120],
            "issuer": described["issuer"],
            "client_id": given["client_id"],
            "deployments": [str(deployment)] if deployment is not None else [],
            "authorize_url": described["authorization_endpoint"],
            "token_url": described["token_endpoint"],
            "keys_url": described["jwks_uri"],
            "audience": described.get("authorization_server") or "",
            "trusts_email": begun.trusts_email,
            "sends_grades": begun.sends_grades,
        },
        _FORM,
    )


def about_us(tool: Tool) -> dict[str, Any]:
    """Say about ourselves what a platform has to know."""
    host = urlsplit(tool.url)
    return {
        "application_type": "web",
        "client_name": NAME,
        "response_types": ["id_token"],
        "grant_types": ["implicit", "client_credentials"],
        "initiate_login_uri": f"{tool.url}/lti/login",
        "redirect_uris": [tool.launch_url],
        "jwks_uri": f"{tool.url}/lti/jwks",
        "token_endpoint_auth_method": "private_key_jwt",
        "scope": f"{READ_MEMBERS} {WRITE_SCORES}",
        TOOL: {
            "domain": host.netloc,
            "target_link_uri": tool.launch_url,
            "claims": ["iss", "sub", "name", "given_name", "family_name", "email"],
            "messages": [{"type": CHOOSE, "target_link_uri": tool.launch_url, "label": NAME}],
        },
    }
