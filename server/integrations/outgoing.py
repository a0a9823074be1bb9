"""Calls to addresses that others have given, and never into the network of this server.

A name is looked up once, every address it has is checked, and the connection goes to exactly
the address that was checked: an answer of the name server that changes in between (DNS
rebinding) meets the same check. Redirects are not followed; an answer is read up to a bound.
"""

import asyncio
import ipaddress
import socket
import ssl
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from urllib.parse import urlsplit

import httpcore

from protocol.text import MAX_URL_CHARS
from server.edge.clients import Address, Network

Option = tuple[int, int, int] | tuple[int, int, bytes | bytearray] | tuple[int, int, None, int]

CONNECT_S = 5.0
CALL_S = 15.0
"""How long a whole call may take, however slowly the answer drips."""
MAX_ANSWER_BYTES = 64 * 1024
CONNECTIONS = 64

_TUNNELS: tuple[Network, ...] = tuple(
    ipaddress.ip_network(one) for one in ("64:ff9b::/96", "64:ff9b:1::/48", "2002::/16")
)
"""Addresses of version 6 that lead to one of version 4, perhaps an inner one."""


EVERYWHERE: tuple[Network, ...] = (ipaddress.ip_network("0.0.0.0/0"), ipaddress.ip_network("::/0"))
"""For addresses that whoever runs the server has set."""


class OutgoingError(Exception):
    """A call came to nothing; the text is one word for logs and programs."""


class BadTargetError(OutgoingError):
    """The address may not be called at all."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What was answered; the body is cut where it is longer than is read.

    Args:
        headers: by their names in lower case.
    """

    status: int
    body: bytes
    headers: Mapping[str, str] = field(default_factory=dict)

    @property
    def is_success(self) -> bool:
        """The status is one of those that say yes."""
        return 200 <= self.status < 300


def checked_target(url: str) -> str:
    """Let a URL pass that could be called; the address behind its name is checked when it is.

    Raises:
        BadTargetError: it is no http(s) URL of a host, or carries a password or a fragment.
    """
    try:
        parts = urlsplit(url)
        _ = parts.port
    except ValueError:
        raise BadTargetError("not_a_url") from None
    if len(url) > MAX_URL_CHARS or not url.isascii() or not url.isprintable() or " " in url:
        raise BadTargetError("not_a_url")
    if parts.scheme not in ("https", "http") or not parts.hostname:
        raise BadTargetError("not_a_url")
    if parts.username is not None or parts.password is not None or parts.fragment:
        raise BadTargetError("credentials_in_url")
    return url


class Outgoing:
    """Calls by POST and GET, each within `CALL_S`.

    Plain http goes to the inner networks alone that were allowed: elsewhere others can read it.

    Args:
        inner: networks that are not public and may be called all the same.
        tls: how certificates are checked; None: by the system's authorities.
        most_bytes: so much of an answer is read.
    """

    def __init__(
        self,
        inner: Iterable[Network] = (),
        tls: ssl.SSLContext | None = None,
        most_bytes: int = MAX_ANSWER_BYTES,
    ) -> None:
        """Open nothing yet."""
        self._most_bytes = most_bytes
        allowed = tuple(inner)
        self._pools = {
            "https": httpcore.AsyncConnectionPool(
                ssl_context=tls,
                max_connections=CONNECTIONS,
                max_keepalive_connections=CONNECTIONS,
                keepalive_expiry=15.0,
                network_backend=_Guard(allowed, may_be_public=True),
            ),
            "http": httpcore.AsyncConnectionPool(
                max_connections=CONNECTIONS,
                max_keepalive_connections=CONNECTIONS,
                keepalive_expiry=15.0,
                network_backend=_Guard(allowed, may_be_public=False),
            ),
        }

    async def aclose(self) -> None:
        """Close what is open."""
        for pool in self._pools.values():
            await pool.aclose()

    async def post(self, url: str, headers: Mapping[str, str], body: bytes) -> Answer:
        """Send a body.

        Raises:
            BadTargetError: the address may not be called.
            OutgoingError: there was no answer; says in a word why.
        """
        return await self._call("POST", url, headers, body)

    async def get(self, url: str, headers: Mapping[str, str] | None = None) -> Answer:
        """Ask for something. Raises as `post`."""
        return await self._call("GET", url, headers or {}, None)

    async def _call(
        self, method: str, url: str, headers: Mapping[str, str], body: bytes | None
    ) -> Answer:
        pool = self._pools[urlsplit(checked_target(url)).scheme]
        try:
            async with (
                asyncio.timeout(CALL_S),
                pool.stream(
                    method,
                    url,
                    headers=list(headers.items()),
                    content=body,
                    extensions={"timeout": {"connect": CONNECT_S, "pool": CALL_S}},
                ) as answer,
            ):
                body = await _bounded(answer, self._most_bytes)
                headers = {
                    name.decode("latin-1").lower(): value.decode("latin-1")
                    for name, value in answer.headers
                }
                return Answer(answer.status, body, headers)
        except TimeoutError:
            raise OutgoingError("timeout") from None
        except httpcore.TimeoutException:
            raise OutgoingError("timeout") from None
        except httpcore.ConnectError as fault:
            raise OutgoingError("tls" if _is_tls(fault) else "no_connection") from None
        except (httpcore.NetworkError, httpcore.ProtocolError, OSError):
            raise OutgoingError("broken_connection") from None


