"""Where a request comes from: the address of the client, through proxies that are trusted."""

import ipaddress
from collections.abc import Sequence

from starlette.types import Scope

Address = ipaddress.IPv4Address | ipaddress.IPv6Address
Network = ipaddress.IPv4Network | ipaddress.IPv6Network

NOWHERE = "unknown"
FORWARDED = (b"forwarded", b"x-forwarded-for", b"x-real-ip")
HOUSEHOLD = 64
"""Bits of an IPv6 address that one household shares; the rest it can choose freely."""


def networks(texts: Sequence[str]) -> tuple[Network, ...]:
    """Read addresses and networks, as operators write them into settings.

    Raises:
        ValueError: one of them is neither.

    Example:
        >>> networks(["10.0.0.0/8", "::1"])
        (IPv4Network('10.0.0.0/8'), IPv6Network('::1/128'))
    """
    return tuple(ipaddress.ip_network(text, strict=False) for text in texts)


def is_direct_from(scope: Scope, within: Sequence[Network]) -> bool:
    """Say whether a request came from one of these networks, and through no proxy.

    Who forwarded it is not asked: a proxy that is not known as one, on this very machine,
    would otherwise lend its own address to everybody.
    """
    peer = scope.get("client")
    address = _address(peer[0]) if peer else None
    if address is None or any(name in FORWARDED for name, _ in scope["headers"]):
        return False
    return _is_within(address, within)


def client_key(scope: Scope, proxies: Sequence[Network]) -> str:
    """Say who is at the other end, as a key for rate limits.

    X-Forwarded-For is read from the right, where our own proxies write, as far as the
    addresses are trusted; what stands further left anybody can make up.
    """
    peer = scope.get("client")
    address = _address(peer[0]) if peer else None
    if address is None:
        return NOWHERE
    if proxies and _is_within(address, proxies):
        for hop in reversed(_forwarded_for(scope)):
            found = _address(hop)
            if found is None:
                break
            address = found
            if not _is_within(address, proxies):
                break
    if address.version == 6:
        return str(ipaddress.ip_network((address, HOUSEHOLD), strict=False))
    return str(address)


def _forwarded_for(scope: Scope) -> list[str]:
    values = [value for name, value in scope["headers"] if name == b"x-forwarded-for"]
    return [hop.strip() for hop in b",".join(values).decode("latin-1").split(",")]


def _address(text: str) -> Address | None:
    try:
        address = ipaddress.ip_address(text)
    except ValueError:
        return None
    if isinstance(address, ipaddress.IPv6Address) and address.ipv4_mapped:
        return address.ipv4_mapped
    return address


def _is_within(address: Address, proxies: Sequence[Network]) -> bool:
    return any(address.version == one.version and address in one for one in proxies)
