"""The client as programs see it: what it knows, what one can ask for, what one can wait for."""

import asyncio
from collections.abc import AsyncIterator, Callable

from protocol.client.line import Line
from protocol.client.options import DEFAULT_TIMEOUT_S, Options
from protocol.commands import Command
from protocol.connection import ClientState
from protocol.errors import ErrorCode
from protocol.failures import Over, Refused
from protocol.ids import CommandId
from protocol.messages import ClientMessage, Notice, Problem, Reply, ServerMessage, Welcome
from protocol.views import SelfView, View, Window


class Client:
    """One person's part in a session, from the first socket to the last. Made by `connect`."""

    def __init__(self, state: ClientState, line: Line, options: Options) -> None:
        """Prepare; `run` connects."""
        self.line = line
        """The sockets: attempts, the last loss and its cause."""
        self._state = state
        self._options = options
        self._replies: dict[CommandId, list[asyncio.Future[Reply]]] = {}
        self._pulse = asyncio.Event()
        """Set, and replaced by a new one, whenever something has changed."""

    async def run(self) -> None:
        """Be connected, until a loss is final or the task is cancelled."""
        try:
            await self.line.run(self._on_message, self._changed)
        finally:
            self._fail_replies()

    # --- what is known ---------------------------------------------------------------------

    @property
    def you(self) -> SelfView | None:
        """One's own state; None until the server has told it."""
        return self._state.you

    @property
    def view(self) -> View | None:
        """What is seen through the window; None at a gate, and until a snapshot has come."""
        return self._state.view

    @property
    def is_current(self) -> bool:
        """The view is of the window last asked for, and is being kept up to date."""
        return self._state.is_current

    @property
    def welcome(self) -> Welcome | None:
        """What the server said at the start of this socket; None while there is none."""
        return self._state.welcome

    @property
    def is_connected(self) -> bool:
        """The server has said welcome, and the socket is not known to be lost."""
        return self._state.welcome is not None

    @property
    def problem(self) -> Problem | None:
        """Why the last socket ended, if the server said so."""
        return self.line.loss.problem if self.line.loss else None

    @property
    def is_over(self) -> bool:
        """There is no socket and will not be one."""
        return self.line.is_over

    @property
    def is_at_gate(self) -> bool:
        """Nothing of the room is sent before `you.gate` opens."""
        return self.you is not None and self.you.gate is not None

    @property
    def state(self) -> ClientState:
        """The state behind this client, to look at."""
        return self._state

    # --- what one can do -------------------------------------------------------------------

    async def watch(self, window: Window, timeout_s: float = DEFAULT_TIMEOUT_S) -> View | None:
        """Look at another part of the tab. Whoever asks before the answer gets the newest window.

        Returns:
            The view through it; None at a gate, where nothing of the room is sent.

        Raises:
            TimeoutError: no snapshot came in time.
            Refused, Over: the client is over.
        """
        self._state.watch(window)
        self.line.flush()
        await self.until(lambda client: client.is_current or client.is_at_gate, timeout_s)
        return self.view

    def unwatch(self) -> None:
        """Look at nothing from now on."""
        self._state.unwatch()
        self.line.flush()

    async def do(
        self, command: Command, id: str | None = None, timeout_s: float = DEFAULT_TIMEOUT_S
    ) -> Reply:
        """Give a command and wait for its reply, over a loss of the socket too.

        Args:
            command: what to do.
            id: the id of the command; the same id with the same command again has no second
                effect. None makes a new one.
            timeout_s: how long to wait. After that the command may have had its effect; give
                it again with the same id to find out.

        Raises:
            TimeoutError: no reply came in time.
            TooManyPending, StillPending: it was not sent.
            Refused, Over: the client is over, whatever became of the command.
        """
        self._raise_if_over()
        command_id = CommandId(id or self._options.new_id())
        self._state.do(command, command_id)
        self.line.flush()
        reply: asyncio.Future[Reply] = asyncio.get_running_loop().create_future()
        self._replies.setdefault(command_id, []).append(reply)
        try:
            async with asyncio.timeout(timeout_s):
                return await reply
        finally:
            self._stop_waiting(command_id, reply)

    async def ask(
        self, command: Command, id: str | None = None, timeout_s: float = DEFAULT_TIMEOUT_S
    ) -> Reply:
        """Give a command that is expected to be done.

        Raises:
            Refused: the server said no; nothing changed.
            TimeoutError, TooManyPending, StillPending, Over: as for `do`.
        """
        reply = await self.do(command, id, timeout_s)
        if not reply.is_done:
            raise Refused(reply.problem or Problem.of(ErrorCode.INTERNAL))
        return reply

    async def until(
        self,
        predicate: "Callable[[Client], bool]",
        timeout_s: float = DEFAULT_TIMEOUT_S,
    ) -> None:
        """Wait until something is so. Looked at again after each message and each loss.

        Raises:
            TimeoutError: it did not become so in time.
            Refused, Over: the client is over, and it was not so even then.
        """
        async with asyncio.timeout(timeout_s):
            while not predicate(self):
                self._raise_if_over()
                await self._pulse.wait()

    async def views(self) -> AsyncIterator[View]:
        """Go through the views as they come; whoever is slow gets the newest, not each.

        Ends when the client is over.
        """
        seen: View | None = None
        while not self.is_over:
            pulse = self._pulse
            if self.view is not None and self.view is not seen:
                seen = self.view
                yield seen
            else:
                await pulse.wait()

    async def notices(self) -> AsyncIterator[Notice]:
        """Go through what one is told, from the oldest that is kept. Ends when it is over."""
        state = self._state
        told = state.noticed - len(state.notices)
        while True:
            told = max(told, state.noticed - len(state.notices))
            while told < state.noticed:
                yield state.notices[told - state.noticed]
                told = max(told + 1, state.noticed - len(state.notices))
            if self.is_over:
                return
            await self._pulse.wait()

    def send(self, message: ClientMessage) -> None:
        """Send any message as it is, without keeping account of it."""
        self._state.say(message)
        self.line.flush()

    def drop(self) -> None:
        """Cut the line, as a lost network does: no close frame is sent."""
        self.line.drop()

    # --- who waits -------------------------------------------------------------------------

    def _on_message(self, message: ServerMessage) -> None:
        if isinstance(message, Reply):
            for reply in self._replies.pop(message.id, ()):
                if not reply.done():
                    reply.set_result(message)
        if self._options.on_message is not None:
            self._options.on_message(message)
        self._changed()

    def _changed(self) -> None:
        pulse, self._pulse = self._pulse, asyncio.Event()
        pulse.set()

    def _stop_waiting(self, command_id: CommandId, reply: asyncio.Future[Reply]) -> None:
        waiting = self._replies.get(command_id, [])
        if reply in waiting:
            waiting.remove(reply)
            if not waiting:
                del self._replies[command_id]
                self._state.forget(command_id)

    def _end(self) -> Exception:
        problem = self.problem
        return Refused(problem) if problem is not None else Over()

    def _raise_if_over(self) -> None:
        if self.is_over:
            raise self._end()

    def _fail_replies(self) -> None:
        for waiting in self._replies.values():
            for reply in waiting:
                if not reply.done():
                    reply.set_exception(self._end())
        self._replies.clear()