async def _bounded(answer: httpcore.Response, most_bytes: int) -> bytes:
    """Read what fits; an answer without end is cut, not waited for."""
    read = bytearray()
    async for chunk in answer.aiter_stream():
        read += chunk
        if len(read) >= most_bytes:
            break
    return bytes(read[:most_bytes])


def _is_tls(fault: BaseException | None) -> bool:
    while fault is not None:
        if isinstance(fault, ssl.SSLError):
            return True
        fault = fault.__cause__ or fault.__context__
    return False


class _Guard(httpcore.AsyncNetworkBackend):
    """Connects to checked addresses alone."""

    def __init__(self, allowed: tuple[Network, ...], *, may_be_public: bool) -> None:
        self._allowed = allowed
        self._may_be_public = may_be_public
        self._inner = httpcore.AnyIOBackend()

    async def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,  # noqa: ASYNC109 - the signature is the library's
        local_address: str | None = None,
        socket_options: Iterable[Option] | None = None,
    ) -> httpcore.AsyncNetworkStream:
        addresses = await _addresses(host, port)
        if not all(self._is_allowed(one) for one in addresses):
            raise BadTargetError("inner_address")
        problem: Exception = httpcore.ConnectError("no address")
        for address in addresses:
            try:
                return await self._inner.connect_tcp(
                    str(address), port, timeout, local_address, socket_options
                )
            except (httpcore.ConnectError, httpcore.ConnectTimeout) as fault:
                problem = fault
        raise problem

    async def sleep(self, seconds: float) -> None:
        await self._inner.sleep(seconds)

    def _is_allowed(self, address: Address) -> bool:
        plain = _plain(address)
        if any(plain.version == net.version and plain in net for net in self._allowed):
            return True
        return self._may_be_public and is_public(plain)


def is_public(address: Address) -> bool:
    """Say whether an address is one of the public internet, and of one machine."""
    plain = _plain(address)
    is_tunnel = any(plain.version == net.version and plain in net for net in _TUNNELS)
    return plain.is_global and not plain.is_multicast and not is_tunnel


def _plain(address: Address) -> Address:
    mapped = address.ipv4_mapped if isinstance(address, ipaddress.IPv6Address) else None
    return mapped or address


async def _addresses(host: str, port: int) -> list[Address]:
    try:
        found = await asyncio.get_running_loop().getaddrinfo(host, port, type=socket.SOCK_STREAM)
        return list(dict.fromkeys(ipaddress.ip_address(one[4][0]) for one in found))
    except (OSError, ValueError, UnicodeError):
        raise OutgoingError("unknown_host") from None
