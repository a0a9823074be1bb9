"""Deep Linking: a teacher picks a room of the course, or has one made, and the platform is told.

Source: LTI Deep Linking 2.0, sections 3 and 4.
"""

import secrets
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from protocol.errors import ErrorCode
from protocol.ids import RoomId
from protocol.lti import LtiChoose, LtiChosen, PlatformView
from server.core.names import clean_name
from server.edge.bodies import body_of
from server.edge.edge import Edge, take
from server.edge.replies import Denied, reply
from server.integrations.lti.entering import refuse_learners
from server.integrations.lti.messages import CLAIM, DEEP_LINKING, ENTRY, VERSION, LaunchMessage
from server.integrations.lti.platforms import refuse_foreign_return
from server.integrations.lti.roles import role_of, table_of
from server.integrations.lti.tool import Tool

RESPONSE = "LtiDeepLinkingResponse"
VALID_S = 300
GRADE_OUT_OF = 100


async def choose(tool: Tool, edge: Edge, request: Request) -> Response:
    """Sign which room it is to be, for the browser to carry to the platform.

    Nothing is made and nothing used up unless all else is right.
    """
    await take(edge.limits.doors_per_address, request.scope["usher.client"])
    body = await body_of(edge, request, LtiChoose)
    message = await tool.launches.shown(body.launch, body.key)
    platform = await tool.platforms.get(message.platform_id)
    refuse_learners(role_of(message.roles, table_of(platform.roles)))
    choosing = message.choosing
    if choosing is None or not choosing.accepts_link:
        raise Denied(ErrorCode.LTI_LAUNCH_INVALID)
    refuse_foreign_return(platform, choosing.return_url)
    room, name = await _room(tool, edge, body, message)
    await tool.launches.spend(body.launch)
    if body.entry_id is None:
        await tool.courses.make(room, name, message, edge.entries)
    item = _item(tool, platform, room, name)
    signed = await tool.tool_keys.signed(_claims(platform, message, item, edge.now // 1000))
    return reply(LtiChosen(return_url=choosing.return_url, jwt=signed))


async def _room(
    tool: Tool, edge: Edge, body: LtiChoose, message: LaunchMessage
) -> tuple[RoomId, str]:
    """Say which room it is, and how it is called: one of the course, or one yet to be made."""
    if (body.entry_id is None) == (body.name is None):
        raise Denied(ErrorCode.BAD_REQUEST, where="entry_id")
    if body.entry_id is None:
        name = clean_name(body.name or "")
        if name is None:
            raise Denied(ErrorCode.BAD_REQUEST, where="name")
        return RoomId(edge.fresh_id("e")), name
    rooms = {one.entry_id: one.name for one in await tool.courses.rooms(message)}
    if body.entry_id not in rooms:
        raise Denied(ErrorCode.NOT_FOUND)
    return body.entry_id, rooms[body.entry_id]


def _item(tool: Tool, platform: PlatformView, room: RoomId, name: str) -> dict[str, Any]:
    """Describe the room as the platform wants it; with a place for grades, if it is to have them.

    The parameter that names the room is a hint: a launch is held against the course.
    """
    item: dict[str, Any] = {
        "type": "ltiResourceLink",
        "title": name,
        "url": tool.launch_url,
        "custom": {ENTRY: room},
    }
    if platform.sends_grades:
        item["lineItem"] = {"scoreMaximum": GRADE_OUT_OF, "label": name, "resourceId": room}
    return item


def _claims(
    platform: PlatformView, message: LaunchMessage, item: dict[str, Any], now_s: int
) -> dict[str, Any]:
    claims: dict[str, Any] = {
        "iss": platform.client_id,
        "aud": platform.issuer,
        "iat": now_s,
        "exp": now_s + VALID_S,
        "nonce": secrets.token_urlsafe(24),
        f"{CLAIM}deployment_id": message.deployment,
        f"{CLAIM}message_type": RESPONSE,
        f"{CLAIM}version": VERSION,
        f"{DEEP_LINKING}content_items": [item],
    }
    data = message.choosing.data if message.choosing else None
    return claims if data is None else claims | {f"{DEEP_LINKING}data": data}
