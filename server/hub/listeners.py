"""Who wants to know that something in a room has changed, without being in the room."""

import logging
from collections.abc import Callable

log = logging.getLogger(__name__)

Tell = Callable[[], None]
"""Told that it is time to look again. Never waits."""


class Listeners:
    """The listeners of one room on this node."""

    def __init__(self) -> None:
        """Start without any."""
        self._tells: set[Tell] = set()

    def __len__(self) -> int:
        """Count them."""
        return len(self._tells)

    def add(self, tell: Tell) -> None:
        """Tell somebody from now on."""
        self._tells.add(tell)

    def discard(self, tell: Tell) -> None:
        """Tell somebody no more."""
        self._tells.discard(tell)

    def tell(self) -> None:
        """Tell everybody; one that fails takes nothing from the others or the room."""
        for tell in tuple(self._tells):
            try:
                tell()
            except Exception:
                log.exception("a listener failed")
