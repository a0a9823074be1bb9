"""One connection's outbox: what it is to be sent next, never more than it can take.

Views are not queued: a watcher only remembers how far it has seen, and takes from its cohort
what brings it up to date when its socket is writable again.
"""

import asyncio
from collections import deque
from typing import TYPE_CHECKING

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

NOTICES_KEPT = 32
"""Notices waiting for a slow connection; older ones are dropped, as the state says it all."""

NORMAL_CLOSE = 1000


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

    The edge reads what to send with `next_payload` and reports life with `heard`. `resume` is
    the position of the view that a returning client holds, until its first placing.
    """

    __slots__ = (
        "_direct",
        "_limit",
        "_notices",
        "_ping_due",
        "_unanswered",
        "_wake",
        "_you",
        "_you_due",
        "close_code",
        "codec",
        "cohort",
        "connection_id",
        "device_id",
        "goodbye",
        "is_open",
        "last_heard",
        "participant_id",
        "resume",
        "seen",
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
        now: float,
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
        self.seen: int | None = None
        self.is_open = False
        self.goodbye: Problem | None = None
        self.close_code: int | None = None
        self.last_heard = now
        self._limit = outbox_limit
        self._direct: deque[ServerMessage] = deque()
        self._notices: deque[Notice] = deque(maxlen=NOTICES_KEPT)
        self._you: SelfView | None = None
        self._you_due = False
        self._ping_due: Ping | None = None
        self._unanswered = 0
        self._wake = asyncio.Event()

    def welcome(self, message: Welcome) -> None:
        """Send the welcome, before anything else."""
        self._direct.appendleft(message)
        self._wake.set()

    def asked(self) -> None:
        """Note that a command is under way: its answer goes out even before a close."""
        self._unanswered += 1

    def reply(self, message: Reply) -> None:
        """Send the answer to a command."""
        self._unanswered = max(0, self._unanswered - 1)
        if len(self._direct) >= self._limit:
            self.close(ErrorCode.TOO_SLOW)
            return
        self._direct.append(message)
        self._wake.set()

    def notice(self, message: Notice) -> None:
        """Send a notice; under pressure the oldest give way."""
        self._notices.append(message)
        self._wake.set()

    def you(self, view: SelfView) -> None:
        """Send the own state if it differs from what was sent; only the newest goes out."""
        if view != self._you:
            self._you = view
            self._you_due = True
            self._wake.set()

    def ping(self, *, is_stale: bool) -> None:
        """Ask whether the client is there, and say whether its view may be out of date."""
        self._ping_due = STALE if is_stale else FRESH
        self._wake.set()

    def heard(self, now: float) -> None:
        """Note that the client said something."""
        self.last_heard = now

    def wake(self) -> None:
        """Look again whether there is something to send."""
        self._wake.set()

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
        self._wake.set()

    async def next_payload(self) -> bytes | None:
        """Wait for the next frame's payload; None when it is time to close the socket."""
        while True:
            payload = self._take()
            if payload is not None:
                return payload
            if self.close_code is not None and not self._is_answer_due():
                return None
            self._wake.clear()
            await self._wake.wait()

    def _is_answer_due(self) -> bool:
        """Somebody who leaves or ends the session is told that it is done, then let go."""
        return self._unanswered > 0 and self.close_code != REFUSALS[ErrorCode.TOO_SLOW].close

    def _take(self) -> bytes | None:
        message = self._next_message()
        if message is not None:
            return self.codec.encode(message)
        if self.close_code is None and self.cohort is not None:
            payload = self.cohort.payload_for(self)
            if payload is not None:
                return payload
        if self.goodbye is not None and not self._is_answer_due():
            said, self.goodbye = Goodbye(problem=self.goodbye), None
            return self.codec.encode(said)
        return None

    def _next_message(self) -> ServerMessage | None:
        if self._direct:
            return self._direct.popleft()
        if self._you_due and self._you is not None:
            self._you_due = False
            return You(you=self._you)
        if self._notices:
            return self._notices.popleft()
        if self._ping_due is not None:
            ping, self._ping_due = self._ping_due, None
            return ping
        return None
