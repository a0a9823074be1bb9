"""The SQLite file itself: made, locked, checked, connected to.

Settings of each connection stand here and nowhere else. Why they are what they are:

- WAL with `synchronous=FULL`: readers do not wait for the writer, and a commit is one fsync.
- `wal_autocheckpoint=0`: only the writer empties the WAL, in a mode that keeps every other
  connection from committing meanwhile. SQLite before 3.51.3 can corrupt a file when one
  connection commits while another one checkpoints (sqlite.org/wal.html, "The WAL-reset bug").
- `secure_delete=FAST`: what was deleted or replaced in a page that is written anyway is
  overwritten with zeros; the wrapped key of an erased person above all.
"""

import fcntl
import os
import sqlite3
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager, suppress
from pathlib import Path
from urllib.parse import quote

from server.store.interface import Corrupt, Unavailable, Unusable
from server.store.migrations import MIGRATIONS, check_owner, migrate, version_of

BUSY_TIMEOUT_MS = 5_000
"""How long a write waits for the command line, which may hold the file for one small put."""
CHECK_UP_TO_BYTES = 256 * 1024 * 1024
"""Files up to this size are read through once when a server opens them, in about a second."""
FILE_MODE = 0o600
FOLDER_MODE = 0o700

EMPTYING_TIMEOUT_MS = 200
"""How long the emptying of the WAL waits for readers, and all writers with it."""

_DAMAGED = frozenset({sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB})
_MISTAKES = (
    sqlite3.ProgrammingError,
    sqlite3.IntegrityError,
    sqlite3.DataError,
    sqlite3.InterfaceError,
    sqlite3.NotSupportedError,
)


def said(error: sqlite3.Error) -> Exception:
    """Turn an error of SQLite into one of ours. A mistake of the caller stays what it is."""
    if isinstance(error, _MISTAKES):
        return error
    # The lower eight bits of the code tell the family; the rest is detail.
    code = getattr(error, "sqlite_errorcode", 0) & 0xFF
    if code in _DAMAGED:
        return Corrupt(f"The file is damaged or no database: {error}.")
    return Unavailable(f"The file cannot be used now: {error}.")


@contextmanager
def held(path: Path) -> Iterator[None]:
    """Hold a file for this server alone, by a lock on `<path>.lock` that dies with the process.

    Raises:
        Unusable: another server holds it, or there can be no lock.
    """
    with ExitStack() as stack:
        try:
            lock = os.open(f"{path}.lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, FILE_MODE)
            stack.callback(os.close, lock)
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise Unusable(f"Another server is running on {path}.") from None
        except OSError as error:
            raise Unusable(f"{path} cannot be locked: {error.strerror}.") from None
        yield


def make(path: Path) -> None:
    """Make the folder and an empty file where there are none, closed to other users.

    Raises:
        Unusable: they cannot be made.
    """
    try:
        path.parent.mkdir(mode=FOLDER_MODE, parents=True, exist_ok=True)
        # Never opened when it is there: closing it would drop the locks that SQLite holds on
        # it in this process (sqlite.org/howtocorrupt.html, section 2.2).
        with suppress(FileExistsError):
            os.close(os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL, FILE_MODE))
            _sync(path.parent)
    except OSError as error:
        raise Unusable(f"{path} cannot be made: {error.strerror}.") from None


def prepare(path: Path) -> None:
    """Check the file and bring its tables up to date. The caller holds it.

    Raises:
        Unusable: it is damaged, of another application, or newer than this server.
        Unavailable: it cannot be read or written.
    """
    with _own_errors(), closing(_connect(path)) as connection:
        check_owner(connection)
        _check_pages(path, connection)
        _set_up_writing(connection)
        migrate(connection)
        # Parts of checkpoints that were never finished.
        connection.execute("DELETE FROM checkpoint WHERE NOT is_whole")


def check_shared(path: Path) -> None:
    """Check that the file is one that a server of this very version has prepared.

    Raises:
        Unusable: it is not, or there is none.
        Unavailable: it cannot be read.
    """
    if not path.exists():
        raise Unusable(f"There is no {path}; start the server once.")
    with _own_errors(), closing(_connect(path)) as connection:
        check_owner(connection)
        if version_of(connection) != len(MIGRATIONS):
            raise Unusable(f"{path} is not up to date:", "start the server on it once.")


def writer(path: Path) -> sqlite3.Connection:
    """Connect for writing."""
    connection = _connect(path)
    _set_up_writing(connection)
    return connection


def reader(path: Path) -> sqlite3.Connection:
    """Connect for reading alone."""
    connection = _connect(path)
    connection.execute("PRAGMA query_only = ON")
    return connection


def empty_wal(connection: sqlite3.Connection) -> None:
    """Move the WAL into the file and cut it to nothing.

    With a reader in the way as much as possible is moved, and the next time does the rest.

    Cost: two fsyncs, and the writing of each page that changed since the last time.
    """
    connection.execute(f"PRAGMA busy_timeout = {EMPTYING_TIMEOUT_MS}")
    try:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
    finally:
        connection.execute(f"PRAGMA busy_timeout = {BUSY_TIMEOUT_MS}")


@contextmanager
def _own_errors() -> Iterator[None]:
    try:
        yield
    except sqlite3.Error as error:
        raise said(error) from None


def _connect(path: Path) -> sqlite3.Connection:
    # As a URI, because only so is a file that vanished not made anew.
    connection = sqlite3.connect(
        f"file:{quote(str(path.absolute()))}?mode=rw",
        uri=True,
        isolation_level=None,
        check_same_thread=False,
    )
    for setting in (
        f"busy_timeout = {BUSY_TIMEOUT_MS}",
        "wal_autocheckpoint = 0",
        "foreign_keys = ON",
        "trusted_schema = OFF",
        "cell_size_check = ON",
    ):
        connection.execute(f"PRAGMA {setting}")
    return connection


def _set_up_writing(connection: sqlite3.Connection) -> None:
    mode = connection.execute("PRAGMA journal_mode = WAL").fetchone()[0]
    if mode != "wal":
        raise Unusable(
            "The file lies where SQLite cannot keep a WAL (a network drive?).",
            "Name a folder on a disk of this machine in USHER_DATA.",
        )
    connection.execute("PRAGMA synchronous = FULL")
    connection.execute("PRAGMA secure_delete = FAST")


def _check_pages(path: Path, connection: sqlite3.Connection) -> None:
    if path.stat().st_size > CHECK_UP_TO_BYTES:
        return
    found = connection.execute("PRAGMA quick_check(1)").fetchone()[0]
    if found != "ok":
        raise Corrupt(f"{path} is damaged: {found}.")


def _sync(folder: Path) -> None:
    """Make a new name in a folder durable."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
