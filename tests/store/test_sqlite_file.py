import os
import sqlite3
import stat
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from server.store import sqlite_file
from server.store.interface import Corrupt, Unavailable, Unusable
from server.store.migrations import migrate


@pytest.fixture
def made(path: Path) -> Path:
    sqlite_file.make(path)
    sqlite_file.prepare(path)
    return path


@pytest.fixture
def writer(made: Path) -> Iterator[sqlite3.Connection]:
    with closing(sqlite_file.writer(made)) as connection:
        yield connection


def mode_of(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def setting(connection: sqlite3.Connection, name: str) -> object:
    return connection.execute(f"PRAGMA {name}").fetchone()[0]


class TestMaking:
    def test_makes_folder_and_file_for_this_user_alone(self, path: Path) -> None:
        sqlite_file.make(path)
        assert mode_of(path.parent) == 0o700
        assert mode_of(path) == 0o600

    def test_makes_every_other_file_for_this_user_alone(self, made: Path) -> None:
        with sqlite_file.held(made), closing(sqlite_file.writer(made)) as connection:
            connection.execute("INSERT INTO lease (node, until) VALUES ('a', 1)")
            modes = {each.name: mode_of(each) for each in made.parent.iterdir()}
        names = ["usher.db", "usher.db-shm", "usher.db-wal", "usher.db.lock"]
        assert modes == dict.fromkeys(names, 0o600)

    def test_leaves_a_file_that_is_there_as_it_is(self, path: Path) -> None:
        path.parent.mkdir()
        path.write_bytes(b"something")
        sqlite_file.make(path)
        assert path.read_bytes() == b"something"

    def test_says_when_there_can_be_no_folder(self, tmp_path: Path) -> None:
        (tmp_path / "data").write_bytes(b"")
        with pytest.raises(Unusable, match=r"usher\.db cannot be made: "):
            sqlite_file.make(tmp_path / "data" / "usher.db")


class TestHolding:
    def test_is_for_one(self, made: Path) -> None:
        with (
            sqlite_file.held(made),
            pytest.raises(Unusable, match="Another server is running on"),
            sqlite_file.held(made),
        ):
            pass

    def test_ends_with_the_block(self, made: Path) -> None:
        for _ in range(3):
            with sqlite_file.held(made):
                pass

    def test_says_when_there_can_be_no_lock(self, tmp_path: Path) -> None:
        with (
            pytest.raises(Unusable, match="cannot be locked"),
            sqlite_file.held(tmp_path / "nowhere" / "usher.db"),
        ):
            pass


class TestSettings:
    def test_of_the_writer_make_a_commit_durable(self, writer: sqlite3.Connection) -> None:
        assert setting(writer, "journal_mode") == "wal"
        assert setting(writer, "synchronous") == 2
        assert setting(writer, "foreign_keys") == 1
        assert setting(writer, "busy_timeout") == 5_000
        assert setting(writer, "wal_autocheckpoint") == 0
        assert setting(writer, "secure_delete") == 2

    def test_of_a_reader_let_nothing_be_written(self, made: Path) -> None:
        with closing(sqlite_file.reader(made)) as reader:
            assert setting(reader, "wal_autocheckpoint") == 0
            with pytest.raises(sqlite3.OperationalError, match="readonly"):
                reader.execute("DELETE FROM room")

    def test_never_make_a_file_that_is_gone(self, tmp_path: Path) -> None:
        with pytest.raises(sqlite3.OperationalError):
            sqlite_file.reader(tmp_path / "gone.db")
        assert not list(tmp_path.iterdir())

    def test_work_with_any_name(self, tmp_path: Path) -> None:
        odd = tmp_path / "50% ?#&=ü" / "x?mode=ro.db"
        sqlite_file.make(odd)
        sqlite_file.prepare(odd)
        assert odd.stat().st_size > 0


class TestPreparing:
    def test_refuses_what_is_no_database(self, path: Path) -> None:
        path.parent.mkdir()
        path.write_bytes(b"once upon a time " * 1_000)
        with pytest.raises(Corrupt, match="damaged or no database"):
            sqlite_file.prepare(path)

    def test_refuses_a_foreign_file_and_leaves_every_byte(self, path: Path) -> None:
        path.parent.mkdir()
        with closing(sqlite3.connect(path)) as foreign:
            foreign.execute("CREATE TABLE theirs (x)")
        before = path.read_bytes()
        with pytest.raises(Unusable, match="another application"):
            sqlite_file.prepare(path)
        assert path.read_bytes() == before

    def test_refuses_a_file_with_a_damaged_page(self, made: Path) -> None:
        with closing(sqlite_file.writer(made)) as connection:
            connection.executemany(
                "INSERT INTO value (kind, key, value) VALUES ('t', ?, zeroblob(900))",
                [(str(number),) for number in range(500)],
            )
            sqlite_file.empty_wal(connection)
        data = bytearray(made.read_bytes())
        for place in range(40 * 4096, 60 * 4096):
            data[place] ^= 0xFF
        made.write_bytes(data)
        with pytest.raises(Corrupt):
            sqlite_file.prepare(made)

    def test_refuses_a_truncated_file(self, made: Path) -> None:
        os.truncate(made, made.stat().st_size // 2)
        with pytest.raises(Corrupt):
            sqlite_file.prepare(made)

    def test_refuses_a_file_of_a_newer_server(self, made: Path) -> None:
        with closing(sqlite_file.writer(made)) as connection:
            connection.execute("PRAGMA user_version = 99")
        with pytest.raises(Unusable, match="newer server"):
            sqlite_file.prepare(made)

    def test_says_when_the_file_cannot_be_read(self, path: Path) -> None:
        path.parent.mkdir()
        path.mkdir()
        with pytest.raises(Unavailable, match="unable to open"):
            sqlite_file.prepare(path)

    def test_deletes_checkpoints_that_were_never_finished(
        self, made: Path, writer: sqlite3.Connection
    ) -> None:
        writer.execute("INSERT INTO room (number, id, epoch, version) VALUES (1, 'e', 'x', 9)")
        writer.execute("INSERT INTO checkpoint (id, room, version, is_whole) VALUES (1, 1, 5, 1)")
        writer.execute("INSERT INTO checkpoint (id, room, version) VALUES (2, 1, 9)")
        for number in (1, 2):
            writer.execute("INSERT INTO checkpoint_part VALUES (?, 0, x'00')", (number,))
        sqlite_file.prepare(made)
        assert writer.execute("SELECT id FROM checkpoint").fetchall() == [(1,)]
        assert writer.execute("SELECT checkpoint FROM checkpoint_part").fetchall() == [(1,)]


class TestSharing:
    def test_takes_a_file_that_a_server_prepared(self, made: Path) -> None:
        sqlite_file.check_shared(made)

    def test_refuses_a_file_that_is_not_there(self, path: Path) -> None:
        with pytest.raises(Unusable, match="There is no"):
            sqlite_file.check_shared(path)
        assert not path.exists()

    def test_refuses_a_file_that_is_not_up_to_date_and_does_not_touch_it(self, path: Path) -> None:
        sqlite_file.make(path)
        with pytest.raises(Unusable, match="start the server on it once"):
            sqlite_file.check_shared(path)
        assert path.stat().st_size == 0

    def test_refuses_foreign_and_newer_files(self, path: Path) -> None:
        sqlite_file.make(path)
        with closing(sqlite3.connect(path, isolation_level=None)) as connection:
            migrate(connection)
            connection.execute("PRAGMA user_version = 99")
        with pytest.raises(Unusable, match="newer server"):
            sqlite_file.check_shared(path)


class TestEmptyingTheWal:
    def test_leaves_nothing_of_it(self, made: Path, writer: sqlite3.Connection) -> None:
        writer.execute("INSERT INTO lease (node, until) VALUES ('a', 1)")
        wal = made.with_name("usher.db-wal")
        assert wal.stat().st_size > 0
        sqlite_file.empty_wal(writer)
        assert wal.stat().st_size == 0

    def test_with_a_reader_in_the_way_does_what_it_can(
        self, made: Path, writer: sqlite3.Connection
    ) -> None:
        with closing(sqlite_file.reader(made)) as reader:
            reader.execute("BEGIN")
            reader.execute("SELECT * FROM lease").fetchall()
            writer.execute("INSERT INTO lease (node, until) VALUES ('a', 1)")
            sqlite_file.empty_wal(writer)
            assert reader.execute("SELECT * FROM lease").fetchall() == []
        assert setting(writer, "busy_timeout") == 5_000
        assert writer.execute("SELECT node FROM lease").fetchall() == [("a",)]


class TestErrors:
    def test_that_are_mistakes_of_the_caller_stay_what_they_are(self) -> None:
        for mistake in (sqlite3.ProgrammingError("x"), sqlite3.IntegrityError("x")):
            assert sqlite_file.said(mistake) is mistake

    def test_of_the_machine_may_pass(self) -> None:
        said = sqlite_file.said(sqlite3.OperationalError("disk I/O error"))
        assert isinstance(said, Unavailable)
        assert str(said) == "The file cannot be used now: disk I/O error."

    def test_of_the_data_do_not(self) -> None:
        error = sqlite3.DatabaseError("database disk image is malformed")
        error.sqlite_errorcode = sqlite3.SQLITE_CORRUPT_INDEX
        assert isinstance(sqlite_file.said(error), Corrupt)
