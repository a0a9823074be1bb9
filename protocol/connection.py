"""A client of the protocol without a socket: frames in, messages and frames out.

One `ClientState` lives as long as somebody stays, over as many sockets as that takes. Whoever
owns the socket calls, in this order and again after every loss:

    opened()          a socket is open; the hello is among the frames to send
    receive(frame)    for each frame that arrives
    frames_to_send()  after each call to anything here; send them all, in order
    lost(close_code)  the socket is gone; the answer says whether and when to come back

It holds the view and keeps it right: a delta that does not fit the view is answered by asking
for a snapshot, which is always right. A snapshot does not say of which window it is, so one
window is asked for at a time: the newest is asked for when the answer to the last has come.
Commands wait in a list until their reply comes, and are
sent again under the same id after a loss, which has no second effect on the server.
"""

from collections import deque
from dataclasses import dataclass
from typing import assert_never

from protocol.codec import MSGPACK, Codec, decode_problem
from protocol.commands import Command
from protocol.deltas import apply
from protocol.errors import FINAL_CLOSE_CODES, REFUSALS, ErrorCode
from protocol.failures import StillPending, TooManyPending
from protocol.ids import CommandId
from protocol.messages import (
    ClientMessage,
    Delta,
    Do,
    Goodbye,
    Hello,
    Notice,
    Ping,
    Pong,
    Position,
    Problem,
    Reply,
    ServerMessage,
    Snapshot,
    Unwatch,
    Watch,
    Welcome,
    You,
)
from protocol.plain import SERVER_LIMITS, Fault, Malformed
from protocol.version import WIRE_VERSION
from protocol.views import SelfView, View, Window

