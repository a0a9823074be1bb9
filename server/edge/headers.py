"""Headers that keep pages safe, and the refusal of requests that are not addressed to us."""

import re
from collections.abc import Callable

from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from protocol.errors import ErrorCode
from server.edge.clients import client_key
from server.edge.health import PROBES
from server.edge.replies import Denied, problem_reply
from server.edge.settings import EdgeSettings

_CSP = "; ".join(
    (
        "default-src 'self'",
        "script-src 'self'",
        "style-src 'self'",
        "connect-src 'self' ws: wss:",
        "img-src * data: blob:",
        "media-src * blob:",
        "frame-src *",
        "object-src 'none'",
        "base-uri 'none'",
        "form-action 'self'",
    )
)

_ALWAYS = {
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Permissions-Policy": (
        "camera=(self), microphone=(self), display-capture=(self), fullscreen=*, "
        "geolocation=(), payment=(), usb=(), serial=()"
    ),
}
_YEAR_S = 365 * 24 * 3600


EMBED = "/embed"
"""The page for frames on pages of other sites."""


def safe_headers(settings: EdgeSettings, frames: tuple[str, ...] = ()) -> dict[str, str]:
    """Make the headers of every reply.

    Args:
        frames: further origins that may show this reply in a frame.
    """
    ancestors = " ".join(("'self'", *settings.frame_ancestors, *frames))
    found = {**_ALWAYS, "Content-Security-Policy": f"{_CSP}; frame-ancestors {ancestors}"}
    if settings.is_secure:
        found["Strict-Transport-Security"] = f"max-age={_YEAR_S}"
    return found


def mail_policy(settings: EdgeSettings) -> str:
    """Make the policy of the one page that shows mails: their styles stand beside their words.

    A mail is shown in a sandbox without scripts; the sandbox inherits the page's policy.
    """
    policy = safe_headers(settings)["Content-Security-Policy"]
    return policy.replace("style-src 'self'", "style-src 'self' 'unsafe-inline'")


def document_policy(settings: EdgeSettings, origin: str) -> str:
    """Make the policy of a page that reads a document from another host, and from no other."""
    policy = safe_headers(settings)["Content-Security-Policy"]
    return policy.replace("connect-src 'self'", f"connect-src 'self' {origin}")


DOCUMENT_WORKER_POLICY = (
    "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; connect-src 'self'"
)
"""Of the script that reads documents: scanned pages are unpacked by WebAssembly. It runs in a
worker, which has the policy that its own script came with, and sees no page."""


HOST = re.compile(r"(?:\[(?P<inner>[0-9A-Fa-f:.]+)\]|(?P<name>[^\[\]:]+))(?::[0-9]*)?")
"""RFC 9110, section 7.2, as far as names and addresses of ours go."""


class Headers:
    """Outermost but the log: says who the client is, checks the Host, sets the safe headers.

    The Host is compared with the names that we have, so that a page on another name which was
    made to lead here (DNS rebinding) gets nothing.
    """

    def __init__(
        self,
        app: ASGIApp,
        settings: EdgeSettings,
        frames: Callable[[], tuple[str, ...]] = tuple,
    ) -> None:
        """Wrap an application.

        Args:
            settings: how the edge behaves.
            frames: names further origins that may show `/embed` in a frame now.
        """
        self._app = app
        self._settings = settings
        self._frames = frames
        self._headers = safe_headers(settings)
        self._hosts = settings.hosts
        self._proxies = settings.proxies

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request or socket."""
        if scope["type"] == "lifespan":
            await self._app(scope, receive, send)
            return

        async def sending(message: Message) -> None:
            if message["type"] in ("http.response.start", "websocket.http.response.start"):
                headers = MutableHeaders(scope=message)
                for name, value in self._headers_for(scope["path"]).items():
                    headers.setdefault(name, value)
                headers.setdefault("Cache-Control", "no-store")
            await send(message)

        scope["usher.client"] = client_key(scope, self._proxies)
        if scope["path"] not in PROBES and not self._is_for_us(scope):
            no = Denied(ErrorCode.BAD_ORIGIN)
            scope["usher.refusal"] = no.code
            await problem_reply(no)(scope, receive, sending)
            return
        await self._app(scope, receive, sending)

    def _headers_for(self, path: str) -> dict[str, str]:
        frames = self._frames() if path == EMBED else ()
        return safe_headers(self._settings, frames) if frames else self._headers

    def _is_for_us(self, scope: Scope) -> bool:
        hosts = [value for name, value in scope["headers"] if name == b"host"]
        return len(hosts) == 1 and host_name(hosts[0].decode("latin-1")) in self._hosts


def host_name(host: str) -> str:
    """Take the name out of a Host header, without port and brackets, in lower case.

    Empty for what is no name with a port that is a number: such a thing is no name of ours.

    Example:
        >>> host_name("Usher.example:8000"), host_name("[::1]:8000")
        ('usher.example', '::1')
    """
    found = HOST.fullmatch(host)
    return (found["inner"] or found["name"]).lower() if found else ""
