"""A SQLite file of ours: opening, creating, migrating, and transactions.

The library and the store each say with a `Kind` what theirs is. Every error of the database driver
leaves here as one of that kind's.
"""

import errno
import os
import sqlite3
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Self

import sqlalchemy as sa
from sqlalchemy.exc import DBAPIError

from app.database.private_files import FOLDER_MODE, create_private_file, mend_modes
from hashing.errors import FirstseenError

type Step = Callable[[sa.Connection], None]


def migrations_table(metadata: sa.MetaData) -> sa.Table:
    """Which formats a file has had, and since when."""
    return sa.Table(
        "migrations",
        metadata,
        sa.Column("version", sa.Integer, primary_key=True),
        sa.Column("applied_at", sa.Text, nullable=False),
    )


@dataclass(frozen=True)
class Kind:
    """What a file holds, and how it is spoken of."""

    word: str  # "library", as in: there is no library in ...
    file_name: str
    application_id: int  # in the file's header, so that no other database is taken for it
    schema_version: int
    metadata: sa.MetaData
    migrations: sa.Table  # as migrations_table makes it
    steps: Mapping[int, Step]  # version -> what reaches it
    fill: Step  # first rows of a new file
    unusable: type[FirstseenError]
    busy: type[FirstseenError]
    read_only: type[FirstseenError]
    cache_kib: int  # SQLite's page cache, a connection; the system's own does the rest
    beside: frozenset[str] = frozenset()  # what may stand in the folder before the file is made
    parts: frozenset[str] = frozenset()  # what else of ours stands there: caches, uploads

    @property
    def own_names(self) -> frozenset[str]:
        """Everything of ours in the folder, with the logs that SQLite puts beside its file."""
        logs = {f"{self.file_name}{end}" for end in ("", "-wal", "-shm", "-journal")}
        return self.beside | self.parts | logs


@dataclass(frozen=True)
class Database:
    """An open file, and how to read or write it in one transaction."""

    folder: Path
    engine: sa.Engine
    writable: bool
    wait_s: float
    kind: Kind

    @classmethod
    def open(cls, folder: Path, kind: Kind, create: bool, read_only: bool, wait_s: float) -> Self:
        """The file in `folder`.

        create: make one where the folder is absent or empty; never among other files.
        Raises kind.unusable: none there, another program's file, damaged, or of a newer version.
        """
        path = folder / kind.file_name
        with translated_errors(kind, folder, wait_s):
            exists = path.is_file()
            if not exists:
                if not create or read_only:
                    raise kind.unusable(f"There is no {kind.word} in {folder}")
                _make_folder(folder, kind)
                create_private_file(path)  # its log and index get the same mode from SQLite
            mend_modes(folder, kind.own_names)
            writable = not read_only and _may_write(folder, kind)
            engine = _engine(path, writable, wait_s, kind.cache_kib)
            file = cls(folder, engine, writable, wait_s, kind)
            try:
                _prepare(file, create)
            except BaseException:
                file.close()
                raise
        return file

    @contextmanager
    def reading(self) -> Iterator[sa.Connection]:
        """One consistent view, whatever others write meanwhile."""
        with self._translated(), self.engine.connect() as connection, connection.begin():
            yield connection

    @contextmanager
    def writing(self) -> Iterator[sa.Connection]:
        """All or nothing, and on the disk when it ends. Waits for another writer.

        Raises kind.read_only, kind.busy after `wait_s`, kind.unusable on a full disk.
        """
        if not self.writable:
            raise self.kind.read_only(f"The {self.kind.word} in {self.folder} can only be read")
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

    def close(self) -> None:
        self.engine.dispose()

    @contextmanager
    def _translated(self) -> Iterator[None]:
        with translated_errors(self.kind, self.folder, self.wait_s):
            yield


def _make_folder(folder: Path, kind: Kind) -> None:
    try:
        folder.mkdir(mode=FOLDER_MODE, parents=True, exist_ok=True)
        strangers = sorted({entry.name for entry in folder.iterdir()} - kind.beside)
    except OSError as error:
        raise kind.unusable(f"No {kind.word} can be made in {folder}: {error.strerror}") from error
    if strangers:
        raise kind.unusable(
            f"{folder} is not a {kind.word} and holds other files ({strangers[0]}); "
            "nothing was written"
        )


def _engine(path: Path, writable: bool, wait_s: float, cache_kib: int) -> sa.Engine:
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
        for pragma in _pragmas(writable, cache_kib):
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


