"""One connection's outbox: what it is to be sent next, never more than it can take.

Views are not queued: a watcher only remembers how far it has seen, and takes from its cohort
what brings it up to date when its socket is writable again. Nothing here waits: a frame is
written in the call that makes it due, or in the one that tells that the socket is writable.
"""

import logging
from collections import deque
from collections.abc import Callable
from typing import TYPE_CHECKING, Protocol

from protocol.codec import Codec
from protocol.errors import REFUSALS, ErrorCode
from protocol.ids import ConnectionId, DeviceId, ParticipantId
from protocol.messages import (
    Goodbye,
    Notice,
    Ping,
    Position,
    Problem,
    Reply,
    ServerMessage,
    Welcome,
    You,
)
from protocol.roles import EndReason
from protocol.views import SelfView, Window

if TYPE_CHECKING:
    from server.hub.cohort import Cohort

log = logging.getLogger(__name__)

NOTICES_KEPT = 32
"""Notices waiting for a slow connection; older ones are dropped, as the state says it all."""

NORMAL_CLOSE = 1000
NOTHING = 0
"""What a watcher has seen that holds no view of its cohort."""


class Outlet(Protocol):
    """Where a watcher's frames go."""

    @property
    def is_writable(self) -> bool:
        """It takes frames now. Whoever makes it so again flushes the watcher."""
        ...

    @property
    def write(self) -> Callable[[bytes], None]:
        """Takes a frame, header and all. Called only while it is writable."""
        ...

    def close(self, code: int) -> None:
        """Close in order, after what was written. Called once."""
        ...


def problem(
    code: ErrorCode, *, where: str | None = None, retry_after_ms: int | None = None
) -> Problem:
    """Make the wire form of a refusal from the one table."""
    refusal = REFUSALS[code]
    return Problem(
        code=code,
        sentence=refusal.sentence,
        again=refusal.again,
        where=where,
        retry_after_ms=retry_after_ms,
    )


FRESH, STALE = Ping(), Ping(is_stale=True)


