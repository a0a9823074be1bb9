"""The one thread that writes, with group commit across rooms.

It takes everything that waits, does each job in a savepoint inside one transaction, commits
once (one fsync for all), and only then answers. A job that fails undoes itself alone. When the
commit fails, every job of the batch fails with `Unavailable`, those included that had already
found a conflict, because what they compared with was never committed.

A caller that goes away does not take its job with it: the job is done, its answer is dropped.
"""

import asyncio
import logging
import os
import sqlite3
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from queue import Empty, SimpleQueue
from typing import Any, Generic, TypeVar

from server.store.interface import StoreError, Unavailable
from server.store.sqlite_file import empty_wal, said

T = TypeVar("T")

MAX_BATCH = 500
"""Jobs in one transaction. More would make the first one wait for long, and gain nothing."""
WAL_BYTES = 8 * 1024 * 1024
"""From this size on the WAL is moved into the file, between two batches."""

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class _Job(Generic[T]):
    """Something to write, and who waits for it.

    Args:
        work: runs in the thread, inside a transaction.
        committed: runs on the loop after the commit, whether or not anybody still waits.
        answer: of the caller.
    """

    work: Callable[[sqlite3.Connection], T]
    committed: Callable[[T], None] | None
    answer: "asyncio.Future[T]"


@dataclass(frozen=True, slots=True)
class _Failed:
    error: Exception


class Writer:
    """Runs jobs in order, durable when they return.

    Args:
        connection: nobody else uses it.
        path: of the file, to watch the size of its WAL.
        max_waiting: jobs that may wait; one more is refused, so that a disk that hangs fills
            no memory and people hear about it.
    """

    def __init__(self, connection: sqlite3.Connection, path: Path, max_waiting: int) -> None:
        """Start the thread. Called on the event loop that will call `run`."""
        self._connection = connection
        self._wal = f"{path}-wal"
        self._max_waiting = max_waiting
        self._waiting = 0
        self._is_closing = False
        self._next_emptying = WAL_BYTES
        self._loop = asyncio.get_running_loop()
        self._queue: SimpleQueue[_Job[Any] | None] = SimpleQueue()
        self._thread = threading.Thread(target=self._serve, name="store-writer", daemon=True)
        self._thread.start()

    async def run(
        self,
        work: Callable[[sqlite3.Connection], T],
        committed: Callable[[T], None] | None = None,
    ) -> T:
        """Do a job and wait until it is durable.

        Args:
            work: what to write; whatever it raises is raised here, and undoes only this job.
            committed: called with the result on the event loop, also when the caller is gone.

        Raises:
            Unavailable: the store is closed, too far behind, or could not commit.
        """
        if self._is_closing:
            raise Unavailable("The store is closed.")
        if self._waiting >= self._max_waiting:
            raise Unavailable(f"The store is behind: {self._waiting} writes wait already.")
        answer: asyncio.Future[T] = self._loop.create_future()
        job = _Job(work, committed, answer)
        self._waiting += 1
        self._queue.put(job)
        return await answer

    def empty_wal_soon(self) -> None:
        """Have the WAL emptied after the next batch, however short it is."""
        self._next_emptying = 0

    def stop_taking(self) -> None:
        """Refuse further jobs. Called on the event loop, before `close`."""
        if not self._is_closing:
            self._is_closing = True
            self._queue.put(None)

    def close(self) -> None:
        """Finish what waits, empty the WAL, close the connection. Blocks; not for the loop."""
        self._thread.join()
        try:
            empty_wal(self._connection)
        except sqlite3.Error as error:
            # Nothing is lost: the next start reads the WAL.
            _log.warning("The WAL could not be emptied on closing: %s", error)
        self._connection.close()

    def _serve(self) -> None:
        is_open = True
        while is_open:
            batch, is_open = self._next_batch()
            if batch:
                results = self._commit(batch)
                self._call(self._settle, batch, results)
                self._watch_wal()

    def _next_batch(self) -> tuple[list[_Job[Any]], bool]:
        """Wait for a job and take what waits behind it; False when it was the last batch."""
        batch: list[_Job[Any]] = []
        job = self._queue.get()
        while job is not None:
            batch.append(job)
            if len(batch) == MAX_BATCH:
                return batch, True
            try:
                job = self._queue.get_nowait()
            except Empty:
                return batch, True
        return batch, False

    def _commit(self, batch: Sequence[_Job[Any]]) -> list[Any]:
        try:
            self._connection.execute("BEGIN IMMEDIATE")
            results = [self._attempt(job) for job in batch]
            self._connection.execute("COMMIT")
        except Exception as error:  # noqa: BLE001 - whatever it is, somebody waits for every job
            self._roll_back()
            _log.error("A batch of %d writes was not committed: %s", len(batch), error)
            return [_Failed(_why(error)) for _ in batch]
        return results

    def _attempt(self, job: _Job[Any]) -> Any:
        """Do one job in a savepoint.

        Raises:
            sqlite3.Error: SQLite gave up the whole transaction.
        """
        self._connection.execute("SAVEPOINT job")
        try:
            result = job.work(self._connection)
        except Exception as error:
            if not self._connection.in_transaction:
                raise
            self._connection.execute("ROLLBACK TO job")
            result = _Failed(said(error) if isinstance(error, sqlite3.Error) else error)
        self._connection.execute("RELEASE job")
        return result

    def _roll_back(self) -> None:
        try:
            if self._connection.in_transaction:
                self._connection.execute("ROLLBACK")
        except sqlite3.Error as error:
            _log.error("A transaction could not be rolled back: %s", error)

    def _settle(self, batch: Sequence[_Job[Any]], results: Sequence[Any]) -> None:
        """Answer, on the event loop. Callers that went away have a future that is done."""
        self._waiting -= len(batch)
        for job, result in zip(batch, results, strict=True):
            if isinstance(result, _Failed):
                if not job.answer.done():
                    job.answer.set_exception(result.error)
                continue
            if job.committed is not None:
                job.committed(result)
            if not job.answer.done():
                job.answer.set_result(result)

    def _call(self, function: Callable[..., None], *args: object) -> None:
        try:
            self._loop.call_soon_threadsafe(function, *args)
        except RuntimeError:
            _log.warning("Writes were committed after their event loop had closed.")

    def _watch_wal(self) -> None:
        """Empty the WAL when it has grown; with a reader in the way, when it has grown again."""
        try:
            size = os.stat(self._wal).st_size
            if size < self._next_emptying:
                return
            empty_wal(self._connection)
            self._next_emptying = os.stat(self._wal).st_size + WAL_BYTES
        except (OSError, sqlite3.Error) as error:
            # Nothing is lost: the WAL is as durable as the file.
            _log.warning("The WAL could not be emptied: %s", error)


def _why(error: Exception) -> StoreError:
    why = said(error) if isinstance(error, sqlite3.Error) else error
    # One job's mistake, found as late as this, is not that of the others.
    return why if isinstance(why, StoreError) else Unavailable(f"The store failed: {error!r}.")
