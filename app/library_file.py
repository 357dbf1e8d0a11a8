"""The door to a library's file: opening, creating, migrating, and transactions.

Every error of the database driver leaves here as one of ours.
"""

import errno
import os
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import sqlalchemy as sa
from sqlalchemy.exc import DBAPIError

from app.library_errors import LibraryBusy, LibraryReadOnly, LibraryUnusable
from app.library_schema import APPLICATION_ID, SCHEMA_VERSION, counters, metadata, migrations

FILE_NAME = "library.db"
CACHE_KIB = 16_384  # SQLite's page cache; the system's own does the rest
_FULL = "No space is left for the library in {}; what was added before is unharmed"
MIGRATIONS: dict[int, Callable[[sa.Connection], None]] = {}  # version -> step that reaches it


@dataclass(frozen=True)
class LibraryFile:
    """An open library file, and how to read or write it in one transaction."""

    folder: Path
    engine: sa.Engine
    writable: bool
    wait_s: float

    @contextmanager
    def reading(self) -> Iterator[sa.Connection]:
        """One consistent view, whatever others write meanwhile."""
        with self._translated(), self.engine.connect() as connection, connection.begin():
            yield connection

    @contextmanager
    def writing(self) -> Iterator[sa.Connection]:
        """All or nothing, and on the disk when it ends. Waits for another writer.

        Raises LibraryReadOnly, LibraryBusy after `wait_s`, LibraryUnusable on a full disk.
        """
        if not self.writable:
            raise LibraryReadOnly(f"The library in {self.folder} can only be read")
        with self._translated(), self.engine.connect() as connection:
            writer = connection.execution_options(firstseen_begin="BEGIN IMMEDIATE")
            with writer.begin():
                yield writer

    def empty_log(self) -> bool:
        """Move the write-ahead log into the file and cut it to nothing.

        False where a reader held on to it for longer than we waited.
        """
        busy, *_ = self.pragma("wal_checkpoint(TRUNCATE)")
        return bool(busy == 0)

    def pragma(self, name: str) -> tuple[object, ...]:
        """The first row that a pragma answers, outside of any transaction."""
        with self._translated(), closing(self.engine.raw_connection()) as connection:
            cursor = connection.cursor()
            cursor.execute(f"PRAGMA {name}")
            row = cursor.fetchone()
            return tuple(row) if row is not None else ()

    def bytes_on_disk(self) -> int:
        """Of all files of the library, index included."""
        return sum(path.stat().st_size for path in self.folder.rglob("*") if path.is_file())

    def close(self) -> None:
        self.engine.dispose()

    @contextmanager
    def _translated(self) -> Iterator[None]:
        with translated_errors(self.folder, self.wait_s):
            yield


def open_file(folder: Path, create: bool, read_only: bool, wait_s: float) -> LibraryFile:
    """The library in `folder`.

    create: make one where the folder is absent or empty; never among other files.
    Raises LibraryUnusable: no library, another program's file, damaged, or of a newer version.
    """
    path = folder / FILE_NAME
    with translated_errors(folder, wait_s):
        exists = path.is_file()
        if not exists:
            if not create or read_only:
                raise LibraryUnusable(f"There is no library in {folder}")
            _make_folder(folder)
        places = (folder, path) if exists else (folder,)
        writable = not read_only and all(os.access(place, os.W_OK) for place in places)
        engine = _engine(path, writable, wait_s)
        file = LibraryFile(folder, engine, writable, wait_s)
        try:
            _prepare(file, create)
        except BaseException:
            file.close()
            raise
    return file


def _make_folder(folder: Path) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
        strangers = sorted(entry.name for entry in folder.iterdir())
    except OSError as error:
        raise LibraryUnusable(f"No library can be made in {folder}: {error.strerror}") from error
    if strangers:
        raise LibraryUnusable(
            f"{folder} is not a library and holds other files ({strangers[0]}); nothing was written"
        )


def _engine(path: Path, writable: bool, wait_s: float) -> sa.Engine:
    uri = path.absolute().as_uri()
    if writable:
        address = f"{uri}?mode=rwc"
    elif os.access(path.parent, os.W_OK) or _has_log(path):
        address = f"{uri}?mode=ro"
    else:
        address = f"{uri}?immutable=1"  # where no log can be made, nobody is writing one

    def connect() -> sqlite3.Connection:
        return sqlite3.connect(address, uri=True, timeout=wait_s, check_same_thread=False)

    engine = sa.create_engine("sqlite://", creator=connect, poolclass=sa.QueuePool)

    @sa.event.listens_for(engine, "connect")
    def set_up(connection: sqlite3.Connection, _record: object) -> None:
        connection.isolation_level = None  # we begin transactions ourselves
        for pragma in _pragmas(writable):
            connection.execute(f"PRAGMA {pragma}")

    @sa.event.listens_for(engine, "begin")
    def begin(connection: sa.Connection) -> None:
        connection.exec_driver_sql(
            connection.get_execution_options().get("firstseen_begin", "BEGIN")
        )

    return engine


