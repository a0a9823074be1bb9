"""How many feeds are open, and whose: a page that opens them without end is refused."""

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager

from protocol.errors import ErrorCode
from server.edge.replies import Denied


class Feeds:
    """The feeds of one node."""

    def __init__(self, most: int, most_per_caller: int) -> None:
        """Start without any."""
        self._most = most
        self._most_per_caller = most_per_caller
        self._of: Counter[str] = Counter()

    def __len__(self) -> int:
        """Count them."""
        return self._of.total()

    def refuse_more(self, caller: str) -> None:
        """Refuse when there are as many as there may be.

        Raises:
            Denied: `overloaded` for all, `rate_limited` for one caller.
        """
        if len(self) >= self._most:
            raise Denied(ErrorCode.OVERLOADED)
        if self._of[caller] >= self._most_per_caller:
            raise Denied(ErrorCode.RATE_LIMITED)

    @contextmanager
    def opened(self, caller: str) -> Iterator[None]:
        """Count one for as long as it is open."""
        self._of[caller] += 1
        try:
            yield
        finally:
            self._of[caller] -= 1
            if not self._of[caller]:
                del self._of[caller]
