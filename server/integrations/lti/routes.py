"""Every route of LTI as one readable list."""

from collections.abc import Awaitable, Callable
from functools import partial

from starlette.requests import Request
from starlette.responses import Response

from protocol import lti
from server.edge.edge import Edge
from server.edge.extension import Extension, Landing
from server.edge.headers import safe_headers
from server.edge.pages import page_file
from server.edge.routing import ANYBODY, Operation
from server.integrations.lti import admin, choosing, entering, registration
from server.integrations.lti.entering import ANYWHERE, KEEPS_OPENER, PAGE
from server.integrations.lti.tool import Tool

OPERATOR = ("account", "key")


async def page(tool: Tool, edge: Edge, _request: Request) -> Response:
    """Serve the page on which a launch goes on, in a frame of any registered platform.

    It may post a form to them: the choice of a room goes that way.
    """
    await tool.platforms.all()
    origins = tool.platforms.origins
    found = page_file(edge, "lti.html")
    policy = safe_headers(edge.settings, origins)["Content-Security-Policy"]
    allowed = " ".join(("form-action 'self'", *origins))
    found.headers["Content-Security-Policy"] = policy.replace("form-action 'self'", allowed)
    return found


async def page_anywhere(_tool: Tool, edge: Edge, _request: Request) -> Response:
    """Serve the page that says no, and that registers, in a frame or a window of anybody.

    Who is registering is not registered yet. What the page does there, it does by what stands in
    its fragment and never by who somebody is: whoever lures a click has that already.
    """
    found = page_file(edge, "lti.html")
    found.headers.update(KEEPS_OPENER)
    policy = safe_headers(edge.settings, ("*",))["Content-Security-Policy"]
    found.headers["Content-Security-Policy"] = policy
    return found


def extension_of(tool: Tool) -> Extension:
    """Make what LTI adds to the edge."""

    def operation(
        method: str,
        path: str,
        handler: Callable[[Tool, Edge, Request], Awaitable[Response]],
        summary: str,
        body: type | None,
        reply: type,
        *,
        is_open: bool = False,
    ) -> Operation:
        return Operation(
            method=method,
            path=f"/lti{path}",
            handler=partial(handler, tool),
            summary=summary,
            body=body,
            reply=reply,
            who=ANYBODY if is_open else OPERATOR,
        )

    return Extension(
        operations=(
            operation(
                "GET", "", admin.about, "Say what a platform has to know about us.",
                None, lti.ToolView,
            ),
            operation(
                "GET", "/platforms", admin.list_platforms, "List the learning platforms.",
                None, lti.PlatformList,
            ),
            operation(
                "PUT", "/platforms", admin.put_platform, "Register a platform, or change it.",
                lti.PlatformForm, lti.PlatformView,
            ),
            operation(
                "DELETE", "/platforms/{platform_id}", admin.remove_platform,
                "Take no launch of a platform any more.", None, lti.PlatformList,
            ),
            operation(
                "POST", "/registrations", admin.allow_registration,
                "Let one platform register itself.", lti.RegistrationForm, lti.RegistrationUrl,
            ),
            operation("GET", "/keys", admin.list_keys, "List our keys.", None, lti.ToolKeyList),
            operation(
                "POST", "/keys", admin.rotate_key, "Sign with a fresh key from now on.",
                None, lti.ToolKeyList,
            ),
            operation(
                "POST", "/login", entering.login, "Go on with a launch that a platform began.",
                lti.LtiLogin, lti.LtiLoginReply, is_open=True,
            ),
            operation(
                "POST", "/enter", entering.enter, "Do what a launch asks for.",
                lti.LtiEnter, lti.LtiEntered, is_open=True,
            ),
            operation(
                "POST", "/choose", choosing.choose, "Choose a room for a course.",
                lti.LtiChoose, lti.LtiChosen, is_open=True,
            ),
            operation(
                "POST", "/register", registration.register,
                "Register a platform that was let register.",
                lti.RegisterPlatform, lti.LtiRegistered, is_open=True,
            ),
        ),
        landings=(
            Landing(path=PAGE, methods=("GET",), handler=partial(page, tool)),
            Landing(path=ANYWHERE, methods=("GET",), handler=partial(page_anywhere, tool)),
            Landing(
                path="/lti/login", methods=("GET", "POST"), handler=partial(entering.begin, tool)
            ),
            Landing(
                path="/lti/launch", methods=("POST",), handler=partial(entering.launch, tool)
            ),
            Landing(
                path="/lti/register", methods=("GET",),
                handler=partial(registration.begin_registration, tool),
            ),
            Landing(path="/lti/jwks", methods=("GET",), handler=partial(admin.jwks, tool)),
        ),
        frames=lambda: tool.platforms.origins,
    )  # fmt: skip
