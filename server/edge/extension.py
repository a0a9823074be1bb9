"""What a floor above adds to the edge: operations, addresses for other sites, who may frame."""

from collections.abc import Callable
from dataclasses import dataclass

from server.edge.routing import Handler, Operation


@dataclass(frozen=True, slots=True, kw_only=True)
class Landing:
    """An address outside of the API, to which pages of other sites send a browser.

    Forms arrive there from anywhere, so nothing may follow from a browser's cookies.

    Args:
        path: from the root.
        methods: HTTP methods.
        handler: answers, and trusts nothing that it has not checked.
    """

    path: str
    methods: tuple[str, ...]
    handler: Handler


def nobody() -> tuple[str, ...]:
    """Name no origin."""
    return ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Extension:
    """One part of the server that can be left out.

    Args:
        operations: of the API; they are routed and described like all others.
        landings: addresses outside of it.
        frames: names the origins that may show `/embed` in a frame now, besides those of the
            settings.
    """

    operations: tuple[Operation, ...] = ()
    landings: tuple[Landing, ...] = ()
    frames: Callable[[], tuple[str, ...]] = nobody