def _pragmas(writable: bool, cache_kib: int) -> tuple[str, ...]:
    shared = ("foreign_keys=ON", f"cache_size=-{cache_kib}", "temp_store=MEMORY")
    if not writable:
        return (*shared, "query_only=ON")
    # secure_delete: what was removed is overwritten, not only unlinked
    return (*shared, "synchronous=FULL", "secure_delete=ON")


def _may_write(folder: Path, kind: Kind) -> bool:
    path = folder / kind.file_name
    return all(os.access(place, os.W_OK) for place in (folder, path) if place.exists())


def _prepare(file: Database, create: bool) -> None:
    kind = file.kind
    with file.reading() as connection:
        marker = connection.exec_driver_sql("PRAGMA application_id").scalar_one()
        version = connection.exec_driver_sql("PRAGMA user_version").scalar_one()
        empty = not connection.exec_driver_sql("SELECT count(*) FROM sqlite_master").scalar_one()
    if empty and marker == 0 and create and file.writable:
        _create_tables(file)
        return
    if marker != kind.application_id:
        raise kind.unusable(f"{file.folder / kind.file_name} is not a firstseen {kind.word}")
    if version > kind.schema_version:
        raise kind.unusable(
            f"The {kind.word} in {file.folder} was written by a newer firstseen "
            f"(format {version}; this one reads up to {kind.schema_version})"
        )
    if version < kind.schema_version:
        _migrate(file)


def _create_tables(file: Database) -> None:
    kind = file.kind
    file.pragma("journal_mode=WAL")
    with file.writing() as connection:
        if sa.inspect(connection).has_table(kind.migrations.name):
            return  # another process was first
        kind.metadata.create_all(connection)
        kind.fill(connection)
        _note_version(connection, kind, kind.schema_version)
        connection.exec_driver_sql(f"PRAGMA application_id={kind.application_id}")


def _migrate(file: Database) -> None:
    kind = file.kind
    if not file.writable:
        if not _may_write(file.folder, kind):
            raise kind.read_only(
                f"The {kind.word} in {file.folder} is of an older format, "
                "and can only be read: it has to be brought up to date where it can be written"
            )
        # who only reads does not want to write; an older file is of no use to them as it is
        type(file).open(
            file.folder, kind, create=False, read_only=False, wait_s=file.wait_s
        ).close()
        return
    with file.writing() as connection:  # all steps or none
        version = connection.exec_driver_sql("PRAGMA user_version").scalar_one()
        for step in range(version + 1, kind.schema_version + 1):
            kind.steps[step](connection)
            _note_version(connection, kind, step)


def _note_version(connection: sa.Connection, kind: Kind, version: int) -> None:
    applied = datetime.now(UTC).isoformat(timespec="seconds")
    connection.execute(kind.migrations.insert().values(version=version, applied_at=applied))
    connection.exec_driver_sql(f"PRAGMA user_version={version}")


@contextmanager
def translated_errors(kind: Kind, folder: Path, wait_s: float) -> Iterator[None]:
    """Errors of the database driver and of the file system as ours, in words."""
    try:
        yield
    except OSError as error:
        raise _of_the_system(error, kind, folder) from error
    except (DBAPIError, sqlite3.Error) as error:
        cause = error.orig if isinstance(error, DBAPIError) else error
        raise _in_words(cause, kind, folder, wait_s) from error


def _of_the_system(error: OSError, kind: Kind, folder: Path) -> FirstseenError:
    if error.errno in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG):
        return _full(kind, folder)
    return kind.unusable(f"The {kind.word} in {folder} cannot be used: {error.strerror}")


def _full(kind: Kind, folder: Path) -> FirstseenError:
    return kind.unusable(
        f"No space is left for the {kind.word} in {folder}; what was added before is unharmed"
    )


def _in_words(
    cause: BaseException | None, kind: Kind, folder: Path, wait_s: float
) -> FirstseenError:
    name = getattr(cause, "sqlite_errorname", "")
    if name.startswith("SQLITE_BUSY"):
        return kind.busy(
            f"Another process is writing to the {kind.word} in {folder}; gave up after {wait_s:g} s"
        )
    if name.startswith("SQLITE_READONLY"):
        return kind.read_only(f"The {kind.word} in {folder} can only be read")
    if name == "SQLITE_FULL" or name.startswith("SQLITE_IOERR_WRITE"):
        return _full(kind, folder)
    if name in ("SQLITE_CORRUPT", "SQLITE_NOTADB"):
        return kind.unusable(f"{folder / kind.file_name} is damaged or not a {kind.word}: {cause}")
    return kind.unusable(f"The {kind.word} in {folder} cannot be used: {cause}")
