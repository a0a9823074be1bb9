"""Who is measured: a server with a crowd of watchers. All get the same client in the same run."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field

from load.crowd import Crowd


@dataclass(frozen=True, slots=True, kw_only=True)
class Contender:
    """A server with its crowd.

    Args:
        change: cause the change of this number, which every watcher hears of.
        burst: cause so many changes at once, and wait until every watcher holds what follows
            from all of them; None where that says nothing.
        tells_each: sends every change by itself, so that a burst is as much as it looks.
        filling: what it took to let the crowd in.
    """

    name: str
    pids: tuple[int, ...]
    crowd: Crowd
    change: Callable[[int], Awaitable[None]]
    burst: Callable[[int], Awaitable[None]] | None
    tells_each: bool = False
    filling: Mapping[str, float] = field(default_factory=dict)
