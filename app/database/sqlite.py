"""SQLite files: opening, creating, migrating, and transactions.

The library and the store each describe theirs with a `FileFormat`. Errors of the database driver
and of the file system leave here as that format's errors.
"""

import errno
import os
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Self

import sqlalchemy as sa
from sqlalchemy.exc import DBAPIError

from app.database.format import FileFormat
from app.database.private_files import FOLDER_MODE, create_private_file, mend_modes
from app.errors import cause_of
from hashing.errors import FirstseenError


@dataclass(frozen=True)
class SqliteDatabase:
    """An open file, read and written in transactions. wait_s: for another process that writes."""

    folder: Path
    engine: sa.Engine
    writable: bool
    wait_s: float
    format: FileFormat

    @classmethod
    def open(
        cls,
        folder: Path,
        format: FileFormat,
        *,
        create: bool,
        read_only: bool,
        wait_s: float,
    ) -> Self:
        """Open the file in `folder`.

        create: make one where the folder is absent or has nothing but `beside`.
        Raises format.unusable: no file, another program's, damaged, or of a newer version.
        """
        path = folder / format.file_name
        with translate_errors(format, folder, wait_s):
            exists = path.is_file()
            if not exists:
                if not create or read_only:
                    raise format.unusable(format.message("error-database-none", folder))
                _make_folder(folder, format)
                create_private_file(path)  # its log and index get the same mode from SQLite
            mend_modes(folder, format.own_names)
            writable = not read_only and _may_write(folder, format)
            engine = _engine(path, wait_s, format.cache_kib, writable=writable)
            file = cls(folder, engine, writable, wait_s, format)
            try:
                _check_or_create(file, create=create)
            except BaseException:
                file.close()
                raise
        return file

    @contextmanager
    def reading(self) -> Iterator[sa.Connection]:
        """A reading transaction: one consistent view, whatever others write meanwhile."""
        with self._translate_errors(), self.engine.connect() as connection, connection.begin():
            yield connection

    @contextmanager
    def writing(self) -> Iterator[sa.Connection]:
        """A writing transaction: all or nothing, and on the disk when it ends. One at a time.

        Raises format.read_only, format.busy after `wait_s`, format.unusable on a full disk.
        """
        if not self.writable:
            read_only = self.format.message("error-database-read-only", self.folder)
            raise self.format.read_only(read_only)
        with self._translate_errors(), self.engine.connect() as connection:
            writer = connection.execution_options(firstseen_begin="BEGIN IMMEDIATE")
            with writer.begin():
                yield writer

    def empty_log(self) -> bool:
        """Move the write-ahead log into the file and empty it.

        False where a reader used it for longer than `wait_s`.
        """
        busy, *_ = self.pragma("wal_checkpoint(TRUNCATE)")
        return bool(busy == 0)

    def is_sound(self) -> bool:
        """False where SQLite itself finds the structure of the file damaged."""
        return self.pragma("quick_check(1)") == ("ok",)

    def size_bytes(self) -> int:
        """Size of the file and its logs on the disk."""
        files = self.folder.glob(f"{self.format.file_name}*")
        return sum(path.stat().st_size for path in files if path.is_file())

    def pragma(self, name: str) -> tuple[object, ...]:
        """The first row of a pragma's answer, outside of any transaction."""
        with self._translate_errors(), closing(self.engine.raw_connection()) as connection:
            cursor = connection.cursor()
            cursor.execute(f"PRAGMA {name}")
            row = cursor.fetchone()
            return tuple(row) if row is not None else ()

    def close(self) -> None:
        self.engine.dispose()

    @contextmanager
    def _translate_errors(self) -> Iterator[None]:
        with translate_errors(self.format, self.folder, self.wait_s):
            yield


def _make_folder(folder: Path, format: FileFormat) -> None:
    try:
        folder.mkdir(mode=FOLDER_MODE, parents=True, exist_ok=True)
        others = sorted({entry.name for entry in folder.iterdir()} - format.beside)
    except OSError as error:
        raise format.unusable(
            format.message("error-database-not-made", folder, reason=cause_of(error))
        ) from error
    if others:
        raise format.unusable(format.message("error-database-other-files", folder, file=others[0]))


def _engine(path: Path, wait_s: float, cache_kib: int, *, writable: bool) -> sa.Engine:
    uri = path.absolute().as_uri()
    if writable:
        address = f"{uri}?mode=rwc"
    elif os.access(path.parent, os.W_OK) or _has_log(path):
        address = f"{uri}?mode=ro"
    else:
        address = f"{uri}?immutable=1"  # where no log can be made, nobody writes

    def connect() -> sqlite3.Connection:
        return sqlite3.connect(address, uri=True, timeout=wait_s, check_same_thread=False)

    engine = sa.create_engine("sqlite://", creator=connect, poolclass=sa.QueuePool)

    @sa.event.listens_for(engine, "connect")
    def set_up(connection: sqlite3.Connection, _record: object) -> None:
        connection.isolation_level = None  # we begin transactions ourselves
        for pragma in _pragmas(cache_kib, writable=writable):
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


