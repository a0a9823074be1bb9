"""A few connections that read, each question in a thread and in one consistent snapshot."""

import asyncio
import sqlite3
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from queue import SimpleQueue
from typing import TypeVar

from server.store.interface import Unavailable
from server.store.sqlite_file import said

T = TypeVar("T")


class Readers:
    """Answers questions without holding up the event loop or the writer.

    A caller that goes away leaves its question to be finished by the thread, which then gives
    the connection back; so no answer reaches another caller.

    Args:
        connections: as many questions are answered at the same time.
        max_waiting: questions that may wait; one more is refused.
    """

    def __init__(self, connections: Sequence[sqlite3.Connection], max_waiting: int) -> None:
        """Take over the connections."""
        self._connections = tuple(connections)
        self._max_waiting = max_waiting
        self._waiting = 0
        self._is_closing = False
        self._idle: SimpleQueue[sqlite3.Connection] = SimpleQueue()
        for connection in self._connections:
            self._idle.put(connection)
        self._threads = ThreadPoolExecutor(
            len(self._connections), thread_name_prefix="store-reader"
        )

    async def run(self, question: Callable[[sqlite3.Connection], T]) -> T:
        """Answer one question.

        Raises:
            Unavailable: the store is closed, too far behind, or could not read.
            Corrupt: the file is damaged.
        """
        if self._is_closing:
            raise Unavailable("The store is closed.")
        if self._waiting >= self._max_waiting:
            raise Unavailable(f"The store is behind: {self._waiting} reads wait already.")
        self._waiting += 1
        try:
            loop = asyncio.get_running_loop()
            return await loop.run_in_executor(self._threads, self._answer, question)
        finally:
            self._waiting -= 1

    def stop_taking(self) -> None:
        """Refuse further questions. Called on the event loop, before `close`."""
        self._is_closing = True

    def close(self) -> None:
        """Finish what runs and close the connections. Blocks; not for the event loop."""
        self._threads.shutdown(wait=True)
        for connection in self._connections:
            connection.close()

    def _answer(self, question: Callable[[sqlite3.Connection], T]) -> T:
        connection = self._idle.get()
        try:
            connection.execute("BEGIN")
            try:
                return question(connection)
            finally:
                if connection.in_transaction:
                    connection.execute("ROLLBACK")
        except sqlite3.Error as error:
            raise said(error) from None
        finally:
            self._idle.put(connection)
