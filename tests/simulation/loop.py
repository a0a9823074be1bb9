"""An event loop whose clock is a number, and processes that stand still or die on it.

Nothing waits for anything outside, so a minute of leases costs as much as what happens in it.
Whatever runs belongs to the process in whose context it was begun (`PROCESS`). One that is
paused runs nothing until it goes on; one that was killed runs nothing ever again, not even what
tidies up: that is what a crash between two awaits is.
"""

import asyncio
import heapq
import inspect
from asyncio import events
from collections import deque
from collections.abc import Callable, Coroutine
from contextvars import Context, ContextVar, copy_context
from itertools import count
from typing import Any, TypeVar

ResultT = TypeVar("ResultT")


class Process:
    """What stands still or dies as one."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.is_paused = False
        self.is_dead = False
        self.dies_in: int | None = None
        """Steps of its own that it has left."""
        self.when_killed: Callable[[], None] = lambda: None
        self.backlog: deque[events.Handle] = deque()
        self.context: Context = copy_context()
        self.context.run(PROCESS.set, self)

    def kill(self) -> None:
        """End at once: nothing of it runs any more."""
        if not self.is_dead:
            self.is_dead = True
            self.backlog.clear()
            self.when_killed()


PROCESS: ContextVar[Process | None] = ContextVar("process", default=None)


class _Task(asyncio.Task[Any]):
    """A task with a number for a hash, so that sets of tasks have one order in every run."""

    _numbers = count(1)

    def __init__(self, *args: Any, **more: Any) -> None:
        self._number = next(self._numbers)
        super().__init__(*args, **more)

    def __hash__(self) -> int:
        return self._number


class Stuck(Exception):
    """Nothing will ever happen any more, and the run is not over."""


class SimulatedLoop(asyncio.BaseEventLoop):
    """Virtual time, no sockets, no threads: what would be computed in one is computed here."""

    def __init__(self) -> None:
        super().__init__()
        self.now = 0.0
        self.steps = 0
        self.after_step: Callable[[Process | None], None] = lambda _: None
        self.thread_takes: Callable[[], float] = lambda: 0.001
        self._queue: deque[events.Handle] = deque()
        self._timers: list[tuple[float, int, events.TimerHandle]] = []
        self._numbers = count()
        self._graves: list[asyncio.Task[Any]] = []
        self.set_task_factory(self._made)

    def _made(self, loop: asyncio.AbstractEventLoop, coro: Any, **more: Any) -> "asyncio.Task[Any]":
        task = _Task(coro, loop=loop, **more)
        # Kept until the run is over: a collected coroutine would run what tidies up after all.
        self._graves.append(task)
        return task

    def time(self) -> float:
        return self.now

    def call_soon(  # type: ignore[override]
        self, callback: Callable[..., object], *args: Any, context: Context | None = None
    ) -> events.Handle:
        handle = events.Handle(callback, args, self, context)
        self._queue.append(handle)
        return handle

    def call_at(  # type: ignore[override]
        self,
        when: float,
        callback: Callable[..., object],
        *args: Any,
        context: Context | None = None,
    ) -> events.TimerHandle:
        timer = events.TimerHandle(when, callback, args, self, context)
        heapq.heappush(self._timers, (when, next(self._numbers), timer))
        return timer

    def call_later(  # type: ignore[override]
        self,
        delay: float,
        callback: Callable[..., object],
        *args: Any,
        context: Context | None = None,
    ) -> events.TimerHandle:
        return self.call_at(self.now + delay, callback, *args, context=context)

    def _timer_handle_cancelled(self, handle: events.TimerHandle) -> None:
        pass  # It is dropped when its time comes.

    def run_in_executor(  # type: ignore[override]
        self, executor: Any, func: Callable[..., Any], *args: Any
    ) -> Any:
        """Compute it when the thread would be ready."""
        answer = self.create_future()

        def ready() -> None:
            if not answer.done():
                try:
                    answer.set_result(func(*args))
                except Exception as fault:  # noqa: BLE001 - it is the caller's
                    answer.set_exception(fault)

        self.call_later(self.thread_takes(), ready)
        return answer

    def run_until_complete(self, future: Any) -> Any:
        """Run until that is done.

        Raises:
            Stuck: it never will be.
        """
        task = asyncio.ensure_future(future, loop=self)
        events._set_running_loop(self)
        try:
            while not task.done():
                self._step()
        finally:
            events._set_running_loop(None)
        return task.result()

    def _step(self) -> None:
        if not self._queue:
            self._advance()
        handle = self._queue.popleft()
        if handle._cancelled:
            return
        process = handle._context.get(PROCESS)  # type: ignore[attr-defined]
        if process is not None and not self._may_run(process, handle):
            return
        self.steps += 1
        handle._run()
        self.after_step(process)

    def _may_run(self, process: Process, handle: events.Handle) -> bool:
        if process.is_paused and not process.is_dead:
            process.backlog.append(handle)
            return False
        if process.dies_in is not None and not process.is_dead:
            process.dies_in -= 1
            if process.dies_in < 0:
                process.kill()
        return not process.is_dead

    def _advance(self) -> None:
        while self._timers and self._timers[0][2]._cancelled:
            heapq.heappop(self._timers)
        if not self._timers:
            raise Stuck
        self.now = max(self.now, self._timers[0][0])
        while self._timers and self._timers[0][0] <= self.now:
            self._queue.append(heapq.heappop(self._timers)[2])

    def go_on(self, process: Process) -> None:
        """Have a process that was paused do what it has missed."""
        process.is_paused = False
        self._queue.extend(process.backlog)
        process.backlog.clear()

    def start(
        self, process: Process, coro: Coroutine[Any, Any, ResultT]
    ) -> "asyncio.Task[ResultT]":
        """Begin a task of a process."""
        return self.create_task(coro, context=process.context)

    def bury(self) -> None:
        """Let go of every task, finished or not, without a word."""
        for task in self._graves:
            task._log_destroy_pending = False  # type: ignore[attr-defined]
            coro = task.get_coro()
            if inspect.getcoroutinestate(coro) == inspect.CORO_CREATED:  # type: ignore[arg-type]
                coro.close()
        self._graves.clear()
        self._queue.clear()
        self._timers.clear()