def _pragmas(cache_kib: int, *, writable: bool) -> tuple[str, ...]:
    shared = ("foreign_keys=ON", f"cache_size=-{cache_kib}", "temp_store=MEMORY")
    if not writable:
        return (*shared, "query_only=ON")
    # secure_delete: overwrites what is deleted
    return (*shared, "synchronous=FULL", "secure_delete=ON")


def _may_write(folder: Path, format: FileFormat) -> bool:
    path = folder / format.file_name
    return all(os.access(place, os.W_OK) for place in (folder, path) if place.exists())


def _check_or_create(file: SqliteDatabase, *, create: bool) -> None:
    """Check whose file it is; create its tables or migrate them where needed."""
    format = file.format
    with file.reading() as connection:
        marker = connection.exec_driver_sql("PRAGMA application_id").scalar_one()
        version = connection.exec_driver_sql("PRAGMA user_version").scalar_one()
        empty = not connection.exec_driver_sql("SELECT count(*) FROM sqlite_master").scalar_one()
    if empty and marker == 0 and create and file.writable:
        _create_tables(file)
        return
    if marker != format.application_id:
        path = str(file.folder / format.file_name)
        raise format.unusable(format.message("error-database-foreign", file.folder, file=path))
    if version > format.schema_version:
        raise format.unusable(
            format.message(
                "error-database-newer",
                file.folder,
                version=str(version),
                known=str(format.schema_version),
            )
        )
    if version < format.schema_version:
        _migrate(file)


def _create_tables(file: SqliteDatabase) -> None:
    format = file.format
    file.pragma("journal_mode=WAL")
    with file.writing() as connection:
        if sa.inspect(connection).has_table(format.migrations.name):
            return  # another process was first
        format.metadata.create_all(connection)
        format.fill(connection)
        _record_version(connection, format, format.schema_version)
        connection.exec_driver_sql(f"PRAGMA application_id={format.application_id}")


def _migrate(file: SqliteDatabase) -> None:
    format = file.format
    if not file.writable:
        if not _may_write(file.folder, format):
            raise format.read_only(format.message("error-database-older", file.folder))
        # a reader cannot use an older format, so the file is opened once more for writing
        type(file).open(
            file.folder, format, create=False, read_only=False, wait_s=file.wait_s
        ).close()
        return
    with file.writing() as connection:  # all steps or none
        version = connection.exec_driver_sql("PRAGMA user_version").scalar_one()
        for step in range(version + 1, format.schema_version + 1):
            format.steps[step](connection)
            _record_version(connection, format, step)


def _record_version(connection: sa.Connection, format: FileFormat, version: int) -> None:
    format.record_version(connection, version)
    connection.exec_driver_sql(f"PRAGMA user_version={version}")


@contextmanager
def translate_errors(format: FileFormat, folder: Path, wait_s: float) -> Iterator[None]:
    """Raise errors of the database driver and of the file system as the format's own."""
    try:
        yield
    except OSError as error:
        raise _file_system_error(error, format, folder) from error
    except MemoryError as error:
        raise format.unusable(format.message("error-database-memory", folder)) from error
    except (DBAPIError, sqlite3.Error) as error:
        cause = error.orig if isinstance(error, DBAPIError) else error
        raise _driver_error(cause, format, folder, wait_s) from error


def _file_system_error(error: OSError, format: FileFormat, folder: Path) -> FirstseenError:
    if error.errno in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG):
        return _disk_full(format, folder)
    return format.unusable(
        format.message("error-database-unusable", folder, reason=cause_of(error))
    )


def _disk_full(format: FileFormat, folder: Path) -> FirstseenError:
    return format.unusable(format.message("error-database-full", folder))


def _driver_error(
    cause: BaseException | None, format: FileFormat, folder: Path, wait_s: float
) -> FirstseenError:
    name = getattr(cause, "sqlite_errorname", "")
    if name.startswith("SQLITE_BUSY"):
        return format.busy(format.message("error-database-busy", folder, seconds=wait_s))
    if name.startswith("SQLITE_READONLY"):
        return format.read_only(format.message("error-database-read-only", folder))
    if name == "SQLITE_FULL" or name.startswith("SQLITE_IOERR_WRITE"):
        return _disk_full(format, folder)
    if name in ("SQLITE_CORRUPT", "SQLITE_NOTADB"):
        file = str(folder / format.file_name)
        return format.unusable(format.message("error-database-damaged", folder, file=file))
    if name == "SQLITE_CONSTRAINT_TRIGGER":  # the only triggers are those of the audit log
        return format.unusable(format.message("error-database-only-grows", folder))
    return format.unusable(format.message("error-database-refuses", folder, code=name))