class Watcher:
    """A connection of a participant, as the room sees it.

    The edge brings an outlet with `begin` and reports life with `heard`. `resume` is the
    position of the view that a returning client holds, until its first placing.
    """

    __slots__ = (
        "_limit",
        "_notices",
        "_ping_due",
        "_replies",
        "_unanswered",
        "_you",
        "_you_due",
        "close_code",
        "codec",
        "cohort",
        "connection_id",
        "device_id",
        "goodbye",
        "has_own",
        "is_open",
        "outlet",
        "participant_id",
        "resume",
        "seen",
        "unanswered_pings",
        "window",
        "window_key",
    )

    def __init__(
        self,
        *,
        participant_id: ParticipantId,
        connection_id: ConnectionId,
        device_id: DeviceId,
        codec: Codec,
        outbox_limit: int,
    ) -> None:
        """Start with nothing to send; `is_open` follows when the log knows the connection."""
        self.participant_id = participant_id
        self.connection_id = connection_id
        self.device_id = device_id
        self.codec = codec
        self.window: Window | None = None
        self.window_key = ""
        """The window as a key, made once: it is compared whenever the person changes."""
        self.resume: Position | None = None
        self.cohort: Cohort | None = None
        self.seen = NOTHING
        self.is_open = False
        self.goodbye: Problem | None = None
        self.close_code: int | None = None
        self.unanswered_pings = 0
        self.outlet: Outlet | None = None
        """None before `begin`, and once the end was written."""
        self.has_own = False
        """Something but the view is due, or the end."""
        self._limit = outbox_limit
        # Made when needed: most connections have nothing waiting for most of their life.
        self._replies: deque[Reply] | None = None
        self._notices: deque[Notice] | None = None
        self._you: SelfView | None = None
        self._you_due = False
        self._ping_due: Ping | None = None
        self._unanswered = 0

    def begin(self, outlet: Outlet, welcome: Welcome) -> None:
        """Send the welcome, then what has become due before, and from now on everything."""
        outlet.write(self.codec.framed(welcome))
        # Whom the welcome tells that nothing was resumed holds no view any more.
        self.resume = None
        self.outlet = outlet
        self.flush()

    def asked(self) -> None:
        """Note that a command is under way: its answer goes out even before a close."""
        self._unanswered += 1

    def reply(self, message: Reply) -> None:
        """Send the answer to a command."""
        self._unanswered = max(0, self._unanswered - 1)
        if self._replies is None:
            self._replies = deque()
        if len(self._replies) >= self._limit:
            self.close(ErrorCode.TOO_SLOW)
            return
        self._replies.append(message)
        self._flush_own()

    def notice(self, message: Notice) -> None:
        """Send a notice; under pressure the oldest give way."""
        if self._notices is None:
            self._notices = deque(maxlen=NOTICES_KEPT)
        self._notices.append(message)
        self._flush_own()

    def you(self, view: SelfView) -> None:
        """Send the own state if it differs from what was sent; only the newest goes out."""
        if view != self._you:
            self._you = view
            self._you_due = True
            self._flush_own()

    def ping(self, *, is_stale: bool) -> None:
        """Ask whether the client is there, and say whether its view may be out of date."""
        self.unanswered_pings += 1
        ping = STALE if is_stale else FRESH
        outlet = self.outlet
        if outlet is None or self.has_own or not outlet.is_writable:
            self._ping_due = ping
            self.has_own = True
            return  # With what else is due, when the socket takes it.
        try:
            outlet.write(self.codec.framed(ping))
        except Exception as fault:  # noqa: BLE001 - `fail` logs it
            self.fail(outlet, fault)

    def heard(self) -> None:
        """Note that the client said something."""
        self.unanswered_pings = 0

    def close(
        self,
        code: ErrorCode | None,
        *,
        end_reason: EndReason | None = None,
        retry_after_ms: int | None = None,
    ) -> None:
        """Say goodbye and close once what is due has gone out; None closes without a reason.

        Args:
            end_reason: why the session is over, where that is the code.
        """
        if self.close_code is not None:
            return
        if code is None:
            self.close_code = NORMAL_CLOSE
        else:
            said = problem(code, retry_after_ms=retry_after_ms)
            self.goodbye = said.model_copy(update={"end_reason": end_reason})
            self.close_code = REFUSALS[code].close
        self._flush_own()

    def _flush_own(self) -> None:
        self.has_own = True
        self.flush()

    def flush(self) -> None:
        """Write what is due, for as long as the socket takes it. Does nothing before `begin`."""
        outlet = self.outlet
        if outlet is None:
            return
        try:
            while self.has_own and outlet.is_writable:
                message = self._next_message()
                if message is not None:
                    outlet.write(self.codec.framed(message))
                elif self.close_code is None:
                    self.has_own = False
                else:
                    self._flush_end(outlet, self.close_code)
                    return
            if self.cohort is not None and outlet.is_writable:
                frame = self.cohort.frame_for(self)
                if frame is not None:
                    outlet.write(frame)
        except Exception as fault:  # noqa: BLE001 - `fail` logs it
            self.fail(outlet, fault)

    def fail(self, outlet: Outlet, fault: Exception) -> None:
        """Close a socket that cannot be sent what is due.

        A frame that cannot be made harms those it is for, and not the room that writes it.
        """
        log.error("%s cannot be sent what is due", self.connection_id, exc_info=fault)
        self.outlet = None
        self.close_code = REFUSALS[ErrorCode.INTERNAL].close
        outlet.close(self.close_code)

    def _flush_end(self, outlet: Outlet, code: int) -> None:
        """Say goodbye and close; who leaves or ends the session is told first that it is done."""
        if self._unanswered and code != REFUSALS[ErrorCode.TOO_SLOW].close:
            return
        if self.goodbye is not None:
            outlet.write(self.codec.framed(Goodbye(problem=self.goodbye)))
            self.goodbye = None
        self.outlet = None
        outlet.close(code)

    def _next_message(self) -> ServerMessage | None:
        if self._replies:
            return self._replies.popleft()
        if self._you_due and self._you is not None:
            self._you_due = False
            return You(you=self._you)
        if self._notices:
            return self._notices.popleft()
        if self._ping_due is not None:
            ping, self._ping_due = self._ping_due, None
            return ping
        self._replies = self._notices = None
        return None
