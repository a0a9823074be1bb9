"""Headers that keep pages safe, and the refusal of requests that are not addressed to us."""

from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from protocol.errors import ErrorCode
from server.edge.clients import client_key
from server.edge.replies import Denied, problem_reply
from server.edge.settings import EdgeSettings

HEALTH = "/healthz"
"""Asked by address from inside a cluster, so the name in the Host header is not looked at."""

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


def safe_headers(settings: EdgeSettings) -> dict[str, str]:
    """Make the headers of every reply."""
    ancestors = " ".join(("'self'", *settings.frame_ancestors))
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


class Headers:
    """Outermost but the log: says who the client is, checks the Host, sets the safe headers.

    The Host is compared with the names that we have, so that a page on another name which was
    made to lead here (DNS rebinding) gets nothing.
    """

    def __init__(self, app: ASGIApp, settings: EdgeSettings) -> None:
        """Wrap an application."""
        self._app = app
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
                for name, value in self._headers.items():
                    headers.setdefault(name, value)
                headers.setdefault("Cache-Control", "no-store")
            await send(message)

        scope["usher.client"] = client_key(scope, self._proxies)
        if scope["path"] != HEALTH and not self._is_for_us(scope):
            no = Denied(ErrorCode.BAD_ORIGIN)
            scope["usher.refusal"] = no.code
            await problem_reply(no)(scope, receive, sending)
            return
        await self._app(scope, receive, sending)

    def _is_for_us(self, scope: Scope) -> bool:
        hosts = [value for name, value in scope["headers"] if name == b"host"]
        return len(hosts) == 1 and host_name(hosts[0].decode("latin-1")) in self._hosts


def host_name(host: str) -> str:
    """Take the name out of a Host header, without port and brackets, in lower case.

    Example:
        >>> host_name("Usher.example:8000"), host_name("[::1]:8000")
        ('usher.example', '::1')
    """
    if host.startswith("["):
        return host[1:].partition("]")[0]
    return host.partition(":")[0].lower()