MAX_PENDING = 1_000
"""Commands without a reply. More mean that the server does not keep up or the program loops."""
MAX_NOTICES = 256
"""Notices kept for those who read them late; older ones are dropped."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Loss:
    """What the end of a socket means.

    Args:
        is_final: stay away; a person has to do something first.
        problem: why, if the server said so.
        after_ms: when to come back, if the server said so.
    """

    is_final: bool
    problem: Problem | None = None
    after_ms: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Backoff:
    """How long to wait before coming back: twice as long each time, and never in step.

    Args:
        first_s: the longest first wait.
        most_s: the longest wait at all.
    """

    first_s: float = 0.5
    most_s: float = 30.0

    def delay_s(self, attempt: int, draw: float, after_ms: int | None = None) -> float:
        """Say how long to wait.

        Args:
            attempt: how many have failed in a row before this one, from 0.
            draw: a random number from 0 up to 1.
            after_ms: what the server said; it has spread its clients already.

        Example:
            >>> Backoff().delay_s(2, draw=0.5)
            1.5
        """
        if after_ms is not None:
            return after_ms / 1000
        longest: float = min(self.most_s, self.first_s * 2 ** min(attempt, 30))
        return longest * (0.5 + draw / 2)


class ClientState:
    """What a client knows, and what it has to say.

    Args:
        codec: how frames are written.
        window: the part of the tab to look at from the start; None looks at nothing.
    """

    def __init__(self, codec: Codec = MSGPACK, *, window: Window | None = None) -> None:
        """Start with nothing known."""
        self.codec = codec
        self.window = window
        self.welcome: Welcome | None = None
        """Of the socket that is open now; None until the server has answered the hello."""
        self.you: SelfView | None = None
        self.view: View | None = None
        self.position: Position | None = None
        """Where in the log the view stands."""
        self.is_current = False
        """The view is kept up to date; false while a snapshot is being waited for."""
        self.is_stale = False
        """The server said that what it shows may be out of date."""
        self.snapshots = 0
        """How many snapshots have come."""
        self.pings = 0
        """How many pings have come."""
        self.notices: deque[Notice] = deque(maxlen=MAX_NOTICES)
        self.noticed = 0
        """How many notices have come, those dropped from `notices` included."""
        self.pending: dict[CommandId, Do] = {}
        self._asked: Window | None = None
        """The window that the server has, from the hello or the last watch."""
        self._is_due = False
        """Its snapshot has not come yet."""
        self._shown: Window | None = None
        """The window of the view; None while the view is not to be trusted."""
        self._goodbye: Problem | None = None
        self._out: list[str | bytes] = []

    # --- the socket ------------------------------------------------------------------------

    def opened(self) -> None:
        """Begin on a new socket. Nothing of what waited for the old one is sent on it."""
        self._out.clear()
        self._goodbye = None
        may_resume = self.view is not None and self._shown == self.window
        self.is_current = False
        self._asked = self.window
        self._is_due = self.window is not None
        self._say(
            Hello(
                wire_version=WIRE_VERSION,
                resume=self.position if may_resume else None,
                window=self.window,
            )
        )

    def receive(self, frame: bytes | str) -> ServerMessage | None:
        """Take in one frame.

        Returns:
            The message in it, after it has had its effect here; None for one that is newer than
            this client, which is passed over.

        Raises:
            Malformed: it is not a message of the protocol; nothing changed. Close the socket
                and come back.
        """
        try:
            message = self.codec.decode_server(frame, SERVER_LIMITS)
        except Malformed as fault:
            if fault.fault is Fault.NEWER:
                return None
            raise
        self._take(message)
        return message

    def frames_to_send(self) -> list[str | bytes]:
        """Give what is to be sent, once: the caller sends it all, in order."""
        out, self._out = self._out, []
        return out

    def lost(self, close_code: int | None) -> Loss:
        """End with this socket.

        Args:
            close_code: from the close frame; None or 1006 when there was none.
        """
        self.welcome = None
        self.is_current = False
        self.is_stale = False
        self._out.clear()
        said = self._goodbye
        is_final = close_code in FINAL_CLOSE_CODES
        if said is not None and (close_code is None or close_code < 3000):
            # The close itself did not arrive, or a proxy closed in its own way. What counts is
            # `again`, which is the server's own where it has a code that is newer than this.
            is_final = not said.again
        return Loss(
            is_final=is_final,
            problem=said or _problem_of_close(close_code),
            after_ms=said.retry_after_ms if said else None,
        )

    # --- what one wants --------------------------------------------------------------------

    def watch(self, window: Window) -> None:
        """Look at another part of the tab. The old view stays until the snapshot comes."""
        self.window = window
        self.is_current = False
        self._ask()

    def unwatch(self) -> None:
        """Look at nothing."""
        self.window = None
        self._forget_view()
        self._stop()

    def do(self, command: Command, command_id: CommandId) -> None:
        """Send a command, now or when the server has said welcome, until its reply comes.

        Raises:
            TooManyPending, StillPending: it was not sent.
        """
        waiting = self.pending.get(command_id)
        if waiting is not None:
            if waiting.command != command:
                raise StillPending
            return
        if len(self.pending) >= MAX_PENDING:
            raise TooManyPending(MAX_PENDING)
        message = Do(id=command_id, command=command)
        self.pending[command_id] = message
        if self.welcome is not None:
            self._say(message)

    def forget(self, command_id: CommandId) -> None:
        """Wait for this reply no more. The command may have had its effect all the same."""
        self.pending.pop(command_id, None)

    def say(self, message: ClientMessage) -> None:
        """Send any message as it is, without keeping account of it."""
        self._say(message)

    # --- what arrives ----------------------------------------------------------------------

    def _take(self, message: ServerMessage) -> None:
        match message:
            case Delta():
                self._take_delta(message)
            case Snapshot():
                self._take_snapshot(message)
            case Ping():
                self.pings += 1
                self.is_stale = message.is_stale is True
                self._say(Pong())
            case Reply():
                self.pending.pop(message.id, None)
            case You():
                self._take_you(message.you)
            case Notice():
                self.notices.append(message)
                self.noticed += 1
            case Welcome():
                self._take_welcome(message)
            case Goodbye():
                self._goodbye = message.problem
            case _:
                assert_never(message)

    def _take_welcome(self, welcome: Welcome) -> None:
        self.welcome = welcome
        if self.window is None:
            self._stop()
        elif welcome.is_resumed and self.view is not None and self._shown == self._asked:
            self._is_due = False
            self._settle()
        for message in self.pending.values():
            self._say(message)

    def _take_snapshot(self, snapshot: Snapshot) -> None:
        if self.window is None:
            return  # it crossed an unwatch on its way
        self.view = snapshot.view
        self.position = snapshot.position
        self.snapshots += 1
        self._shown = self._asked
        self._is_due = False
        self._settle()

    def _take_delta(self, delta: Delta) -> None:
        if not self.is_current or self.view is None or self.position is None:
            return  # a snapshot is on its way, or nothing is looked at
        if (delta.position.epoch, delta.base) != (self.position.epoch, self.position.version):
            self._mistrust()
            return
        try:
            self.view = apply(self.view, delta.delta)
        except (IndexError, KeyError, ValueError):
            self._mistrust()
            return
        self.position = delta.position

    def _take_you(self, you: SelfView) -> None:
        was_at_gate = self.you is not None and self.you.gate is not None
        self.you = you
        if you.gate is not None:
            self._forget_view()
            self._is_due = False  # No view is sent before the gate opens,
            if self._asked != self.window:
                self._ask()
        elif was_at_gate and self.window is not None and not self.is_current:
            self._is_due = True  # and then it is, unasked.

    def _mistrust(self) -> None:
        self.is_current = False
        self._shown = None
        self._ask()

    def _settle(self) -> None:
        """Be content with the view that has come, or ask for the window wanted since."""
        self.is_current = self._shown == self.window
        if not self.is_current:
            self._ask()

    def _ask(self) -> None:
        """Ask for the window now, or when the answer that is due has come."""
        if self.window is None or self.welcome is None or self._is_due:
            return
        self._asked = self.window
        self._is_due = self.you is None or self.you.gate is None
        self._say(Watch(window=self.window))

    def _stop(self) -> None:
        """Have no more views sent."""
        if self.welcome is not None and self._asked is not None:
            self._asked = None
            self._is_due = False
            self._say(Unwatch())

    def _forget_view(self) -> None:
        self.view = None
        self.position = None
        self.is_current = False
        self._shown = None

    def _say(self, message: ClientMessage) -> None:
        self._out.append(self.codec.frame(message))


def loss_of_response(status: int, body: bytes) -> Loss:
    """Say what an HTTP status in place of a WebSocket means.

    Args:
        status: of the response to the handshake.
        body: of the same; a problem, if the server itself answered and not a proxy.
    """
    try:
        problem = decode_problem(body)
    except Malformed:
        is_final = 400 <= status < 500 and status not in (408, 425, 429)
        code = _CODES_OF_STATUS.get(status, ErrorCode.BAD_REQUEST)
        return Loss(is_final=is_final, problem=Problem.of(code) if is_final else None)
    return Loss(
        is_final=not problem.again,
        problem=problem,
        after_ms=problem.retry_after_ms,
    )


_CODES_OF_STATUS = {
    401: ErrorCode.TICKET_INVALID,
    403: ErrorCode.NOT_ALLOWED,
    404: ErrorCode.NOT_FOUND,
    410: ErrorCode.SESSION_ENDED,
}

_CODES_OF_CLOSE = {refusal.close: code for code, refusal in REFUSALS.items()}


def _problem_of_close(close_code: int | None) -> Problem | None:
    code = _CODES_OF_CLOSE.get(close_code) if close_code is not None else None
    return Problem.of(code) if code is not None else None