def _has_log(path: Path) -> bool:
    log = path.with_name(f"{path.name}-wal")
    return log.exists() and log.stat().st_size > 0


def _pragmas(writable: bool) -> tuple[str, ...]:
    shared = ("foreign_keys=ON", f"cache_size=-{CACHE_KIB}", "temp_store=MEMORY")
    if not writable:
        return (*shared, "query_only=ON")
    # secure_delete: what was removed is overwritten, not only unlinked
    return (*shared, "synchronous=FULL", "secure_delete=ON")


def _prepare(file: LibraryFile, create: bool) -> None:
    with file.reading() as connection:
        marker = connection.exec_driver_sql("PRAGMA application_id").scalar_one()
        version = connection.exec_driver_sql("PRAGMA user_version").scalar_one()
        empty = not connection.exec_driver_sql("SELECT count(*) FROM sqlite_master").scalar_one()
    if empty and marker == 0 and create and file.writable:
        _create_tables(file)
        return
    if marker != APPLICATION_ID:
        raise LibraryUnusable(f"{file.folder / FILE_NAME} is not a firstseen library")
    if version > SCHEMA_VERSION:
        raise LibraryUnusable(
            f"The library in {file.folder} was written by a newer firstseen "
            f"(format {version}; this one reads up to {SCHEMA_VERSION})"
        )
    if version < SCHEMA_VERSION:
        _migrate(file)


def _create_tables(file: LibraryFile) -> None:
    file.pragma("journal_mode=WAL")
    with file.writing() as connection:
        if sa.inspect(connection).has_table(counters.name):
            return  # another process was first
        metadata.create_all(connection)
        for name, value in (("next_vector", 1), ("removals", 0), ("index_generation", 0)):
            connection.execute(counters.insert().values(name=name, value=value))
        _note_version(connection, SCHEMA_VERSION)
        connection.exec_driver_sql(f"PRAGMA application_id={APPLICATION_ID}")


def _migrate(file: LibraryFile) -> None:
    if not file.writable:
        raise LibraryReadOnly(
            f"The library in {file.folder} is of an older format and must once be opened writable"
        )
    with file.writing() as connection:  # all steps or none
        version = connection.exec_driver_sql("PRAGMA user_version").scalar_one()
        for step in range(version + 1, SCHEMA_VERSION + 1):
            MIGRATIONS[step](connection)
            _note_version(connection, step)


def _note_version(connection: sa.Connection, version: int) -> None:
    applied = datetime.now(UTC).isoformat(timespec="seconds")
    connection.execute(migrations.insert().values(version=version, applied_at=applied))
    connection.exec_driver_sql(f"PRAGMA user_version={version}")


@contextmanager
def translated_errors(folder: Path, wait_s: float) -> Iterator[None]:
    """Errors of the database driver and of the file system as ours, in words."""
    try:
        yield
    except OSError as error:
        raise _of_the_system(error, folder) from error
    except (DBAPIError, sqlite3.Error) as error:
        cause = error.orig if isinstance(error, DBAPIError) else error
        raise _in_words(cause, folder, wait_s) from error


def _of_the_system(error: OSError, folder: Path) -> LibraryUnusable:
    if error.errno in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG):
        return LibraryUnusable(_FULL.format(folder))
    return LibraryUnusable(f"The library in {folder} cannot be used: {error.strerror}")


def _in_words(cause: BaseException | None, folder: Path, wait_s: float) -> LibraryUnusable:
    name = getattr(cause, "sqlite_errorname", "")
    if name.startswith("SQLITE_BUSY"):
        return LibraryBusy(
            f"Another process is writing to the library in {folder}; gave up after {wait_s:g} s"
        )
    if name.startswith("SQLITE_READONLY"):
        return LibraryReadOnly(f"The library in {folder} can only be read")
    if name == "SQLITE_FULL" or name.startswith("SQLITE_IOERR_WRITE"):
        return LibraryUnusable(_FULL.format(folder))
    if name in ("SQLITE_CORRUPT", "SQLITE_NOTADB"):
        return LibraryUnusable(f"{folder / FILE_NAME} is damaged or not a library: {cause}")
    return LibraryUnusable(f"The library in {folder} cannot be used: {cause}")
